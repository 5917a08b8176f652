"""Where APIs come from. A new source is one file here and one line in SOURCES."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from apigen.config import Source
from apigen.errors import ConfigError, LibraryError
from apigen.options import choose_door
from apigen.records import Api, Call, CallResult, JsonObject, canonical
from apigen.sources.context import SourceContext
from apigen.sources.mcp import McpSource
from apigen.sources.openapi import OpenApiSource
from apigen.sources.python import PythonSource


class ApiSource(Protocol):
    """One place that APIs come from, and where their calls are run."""

    @property
    def tier(self) -> str:
        """What protects this machine from the source's code; see `apigen.sandbox`."""

    async def load(self) -> Sequence[Api]:
        """Return the APIs, in a fixed order.

        Raises:
            LibraryError: If they cannot be read; the message names the place.
        """

    async def ready(self) -> None:
        """Have ready what the first calls would wait for.

        Raises:
            SandboxError: If that cannot be.
        """

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> Sequence[CallResult]:
        """Run calls of one candidate in order: a result each, errors included."""

    async def close(self) -> None:
        """Let go of processes and connections."""


SOURCES: dict[str, Callable[[JsonObject, SourceContext], ApiSource]] = {
    "mcp": McpSource.from_options,
    "openapi": OpenApiSource.from_options,
    "python": PythonSource.from_options,
}
WEAKEST_FIRST = ("none", "mcp", "landlock", "bubblewrap", "broker")
"""The tiers by what could still go wrong; behind the broker no code of the source's runs here at all."""


@dataclass(frozen=True, slots=True)
class Library:
    """All APIs of a run, by name, and the way to execute them.

    `tier` is the weakest protection among its sources; `left_out` says what a source could not use and why, a line each.
    """

    apis: tuple[Api, ...]
    owners: dict[str, ApiSource]
    tier: str
    left_out: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """A fingerprint of every API's name, texts, schema and recorded calls."""
        from hashlib import sha256

        return sha256(canonical([api.to_json() for api in self.apis]).encode()).hexdigest()[:16]

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> tuple[CallResult, ...]:
        """Run one candidate's calls: a result each, in their order. Calls of one source share a process."""
        groups: dict[int, list[int]] = {}
        for position, call in enumerate(calls):
            groups.setdefault(id(self.owners[call.name]), []).append(position)
        results: dict[int, CallResult] = {}
        for positions in groups.values():
            owner = self.owners[calls[positions[0]].name]
            found = await owner.execute([calls[position] for position in positions], seed=seed)
            results.update(zip(positions, found, strict=True))
        return tuple(results[position] for position in range(len(calls)))

    async def close(self) -> None:
        """Let go of what the sources hold open."""
        await asyncio.gather(
            *(source.close() for source in {id(owner): owner for owner in self.owners.values()}.values())
        )


async def open_library(sources: Sequence[ApiSource], *, to_execute: bool = False) -> Library:
    """Load every source into one library; `to_execute`: what runs its calls is known to work then, and ready.

    Raises:
        LibraryError: If APIs cannot be read, or two of them share a name.
        SandboxError: If there is no sandbox for what has to be run.
    """
    starting = asyncio.gather(*(source.ready() for source in sources if to_execute))
    try:
        loaded = await asyncio.gather(*(source.load() for source in sources))
        await starting
        return _joined(sources, loaded)
    except BaseException:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await asyncio.gather(*(source.close() for source in sources))
        raise


def _joined(sources: Sequence[ApiSource], loaded: Sequence[Sequence[Api]]) -> Library:
    apis: dict[str, Api] = {}
    owners: dict[str, ApiSource] = {}
    for source, found in zip(sources, loaded, strict=True):
        for api in found:
            if api.name in apis:
                raise LibraryError(
                    f"two APIs are named '{api.name}' ({apis[api.name].source} and {api.source}); rename one"
                )
            apis[api.name], owners[api.name] = api, source
    if not apis:
        raise LibraryError("the library holds no APIs; give it a folder of documented Python functions")
    tiers = [source.tier for source in sources]
    # A tier that is not in the list is one that nobody vouches for.
    weakest = min(tiers, key=lambda tier: WEAKEST_FIRST.index(tier) if tier in WEAKEST_FIRST else -1)
    left_out = tuple(line for source in sources for line in getattr(source, "left_out", ()))
    return Library(tuple(apis.values()), owners, weakest, left_out)


def build_sources(entries: Sequence[Source], context: SourceContext) -> list[ApiSource]:
    """Build every source of a config without loading it.

    Raises:
        ConfigError: For an unknown source or a wrong option.
    """
    sources = []
    for number, entry in enumerate(entries):
        key = f"library[{number}]"
        make = choose_door(entry, SOURCES, f"{key}.source")
        try:
            sources.append(make(entry.options, context))
        except ConfigError as error:
            raise error.within(key=key) from None
    return sources
