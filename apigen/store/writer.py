"""The one writer of a run: what happened goes in as it happens, each draw whole or not at all."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Concatenate, ParamSpec

from sqlite_utils import Database

from apigen import __version__
from apigen.config import RunConfig
from apigen.errors import StoreError
from apigen.records import Api, Candidate, Completion, Draw, Json, Request, calls_to_json, canonical
from apigen.store import open_database

P = ParamSpec("P")


def _in_one_line(write: Callable[Concatenate["RunWriter", P], None]) -> Callable[Concatenate["RunWriter", P], None]:
    """Turn what SQLite says of a full disk or a lost file into a StoreError that names the store."""

    @wraps(write)
    def guarded(writer: "RunWriter", /, *args: P.args, **kwargs: P.kwargs) -> None:
        with _store_errors(writer.path):
            write(writer, *args, **kwargs)

    return guarded


class RunWriter:
    """Writes one run into a store, and tells what of it is already there."""

    def __init__(self, path: Path, db: Database, run_id: int, seconds: float) -> None:
        self.path, self._db, self.run_id, self.seconds_before = path, db, run_id, seconds
        query = "select coalesce(sum(prompt_tokens + completion_tokens), 0) from completions where run_id = ?"
        self._tokens: int = db.execute(query, [run_id]).fetchone()[0]

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
    ) -> "RunWriter":
        """Begin a run in the config's store, or continue the one that is there.

        Raises:
            StoreError: If the store holds a run of other settings or of another library.
        """
        db = open_database(config.store, create=True)
        identity = {**config.identity(), "library_hash": library_hash}
        with _store_errors(config.store):
            rows = list(db.query("select id, identity, seconds from runs order by id"))
            if rows:
                _refuse_other_run(config.store, json.loads(rows[0]["identity"]), identity)
                db.execute("update runs set cut = null, state = 'open' where id = ?", [rows[0]["id"]])
                return cls(config.store, db, rows[0]["id"], rows[0]["seconds"])
            with db.atomic():
                db.table("runs").insert(
                    {
                        "id": 1,
                        "identity": canonical(identity),
                        "config": config.model_dump_json(),
                        "seed": config.seed,
                        "stages": json.dumps(list(stages)),
                        "library_hash": library_hash,
                        "sandbox_tier": sandbox_tier,
                        "apigen_version": __version__,
                        "state": "open",
                        "cut": None,
                        "seconds": 0.0,
                        "clock": clock.isoformat(),
                        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    }
                )
                db.table("apis").insert_all(_api_rows(1, apis))
        return cls(config.store, db, 1, 0.0)

    def finished_draws(self) -> dict[int, int]:
        """Return how many verified samples each finished draw gave, by index."""
        rows = self._db.query("select idx, verified from draws where run_id = ?", [self.run_id])
        return {row["idx"]: row["verified"] for row in rows}

    def spent_tokens(self) -> int:
        """Return all tokens read and written for this run."""
        return self._tokens

    def count_candidates(self) -> dict[str, int]:
        """Return how many candidates there are for each reason of rejection ("" for the verified)."""
        query = "select coalesce(reason, '') as reason, count(*) as n from candidates where run_id = ? group by 1 order by 1"
        return {row["reason"]: row["n"] for row in self._db.query(query, [self.run_id])}

    def find_completion(self, request: Request) -> Completion | None:
        """Return the reply this request got before, if it ever did."""
        rows = self._db.query(
            "select * from completions where run_id = ? and key = ?", [self.run_id, request_key(request)]
        )
        for row in rows:
            return Completion(
                text=row["text"],
                model=row["model"],
                prompt_tokens=row["prompt_tokens"],
                completion_tokens=row["completion_tokens"],
                cached_tokens=row["cached_tokens"],
                seconds=row["seconds"],
                truncated=bool(row["truncated"]),
            )
        return None

    @_in_one_line
    def save_completion(self, request: Request, reply: Completion) -> None:
        """Write a reply down, before anyone uses it."""
        self._tokens += reply.prompt_tokens + reply.completion_tokens
        self._db.table("completions").insert(
            {
                "run_id": self.run_id,
                "key": request_key(request),
                "draw": request.draw,
                "purpose": request.purpose,
                "model": reply.model,
                "text": reply.text,
                "truncated": reply.truncated,
                "prompt_tokens": reply.prompt_tokens,
                "completion_tokens": reply.completion_tokens,
                "cached_tokens": reply.cached_tokens,
                "seconds": reply.seconds,
            },
            ignore=True,
        )

    @_in_one_line
    def retire_replies(self, draw: int, purpose: str) -> None:
        """Keep a draw's replies on the bill, but let them answer no question again."""
        self._db.execute(
            "update completions set key = key || ':retired:' || rowid "
            "where run_id = ? and draw = ? and purpose = ? and key not like '%:retired:%'",
            [self.run_id, draw, purpose],
        )

    @_in_one_line
    def save_draw(self, draw: Draw, candidates: Sequence[Candidate], seconds: float) -> None:
        """Write a finished draw with all its candidates; `seconds` is how long this session has run."""
        verified = sum(candidate.rejection is None for candidate in candidates)
        with self._db.atomic():
            self._db.table("draws").insert(
                {
                    "run_id": self.run_id,
                    "idx": draw.index,
                    "seed": draw.seed,
                    "style": draw.style,
                    "strategy": draw.strategy,
                    "apis": json.dumps([api.name for api in draw.apis]),
                    "distractors": json.dumps([api.name for api in draw.distractors]),
                    "verified": verified,
                }
            )
            for candidate in candidates:
                self._save_candidate(candidate)
            self._db.execute("update runs set seconds = ? where id = ?", [self.seconds_before + seconds, self.run_id])

    def _save_candidate(self, candidate: Candidate) -> None:
        rejection = candidate.rejection
        row = {
            "run_id": self.run_id,
            "draw": candidate.draw.index,
            "position": candidate.position,
            "raw": candidate.raw,
            "query": candidate.query,
            "calls": _dumps(calls_to_json(candidate.calls)),
            "status": "rejected" if rejection else "verified",
            "stage": rejection.stage if rejection else None,
            "reason": rejection.reason if rejection else None,
            "detail": rejection.detail if rejection else None,
        }
        candidate_id = self._db.table("candidates").insert(row, alter=False).last_pk
        self._db.table("executions").insert_all(
            {
                "candidate_id": candidate_id,
                "position": position,
                "name": call.name,
                "arguments": _dumps(call.arguments),
                "value": _dumps(result.value) if result.ok else None,
                "error": result.error.kind if result.error else None,
                "message": result.error.message if result.error else None,
                "seconds": result.seconds,
            }
            for position, (call, result) in enumerate(zip(candidate.calls, candidate.results, strict=False))
        )
        self._db.table("verdicts").insert_all(
            {
                "candidate_id": candidate_id,
                "position": position,
                "stage": verdict.stage,
                "passed": verdict.passed,
                "reason": verdict.reason,
                "detail": verdict.detail,
            }
            for position, verdict in enumerate(candidate.verdicts)
        )

    @_in_one_line
    def finish(self, *, state: str, cut: int | None, seconds: float) -> None:
        """Close the run: `done`, `short` of its target or `stopped`; draws after `cut` are surplus."""
        self._db.execute(
            "update runs set state = ?, cut = ?, seconds = ? where id = ?",
            [state, cut, self.seconds_before + seconds, self.run_id],
        )

    def close(self) -> None:
        self._db.close()


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
    ]
    return sha256(canonical(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _api_rows(run_id: int, apis: Iterable[Api]) -> Iterator[dict[str, Json]]:
    for position, api in enumerate(apis):
        row = api.to_json()
        packed = {key: _dumps(row[key]) for key in ("parameters", "examples")}
        yield {"run_id": run_id, "position": position, **row, **packed}


def _refuse_other_run(path: Path, old: Mapping[str, Json], new: Mapping[str, Json]) -> None:
    if canonical(old) == canonical(new):
        return
    before, after = _flat(old), _flat(new)
    changed = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    if changed == ["library_hash"]:
        what = "the API library changed"
    else:
        what = "these settings differ: " + ", ".join(key for key in changed if key != "library_hash")
    raise StoreError(f"{path}: holds a run that was started otherwise ({what}); give this run a store of its own")


def _flat(value: Json, prefix: str = "") -> dict[str, Json]:
    if isinstance(value, Mapping):
        items = [_flat(item, f"{prefix}.{key}" if prefix else key) for key, item in value.items()]
        return {key: item for part in items for key, item in part.items()}
    return {prefix: canonical(value)}


@contextmanager
def _store_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a mistake of ours, not of the disk's
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: cannot be written ({error})") from None
