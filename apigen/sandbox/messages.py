"""What goes to the broker and comes from it: the policy, a request, a reply, the errors; and how httpx's are read as these."""

import json
import re
import ssl
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urljoin, urlsplit

from pydantic import Field, field_validator

from apigen.options import Options
from apigen.records import Json
from apigen.sandbox.addresses import bracketed, endpoint

if TYPE_CHECKING:
    import httpx

Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
Pairs = tuple[tuple[str, str], ...]
BrokerErrorKind = Literal[
    "refused_scheme",
    "refused_host",  # not on the list, or a URL that is not read
    "refused_method",
    "refused_address",
    "refused_header",
    "request_too_large",
    "response_too_large",
    "redirect",
    "timeout",
    "unreachable",
    "tls",
    "protocol",  # what came is no whole HTTP reply, or what was to go is no HTTP request
]

SHOWN = frozenset({"content-type", "content-language", "etag", "last-modified", "retry-after"})
"""Reply headers that are passed on."""

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
# They frame the message, name the host or carry a session: not the caller's to give.
_OURS = re.compile(
    r"accept-encoding|connection|content-length|cookie2?|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade"
)


class BrokerError(Exception):
    """A request that was refused or got no usable reply: a `kind` for programs, a `message` in one line for people."""

    def __init__(self, kind: BrokerErrorKind, message: str) -> None:
        self.kind, self.message = kind, message
        super().__init__(message)


class BrokerPolicy(Options):
    """What the broker may do.

    `hosts` are exact: `host` (the scheme's default port only) or `host:port`, an IPv6 address in brackets. `seconds` bound
    a request in all, `request_kb` its target, headers and body, `response_kb` the body both packed and unpacked. Addresses
    that are not public unicast (loopback, private, link-local, those that embed an IPv4 address, …) need `private_addresses`.
    """

    hosts: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ("GET", "HEAD")
    seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    response_kb: Annotated[int, Field(ge=1, le=65536)] = 256
    request_kb: Annotated[int, Field(ge=1, le=65536)] = 64
    private_addresses: bool = False
    retries: Annotated[int, Field(ge=0, le=10)] = 2

    @field_validator("hosts")
    @classmethod
    def _readable(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            try:
                endpoint(host)
            except ValueError:
                raise ValueError(f"'{host}' is no host; write `host`, `host:port` or `[IPv6]:port`") from None
        return hosts


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `query` is appended to the URL's own; `json`, where not None, is sent in place of `body`.

    Its repr shows the method only, because every other field may hold a key.
    """

    method: str
    url: str = field(repr=False)
    headers: Pairs = field(default=(), repr=False)
    query: Pairs = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    json: Json = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One reply, of any status that is no redirect: headers (lower-case name, value; only those in SHOWN), unpacked body."""

    status: int
    headers: Pairs
    body: bytes


def body_of(request: HttpRequest) -> bytes:
    """Return the bytes of a request's body.

    Raises:
        BrokerError: If it is no JSON value.
    """
    if request.json is None:
        return request.body or b""
    try:
        return json.dumps(request.json, allow_nan=False).encode("ascii")
    except (ValueError, TypeError, RecursionError):
        raise BrokerError("protocol", "the request's body is no JSON value") from None


def headers_of(request: HttpRequest) -> Pairs:
    """Return the caller's headers, checked, with ours beside them.

    Raises:
        BrokerError: If one is not the caller's to give, or not well-formed.
    """
    usual = {"accept": "*/*", "user-agent": "apigen"} | (
        {} if request.json is None else {"content-type": "application/json"}
    )
    for name, value in request.headers:
        if not _TOKEN.fullmatch(name):
            raise BrokerError("refused_header", "a header's name is none that HTTP allows")
        if _OURS.fullmatch(name.lower()):
            raise BrokerError("refused_header", f"the header {name} is not the caller's to give")
        if not _VALUE.fullmatch(value):
            raise BrokerError("refused_header", f"the header {name} has a character that is not printable ASCII")
        usual.pop(name.lower(), None)
    given = tuple((name, value.strip()) for name, value in request.headers)
    return (*given, *usual.items(), ("accept-encoding", "gzip"), ("connection", "close"))


async def read_body(reply: "httpx.Response", limit: int, host: str) -> bytes:
    """Return the body, unpacked here because httpx unpacks a chunk whole, however large it becomes.

    Raises:
        BrokerError: If it is over the limit of bytes, or damaged.
    """
    packing = reply.headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise BrokerError("protocol", f"{host}: replied in an encoding that was not asked for")
    gzip = zlib.decompressobj(wbits=31) if packing.endswith("gzip") else None
    body, came = bytearray(), 0
    try:
        async for chunk in reply.aiter_raw():
            came += len(chunk)
            body += gzip.decompress(chunk, limit + 1 - len(body)) if gzip else chunk
            if max(came, len(body)) > limit:
                raise BrokerError("response_too_large", f"{host}: the reply is over {limit // 1024} kB")
    except zlib.error:
        raise BrokerError("protocol", f"{host}: the reply's gzip is damaged") from None
    if gzip and came and (not gzip.eof or gzip.unused_data):
        raise BrokerError("protocol", f"{host}: the reply's gzip is not one whole member")
    return bytes(body)


def redirected_to(url: str, location: str) -> str:
    """Return the host that a Location header names, normalised: the server may have written anything there."""
    try:
        return bracketed(endpoint(urlsplit(urljoin(url, location)).netloc.rpartition("@")[2])[0])
    except ValueError:
        return "a place that cannot be read"


def fault_of(error: Exception, host: str) -> BrokerError:
    """Type what httpx raised. Its own texts stay behind: they quote headers and the server's bytes."""
    import httpx

    # httpcore hides the cause, but keeps it as its exception's argument
    for cause in (error, *getattr(error.__cause__, "args", ())):
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or cause.reason or "the handshake broke off"
            return BrokerError("tls", " ".join(f"{host}: TLS failed: {why}".split()))
    if isinstance(error, httpx.ConnectTimeout):
        return BrokerError("timeout", f"{host}: takes no connection in time")
    if isinstance(error, httpx.ConnectError):
        return BrokerError("unreachable", f"{host}: takes no connection")
    return BrokerError("protocol", f"{host}: the reply broke off or is no HTTP")
