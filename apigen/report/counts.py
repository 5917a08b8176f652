"""What is counted while the candidates of a run pass by. It grows with the library and the reasons, not with the candidates."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import ceil

from apigen.intervals import wilson
from apigen.prompts import type_text
from apigen.records import Api, Candidate, Json
from apigen.report.rows import apis_of
from apigen.store.history import DrawTook, Extent
from apigen.store.outcomes import SURPLUS, VERIFIED

MOST_BINS = 60
DRAWS_A_BIN = 5
MOST_EXAMPLES = 3
MOST_SHOWN = 300
GROUPS = ("style", "strategy", "category", "model")


class Rates:
    """How many candidates of each style, strategy, category and model came and were verified."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, list[int]]] = {group: defaultdict(lambda: [0, 0]) for group in GROUPS}

    def add(self, candidate: Candidate, model: str, passed: bool) -> None:
        draw = candidate.draw
        categories = {api.category for api in apis_of(candidate)}
        places = [("style", draw.style), ("strategy", draw.strategy), ("model", model)]
        for group, name in [*places, *(("category", category) for category in categories)]:
            count = self._counts[group][name]
            count[0] += 1
            count[1] += passed

    def to_json(self) -> Json:
        """Return for each group `[name, candidates, verified, low, high]`, those with the most candidates first.

        `low` and `high` bound the pass rate with 95% confidence.
        """
        ranked = {
            group: sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
            for group, counts in self._counts.items()
        }
        return {
            group: [[name, came, passed, *wilson(passed, came)] for name, (came, passed) in rows]
            for group, rows in ranked.items()
        }


class Timeline:
    """What happened in each of up to 60 equal parts of a run: of its working time, or of its draws where one has no time.

    Draws that an older apigen finished have none.
    """

    def __init__(self, extent: Extent) -> None:
        draws = extent.last_draw + 1
        each = max(DRAWS_A_BIN, -(-draws // MOST_BINS))
        count = max(1, -(-draws // each))
        self._timed = bool(extent.seconds)
        self._end = float(extent.seconds or count * each)
        self._bins: list[list[float]] = [[0, 0, 0, 0.0] for _ in range(count)]

    def add_draw(self, took: DrawTook) -> None:
        row = self._bin(took)
        row[2] += took.tokens
        row[3] += took.dollars

    def add_candidate(self, took: DrawTook, passed: bool) -> None:
        row = self._bin(took)
        row[0] += 1
        row[1] += passed

    def _bin(self, took: DrawTook) -> list[float]:
        count = len(self._bins)
        # A part has the moment of its end, and the draw of its beginning.
        part = (
            ceil((took.at_seconds or 0.0) / self._end * count) - 1 if self._timed else took.index * count // self._end
        )
        return self._bins[max(0, min(count - 1, int(part)))]

    def to_json(self) -> Json:
        """Return `by` (seconds or draws), where it `end`s, and each bin's candidates, verified, tokens and dollars."""
        return {"by": "seconds" if self._timed else "draws", "end": self._end, "bins": self._bins}


class Uses:
    """How often the verified samples call each API and give each of its parameters."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self._apis = tuple(apis)
        self._calls: Counter[str] = Counter()
        self._given: Counter[tuple[str, str]] = Counter()

    def add(self, candidate: Candidate) -> None:
        for call in candidate.calls:
            self._calls[call.name] += 1
            self._given.update((call.name, argument) for argument in call.arguments)

    def to_json(self) -> Json:
        """Return for each API its name, category, description, calls, and `[name, type, required, uses]` of its parameters."""
        return [
            {
                "name": api.name,
                "category": api.category,
                "description": api.description,
                "calls": self._calls[api.name],
                "parameters": [
                    [name, type_text(schema), name in api.required, self._given[api.name, name]]
                    for name, schema in api.properties.items()
                ],
            }
            for api in self._apis
        ]


class Examples:
    """The first few candidates of each reason of rejection, by their row on the page."""

    def __init__(self) -> None:
        self._found: dict[str, list[Json]] = defaultdict(list)

    def add(self, row: int, candidate: Candidate, outcome: str) -> None:
        if outcome in (VERIFIED, SURPLUS) or len(self._found[outcome]) >= MOST_EXAMPLES:
            return
        detail = candidate.rejection.detail if candidate.rejection else ""
        query = candidate.query or candidate.raw
        self._found[outcome].append([row, query[:MOST_SHOWN], detail[:MOST_SHOWN]])

    def of(self, reason: str) -> list[Json]:
        return self._found.get(reason, [])
