"""The untrusted side: runs in its own interpreter, started by path, and imports nothing of apigen's but its neighbour.

Reads one job from standard input, bounds itself, runs library code, and writes one JSON frame to the descriptor that it
was given. Standard library only, so that it starts fast.
"""

import importlib
import json
import os
import resource
import signal
import sys
import time
import types
from collections.abc import Callable
from typing import Any

MEGABYTE = 1 << 20
OPEN_FILES = 64
MAX_DEPTH = 64


def main() -> None:
    descriptor = int(sys.argv[1])
    job = json.load(sys.stdin)
    sys.path.extend(job["package_paths"])
    bound_resources(job["memory_mb"], job["cpu_seconds"])
    work = describe if job["do"] == "describe" else run_calls
    frame = json.dumps(work(job), allow_nan=False).encode("utf-8", "backslashreplace")
    with open(descriptor, "wb", closefd=False) as pipe:
        pipe.write(frame)
    # Threads, exit handlers and finalizers that the library left behind get no say after the frame.
    os._exit(0)


def bound_resources(memory_mb: int, cpu_seconds: float) -> None:
    """Bound address space, processor time, written files, open files and core dumps of this process."""
    seconds = int(cpu_seconds) + 1
    for what, limit in (
        (resource.RLIMIT_AS, memory_mb * MEGABYTE),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    # A write past the file size limit is then an OSError in the library's code, not the end of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def library_package(folder: str) -> str:
    """Make the folder importable under its own name, without putting it (or its parent) on sys.path."""
    name = os.path.basename(folder)
    if not name.isidentifier() or name in sys.stdlib_module_names:
        name = "library"
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
    return name


def describe(job: dict[str, Any]) -> dict[str, Any]:
    # The neighbour imports pydantic and friends, which running a call must not pay for.
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    describe_folder = importlib.import_module("describe").describe_folder
    sys.path.pop(0)
    result: dict[str, Any] = describe_folder(job["folder"], library_package(job["folder"]))
    return result


def run_calls(job: dict[str, Any]) -> dict[str, Any]:
    package = library_package(job["folder"])
    room = [job["output_kb"] * 1024]
    return {"results": [run_call(package, call, room) for call in job["calls"]]}


def run_call(package: str, call: dict[str, Any], room: list[int]) -> dict[str, Any]:
    """Run one call; return its value or its typed error. `room` holds the bytes that all results may still take."""
    start = time.perf_counter()
    outcome = _outcome(package, call, room)
    return {**outcome, "seconds": time.perf_counter() - start}


def _outcome(package: str, call: dict[str, Any], room: list[int]) -> dict[str, Any]:
    try:
        function = find_function(package, call["module"], call["function"])
        value = function(**call["arguments"])
    except MemoryError:
        return _error("memory", "out of memory")
    except BaseException as error:
        return _error("exception", f"{type(error).__name__}: {error}")
    try:
        text = json.dumps(_checked(value, MAX_DEPTH), allow_nan=False)
    except MemoryError:
        return _error("memory", "out of memory")
    except BaseException as error:
        return _error("not_json", str(error))
    room[0] -= len(text)
    if room[0] < 0:
        return _error("too_large", f"the result takes {len(text)} bytes")
    return {"value": json.loads(text)}


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": kind, "message": message[:2000]}


def _checked(value: Any, depth: int) -> Any:
    """Return the value if it is JSON as it stands; json.dumps alone would let tuples and int keys through."""
    if depth == 0:
        raise ValueError(f"nested more than {MAX_DEPTH} deep, or a cycle")
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
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
    if all(_is_plain(hint) for hint in getattr(function, "__annotations__", {}).values()):
        return function
    from pydantic import validate_call

    return validate_call(function)


def _is_plain(hint: Any) -> bool:
    """Say whether JSON values can be passed as they are: dates, enums, dataclasses and models cannot."""
    if isinstance(hint, str):
        return False
    arguments = getattr(hint, "__args__", ())
    origin = getattr(hint, "__origin__", hint)
    if str(origin) == "typing.Literal":
        return True
    if hasattr(origin, "__total__"):  # a TypedDict
        return all(_is_plain(item) for item in origin.__annotations__.values())
    if origin in (list, dict) or isinstance(origin, types.UnionType) or str(origin) == "typing.Union":
        return all(_is_plain(item) for item in arguments)
    return hint in (None, type(None), bool, int, float, str) or str(hint) == "typing.Any"


if __name__ == "__main__":
    main()
