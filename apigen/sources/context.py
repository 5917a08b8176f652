"""What a source is given beside its own options."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apigen.config import SandboxConfig
from apigen.errors import ConfigError
from apigen.options import parse_options
from apigen.records import JsonObject


@dataclass(frozen=True, slots=True)
class SourceContext:
    """The run's limits, its clock, which stands still for all library code, and its store, where there is one."""

    limits: SandboxConfig
    clock: datetime
    store: Path | None = None

    @classmethod
    def now(cls, limits: SandboxConfig, store: Path | None = None) -> "SourceContext":
        """Return a context whose clock stands at this second."""
        return cls(limits, datetime.now(UTC).replace(microsecond=0), store)

    def with_limits(self, settings: JsonObject) -> "SourceContext":
        """Return this context with a source's own limits laid over the run's.

        Raises:
            ConfigError: For a limit that is unknown or out of range.
        """
        if "unsafe" in settings:
            raise ConfigError("is decided by hand: take it out, and give --unsafe-no-sandbox", key="sandbox.unsafe")
        merged: dict[str, Any] = {**self.limits.model_dump(), **settings}
        return replace(self, limits=parse_options(SandboxConfig, merged, "sandbox"))
