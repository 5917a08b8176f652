"""OpenAPI documents as they are written: right, odd, broken and hostile."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apigen.config import SandboxConfig, Source
from apigen.errors import ConfigError, LibraryError
from apigen.records import Api
from apigen.sources import Library, build_sources, open_library
from apigen.sources.context import SourceContext
from apigen.sources.documents import MAX_DEPTH, Document, read_document
from apigen.sources.openapi import OpenApiSource
from apigen.sources.operations import OperationReader, Reading
from apigen.sources.schemas import SchemaReader, is_cheap
from apigen.sources.servers import base_url

ALL = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"})
CONTEXT = SourceContext(SandboxConfig(), datetime(2026, 1, 1, tzinfo=UTC))


def document(paths: Any, version: str = "3.1.0", **more: Any) -> Document:
    tree = {"openapi": version, "info": {"title": "Odd Things", "version": "1"}, "paths": paths} | more
    return read_document(json.dumps(tree).encode(), "odd.json")


def read(paths: Any, version: str = "3.1.0", **more: Any) -> Reading:
    return OperationReader(document(paths, version, **more), ALL, "http://h").read()


def one(operation: Any, path: str = "/x", method: str = "get", **more: Any) -> Api:
    found = read({path: {method: operation}}, **more)
    assert found.left_out == ()
    (api,) = found.apis
    Draft202012Validator.check_schema(api.parameters)
    return api


def query(schema: Any, **more: Any) -> Any:
    """Return the schema that one query parameter's schema becomes, without its description."""
    api = one({"parameters": [{"name": "q", "in": "query", "schema": schema}]}, **more)
    return {key: value for key, value in api.properties["q"].items() if key != "description"}


def reason(operation: Any, path: str = "/x", **more: Any) -> str:
    found = read({path: {"get": operation}, "/fine": {"get": {"operationId": "fine"}}}, **more)
    assert [api.name for api in found.apis] == ["fine"]
    (line,) = found.left_out
    assert line.startswith(f"GET {path}")
    return line.partition(": ")[2]


def test_names() -> None:
    found = read(
        {
            "/pets/{petId}": {
                "parameters": [{"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "get": {"operationId": "getPetById"},
                "delete": {},
            },
            "/": {"get": {}, "post": {"operationId": "日本"}},
            "/a": {"get": {"operationId": "GetHTTPStatus-v2"}, "post": {"operationId": "get_pet_by_id"}},
            "/b": {"get": {"operationId": "3d" + "x" * 90}, "post": {"operationId": "3d" + "x" * 90}},
            "/c": {"get": {"operationId": "Größe"}, "put": {"operationId": "../../etc\n"}},
        }
    )
    names = [api.name for api in found.apis]
    assert found.left_out == ()
    assert names[:6] == [
        "get_pet_by_id", "delete_pets_pet_id", "get_root", "post_root", "get_http_status_v2", "get_pet_by_id_post_a",
    ]  # fmt: skip
    assert names[6] == "get_3d" + "x" * 58
    assert names[7] == "post_3d" + "x" * 57
    assert names[8:] == ["gro_e", "etc"] or names[8] == "groe"
    assert all(len(name) <= 64 for name in names)
    assert list(found.routes) == names


def test_a_prefix_is_before_every_name_and_what_is_cut_stays_unique(tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    paths = {f"/{n}": {"get": {"operationId": "x" * 60 + str(n)}} for n in range(12)} | {"/a": {"get": {}}}
    file.write_text(json.dumps(document(paths).tree))
    opened = OpenApiSource.from_options({"spec": str(file), "base_url": "http://h", "prefix": "shop_"}, CONTEXT)
    names = [api.name for api in asyncio.run(opened.load())]
    assert names[:2] == ["shop_" + "x" * 59, "shop_" + "x" * 57 + "_2"]
    assert names[-1] == "shop_get_a"
    assert len(set(names)) == 13
    assert all(len(name) <= 64 for name in names)


def test_places_and_clashes() -> None:
    api = one(
        {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "id", "in": "query", "schema": {"type": "integer"}},
                {"name": "filter[age]", "in": "query", "schema": {"type": "integer"}},
                {"name": "X-Trace-Id", "in": "header", "description": "Traced by this.", "schema": {"type": "string"}},
                {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
                {"name": "session", "in": "cookie", "schema": {"type": "string"}},
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["id"],
                            "properties": {"id": {"type": "string"}, "名前": {"type": "string"}, "名": {}},
                        }
                    }
                },
            },
        },
        "/x/{id}",
        "post",
    )
    assert list(api.properties) == [
        "id",
        "id_in_query",
        "filter_age",
        "X_Trace_Id",
        "id_in_body",
        "argument",
        "argument_2",
    ]
    assert api.required == ("id", "id_in_body")
    assert api.properties["X_Trace_Id"]["description"] == "Traced by this."
    assert api.properties["filter_age"]["description"] == "Filter age."
    assert (api.category, api.source) == ("odd_things", "openapi:odd.json")


def test_bodies_that_are_no_objects_are_one_argument() -> None:
    def posted(schema: Any, required: bool = True) -> Api:
        return one(
            {
                "requestBody": {
                    "required": required,
                    "content": {"text/json+x": {}, "application/json": {"schema": schema}},
                }
            }
        )

    assert posted({"type": "array", "items": {"type": "integer"}}).required == ("body",)
    union = posted({"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "string"}]}, required=False)
    assert list(union.properties) == ["body"]
    assert union.required == ()
    both = posted(
        {"allOf": [{"type": "object", "properties": {"a": {}}}, {"properties": {"b": {}}, "required": ["b"]}]}
    )
    assert list(both.properties) == ["a", "b"]
    assert both.required == ("b",)


def test_the_first_paragraph_is_kept_and_clean() -> None:
    api = one(
        {
            "summary": "Find it",
            "description": "Finds\u202e <b>it</b>\x07\nfast.\n\nAnd now for the\nsmall print.",
            "deprecated": True,
            "tags": ["Small Things!"],
            "responses": {"200": {"$ref": "#/components/responses/Good"}},
            "parameters": [{"name": "q", "in": "query", "description": "w " * 400, "schema": {}}],
        },
        components={"responses": {"Good": {"description": "What was found."}}},
    )
    assert api.description == "Find it. Finds it fast. Deprecated."
    assert (api.category, api.returns) == ("small_things", "What was found.")
    assert len(api.properties["q"]["description"]) <= 302


@pytest.mark.parametrize(
    ("schema", "plain"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"nullable": True, "allOf": [{"$ref": "#/components/schemas/Word"}]}, {"type": ["string", "null"], "maxLength": 9}),
        (
            {"nullable": True, "oneOf": [{"type": "string"}, {"type": "integer"}]},
            {"anyOf": [{"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"type": "null"}]},
        ),
        ({"type": "number", "minimum": 1, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 1}),
        ({"type": "number", "minimum": 1, "exclusiveMinimum": False}, {"type": "number", "minimum": 1}),
        ({"type": "integer", "exclusiveMaximum": 5}, {"type": "integer", "exclusiveMaximum": 5}),
        ({"type": "string", "format": "date", "example": "2026-01-01"},
         {"type": "string", "format": "date", "examples": ["2026-01-01"]}),
        ({"type": "integer", "default": "x", "example": "y"}, {"type": "integer"}),
        ({"type": "integer", "default": 3}, {"type": "integer", "default": 3}),
        ({"$ref": "#/components/schemas/Word", "description": "z"}, {"type": "string", "maxLength": 9}),
        ({"allOf": [{"type": "number", "minimum": 1}, {"type": "integer", "minimum": 3}]}, {"type": "integer", "minimum": 3}),
        (
            {"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "b$"}]},
            {"type": "string", "pattern": "^a", "allOf": [{"pattern": "b$"}]},
        ),
        (
            {"properties": {"a": {"type": "string", "readOnly": True}, "b": {}}, "required": ["a", "b"]},
            {"type": "object", "properties": {"b": {}}, "required": ["b"]},
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "null"}], "discriminator": {"propertyName": "k"}, "x-y": 1},
            {"oneOf": [{"type": "string"}, {"type": "null"}]},
        ),
        ({"type": "string", "pattern": "^(a+)+$", "minLength": "2", "maxLength": -1}, {"type": "string"}),
        ({"type": "array", "items": [{"type": "string"}]}, {"type": "array", "prefixItems": [{"type": "string"}]}),
        (True, {}),
        ({"enum": []}, {}),
        ({"type": "string", "xml": {}, "externalDocs": {}, "required": True}, {"type": "string"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_schemas(schema: Any, plain: Any, version: str) -> None:
    components = {"schemas": {"Word": {"type": "string", "maxLength": 9}}}
    assert query(schema, version=version, components=components) == plain


def test_what_stands_beside_a_reference_counts_in_3_1_only() -> None:
    schema = {"$ref": "#/components/schemas/Word", "minLength": 2}
    components = {"schemas": {"Word": {"type": "string"}}}
    assert query(schema, version="3.1.0", components=components) == {"type": "string", "minLength": 2}
    assert query(schema, version="3.0.0", components=components) == {"type": "string"}


def test_recursion_is_cut() -> None:
    node = {
        "type": "object",
        "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Node"}},
        "required": ["v"],
    }
    found = query({"$ref": "#/components/schemas/Node"}, components={"schemas": {"Node": node}})
    inner = found["properties"]["next"]
    assert inner == {"type": "object", "description": "Another Node; what it holds is not spelled out again."}
    itself = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    assert query({"$ref": "#/components/schemas/A"}, components={"schemas": itself})["type"] == "object"
    tree = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/T"}]}}
    assert (
        query({"$ref": "#/components/schemas/T"}, components={"schemas": {"T": tree}})["items"]["anyOf"][1]["type"]
        == "array"
    )


def test_examples_make_calls() -> None:
    body = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
                    "required": ["a"],
                },
                "examples": {
                    "one": {"value": {"a": 1}},
                    "two": {"value": {"a": 2, "b": "x"}},
                    "bad": {"value": {"a": "z"}},
                },
            }
        },
    }
    parameters = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 7},
        {"name": "q", "in": "query", "schema": {"type": "string", "example": "not said by the operation"}},
    ]
    api = one({"parameters": parameters, "requestBody": body}, "/x/{id}", "post")
    assert [call.arguments for call in api.examples] == [{"id": 7, "a": 1}, {"id": 7, "a": 2, "b": "x"}]
    assert api.properties["q"]["examples"] == ["not said by the operation"]
    del parameters[0]["example"]
    assert one({"parameters": parameters, "requestBody": body}, "/x/{id}", "post").examples == ()
    assert one({}).examples == ()


PARAMETER = {"name": "q", "in": "query"}
DEEP: dict[str, Any] = {"type": "string"}
for _ in range(30):
    DEEP = {"type": "array", "items": DEEP}
WIDE = {
    f"S{n}": {"properties": {str(k): {"$ref": f"#/components/schemas/S{n + 1}"} for k in range(10)}} for n in range(9)
}


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        ("text", "the operation is no object"),
        ({"operationId": 5}, "operation is not well-formed: operationId"),
        ({"parameters": "x"}, "`parameters` is no list"),
        ({"parameters": ["x"]}, "a parameter is no object"),
        ({"parameters": [{"in": "query", "schema": {}}]}, "parameter is not well-formed: name"),
        ({"parameters": [PARAMETER | {"in": "sky"}]}, "parameter is not well-formed: in"),
        ({"parameters": [{"$ref": "other.yaml#/Q"}]}, "refers to other.yaml#/Q, outside of the document"),
        ({"parameters": [{"$ref": "#/components/nowhere"}]}, "which is not there"),
        ({"parameters": [PARAMETER | {"schema": {"$ref": "http://evil.example/x"}}]}, "outside of the document"),
        ({"parameters": [PARAMETER | {"schema": {"$ref": "file:///etc/passwd"}}]}, "outside of the document"),
        ({"parameters": [PARAMETER | {"schema": {"$ref": 5}}]}, "a `$ref` is no text"),
        ({"parameters": [PARAMETER | {"schema": {"$ref": "#"}}]}, "which is no part of the document"),
        ({"parameters": [PARAMETER | {"schema": {"type": "file"}}]}, "type is file"),
        ({"parameters": [PARAMETER | {"schema": "text"}]}, "a schema is no object"),
        ({"parameters": [PARAMETER | {"schema": {"anyOf": []}}]}, "`anyOf` is no list"),
        ({"parameters": [PARAMETER | {"schema": {"properties": []}}]}, "`properties` is no object"),
        (
            {"parameters": [PARAMETER | {"schema": {"allOf": [{"type": "string"}, {"type": "array"}]}}]},
            "exclude one another",
        ),
        ({"parameters": [PARAMETER | {"schema": {"properties": {"a\x00b": {}}}}]}, "name is not usable"),
        ({"parameters": [PARAMETER | {"schema": {"$dynamicRef": "#x"}}]}, "dynamic reference"),
        ({"parameters": [PARAMETER | {"schema": DEEP}]}, "nested deeper than 24"),
        ({"parameters": [PARAMETER | {"schema": {"$ref": "#/components/schemas/S0"}}]}, "more than 2000 parts"),
        ({"parameters": [{"name": "c", "in": "cookie", "required": True, "schema": {}}]}, "needs the cookie `c`"),
        ({"parameters": [{"name": "a b", "in": "header", "schema": {}}]}, "a name that HTTP does not have"),
        (
            {"parameters": [{"name": "n", "in": "path", "required": True, "schema": {}}]},
            "path parameters differ in `n`",
        ),
        ({"parameters": [PARAMETER | {"style": "deep"}]}, "style deep"),
        ({"parameters": [PARAMETER | {"content": {"text/xml": {}}}]}, "is written as text/xml"),
        (
            {"requestBody": {"required": True, "content": {"multipart/form-data": {}}}},
            "its body is multipart/form-data",
        ),
        ({"requestBody": {"required": True, "content": []}}, "has no `content`"),
        ({"requestBody": {"$ref": "#/loop"}}, "never ends"),
        ({"servers": [{"url": "https://other.example"}]}, "a server of its own"),
    ],
)
def test_what_cannot_be_used_is_named_and_the_rest_stays(operation: Any, why: str) -> None:
    assert why in reason(operation, components={"schemas": WIDE | {"S9": {"type": "string"}}}, loop={"$ref": "#/loop"})


@pytest.mark.parametrize("path", ["/x/../y", "/x/{id}", "/x?y=1", "/x#y", "/x/./y", "/x\\y", "/x/\u202ey"])
def test_odd_paths_are_named(path: str) -> None:
    found = read({path: {"get": {}}, "/fine": {"get": {}}})
    assert (len(found.apis), len(found.left_out)) == (1, 1)
    assert found.left_out[0].isprintable()


def test_a_broken_path_item_is_named() -> None:
    found = read(
        {"/a": 5, "/b": {"$ref": "x.yaml"}, "/c": {"$ref": "#/paths/~1d"}, "/d": {"get": {"operationId": "d"}}}
    )
    assert [api.name for api in found.apis] == ["d", "d_get_d"]
    assert found.left_out == ("/a: the path item is no object", "/b: refers to x.yaml, outside of the document")


def test_too_many_operations_end_with_a_line() -> None:
    found = read({f"/x{n}": {"get": {}} for n in range(10_005)})
    assert len(found.apis) == 10_000
    assert found.left_out == ("GET /x10000 and all that follow: more than 10000 operations",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "must hold an object"),
        (b"just words", "must hold an object"),
        (b'{"swagger": "2.0"}', "Swagger 2.0"),
        (b'{"openapi": "4.0.0"}', "3.0 and 3.1 are read"),
        (b"openapi: 3.2.0", "3.0 and 3.1 are read"),
        (b"info: {}", "missing"),
        (b'{"openapi": "3.1.0", }}', "is no JSON"),
        (b'{"openapi": "3.1.0", "x": NaN, "y": "\\u0000"', "is no JSON"),
        (b"a: [", "line 2"),
        (b"a: *b", "an alias of nothing"),
        (b"a: &a [*a]", "an alias of nothing, or of what it stands in"),
        (b"? [a]\n: b", "a key is no text"),
        (b"<<: 5", "no mapping"),
        (b"openapi: 3.1.0\n---\nopenapi: 3.1.0", "more than one document"),
        (b"[" * 1_000_000, "nested deeper"),
        (b"- " * 100_000, "nested deeper"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested"),
        (b'{"a":' * 150 + b"1" + b"}" * 150, "nested deeper"),
        (b'{"a": ' + b"9" * 5000 + b"}", "missing"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_documents_that_are_none(text: bytes, why: str) -> None:
    begun = time.monotonic()
    with pytest.raises(LibraryError, match=r"odd\.yaml: ") as caught:
        read_document(text, "odd.yaml")
    assert why in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.monotonic() - begun < 10


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    for text in ("\n".join(lines), "\n".join(lines).replace("[", "{<<: [").replace("]", "]}")):
        with pytest.raises(LibraryError, match="once its aliases are followed"):
            read_document(text.encode(), "bomb.yaml")
    chain = "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, MAX_DEPTH + 5))])
    with pytest.raises(LibraryError, match="nested deeper"):
        read_document(chain.encode(), "bomb.yaml")


def test_yaml_is_read_by_the_rules_of_1_2() -> None:
    text = """
openapi: 3.1.0
info: {title: &t Yes, no: on}
paths: {}
x: [2026-01-01, 12:30, no, true, ~, 0123, 1.5, "5", !!str 5, !!python/object:os.system x, .inf, 1e3]
responses: {200: ok, null: y}
base: &b {one: 1, two: 2}
more: {<<: *b, two: 3}
"""
    tree = read_document(text.encode(), "x.yaml").tree
    assert tree["x"] == ["2026-01-01", "12:30", "no", True, None, 123, 1.5, "5", "5", "x", ".inf", 1000.0]
    assert tree["responses"] == {"200": "ok", "null": "y"}
    assert tree["info"] == {"title": "Yes", "no": "on"}
    assert tree["more"] == {"one": 1, "two": 3}


def test_json_and_yaml_give_the_same(tmp_path: Path) -> None:
    tree = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": "https://{where}.example/v1/", "variables": {"where": {"default": "eu"}}}],
        "paths": {"/a": {"get": {"parameters": [PARAMETER | {"schema": {"type": "string", "enum": ["no", "1"]}}]}}},
    }
    apis = []
    for name, text in (("a.json", json.dumps(tree)), ("a.yaml", yaml.safe_dump(tree))):
        (tmp_path / name).write_text(text)
        source = OpenApiSource.from_options({"spec": str(tmp_path / name)}, CONTEXT)
        apis.append(asyncio.run(source.load())[0].parameters)
        asyncio.run(source.close())
        assert source._routes["get_a"].base == "https://eu.example/v1"
    assert apis[0] == apis[1]


@pytest.mark.parametrize(
    ("servers", "spec", "base"),
    [
        ([{"url": "/v2"}], "https://h.example/docs/openapi.json", "https://h.example/v2"),
        (None, "https://h.example/openapi.json", "https://h.example"),
        ([{"url": "http://h.example:8080/a/"}], None, "http://h.example:8080/a"),
        ([{"url": "/v2"}], None, None),
        ([{"url": "ftp://h.example"}], None, None),
        ([{"url": "http://user:pw@h.example"}], None, None),
        ([{"url": "http://h.example/?a=1"}], None, None),
        ([{"url": "http://0x7f.1/"}], None, None),
        ([{"url": 5}], None, None),
    ],
)
def test_servers(servers: Any, spec: str | None, base: str | None, tmp_path: Path) -> None:
    more = {} if servers is None else {"servers": servers}
    found = document({}, **more)
    if base:
        assert base_url(found, spec) == base
        return
    file = tmp_path / "d.json"
    file.write_text(json.dumps(found.tree))
    with pytest.raises(LibraryError, match="set `base_url`"):
        asyncio.run(OpenApiSource.from_options({"spec": str(file)}, CONTEXT).load())


def write(tmp_path: Path, paths: Any, server: str = "http://h.example") -> str:
    tree = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "servers": [{"url": server}], "paths": paths}
    (tmp_path / "d.json").write_text(json.dumps(tree))
    return str(tmp_path / "d.json")


def test_a_document_does_not_choose_who_gets_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "k")
    spec = write(tmp_path, {"/a": {"get": {"parameters": [{"name": "x-key", "in": "header", "required": True}]}}})
    options = {"spec": spec, "auth": {"header": "X-Key", "env": "A_KEY"}}
    with pytest.raises(
        LibraryError, match=r"with `auth`, set `base_url` too; the document's server is http://h\.example"
    ):
        asyncio.run(OpenApiSource.from_options(options, CONTEXT).load())
    options["base_url"] = "https://mine.example/"
    (api,) = asyncio.run(OpenApiSource.from_options(options, CONTEXT).load())
    assert api.properties == {}  # the key is ours to give


def test_include_and_exclude(tmp_path: Path) -> None:
    spec = write(tmp_path, {f"/{name}": {"get": {"operationId": name}} for name in ("list_a", "list_b", "drop_a")})

    def names(**options: Any) -> list[str]:
        return [api.name for api in asyncio.run(OpenApiSource.from_options({"spec": spec} | options, CONTEXT).load())]

    assert names(include=["list_*"], exclude=["*_b"], category="mine") == ["list_a"]
    assert names(exclude=["list_*"]) == ["drop_a"]
    with pytest.raises(LibraryError, match="none of its 3 operations is included"):
        names(include=["x"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "spec"),
        ({"spec": "nowhere.json"}, "there is no file"),
        ({"spec": "http://h/x", "base_url": "h.example"}, "base_url"),
        ({"spec": "http://h/x", "mode": "dry"}, "mode"),
        ({"spec": "http://h/x", "methods": ["get"]}, "methods"),
        ({"spec": "http://h/x", "http": {"second": 1}}, "did you mean `seconds`"),
        ({"spec": "http://h/x", "category": "Has Spaces"}, "category"),
    ],
)
def test_wrong_options_name_the_key(options: Any, match: str) -> None:
    with pytest.raises(ConfigError, match=rf"library\[0\].*{match}"):
        build_sources([Source.__origin__(name="openapi", options=options)], CONTEXT)


def test_no_usable_operation_says_the_first_reason(tmp_path: Path) -> None:
    spec = write(tmp_path, {"/a": {"post": {}, "put": {}}})
    with pytest.raises(
        LibraryError, match=r"has no usable operation; POST /a: `methods` does not allow POST \(and 1 more\)"
    ):
        asyncio.run(open_library([OpenApiSource.from_options({"spec": spec}, CONTEXT)]))


def test_the_weakest_tier_is_the_library_s(tmp_path: Path) -> None:
    class Fake:
        def __init__(self, tier: str, name: str) -> None:
            self.tier, self.name = tier, name

        async def load(self) -> list[Api]:
            return [Api(self.name, "d", {"type": "object", "properties": {}}, "c", "s")]

        async def close(self) -> None:
            pass

    async def tier(*tiers: str) -> str:
        library: Library = await open_library([Fake(name, f"f{n}") for n, name in enumerate(tiers)])  # type: ignore[misc]
        return library.tier

    assert asyncio.run(tier("broker", "bubblewrap")) == "bubblewrap"
    assert asyncio.run(tier("bubblewrap", "landlock", "broker")) == "landlock"
    assert asyncio.run(tier("landlock", "none")) == "none"
    assert asyncio.run(tier("broker", "something new")) == "something new"


@pytest.mark.parametrize(
    ("pattern", "cheap"),
    [
        ("^[a-z0-9-]+$", True),
        (r"^\d{4}-\d{2}-\d{2}$", True),
        ("^(?:a|b)$", True),
        (r"^[^@]+@[^@]+$", True),
        ("(a+)+$", False),
        ("^(a|a)*$", False),
        ("^(a|aa){0,30}$", False),
        ("a*a*b", False),
        ("a*a*a*b", False),
        ("^a*|a*b*", False),
        (r"(x)\1", False),
        ("(?=a)", False),
        ("[", False),
        (r"\p{L}", False),
        ("x" * 201, False),
    ],
)
def test_patterns_are_kept_only_where_they_are_cheap(pattern: str, cheap: bool) -> None:
    assert is_cheap(pattern) is cheap


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYWORDS = [
    "type", "format", "enum", "const", "default", "example", "examples", "description", "title",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems",
    "maxItems", "uniqueItems", "required", "nullable", "readOnly", "minProperties", "maxProperties", "$ref", "deprecated",
]  # fmt: skip
VALUES = st.one_of(
    JSON,
    st.sampled_from(["string", "integer", "object", "array", "number", "null", "boolean", "^a+$", "(a+)+", "date"]),
    st.sampled_from(["#/components/schemas/A", "#/components/schemas/B", "#/components/schemas/C", "x.yaml#/a"]),
    st.lists(st.sampled_from(["string", "integer", "null", "object"]), max_size=3),
    st.integers(-3, 30),
)


def schemas() -> st.SearchStrategy[Any]:
    leaf = st.dictionaries(st.sampled_from(KEYWORDS), VALUES, max_size=5)

    def grow(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        parts = st.fixed_dictionaries(
            {},
            optional={
                "properties": st.dictionaries(st.text(max_size=4), inner, max_size=3),
                "items": inner | st.lists(inner, max_size=2),
                "allOf": st.lists(inner, max_size=3),
                "anyOf": st.lists(inner, max_size=3),
                "oneOf": st.lists(inner, max_size=3),
                "not": inner,
                "additionalProperties": inner | st.booleans(),
            },
        )
        return st.builds(lambda one, other: one | other, leaf, parts)

    return st.recursive(leaf | st.booleans(), grow, max_leaves=8)


@settings(max_examples=100, deadline=None)
@given(schemas(), schemas(), schemas(), st.sampled_from(["3.0.1", "3.1.0"]))
def test_any_schema_becomes_a_valid_one_or_a_reason(asked: Any, other: Any, third: Any, version: str) -> None:
    """Whatever stands in the document: an object schema of Draft 2020-12 without references, or a line that says why not."""
    operation = {
        "parameters": [PARAMETER | {"schema": asked}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": other}}},
    }
    components = {"schemas": {"A": asked, "B": other, "C": third}}
    found = read({"/x": {"post": operation}}, version, components=components)
    assert len(found.apis) + len(found.left_out) == 1
    for api in found.apis:
        Draft202012Validator.check_schema(api.parameters)
        assert api.parameters["type"] == "object"
        assert not _references(api.parameters)
        json.dumps(api.to_json(), allow_nan=False).encode()


def _references(schema: Any) -> bool:
    """Say whether a schema has a reference where a schema can have one (an example or a name may be `$ref`)."""
    if not isinstance(schema, dict):
        return False
    parts = [
        *schema.get("properties", {}).values(),
        schema.get("items"),
        schema.get("not"),
        schema.get("additionalProperties"),
    ]
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        parts += schema.get(key, [])
    return "$ref" in schema or any(map(_references, parts))


@settings(max_examples=200, deadline=None)
@given(JSON, JSON, JSON)
def test_any_document_is_read_or_refused(paths: Any, item: Any, operation: Any) -> None:
    for tree in (
        paths,
        {"/a": item},
        {"/a": {"get": operation}},
        {"/a": {"get": {"parameters": [operation], "requestBody": item}}},
    ):
        read(tree, components=item, servers=operation)


def test_the_reader_s_budget_is_for_each_operation() -> None:
    reader = SchemaReader(document({}))
    for _ in range(3):
        reader.begin()
        reader.read({"enum": list(range(1900))})
