"""What a run's verified samples are like as training data: how much they cover, how varied they are, what repeats."""

from array import array
from collections import Counter
from dataclasses import dataclass

from apigen.records import Call, Json, Sample
from apigen.stats.coverage import CoverageCount, Share
from apigen.stats.measures import MASK, Distinct, Values, gini, gram_hashes, quantiles, repeated, value_key, word_hash
from apigen.stats.near import NearDuplicates
from apigen.store.reader import StoreReader
from apigen.words import words_of

VALUES_ROOM = 1 << 18
LOW_EVENNESS = 0.5
LOW_USES = 10
MOST_LOW = 10
QUANTILES = {"least": 0.0, "p10": 0.1, "median": 0.5, "p90": 0.9, "most": 1.0}


@dataclass(frozen=True, slots=True)
class ArgumentValues:
    """How varied the values of one argument are: uses, entropy in bits, its share of what it could be."""

    api: str
    argument: str
    uses: int
    entropy: float
    evenness: float | None

    @property
    def low(self) -> bool:
        return self.uses >= LOW_USES and self.evenness is not None and self.evenness < LOW_EVENNESS

    def to_json(self) -> dict[str, Json]:
        names = ("api", "argument", "uses", "entropy", "evenness")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of one run.

    - `apis`, `optional`, `enum_members`: shares of the library that calls use (optional parameters given, members chosen).
    - `entropy`, `evenness`: means over the arguments used; `low`: arguments used LOW_USES times or more with the least evenness,
      under LOW_EVENNESS, at most MOST_LOW of `low_count`.
    - `distinct`: for n of 1, 2, 3 the different n-grams of the queries' words over all of them (distinct-n, Li et al. 2016). It
      falls as a data set grows: compare runs of one size.
    - `equal_calls`, `equal_queries`: samples whose calls (in any order), or words of the query, are those of an earlier one.
    - `near_queries` of `near_of`: samples whose query has an earlier one with Jaccard similarity of at least 0.7 on word 3-grams
      (Broder 1997), equal ones too; for `near_unsettled` more, too many were alike to compare with all.
    - `gini`: how unequally the library's APIs are called.
    - `contaminated`: candidates that the decontamination checker threw out; None where the run has none.
    """

    samples: int
    apis: Share
    optional: Share
    enum_members: Share
    arguments: int
    entropy: float | None
    evenness: float | None
    low_count: int
    low: tuple[ArgumentValues, ...]
    distinct: dict[int, float]
    equal_calls: int
    equal_queries: int
    near_queries: int
    near_of: int
    near_unsettled: int
    gini: float
    calls: dict[int, int]
    query_words: dict[str, int]
    contaminated: int | None

    @property
    def calls_mean(self) -> float | None:
        return sum(size * count for size, count in self.calls.items()) / self.samples if self.samples else None

    def to_json(self) -> dict[str, Json]:
        return {
            "samples": self.samples,
            "coverage": {name: getattr(self, name).to_json() for name in ("apis", "optional", "enum_members")},
            "values": {
                "arguments": self.arguments,
                "entropy": self.entropy,
                "evenness": self.evenness,
                "low_count": self.low_count,
                "low": [argument.to_json() for argument in self.low],
            },
            "distinct": {str(size): ratio for size, ratio in self.distinct.items()},
            "duplicates": {
                "equal_calls": self.equal_calls,
                "equal_queries": self.equal_queries,
                "near_queries": self.near_queries,
                "near_of": self.near_of,
                "near_rate": self.near_queries / self.near_of if self.near_of else None,
                "near_unsettled": self.near_unsettled,
            },
            "gini": self.gini,
            "calls": {"mean": self.calls_mean, **{str(size): count for size, count in self.calls.items()}},
            "query_words": self.query_words,
            "contaminated": self.contaminated,
        }


def gather(reader: StoreReader) -> Stats:
    """Read the verified samples of a run once and return their figures.

    Memory grows by 16 bytes a sample (100 while they are sorted) and, up to `near.MOST_TEXTS`, by 8 a word; all else is bounded.
    """
    count = _Count(reader)
    for sample in reader.samples():
        count.add(sample)
    return count.stats(_contaminated(reader))


def _contaminated(reader: StoreReader) -> int | None:
    stages = reader.metadata().get("stages", ())
    if "decontamination" not in stages:
        return None
    funnel = reader.funnel().get("")
    return funnel.rejected.get("decontamination:contaminated", 0) if funnel else 0


class _Count:
    """The sums, sample by sample."""

    def __init__(self, reader: StoreReader) -> None:
        apis = reader.apis()
        self._coverage = CoverageCount(apis)
        self._values: dict[tuple[str, str], Values] = {}
        self._room = max(64, VALUES_ROOM // max(1, sum(len(api.properties) for api in apis)))
        self._distinct = {size: Distinct() for size in (1, 2, 3)}
        self._near = NearDuplicates()
        self._queries, self._calls = array("Q"), array("Q")
        self._sizes: Counter[int] = Counter()
        self._words: Counter[int] = Counter()

    def add(self, sample: Sample) -> None:
        self._add_query(sample.query)
        self._sizes[len(sample.calls)] += 1
        self._calls.append(hash(tuple(sorted([self._add_call(call) for call in sample.calls]))) & MASK)

    def _add_call(self, call: Call) -> int:
        """Count a call's values; return a hash that equal calls share."""
        self._coverage.add(call)
        hashes = {argument: hash(value_key(value)) for argument, value in call.arguments.items()}
        for argument, value in hashes.items():
            place = call.name, argument
            if place not in self._values:
                self._values[place] = Values(self._room)
            self._values[place].add(value)
        return hash((call.name, frozenset(hashes.items())))

    def _add_query(self, query: str) -> None:
        words = [word_hash(word) for word in words_of(query)]
        self._words[len(words)] += 1
        self._queries.append(hash(tuple(words)) & MASK)
        for size, distinct in self._distinct.items():
            grams = gram_hashes(words, size)
            if len(words) >= size:
                distinct.add(grams)
        self._near.add(grams)

    def stats(self, contaminated: int | None) -> Stats:
        arguments = [self._argument(*place, values) for place, values in sorted(self._values.items())]
        low = sorted(
            (one for one in arguments if one.low), key=lambda one: (one.evenness, -one.uses, one.api, one.argument)
        )
        evenness = [one.evenness for one in arguments if one.evenness is not None]
        near = self._near.count()
        return Stats(
            samples=len(self._queries),
            apis=self._coverage.apis,
            optional=self._coverage.optional,
            enum_members=self._coverage.enum_members,
            arguments=len(arguments),
            entropy=sum(one.entropy for one in arguments) / len(arguments) if arguments else None,
            evenness=sum(evenness) / len(evenness) if evenness else None,
            low_count=len(low),
            low=tuple(low[:MOST_LOW]),
            distinct={size: distinct.ratio for size, distinct in self._distinct.items()},
            equal_calls=repeated(self._calls),
            equal_queries=repeated(self._queries),
            near_queries=near,
            near_of=self._near.texts,
            near_unsettled=self._near.unsettled,
            gini=gini(self._coverage.calls.values()),
            calls=dict(sorted(self._sizes.items())),
            query_words=dict(
                zip(QUANTILES, quantiles(self._words, list(QUANTILES.values())), strict=bool(self._words))
            ),
            contaminated=contaminated,
        )

    def _argument(self, api: str, argument: str, values: Values) -> ArgumentValues:
        evenness = values.evenness(self._coverage.members(api, argument))
        return ArgumentValues(api, argument, values.uses, values.entropy, evenness)
