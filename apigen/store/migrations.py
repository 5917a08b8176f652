"""The store's tables, as ordered migrations. A released migration never changes; a new one is added below it."""

from sqlite_utils import Database, Migrations

migrations = Migrations("apigen")


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
