"""The bundled library as a whole: how much of everything there is, and what every function does with wrong values."""

import asyncio
import copy
import doctest
import importlib
import inspect
import json
from ast import literal_eval
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apigen.config import SandboxConfig
from apigen.records import Api
from apigen.sources.context import SourceContext
from apigen.sources.python import PythonSource

LIBRARY = Path(__file__).parents[2] / "api_library"

# One value per type that no argument of that type takes everywhere; the first is wrong for nearly all of them.
NUMBERS = (-1, 0, -(10**15), 10**15, 10**400, -0.5, 1e308)
TEXTS = ("", " ", "\n", "no such thing", "ü\x00\u202e😀", "x" * 100_000)


async def _load() -> list[Api]:
    source = PythonSource.from_options({"path": str(LIBRARY)}, SourceContext.now(SandboxConfig()))
    try:
        return list(await source.load())
    finally:
        await source.close()


@pytest.fixture(scope="module")
def apis() -> list[Api]:
    """The library as `apigen library list --json` shows it."""
    return asyncio.run(_load())


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and all that are inside."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from schemas(one)


def function_of(api: Api) -> Callable[..., object]:
    function: Callable[..., object] = getattr(importlib.import_module(f"api_library.{api.category}"), api.name)
    return function


def recorded_results(api: Api) -> list[Any]:
    """The results that the docstring shows, which pytest runs as doctests."""
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(function_of(api)) or "")
    return [literal_eval(example.want) for example in examples if example.want]


def test_size_and_balance(apis: list[Api]) -> None:
    assert len(apis) >= 200
    assert len({api.name for api in apis}) == len(apis)
    assert len({api.description for api in apis}) == len(apis)
    sizes = Counter(api.category for api in apis)
    assert len(sizes) == 21
    assert all(9 <= size <= 12 for size in sizes.values()), sizes


def test_kinds_of_arguments(apis: list[Api]) -> None:
    kinds: Counter[str] = Counter()
    for api in apis:
        inside = list(schemas(list(api.properties.values())))
        types = [one.get("type") for one in inside]
        kinds["objects"] += "object" in types
        kinds["arrays"] += "array" in types
        kinds["enums"] += any("enum" in one for one in inside)
        kinds["optional"] += set(api.properties) > set(api.parameters.get("required", ()))
    assert kinds["objects"] >= 15
    assert kinds["arrays"] >= 25
    assert kinds["enums"] >= 60
    assert kinds["optional"] >= 40


def test_recorded_calls_and_results(apis: list[Api]) -> None:
    rich = 0
    for api in apis:
        results = recorded_results(api)
        assert len(api.examples) == len(results) >= 2, api.name
        assert len({json.dumps(call.arguments, sort_keys=True) for call in api.examples}) == len(results), api.name
        assert any(result != results[0] for result in results), f"{api.name} always returns {results[0]}"
        rich += any(
            isinstance(result, dict) and any(isinstance(value, list | dict) for value in result.values())
            for result in results
        )
    assert rich >= 10


def variants(schema: Any, value: Any) -> Iterator[Any]:
    """Yield values like a recorded one that are of the schema's type and mostly wrong: the whole or one part in turn."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        whole = any(one.get("type") == "integer" for one in schemas(schema))
        yield from (bad for bad in NUMBERS if isinstance(bad, int) or not whole)
    elif isinstance(value, str):
        yield from TEXTS
    elif isinstance(value, list):
        yield from ([], value[:1], value[:1] * 2, value[:1] * 3000)
        if value:
            for bad in variants(schema.get("items", schema), value[0]):
                yield [bad, *value[1:]]
    elif isinstance(value, dict):
        for key in value:
            for bad in variants(schema.get("properties", {}).get(key, schema), value[key]):
                yield value | {key: bad}


def test_wrong_values_end_in_one_clear_line(apis: list[Api]) -> None:
    problems = []
    for api in apis:
        function = function_of(api)
        for name, schema in api.properties.items():
            refused = 0
            takes_any = schema.get("type") == "boolean"
            for call in api.examples:
                if name not in call.arguments:
                    continue
                for bad in variants(schema, call.arguments[name]):
                    arguments = copy.deepcopy(dict(call.arguments) | {name: bad})
                    shown = f"{api.name}({name}={repr(bad)[:60]})"
                    try:
                        result = function(**arguments)
                    except ValueError as error:
                        refused += 1
                        message = str(error)
                        if not 10 <= len(message) <= 1000 or not message.isprintable():
                            problems.append(f"{shown}: no clear line: {message[:400]!r}")
                        elif not any(argument in message for argument in api.properties):
                            problems.append(f"{shown}: names no argument: {message!r}")
                    except Exception as error:
                        problems.append(f"{shown}: {type(error).__name__}: {error}"[:300])
                    else:
                        try:
                            json.dumps(result, allow_nan=False)
                        except ValueError:
                            problems.append(f"{shown}: no JSON: {result!r}"[:300])
            if not refused and not takes_any:
                problems.append(f"{api.name}: takes every value of {name}")
    assert not problems, "\n".join(problems)
