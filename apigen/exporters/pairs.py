"""Wrong answers beside verified ones. A rejected candidate is one only where it is known to be wrong *for the sample's own query*.

- Calls that fit no schema or raise are wrong for any query: those of any candidate of the same draw are taken.
- Calls that a rule threw out for what the query says are wrong for that query: taken where the query is the same.
- Where no call is right, the call that the query was written from is wrong: what it needs was withheld, or its API is not offered.
- What an LLM thought wrong (judge, agreement), and the calls that a blind solver made instead, are doubtful: taken on request only.

Never taken: what means the same as the verified calls, and rejections that say nothing of the calls (a benchmark's query, a timeout).
"""

from collections.abc import Iterable, Iterator, Sequence

from apigen.equivalence import spelled_out
from apigen.exporters.formats import Pair
from apigen.exporters.messages import ALLOWED_NAME, tool_names
from apigen.records import Call, Candidate, Sample
from apigen.store.reader import StoreReader
from apigen.words import words_of

MALFORMED = frozenset({
    "format:unknown_api", "format:api_not_offered", "format:unknown_argument", "format:missing_argument", "format:wrong_type",
    "format:invalid_value", "execution:exception",
})  # fmt: skip
UNFIT = frozenset({
    "format:call_count", "format:duplicate_call", "grounding:value_not_in_query", "grounding:number_not_in_calls",
    "grounding:choice_not_in_calls",
})  # fmt: skip
DOUBTFUL = frozenset({"judge:no", "agreement:different_calls"})
MEANT = {"irrelevance": "irrelevance:api_not_offered", "missing_parameter": "missing_parameter:invented_value"}


def pairs_of(reader: StoreReader, samples: Iterable[Sample], doubtful: bool = False) -> Iterator[Pair]:
    """Yield each sample with every wrong answer that is known, in the order of the candidates; once with None where there is none."""
    names = tool_names([api.name for api in reader.apis()])
    taken = frozenset(names.values())

    def can_be_told(name: str) -> bool:
        """No name but an API's own is changed by a format, or is one that another is changed into."""
        return name in names or (ALLOWED_NAME.fullmatch(name) is not None and name not in taken)

    for sample in samples:
        found: list[list[str]] = []
        for code, calls in _wrong(sample, reader.rejected_beside(sample.candidate), doubtful):
            meaning = _meaning(calls, sample)
            found = found or [_meaning(sample.calls, sample)]
            if meaning not in found and all(can_be_told(call.name) for call in calls):
                found.append(meaning)
                yield Pair(sample.candidate, sample.stages, calls, code)
        if len(found) < 2:
            yield Pair(sample.candidate, sample.stages)


def _wrong(sample: Sample, beside: Iterable[Candidate], doubtful: bool) -> Iterator[tuple[str, tuple[Call, ...]]]:
    draw = sample.candidate.draw
    if draw.style in MEANT:
        yield MEANT[draw.style], sample.candidate.meant
        return
    query = words_of(sample.query)
    for other in beside:
        no = other.rejection
        if no is None:
            continue
        same_query = words_of(other.query) == query
        wrong = no.reason in MALFORMED or (same_query and no.reason in (UNFIT | DOUBTFUL if doubtful else UNFIT))
        if wrong and other.calls:
            yield no.reason, other.calls
        if doubtful and same_query and no.answer:
            yield f"{no.reason}:solver", no.answer


def _meaning(calls: Sequence[Call], sample: Sample) -> list[str]:
    """Return what calls that mean the same share, in any order."""
    return sorted(spelled_out(call, sample.candidate.draw.find(call.name)).key for call in calls)
