"""All that a store holds of one candidate, as one JSON object."""

from apigen.records import CallResult, Candidate, Json, Verdict, calls_to_json
from apigen.store.outcomes import SURPLUS, VERIFIED


def details(candidate: Candidate, came_to: str) -> dict[str, Json]:
    """Return a candidate with its outcome, draw, calls, results, verdicts and the LLM's raw text."""
    draw = candidate.draw
    return {
        "draw": draw.index,
        "position": candidate.position,
        "style": draw.style,
        "strategy": draw.strategy,
        "seed": draw.seed,
        "verified": came_to in (VERIFIED, SURPLUS),
        "outcome": came_to,
        "query": candidate.query,
        "offered": [api.name for api in draw.apis],
        "distractors": [api.name for api in draw.distractors],
        "hidden": [api.name for api in draw.hidden],
        "withheld": draw.withheld,
        "manner": draw.manner.to_json(),
        "calls": calls_to_json(candidate.calls),
        "results": [_result(result) for result in candidate.results],
        "final": candidate.final,
        "answer": candidate.answer,
        "meant": calls_to_json(candidate.meant),
        "verdicts": [_verdict(verdict) for verdict in candidate.verdicts],
        "raw": candidate.raw,
    }


def _result(result: CallResult) -> dict[str, Json]:
    if result.error:
        return {"error": result.error.kind, "message": result.error.message, "seconds": result.seconds}
    return {"value": result.value, "seconds": result.seconds}


def _verdict(verdict: Verdict) -> dict[str, Json]:
    said: dict[str, Json] = {
        "stage": verdict.stage, "passed": verdict.passed, "reason": verdict.reason, "detail": verdict.detail,
    }  # fmt: skip
    return said if verdict.answer is None else {**said, "answer": calls_to_json(verdict.answer)}
