"""Who writes and who judges. A new backend is one file here and one line in BACKENDS."""

from collections.abc import Callable, Mapping
from typing import Protocol

from apigen.config import Backend, LLMLimits
from apigen.errors import ConfigError
from apigen.llms.balanced import endpoint_entries
from apigen.llms.limits import Gate, Load
from apigen.llms.local import LocalLLM
from apigen.llms.openai import OpenAILLM
from apigen.llms.openai_batch import OpenAIBatchLLM
from apigen.llms.patient import Endpoint, PatientLLM, Terms
from apigen.llms.scripted import ScriptedLLM
from apigen.options import choose_door, parse_options
from apigen.records import Completion, JsonObject, Request


class LLM(Protocol):
    """One model behind one endpoint.

    A backend may also have `terms` (a Terms: how it wants to be asked), `where` (its address) and `on_pause_asked`, a
    callable that it calls with the seconds for which a reply asks it to be left alone.
    """

    model: str

    async def start(self) -> None:
        """Make ready to answer (load a model, look at the endpoint).

        Raises:
            ModelError: If an embedded model is missing.
            EndpointError: If the endpoint cannot be used.
        """

    async def complete(self, request: Request) -> Completion:
        """Answer one request.

        Raises:
            EndpointBusy: If the endpoint does not answer now; whoever asks may ask again.
            EndpointError: If it refuses for good.
        """

    async def close(self) -> None:
        """Let go of connections and processes."""


BACKENDS: dict[str, Callable[[JsonObject], LLM | tuple[Backend, ...]]] = {
    "openai": OpenAILLM.from_options,
    "openai_batch": OpenAIBatchLLM.from_options,
    "local": LocalLLM.from_options,
    "scripted": ScriptedLLM.from_options,
    "balanced": endpoint_entries,
}
"""What makes an LLM of a backend's options, or names the entries that it stands for."""
AT_ONCE = 4


def build_llms(entries: Mapping[str, Backend], concurrency: int = AT_ONCE) -> dict[str, PatientLLM]:
    """Build every LLM of a config, by name; nothing is loaded or asked yet.

    An endpoint without `max_in_flight` is asked by up to `concurrency` requests at once.

    Raises:
        ConfigError: For an unknown backend, a wrong option or a missing environment variable.
    """
    return {
        name: PatientLLM(_endpoints(entry, LLMLimits(), concurrency, f"llms.{name}")) for name, entry in entries.items()
    }


def _endpoints(entry: Backend, outer: LLMLimits, concurrency: int, key: str) -> list[Endpoint]:
    """Return what an entry stands for; limits that it does not name are those of the entry around it."""
    make = choose_door(entry, BACKENDS, f"{key}.backend")
    named = {name: value for name, value in entry.options.items() if name in LLMLimits.model_fields}
    own = {name: value for name, value in entry.options.items() if name not in named}
    try:
        made = make(own)
        limits = parse_options(LLMLimits, outer.model_dump() | named)
    except ConfigError as error:
        raise error.within(key=key) from None
    if isinstance(made, tuple):
        parts = enumerate(made)
        return [e for n, part in parts for e in _endpoints(part, limits, concurrency, f"{key}.endpoints[{n}]")]
    terms = getattr(made, "terms", Terms())
    gate = Gate(
        limits.max_in_flight or terms.max_in_flight or concurrency,
        limits.requests_per_minute,
        limits.tokens_per_minute,
        terms.patience_seconds,
    )
    if hasattr(made, "on_pause_asked"):
        made.on_pause_asked = gate.rest
    return [Endpoint(made, gate, terms, limits.prices)]


__all__ = ["BACKENDS", "LLM", "Load", "PatientLLM", "build_llms"]
