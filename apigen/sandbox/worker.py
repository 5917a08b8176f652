"""The untrusted side: runs in its own interpreter, started by path, and imports nothing of apigen's but its neighbour.

Reads one job from standard input, bounds itself, runs library code, and writes one JSON frame to the descriptor that it
was given. Standard library only, so that it starts fast.
"""

import ctypes
import importlib
import importlib.util
import json
import os
import resource
import signal
import sys
import time
import types
from collections.abc import Callable
from typing import Any, get_type_hints

MEGABYTE = 1 << 20
OPEN_FILES = 64
PR_SET_PDEATHSIG = 1
HEADER_BYTES = 8
MAX_DEPTH = 64


def main() -> None:
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    die_with(parent)
    job = json.load(sys.stdin)
    sys.path.extend(job["package_paths"])
    bound_resources(job["memory_mb"], job["seconds"])
    work = describe if job["do"] == "describe" else run_calls
    # Ends the process in time from within; the launcher's own clock, which also allows for the start, stands behind it.
    signal.setitimer(signal.ITIMER_REAL, job["seconds"])
    frame = json.dumps(work(job), allow_nan=False).encode("utf-8", "backslashreplace")
    with open(descriptor, "wb", closefd=False) as pipe:
        # Its length first: a process that library code left behind may hold the pipe open.
        pipe.write(len(frame).to_bytes(HEADER_BYTES, "big") + frame)
    # Threads, exit handlers and finalizers that the library left behind get no say after the frame.
    os._exit(0)


def die_with(parent: int) -> None:
    """Ask the kernel (Linux) to end this process when its parent ends, however that one does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)


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
    if not name.isidentifier() or importlib.util.find_spec(name) is not None:
        name = "apigen_library"  # rather than stand in the way of an installed module of that name
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
    return name


def describe(job: dict[str, Any]) -> dict[str, Any]:
    # The neighbour imports pydantic and friends, which running a call must not pay for.
    use_new_typed_dict()
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
    use_new_typed_dict()
    for loaded in [loaded for loaded in sys.modules if loaded.startswith(f"{package}.")]:
        del sys.modules[loaded]
    from pydantic import validate_call

    converting: Callable[..., Any] = validate_call(getattr(importlib.import_module(f"{package}.{module}"), name))
    return converting


def use_new_typed_dict() -> None:
    """Give libraries the TypedDict that pydantic can read: before Python 3.12 that is not the standard one."""
    import typing

    import typing_extensions

    typing.TypedDict = typing_extensions.TypedDict


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


if __name__ == "__main__":
    main()
