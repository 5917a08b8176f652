"""Several endpoints that serve one model behind one name: each request goes to the one with the most room."""

from typing import Annotated

from pydantic import Field

from apigen.config import Backend
from apigen.errors import ConfigError
from apigen.options import Options, parse_options
from apigen.records import JsonObject


class BalancedOptions(Options):
    """The model's name, and full backend entries with their own limits; those without a `model` get this one."""

    model: str
    endpoints: Annotated[tuple[Backend, ...], Field(min_length=1)]


def endpoint_entries(options: JsonObject) -> tuple[Backend, ...]:
    """Return the entries that the name stands for, each with its model.

    Raises:
        ConfigError: For a wrong option, or an entry with another model.
    """
    chosen = parse_options(BalancedOptions, options)
    for number, entry in enumerate(chosen.endpoints):
        model = entry.options.get("model", chosen.model)
        if model != chosen.model:
            message = (
                f"is '{model}', but one name stands for one model, '{chosen.model}'; take it out, or make it two names"
            )
            raise ConfigError(message, key=f"endpoints[{number}].model")
    return tuple(
        entry.model_copy(update={"options": {"model": chosen.model} | entry.options}) for entry in chosen.endpoints
    )
