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
import ssl
import time
from email.utils import parsedate_to_datetime
from socket import SOCK_STREAM
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from apigen.sandbox.addresses import DEFAULT_PORTS, bracketed, endpoint, is_public
from apigen.sandbox.messages import (
    SHOWN,
    BrokerError,
    BrokerErrorKind,
    BrokerPolicy,
    HttpReply,
    HttpRequest,
    Method,
    Pairs,
    body_of,
    fault_of,
    headers_of,
    read_body,
    redirected_to,
)

if TYPE_CHECKING:
    import httpx

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
PAUSE_SECONDS = 0.25
"""Before the first retry of a server that says no Retry-After; doubled each time."""


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
        headers, body = headers_of(request), body_of(request)
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
                fault = fault_of(error, _host(message))
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
                target = redirected_to(str(message.url), reply.headers.get("location", ""))
                raise BrokerError("redirect", f"{host}: redirects to {target}; redirects are not followed")
            body = await read_body(reply, self._policy.response_kb * 1024, host)
        shown = ((name.lower().decode("ascii"), value.decode("latin-1")) for name, value in reply.headers.raw)
        return HttpReply(reply.status_code, tuple(pair for pair in shown if pair[0] in SHOWN), body)


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


def _host(message: "httpx.Request") -> str:
    return message.url.raw_host.decode("ascii")


__all__ = [
    "Broker",
    "BrokerError",
    "BrokerErrorKind",
    "BrokerPolicy",
    "HttpReply",
    "HttpRequest",
    "Method",
    "Pairs",
    "is_public",
]
