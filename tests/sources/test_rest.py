"""REST calls against a real server on loopback: live, recorded, and replayed without it; and requests that must not go out."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from apigen.config import SandboxConfig
from apigen.errors import ConfigError, EndpointError, LibraryError, StoreError
from apigen.records import Api, Call, CallResult
from apigen.sandbox.broker import HttpReply
from apigen.sources import Library, open_library
from apigen.sources.auth import Auth
from apigen.sources.context import SourceContext
from apigen.sources.openapi import OpenApiSource
from apigen.sources.recordings import Recording, Recordings, Reply
from apigen.sources.rest import to_reply, to_result
from apigen.sources.routes import BadArguments, Route, Slot
from apigen.store import open_database
from tests.sources.planets import KEY, planets

OWN = {"private_addresses": True, "retries": 0}


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Any]]:
    with planets() as served:
        yield served


def source(base: str, store: Path | None = None, **options: Any) -> OpenApiSource:
    context = SourceContext.now(SandboxConfig())
    context = SourceContext(context.limits, context.clock, store)
    return OpenApiSource.from_options({"spec": f"{base}/openapi.json", "http": OWN} | options, context)


def ask(opened: OpenApiSource, *calls: Call) -> tuple[dict[str, Api], list[CallResult]]:
    """Open the library, make the calls, close."""

    async def go() -> tuple[dict[str, Api], list[CallResult]]:
        library: Library = await open_library([opened])
        try:
            return {api.name: api for api in library.apis}, list(await library.execute(calls))
        finally:
            await library.close()

    return asyncio.run(go())


def plain(result: CallResult) -> tuple[Any, Any]:
    return result.value, result.error


CALLS = (
    Call("list_planets_planets_get", {"kind": ["gas", "ice"], "min_radius": 25000}),
    Call("get_planet_by_id", {"planet_id": 3}),
    Call("get_planet_by_id", {"planet_id": 99}),
    Call("find_moon_moons_name_get", {"name": "Io", "x_language": "de"}),
    Call("text_text_get", {}),
    Call("picture_picture_get", {}),
    Call("nothing_nothing_get", {}),
)


def test_a_generated_document_becomes_apis(server: tuple[str, Any]) -> None:
    opened = source(server[0], methods=["GET", "POST"])
    apis, _ = ask(opened)
    assert opened.left_out == ()
    for api in apis.values():
        Draft202012Validator.check_schema(api.parameters)
        assert "$ref" not in json.dumps(api.to_json())
        assert all(schema["description"] for schema in api.properties.values())
    planet = apis["get_planet_by_id"]
    assert planet.description == "Get Planet. Return one planet."
    assert (planet.category, planet.required) == ("planets", ("planet_id",))
    assert [call.arguments for call in planet.examples] == [{"planet_id": 3}, {"planet_id": 5}]
    assert apis["list_planets_planets_get"].properties["min_radius"]["examples"] == [5000]
    trip = apis["plan_trip_trips_post"]
    assert set(trip.properties) == {"dry", "start", "stops", "crew", "note"}
    assert trip.required == ("start",)
    assert trip.properties["stops"]["items"]["properties"]["latitude"]["maximum"] == 90
    assert apis["secret_secret_get"].description.endswith("Deprecated.")


def test_calls_are_made_and_typed(server: tuple[str, Any]) -> None:
    trip = Call("plan_trip_trips_post", {"start": {"planet": "Earth", "latitude": 1.5}, "crew": 4.0, "dry": True})
    broken = Call("broken_broken_get", {})
    _, results = ask(source(server[0], methods=["GET", "POST"]), *CALLS, trip, broken)
    listed, earth, missing, moon, text, picture, nothing, planned, failed = results
    assert [planet["name"] for planet in listed.value] == ["Jupiter", "Saturn", "Uranus"]
    assert earth.value["moons"] == ["Moon"]
    assert missing.error is not None
    assert (missing.error.kind, missing.error.message) == ("exception", "HTTP 404: there is no such planet")
    assert moon.value == {"moon": "Io", "of": "Jupiter", "language": "de"}
    assert text.value == "plain words"
    assert picture.error is not None
    assert picture.error.kind == "not_json"
    assert plain(nothing) == (None, None)
    assert planned.value == {"stops": 1, "crew": 4, "from": "Earth", "dry": True}
    assert failed.error is not None
    assert failed.error.message == "HTTP 500: on fire"


def test_other_methods_need_to_be_allowed(server: tuple[str, Any]) -> None:
    opened = source(server[0])
    apis, _ = ask(opened)
    assert not [name for name in apis if "post" in name]
    assert opened.left_out == ("POST /trips (plan_trip_trips_post): `methods` does not allow POST",)


def test_the_library_passes_on_what_was_left_out(server: tuple[str, Any]) -> None:
    async def go() -> Library:
        library = await open_library([source(server[0])])
        await library.close()
        return library

    library = asyncio.run(go())
    assert len(library.left_out) == 1
    assert library.tier == "broker"


def test_record_then_replay_without_the_server(tmp_path: Path) -> None:
    store = tmp_path / "run.db"
    with planets() as (base, seen):
        _, recorded = ask(source(base, store, mode="record"), *CALLS, Call("broken_broken_get", {}))
        came = len(seen)
    apis, replayed = ask(
        source(base, store, mode="replay"),
        *CALLS,
        Call("get_planet_by_id", {"planet_id": 5}),
        Call("broken_broken_get", {}),
    )
    assert len(seen) == came
    assert list(map(plain, replayed[:-2])) == list(map(plain, recorded[:-1]))
    for unknown in replayed[-2:]:  # one was never called, the other's reply was only for that moment
        assert unknown.error is not None
        assert (unknown.error.kind, unknown.error.message[:12]) == ("unrecorded", "not recorded")
    assert [call.arguments for call in apis["get_planet_by_id"].examples] == [{"planet_id": 3}]
    assert apis["find_moon_moons_name_get"].examples == (CALLS[3],)
    assert apis["broken_broken_get"].examples == ()
    again, _ = ask(source(base, store, mode="replay"))
    assert again == apis


def test_recordings_live_in_a_run_s_store_or_in_a_file(server: tuple[str, Any], tmp_path: Path) -> None:
    store = tmp_path / "run.db"
    open_database(store, create=True).close()
    ask(source(server[0], store, mode="record"), CALLS[1])
    open_database(store).close()
    own = tmp_path / "kept" / "planets.db"
    ask(source(server[0], store, mode="record", recordings=str(own)), CALLS[3])
    open_database(own, create=True).close()  # a run may take it for its store
    apis, _ = ask(source(server[0], store, mode="replay", recordings=str(own)))
    assert [name for name, api in apis.items() if api.examples] == ["find_moon_moons_name_get"]


def test_a_later_reply_takes_the_place(tmp_path: Path) -> None:
    async def go() -> None:
        kept = Recordings(tmp_path / "r.db")
        for word in ("old", "new"):
            await kept.keep(Recording("f", "GET", "http://h/", "{}", Reply(200, {}, word)))
        await asyncio.gather(*(kept.keep(Recording("f", "GET", "u", str(n), Reply(404, {}, None))) for n in range(20)))
        assert kept.find("GET", "http://h/", "{}") == Reply(200, {}, "new")
        assert kept.find("HEAD", "http://h/", "{}") is None
        assert len(kept.of("f")) == 1
        kept.close()
        kept.close()

    asyncio.run(go())


def test_two_sources_write_to_one_file(tmp_path: Path) -> None:
    async def go() -> None:
        stores = [Recordings(tmp_path / "r.db") for _ in range(3)]
        jobs = [
            kept.keep(Recording("f", "GET", f"{place}", str(n), Reply(200, {}, "")))
            for place, kept in enumerate(stores)
            for n in range(15)
        ]
        await asyncio.gather(*jobs)
        assert len(stores[0].of("f")) == 45
        for kept in stores:
            kept.close()

    asyncio.run(go())


def test_replay_needs_recordings(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="holds no recordings; run once with `mode: record`"):
        ask(source("http://127.0.0.1:9", tmp_path / "none.db", mode="replay"))
    open_database(tmp_path / "run.db", create=True).close()
    with pytest.raises(LibraryError, match="is not recorded"):
        ask(source("http://127.0.0.1:9", tmp_path / "run.db", mode="replay"))
    with pytest.raises(ConfigError, match="recordings"):
        source("http://127.0.0.1:9", mode="replay")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("create table mine (x)")
    other.close()
    with pytest.raises(StoreError, match="another program"):
        ask(source("http://127.0.0.1:9", tmp_path / "other.db", mode="replay"))


WAYS = (
    {"bearer_env": "PLANETS_KEY"},
    {"basic_user_env": "PLANETS_USER", "basic_password_env": "PLANETS_KEY"},
    {"header": "X-Api-Key", "env": "PLANETS_KEY"},
    {"query": "api_key", "env": "PLANETS_KEY"},
)


@pytest.mark.parametrize("auth", WAYS, ids=lambda auth: "-".join(auth))
def test_keys_are_sent_and_never_kept(
    auth: dict[str, str], server: tuple[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANETS_KEY", KEY)
    monkeypatch.setenv("PLANETS_USER", "mia")
    base, seen = server
    opened = source(base, tmp_path / "run.db", mode="record", auth=auth, base_url=base)
    call = Call("secret_secret_get", {})
    if "header" not in auth:  # it is the one way that this operation takes
        with pytest.raises(EndpointError, match="HTTP 401 for secret_secret_get") as caught:
            ask(source(base, tmp_path / "run.db", mode="record", auth=auth, base_url=base), call)
        assert "pl4n3t" not in str(caught.value)
    apis, (result, moon) = ask(opened, call if "header" in auth else CALLS[1], CALLS[3])
    assert "pl4n3t" not in repr(opened) + repr(apis) + repr((result, moon))
    sent = seen[-1]
    whole = str(dict(sent.headers)) + str(sent.url)
    expected = {"bearer_env": f"Bearer {KEY}", "basic_user_env": "Basic bWlhOnBsNG4zdC1rM3kvK3g="}
    assert expected.get(next(iter(auth)), KEY) in whole or "api_key=pl4n3t-k3y%2F%2Bx" in whole
    if "header" in auth:
        assert result.value["***"] == ["***"]  # the server said it back in every place it could
    assert "api_key" not in apis["find_moon_moons_name_get"].properties
    monkeypatch.delenv("PLANETS_KEY")
    _, (again, _) = ask(source(base, tmp_path / "run.db", mode="replay", auth=auth, base_url=base), call, CALLS[3])
    if "header" in auth:
        assert plain(again) == plain(result)
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert b"pl4n3t" not in content
        assert b"bWlhOnBsNG4zdC" not in content


def test_a_wrong_key_is_not_repeated_in_the_message(server: tuple[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANETS_KEY", "wr0ng-k3y")
    auth = {"header": "X-Api-Key", "env": "PLANETS_KEY"}
    _, (result,) = ask(source(server[0], auth=auth), Call("secret_secret_get", {}))
    assert result.error is not None
    assert result.error.message == "HTTP 403: the key *** is wrong"


def test_a_key_needs_its_variable_and_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"auth\.bearer_env.*PLANETS_KEY is not set"):
        source("http://h", auth={"bearer_env": "PLANETS_KEY"})
    with pytest.raises(ConfigError, match="write one of"):
        source("http://h", auth={"bearer_env": "A", "header": "X", "env": "B"})
    monkeypatch.setenv("PLANETS_KEY", "two\nlines")
    with pytest.raises(ConfigError, match="no usable key"):
        source("http://h", auth={"bearer_env": "PLANETS_KEY"})


def test_private_addresses_need_a_word(server: tuple[str, Any]) -> None:
    with pytest.raises(LibraryError, match=r"http\.private_addresses"):
        ask(source(server[0], http={}))


def test_a_server_that_is_gone_is_no_error_of_the_call(tmp_path: Path) -> None:
    with planets() as (base, _):
        document = asyncio.run(source(base)._document())
    file = tmp_path / "planets.json"
    file.write_bytes(document)
    with pytest.raises(EndpointError, match="takes no connection"):
        ask(source(base, spec=str(file), base_url=base, http=OWN | {"patience_seconds": 0}), CALLS[1])


def test_two_sources_of_one_document_and_their_recordings(tmp_path: Path) -> None:
    async def go(mode: str, *prefixes: str | None, **options: Any) -> tuple[Library, list[CallResult]]:
        sources = [source(base, tmp_path / "run.db", mode=mode, prefix=prefix, **options) for prefix in prefixes]
        library = await open_library(sources)
        try:
            return library, list(await library.execute([Call("near_get_planet_by_id", {"planet_id": 3})]))
        finally:
            await library.close()

    with planets() as (base, seen):
        with pytest.raises(LibraryError, match="two APIs are named"):
            asyncio.run(go("live", None, None))
        library, (earth,) = asyncio.run(go("live", None, "near"))
        assert seen[-1].url.path == "/planets/3"
        assert len(library.apis) == 2 * len({api.name.removeprefix("near_") for api in library.apis})
        asyncio.run(go("record", "near"))
    library, (again,) = asyncio.run(go("replay", "near", include=["near_get_*"]))
    assert plain(again) == plain(earth)
    (api,) = library.apis
    assert api.examples == (Call("near_get_planet_by_id", {"planet_id": 3}),)
    with pytest.raises(ConfigError, match="prefix"):
        source(base, prefix="Near-")


def test_requests_are_spread(server: tuple[str, Any]) -> None:
    opened = source(server[0], http=OWN | {"requests_per_minute": 600})
    begun = time.monotonic()
    _, results = ask(opened, *[CALLS[1]] * 4)
    assert all(result.ok for result in results)
    assert time.monotonic() - begun >= 0.29


def route(path: str = "/a/{id}", **slots: Slot) -> Route:
    return Route("GET", "http://api.example/v1", path, {"id": Slot("path", "id", "simple", False), **slots})


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("x y", "/a/x%20y"),
        ("a/b", "/a/a%2Fb"),
        ("a?b#c&d", "/a/a%3Fb%23c%26d"),
        ("@evil.example:80", "/a/%40evil.example%3A80"),
        (5.0, "/a/5"),
        (True, "/a/true"),
        ("ü", "/a/%C3%BC"),
        ([1, "b,c"], "/a/1,b%2Cc"),
        ("...", "/a/..."),
    ],
)
def test_path_values_stay_one_step(value: Any, url: str) -> None:
    assert route().request({"id": value}).url == f"http://api.example/v1{url}"


@pytest.mark.parametrize(
    "value", ["", ".", "..", "a/../b", "..\\x", "%2e%2e", "%2E%2E%2Fx", "%252e%252e/x", "a\0b", None, []]
)
def test_path_values_that_lead_elsewhere_do_not_go_out(value: Any) -> None:
    with pytest.raises(BadArguments, match="id"):
        route().request({"id": value})


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"[./\\%2eE@:?#]{1,12}", fullmatch=True)), st.text())
def test_no_argument_changes_host_or_path(step: str, word: str) -> None:
    from urllib.parse import unquote, urlsplit

    try:
        url = route(q=Slot("query", "q")).request({"id": step, "q": word}).url
    except (BadArguments, UnicodeError):
        return
    parts = urlsplit(url)
    assert (parts.netloc, parts.fragment) == ("api.example", "")
    assert parts.path.startswith("/v1/a/")
    assert parts.path.count("/") == 3
    assert unquote(parts.path.rpartition("/")[2], errors="surrogatepass") not in (".", "..", "")


@pytest.mark.parametrize(
    ("slot", "value", "query"),
    [
        (Slot("query", "q"), [1, 2], "q=1&q=2"),
        (Slot("query", "q"), [], ""),
        (Slot("query", "q", "form", False), ["a,b", "c"], "q=a%2Cb,c"),
        (Slot("query", "q", "pipeDelimited", False), [1, 2], "q=1|2"),
        (Slot("query", "q", "spaceDelimited", False), [1, 2], "q=1%202"),
        (Slot("query", "q"), {"a": 1, "b": True}, "a=1&b=true"),
        (Slot("query", "q", "form", False), {"a": 1}, "q=a,1"),
        (Slot("query", "q[x]", "deepObject"), {"a": "ü"}, "q%5Bx%5D%5Ba%5D=%C3%BC"),
        (Slot("query", "q", "json"), {"b": 1, "a": [2.0]}, "q=%7B%22a%22%3A%5B2%5D%2C%22b%22%3A1%7D"),
        (Slot("query", "q"), None, ""),
        (Slot("query", "q"), 1e-7, "q=1e-07"),
    ],
)
def test_query_styles(slot: Slot, value: Any, query: str) -> None:
    url = Route("GET", "http://h", "/", {"q": slot}).request({"q": value}).url
    assert url == f"http://h/{'?' if query else ''}{query}"


def test_bodies_and_headers() -> None:
    slots = {
        "a": Slot("body", "a"),
        "b": Slot("body", "b b"),
        "h": Slot("header", "X-H", "simple", False),
    }
    made = Route("POST", "http://h", "/", slots).request({"a": 2.0, "b": None, "h": [1, 2]})
    assert made.body == b'{"a": 2, "b b": null}'
    assert made.headers == (("X-H", "1,2"), ("content-type", "application/json"))
    made = Route("POST", "http://h", "/", slots, "form").request({"a": [1, 2], "b": "x&y"})
    assert made.body == b"a=1&a=2&b%20b=x%26y"
    made = Route("POST", "http://h", "/", {"body": Slot("body", "")}).request({"body": [1]})
    assert made.body == b"[1]"
    with pytest.raises(BadArguments, match="no argument `zz`"):
        Route("POST", "http://h", "/", slots).request({"zz": 1})


@pytest.mark.parametrize(
    ("status", "kind", "body", "value", "error"),
    [
        (200, "application/json", b"[1.0, null]", [1, None], None),
        (200, "application/problem+json; charset=utf-8", b'{"a": 1}', {"a": 1}, None),
        (200, "", b'"text"', "text", None),
        (200, "", b"\xff\xfe", "\ufffd\ufffd", None),
        (200, "text/csv; charset=latin-1", b"\xfc", "ü", None),
        (200, "text/plain; charset=nonsense", b"x", "x", None),
        (200, "text/plain", b"x" * 20001, None, "too_large"),
        (200, "application/json", b"{", None, "not_json"),
        (200, "application/json", b"[1e999]", None, "not_json"),
        (200, "application/json", b"[NaN]", None, "not_json"),
        (200, "application/json", b"[" * 300 + b"]" * 300, None, "too_large"),
        (200, "application/json", b"[" * 90000 + b"]" * 90000, None, "not_json"),
        (200, "application/json", b'"\\ud800"', "\ufffd", None),
        (200, "image/png", b"x", None, "not_json"),
        (204, "", b"", None, None),
        (404, "text/html", b"<p>no</p>", None, "exception"),
        (304, "", b"", None, "exception"),
    ],
)
def test_replies_become_values_or_typed_errors(
    status: int, kind: str, body: bytes, value: Any, error: str | None
) -> None:
    result = to_result(to_reply(HttpReply(status, (("content-type", kind),), body), Auth()))
    assert result.value == value
    assert (result.error.kind if result.error else None) == error


def test_secrets_are_hidden_in_every_spelling() -> None:
    auth = Auth(secrets=("s3c/ret", "12345678"))
    value = {"s3c/ret": ["x s3c%2Fret y", 12345678, True, "czNjL3JldA=="], "n": 1}
    assert auth.hide(value) == {"***": ["x *** y", "***", True, "***"], "n": 1}
    reply = to_reply(HttpReply(200, (("content-type", "application/json"),), b'["s3c\\/ret"]'), auth)
    assert reply.body == '["***"]'
    assert "s3c" not in repr(auth)
