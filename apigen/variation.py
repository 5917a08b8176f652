"""New argument values for call-first draws: near a recorded call's, from a schema's enums, ranges and examples.

A varied call is only a proposal: it is executed before anyone writes a request for it, and the recorded one takes its place
where it fails.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from apigen.records import Api, Call, Json, JsonObject, canonical

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CLOCK_TIME = re.compile(r"\d{2}:\d{2}")
YEARS = range(1900, 2101)
LARGEST = 1e15
"""Larger numbers are left alone: a float does not hold their digits."""
LEAVE_OUT = 0.3
"""Share of optional arguments that a varied call leaves out: people seldom say them all."""


def vary(call: Call, api: Api, rng: Random) -> Call:
    """Return the call with other values of the same kind, size and roundness; a value that its schema refuses stays."""
    shift = timedelta(days=rng.randint(-300, 300))
    arguments: dict[str, Json] = {}
    for name, value in call.arguments.items():
        schema = api.properties.get(name, {})
        if name in api.required or rng.random() >= LEAVE_OUT:
            varied = _vary_value(value, schema, rng, shift)
            arguments[name] = varied if fits(varied, schema) else value
    return Call(call.name, _without_twins(arguments, call.arguments, api))


def fits(value: Json, schema: JsonObject) -> bool:
    """Say whether a schema takes a value."""
    from jsonschema import Draft202012Validator

    return accepts(Draft202012Validator(schema), value)


def accepts(validator: Any, value: Json) -> bool:
    """Say whether a validator finds a value right; not where it cannot tell, as with a bound or a pattern that is none."""
    try:
        return bool(validator.is_valid(value))
    except (ArithmeticError, RecursionError, re.error):
        return False


def without_defaults(call: Call, api: Api) -> Call:
    """Return the call without the optional arguments that only say their default: nobody asks for those."""
    said = {
        name: value
        for name, value in call.arguments.items()
        if name in api.required or canonical(value) != canonical(api.properties.get(name, {}).get("default"))
    }
    return Call(call.name, said)


def from_schema(api: Api, rng: Random) -> Call | None:
    """Return a call made of the schema's own examples, enums, defaults and ranges; None where it says too little."""
    arguments: dict[str, Json] = {}
    for name in api.required:
        values = _known_values(api.properties.get(name, {}), rng)
        if not values:
            return None
        arguments[name] = rng.choice(values)
    return Call(api.name, arguments)


def _known_values(schema: JsonObject, rng: Random) -> Sequence[Json]:
    for key in ("examples", "enum"):
        if schema.get(key):
            return list(schema[key])
    if "const" in schema:
        return [schema["const"]]
    if "default" in schema:
        return [schema["default"]]
    if schema.get("type") == "boolean":
        return [False, True]
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(low, int | float) and isinstance(high, int | float):
        if schema.get("type") == "integer":
            return [rng.randint(math.ceil(low), math.floor(high))] if math.ceil(low) <= math.floor(high) else []
        return [min(max(_rounded(rng.uniform(low, high), 3), low), high)]
    return []


def near(value: Json, rng: Random) -> Json:
    """Return a value of the same kind, size and roundness; the same one where there is none."""
    return _vary_value(value, {}, rng, timedelta(days=rng.randint(-300, 300)))


def near_all(arguments: JsonObject, api: Api, rng: Random) -> dict[str, Json]:
    """Return arguments with near values, enums aside, whether their schemas take them or not; dates move by as many days."""
    shift = timedelta(days=rng.randint(-300, 300))
    return {name: _vary_value(value, api.properties.get(name, {}), rng, shift) for name, value in arguments.items()}


def _vary_value(value: Json, schema: JsonObject, rng: Random, shift: timedelta) -> Json:
    if "enum" in schema:
        return rng.choice(list(schema["enum"]))
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return _vary_number(value, rng)
    if isinstance(value, str):
        return _vary_text(value, rng, shift)
    if isinstance(value, Mapping):
        properties = schema.get("properties", {})
        return {key: _vary_value(item, properties.get(key, {}), rng, shift) for key, item in value.items()}
    if isinstance(value, list):
        items = schema.get("items", {})
        return [_vary_value(item, items, rng, shift) for item in value]
    return value


def _vary_number(value: int | float, rng: Random) -> int | float:
    if isinstance(value, int) and value in YEARS:
        return value + rng.randint(-9, 9)
    if abs(value) > LARGEST:
        return value
    varied = _rounded(value * rng.uniform(0.75, 1.3), max(2, _significant_digits(value)))
    return round(varied) if isinstance(value, int) else varied


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _significant_digits(value: int | float) -> int:
    digits = f"{abs(value):.15g}".split("e")[0].replace(".", "").strip("0")
    return max(1, len(digits))


def _vary_text(value: str, rng: Random, shift: timedelta) -> str:
    """Move dates (all of a call by as many days, so that their order holds) and clock times; leave other texts alone."""
    if ISO_DATE.fullmatch(value):
        try:
            return (date.fromisoformat(value) + shift).isoformat()
        except (ValueError, OverflowError):
            return value
    if CLOCK_TIME.fullmatch(value):
        return f"{rng.randint(6, 22):02}:{rng.randrange(0, 60, 5):02}"
    return value


def _without_twins(arguments: dict[str, Json], recorded: JsonObject, api: Api) -> dict[str, Json]:
    """Undo enum choices that made two arguments of one enum equal: nobody converts miles to miles."""
    groups: dict[str, list[str]] = {}
    for name, schema in api.properties.items():
        if "enum" in schema:
            groups.setdefault(canonical(schema["enum"]), []).append(name)
    mended = dict(arguments)
    for names in groups.values():
        meant = [arguments.get(name, api.properties[name].get("default")) for name in names]
        said = [canonical(value) for value in meant if value is not None]
        if len(set(said)) < len(said):
            mended |= {name: recorded[name] for name in names if name in recorded}
    # In the order of the recorded call.
    return {name: mended[name] for name in recorded if name in mended}
