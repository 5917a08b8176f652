"""What people and exporters ask a store."""

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from heapq import merge
from itertools import islice
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Literal

from apigen.errors import StoreError
from apigen.records import Api, Call, Candidate, Draw, Json, Sample, Verdict, canonical
from apigen.store import open_database, store_errors
from apigen.store.packing import loads, unpack_calls, unpack_manner, unpack_results, unpack_verdicts
from apigen.store.selects import ASKED, CANDIDATES, NUMBERS, OF_DRAW, ONE, PLACES
from apigen.store.settlement import PENDING

LAST_DRAW = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of one grouping of candidates: how many came in, why some went out, how many are verified.

    `pending` are those that passed all but what is decided in draw order, and wait for an earlier draw.
    """

    generated: int
    rejected: dict[str, int]
    verified: int
    surplus: int
    pending: int = 0

    @property
    def all_verified(self) -> int:
        """The verified ones, with those beyond the target."""
        return self.verified + self.surplus

    @property
    def pass_rate(self) -> float:
        decided = self.generated - self.pending
        return self.all_verified / decided if decided else 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one purpose or style (or all) took: replies, tokens in and out, tokens the endpoint had cached, seconds, dollars."""

    replies: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    seconds: float
    dollars: float = 0.0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class StoreReader:
    """Reads one run of a store: the newest, or the one of the number given. Its sums are kept as it grows, and cost nothing.

    Raises:
        StoreError: On opening, if the store is missing or not one of apigen's, or has no such run.
    """

    def __init__(self, path: Path, run_id: int | None = None) -> None:
        self.path = path
        self._connection: sqlite3.Connection = open_database(path)
        self._connection.row_factory = sqlite3.Row
        numbers = [row["id"] for row in self._query("select id from runs order by id")]
        if run_id is not None and run_id not in numbers:
            raise StoreError(f"{path}: has no run {run_id}, only {', '.join(map(str, numbers)) or 'none'}")
        self.run_id = run_id if run_id is not None else max(numbers, default=0)

    def _query(self, sql: str, *values: Json) -> Iterator[sqlite3.Row]:
        with store_errors(self.path, "read"):
            yield from self._connection.execute(sql, values)

    def run(self) -> dict[str, Json] | None:
        """Return the run's row (state, seed, versions, seconds, …), or None in a store without one."""
        return next(map(dict, self._query("select * from runs where id = ?", self.run_id)), None)

    def runs(self) -> list[dict[str, Json]]:
        """Return the number, state, seed, beginning and verified samples of each run, oldest first."""
        query = """
            select id, state, seed, started_at, library_hash, coalesce(sum(candidates - surplus), 0) as verified
            from runs left join tallies on tallies.run_id = runs.id and tallies.reason = ''
            group by id order by id
        """
        return [dict(row) for row in self._query(query)]

    def stages(self) -> tuple[str, ...]:
        """Return the stages of the run's verifier, in order; none in a store without a run."""
        run = self.run()
        with self._damage():
            return tuple(map(str, json.loads(run["stages"]))) if run else ()

    def metadata(self) -> dict[str, Json]:
        """Return what a dataset's reader wants to know of its making: versions, seed, library, models, sandbox tier, config."""
        run = self.run()
        if run is None:
            return {}
        keys = ("apigen_version", "seed", "library_hash", "sandbox_tier", "clock", "state")
        query = "select purpose, model from costs where run_id = ? and replies > 0 group by 1, 2 order by 1, 2"
        models: dict[str, list[str]] = {}
        for row in self._query(query, self.run_id):
            models.setdefault(row["purpose"], []).append(row["model"])
        whole = self.funnel().get("")
        with self._damage():
            config = json.loads(run["config"])
        return {
            **{key: run[key] for key in keys},
            "stages": list(self.stages()),
            "models": models,
            "funnel": asdict(whole) if whole else {},
            "config": config,
        }

    def funnel(self, by: Literal["style", "strategy"] | None = None) -> dict[str, Funnel]:
        """Return the funnel, whole (key "") or by `style` or `strategy`."""
        group = {None: "''", "style": "style", "strategy": "strategy"}[by]
        rows = self._query(
            f"""
            select {group} as part, reason, sum(candidates) as n, sum(surplus) as surplus
            from tallies where run_id = ? group by 1, 2 order by 1, n desc, 2
            """,  # noqa: S608 - the grouping comes from the table above
            self.run_id,
        )
        found: dict[str, Funnel] = {}
        for part, reason, n, surplus in rows:
            old = found.get(part, Funnel(0, {}, 0, 0))
            waits = n if reason == PENDING else 0
            rejected = {**old.rejected, reason: n} if reason and not waits else old.rejected
            verified = 0 if reason else n - surplus
            found[part] = Funnel(
                old.generated + n, rejected, old.verified + verified, old.surplus + surplus, old.pending + waits
            )
        return found

    def costs(self, by: Literal["purpose", "style"] | None = "purpose") -> dict[str, Cost]:
        """Return what was paid for, by purpose, by style ("" is what the draws still open took), or whole (key "").

        Beside the LLMs' purposes there is `execution`, the seconds that calls took in the sandbox.
        """
        group = {None: "''", "purpose": "purpose", "style": "style"}[by]
        rows = self._query(
            f"""
            select {group}, sum(replies), sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens), sum(seconds),
                   sum(dollars)
            from costs where run_id = ? group by 1 order by 1
            """,  # noqa: S608 - the grouping comes from the table above
            self.run_id,
        )
        return {part: Cost(*sums) for part, *sums in rows}

    def apis(self) -> tuple[Api, ...]:
        """Return the APIs of the run's library, whether they were drawn or not, in its order."""
        query = "select * from apis where run_id = ? order by position"
        with self._damage():
            return tuple([_api(row) for row in self._query(query, self.run_id)])

    def samples(self, shuffle: int | None = None, *, singly: bool = False) -> Iterator[Sample]:
        """Yield the verified samples in draw order, or shuffled by a seed; what lies past the run's cut is left out.

        A shuffle holds 8 bytes a sample, and reads each from its own place in the store. So does `singly`, for those who
        take long over each: a read that stays open meanwhile keeps SQLite from folding its log in, which grows with every write.
        """
        stages = self.stages()
        rows = self._singly(shuffle) if singly or shuffle is not None else self._rows(None)
        for candidate in self._candidates(rows):
            yield Sample(candidate, stages)

    def rejected_beside(self, candidate: Candidate) -> tuple[Candidate, ...]:
        """Return the rejected candidates of the same draw."""
        return tuple(other for other in self.of_draw(candidate.draw.index) if other.rejection)

    def candidates(self, *, rejected: bool = False, reason: str = "", limit: int = 10) -> Iterator[Candidate]:
        """Yield candidates in draw order: verified ones, or rejected ones (of a reason that starts so)."""
        reasons: list[str | None] = [None]
        if rejected or reason:
            reasons = [known for known in self._reasons() if known != PENDING and known.startswith(reason)]
        in_order = merge(*map(self._rows, reasons), key=itemgetter(0, 1))
        yield from self._candidates(islice(in_order, limit))

    def of_draw(self, draw: int) -> tuple[Candidate, ...]:
        """Return the candidates of a draw, verified or not, in order; none where it has none, or is not done."""
        return tuple(self._candidates(self._plain_rows(OF_DRAW, self.run_id, draw)))

    def places(self, *, rejected: bool = False) -> Iterator[tuple[int, int]]:
        """Yield (draw, position) of the verified candidates, or of the rejected ones, in draw order; only an index is read."""
        reasons: list[str | None] = [known for known in self._reasons() if known != PENDING] if rejected else [None]
        yield from merge(*(self._rows(reason, PLACES) for reason in reasons))

    def asked(self, stage: str) -> Iterator[tuple[str, tuple[Call, ...], Verdict]]:
        """Yield query, calls and a stage's verdict of every candidate that came so far; reason by reason, each in draw order.

        Those that the stage passed are there too, also where a later one rejected them or they are past the run's cut.
        """
        stages = self.stages()
        if stage not in stages:
            return
        reached = stages[stages.index(stage) :]
        later = [reason for reason in self._reasons() if reason == PENDING or reason.split(":")[0] in reached]
        with self._damage():
            for reason in (None, *later):
                for query, calls, verdicts in self._query(ASKED, self.run_id, reason):
                    said = {verdict.stage: verdict for verdict in unpack_verdicts(verdicts)}
                    yield query, unpack_calls(calls), said[stage]

    def _reasons(self) -> list[str]:
        """Return the codes for which candidates were rejected, and `pending` where some are."""
        known = self._query("select distinct reason from tallies where run_id = ? and reason != ''", self.run_id)
        return [row["reason"] for row in known]

    def _rows(self, reason: str | None, sql: str = CANDIDATES) -> Iterator[tuple[Json, ...]]:
        return self._plain_rows(sql, self.run_id, reason, LAST_DRAW if reason is not None else self.last_draw())

    def _singly(self, shuffle: int | None) -> Iterator[tuple[Json, ...]]:
        numbers = array("q", (number for (number,) in self._plain_rows(NUMBERS, self.run_id, self.last_draw())))
        if shuffle is not None:
            Random(shuffle).shuffle(numbers)  # noqa: S311
        for number in numbers:
            yield from self._plain_rows(ONE, number)

    def last_draw(self) -> int:
        """Return the last draw that counts: the run's cut, or where it has none the last there can be."""
        run = self.run()
        with self._damage():
            return LAST_DRAW if run is None or run["cut"] is None else int(run["cut"])

    def _plain_rows(self, sql: str, *values: Json) -> Iterator[tuple[Json, ...]]:
        cursor = self._connection.cursor()
        cursor.row_factory = None  # plain tuples are the fastest, and their order is known
        with store_errors(self.path, "read"):
            # Not `yield from`: a reader that stops midway would have the cursor closed, perhaps after the connection.
            for row in cursor.execute(sql, values):  # noqa: UP028
                yield row

    @cached_property
    def _named(self) -> Callable[[str], tuple[Api, ...]]:
        """What returns the APIs of a JSON list of names."""
        known = {api.name: api for api in self.apis()}
        return lru_cache(maxsize=4096)(lambda names: tuple([known[name] for name in loads(names)]))

    def _candidates(self, rows: Iterator[tuple[Json, ...]]) -> Iterator[Candidate]:
        apis = self._named
        draw: Draw | None = None
        with self._damage():
            for index, position, raw, query, calls, results, verdicts, answer, meant, final, *about in rows:
                if draw is None or draw.index != index:
                    seed, style, strategy, offered, others, hidden, withheld, manner = about
                    draw = Draw(index, seed, style, strategy, apis(offered), (), apis(others), (), apis(hidden), withheld,
                                manner=unpack_manner(manner))  # fmt: skip
                yield Candidate(
                    draw,
                    position,
                    raw,
                    query,
                    unpack_calls(calls),
                    None,
                    unpack_results(results),
                    unpack_verdicts(verdicts),
                    answer,
                    unpack_calls(meant),
                    final=final,
                )

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, LookupError, TypeError) as error:
            raise StoreError(f"{self.path}: is damaged ({type(error).__name__}: {error})") from None

    def close(self) -> None:
        self._connection.close()


def recorded_clock(path: Path, identity: Mapping[str, Json]) -> datetime | None:
    """Return the time at which the clock stands for the run that a config of this identity would continue, if there is one."""
    if not path.is_file() or not path.stat().st_size:
        return None
    wanted = canonical(identity)
    with closing(open_database(path)) as connection, store_errors(path, "read"):
        for text, clock in connection.execute(
            "select identity, coalesce(clock, started_at) from runs order by id desc"
        ):
            settings = {key: value for key, value in json.loads(text).items() if key != "library_hash"}
            if canonical(settings) == wanted:
                return datetime.fromisoformat(clock)
    return None


def _api(row: sqlite3.Row) -> Api:
    return Api(
        name=row["name"],
        description=row["description"],
        parameters=dict(json.loads(row["parameters"])),
        category=row["category"],
        source=row["source"],
        returns=row["returns"],
        examples=tuple(Call(call["name"], call["arguments"]) for call in json.loads(row["examples"])),
    )
