"""The broker against real servers on loopback that do everything wrong, and callers that want to reach what they must not."""

import asyncio
import gzip
import logging
import socket
import ssl
import time
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from email.utils import formatdate
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from apigen.sandbox.broker import Broker, BrokerError, BrokerPolicy, HttpReply, HttpRequest, is_public

# A certificate of api.example and 127.0.0.1 that signs itself; it guards nothing but these tests.
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfI5pkGLdiFduiuwv
KSs14HI0FGOjPFA4pPOapo74N7yhRANCAASbzfrA64ix2S53fhYQ6q1PG2AZ/rif
QwVufTh/huvcwFLAOz/OlJ7wQcYgL927DuD6W7ObYWAjq8659wyRqsX9
-----END PRIVATE KEY-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBsTCCAVigAwIBAgIUToj4qCfiKeBVgc4btX+x4P+XBwowCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLYXBpZ2VuIHRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAx
MDEwMDAwMDBaMBYxFDASBgNVBAMMC2FwaWdlbiB0ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEm836wOuIsdkud34WEOqtTxtgGf64n0MFbn04f4br3MBSwDs/
zpSe8EHGIC/duw7g+luzm2FgI6vOufcMkarF/aOBgTB/MBwGA1UdEQQVMBOCC2Fw
aS5leGFtcGxlhwR/AAABMA4GA1UdDwEB/wQEAwIChDAPBgNVHRMBAf8EBTADAQH/
MB0GA1UdDgQWBBQno0gGro63mE9Noj9iFAfHsLxiwDAfBgNVHSMEGDAWgBQno0gG
ro63mE9Noj9iFAfHsLxiwDAKBggqhkjOPQQDAgNHADBEAiADseKZ0GpsNbWCl+/X
NEAFjtF63BoEiUMxzq3G58ORhAIgROsmh4PJ0f4HAzyA0frASfGIHZQLvbErMKn+
cjIZ6P0=
-----END CERTIFICATE-----
"""
SECRET = "s3cr3t-key"
METADATA = "169.254.169.254"
PEM: list[Path] = []
"""The file of key and certificate, which ssl takes from a file only."""

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Behaviour = Callable[["Loopback", Reader, Writer], Awaitable[None]]
T = TypeVar("T")


class Loopback:
    """A server that writes what a test says, byte for byte. `requests` are the heads that came, `bodies` what followed."""

    def __init__(self, behave: Behaviour | bytes) -> None:
        self.behave, self.port, self.connections = behave, 0, 0
        self.requests: list[str] = []
        self.bodies: list[bytes] = []

    async def handle(self, reader: Reader, writer: Writer) -> None:
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the client or the test is gone
            if isinstance(self.behave, bytes):
                await self.head(reader)
                writer.write(self.behave)
                await writer.drain()
            else:
                await self.behave(self, reader, writer)
        writer.close()

    async def head(self, reader: Reader) -> str:
        """Read one request whole, and return its head."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.requests.append(head)
        for line in head.lower().splitlines():
            if line.startswith("content-length: "):
                self.bodies.append(await reader.readexactly(int(line.split()[1])))
        return head


@asynccontextmanager
async def serving(behave: Behaviour | bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Loopback]:
    loopback = Loopback(behave)
    server = await asyncio.start_server(loopback.handle, "127.0.0.1", 0, ssl=tls, backlog=128)
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        server.close()


def ok(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def in_turn(*replies: bytes) -> Behaviour:
    left = list(replies)

    async def behave(server: Loopback, reader: Reader, writer: Writer) -> None:
        await server.head(reader)
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    return behave


def forever(start: bytes, drop: bytes, pause: float = 0.01) -> Behaviour:
    """Write the start, then a drop again and again until the client has gone."""

    async def behave(server: Loopback, reader: Reader, writer: Writer) -> None:
        await server.head(reader)
        writer.write(start)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(pause)

    return behave


class Names:
    """What stands in for DNS: answers in turn for each name, the last for good. `asked` are the look-ups made."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[str, ...]]] = {}
        self.asked: list[str] = []
        self.delay = 0.0

    async def look_up(self, loop: Any, host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        await asyncio.sleep(self.delay)
        answers = self.answers.get(host)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in address], socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    names.answers["api.example"] = [("127.0.0.1",)]
    for address in ("127.0.0.1", "::1"):
        names.answers[address] = [(address,)]

    async def look_up(loop: Any, *arguments: Any, **options: Any) -> Any:
        return await names.look_up(loop, *arguments, **options)

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    return names


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the addresses that are connected to; all of them lead to loopback."""
    found: list[str] = []
    connect = asyncio.BaseEventLoop.create_connection

    async def create_connection(loop: Any, protocol: Any, host: str, port: int, **options: Any) -> Any:
        found.append(host)
        return await connect(loop, protocol, "127.0.0.1", port, **options)

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", create_connection)
    return found


def policy(*hosts: str, **settings: Any) -> BrokerPolicy:
    return BrokerPolicy(hosts=hosts, **{"seconds": 5.0, "private_addresses": True, "retries": 0} | settings)


def ask(
    behave: Behaviour | bytes,
    *,
    url: str = "http://api.example:{port}/v1",
    method: str = "GET",
    tls: bool = False,
    context: ssl.SSLContext | None = None,
    request: dict[str, Any] | None = None,
    **settings: Any,
) -> tuple[HttpReply, Loopback]:
    """Make one request to a server that behaves so."""

    async def work() -> tuple[HttpReply, Loopback]:
        async with serving(behave, server_context() if tls else None) as server:
            broker = Broker(policy(f"api.example:{server.port}", **settings), ssl_context=context)
            asked = HttpRequest(method, url.format(port=server.port), **(request or {}))
            return await broker.request(asked), server

    return asyncio.run(work())


def refusal(work: Coroutine[Any, Any, object]) -> BrokerError:
    with pytest.raises(BrokerError) as caught:
        asyncio.run(work)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


def kind_of(behave: Behaviour | bytes, **settings: Any) -> str:
    with pytest.raises(BrokerError) as caught:
        ask(behave, **settings)
    return caught.value.kind


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM[0])
    return context


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=CERTIFICATE)


@pytest.fixture(autouse=True, scope="session")
def _pem(tmp_path_factory: pytest.TempPathFactory) -> None:
    PEM.append(tmp_path_factory.mktemp("tls") / "server.pem")
    PEM[0].write_text(KEY + CERTIFICATE)


def plain(url: str, *hosts: str, method: str = "GET", **settings: Any) -> BrokerError:
    """Return how a request is refused of which nothing comes to the network."""
    return refusal(Broker(policy(*hosts, **settings)).request(HttpRequest(method, url)))


# What goes through


def test_a_reply_comes_back_with_the_headers_that_may_be_seen() -> None:
    headers = (
        "Content-Type: application/json",
        "ETag: x",
        "Set-Cookie: a=b",
        "Server: s",
        "X-Rate: 3",
        "Last-Modified: now",
    )
    reply, server = ask(ok(b'{"a": 1}', *headers))
    shown = (("content-type", "application/json"), ("etag", "x"), ("last-modified", "now"))
    assert reply == HttpReply(200, shown, b'{"a": 1}')
    head = server.requests[0].splitlines()
    assert head[0] == "GET /v1 HTTP/1.1"
    assert [line.lower() for line in head if line.lower().startswith("host:")] == [f"host: api.example:{server.port}"]


def test_query_headers_and_json_are_sent() -> None:
    request = {
        "query": (("q", "a b&c"), ("q", "é")),
        "headers": (("X-Key", SECRET), ("Accept", "text/x")),
        "json": {"ü": [1]},
    }
    reply, server = ask(
        ok(b""), url="http://api.example:{port}/ä?p=1#part", method="POST", methods=("POST",), request=request
    )
    assert (reply.status, reply.body) == (200, b"")
    lines = server.requests[0].splitlines()
    assert lines[0] == "POST /%C3%A4?p=1&q=a%20b%26c&q=%C3%A9 HTTP/1.1"
    assert f"X-Key: {SECRET}" in lines
    assert "Accept: text/x" in lines
    assert sum(line.lower().startswith("accept:") for line in lines) == 1
    assert "content-type: application/json" in server.requests[0].lower()
    assert server.bodies == [b'{"\\u00fc": [1]}']


@pytest.mark.parametrize("status", [204, 304, 400, 404, 418, 500])
def test_other_statuses_are_replies(status: int) -> None:
    reply, _ = ask(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
    assert (reply.status, reply.body) == (status, b"")


def test_the_reply_to_head_has_no_body_whatever_it_announces() -> None:
    reply, _ = ask(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\nContent-Encoding: gzip\r\n\r\n", method="HEAD")
    assert reply == HttpReply(200, (), b"")


def test_chunked_and_gzip_are_undone() -> None:
    packed = gzip.compress(b"hello " * 100)
    half = len(packed) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:half], packed[half:], b""))
    reply, _ = ask(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunks)
    assert reply.body == b"hello " * 100


def test_an_international_name_is_one_name_in_every_spelling(names: Names) -> None:
    names.answers["xn--bcher-kva.example"] = [("127.0.0.1",)]

    async def work() -> list[str]:
        async with serving(ok(b"")) as server:
            broker = Broker(policy(f"Bücher.example:{server.port}"))
            for spelling in ("bücher.example", "BÜCHER.Example", "xn--bcher-kva.example"):
                await broker.request(HttpRequest("GET", f"HTTP://{spelling}:{server.port}"))
            return server.requests

    heads = asyncio.run(work())
    assert [head.lower().count("\r\nhost: xn--bcher-kva.example:") for head in heads] == [1, 1, 1]


def test_a_default_port_is_the_scheme_s(dialled: list[str]) -> None:
    """A host without a port is 80 for http and 443 for https, and nothing else."""
    for url in ("http://api.example:443/", "https://api.example:80/", "http://api.example:8080/"):
        assert plain(url, "api.example").kind == "refused_host"
    assert dialled == []
    for url in ("http://api.example/", "https://api.example:443/"):
        assert plain(url, "api.example").kind == "unreachable"  # nothing listens there
    assert len(dialled) == 2


def test_fifty_at_once() -> None:
    async def echo(server: Loopback, reader: Reader, writer: Writer) -> None:
        head = await server.head(reader)
        await asyncio.sleep(0.2)
        writer.write(ok(head.split()[1].encode()))
        await writer.drain()

    async def work() -> tuple[list[HttpReply], float]:
        async with serving(echo) as server:
            broker = Broker(policy(f"api.example:{server.port}"))
            url = f"http://api.example:{server.port}"
            await broker.request(HttpRequest("GET", url))  # the imports
            start = time.monotonic()
            replies = await asyncio.gather(*(broker.request(HttpRequest("GET", f"{url}/{n}")) for n in range(50)))
            return replies, time.monotonic() - start

    replies, seconds = asyncio.run(work())
    assert [reply.body for reply in replies] == [f"/{n}".encode() for n in range(50)]
    assert seconds < 5  # one after the other they take 10


def test_a_closed_broker_takes_no_request(names: Names) -> None:
    async def work() -> None:
        broker = Broker(policy("api.example"))
        await broker.close()
        await broker.close()
        await broker.request(HttpRequest("GET", "http://api.example/"))

    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(work())
    assert names.asked == []


# What is refused before anything touches the network


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("ftp://api.example/", "refused_scheme"),
        ("file:///etc/passwd", "refused_scheme"),
        ("gopher://api.example/", "refused_scheme"),
        ("//api.example/", "refused_scheme"),
        ("api.example", "refused_scheme"),
        ("", "refused_scheme"),
        ("http:/api.example", "refused_host"),
        ("http://", "refused_host"),
        ("http:///x", "refused_host"),
        ("http://other.example/", "refused_host"),
        ("http://sub.api.example/", "refused_host"),
        ("http://api.example.evil.test/", "refused_host"),
        ("http://api.example./", "refused_host"),
        ("http://.api.example/", "refused_host"),
        ("http://api.example:/", "refused_host"),
        ("http://api.example:0/", "refused_host"),
        ("http://api.example:80:80/", "refused_host"),
        ("http://api.example:65616/", "refused_host"),
        ("http://api.example:٨٠/", "refused_host"),
        ("http://user@api.example/", "refused_host"),
        ("http://user:pw@api.example/", "refused_host"),
        ("http://@api.example/", "refused_host"),
        ("http://api.example@other.example/", "refused_host"),
        ("http://api.example%00.evil.test/", "refused_host"),
        ("http://%61pi.example/", "refused_host"),
        ("http://api.example\\@other.example/", "refused_host"),
        ("http://api.example\t/", "refused_host"),
        (" http://api.example/", "refused_host"),
        ("http://api.exa\nmple/", "refused_host"),
        ("http://api.example/a b", "refused_host"),
        ("http://api.example/\x00", "refused_host"),
        ("http://api.example/\u202e", "refused_host"),
        ("http://api.example/\ud800", "refused_host"),
        ("http://api.example\u2100other/", "refused_host"),
        ("http://[api.example]/", "refused_host"),
        ("http://[::1/", "refused_host"),
        ("http://" + "a" * 64 + ".example/", "refused_host"),
        ("http://" + "a." * 200 + "example/", "refused_host"),
    ],
)
def test_urls_that_are_refused(url: str, kind: str, names: Names, dialled: list[str]) -> None:
    assert plain(url, "api.example").kind == kind
    assert (names.asked, dialled) == ([], [])


ODD_LOOPBACKS = (
    *("2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "127.1", "127.0.1", "0177.0.0.1", "017700000001", "0", "0x"),
    *(
        "127.0.0.1.",
        "127.0.0.01",
        "127.0.0.0x1",
        "[::1%25lo]",
        "[::1%lo]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ),
    *("[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "localhost", "localhost.", "[::]"),
    *("①②⑦.⓪.⓪.①", "127。0。0。2", "１２７.0.0.2", "a.127", "1.0x7f", "256.256.256.256", "127.0.0.1.1", "0.0.0.0"),
)


@pytest.mark.parametrize("host", ODD_LOOPBACKS)
def test_an_odd_spelling_is_never_the_address_that_is_allowed(host: str, names: Names, dialled: list[str]) -> None:
    """Loopback itself is on the list here, so that only the spelling is against it."""
    assert plain(f"http://{host}/", "127.0.0.1", "[::1]", "api.example").kind == "refused_host"
    assert (names.asked, dialled) == ([], [])


def test_an_address_allowed_by_name_must_still_be_public(dialled: list[str]) -> None:
    for host in ("127.0.0.1", "[::1]", "[0:0::1]"):
        assert plain(f"http://{host}/", "127.0.0.1", "[::1]", private_addresses=False).kind == "refused_address"
    assert dialled == []
    assert plain("http://[0:0::1]:1/", "[::1]:1").kind == "unreachable"
    assert dialled == ["::1"]


@pytest.mark.parametrize(
    "host",
    ["", "*", "*.example", "a b", "http://a", "a/b", "a:", "a:0", "a:99999", "u@a", "127.1", "a.", "a.127", "1.0x7f"],
)
def test_an_allowed_host_must_be_one(host: str) -> None:
    with pytest.raises(ValidationError, match="write `host`"):
        BrokerPolicy(hosts=(host,))


def test_hosts_that_can_be_allowed() -> None:
    for host in ("1.example", "0x7f.example", "3com", "a_b.c-d", "[::1]:1", "8.8.8.8:65535", "straße.example"):
        assert BrokerPolicy(hosts=(host,)).hosts == (host,)


@pytest.mark.parametrize(
    "method", ["POST", "DELETE", "TRACE", "CONNECT", "get", "GET ", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET", ""]
)
def test_methods_that_are_refused(method: str, dialled: list[str]) -> None:
    assert plain("http://api.example/", "api.example", method=method).kind == "refused_method"
    assert dialled == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, "x")
            for name in ("Host", "content-length", "Transfer-Encoding", "TE", "Trailer", "Connection", "Upgrade")
        ),
        *(
            (name, "x")
            for name in ("Cookie", "COOKIE", "Proxy-Authorization", "proxy-connection", "Keep-Alive", "Expect")
        ),
        *((name, "x") for name in ("Accept-Encoding", "", "Host ", " Host", "X:Y", "X\r\nHost", "Hös", "X\nY")),
        *(("X-Key", SECRET + end) for end in ("\r\nHost: a", "\n", "\r", "\0", "é", "\x7f", "\u2028")),
    ],
)
def test_headers_that_are_refused(name: str, value: str, dialled: list[str]) -> None:
    request = HttpRequest("GET", "http://api.example/", headers=(("X-Good", "1"), (name, value)))
    error = refusal(Broker(policy("api.example")).request(request))
    assert error.kind == "refused_header"
    assert SECRET not in error.message
    assert dialled == []


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ({"body": b"x" * 1025}, "request_too_large"),
        ({"json": "x" * 1025}, "request_too_large"),
        ({"query": (("q", "x" * 1025),)}, "request_too_large"),
        ({"query": (("q", "x" * 70_000),)}, "request_too_large"),
        ({"headers": (("X", "x" * 1025),)}, "request_too_large"),
        ({"json": float("nan")}, "protocol"),
        ({"json": {1, 2}}, "protocol"),
        ({"query": (("q", "\ud800"),)}, "protocol"),
    ],
)
def test_requests_that_are_not_sent(where: dict[str, Any], kind: str, dialled: list[str]) -> None:
    broker = Broker(policy("api.example", methods=("POST",), request_kb=1))
    assert refusal(broker.request(HttpRequest("POST", "http://api.example/", **where))).kind == kind
    assert dialled == []


# Where it connects


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", METADATA, "100.64.0.1", "100.100.100.200"),
        *(
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.0.192",
            "192.0.2.1",
        ),
        *("198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "168.63.129.16"),
        *(
            "::",
            "::1",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "2001:db8::1",
        ),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1", "3fff::1", "2606:4700::1111%eth0"),
    ],
)
def test_addresses_that_are_refused(address: str, names: Names, dialled: list[str]) -> None:
    assert not is_public(address)
    for answer in ((address,), ("93.184.216.34", address), (address, "93.184.216.34")):
        names.answers["api.example"] = [answer]
        assert plain("http://api.example/", "api.example", private_addresses=False).kind == "refused_address"
    assert dialled == []


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


def test_an_address_of_one_network_card_is_refused_in_any_case(names: Names, dialled: list[str]) -> None:
    names.answers["api.example"] = [("127.0.0.1", "fe80::1%eth0")]
    assert plain("http://api.example/", "api.example").kind == "refused_address"
    assert dialled == []


def test_a_second_dns_answer_changes_nothing(names: Names, dialled: list[str]) -> None:
    """Rebinding: the first answer is public, the next is not; a retry is made all the same."""
    names.answers["api.example"] = [("93.184.216.34",), ("127.0.0.1",)]
    busy = ok(b"", "Retry-After: 0", status="503 Busy")
    reply, _ = ask(in_turn(busy, ok(b"here")), private_addresses=False, retries=1)
    assert reply.body == b"here"
    assert names.asked == ["api.example"]
    assert dialled == ["93.184.216.34", "93.184.216.34"]


def test_the_next_address_is_tried(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    names.answers["api.example"] = [("192.0.2.1", "192.0.2.2", "127.0.0.1")]
    connect = asyncio.BaseEventLoop.create_connection

    async def create_connection(loop: Any, protocol: Any, host: str, port: int, **options: Any) -> Any:
        if host == "192.0.2.1":
            raise ConnectionRefusedError
        if host == "192.0.2.2":
            await asyncio.sleep(60)
        return await connect(loop, protocol, host, port, **options)

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", create_connection)
    reply, _ = ask(ok(b"here"), seconds=1.5)
    assert reply.body == b"here"


def test_a_server_that_took_the_connection_is_not_asked_elsewhere(names: Names) -> None:
    names.answers["api.example"] = [("127.0.0.1", "127.0.0.2", "::1")]

    async def work() -> int:
        async with serving(b"nonsense\r\n\r\n") as server:
            host = f"api.example:{server.port}"
            with pytest.raises(BrokerError, match="no HTTP"):
                await Broker(policy(host)).request(HttpRequest("GET", f"http://{host}/"))
            return server.connections

    assert asyncio.run(work()) == 1


def test_names_and_ports_without_an_answer(names: Names) -> None:
    assert plain("http://none.example/", "none.example").kind == "unreachable"
    names.answers["none.example"] = [()]
    assert plain("http://none.example/", "none.example").kind == "unreachable"
    with socket.socket() as free:  # bound, not listening
        free.bind(("127.0.0.1", 0))
        host = f"api.example:{free.getsockname()[1]}"
        assert plain(f"http://{host}/", host).kind == "unreachable"


def test_proxies_of_the_environment_play_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> tuple[HttpReply, int]:
        async with serving(ok(b"proxy")) as proxy, serving(ok(b"server")) as server:
            for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            broker = Broker(policy(f"api.example:{server.port}"))
            reply = await broker.request(HttpRequest("GET", f"http://api.example:{server.port}/"))
            return reply, proxy.connections

    reply, proxied = asyncio.run(work())
    assert (reply.body, proxied) == (b"server", 0)


@pytest.mark.parametrize(
    ("location", "named"),
    [
        (f"http://{METADATA}/latest/meta-data?{SECRET}", METADATA),
        (f"http://{SECRET}:{SECRET}@{METADATA}/", METADATA),
        ("//other.example/", "other.example"),
        ("/v2", "api.example"),
        ("http://[::1]/", "[::1]"),
        (f"http://{SECRET}\x01.example/\x1b[31m", "cannot be read"),
        ("http://[", "cannot be read"),
        ("file:///etc/passwd", "cannot be read"),
    ],
)
def test_redirects_are_named_and_not_followed(location: str, named: str, names: Names) -> None:
    async def work() -> Loopback:
        async with serving(ok(b"", f"Location: {location}", status="302 Go")) as server:
            host = f"api.example:{server.port}"
            with pytest.raises(BrokerError) as caught:
                await Broker(policy(host, METADATA)).request(HttpRequest("GET", f"http://{host}/"))
            assert caught.value.kind == "redirect"
            assert named in caught.value.message
            assert SECRET not in caught.value.message
            return server

    assert asyncio.run(work()).connections == 1
    assert names.asked == ["api.example"]


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308, 399])
def test_every_redirect_is_one(status: int) -> None:
    assert kind_of(ok(b"", "Location: /v2", status=f"{status} Go")) == "redirect"
    assert kind_of(ok(b"", status=f"{status} Go")) == "redirect"


def test_cookies_are_not_kept() -> None:
    async def work() -> Loopback:
        async with serving(ok(b"", "Set-Cookie: session=1; Path=/")) as server:
            broker = Broker(policy(f"api.example:{server.port}"))
            for _ in range(2):
                reply = await broker.request(HttpRequest("GET", f"http://api.example:{server.port}/"))
                assert reply.headers == ()
            return server

    server = asyncio.run(work())
    assert len(server.requests) == server.connections == 2
    assert "cookie" not in "".join(server.requests).lower()


# Servers that do it wrong

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


async def silent(server: Loopback, reader: Reader, writer: Writer) -> None:
    await reader.read()  # until the client goes


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        forever(b"", b"H"),  # a status line without end, up to the cap on headers
        forever(HEAD, b"X-Y: z\r\n", 0.02),
        forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        forever(HEAD + b"Content-Length: 9999\r\n\r\n", b"x"),
        forever(CHUNKED, b"1\r\nx\r\n"),
        forever(HEAD + b"\r\n", b"x"),
    ],
    ids=["silent", "status", "headers", "informational", "length", "chunked", "until-close"],
)
def test_one_deadline_bounds_it_all(behave: Behaviour) -> None:
    start = time.monotonic()
    assert kind_of(behave, seconds=0.3) == "timeout"
    assert time.monotonic() - start < 3


def test_the_deadline_covers_the_look_up_and_the_handshake(names: Names) -> None:
    assert kind_of(silent, url="https://api.example:{port}/", seconds=0.3) == "timeout"
    names.delay = 60
    assert plain("http://api.example/", "api.example", seconds=0.2).kind == "timeout"


def test_a_request_that_is_cancelled_is_cancelled() -> None:
    async def work() -> None:
        async with serving(silent) as server:
            broker = Broker(policy(f"api.example:{server.port}"))
            task = asyncio.create_task(broker.request(HttpRequest("GET", f"http://api.example:{server.port}/")))
            while not server.connections:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(work())


async def reset(server: Loopback, reader: Reader, writer: Writer) -> None:
    writer.write(HEAD + b"Content-Length: 10\r\n\r\nabc")
    await writer.drain()
    writer.transport.abort()


@pytest.mark.parametrize(
    "behave",
    [
        b"",
        reset,
        b"\x00\xff garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        HEAD + b"Content-Length: 10\r\n\r\nabc",
        HEAD + b"Content-Length: -1\r\n\r\nabc",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nabc",
        HEAD + b"no header at all\r\n\r\n",
        HEAD + b"X: \x00\r\n\r\n",
        HEAD + b"X: " + b"y" * 300_000 + b"\r\n\r\n",
        HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(30_000)) + b"\r\n",
        CHUNKED + b"zz\r\nabc",
        CHUNKED + b"ff\r\nabc",
        HEAD + b"Content-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc",
        HEAD + b"Content-Length: 3\r\nContent-Encoding: br\r\n\r\nabc",
        HEAD + b"Content-Length: 3\r\nContent-Encoding: gzip, gzip\r\n\r\nabc",
        ok(gzip.compress(b"hello", mtime=0)[:-4], "Content-Encoding: gzip"),
        ok(gzip.compress(b"hello", mtime=0) + b"more", "Content-Encoding: gzip"),
    ],
)
def test_what_is_no_whole_reply(behave: Behaviour | bytes) -> None:
    assert kind_of(behave) == "protocol"


def test_more_than_was_announced_is_left() -> None:
    assert ask(HEAD + b"Content-Length: 3\r\n\r\nabcdef")[0].body == b"abc"


@pytest.mark.parametrize(
    "behave",
    [
        ok(b"x" * 1025),
        forever(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n", 0),
        forever(HEAD + b"\r\n", b"x" * 1024, 0),
        ok(gzip.compress(b"x" * 1025), "Content-Encoding: gzip"),
        # Packed bytes count too: gzip's own comment is as long as one likes and unpacks to nothing.
        forever(HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x10\0\0\0\0\0\xff", b"x" * 1024, 0),
    ],
    ids=["length", "chunked", "until-close", "gzip", "packed"],
)
def test_a_reply_has_a_cap(behave: Behaviour | bytes) -> None:
    assert kind_of(behave, response_kb=1) == "response_too_large"


def test_a_reply_as_large_as_the_cap_comes_through() -> None:
    assert ask(ok(b"x" * 1024), response_kb=1)[0].body == b"x" * 1024
    assert ask(ok(gzip.compress(b"x" * 1024), "Content-Encoding: gzip"), response_kb=1)[0].body == b"x" * 1024


def test_a_decompression_bomb_is_not_unpacked() -> None:
    bomb = ok(gzip.compress(bytes(64_000_000), 9), "Content-Encoding: gzip")  # 62 kB
    ask(ok(b""))  # the imports
    tracemalloc.start()
    try:
        assert kind_of(bomb) == "response_too_large"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


# TLS


def test_tls_is_verified_against_the_name_though_the_address_is_dialled() -> None:
    reply, server = ask(ok(b"safe"), url="https://api.example:{port}/", tls=True, context=trusting())
    assert reply.body == b"safe"
    assert f"host: api.example:{server.port}" in server.requests[0].lower()


async def plain_text(server: Loopback, reader: Reader, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 400 No\r\n\r\n")
    await writer.drain()


def test_tls_faults(names: Names) -> None:
    names.answers["other.example"] = [("127.0.0.1",)]
    url = "https://api.example:{port}/"
    assert kind_of(ok(b""), url=url, tls=True) == "tls"  # an authority that nobody trusts
    assert kind_of(plain_text, url=url, context=trusting()) == "tls"  # no TLS at all
    with pytest.raises(BrokerError, match=r"self.signed") as caught:
        ask(ok(b""), url=url, tls=True)
    assert caught.value.message.startswith("api.example: TLS failed: ")


def test_a_connection_verified_for_one_name_is_not_used_for_another(names: Names) -> None:
    names.answers["other.example"] = [("127.0.0.1",)]

    async def work() -> Loopback:
        async def keep_alive(server: Loopback, reader: Reader, writer: Writer) -> None:
            while True:
                await server.head(reader)
                writer.write(ok(b""))

        async with serving(keep_alive, server_context()) as server:
            hosts = [f"{name}.example:{server.port}" for name in ("api", "other")]
            broker = Broker(policy(*hosts), ssl_context=trusting())
            await broker.request(HttpRequest("GET", f"https://{hosts[0]}/"))
            with pytest.raises(BrokerError) as caught:
                await broker.request(HttpRequest("GET", f"https://{hosts[1]}/"))
            assert caught.value.kind == "tls"
            return server

    assert len(asyncio.run(work()).requests) == 1


# Retries

BUSY = ok(b"busy", "Retry-After: 0", status="429 Slow")


def test_a_busy_server_is_asked_again() -> None:
    reply, server = ask(in_turn(BUSY, ok(b"", "Retry-After: 0", status="503 Busy"), ok(b"done")), retries=2)
    assert (reply.body, len(server.requests)) == (b"done", 3)


def test_the_last_reply_is_returned_when_retries_are_used_up() -> None:
    reply, server = ask(BUSY, retries=2)
    assert (reply.status, reply.headers, reply.body) == (429, (("retry-after", "0"),), b"busy")
    assert len(server.requests) == 3


def test_there_is_no_pause_after_the_last_try() -> None:
    start = time.monotonic()
    assert ask(ok(b"", "Retry-After: 3", status="503 Busy"), retries=0)[0].status == 503
    assert time.monotonic() - start < 2.5


def test_what_may_have_been_done_is_not_done_again() -> None:
    for method in ("POST", "PATCH"):
        reply, server = ask(BUSY, method=method, methods=(method,), retries=2)
        assert (reply.status, len(server.requests)) == (429, 1)
    assert len(ask(ok(b"", "Retry-After: 0", status="500 Broken"), retries=2)[1].requests) == 1


def test_retry_after_is_waited_for() -> None:
    for said in (lambda: "1", lambda: formatdate(time.time() + 2, usegmt=True)):  # a date has whole seconds
        start = time.monotonic()
        reply, _ = ask(in_turn(ok(b"", f"Retry-After: {said()}", status="503 Busy"), ok(b"done")), retries=1)
        assert reply.body == b"done"
        assert time.monotonic() - start >= 0.9


@pytest.mark.parametrize("said", ["60", "9" * 5000, "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_pause_beyond_the_deadline_is_not_begun(said: str) -> None:
    start = time.monotonic()
    reply, server = ask(ok(b"", f"Retry-After: {said}", status="503 Busy"), retries=2)
    assert (reply.status, len(server.requests)) == (503, 1)
    assert time.monotonic() - start < 4


@pytest.mark.parametrize("header", [("Retry-After: soon",), ("Retry-After: -5",), ("Retry-After: ²",), ()])
def test_a_retry_after_that_says_nothing_is_a_short_pause(header: tuple[str, ...]) -> None:
    reply, server = ask(in_turn(ok(b"", *header, status="429 Slow"), ok(b"done")), retries=1)
    assert (reply.body, len(server.requests)) == (b"done", 2)


# Secrets


@pytest.mark.parametrize(
    ("behave", "settings"),
    [
        (b"", {}),
        (b"nonsense\r\n\r\n", {}),
        (silent, {"seconds": 0.2}),
        (ok(b"x" * 3000), {"response_kb": 1}),
        (ok(b""), {"request_kb": 1, "method": "POST", "methods": ("POST",)}),
        (ok(b""), {"method": SECRET}),
        (plain_text, {"url": "https://api.example:{port}/" + SECRET}),
        (ok(b""), {"url": f"http://u:{SECRET}@api.example:{{port}}/"}),
        (ok(b""), {"url": f"http://api.example:{{port}}\\{SECRET}"}),
        (ok(b""), {"url": f"{SECRET}://api.example:{{port}}/"}),
        (ok(b""), {}),
    ],
)
def test_secrets_are_nowhere(
    behave: Behaviour | bytes, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    options = {"url": f"http://api.example:{{port}}/{SECRET}?{SECRET}#{SECRET}"} | settings
    body = SECRET.encode() * 200
    request = {"headers": (("Authorization", SECRET),), "query": (("key", SECRET),), "body": body}
    assert SECRET not in repr(HttpRequest("GET", options["url"], json=SECRET, **request))
    said = ""
    try:
        ask(behave, request=request if options.get("methods") else request | {"body": None}, **options)
    except BrokerError as error:
        said = "".join((error.message, str(error), repr(error), *traceback.format_exception_only(error)))
        assert said
    assert SECRET not in said + caplog.text


def test_a_header_that_httpx_would_quote_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    request = HttpRequest("GET", "http://api.example/", headers=(("X-Key", f"{SECRET}\r\n"),))
    with pytest.raises(BrokerError) as caught:
        asyncio.run(Broker(policy("api.example")).request(request))
    assert SECRET not in "".join(traceback.format_exception(caught.value)) + caplog.text


@pytest.mark.parametrize("garbage", [SECRET, f"HTTP/1.1 {SECRET}", f"HTTP/1.1 200 OK\r\n{SECRET}"])
def test_what_a_server_echoes_is_not_shown(garbage: str) -> None:
    with pytest.raises(BrokerError) as caught:
        ask(f"{garbage}\r\n\r\n".encode())
    assert SECRET not in caught.value.message + "".join(traceback.format_exception_only(caught.value))


# Properties

ALLOWED = "api.example"
HOSTS = st.one_of(
    st.just(ALLOWED),
    st.text(max_size=20),
    st.text(alphabet="aApiI.exmpleEXAMPLE127x0:@%[]/\\#?。．ａ\t\u00ad\u200b", max_size=24),
    st.sampled_from((*ODD_LOOPBACKS, ALLOWED, "localhost", METADATA, "other.example", "127.0.0.1")),
    st.ip_addresses().map(lambda ip: f"[{ip}]" if ip.version == 6 else str(ip)),
    st.integers(0, 2**32 - 1).map(str),
    st.integers(0, 2**32 - 1).map(hex),
)
GLUE = st.sampled_from(
    ("", ".", "@", ":", "/", "\\", "#", "?", "%2e", "%00", "\t", "\n", ":80@", "\\@", "/@", "。", ":443")
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("http://", ALLOWED, "/", ALLOWED, "")
@example("https://", "API.Example", ":443", "/", ALLOWED)
@given(st.sampled_from(("http://", "https://", "HTTP://", "http:", "http:///", "//", "")), HOSTS, GLUE, HOSTS, GLUE)
def test_no_spelling_leads_elsewhere(scheme: str, first: str, glue: str, second: str, end: str) -> None:
    """Whatever the URL: the one name that is allowed is looked up and its one address is dialled, or nothing at all."""
    url = scheme + first + glue + second + end
    asked: list[str] = []
    dialled: list[tuple[str, int]] = []

    async def getaddrinfo(loop: Any, host: str, port: object, **_: object) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 0))]

    async def create_connection(loop: Any, protocol: Any, host: str, port: int, **_: object) -> Any:
        dialled.append((host, port))
        raise ConnectionRefusedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
        patch.setattr(asyncio.BaseEventLoop, "create_connection", create_connection)
        error = refusal(Broker(policy(ALLOWED, private_addresses=False)).request(HttpRequest("GET", url)))
    if error.kind == "unreachable":
        assert asked == [ALLOWED]
        assert dialled in ([("93.184.216.34", 80)], [("93.184.216.34", 443)])
    else:
        assert url != f"http://{ALLOWED}/{ALLOWED}"  # not everything is refused
        assert error.kind in ("refused_scheme", "refused_host")
        assert (asked, dialled) == ([], [])


@settings(max_examples=300, deadline=None)
@given(st.ip_addresses(v=4))
def test_no_ipv4_address_becomes_public_by_being_embedded(ip: Any) -> None:
    number = int(ip)
    disguises = (
        f"::ffff:{ip}",
        f"::{ip}",
        f"64:ff9b::{ip}",
        f"64:ff9b:1::{ip}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
    )
    assert not any(map(is_public, disguises))
