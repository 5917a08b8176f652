"""JSON as the store keeps it: by orjson, which is fast, or by the standard library where orjson does not keep a value whole.

orjson writes no integers beyond 64 bits, and no half of a surrogate pair; and it would read such an integer back as a float. So a
text that begins with a space is one that the standard library wrote and has to read. Both are plain JSON to SQLite.
"""

import json
from collections.abc import Iterable
from functools import lru_cache

import orjson

from apigen.manner import PLAIN, Manner
from apigen.records import Call, CallError, CallResult, Json, Verdict, calls_to_json


def dumps(value: Json) -> str:
    """Return a JSON value as a text for the store."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return " " + json.dumps(value, separators=(",", ":"))


def loads(text: str) -> Json:
    """Return the value of a text that `dumps` made."""
    return json.loads(text) if text[:1] == " " else orjson.loads(text)


def pack_calls(calls: Iterable[Call]) -> str:
    return dumps(calls_to_json(tuple(calls)))


def unpack_calls(text: str) -> tuple[Call, ...]:
    return () if text == "[]" else _calls(loads(text))


def _calls(items: Json) -> tuple[Call, ...]:
    return tuple([Call(call["name"], call["arguments"]) for call in items])


def pack_results(results: Iterable[CallResult]) -> str:
    """Return results as `[[value, seconds], …]`, an error as `[null, seconds, kind, message]`."""
    return dumps([_result(result) for result in results])


def _result(result: CallResult) -> list[Json]:
    if result.error:
        return [None, result.seconds, result.error.kind, result.error.message]
    return [result.value, result.seconds]


def unpack_results(text: str) -> tuple[CallResult, ...]:
    return tuple(
        [
            CallResult(row[0], None, row[1]) if len(row) == 2 else CallResult(None, CallError(row[2], row[3]), row[1])
            for row in loads(text)
        ]
    )


def pack_verdicts(verdicts: Iterable[Verdict]) -> str:
    """Return verdicts as `[[stage, passed, reason, detail], …]`, with a fifth item where a solver's answer belongs to one."""
    return dumps([_verdict(verdict) for verdict in verdicts])


def _verdict(verdict: Verdict) -> list[Json]:
    said = [verdict.stage, verdict.passed, verdict.reason, verdict.detail]
    return said if verdict.answer is None else [*said, calls_to_json(verdict.answer)]


@lru_cache(maxsize=1024)  # most candidates got one of a few lists of verdicts
def unpack_verdicts(text: str) -> tuple[Verdict, ...]:
    return tuple([_said(*row) for row in loads(text)])


def _said(stage: str, passed: bool, reason: str, detail: str, answer: Json = None) -> Verdict:
    return Verdict(stage, passed, reason, detail, None if answer is None else _calls(answer))


def pack_manner(manner: Manner) -> str:
    """Return what is not plain of a manner, and nothing where all of it is."""
    return "" if manner == PLAIN else dumps(manner.to_json())


@lru_cache(maxsize=1024)
def unpack_manner(text: str) -> Manner:
    return Manner(**loads(text)) if text else PLAIN
