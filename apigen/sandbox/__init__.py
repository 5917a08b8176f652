"""Where library code runs: never in this process, always behind the `Sandbox` interface."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from apigen.config import SandboxConfig
from apigen.records import CallResult, JsonObject


@dataclass(frozen=True, slots=True)
class Invocation:
    """One function of the library, by dotted module (relative to the folder) and name, with its JSON arguments."""

    module: str
    function: str
    arguments: JsonObject


class Sandbox(Protocol):
    """Runs the functions of one library folder, and describes them.

    `tier` names what protects this machine, as shown by `apigen doctor` and kept in the store.
    """

    tier: str

    async def run(self, calls: Sequence[Invocation], *, seed: int = 0) -> tuple[CallResult, ...]:
        """Run the calls of one candidate in order, in a process of their own: one result a call, never an exception.

        Raises:
            SandboxError: If no process could be started; never for what the code inside does.
        """

    async def describe(self) -> JsonObject:
        """Return `{"apis": […], "problems": […], "clocked": …}` as the untrusted library code says of itself.

        `clocked`: the clock was read meanwhile, so that at another time it may say something else.

        Raises:
            LibraryError: If the library's code cannot be imported or described.
            SandboxError: As `run`.
        """

    async def ready(self) -> None:
        """Have a process ready, so that the first call need not wait for it.

        Raises:
            SandboxError: As `run`.
        """

    async def close(self) -> None:
        """End the processes that are kept ready."""


def open_sandbox(folder: Path, limits: SandboxConfig, clock: datetime | None = None) -> Sandbox:
    """Return the sandbox for one library folder, of the strongest tier that works here (of none if the limits say `unsafe`).

    Its clock stands still at `clock`, by default at this moment.

    Raises:
        SandboxError: If none does.
    """
    from apigen.sandbox.launcher import ForkServerSandbox
    from apigen.sandbox.tiers import best_tier

    tier = "none" if limits.unsafe else best_tier()
    return ForkServerSandbox(folder, limits, tier, os.cpu_count() or 1, clock or datetime.now(UTC))
