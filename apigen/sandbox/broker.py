"""The only way out: makes REST calls for code that never gets a socket, on the trusted side and under a policy.

A request goes through, or one BrokerError says why not: there is no third outcome, whatever caller or server do.

1. The URL is read once, strictly: http or https; no userinfo, no odd spelling of an IP address; host and port as allowed.
2. The name is resolved once, and every address must be allowed. The connection then goes to one of these addresses, never
   to the name again, so a second DNS answer changes nothing; TLS still verifies the certificate against the name.
3. One deadline covers look-up, connections, retries and every byte. Both directions have a cap on their size; a compressed
   reply is unpacked no further than its cap.
4. No proxy, no redirect, no cookie, no variable of the environment and no connection of an earlier request plays a part.

A message names the host at most, never a path, a query or a header's value.
"""

import asyncio
import json
import re
import ssl
import time
import zlib
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from socket import SOCK_STREAM
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote, urlencode, urljoin, urlsplit

from pydantic import Field, field_validator

from apigen.options import Options
from apigen.records import Json
from apigen.sandbox.addresses import DEFAULT_PORTS, bracketed, endpoint, is_public

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
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
PAUSE_SECONDS = 0.25
"""Before the first retry of a server that says no Retry-After; doubled each time."""

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


class Broker:
    """Makes requests under one policy; any number at once.

    `ssl_context` is for tests that trust a CA of their own. Without it, certifi's authorities are trusted.
    """

    def __init__(self, policy: BrokerPolicy, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._policy, self._ssl_context, self._closed = policy, ssl_context, False
        self._allowed = frozenset(map(endpoint, policy.hosts))

    async def request(self, request: HttpRequest) -> HttpReply:
        """Make one request and return its reply.

        A 429 or 503 is tried again where repeating does no harm (no POST, no PATCH), after the server's Retry-After;
        the reply itself is returned when no retry is left or the pause would outlast the deadline.

        Raises:
            BrokerError: If the policy refuses it, or no whole reply within the limits came.
            RuntimeError: If the broker is closed.
        """
        if self._closed:
            raise RuntimeError("the broker is closed")
        message = self._checked(request)
        host, deadline = _host(message), asyncio.get_running_loop().time() + self._policy.seconds
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await self._resolve(host)
                for attempt in range(self._policy.retries + 1):
                    reply = await self._fetch(message, addresses, deadline)
                    pause = _pause(reply, attempt)
                    left = deadline - asyncio.get_running_loop().time()
                    last = attempt == self._policy.retries or request.method not in REPEATABLE
                    if last or pause is None or pause >= left:
                        break
                    await asyncio.sleep(pause)
                return reply
        except TimeoutError:
            raise BrokerError("timeout", f"{host}: no whole reply in {self._policy.seconds:g} s") from None

    async def close(self) -> None:
        """Take no further requests. Those under way end by themselves, within their deadline."""
        self._closed = True

    def _checked(self, request: HttpRequest) -> "httpx.Request":
        """Return the message to send, allowed as far as can be told without the network; its URL has the normal host."""
        import httpx  # here, because it takes longer to import than everything else a command needs

        if request.method not in self._policy.methods:
            raise BrokerError("refused_method", f"the method is not one of {', '.join(self._policy.methods)}")
        # URL parsers differ in what they drop or turn round; none of that comes in.
        if any(c.isspace() or not c.isprintable() or c == "\\" for c in request.url):
            raise BrokerError("refused_host", "the URL has a space, a backslash or a character that cannot be seen")
        try:
            url = urlsplit(request.url)
            if url.scheme not in DEFAULT_PORTS:
                raise BrokerError("refused_scheme", "only http and https are allowed")
            host, port = endpoint(url.netloc)
        except ValueError:
            raise BrokerError("refused_host", "the URL's host cannot be read, or has a user name before it") from None
        default = DEFAULT_PORTS[url.scheme]
        port = port or default
        if (host, port) not in self._allowed and (port != default or (host, None) not in self._allowed):
            raise BrokerError("refused_host", f"{bracketed(host)}:{port} is not among the allowed hosts")
        too_large = BrokerError("request_too_large", f"{host}: the request is over {self._policy.request_kb} kB")
        headers, body = _headers(request), _body(request)
        try:
            query = "&".join(part for part in (url.query, urlencode(request.query, quote_via=quote)) if part)
            target = (url.path or "/") + (f"?{query}" if query else "")
            whole = httpx.URL(f"{url.scheme}://{bracketed(host)}:{port}{target}")
        except UnicodeError:
            raise BrokerError("protocol", f"{host}: the query is no text that can be encoded") from None
        except httpx.InvalidURL:  # of its length; the rest was checked
            raise too_large from None
        message = httpx.Request(request.method, whole, headers=headers, content=body)
        size = len(whole.raw_path) + len(body) + sum(len(name) + len(value) for name, value in message.headers.raw)
        if size > self._policy.request_kb * 1024:
            raise too_large
        return message

    async def _resolve(self, host: str) -> tuple[str, ...]:
        """Return the host's addresses, all of them allowed. The only look-up that a request makes."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=SOCK_STREAM)
        except (OSError, UnicodeError):
            raise BrokerError("unreachable", f"{host}: the name cannot be resolved") from None
        addresses = tuple(dict.fromkeys(str(info[4][0]) for info in found))
        # An address of one network card (fe80::1%eth0) cannot stand in a URL, whatever the policy.
        if not all(
            "%" not in address if self._policy.private_addresses else is_public(address) for address in addresses
        ):
            raise BrokerError("refused_address", f"{host}: has an address that is not public")
        return addresses

    async def _fetch(self, message: "httpx.Request", addresses: tuple[str, ...], deadline: float) -> HttpReply:
        """Return the reply of the first address that takes the connection; each gets its share of the time left."""
        import httpx

        fault = BrokerError("unreachable", f"{_host(message)}: the name has no address")
        for place, address in enumerate(addresses):
            left = max(0.001, deadline - asyncio.get_running_loop().time())
            try:
                return await self._exchange(message, address, left / (len(addresses) - place))
            except (httpx.HTTPError, OSError) as error:
                fault = _fault(error, _host(message))
            if fault.kind not in ("unreachable", "timeout"):  # it was connected
                break
        raise fault

    async def _exchange(self, message: "httpx.Request", address: str, connect_seconds: float) -> HttpReply:
        """Send the message to one address and return the reply, or raise what httpx raises."""
        import httpx

        host = _host(message)
        if self._ssl_context is None:
            self._ssl_context = httpx.create_ssl_context(trust_env=False)
        addressed = httpx.Request(
            message.method,
            message.url.copy_with(host=address),
            headers=message.headers,
            content=message.content,
            extensions={"sni_hostname": host, "timeout": {"connect": connect_seconds}},
        )
        # A bare transport: httpx.Client writes whole URLs to the log, keeps cookies and looks for proxies. And a fresh
        # one, because its pool knows connections by address: it could lend one that was verified for another name.
        async with httpx.AsyncHTTPTransport(verify=self._ssl_context, trust_env=False) as transport:
            reply = await transport.handle_async_request(addressed)
            if 300 <= reply.status_code < 400 and reply.status_code != 304:
                target = _redirected_to(str(message.url), reply.headers.get("location", ""))
                raise BrokerError("redirect", f"{host}: redirects to {target}; redirects are not followed")
            body = await _read(reply, self._policy.response_kb * 1024, host)
        shown = ((name.lower().decode("ascii"), value.decode("latin-1")) for name, value in reply.headers.raw)
        return HttpReply(reply.status_code, tuple(pair for pair in shown if pair[0] in SHOWN), body)


def _host(message: "httpx.Request") -> str:
    return message.url.raw_host.decode("ascii")


def _body(request: HttpRequest) -> bytes:
    if request.json is None:
        return request.body or b""
    try:
        return json.dumps(request.json, allow_nan=False).encode("ascii")
    except (ValueError, TypeError, RecursionError):
        raise BrokerError("protocol", "the request's body is no JSON value") from None


def _headers(request: HttpRequest) -> Pairs:
    """Return the caller's headers, checked, with ours beside them."""
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


async def _read(reply: "httpx.Response", limit: int, host: str) -> bytes:
    """Return the body, unpacked here because httpx unpacks a chunk whole, however large it becomes."""
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


def _pause(reply: HttpReply, attempt: int) -> float | None:
    """Return the seconds to wait before a retry (RFC 9110, 10.2.3), None if the reply asks for none."""
    if reply.status not in (429, 503):
        return None
    said = dict(reply.headers).get("retry-after", "")
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return float(PAUSE_SECONDS * 2**attempt)


def _redirected_to(url: str, location: str) -> str:
    """Return the host that a Location header names, normalised: the server may have written anything there."""
    try:
        return bracketed(endpoint(urlsplit(urljoin(url, location)).netloc.rpartition("@")[2])[0])
    except ValueError:
        return "a place that cannot be read"


def _fault(error: Exception, host: str) -> BrokerError:
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
