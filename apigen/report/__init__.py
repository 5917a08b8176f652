"""A run as one page to look at: `write_report`. It needs no network, and treats all it shows as hostile text.

`counts` and `figures` are what it tells, `rows` one candidate, `chunks` how rows lie in the page, `page` its frame; the texts of
the page itself are in `page/`.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from apigen.errors import ConfigError
from apigen.files import place_of, whole_file
from apigen.records import Json
from apigen.report.chunks import Chunks, element
from apigen.report.counts import Examples, Rates, Timeline, Uses
from apigen.report.figures import gather_figures
from apigen.report.page import frame
from apigen.report.rows import search_row, shown_row
from apigen.store import files_of
from apigen.store.history import RunHistory
from apigen.store.outcomes import SURPLUS, VERIFIED, outcome
from apigen.store.packing import dumps

MOST_ROWS = 100_000
SHOWN_ROWS, SHOWN_BYTES = 500, 1 << 20
SEARCHED_ROWS, SEARCHED_BYTES = 5_000, 2 << 20


@dataclass(frozen=True, slots=True)
class Report:
    """How many candidates a page has, of how many."""

    rows: int
    candidates: int


def write_report(history: RunHistory, file: Path, most: int = MOST_ROWS) -> Report:
    """Write a run's page, with at most so many of its candidates, spread evenly; the figures are of all of them.

    Memory does not grow with the candidates, but for what `apigen.stats` needs. The same store gives the same bytes.

    Raises:
        ConfigError: If the file is the store.
        StoreError: If the file cannot be written, or the store not be read.
    """
    if file.name and place_of(file) in files_of(history.path):
        raise ConfigError(f"{file} is the store; choose another file", key="--output")
    with whole_file(file) as out, tempfile.TemporaryFile() as rows, history.one_moment():
        head, middle, end = frame(f"{history.path.name}, run {history.run_id}")
        page = _Page(history, rows, most)
        figures = page.gather()
        out.write(head + element("figures", dumps(figures).encode()) + middle)
        rows.seek(0)
        shutil.copyfileobj(rows, out)
        out.write(end)
    return Report(page.rows, page.candidates)


class _Page:
    """Goes through a run once."""

    def __init__(self, history: RunHistory, out: BinaryIO, most: int) -> None:
        self._history, self._most = history, most
        self._shown = Chunks("shown", out, most_rows=SHOWN_ROWS, most_bytes=SHOWN_BYTES)
        self._searched = Chunks("searched", out, most_rows=SEARCHED_ROWS, most_bytes=SEARCHED_BYTES)
        self._kinds: dict[tuple[str, ...], int] = {}
        self.rows = self.candidates = 0

    def gather(self) -> dict[str, Json]:
        history = self._history
        apis = history.apis()
        numbers = {api.name: number for number, api in enumerate(apis)}
        stages, last = history.stages(), history.last_draw()
        whole = history.funnel().get("")
        total = whole.generated if whole else 0
        rates, uses, examples, timeline = Rates(), Uses(apis), Examples(), Timeline(history.extent())
        draws, took = history.took(), None
        for candidate in history.everything():
            while took is None or took.index < candidate.draw.index:
                took = next(draws)
                timeline.add_draw(took)
            came_to = outcome(candidate, stages, last)
            rates.add(candidate, took.model, passed := came_to in (VERIFIED, SURPLUS))
            timeline.add_candidate(took, passed)
            if came_to == VERIFIED:
                uses.add(candidate)
            if self._is_kept(total):
                draw = candidate.draw
                kind = self._kinds.setdefault((draw.style, draw.strategy, took.model, came_to), len(self._kinds))
                examples.add(self.rows, candidate, came_to)
                self._shown.add(shown_row(candidate, kind))
                self._searched.add(search_row(candidate, kind, numbers))
                self.rows += 1
            self.candidates += 1
        for rest in draws:
            timeline.add_draw(rest)
        self._shown.flush()
        self._searched.flush()
        return {
            **gather_figures(history, examples),
            "rates": rates.to_json(),
            "timeline": timeline.to_json(),
            "apis": uses.to_json(),
            "kinds": list(self._kinds),
            "rows": self.rows,
            "candidates": self.candidates,
            "shown": self._shown.starts,
            "searched": self._searched.starts,
        }

    def _is_kept(self, total: int) -> bool:
        """Say whether the next candidate is one of those that the page has, spread evenly over all."""
        if total <= self._most:
            return True
        return (self.candidates + 1) * self._most // total > self.candidates * self._most // total
