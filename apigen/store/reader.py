"""What people and exporters ask a store."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from apigen.errors import StoreError
from apigen.records import Api, Call, CallError, CallResult, Candidate, Draw, Json, Sample, Verdict
from apigen.store import open_database


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts of one grouping of candidates: how many came in, why some went out, how many are verified."""

    generated: int
    rejected: dict[str, int]
    verified: int
    surplus: int

    @property
    def pass_rate(self) -> float:
        return (self.verified + self.surplus) / self.generated if self.generated else 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one purpose (or all) took: replies, tokens in and out, tokens the endpoint had cached, seconds."""

    replies: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    seconds: float

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class StoreReader:
    """Reads one store.

    Raises:
        StoreError: On opening, if it is missing or not one of apigen's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db: Database = open_database(path)

    def _query(self, sql: str, values: Sequence[Json] = ()) -> Iterator[dict[str, Json]]:
        try:
            yield from self._db.query(sql, values)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path}: cannot be read ({error})") from None

    def run(self) -> dict[str, Json] | None:
        """Return the run's row (state, seed, versions, seconds, …), or None in a store without one."""
        return next(iter(self._query("select * from runs order by id limit 1")), None)

    def metadata(self) -> dict[str, Json]:
        """Return what a dataset's reader wants to know of its making: versions, seed, library, models, sandbox tier, config."""
        run = self.run()
        if run is None:
            return {}
        keys = ("apigen_version", "seed", "library_hash", "sandbox_tier", "clock", "state")
        models = [row["model"] for row in self._query("select distinct model from completions order by model")]
        return {
            **{key: run[key] for key in keys},
            "stages": json.loads(run["stages"]),
            "models": models,
            "config": json.loads(run["config"]),
        }

    def funnel(self, by: str | None = None) -> dict[str, Funnel]:
        """Return the funnel, whole (key "") or by `style` or `strategy`."""
        group = {None: "''", "style": "draws.style", "strategy": "draws.strategy"}[by]
        rows = self._query(
            f"""
            select {group} as grouping, coalesce(candidates.reason, '') as reason, count(*) as n,
                   sum(candidates.status = 'verified' and runs.cut is not null and candidates.draw > runs.cut) as surplus
            from candidates
            join runs on runs.id = candidates.run_id
            join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
            group by 1, 2 order by 1, n desc, 2
            """  # noqa: S608 - the grouping comes from the table above
        )
        found: dict[str, Funnel] = {}
        for row in rows:
            old = found.get(row["grouping"], Funnel(0, {}, 0, 0))
            rejected = {**old.rejected, row["reason"]: row["n"]} if row["reason"] else old.rejected
            verified = 0 if row["reason"] else row["n"] - row["surplus"]
            found[row["grouping"]] = Funnel(
                old.generated + row["n"], rejected, old.verified + verified, old.surplus + row["surplus"]
            )
        return found

    def costs(self) -> dict[str, Cost]:
        """Return what was paid for, by purpose."""
        rows = self._query(
            """
            select purpose, count(*) as replies, sum(prompt_tokens) as prompt, sum(completion_tokens) as completion,
                   sum(cached_tokens) as cached, sum(seconds) as seconds
            from completions group by purpose order by purpose
            """
        )
        return {
            row["purpose"]: Cost(row["replies"], row["prompt"], row["completion"], row["cached"], row["seconds"])
            for row in rows
        }

    def samples(self) -> Iterator[Sample]:
        """Yield the verified samples in draw order; what lies past the run's cut is left out."""
        run = self.run()
        if run is None:
            return
        stages = tuple(json.loads(run["stages"]))
        for candidate in self._candidates("candidates.id in (select id from verified)", []):
            yield Sample(candidate, stages)

    def candidates(self, *, rejected: bool = False, reason: str = "", limit: int = 10) -> Iterator[Candidate]:
        """Yield candidates in draw order: verified ones, or rejected ones (of a reason that starts so)."""
        if not rejected and not reason:
            yield from self._candidates("candidates.id in (select id from verified)", [], limit)
        else:
            where = "candidates.status = 'rejected' and substr(candidates.reason, 1, ?) = ?"
            yield from self._candidates(where, [len(reason), reason], limit)

    def _candidates(self, where: str, values: list[Json], limit: int = -1) -> Iterator[Candidate]:
        apis = self._apis()
        rows = self._query(
            f"""
            select candidates.*, draws.idx, draws.seed, draws.style, draws.strategy, draws.apis, draws.distractors
            from candidates
            join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
            where {where} order by candidates.run_id, candidates.draw, candidates.position limit {int(limit)}
            """,  # noqa: S608 - `where` is ours, its values are bound
            values,
        )
        for row in rows:
            draw = Draw(
                index=row["idx"],
                seed=row["seed"],
                style=row["style"],
                strategy=row["strategy"],
                apis=tuple(apis[row["run_id"], name] for name in json.loads(row["apis"])),
                distractors=tuple(apis[row["run_id"], name] for name in json.loads(row["distractors"])),
            )
            yield Candidate(
                draw=draw,
                position=row["position"],
                raw=row["raw"],
                query=row["query"],
                calls=tuple(Call(call["name"], call["arguments"]) for call in json.loads(row["calls"])),
                results=tuple(self._results(row["id"])),
                verdicts=tuple(self._verdicts(row["id"])),
            )

    def _apis(self) -> dict[tuple[int, str], Api]:
        return {(row["run_id"], row["name"]): _api(row) for row in self._query("select * from apis")}

    def _results(self, candidate_id: int) -> Iterator[CallResult]:
        query = "select * from executions where candidate_id = ? order by position"
        for row in self._query(query, [candidate_id]):
            if row["error"]:
                yield CallResult(error=CallError(row["error"], row["message"]), seconds=row["seconds"])
            else:
                yield CallResult(value=json.loads(row["value"]), seconds=row["seconds"])

    def _verdicts(self, candidate_id: int) -> Iterator[Verdict]:
        query = "select * from verdicts where candidate_id = ? order by position"
        for row in self._query(query, [candidate_id]):
            yield Verdict(row["stage"], bool(row["passed"]), row["reason"], row["detail"])


def recorded_clock(path: Path) -> datetime | None:
    """Return the time at which the clock stands for the run in a store, if there is one."""
    run = StoreReader(path).run() if path.is_file() and path.stat().st_size else None
    return datetime.fromisoformat(run["clock"] or run["started_at"]) if run else None


def _api(row: dict[str, Json]) -> Api:
    return Api(
        name=row["name"],
        description=row["description"],
        parameters=json.loads(row["parameters"]),
        category=row["category"],
        source=row["source"],
        returns=row["returns"],
        examples=tuple(Call(call["name"], call["arguments"]) for call in json.loads(row["examples"])),
    )
