"""The one writer of a run: what happened goes in as it happens, each draw whole or not at all."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from apigen.config import RunConfig
from apigen.records import Api, Candidate, Completion, Draw, Json, Request, canonical
from apigen.store import open_database, store_errors, transaction
from apigen.store.packing import dumps, loads, pack_calls, pack_manner, pack_results, pack_verdicts
from apigen.store.pools import SeedPools
from apigen.store.reader import LAST_DRAW
from apigen.store.runs import continued_run, insert_run
from apigen.store.settlement import PENDING, OrderedChecker, Settlement
from apigen.store.statements import (
    ADD_COST,
    ADD_TALLY,
    COSTS_OF_DRAW,
    FIND_COMPLETION,
    SAVE_CANDIDATE,
    SAVE_COMPLETION,
    SAVE_DRAW,
)

CACHE_KB = 8_000
"""What the writer keeps of the file in memory, at most, so that a store of millions is not read again for each row."""


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where a run goes on: `next` is the first draw that is not finished, `verified` what those before it gave.

    `cut` is the first of them at which so many were verified as are wanted, if they were. `ahead` says of each finished draw beyond
    `next` how many verified samples it gave.
    """

    next: int
    verified: int
    cut: int | None
    ahead: dict[int, int]


class RunWriter:
    """Writes one run into a store, and tells what of it is already there.

    What writes may be called from one thread, and what reads from another one: those see what is committed. All that writes raises
    StoreBusy where the disk is full or the file locked, and StoreError where the store is lost.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, run_id: int, ordered: Sequence[OrderedChecker] | None = None
    ) -> None:
        self.path, self.run_id, self._connection = path, run_id, connection
        self._settlement = None if ordered is None else Settlement(connection, run_id, ordered)
        self._reading = open_database(path)
        connection.execute(f"pragma cache_size = -{CACHE_KB}")
        query = "select coalesce(seconds, 0) from runs where id = ?"
        self.seconds_before: float = connection.execute(query, [run_id]).fetchone()[0]
        query = (
            "select coalesce(sum(prompt_tokens + completion_tokens), 0), coalesce(sum(dollars), 0.0) "
            "from costs where run_id = ?"
        )
        self._spent: tuple[int, float] = connection.execute(query, [run_id]).fetchone()

    @classmethod
    def start(
        cls,
        config: RunConfig,
        apis: Sequence[Api],
        *,
        library_hash: str,
        sandbox_tier: str,
        stages: Sequence[str],
        clock: datetime,
        new_run: bool = False,
        ordered: Sequence[OrderedChecker] | None = None,
    ) -> "RunWriter":
        """Continue the newest run of these settings in the config's store; in an empty one, or with `new_run`, begin a run.

        `ordered`: the stages that decide in draw order, once `settle` is called; none where nothing has to wait for that.

        Raises:
            StoreError: If the store holds only runs of other settings or of another library.
        """
        path, connection = config.store, open_database(config.store, create=True)
        try:
            identity = {**config.identity(), "library_hash": library_hash}
            with store_errors(path), transaction(connection):
                run_id = None if new_run else continued_run(path, connection, identity)
                if run_id is None:
                    run_id = insert_run(
                        connection, config, apis, identity, sandbox_tier=sandbox_tier, stages=stages, clock=clock
                    )
                else:
                    connection.execute("update runs set cut = null, state = 'open' where id = ?", [run_id])
                    connection.execute("update tallies set surplus = 0 where run_id = ?", [run_id])
                    if ordered is not None:
                        Settlement(connection, run_id, ordered).reopen()
            return cls(path, connection, run_id, ordered)
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that is written in this block together, or nothing of it. Blocks nest: an inner one may fail alone.

        Raises:
            StoreBusy: Nothing was written, and the block may be done again later. What is inside must let it pass.
            StoreError: If the store cannot be written at all.
        """
        spent = self._spent
        try:
            with store_errors(self.path), transaction(self._connection):
                yield
        except BaseException:
            self._spent = spent
            raise

    # --- what is there ---

    def resume_point(self, wanted: int | None) -> ResumePoint:
        """Return where to go on with the run, and where its target of so many verified samples was reached."""
        upcoming, verified, cut = 0, 0, None
        ahead: dict[int, int] = {}
        decided = self._settlement.settled() if self._settlement else LAST_DRAW
        for index, gave in self._read("select idx, verified from draws where run_id = ? order by idx", self.run_id):
            if index != upcoming or index >= decided:
                ahead[index] = gave
                continue
            upcoming += 1
            verified += gave
            if cut is None and wanted and verified >= wanted:
                cut = index
        return ResumePoint(upcoming, verified, cut, ahead)

    def finished_draws(self) -> dict[int, int]:
        """Return how many verified samples each finished draw gave, by index."""
        return dict(self._read("select idx, verified from draws where run_id = ?", self.run_id))

    def spent_tokens(self) -> int:
        """Return all tokens read and written for this run."""
        return self._spent[0]

    def spent_dollars(self) -> float:
        """Return what this run's replies cost, where their LLMs have prices."""
        return self._spent[1]

    def count_candidates(self) -> dict[str, int]:
        """Return how many candidates there are for each reason of rejection ("" for the verified)."""
        query = "select reason, sum(candidates) from tallies where run_id = ? group by reason order by reason"
        return dict(self._read(query, self.run_id))

    def find_completion(self, request: Request) -> Completion | None:
        """Return the reply this request got before, if it ever did."""
        rows = list(self._read(FIND_COMPLETION, self.run_id, request.draw, request_key(request)))
        for text, model, prompt, completion, cached, seconds, truncated, dollars in rows:
            return Completion(text, model, prompt, completion, cached, seconds, bool(truncated), dollars)
        return None

    def open_batches(self, llm: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return the batch jobs of an LLM that are not closed, oldest first: their ids, and the keys of their requests."""
        query = "select id, keys from batches where run_id = ? and llm = ? and state = 'open' order by rowid"
        return [(batch, tuple(loads(keys))) for batch, keys in self._read(query, self.run_id, llm)]

    def _read(self, query: str, *values: Json) -> Iterator[tuple[Json, ...]]:
        with store_errors(self.path, "read"):
            yield from self._reading.execute(query, values)

    # --- what happens ---

    def save_completion(self, request: Request, reply: Completion) -> None:
        """Write a reply down, before anyone uses it."""
        row = (self.run_id, request.draw, request_key(request), request.purpose, reply.model, reply.text, reply.truncated,
               reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens, reply.seconds, reply.dollars)  # fmt: skip
        with self.transaction():
            if self._write(SAVE_COMPLETION, row) == 0:
                return
            query = "select style from draws where run_id = ? and idx = ?"
            done = self._connection.execute(query, [self.run_id, request.draw]).fetchone()
            cost = (1, reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens, reply.dollars, reply.seconds)
            self._add_cost(done[0] if done else "", request.purpose, reply.model, cost)
            tokens, dollars = self._spent
            self._spent = tokens + reply.prompt_tokens + reply.completion_tokens, dollars + reply.dollars

    def retire_replies(self, draw: int, purpose: str, keys: Sequence[str] = ()) -> None:
        """Keep a draw's replies (those of these keys, where some are given) on the bill, but let them answer no question again."""
        with self.transaction():
            self._connection.execute(
                "update completions set key = key || ':retired:' || rowid "
                "where run_id = ? and draw = ? and purpose = ? and key not like '%:retired:%' "
                "and (? = '[]' or key in (select value from json_each(?)))",
                [self.run_id, draw, purpose, *[dumps(list(keys))] * 2],
            )

    def save_draw(self, draw: Draw, candidates: Sequence[Candidate], seconds: float) -> None:
        """Write a finished draw with all its candidates; `seconds` is how long this session has run.

        Where stages decide in draw order, those that passed so far are pending, and the draw has none verified.
        """
        passed = PENDING if self._settlement else ""
        reasons = Counter(each.rejection.reason if each.rejection else passed for each in candidates)
        names = [dumps([api.name for api in apis]) for apis in (draw.apis, draw.distractors, draw.hidden)]
        at = self.seconds_before + seconds
        with self.transaction():
            row = (self.run_id, draw.index, draw.seed, draw.style, draw.strategy, *names, draw.withheld,
                   pack_manner(draw.manner), reasons[""], at)  # fmt: skip
            self._write(SAVE_DRAW, row)
            for candidate in candidates:
                self._save_candidate(candidate)
            for reason, count in reasons.items():
                if count:
                    self._write(ADD_TALLY, (self.run_id, draw.style, draw.strategy, reason, count))
            self._place_costs(draw)
            if any(candidate.results for candidate in candidates):
                ran = sum(result.seconds for candidate in candidates for result in candidate.results)
                self._add_cost(draw.style, "execution", "", (0, 0, 0, 0, 0.0, ran))
            self._write("update runs set seconds = ? where id = ?", (at, self.run_id))

    def _save_candidate(self, candidate: Candidate) -> None:
        rejection = candidate.rejection
        about: tuple[str, str | None, str | None, str | None]
        about = ("verified", None, None, None) if self._settlement is None else (PENDING, None, PENDING, None)
        if rejection:
            about = ("rejected", rejection.stage, rejection.reason, rejection.detail)
        row = (self.run_id, candidate.draw.index, candidate.position, candidate.raw, candidate.query,
               pack_calls(candidate.calls), *about, pack_results(candidate.results),
               pack_verdicts(candidate.verdicts), candidate.answer, pack_calls(candidate.meant), candidate.final)  # fmt: skip
        self._write(SAVE_CANDIDATE, row)

    def save_final(self, candidate: Candidate) -> None:
        """Write down the final answer of a candidate that is there."""
        place = (self.run_id, candidate.draw.index, candidate.position)
        with self.transaction():
            query = "update candidates set final = ? where run_id = ? and draw = ? and position = ?"
            self._write(query, (candidate.final, *place))

    def settle(self, draws: Sequence[int]) -> dict[int, Counter[str]]:
        """Let the stages that decide in draw order decide draws whose turn it is; return how many came to each reason.

        The verified ones have the reason "". What comes after a draw that was left open is decided without it, and decided anew in
        the session that finds it there.
        """
        if self._settlement is None:
            return {}
        with self.transaction():
            return {index: self._settlement.settle(index) for index in draws}

    def seed_pools(self, save: Callable[[int, str], None]) -> SeedPools:
        """Return the pools of seed examples; `save` has `save_pool` called."""
        return SeedPools(self.path, self._reading, self.run_id, save)

    def save_pool(self, number: int, places: str) -> None:
        """Write down the pool of a round."""
        with self.transaction():
            query = "insert or ignore into seed_pools (run_id, round, places) values (?, ?, ?)"
            self._write(query, (self.run_id, number, places))

    def _place_costs(self, draw: Draw) -> None:
        """Book the replies of a draw, which were an open draw's until now, under its style."""
        for purpose, model, *cost in self._connection.execute(COSTS_OF_DRAW, [self.run_id, draw.index]).fetchall():
            self._add_cost(draw.style, purpose, model, cost)
            self._add_cost("", purpose, model, [-value for value in cost])
        # With the last reply goes what rounding left of its seconds.
        self._write("delete from costs where run_id = ? and style = '' and replies = 0", (self.run_id,))

    def _add_cost(self, style: str, purpose: str, model: str, cost: Sequence[float]) -> None:
        self._write(ADD_COST, (self.run_id, style, purpose, model, *cost))

    def save_batch(self, batch: str, llm: str, keys: Sequence[str]) -> None:
        """Write down a batch job that an endpoint took: the keys of its requests, in order."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.transaction():
            query = "insert or replace into batches (run_id, id, llm, state, created_at, keys) values (?, ?, ?, 'open', ?, ?)"
            self._write(query, (self.run_id, batch, llm, now, dumps(list(keys))))

    def close_batch(self, batch: str) -> None:
        """Mark a batch job as done with: its replies are written down, or it failed."""
        with self.transaction():
            self._write("update batches set state = 'closed' where run_id = ? and id = ?", (self.run_id, batch))

    def finish(self, *, state: str, cut: int | None, seconds: float) -> None:
        """Close the run: `done`, `short` of its target or `stopped`; draws after `cut` are surplus."""
        with self.transaction():
            row = (state, cut, self.seconds_before + seconds, self.run_id)
            self._write("update runs set state = ?, cut = ?, seconds = ? where id = ?", row)
            self._write("update tallies set surplus = 0 where run_id = ?", (self.run_id,))
            beyond = (
                "select sum(verified), run_id, style, strategy from draws where run_id = ? and idx > ? and verified > 0 "
                "group by run_id, style, strategy"
            )
            mark = "update tallies set surplus = ? where run_id = ? and style = ? and strategy = ? and reason = ''"
            # A comparison with null is never true: without a cut there is no surplus.
            self._connection.executemany(mark, self._connection.execute(beyond, [self.run_id, cut]).fetchall())

    def _write(self, statement: str, values: tuple[Json, ...]) -> int:
        try:
            return self._connection.execute(statement, values).rowcount
        except UnicodeEncodeError:
            # Half of a surrogate pair is a text to Python alone.
            plain = [value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in values]
            return self._connection.execute(statement, plain).rowcount

    def close(self) -> None:
        self._reading.close()
        self._connection.close()


def request_key(request: Request) -> str:
    """Return the text that only the same question of the same draw has."""
    parts: Json = [
        request.purpose,
        request.draw,
        request.part,
        [[message.role, message.content] for message in request.messages],
        request.schema,
        request.max_tokens,
        request.temperature,
        request.seed,
        *([request.llm] if request.llm else []),
    ]
    return sha256(canonical(parts).encode("utf-8", "backslashreplace")).hexdigest()
