"""Format: exactly a query and calls, of APIs that were offered, with known, complete and correctly typed arguments."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from apigen.options import Options, parse_options
from apigen.records import NO_CALL, Api, Call, Candidate, Draw, Json, JsonObject
from apigen.sources import Library

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

MAX_QUERY = 4_000

Problem = tuple[str, str]
"""A reason code (without the stage) and a detail for people."""


class FormatOptions(Options):
    """No options: what is well-formed is no matter of taste."""


class FormatChecker:
    """Rejects what is misshapen, with the first problem found.

    Reasons: those of the parser (`unparseable`, `missing_query`, …), `query_too_long`, `no_calls`, `call_count`, `unknown_api`,
    `api_not_offered`, `unknown_argument`, `missing_argument`, `wrong_type`, `invalid_value`, `duplicate_call`; of those without a
    call, `no_answer`, `nothing_meant`, `api_offered`, `nothing_withheld`.
    """

    stage = "format"

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._validators: dict[str, Validator] = {}

    @classmethod
    def from_options(cls, options: JsonObject, library: Library) -> "FormatChecker":
        parse_options(FormatOptions, options)
        return cls(frozenset(library.owners))

    async def __call__(self, candidate: Candidate) -> Candidate:
        problem = candidate.fault or next(self._problems(candidate), None)
        if problem:
            return candidate.rejected(self.stage, *problem)
        calls = tuple(_whole_integers(call, candidate.draw.offered(call.name)) for call in candidate.calls)
        return replace(candidate, calls=calls).passed(self.stage)

    def _problems(self, candidate: Candidate) -> Iterator[Problem]:
        if not candidate.query.strip():
            yield "empty_query", "`query` is empty"
        if len(candidate.query) > MAX_QUERY:
            yield "query_too_long", f"`query` has {len(candidate.query)} characters; at most {MAX_QUERY} are taken"
        if candidate.draw.style in NO_CALL:
            yield from _no_call_problems(candidate)
        elif not candidate.calls:
            yield "no_calls", "`calls` is empty"
        for call in candidate.calls:
            yield from self._call_problems(call, candidate.draw)
        yield from _count_problems(candidate)
        if len(set(candidate.calls)) < len(candidate.calls):
            yield "duplicate_call", "the same call is made twice"

    def _call_problems(self, call: Call, draw: Draw) -> Iterator[Problem]:
        api = draw.offered(call.name)
        if api is None:
            reason = "api_not_offered" if call.name in self._known else "unknown_api"
            offered = ", ".join(api.name for api in draw.apis)
            yield reason, f"{call.name[:100]} is not one of the offered {offered}"
            return
        try:
            errors = sorted(self._validator(api).iter_errors(call.arguments), key=_path)
        except (ArithmeticError, RecursionError) as error:  # numbers and nesting that a validator cannot work with
            yield "invalid_value", f"{call.name}: {type(error).__name__}: {error}"
        else:
            yield from (_schema_problem(api, error) for error in errors)

    def _validator(self, api: Api) -> "Validator":
        if api.name not in self._validators:
            from jsonschema import Draft202012Validator

            self._validators[api.name] = Draft202012Validator(
                api.parameters, format_checker=Draft202012Validator.FORMAT_CHECKER
            )
        return self._validators[api.name]


def _count_problems(candidate: Candidate) -> Iterator[Problem]:
    count, style = len(candidate.calls), candidate.draw.style
    if style in ("simple", "multiple") and count != 1:
        yield "call_count", f"the style {style} takes one call, not {count}"
    if style in ("parallel", "parallel_multiple") and count < 2:
        yield "call_count", f"the style {style} takes two calls or more, not {count}"


def _no_call_problems(candidate: Candidate) -> Iterator[Problem]:
    draw = candidate.draw
    if candidate.calls:
        yield "call_count", f"the style {draw.style} takes no call, not {len(candidate.calls)}"
    if not candidate.answer.strip():
        yield "no_answer", "there is neither a call nor an answer"
    if not candidate.meant:
        yield "nothing_meant", "there is no call that the query was written from"
    for call in candidate.meant:
        api = draw.offered(call.name)
        if draw.style == "irrelevance" and api:
            yield "api_offered", f"{call.name} is offered, which does what is asked"
        if draw.style == "missing_parameter" and (api is None or draw.withheld not in api.required):
            yield "nothing_withheld", f"{call.name} does not require `{draw.withheld}`"


def _path(error: "ValidationError") -> str:
    return error.json_path


def _schema_problem(api: Api, error: "ValidationError") -> Problem:
    where = f"{api.name}: {error.json_path.removeprefix('$').lstrip('.') or 'arguments'}"
    message = f"{where}: {error.message[:300]}"
    reasons = {"additionalProperties": "unknown_argument", "required": "missing_argument", "type": "wrong_type"}
    if error.validator == "anyOf" and all(inner.validator == "type" for inner in error.context or ()):
        return "wrong_type", message
    return reasons.get(str(error.validator), "invalid_value"), message


def _whole_integers(call: Call, api: Api | None) -> Call:
    """Return the call with 5.0 written as 5 where the schema wants an integer: JSON calls them equal, Python does not."""
    arguments = _as_integers(call.arguments, api.parameters) if api else call.arguments
    return Call(call.name, arguments)


def _as_integers(value: Json, schema: Json) -> Json:
    if not isinstance(schema, Mapping):
        return value
    kinds = schema.get("type")
    if isinstance(value, float) and value.is_integer() and "integer" in (kinds if isinstance(kinds, list) else [kinds]):
        return int(value)
    for combination in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(combination, ()):
            value = _as_integers(value, branch)
    if isinstance(value, Mapping):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        return {key: _as_integers(item, properties.get(key, others)) for key, item in value.items()}
    if isinstance(value, list):
        first, others = schema.get("prefixItems", []), schema.get("items")
        return [_as_integers(item, first[n] if n < len(first) else others) for n, item in enumerate(value)]
    return value
