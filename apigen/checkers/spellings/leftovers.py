"""The other half of grounding: what a query says and no call uses: an invented "round to 3 decimals", a "compounded annually"."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from apigen.checkers.spellings.values import unstated
from apigen.checkers.spellings.words import asks_for_another, speaks_of_another
from apigen.records import Api, Call, Json

NUMBER = re.compile(
    r"(?<![0-9 ]m)(?<![0-9 ][ckm]m)(?<![0-9 ]ft)(?<![0-9 ]yd)\d{1,30}(?:,\d{3}(?!\d)){0,8}(?:[.:/]\d{1,30}){0,8}"
)
"""Digits with what may stand inside a number, a date or a time; a comma only before a group of three. Not the 2 of `m2`."""
MOST_NUMBERS = 100
"""Numbers looked at in one query; more than that are data, not wording."""


def leftover_numbers(query: str, steps: Sequence[tuple[Api, Call]], clock: datetime | None = None) -> list[str]:
    """Return the numbers, as written in the query, that it could do without: every argument is stated all the same.

    Numbers that the APIs' own texts hold (the 8601 of "ISO 8601", the 100 of "liters per 100 km") and defaults said
    aloud are no leftovers.
    """
    known = {number for api, _ in steps for number in NUMBER.findall(_texts(api))}
    values = {number for api, call in steps for number in (*_numbers(call.arguments), *_defaults(api))}
    found = []
    for number in list(dict.fromkeys(NUMBER.findall(query)))[:MOST_NUMBERS]:
        if number in known or _value(number) in values:
            continue
        without = NUMBER.sub(lambda match, gone=number: "#" if match[0] == gone else match[0], query)  # type: ignore[misc]
        if not any(unstated(without, api, call, clock) for api, call in steps):
            found.append(number)
    return found


def leftover_choices(query: str, steps: Sequence[tuple[Api, Call]]) -> list[str]:
    """Return the arguments left out of a call though the query asks for another member of their enumeration than the default."""
    used = {value for _, call in steps for value in _plain_values(call.arguments) if isinstance(value, str)}
    found = []
    for api, call in steps:
        for name in api.properties.keys() - call.arguments.keys():
            schema = api.properties[name]
            default, choices = schema.get("default"), schema.get("enum")
            if not isinstance(default, str) or not isinstance(choices, list):
                continue
            rivals = [one for one in choices if isinstance(one, str) and one != default and one not in used]
            if asks_for_another(query, default, rivals) or speaks_of_another(query, name, default, rivals):
                found.append(name)
    return sorted(set(found))


def _texts(api: Api) -> str:
    described = (str(schema.get("description", "")) for schema in api.properties.values())
    return " ".join((api.name.replace("_", " "), api.description, *described))


def _defaults(api: Api) -> Iterator[float]:
    for schema in api.properties.values():
        yield from _numbers(schema.get("default"))


def _numbers(value: Json) -> Iterator[float]:
    """Yield every number in a JSON value, those written as text included."""
    for item in _plain_values(value):
        if isinstance(item, str):
            yield from (_value(number) for number in NUMBER.findall(item))
        elif isinstance(item, int | float) and abs(item) < 1e300:
            yield abs(float(item))


def _plain_values(value: Json) -> Iterator[Json]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict | list):
            stack.extend(item.values() if isinstance(item, dict) else item)
        else:
            yield item


def _value(number: str) -> float:
    try:
        return float(number.replace(",", ""))
    except ValueError:
        return float("nan")
