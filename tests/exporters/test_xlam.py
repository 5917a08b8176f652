"""The xlam layout, row by row, and files that are whole or not there."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.errors import StoreError
from apigen.exporters import EXPORTERS, export
from apigen.exporters.formats import Layout
from apigen.exporters.xlam import FORMAT
from apigen.records import Call
from tests.makers import INTEGER, NULL, NUMBER, TEXT, make_api, make_candidate, make_draw, make_sample

PLAIN = [name for name, format_ in EXPORTERS.items() if not format_.pairs]
POINT = {
    "type": "object",
    "properties": {"x": NUMBER, "y": NUMBER},
    "required": ["x", "y"],
    "additionalProperties": False,
}


def row(number, sample):
    return FORMAT.row(number, sample, Layout())


def tools(*apis):
    return json.loads(row(0, make_sample(make_candidate(make_draw(*apis))))["tools"])


def parameter(schema, required=True):
    (tool,) = tools(make_api("f", {"a": schema}, ["a"] if required else []))
    return tool["parameters"]["a"]


def test_a_row_has_the_four_columns():
    sample = make_sample(make_candidate(make_draw(make_api(), make_api("other", {})), query="Wie groß?"))
    assert row(17, sample) == {
        "id": 17,
        "query": "Wie groß?",
        "answers": '[{"name": "area", "arguments": {"width": 2, "height": 3}}]',
        "tools": json.dumps(
            [
                {
                    "name": "area",
                    "description": "Return the area of a rectangle.",
                    "parameters": {
                        "width": {"description": "", "type": "int"},
                        "height": {"description": "", "type": "int"},
                    },
                },
                {"name": "other", "description": "Return the area of a rectangle.", "parameters": {}},
            ]
        ),
    }


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (TEXT, "str"),
        (INTEGER, "int"),
        (NUMBER, "float"),
        ({"type": "boolean"}, "bool"),
        ({"type": "object"}, "dict"),
        ({"type": "array"}, "list"),
        ({"type": "array", "items": {}}, "list"),
        ({"type": "array", "items": NUMBER}, "List[float]"),
        ({"type": "array", "items": {"type": "array", "items": TEXT}}, "List[List[str]]"),
        ({"type": "array", "items": POINT}, "List[dict]"),
        ({"type": "array", "items": {"anyOf": [TEXT, INTEGER]}}, "List[Union[str, int]]"),
        ({"anyOf": [INTEGER, NULL]}, "int"),
        ({"anyOf": [{"type": "array", "items": INTEGER}, NULL]}, "List[int]"),
        ({"anyOf": [TEXT, INTEGER, NULL]}, "Union[str, int]"),
        ({"oneOf": [TEXT, NUMBER]}, "Union[str, float]"),
        ({"enum": ["a", "b"]}, "str"),
        ({"enum": [1, 2]}, "int"),
        ({"enum": ["a", 1]}, "Union[str, int]"),
        ({"const": "a"}, "str"),
        ({"type": "string", "enum": ["a"]}, "str"),
        ({}, "Any"),
    ],
)
def test_types_have_their_python_names(schema, expected):
    assert parameter(schema)["type"] == expected
    assert parameter(schema, required=False)["type"] == f"{expected}, optional"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["integer", "null"]}, "int"),
        ({"type": ["string", "integer"]}, "Union[str, int]"),
        ({"anyOf": [NULL]}, "None"),
    ],
)
def test_other_ways_to_write_a_type_have_their_names_too(schema, expected):
    assert parameter(schema)["type"] == expected


@pytest.mark.parametrize("default", [5, 0, False, "", "km", [], {"x": 1}])
def test_an_optional_parameter_carries_its_default(default):
    found = parameter({"default": default, "description": "What it is."}, required=False)
    assert found["default"] == default
    assert type(found["default"]) is type(default)
    assert found["description"] == "What it is."


def test_a_default_of_null_or_of_a_required_parameter_is_not_carried():
    assert "default" not in parameter({"anyOf": [INTEGER, NULL], "default": None}, required=False)
    assert "default" not in parameter({**INTEGER, "default": 5}, required=True)
    assert "default" not in parameter(INTEGER, required=False)


@pytest.mark.parametrize(
    "schema",
    [
        {"enum": ["a", "b"]},
        {"type": "array", "items": POINT},
        POINT,
        {"type": "string", "format": "date"},
        {"type": "number", "minimum": 0, "maximum": 1},
    ],
)
def test_what_a_type_name_cannot_say_stays_beside_it(schema):
    found = parameter(schema)
    kept = {key: value for key, value in schema.items() if key not in ("type", "additionalProperties")}
    assert {key: found[key] for key in kept} == kept


@pytest.mark.parametrize(
    ("schema", "key"),
    [({"enum": ["a", "b"]}, "enum"), (POINT, "properties"), ({"type": "array", "items": POINT}, "items")],
)
def test_what_a_type_name_cannot_say_stays_for_an_optional_one_too(schema, key):
    assert schema[key] == parameter({"anyOf": [schema, NULL], "default": None}, required=False).get(key)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
calls = st.builds(Call, st.text(max_size=8), st.dictionaries(st.text(max_size=5), values, max_size=3))


@settings(deadline=None, database=None)
@given(st.lists(calls, min_size=1, max_size=3))
def test_answers_read_back_to_the_same_calls(made):
    text = json.dumps(row(0, make_sample(make_candidate(None, *made))), ensure_ascii=False)
    assert "\n" not in text
    back = json.loads(json.loads(text)["answers"])
    assert [Call(**each) for each in back] == made


def rows(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_has_a_line_for_each_sample(tmp_path, name):
    file = tmp_path / "new" / "folder" / "out.jsonl"
    samples = [make_sample(make_candidate(query=f"Zeile\n{number} \u2028 ü")) for number in range(3)]
    assert export(iter(samples), name, file, {}) == 3
    assert rows(file) == [EXPORTERS[name].row(number, sample, Layout()) for number, sample in enumerate(samples)]
    assert "ü" in file.read_text(encoding="utf-8")
    assert {path.name for path in file.parent.iterdir()} - {"dataset_info.json"} == {"out.jsonl", "out.jsonl.meta.yaml"}


def test_no_samples_make_an_empty_file(tmp_path):
    file = tmp_path / "out.jsonl"
    file.write_text("old")
    assert export([], "xlam", file, {}) == 0
    assert file.read_text() == ""


def test_the_same_samples_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        export([make_sample(), make_sample()], "xlam", tmp_path / name, {})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def failing(error):
    yield make_sample()
    raise error


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (RuntimeError("lost"), RuntimeError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(28, "No space left"), StoreError),
    ],
)
def test_a_failure_midway_leaves_the_old_file_and_nothing_else(tmp_path, error, raised):
    file = tmp_path / "out.jsonl"
    file.write_text("old")
    with pytest.raises(raised):
        export(failing(error), "xlam", file, {})
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_failure_midway_leaves_no_file_where_there_was_none(tmp_path):
    with pytest.raises(RuntimeError):
        export(failing(RuntimeError("lost")), "openai", tmp_path / "out.jsonl", {})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    with pytest.raises(StoreError, match="cannot be written") as caught:
        export([make_sample()], "xlam", tmp_path, {})
    assert str(tmp_path) in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert [path.name for path in tmp_path.parent.iterdir() if path.suffix == ".part"] == []


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match=r"taken.*cannot be written"):
        export([make_sample()], "xlam", tmp_path / "taken" / "out.jsonl", {})


@pytest.mark.parametrize("file", [".", "/"])
def test_a_path_without_a_name_is_an_error_of_the_users(tmp_path, monkeypatch, file):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError):
        export([], "xlam", Path(file), {})


def test_what_made_the_rows_lies_beside_them(tmp_path: Path) -> None:
    export([make_sample()], "xlam", tmp_path / "out.jsonl", {"sandbox_tier": "none", "seed": 3})
    beside = yaml.safe_load((tmp_path / "out.jsonl.meta.yaml").read_text("utf-8"))
    assert beside == {"format": "xlam", "rows": 1, "sandbox_tier": "none", "seed": 3}


def test_the_bytes_of_a_line(tmp_path):
    """The line itself is compact; the JSON strings in it are spelled as in the data set, with spaces."""
    export([make_sample(make_candidate(make_draw(make_api("f", {"a": TEXT})), Call("f", {"a": "ü"}), query="Größe?"))],
           "xlam", tmp_path / "out.jsonl", {})  # fmt: skip
    assert (tmp_path / "out.jsonl").read_text("utf-8") == (
        '{"id":0,"query":"Größe?","answers":"[{\\"name\\": \\"f\\", \\"arguments\\": {\\"a\\": \\"ü\\"}}]",'
        '"tools":"[{\\"name\\": \\"f\\", \\"description\\": \\"Return the area of a rectangle.\\", '
        '\\"parameters\\": {\\"a\\": {\\"description\\": \\"\\", \\"type\\": \\"str\\"}}}]"}\n'
    )


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("value", [10**4000, -(2**64), "a\ud800b", "\u2028 😀", 1e-07])
def test_odd_values_survive(tmp_path, name, value):
    """Such as orjson writes no line of."""
    api = make_api("f", {"a": {"default": value}}, [])
    sample = make_sample(make_candidate(make_draw(api), Call("f", {"a": value})))
    assert export([sample], name, tmp_path / "out.jsonl", {}) == 1
    assert rows(tmp_path / "out.jsonl") == [EXPORTERS[name].row(0, sample, Layout())]


def test_apis_of_one_name_keep_their_own_tools():
    """What is made of an API is kept, but by the API itself and not by its name."""
    for count in range(3):
        properties = {f"a{number}": TEXT for number in range(count)}
        assert list(tools(make_api("f", properties))[0]["parameters"]) == list(properties)


def test_a_sample_without_a_call_has_an_empty_list_of_answers():
    draw = make_draw(make_api("other", {}), style="irrelevance", hidden=(make_api(),))
    found = row(0, make_sample(make_candidate(draw, meant=(Call("area", {"width": 1}),), answer="I can't.")))
    assert found["answers"] == "[]"
    assert [tool["name"] for tool in json.loads(found["tools"])] == ["other"]
