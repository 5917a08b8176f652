"""Blocks of settings that validate themselves, for the config and for what stands behind its doors.

A source, LLM backend, checker or exporter declares its options as an `Options` class and reads them with `parse_options`, so that a
new one needs no change in the config.
"""

import os
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from apigen.errors import ConfigError
from apigen.records import JsonObject


class Options(BaseModel):
    """Base of every block of settings: frozen, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Door(Options):
    """One entry behind a door: which implementation, and the options that it validates itself."""

    name: str
    options: dict[str, Any] = {}


OptionsT = TypeVar("OptionsT", bound=Options)


def parse_options(model: type[OptionsT], settings: JsonObject, key: str = "") -> OptionsT:
    """Validate settings against an Options class.

    Raises:
        ConfigError: With the first wrong key, under `key`.
    """
    try:
        return model.model_validate(settings)
    except ValidationError as error:
        raise _first_problem(error, model).within(key=key) from None


def choose_door(door: Door, registry: Mapping[str, Any], key: str) -> Any:
    """Return what a registry holds under the door's name, or raise ConfigError with the names it has."""
    if door.name not in registry:
        raise ConfigError(f"'{door.name}' is unknown; choose one of {listed(registry)}", key=key)
    return registry[door.name]


def environment_variable(name: str, key: str) -> str:
    """Return the value of a variable that the config names.

    Raises:
        ConfigError: If it is not set.
    """
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(f"the environment variable {name} is not set; export it first", key=key)
    return value


def listed(names: Mapping[str, Any]) -> str:
    """Return the names in order, for a message."""
    return ", ".join(sorted(names))


def _first_problem(error: ValidationError, model: type[BaseModel]) -> ConfigError:
    problems = error.errors(include_url=False, include_context=True)
    # A misspelt key is also a missing one: say first what stands there.
    problem = next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])
    key = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}"
        for part in problem["loc"]
        # pydantic names the branches of unions and the models it went through; those are no keys of the user's
        if isinstance(part, int) or part.replace("_", "").replace("-", "").isalnum()
    ).lstrip(".")
    kind = problem["type"]
    if kind == "extra_forbidden":
        return ConfigError(f"unknown key{_suggestion(problem['loc'], model)}", key=key)
    if kind == "missing":
        return ConfigError("is missing; add it", key=key)
    message = problem["msg"].removeprefix("Value error, ")
    return ConfigError(message[:1].lower() + message[1:], key=key)


def _suggestion(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """Return `; did you mean …?` or the list of keys that the block knows."""
    from difflib import get_close_matches

    block: Any = model
    for part in loc[:-1]:
        field = getattr(block, "model_fields", {}).get(part)
        block = field.annotation if field else None
    known = list(getattr(block, "model_fields", {}))
    close = get_close_matches(str(loc[-1]), known, n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known here: {', '.join(known)}" if known else "; take it out"
