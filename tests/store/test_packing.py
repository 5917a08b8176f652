"""JSON values go in and come out whole, whatever orjson thinks of them."""

import json
import sqlite3
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.records import Call, CallError, CallResult, Verdict
from apigen.store.packing import (
    dumps,
    loads,
    pack_calls,
    pack_results,
    pack_verdicts,
    unpack_calls,
    unpack_results,
    unpack_verdicts,
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**66)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def typed(value: Any) -> Any:
    """Return a value in which 1, 1.0, -0.0 and True differ."""
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    return type(value).__name__, repr(value)


@settings(deadline=None, database=None)
@given(VALUES)
def test_any_json_value_comes_out_as_it_went_in(value: Any) -> None:
    text = dumps(value)
    text.encode()  # so SQLite takes it
    assert typed(loads(text)) == typed(value)
    assert typed(json.loads(text)) == typed(value)


@pytest.mark.parametrize("value", [2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**4000, "a\ud800b", {"\udfff": [1]}])
def test_what_orjson_does_not_keep_is_kept(value: Any) -> None:
    results = (CallResult(value, seconds=0.5), CallResult(error=CallError("timeout", "läte"), seconds=1.5))
    assert unpack_results(pack_results(results)) == results
    calls = (Call("f", {"x": value}), Call("g", {}))
    assert [(call.name, call.arguments) for call in unpack_calls(pack_calls(calls))] == [
        (call.name, call.arguments) for call in calls
    ]


def test_deep_values_are_kept() -> None:
    value: Any = 1
    for _ in range(600):
        value = [value]
    assert loads(dumps(value)) == value


def test_sqlite_reads_both_spellings() -> None:
    db = sqlite3.connect(":memory:")
    for value in ({"x": 1}, {"x": 1, "y": 2**70}):
        assert db.execute("select json_extract(?, '$.x')", [dumps(value)]).fetchone() == (1,)
    db.close()


def test_verdicts_keep_their_answers_and_old_ones_are_read() -> None:
    verdicts = (
        Verdict("format", True),
        Verdict("agreement", False, "agreement:different_calls", "läte", (Call("f", {"x": 2**70}), Call("g", {}))),
        Verdict("agreement", False, "agreement:different_calls", "", ()),
    )
    assert unpack_verdicts(pack_verdicts(verdicts)) == verdicts
    assert pack_verdicts(verdicts[:1]) == '[["format",true,"",""]]'
    assert unpack_verdicts('[["agreement",false,"agreement:different_calls","x"]]')[0].answer is None
