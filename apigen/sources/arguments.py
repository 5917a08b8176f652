"""Parameters and bodies of operations as arguments: one flat JSON Schema, and where each of them goes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from apigen.records import Call, Json, JsonObject
from apigen.sources.documents import Document, Unusable, shown
from apigen.sources.merging import Schema
from apigen.sources.names import MAX_NAME, ascii_text, in_words
from apigen.sources.routes import Slot
from apigen.sources.schemas import SchemaReader, clean, example_values

if TYPE_CHECKING:
    from openapi_pydantic.v3.v3_1 import Parameter

MAX_ARGUMENTS = 200
MAX_EXAMPLES = 5
STYLES: dict[str, tuple[str, ...]] = {
    "path": ("simple",),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
}
_NOT_ARGUMENTS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that OpenAPI says are to be ignored."""
_NOT_OURS_TO_SEND = re.compile(
    r"connection|content-length|cookie2?|expect|host|te|trailer|transfer-encoding|upgrade|proxy-.*"
)
_PARAMETER_KEYS = ("name", "in", "description", "required", "deprecated", "style", "explode")
_ABSENT = object()
_FLAT = frozenset(
    {"type", "properties", "required", "additionalProperties", "description", "examples", "default", "deprecated"}
)


class Argument(NamedTuple):
    """One argument of a call. `examples` are those of its parameter or body, in turn; _ABSENT where a body leaves it out."""

    name: str
    schema: Schema
    slot: Slot
    required: bool
    examples: Sequence[Json]


class Body(NamedTuple):
    """A request body that can be written."""

    kind: Literal["json", "form"]
    schema: Schema
    required: bool
    examples: Sequence[Json]


@dataclass(frozen=True, slots=True)
class ArgumentReader:
    """Reads the parameters and the body of operations. `hidden` is the parameter (place, name) that carries the key."""

    document: Document
    schemas: SchemaReader
    hidden: tuple[str, str] | None

    def read(self, item: JsonObject, raw: JsonObject) -> tuple[list[Argument], Literal["json", "form"]]:
        """Return an operation's arguments, names apart, and how its body is written. `item` is the path item it stands in.

        Raises:
            Unusable: If a call could not be made with them.
        """
        arguments = list(self._arguments(self._parameters(item, raw)))
        body = self._body(raw.get("requestBody"))
        if body is not None:
            arguments += self._body_arguments(body)
        if len(arguments) > MAX_ARGUMENTS:
            raise Unusable(f"has more than {MAX_ARGUMENTS} arguments")
        return apart(arguments), body.kind if body else "json"

    def _parameters(self, item: JsonObject, raw: JsonObject) -> "list[tuple[Parameter, JsonObject]]":
        found: dict[tuple[str, str], tuple[Parameter, JsonObject]] = {}
        for part in (item.get("parameters"), raw.get("parameters")):
            if part is not None and not isinstance(part, list):
                raise Unusable("`parameters` is no list")
            for one in part or ():
                parameter = self.document.resolved(one, "a parameter")
                read = read_part(
                    self.document, "Parameter", {key: parameter[key] for key in _PARAMETER_KEYS if key in parameter}
                )
                found[read.param_in, read.name] = (read, parameter)
        return list(found.values())

    def _arguments(self, parameters: "list[tuple[Parameter, JsonObject]]") -> Iterator[Argument]:
        for parameter, raw in parameters:
            place, name = str(getattr(parameter.param_in, "value", parameter.param_in)), parameter.name
            lower = name.lower()
            if (place == "header" and lower in _NOT_ARGUMENTS) or (place, lower) == self.hidden:
                continue
            if place == "cookie" or (place == "header" and _NOT_OURS_TO_SEND.fullmatch(lower)):
                if parameter.required:
                    raise Unusable(f"needs the {place} `{shown(name, 40)}`, which is not sent")
                continue
            if place == "header" and not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
                raise Unusable(f"the header `{shown(name, 40)}` has a name that HTTP does not have")
            yield self._argument(parameter, raw, place, name)

    def _argument(self, parameter: "Parameter", raw: JsonObject, place: Any, name: str) -> Argument:
        content = raw.get("content")
        style = parameter.style or STYLES[place][0]
        part: JsonObject = raw
        if isinstance(content, dict) and content:
            kind, part = next(iter(content.items()))
            if not _is_json(kind) or not isinstance(part, dict) or place != "query":
                raise Unusable(f"`{shown(name, 40)}` is written as {shown(kind, 40)}")
            style = "json"
        elif style not in STYLES[place]:
            raise Unusable(f"`{shown(name, 40)}` has the style {shown(style, 20)}, which is not supported")
        schema = self.schemas.read(part.get("schema", {}))
        text = clean(raw.get("description"))
        if text:
            schema["description"] = text
        if parameter.deprecated:
            schema["deprecated"] = True
        explode = parameter.explode if parameter.explode is not None else style == "form"
        given = example_values(raw) or (example_values(part) if part is not raw else [])
        return Argument(name, schema, Slot(place, name, style, explode), parameter.required or place == "path", given)

    def _body(self, said: Json) -> Body | None:
        if said is None:
            return None
        raw = self.document.resolved(said, "the request body")
        content, required = raw.get("content"), raw.get("required") is True
        if not isinstance(content, dict):
            raise Unusable("the request body has no `content`")
        for kind, part in content.items():
            form = kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"
            if (form or _is_json(kind)) and isinstance(part, dict):
                schema = self.schemas.read(part.get("schema", {}))
                if not schema.get("description") and clean(raw.get("description")):
                    schema["description"] = clean(raw.get("description"))
                return Body("form" if form else "json", schema, required, example_values(part))
        if required:
            raise Unusable(f"its body is {shown(', '.join(map(str, content)), 60) or 'of no type'}, not JSON or a form")
        return None

    def _body_arguments(self, body: Body) -> Iterator[Argument]:
        schema = body.schema
        flat = schema.get("type") == "object" and schema.get("properties") and set(schema) <= _FLAT
        if body.kind == "form" and not flat:
            raise Unusable("its form is no object with properties")
        if not flat:
            yield Argument("body", schema, Slot("body", ""), body.required, body.examples or schema.get("examples", ()))
            return
        whole = [one for one in body.examples or schema.get("examples", ()) if isinstance(one, dict)]
        needed = schema.get("required", ()) if body.required else ()
        if missing := [name for name in needed if name not in schema["properties"]]:
            raise Unusable(f"its body needs `{shown(missing[0], 40)}`, which is not described")
        for name, part in schema["properties"].items():
            given = [one.get(name, _ABSENT) for one in whole]
            yield Argument(name, dict(part), Slot("body", name), name in needed, given)


def read_part(document: Document, name: str, raw: JsonObject) -> Any:
    """Read an `Operation` or a `Parameter` with openapi-pydantic, by the rules of the document's version.

    Raises:
        Unusable: If it is not well-formed.
    """
    import openapi_pydantic.v3.v3_0 as v3_0
    import openapi_pydantic.v3.v3_1 as v3_1

    model: type[BaseModel] = getattr(v3_0 if document.dialect == "3.0" else v3_1, name)
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"][:3])
        raise Unusable(f"{name.lower()} is not well-formed: {shown(where, 60)}: {shown(problem['msg'])}") from None


def _is_json(kind: str) -> bool:
    plain = kind.partition(";")[0].strip().lower()
    return plain in ("application/json", "*/*", "application/*") or plain.endswith("+json")


def apart(arguments: Sequence[Argument]) -> list[Argument]:
    """Return the arguments under names of letters, digits and `_`, each once; the earlier place keeps a name that two have."""
    named: dict[str, Argument] = {}
    for argument in arguments:
        name = re.sub(r"[^A-Za-z0-9_]+", "_", ascii_text(argument.name))[:MAX_NAME].strip("_") or "argument"
        if name in named and named[name].slot.place != argument.slot.place:
            name = f"{name[:50]}_in_{argument.slot.place}"
        base, number = name, 2
        while name in named:
            name, number = f"{base[:58]}_{number}", number + 1
        named[name] = argument._replace(name=name)
    return list(named.values())


def joined(arguments: Sequence[Argument]) -> Schema:
    """Return the one object schema of all arguments, each described; defaults and examples only where they fit."""
    properties: Schema = {}
    for argument in arguments:
        schema = argument.schema
        schema.setdefault("description", f"{in_words(argument.name)}.")
        given = [value for value in argument.examples if value is not _ABSENT]
        examples = [*given, *(value for value in schema.pop("examples", ()) if value not in given)]
        if "default" in schema and not _fits(schema["default"], schema):
            del schema["default"]
        if fitting := [value for value in examples[:10] if _fits(value, schema)]:
            schema["examples"] = fitting[:MAX_EXAMPLES]
        properties[argument.name] = schema
    return {
        "type": "object",
        "properties": properties,
        "required": [argument.name for argument in arguments if argument.required],
        "additionalProperties": False,
    }


def example_calls(name: str, arguments: Sequence[Argument], schema: Schema) -> tuple[Call, ...]:
    """Return the calls that the document's own examples make: those with every argument that is needed, and valid."""
    known = {
        argument.name: argument.examples or schema["properties"][argument.name].get("examples", ())
        for argument in arguments
        # Of what may be left out only what the operation's own example says: others may contradict one another.
        if argument.required or argument.examples
    }
    if not all(known.values()):
        return ()
    calls = []
    for turn in range(min(max(map(len, known.values()), default=0), MAX_EXAMPLES)):
        values = {name: given[min(turn, len(given) - 1)] for name, given in known.items()}
        calls.append(Call(name, {one: value for one, value in values.items() if value is not _ABSENT}))
    return tuple(call for call in dict.fromkeys(calls) if _fits(call.arguments, schema))


def _fits(value: Json, schema: Schema) -> bool:
    from jsonschema import Draft202012Validator

    try:
        return Draft202012Validator(schema).is_valid(value)
    except (ArithmeticError, RecursionError):
        return False
