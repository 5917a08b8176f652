"""The operations of an OpenAPI document: an Api and a Route of each, or the reason why there is none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from apigen.records import Api, Json, JsonObject
from apigen.sandbox.addresses import endpoint
from apigen.sources.arguments import Argument, ArgumentReader, example_calls, joined, read_part
from apigen.sources.documents import Document, Unusable, shown
from apigen.sources.names import MAX_NAME, in_words, operation_name, snake, unique
from apigen.sources.routes import Route
from apigen.sources.schemas import SchemaReader, clean

if TYPE_CHECKING:
    from openapi_pydantic.v3.v3_1 import Operation

METHODS = ("get", "head", "options", "post", "put", "patch", "delete", "trace")
MAX_OPERATIONS = 10_000
_TEXT_KEYS = ("tags", "summary", "description", "operationId", "deprecated")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document held: APIs and their routes by name, and a line (operation: reason) for each that cannot be used."""

    apis: tuple[Api, ...]
    routes: dict[str, Route]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class OperationReader:
    """Reads a document's operations, each by itself: one that is broken is left out, and the others stay.

    `methods` are those allowed (upper case), `base` is where calls go, `category` overrides the tags, `hidden` is the parameter
    that carries the key.
    """

    document: Document
    methods: frozenset[str]
    base: str
    category: str | None = None
    hidden: tuple[str, str] | None = None
    _schemas: SchemaReader = field(init=False)

    def __post_init__(self) -> None:
        self._schemas = SchemaReader(self.document)

    def read(self) -> Reading:
        """Return every operation, in the document's order."""
        apis: list[Api] = []
        routes: dict[str, Route] = {}
        left_out: list[str] = []
        for number, (path, method, item, raw) in enumerate(self._operations(left_out)):
            where = _where(path, method, raw)
            if number >= MAX_OPERATIONS:
                left_out.append(f"{where} and all that follow: more than {MAX_OPERATIONS} operations")
                break
            try:
                if method.upper() not in self.methods:
                    raise Unusable(f"`methods` does not allow {method.upper()}")
                api, route = self._operation(path, method, item, raw, routes)
            except Unusable as error:
                left_out.append(f"{where}: {error}")
            except RecursionError:
                left_out.append(f"{where}: is nested too deeply")
            else:
                apis.append(api)
                routes[api.name] = route
        return Reading(tuple(apis), routes, tuple(left_out))

    def _operations(self, left_out: list[str]) -> Iterator[tuple[str, str, JsonObject, Json]]:
        paths = self.document.tree.get("paths")
        for path, item in paths.items() if isinstance(paths, dict) else ():
            try:
                resolved = self.document.resolved(item, "the path item")
            except Unusable as error:
                left_out.append(f"{shown(path)}: {error}")
                continue
            yield from ((path, method, resolved, resolved[method]) for method in METHODS if method in resolved)

    def _operation(
        self, path: str, method: str, item: JsonObject, raw: Json, taken: dict[str, Route]
    ) -> tuple[Api, Route]:
        if not isinstance(raw, dict):
            raise Unusable("the operation is no object")
        self._schemas.begin()
        said = {key: raw[key] for key in _TEXT_KEYS if key in raw}
        operation = read_part(self.document, "Operation", said | {"responses": {}})
        self._check_servers(raw.get("servers", item.get("servers")))
        arguments, body = ArgumentReader(self.document, self._schemas, self.hidden).read(item, raw)
        route = Route(
            method.upper(),
            self.base,
            _template(path, arguments),
            MappingProxyType({argument.name: argument.slot for argument in arguments}),
            body,
        )
        name = unique(operation_name(operation.operationId, path, method), path, method, taken)
        schema = joined(arguments)
        api = Api(
            name=name,
            description=_description(operation, name),
            parameters=schema,
            category=self.category or self._category(operation),
            source=f"openapi:{self.document.label}",
            returns=self._returns(raw.get("responses")),
            examples=example_calls(name, arguments, schema),
        )
        return api, route

    def _check_servers(self, servers: Json) -> None:
        """Refuse an operation that is served elsewhere: its calls would go to the wrong place."""
        if not isinstance(servers, list) or not servers:
            return
        first = servers[0].get("url") if isinstance(servers[0], dict) else None
        try:
            own, base = urlsplit(urljoin(f"{self.base}/", str(first))), urlsplit(self.base)
            if endpoint(own.netloc) == endpoint(base.netloc) and own.path.rstrip("/") == base.path:
                return
        except ValueError:
            pass
        raise Unusable("has a server of its own, which is not the base_url")

    def _category(self, operation: "Operation") -> str:
        info = self.document.tree.get("info")
        title = info.get("title") if isinstance(info, dict) else None
        for text in (*(operation.tags or ())[:1], title):
            if isinstance(text, str) and (word := snake(text)):
                return word[:MAX_NAME].strip("_")
        return "api"

    def _returns(self, responses: Json) -> str:
        for status, response in responses.items() if isinstance(responses, dict) else ():
            if status[:1] == "2":
                try:
                    return clean(self.document.resolved(response, "a response").get("description"))
                except Unusable:  # of the reply nothing more is used
                    return ""
        return ""


def _where(path: str, method: str, raw: Json) -> str:
    said = raw.get("operationId") if isinstance(raw, dict) else None
    return f"{method.upper()} {shown(path)}" + (f" ({shown(said, 60)})" if isinstance(said, str) and said else "")


def _template(path: str, arguments: Sequence[Argument]) -> str:
    """Return the path with everything but its slots encoded; every slot must be a path argument, and the other way round."""
    parts = re.split(r"\{([^{}]*)\}", path if path.startswith("/") else f"/{path}")
    said, given = set(parts[1::2]), {argument.slot.name for argument in arguments if argument.slot.place == "path"}
    if said != given or len(parts[1::2]) != len(said):
        odd = sorted(said ^ given)
        raise Unusable(
            f"its path and its path parameters differ in `{shown(odd[0], 40)}`" if odd else "a path slot comes twice"
        )
    literal = "".join(parts[::2])
    if "?" in literal or "#" in literal or "\\" in literal or not literal.isprintable():
        raise Unusable("its path has a character that no path has")
    if any(step in (".", "..") for step in "x".join(parts[::2]).split("/")):
        raise Unusable("its path has `.` or `..` as a step")
    parts[::2] = [quote(part, safe="/%:@!$&'()*+,;=~-._") for part in parts[::2]]
    parts[1::2] = [f"{{{name}}}" for name in parts[1::2]]
    return "".join(parts)


def _description(operation: "Operation", name: str) -> str:
    summary, text = clean(operation.summary), clean(operation.description, 600)
    if summary and summary[-1] not in ".!?…":
        summary += "."
    if text.startswith(summary.rstrip(".")):
        summary = ""
    said = " ".join(part for part in (summary, text) if part) or f"{in_words(name)}."
    return f"{said} Deprecated." if operation.deprecated else said
