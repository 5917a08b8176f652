"""One candidate as the page has it: a row to look through and a row to show. All values are texts, whole as JSON writes them."""

import json

from apigen.records import Api, Call, CallResult, Candidate, Json, Verdict

MOST_SEARCHED = 2_000
ONE_LINE = 100
_compact = json.JSONEncoder(ensure_ascii=False).encode


def apis_of(candidate: Candidate) -> list[Api]:
    """Return the APIs that a candidate is about: those it calls or was written from, else those it was offered."""
    draw = candidate.draw
    found = {call.name: draw.find(call.name) for call in (*candidate.calls, *candidate.meant)}
    return [api for api in found.values() if api] or list(draw.apis)


def search_row(candidate: Candidate, kind: int, numbers: dict[str, int]) -> Json:
    """Return `[draw, position, kind, [number of each API], query, calls]`, the texts cut to what is searched."""
    calls = "; ".join(map(_one_line, (*candidate.calls, *candidate.meant)))
    apis = [numbers[api.name] for api in apis_of(candidate)]
    query = candidate.query or candidate.raw
    about = candidate.draw.index, candidate.position, kind, apis
    return [*about, query[:MOST_SEARCHED], calls[:MOST_SEARCHED]]


def shown_row(candidate: Candidate, kind: int) -> Json:
    """Return everything that the store keeps of a candidate."""
    draw, results = candidate.draw, [*map(_result, candidate.results)]
    missing = [None] * (len(candidate.calls) - len(results))
    return {
        "draw": draw.index,
        "position": candidate.position,
        "kind": kind,
        "query": candidate.query,
        "calls": [
            {**_call(call), "result": result}
            for call, result in zip(candidate.calls, [*results, *missing], strict=False)
        ],
        "final": candidate.final,
        "answer": candidate.answer,
        "meant": [*map(_call, candidate.meant)],
        "withheld": draw.withheld,
        "manner": str(draw.manner),
        "verdicts": [*map(_verdict, candidate.verdicts)],
        "offered": [api.name for api in draw.apis],
        "hidden": [api.name for api in draw.hidden],
        "distractors": [api.name for api in draw.distractors],
        "raw": candidate.raw,
    }


def _one_line(call: Call) -> str:
    return f"{call.name}({', '.join(f'{name}={_compact(value)}' for name, value in call.arguments.items())})"


def _call(call: Call) -> Json:
    return {"name": call.name, "arguments": [[name, _text(value)] for name, value in call.arguments.items()]}


def _result(result: CallResult) -> Json:
    if result.error:
        return {"error": result.error.kind, "text": result.error.message, "seconds": result.seconds}
    return {"text": _text(result.value), "seconds": result.seconds}


def _verdict(verdict: Verdict) -> Json:
    said = {"stage": verdict.stage, "passed": verdict.passed, "reason": verdict.reason, "detail": verdict.detail}
    return said if verdict.answer is None else {**said, "answer": [*map(_call, verdict.answer)]}


def _text(value: Json) -> str:
    text = _compact(value)
    return text if len(text) <= ONE_LINE else json.dumps(value, ensure_ascii=False, indent=2)
