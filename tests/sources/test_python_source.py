"""A folder of Python functions becomes APIs: schemas, texts, recorded calls, and calls that run."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from apigen.config import SandboxConfig
from apigen.errors import ConfigError, LibraryError
from apigen.options import Door
from apigen.records import Api, Call, CallResult
from apigen.sources import Library, build_sources, open_library
from apigen.sources.context import SourceContext
from apigen.sources.python import read_description

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write one file of a library folder; return the folder."""

    def write(code: str, file: str = "things.py", folder: str = "lib") -> Path:
        path = tmp_path / folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
        return tmp_path / folder

    return write


def opened(*folders: Path) -> Library:
    entries = [Door(name="python", options={"path": str(folder)}) for folder in folders]

    async def work() -> Library:
        library = await open_library(build_sources(entries, SourceContext.now(SandboxConfig())))
        await library.close()
        return library

    return asyncio.run(work())


def execute(library: Library, *calls: Call) -> tuple[CallResult, ...]:
    async def work() -> tuple[CallResult, ...]:
        try:
            return await library.execute(calls)
        finally:
            await library.close()

    return asyncio.run(work())


def function(arguments: str, body: str = "return 1", *, top: str = "", examples: str = "", name: str = "act") -> str:
    shown = f"\n\n    Examples:\n{examples}" if examples else ""
    return f'{top}\n\n\ndef {name}({arguments}):\n    """Do the thing.{shown}\n    """\n    {body}\n'


def problem(folder: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        opened(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_one_function_in_full(write: Write) -> None:
    code = '''
def convert(value: float, unit: str = "km") -> float:
    """Convert a distance — präzise.

    It goes on
    here.

    Args:
        value: The distance,
            in miles.
        unit: What to convert to.

    Returns:
        The converted
        distance.

    Examples:
        >>> convert(1.5)
        2.4
        >>> convert(value=2, unit="m")
        3218.7
    """
    return value
'''
    library = opened(write(code, "inner/units.py"))
    assert library.tier in ("bubblewrap", "landlock")
    assert library.apis == (
        Api(
            name="convert",
            description="Convert a distance — präzise. It goes on here.",
            parameters={
                "type": "object",
                "properties": {
                    "value": {"type": "number", "description": "The distance, in miles."},
                    "unit": {"type": "string", "default": "km", "description": "What to convert to."},
                },
                "required": ["value"],
                "additionalProperties": False,
            },
            category="units",
            source="python:lib/inner/units.py",
            returns="The converted distance.",
            examples=(Call("convert", {"value": 1.5}), Call("convert", {"value": 2, "unit": "m"})),
        ),
    )


def test_functions_come_in_a_fixed_order_and_private_ones_do_not(write: Write) -> None:
    write(function("", name="zebra") + function("", name="_hidden") + function("", name="ant"), "b.py")
    write(function("", name="cat"), "a.py")
    write(function("", name="no"), "_private.py")
    write(function("", name="nor"), ".hidden.py")
    write(function("", name="neither"), "_inner/x.py")
    write("not python at all", "notes.txt")
    write("from .a import cat\nfrom math import sqrt\nimport os\nclass Thing: pass\nlimit = 3\n", "c.py")
    folder = write(function("", name="dog"), "z/d.py")
    assert [api.name for api in opened(folder).apis] == ["cat", "zebra", "ant", "dog"]


TYPES: list[tuple[str, str, Any, Any]] = [
    # annotation (with what it needs), schema of the argument, a value, what `repr(x)` says of it inside
    ("x: int", {"type": "integer"}, 5, "5"),
    ("x: float", {"type": "number"}, 5.5, "5.5"),
    ("x: bool", {"type": "boolean"}, True, "True"),
    ("x: str", {"type": "string"}, "ü", "'ü'"),
    ("x: list[int]", {"type": "array", "items": {"type": "integer"}}, [1, 2], "[1, 2]"),
    ("x: list[list[float]]", {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, [[1.5]], "[[1.5]]"),
    ("x: dict[str, int]", {"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 1}, "{'a': 1}"),
    ("x: Literal['a', 'b']", {"type": "string", "enum": ["a", "b"]}, "b", "'b'"),
    ("x: Literal[1, 2]", {"type": "integer", "enum": [1, 2]}, 2, "2"),
    ("x: int | None", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, None, "None"),
    ("x: Optional[str]", {"anyOf": [{"type": "string"}, {"type": "null"}]}, "a", "'a'"),
    ("x: Union[int, str]", {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "a", "'a'"),
    ("x: int | list[str]", {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "string"}}]}, ["a"], "['a']"),
    ("x: date", {"type": "string", "format": "date"}, "2024-05-06", "datetime.date(2024, 5, 6)"),
    ("x: list[date]", {"type": "array", "items": {"type": "string", "format": "date"}}, ["2024-05-06"], "[datetime.date(2024, 5, 6)]"),
    ("x: Colour", {"type": "string", "enum": ["red", "green"]}, "red", "<Colour.RED: 'red'>"),
    ("x: Point", {"type": "object", "properties": {"lat": {"type": "number"}, "lon": {"type": "number", "default": 0.5}},
                  "required": ["lat"], "additionalProperties": False}, {"lat": 1.5}, "Point(lat=1.5, lon=0.5)"),
    ("x: Trip", {"type": "object", "properties": {"start": {"type": "string", "format": "date"}, "days": {"type": "integer"}},
                 "required": ["start"], "additionalProperties": False}, {"start": "2024-05-06", "days": 2},
     "{'start': datetime.date(2024, 5, 6), 'days': 2}"),
    ("x: Plain", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"],
                  "additionalProperties": False}, {"a": 1}, "{'a': 1}"),
    ("x: Book", {"type": "object", "properties": {"title": {"type": "string"}, "pages": {"type": "integer", "minimum": 1}},
                 "required": ["title", "pages"], "additionalProperties": False}, {"title": "T", "pages": 3},
     "Book(title='T', pages=3)"),
    ("x: list[Book]", {"type": "array", "items": {"type": "object", "properties": {"title": {"type": "string"},
        "pages": {"type": "integer", "minimum": 1}}, "required": ["title", "pages"], "additionalProperties": False}},
     [{"title": "T", "pages": 3}], "[Book(title='T', pages=3)]"),
    ("x: Annotated[int, Field(ge=1, le=9)]", {"type": "integer", "minimum": 1, "maximum": 9}, 4, "4"),
    ("x: tuple[int, str]", {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2,
                            "maxItems": 2}, [1, "a"], "(1, 'a')"),
    ("x: set[int]", {"type": "array", "uniqueItems": True, "items": {"type": "integer"}}, [3], "{3}"),
]  # fmt: skip
TOP = """
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, NotRequired, Optional, TypedDict, Union

from pydantic import BaseModel, Field

class Colour(Enum):
    RED = "red"
    GREEN = "green"

@dataclass
class Point:
    lat: float
    lon: float = 0.5

class Trip(TypedDict):
    start: date
    days: NotRequired[int]

class Plain(TypedDict):
    a: int

class Book(BaseModel):
    title: str
    pages: int = Field(ge=1)
"""


@pytest.mark.parametrize("lazy", ["", "from __future__ import annotations\n"], ids=["now", "lazy"])
def test_schemas_of_types_and_calls_with_them_that_run(write: Write, lazy: str) -> None:
    functions = [
        function(annotation, "return repr(x)", name=f"f{number}") for number, (annotation, *_) in enumerate(TYPES)
    ]
    library = opened(write(lazy + TOP + "".join(functions)))
    assert len(library.apis) == len(TYPES)
    calls = [Call(f"f{number}", {"x": value}) for number, (_, _, value, _) in enumerate(TYPES)]
    # A process each would take seconds: the calls do not touch one another.
    results = execute(library, *calls)
    failures = []
    for api, result, (annotation, schema, value, text) in zip(library.apis, results, TYPES, strict=True):
        assert api.parameters == {
            "type": "object", "properties": {"x": schema}, "required": ["x"], "additionalProperties": False,
        }, annotation  # fmt: skip
        Draft202012Validator.check_schema(api.parameters)
        assert Draft202012Validator(api.parameters).is_valid({"x": value}), annotation
        if result.error or result.value != text:
            failures.append((annotation, result.error or result.value))
    assert failures == []


@pytest.mark.parametrize(
    ("arguments", "schema"),
    [
        ("x: int = 3", {"type": "integer", "default": 3}),
        ("x: str | None = None", {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),
        ("x: list[int] = [1, 2]", {"type": "array", "items": {"type": "integer"}, "default": [1, 2]}),
        ("x: Colour = Colour.RED", {"type": "string", "enum": ["red", "green"], "default": "red"}),
        ("x: date = date(2024, 5, 6)", {"type": "string", "format": "date", "default": "2024-05-06"}),
        ("*, x: bool = False", {"type": "boolean", "default": False}),
        ("x: Any = None", {"default": None}),
    ],
)  # fmt: skip
def test_defaults(write: Write, arguments: str, schema: dict[str, Any]) -> None:
    library = opened(write(TOP + function(arguments, "return repr(x)")))
    (api,) = library.apis
    assert api.parameters["properties"] == {"x": schema}
    assert api.required == ()
    (result,) = execute(library, Call("act", {}))
    assert result.ok


def test_a_function_without_arguments(write: Write) -> None:
    library = opened(write(function("")))
    assert library.apis[0].parameters == {"type": "object", "properties": {}, "additionalProperties": False}
    assert execute(library, Call("act", {}))[0].value == 1


def test_argument_names_that_pydantic_does_not_like(write: Write) -> None:
    names = ["schema", "copy", "json", "model_config", "_hidden", "self", "cls", "field_0", "validate", "名前"]
    arguments = ", ".join(f"{name}: int" for name in names)
    library = opened(write(function(arguments, f"return [{', '.join(names)}]")))
    assert list(library.apis[0].properties) == names
    result = execute(library, Call("act", {name: number for number, name in enumerate(names)}))[0]
    assert result.value == list(range(len(names)))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def act(x: int):\n    return x\n", ["act", "no docstring"]),
        (function("x"), ["act", "argument `x` has no type annotation"]),
        (function("*values: int"), ["act", "argument `values` cannot be passed by name"]),
        (function("**values: int"), ["act", "argument `values` cannot be passed by name"]),
        (function("x: int, /"), ["act", "argument `x` cannot be passed by name"]),
        ('async def act(x: int) -> int:\n    """Do."""\n    return x\n', ["act", "async"]),
        (function("x: Unknown", top="from __future__ import annotations"), ["act", "Unknown"]),
        (function("x: object()"), ["act"]),
        (function("x: 'Thing'", top="class Thing: pass"), ["act"]),
        (function("x: Node", top="from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\n"
                  "class Node:\n    next: Node | None = None"), ["act", "contains itself"]),
        ("import no_such_module\n", ["module", "no_such_module"]),
        ("def broken(:\n", ["module", "SyntaxError"]),
        ("raise SystemExit(1)\n", ["module", "SystemExit"]),
        ("1 / 0\n", ["module", "ZeroDivisionError"]),
        ('raise ValueError("many\\nlines")\n', ["module", "ValueError: many"]),
        ("open('/tmp/apigen-test-import', 'w').write('x' * 100_000)\n", ["module", "Error"]),
    ],
)  # fmt: skip
def test_what_cannot_be_described_is_named(write: Write, code: str, words: list[str]) -> None:
    text = problem(write(code, "odd.py"))
    for word in [str(Path("lib") / "odd.py"), *words]:
        assert word in text


def test_several_problems_are_counted(write: Write) -> None:
    folder = write("def a(x: int): pass\n\n\ndef b(x: int): pass\n")
    assert f"1 more: `apigen library check --library {folder}`" in problem(folder)


def test_two_functions_of_one_name(write: Write) -> None:
    write(function("", name="twin"), "a.py")
    assert "'twin'" in problem(write(function("", name="twin"), "b.py"))


def test_two_libraries_with_one_name(write: Write) -> None:
    first = write(function("", name="twin"), folder="one")
    second = write(function("", name="twin"), folder="two")
    with pytest.raises(LibraryError, match=r"'twin' \(python:one/things\.py and python:two/things\.py\)"):
        opened(first, second)


def test_calls_of_two_libraries_keep_their_order(write: Write) -> None:
    first = write(function("x: int", "return ['one', x]", name="a"), folder="one")
    second = write(function("x: int", "return ['two', x]", name="b"), folder="two")
    library = opened(first, second)
    results = execute(library, Call("b", {"x": 1}), Call("a", {"x": 2}), Call("b", {"x": 3}))
    assert [result.value for result in results] == [["two", 1], ["one", 2], ["two", 3]]


RECORDED = '''
def act(x: int, y: str = "a", flag: bool = False, values: list[int] = [], table: dict[str, int] = {}) -> int:
    """Do.

    Examples:
        >>> act(1)
        1
        >>> act(-2, "b")
        1
        >>> act(3, flag=True, y="c")  # a comment
        1
        >>> act(
        ...     x=4,
        ...     values=[1, -2],
        ...     table={"a": 1},
        ... )
        1
        >>> round(act(5), 2)
        1
        >>> number = 6
        >>> act(number)
        1
        >>> act(*[7])
        1
        >>> act(**{"x": 7})
        1
        >>> act(8) + 1
        2
        >>> act(9, "a", True, [], {}, 5)
        1
        >>> act(0)
        Traceback (most recent call last):
        ValueError: no
        >>> other(1)
        1
    """
    return 1
'''


def test_recorded_calls_are_the_plain_calls_of_the_doctests(write: Write) -> None:
    (api,) = opened(write(RECORDED)).apis
    assert [dict(call.arguments) for call in api.examples] == [
        {"x": 1},
        {"x": -2, "y": "b"},
        {"x": 3, "flag": True, "y": "c"},
        {"x": 4, "values": [1, -2], "table": {"a": 1}},
    ]


@pytest.mark.parametrize(
    "code",
    [
        function("x: set[int]", examples="        >>> act({1, 2})\n        1"),
        function("x: bytes", examples='        >>> act(b"ab")\n        1'),
        function("x: complex", examples="        >>> act(1 + 2j)\n        1"),
        function("x: float", examples="        >>> act(1e999)\n        1"),
        function('x: float = float("inf")'),
        function('x: float = float("nan")'),
        function("x: set[int] = {1}"),
        function("x: bytes = b'\\xff'"),
        function("x: object = object()"),
        function("x: Literal[b'a']", top="from typing import Literal"),
        '\ndef act(x: int) -> int:\n    """Do \\ud800 that."""\n    return x\n',
    ],
    ids=["set", "bytes", "complex", "infinite", "inf-default", "nan-default", "set-default", "bytes-default", "object-default",
         "literal-bytes", "surrogate"],
)  # fmt: skip
def test_what_is_no_json_spoils_one_function_at_most(write: Write, code: str) -> None:
    """A recorded call or a default that JSON cannot say: left out, or a problem that names the function."""
    write(function("", name="fine"), "fine.py")
    folder = write(code, "odd.py")
    try:
        library = opened(folder)
    except LibraryError as error:
        text = str(error)
        assert "odd.py" in text
        assert "act" in text
    else:
        json.dumps([api.to_json() for api in library.apis], allow_nan=False, ensure_ascii=False).encode()
        assert len(library.hash) == 16
        assert "fine" in library.owners


def test_the_hash_follows_the_texts_and_nothing_else(write: Write) -> None:
    first = opened(write(function("x: int"))).hash
    assert opened(write(function("x: int", "return 2"))).hash == first
    assert opened(write(function("x: int = 1"))).hash != first
    assert opened(write(function("x: int", name="other"))).hash != first


ROW = {
    "file": "x.py",
    "module": "x",
    "name": "a",
    "description": "d",
    "returns": "",
    "parameters": {"type": "object", "properties": {}},
    "examples": [],
}


def row_of(schema: Any) -> dict[str, Any]:
    """The row of a function with one argument of this schema."""
    return ROW | {"parameters": {"type": "object", "properties": {"a": schema}}}


def forging(write: Write, row: Any) -> Path:
    """A library that says of itself what it likes: its code runs in the process that describes it."""
    data = json.dumps({"apis": [row], "problems": [], "clocked": False}).encode()
    return write(f"import os, time\nos.write(3, {len(data).to_bytes(8, 'big') + data!r})\ntime.sleep(30)\n")


@pytest.mark.parametrize(
    "row",
    [
        {},
        ROW | {"parameters": {"type": 5}},
        ROW | {"parameters": 5},
        ROW | {"examples": 5},
        ROW | {"examples": [5]},
        ROW | {"name": 5},
        {key: value for key, value in ROW.items() if key != "module"},
        row_of(True),
        row_of({"$ref": "http://127.0.0.1:9/"}),
        row_of({"type": "array", "items": {"$dynamicRef": "#/nowhere"}}),
    ],
    ids=json.dumps,
)
def test_a_library_that_forges_its_description_is_refused(write: Write, row: Any) -> None:
    folder = forging(write, row)
    found = problem(folder)
    assert str(folder) in found
    assert "is not usable" in found or "gave no usable reply" in found


def test_a_forged_description_with_nothing_wrong_in_it_is_taken(write: Write) -> None:
    (api,) = opened(forging(write, row_of({"type": "integer"}))).apis
    assert api.properties == {"a": {"type": "integer"}}


@pytest.mark.parametrize(
    "frame",
    [
        {"apis": 5},
        {"apis": [5]},
        {"apis": [{}]},
        {"apis": "text"},
        {"problems": [5]},
        {"problems": 5},
        {"problems": [{}]},
        {"problems": None},
    ],
    ids=json.dumps,
)
def test_a_reply_that_is_no_description_is_refused(frame: Any) -> None:
    with pytest.raises(LibraryError, match="no usable reply"):
        read_description({"apis": [], "problems": []} | frame, Path("lib"))


def test_nothing_of_the_library_is_imported_here(write: Write) -> None:
    folder = write(function("", top="import this"), "unheard_of.py")
    opened(folder)
    assert not {"unheard_of", "lib", "lib.unheard_of", "this"} & set(sys.modules)


def test_a_missing_folder_and_a_wrong_option() -> None:
    with pytest.raises(ConfigError, match=r"library\[0\]\.path: there is no folder 'nowhere'"):
        build_sources([Door(name="python", options={"path": "nowhere"})], SourceContext.now(SandboxConfig()))
    with pytest.raises(ConfigError, match=r"library\[0\]\.pth: unknown key; did you mean `path`"):
        build_sources([Door(name="python", options={"path": ".", "pth": "x"})], SourceContext.now(SandboxConfig()))
    with pytest.raises(ConfigError, match=r"library\[0\]\.source: 'pyton' is unknown"):
        build_sources([Door(name="pyton")], SourceContext.now(SandboxConfig()))


def test_a_file_whose_name_no_module_can_have_is_not_left_out_in_silence(write: Write) -> None:
    write(function("", name="fine"), "fine.py")
    folder = write(function("", name="rotate"), "2d-geometry.py")
    assert "2d-geometry.py" in problem(folder)
