"""What is wrong with a library, before anyone spends a token on it."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apigen.config import Source
from apigen.records import Api, CallResult, canonical
from apigen.sandbox import Invocation
from apigen.sources import ApiSource, build_sources
from apigen.sources.context import SourceContext
from apigen.sources.coverage import is_rich
from apigen.sources.python import PythonSource, read_api, read_description

WANTED_EXAMPLES = 2
"""Recorded calls of a function: from one alone, neither parallel calls nor variety can be made."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The APIs found, `problems` and `left_out` a line each, and the names of those that returned rich objects."""

    apis: tuple[Api, ...]
    problems: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    rich: frozenset[str] = frozenset()


async def audit(entries: Sequence[Source], context: SourceContext) -> Audit:
    """Look for problems in every source: texts, schemas and recorded calls, which for Python functions are run twice.

    Calls of other sources are not made: they could change something at a server.

    Raises:
        ConfigError, LibraryError, SandboxError, EndpointError: If a source cannot be read at all.
    """
    # Two sets of workers: what a file draws at random when it is imported differs only between them.
    first, second = build_sources(entries, context), build_sources(entries, context)
    try:
        parts = [await _audit(source, other) for source, other in zip(first, second, strict=True)]
    finally:
        await asyncio.gather(*(source.close() for source in (*first, *second)))
    apis = [api for part in parts for api in part.apis]
    problems = [problem for part in parts for problem in part.problems]
    return Audit(
        tuple(apis),
        (*problems, *_same_names(apis)),
        tuple(line for part in parts for line in part.left_out),
        frozenset().union(*(part.rich for part in parts)),
    )


async def _audit(source: ApiSource, other: ApiSource) -> Audit:
    if isinstance(source, PythonSource) and isinstance(other, PythonSource):
        return await _audit_functions(source, other)
    apis = tuple(await source.load())
    problems = tuple(f"{api.source}: {api.name}: {problem}" for api in apis for problem in _document_problems(api))
    return Audit(apis, problems, tuple(getattr(source, "left_out", ())))


async def _audit_functions(source: PythonSource, other: PythonSource) -> Audit:
    folder = source.folder
    rows, problems = read_description(await source.sandbox.describe(), folder)
    apis, rich = [], set()
    for row in rows:
        api = read_api(row, folder)
        apis.append(api)
        where = f"{folder / str(row['file'])}: {api.name}"
        jobs = [Invocation(row["module"], api.name, call.arguments) for call in api.examples]
        results, again = await asyncio.gather(source.sandbox.run(jobs), other.sandbox.run(jobs))
        found = (*_document_problems(api), *_few_examples(api), *_run_problems(api, results, again))
        problems += [f"{where}: {problem}" for problem in found]
        if any(is_rich(result.value) for result in results):
            rich.add(api.name)
    return Audit(tuple(apis), tuple(problems), rich=frozenset(rich))


def _same_names(apis: Sequence[Api]) -> Iterator[str]:
    seen: dict[str, Api] = {}
    for api in apis:
        if api.name in seen:
            yield f"{api.source}: {api.name}: {seen[api.name].source} has an API of the same name; rename one"
        seen[api.name] = api


def _document_problems(api: Api) -> Iterator[str]:
    from jsonschema import Draft202012Validator

    for name, schema in api.properties.items():
        if not schema.get("description"):
            yield f"argument `{name}` is not described; say its meaning, unit and range"
    validator = Draft202012Validator(api.parameters)
    for call in api.examples:
        for error in validator.iter_errors(call.arguments):
            yield f"example {canonical(call.arguments)} does not fit the annotations: {error.message[:200]}"


def _few_examples(api: Api) -> Iterator[str]:
    if len(api.examples) < WANTED_EXAMPLES:
        count = f"{len(api.examples) or 'no'} recorded call{'s'[: len(api.examples) != 1]}"
        yield f"has {count}, {WANTED_EXAMPLES} are wanted; add doctest examples `>>> name(argument=value)`"


def _run_problems(api: Api, first: tuple[CallResult, ...], second: tuple[CallResult, ...]) -> Iterator[str]:
    for call, one, other in zip(api.examples, first, second, strict=True):
        if one.error:
            yield f"example {canonical(call.arguments)} does not run: {one.error.kind}: {one.error.message[:200]}"
        elif other.error or canonical(one.value) != canonical(other.value):
            yield f"example {canonical(call.arguments)} gives another result each time; use the module `random`, which is seeded"
