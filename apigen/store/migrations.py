"""The store's tables, as ordered migrations. A released migration never changes; a new one is added below it."""

import json
import sqlite3
import sys

# sqlite-utils imports these where it finds them, for types of theirs: a third of a second before the first draw.
_hidden = [name for name in ("numpy", "pandas") if sys.modules.setdefault(name, None) is None]  # type: ignore[arg-type]
from sqlite_utils import Database, Migrations  # noqa: E402

for _name in _hidden:
    del sys.modules[_name]

from apigen.store.packing import dumps  # noqa: E402

migrations = Migrations("apigen")


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a store's tables up to date."""
    migrations.apply(Database(connection))


@migrations()
def m001_initial(db: Database) -> None:
    db.table("runs").create(
        {
            "id": int,
            "identity": str,
            "config": str,
            "seed": int,
            "stages": str,
            "library_hash": str,
            "sandbox_tier": str,
            "apigen_version": str,
            "state": str,
            "cut": int,
            "seconds": float,
            "started_at": str,
        },
        pk="id",
        not_null={"identity", "config", "seed", "stages", "library_hash", "sandbox_tier", "apigen_version", "state"},
    )
    db.table("apis").create(
        {
            "run_id": int,
            "name": str,
            "position": int,
            "description": str,
            "parameters": str,
            "category": str,
            "source": str,
            "returns": str,
            "examples": str,
        },
        pk=("run_id", "name"),
        foreign_keys=[("run_id", "runs", "id")],
    )
    db.table("draws").create(
        {
            "run_id": int,
            "idx": int,
            "seed": int,
            "style": str,
            "strategy": str,
            "apis": str,
            "distractors": str,
            "verified": int,
        },
        pk=("run_id", "idx"),
        foreign_keys=[("run_id", "runs", "id")],
    )
    db.table("completions").create(
        {
            "run_id": int,
            "key": str,
            "draw": int,
            "purpose": str,
            "model": str,
            "text": str,
            "truncated": int,
            "prompt_tokens": int,
            "completion_tokens": int,
            "cached_tokens": int,
            "seconds": float,
        },
        pk=("run_id", "key"),
        foreign_keys=[("run_id", "runs", "id")],
    )
    db.table("candidates").create(
        {
            "id": int,
            "run_id": int,
            "draw": int,
            "position": int,
            "raw": str,
            "query": str,
            "calls": str,
            "status": str,
            "stage": str,
            "reason": str,
            "detail": str,
        },
        pk="id",
        foreign_keys=[("run_id", "runs", "id")],
    )
    db.table("candidates").create_index(["run_id", "draw", "position"], unique=True)
    db.table("candidates").create_index(["run_id", "reason"])
    db.table("executions").create(
        {
            "candidate_id": int,
            "position": int,
            "name": str,
            "arguments": str,
            "value": str,
            "error": str,
            "message": str,
            "seconds": float,
        },
        pk=("candidate_id", "position"),
        foreign_keys=[("candidate_id", "candidates", "id")],
    )
    db.table("verdicts").create(
        {"candidate_id": int, "position": int, "stage": str, "passed": int, "reason": str, "detail": str},
        pk=("candidate_id", "position"),
        foreign_keys=[("candidate_id", "candidates", "id")],
    )
    # What lies past a run's cut is surplus: verified, kept, and used when the target is raised.
    db.create_view(
        "verified",
        """
        select candidates.id, candidates.run_id, candidates.draw, candidates.position, draws.style, draws.strategy,
               candidates.query, candidates.calls, draws.apis
        from candidates
        join runs on runs.id = candidates.run_id
        join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
        where candidates.status = 'verified' and (runs.cut is null or candidates.draw <= runs.cut)
        order by candidates.run_id, candidates.draw, candidates.position
        """,
    )


@migrations()
def m002_clock(db: Database) -> None:
    db.table("runs").add_column("clock", str)


@migrations()
def m003_scale(db: Database) -> None:
    """What a million candidates need: a row that holds all of a candidate, indexes in draw order, and sums kept as they grow."""
    _one_row_a_candidate(db)
    _completions_by_draw(db)
    db.execute("create index candidates_by_reason on candidates (run_id, reason, draw, position)")
    db.execute("create index draws_in_order on draws (run_id, idx, verified)")
    # Verified candidates have the reason ''. `surplus` are those past the run's cut.
    db.execute(
        """
        create table tallies (
            run_id integer not null references runs(id), style text not null, strategy text not null,
            reason text not null, candidates integer not null, surplus integer not null default 0,
            primary key (run_id, style, strategy, reason)
        ) without rowid
        """
    )
    # The style is '' for the replies of draws that are still open; `execution` is the sandbox's time, in no model.
    db.execute(
        """
        create table costs (
            run_id integer not null references runs(id), style text not null, purpose text not null, model text not null,
            replies integer not null, prompt_tokens integer not null, completion_tokens integer not null,
            cached_tokens integer not null, dollars float not null, seconds float not null,
            primary key (run_id, style, purpose, model)
        ) without rowid
        """
    )
    _count(db)
    db.execute(
        """
        create table batches (
            run_id integer not null references runs(id), id text not null, llm text not null, state text not null,
            created_at text not null, keys text not null, primary key (run_id, id)
        )
        """
    )


def _one_row_a_candidate(db: Database) -> None:
    for column in ("results", "verdicts"):
        db.execute(f"alter table candidates add column {column} text not null default '[]'")
    for candidate, calls in db.execute("select id, calls from candidates").fetchall():
        results = db.execute(
            "select value, seconds, error, message from executions where candidate_id = ? order by position",
            [candidate],
        )
        packed = [
            [None, seconds, error, message] if error else [json.loads(value), seconds]
            for value, seconds, error, message in results
        ]
        verdicts = db.execute(
            "select stage, passed, reason, detail from verdicts where candidate_id = ? order by position", [candidate]
        )
        db.execute(
            "update candidates set calls = ?, results = ?, verdicts = ? where id = ?",
            [
                dumps(json.loads(calls)),
                dumps(packed),
                dumps([[stage, bool(passed), reason, detail] for stage, passed, reason, detail in verdicts]),
                candidate,
            ],
        )
    db.execute("drop table executions")
    db.execute("drop table verdicts")
    db.execute("drop index idx_candidates_run_id_reason")
    # The same names still answer by hand.
    db.execute(
        """
        create view executions as
        select candidates.id as candidate_id, each.key as position,
               json_extract(candidates.calls, '$[' || each.key || '].name') as name,
               json_extract(candidates.calls, '$[' || each.key || '].arguments') as arguments,
               json_extract(each.value, '$[0]') as value, json_extract(each.value, '$[2]') as error,
               json_extract(each.value, '$[3]') as message, json_extract(each.value, '$[1]') as seconds
        from candidates, json_each(candidates.results) as each
        """
    )
    db.execute(
        """
        create view verdicts as
        select candidates.id as candidate_id, each.key as position, json_extract(each.value, '$[0]') as stage,
               json_extract(each.value, '$[1]') as passed, json_extract(each.value, '$[2]') as reason,
               json_extract(each.value, '$[3]') as detail
        from candidates, json_each(candidates.verdicts) as each
        """
    )


def _completions_by_draw(db: Database) -> None:
    """Put a draw's replies side by side: keys are hashes, and an index of nothing else grows in a random place each time."""
    db.execute("alter table completions rename to old_completions")
    db.execute(
        """
        create table completions (
            run_id integer not null references runs(id), draw integer not null, key text not null, purpose text, model text,
            text text, truncated integer, prompt_tokens integer, completion_tokens integer, cached_tokens integer,
            seconds float, dollars float not null default 0, primary key (run_id, draw, key)
        )
        """
    )
    columns = (
        "run_id, draw, key, purpose, model, text, truncated, prompt_tokens, completion_tokens, cached_tokens, seconds"
    )
    db.execute(f"insert into completions ({columns}) select {columns} from old_completions order by rowid")  # noqa: S608
    db.execute("drop table old_completions")


def _count(db: Database) -> None:
    db.execute(
        """
        insert into tallies
        select candidates.run_id, draws.style, draws.strategy, coalesce(candidates.reason, ''), count(*),
               sum(candidates.reason is null and runs.cut is not null and candidates.draw > runs.cut)
        from candidates
        join runs on runs.id = candidates.run_id
        join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
        group by 1, 2, 3, 4
        """
    )
    db.execute(
        """
        insert into costs
        select completions.run_id, coalesce(draws.style, ''), purpose, model, count(*), sum(prompt_tokens),
               sum(completion_tokens), sum(cached_tokens), sum(dollars), sum(seconds)
        from completions
        left join draws on draws.run_id = completions.run_id and draws.idx = completions.draw
        group by 1, 2, 3, 4
        """
    )
    db.execute(
        """
        insert into costs
        select candidates.run_id, draws.style, 'execution', '', 0, 0, 0, 0, 0, sum(executions.seconds)
        from candidates
        join executions on executions.candidate_id = candidates.id
        join draws on draws.run_id = candidates.run_id and draws.idx = candidates.draw
        group by 1, 2
        """
    )


@migrations()
def m004_no_call(db: Database) -> None:
    """Samples without a call: the answer in words, the call that the query was written from, and what was kept from the query."""
    for table, column, default in (
        ("candidates", "answer", ""),
        ("candidates", "meant", "[]"),
        ("draws", "hidden", "[]"),
        ("draws", "withheld", ""),
    ):
        db.execute(f"alter table {table} add column {column} text not null default '{default}'")


@migrations()
def m005_manner(db: Database) -> None:
    """How each draw's request is worded: what is not plain, as JSON."""
    db.execute("alter table draws add column manner text not null default ''")


@migrations()
def m006_times(db: Database) -> None:
    """When each draw was finished: after so many seconds of the run's work, breaks between its sessions left out."""
    db.execute("alter table draws add column at_seconds float")


@migrations()
def m007_labels(db: Database) -> None:
    """What people say of candidates: `good`, `bad` or `skip`."""
    db.execute(
        """
        create table labels (
            run_id integer not null references runs(id), draw integer not null, position integer not null,
            labeller text not null, label text not null, note text not null default '', at text not null,
            primary key (run_id, draw, position, labeller)
        ) without rowid
        """
    )


@migrations()
def m008_settlement(db: Database) -> None:
    """What is decided in draw order: how far that got, and the keys by which samples that were kept are found again."""
    db.execute("alter table runs add column settled integer not null default 0")
    db.execute(
        """
        create table kept_keys (
            key integer not null, run_id integer not null references runs(id), draw integer not null,
            position integer not null, primary key (key, run_id, draw, position)
        ) without rowid
        """
    )
    db.execute(
        """
        create table seed_pools (
            run_id integer not null references runs(id), round integer not null, places text not null,
            primary key (run_id, round)
        )
        """
    )


@migrations()
def m009_final(db: Database) -> None:
    """What the assistant says in words once it has the results."""
    db.execute("alter table candidates add column final text not null default ''")
