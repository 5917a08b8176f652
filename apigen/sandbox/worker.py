"""The work itself: runs library code in a child of the fork server and says what came of it. Standard library only."""

import importlib
import importlib.util
import json
import os
import sys
import time
import types
from collections.abc import Callable
from typing import Any, get_type_hints

import determinism

MAX_DEPTH = 64


def _encoder() -> Callable[[Any], str]:
    """Return what turns checked JSON values into text.

    It is the C encoder that json.JSONEncoder(allow_nan=False).encode makes anew for every value, made once: that is a fifth of
    a child's time.
    """
    make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make is None:
        return json.JSONEncoder(allow_nan=False).encode
    encode = make(None, None, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, False)
    return lambda value: "".join(encode(value, 0))


_strict = _encoder()
_functions: dict[tuple[str, str], Callable[..., Any] | None] = {}
"""What was called before, by module and name; None for what could not be loaded, which fails again, and typed, in each child."""


def work(job: dict[str, Any], package: str) -> bytes:
    """Do one job; return its frame."""
    return TASKS[job["do"]](job, package).encode("utf-8", "backslashreplace")


def load_functions(package: str, calls: list[dict[str, Any]]) -> bool:
    """Load what the calls need and is not there yet, in the server, for all children to come; say whether anything was."""
    fresh = {(call["module"], call["function"]) for call in calls} - _functions.keys()
    for module, name in sorted(fresh):
        try:
            _functions[module, name] = find_function(package, module, name)
        except BaseException:
            _functions[module, name] = None
    return bool(fresh)


def library_package(folder: str) -> str:
    """Make the folder importable under its own name, without putting it (or its parent) on sys.path."""
    name = os.path.basename(folder)
    if not name.isidentifier() or importlib.util.find_spec(name) is not None:
        name = "apigen_library"  # rather than stand in the way of an installed module of that name
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
    return name


def describe(job: dict[str, Any], package: str) -> str:
    # The neighbour imports pydantic and friends, which running a call must not pay for.
    use_new_typed_dict()
    described = neighbour("describe")
    determinism.clock_was_read = False
    found = described.describe_files(job["folder"], package, job["files"])
    return _strict({**found, "clocked": determinism.clock_was_read})


def neighbour(name: str) -> types.ModuleType:
    """Import a file beside this one by its place, since the library may have a module of that name."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"apigen_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_calls(job: dict[str, Any], package: str) -> str:
    determinism.reseed(job["seed"])
    room = job["output_kb"] * 1024
    results = []
    for call in job["calls"]:
        start = time.perf_counter()
        outcome, size = _outcome(package, call, room)
        room -= size
        results.append(f'{{{outcome}, "seconds": {time.perf_counter() - start!r}}}')
    return f'{{"results": [{", ".join(results)}]}}'


def sing(job: dict[str, Any], package: str) -> str:
    return _strict({"escaped": neighbour("canary").sing()})


TASKS: dict[str, Callable[[dict[str, Any], str], str]] = {
    "run": run_calls,
    "describe": describe,
    "canary": sing,
}


def _outcome(package: str, call: dict[str, Any], room: int) -> tuple[str, int]:
    """Run one call; return the members of its result as JSON text, and the size of the value, which `room` bounds."""
    try:
        function = _functions.get((call["module"], call["function"])) or find_function(
            package, call["module"], call["function"]
        )
        value = function(**call["arguments"])
    except MemoryError:
        return _error("memory", "out of memory"), 0
    except BaseException as error:
        return _error("exception", f"{type(error).__name__}: {error}"), 0
    try:
        text = _strict(_checked(value, MAX_DEPTH))
    except MemoryError:
        return _error("memory", "out of memory"), 0
    except BaseException as error:
        return _error("not_json", str(error)), 0
    if len(text) > room:
        return _error("too_large", f"the result takes {len(text)} bytes"), 0
    return f'"value": {text}', len(text)


def _error(kind: str, message: str) -> str:
    return f'"error": "{kind}", "message": {_strict(message[:2000])}'


def _checked(value: Any, depth: int) -> Any:
    """Return the value if it is JSON as it stands; json.dumps alone would let tuples and int keys through."""
    if depth == 0:
        raise ValueError(f"nested more than {MAX_DEPTH} deep, or a cycle")
    kind = type(value)
    if value is None or kind in (bool, int, float):
        return value
    if kind is str:
        value.encode()  # half of a surrogate pair is a text to Python alone
        return value
    if kind is list:
        return [_checked(item, depth - 1) for item in value]
    if kind is dict:
        for key in value:
            if type(key) is not str:
                raise ValueError(f"an object key is of type {type(key).__name__}, not str")
        return {key: _checked(item, depth - 1) for key, item in value.items()}
    raise ValueError(f"a value of type {kind.__name__} is no JSON")


def find_function(package: str, module: str, name: str) -> Callable[..., Any]:
    """Return a library function; its arguments are converted first where it takes more than plain JSON types."""
    function: Callable[..., Any] = getattr(importlib.import_module(f"{package}.{module}"), name)
    if all(_is_plain(hint) for hint in get_type_hints(function).values()):
        return function
    if use_new_typed_dict():
        for loaded in [loaded for loaded in sys.modules if loaded.startswith(f"{package}.")]:
            del sys.modules[loaded]
        _functions.clear()
    from pydantic import validate_call

    converting: Callable[..., Any] = validate_call(getattr(importlib.import_module(f"{package}.{module}"), name))
    return converting


def use_new_typed_dict() -> bool:
    """Give libraries the TypedDict that pydantic can read: before Python 3.12 that is not the standard one. False: they had it."""
    import typing

    import typing_extensions

    if typing.TypedDict is typing_extensions.TypedDict:
        return False
    typing.TypedDict = typing_extensions.TypedDict
    return True


def _is_plain(hint: Any) -> bool:
    """Say whether JSON values can be passed as they are: dates, enums, dataclasses and models cannot."""
    arguments = getattr(hint, "__args__", ())
    origin = getattr(hint, "__origin__", hint)
    if str(origin) == "typing.Literal":
        return True
    if hasattr(origin, "__total__"):  # a TypedDict
        return all(_is_plain(item) for item in origin.__annotations__.values())
    if origin in (list, dict) or isinstance(origin, types.UnionType) or str(origin) == "typing.Union":
        return all(_is_plain(item) for item in arguments)
    return hint in (None, type(None), bool, int, float, str) or str(hint) == "typing.Any"
