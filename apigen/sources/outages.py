"""Failed REST calls that say nothing of their arguments: which they are, how long they wait, and when the server is at fault."""

from dataclasses import dataclass
from time import monotonic
from typing import Literal

from apigen.errors import EndpointError
from apigen.sandbox.broker import BrokerError, HttpReply

MAX_DOUBTS = 20
"""So many doubtful failures in a row, over all calls of a source, are the server's fault, and no rejections."""
MIN_OWN = 3
"""A call that fails so often while others are answered in between breaks the server itself."""
BACKOFF, LONGEST_BACKOFF = 0.25, 15.0
"""Seconds before a call is tried again, where the server names none: doubled each time, up to the longest."""

Sign = Literal["answer", "own", "doubtful", "locked", "away", "broken"]
"""What one try says of the server.

It gave an `answer`; the failure is the call's `own`; or it may be (`doubtful`). It wants another key (`locked`). It serves nobody for
now (`away`), or so it seems (`broken`), since a gateway says the same of a server that these very arguments bring down.
"""
_OF_STATUS: dict[int, Sign] = {401: "locked", 429: "away", 502: "broken", 503: "away", 504: "broken"}
_OF_KIND: dict[str, Sign] = {
    "unreachable": "away",
    "tls": "away",
    "protocol": "broken",
    "timeout": "doubtful",
    "redirect": "doubtful",
}
_DOUBTFUL = frozenset({403, 407, 408, 421, 425, 426})


def sign_of(status: int) -> Sign:
    """Return what a reply of this status says of the server."""
    return _OF_STATUS.get(status, "doubtful" if status >= 500 or status in _DOUBTFUL else "answer")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one try found: a sign, why in a word that holds nothing of the request, and the seconds that the server asks to wait."""

    sign: Sign
    why: str
    asked: float = 0.0

    @classmethod
    def of_reply(cls, reply: HttpReply) -> "Finding":
        asked = dict(reply.headers).get("retry-after", "")
        # It may be a date too, for which our own growing pauses do as well.
        seconds = float(asked) if asked.isascii() and asked.isdigit() else 0.0
        return cls(sign_of(reply.status), f"HTTP {reply.status}", seconds)

    @classmethod
    def of_error(cls, error: BrokerError) -> "Finding":
        return cls(_OF_KIND.get(error.kind, "own"), error.message.partition(": ")[2] or error.message)


@dataclass(slots=True)
class Server:
    """One server, as all calls of a source find it: how often it has answered, and what has come of it since its last answer.

    `doubts` counts doubtful failures; `given_up` is when a call has last been out of patience.
    """

    host: str
    patience_seconds: float
    answers: int = 0
    doubts: int = 0
    given_up: float | None = None


class Tries:
    """The tries of one call at a server."""

    def __init__(self, server: Server, api: str) -> None:
        self._server, self._api = server, api
        self._began, self._tries = monotonic(), 0
        self._seen, self._own = server.answers, 0

    def pause(self, found: Finding) -> float | None:
        """Return the seconds after which to try once more, or None where the outcome stands.

        Raises:
            EndpointError: If the server is at fault, and waiting does not help or has not helped.
        """
        server = self._server
        match found.sign:
            case "answer":
                server.answers, server.doubts, server.given_up = server.answers + 1, 0, None
            case "doubtful":
                server.doubts += 1
                if server.doubts >= MAX_DOUBTS:
                    raise self._outage(f"{server.doubts} calls in a row failed, the last with: {found.why}")
            case "locked":
                raise self._outage(f"{found.why} for {self._api}: the key is missing or wrong; see the source's `auth`")
            case "away" | "broken":
                return self._patience(found)
        return None

    def _patience(self, found: Finding) -> float | None:
        server, now = self._server, monotonic()
        waited = now - self._began
        self._own += server.answers > self._seen
        self._seen = server.answers
        left = server.patience_seconds - waited
        if server.given_up is not None and now - server.given_up < server.patience_seconds:
            left = 0.0  # the run is ending: nobody waits for the same outage anew
        if found.asked > left > 0:
            raise self._outage(
                f"{found.why}; it asks for a pause of {found.asked:.0f} s, longer than `patience_seconds`"
            )
        if left > 0:
            self._tries += 1
            return min(left, max(found.asked, min(BACKOFF * 2.0 ** (self._tries - 1), LONGEST_BACKOFF)))
        if found.sign == "broken" and self._own >= MIN_OWN:  # it answered others all the while
            return None
        server.given_up = now
        raise self._outage(f"{found.why}, for {waited:.0f} s; give the same command again once it serves")

    def _outage(self, why: str) -> EndpointError:
        return EndpointError(f"REST server {self._server.host}: {why}")
