"""What is wrong with a library of Python functions, before anyone spends a token on it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from apigen.config import SandboxConfig
from apigen.records import Api, CallResult, canonical
from apigen.sandbox import Invocation, Sandbox, open_sandbox
from apigen.sources.context import SourceContext
from apigen.sources.python import read_api, read_description


async def audit(folder: Path, limits: SandboxConfig) -> tuple[list[str], int]:
    """Return the problems found, a line each that names file and function, and the number of APIs.

    Raises:
        ConfigError, LibraryError, SandboxError: If the folder cannot be described at all.
    """
    from apigen.errors import ConfigError

    if not folder.is_dir():
        raise ConfigError(f"there is no folder '{folder}'; give the folder of your functions", key="--library")
    context = SourceContext.now(limits)
    # Two sets of workers: what a file draws at random when it is imported differs only between them.
    sandbox, other = (open_sandbox(folder, limits, context.clock) for _ in range(2))
    try:
        return await _audit(folder, sandbox, other)
    finally:
        await sandbox.close()
        await other.close()


async def _audit(folder: Path, sandbox: Sandbox, other: Sandbox) -> tuple[list[str], int]:
    rows, problems = read_description(await sandbox.describe(), folder)
    seen: dict[str, str] = {}
    for row in rows:
        api = read_api(row, folder)
        where = f"{folder / str(row['file'])}: {api.name}"
        problems += [f"{where}: {problem}" for problem in _document_problems(api)]
        if api.name in seen:
            problems.append(f"{where}: {seen[api.name]} has a function of the same name; rename one")
        seen[api.name] = str(row["file"])
        jobs = [Invocation(row["module"], api.name, call.arguments) for call in api.examples]
        first, second = await asyncio.gather(sandbox.run(jobs), other.run(jobs))
        problems += [f"{where}: {problem}" for problem in _run_problems(api, first, second)]
    return problems, len(rows)


def _document_problems(api: Api) -> Iterator[str]:
    from jsonschema import Draft202012Validator

    for name, schema in api.properties.items():
        if not schema.get("description"):
            yield f"argument `{name}` is not described; say its meaning, unit and range under `Args:`"
    if not api.examples:
        yield "has no recorded call; add doctest examples `>>> name(argument=value)`"
    validator = Draft202012Validator(api.parameters)
    for call in api.examples:
        for error in validator.iter_errors(call.arguments):
            yield f"example {canonical(call.arguments)} does not fit the annotations: {error.message[:200]}"


def _run_problems(api: Api, first: tuple[CallResult, ...], second: tuple[CallResult, ...]) -> Iterator[str]:
    for call, one, other in zip(api.examples, first, second, strict=True):
        if one.error:
            yield f"example {canonical(call.arguments)} does not run: {one.error.kind}: {one.error.message[:200]}"
        elif other.error or canonical(one.value) != canonical(other.value):
            yield f"example {canonical(call.arguments)} gives another result each time; use the module `random`, which is seeded"
