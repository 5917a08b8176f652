"""Who writes and who judges. A new backend is one file here and one line in BACKENDS."""

from collections.abc import Callable, Mapping
from typing import Protocol

from apigen.config import Backend
from apigen.errors import ConfigError
from apigen.llms.local import LocalLLM
from apigen.llms.openai import OpenAILLM
from apigen.llms.scripted import ScriptedLLM
from apigen.options import choose_door
from apigen.records import Completion, JsonObject, Request


class LLM(Protocol):
    """One model behind one endpoint."""

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
            EndpointError: If the endpoint does not answer, after retries.
        """

    async def close(self) -> None:
        """Let go of connections and processes."""


BACKENDS: dict[str, Callable[[JsonObject], LLM]] = {
    "openai": OpenAILLM.from_options,
    "local": LocalLLM.from_options,
    "scripted": ScriptedLLM.from_options,
}


def build_llms(entries: Mapping[str, Backend]) -> dict[str, LLM]:
    """Build every LLM of a config, by name; nothing is loaded or asked yet.

    Raises:
        ConfigError: For an unknown backend, a wrong option or a missing environment variable.
    """
    llms = {}
    for name, entry in entries.items():
        key = f"llms.{name}"
        make = choose_door(entry, BACKENDS, f"{key}.backend")
        try:
            llms[name] = make(entry.options)
        except ConfigError as error:
            raise error.within(key=key) from None
    return llms


__all__ = ["BACKENDS", "LLM", "build_llms"]
