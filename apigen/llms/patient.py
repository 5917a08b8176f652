"""One name's endpoints, asked no more than they bear and asked again when they fail: no request is lost to an outage."""

import asyncio
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from apigen.config import Prices
from apigen.errors import EndpointBusy, EndpointError
from apigen.llms.limits import Gate, Line, Load, OutOfPatience, Turn
from apigen.records import Completion, Request

if TYPE_CHECKING:
    from apigen.llms import LLM
    from apigen.llms.batches import BatchJournal

BACKOFF, LONGEST_BACKOFF = 0.25, 15.0
"""Seconds before a request is tried again, where the endpoint names none: doubled each time, up to the longest."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a backend wants to be asked: tries again for one request, seconds to wait out an outage, requests at once."""

    retries: int = 5
    patience_seconds: float = 600.0
    max_in_flight: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One place that serves the model."""

    llm: "LLM"
    gate: Gate
    terms: Terms = Terms()
    prices: Prices | None = None

    @property
    def title(self) -> str:
        """The endpoint as messages call it."""
        return f"LLM endpoint {getattr(self.llm, 'where', 'embedded')} (model {self.llm.model})"


@runtime_checkable
class KeepsBook(Protocol):
    """A backend whose work outlives this process."""

    def attach_journal(self, journal: "BatchJournal", key_of: Callable[[Request], str], name: str) -> None: ...


class PatientLLM:
    """An LLM that waits where it must. `on_pause` is told, once each, when an endpoint falls silent and when it answers again.

    A request that fails by itself (a timeout, a broken reply) is given up after `retries` tries again, and only those count
    between which others succeeded. Where nothing succeeds, that is an outage: all wait, for up to `patience_seconds`.
    """

    def __init__(self, endpoints: Sequence[Endpoint], backoff: float = BACKOFF) -> None:
        self.endpoints = tuple(endpoints)
        self.model = endpoints[0].llm.model
        self.on_pause: Callable[[str], None] | None = None
        self._by_gate = {endpoint.gate: endpoint for endpoint in endpoints}
        self._line = Line([endpoint.gate for endpoint in endpoints])
        self._backoff = backoff
        self._asking = 0
        self._last: EndpointBusy | None = None

    @property
    def inner(self) -> "LLM":
        """The backend behind it (of several, the first)."""
        return self.endpoints[0].llm

    @property
    def max_in_flight(self) -> int:
        """How many requests are under way at once at most."""
        return sum(endpoint.gate.maximum for endpoint in self.endpoints)

    @property
    def prices(self) -> Prices | None:
        """What a reply costs (of several endpoints, at the first), or None unless every endpoint has prices."""
        known = [endpoint.prices for endpoint in self.endpoints]
        return None if None in known else known[0]

    def load(self) -> Load:
        """Return how its endpoints are used now, added up; it is paused while all of them are."""
        loads = [endpoint.gate.state() for endpoint in self.endpoints]
        return Load(
            sum(load.in_flight for load in loads),
            sum(load.limit for load in loads),
            sum(load.throttled for load in loads),
            min(load.paused_seconds for load in loads),
        )

    def attach_journal(self, journal: "BatchJournal", key_of: Callable[[Request], str], name: str) -> None:
        """Let the backends that leave work at a provider keep book of it, under a name that stays the same."""
        for number, endpoint in enumerate(self.endpoints):
            if isinstance(endpoint.llm, KeepsBook):
                endpoint.llm.attach_journal(journal, key_of, f"{name}/{number}")

    async def start(self) -> None:
        await asyncio.gather(*(endpoint.llm.start() for endpoint in self.endpoints))

    async def close(self) -> None:
        await asyncio.gather(*(endpoint.llm.close() for endpoint in self.endpoints))

    async def complete(self, request: Request) -> Completion:
        """Answer one request, priced where prices are known.

        Raises:
            EndpointError: If the endpoint refuses for good, the request itself fails again and again, or patience ends.
        """
        if not self._asking:
            for endpoint in self.endpoints:
                endpoint.gate.forget_failures()
        self._asking += 1
        try:
            return await self._answer(request)
        finally:
            self._asking -= 1

    async def _answer(self, request: Request) -> Completion:
        tokens = sum(len(message.content) for message in request.messages) // 4 + request.max_tokens
        failures = _Failures(self.endpoints)
        avoid: Gate | None = None
        while True:
            try:
                gate, turn = await self._line.admit(tokens, avoid)
            except OutOfPatience as why:
                raise EndpointError(f"{self._last or self.endpoints[0].title}; {why}") from self._last
            endpoint = self._by_gate[gate]
            try:
                failures.check(endpoint)
                return await self._try(endpoint, turn, request)
            except EndpointBusy as busy:
                failures.add(endpoint, busy)
                named = busy.retry_after is not None
            finally:
                gate.release(turn)
            avoid = gate
            if not named and self._line.open_gate(avoid) is gate:
                await asyncio.sleep(self._pause(request, failures.tries))

    async def _try(self, endpoint: Endpoint, turn: Turn, request: Request) -> Completion:
        """Ask once, and tell the gate what came of it."""
        try:
            reply = await endpoint.llm.complete(request)
        except EndpointBusy as busy:
            self._refused(endpoint, turn, busy)
            raise
        except EndpointError:
            self._succeeded(endpoint, turn)  # a refusal for good is an answer too
            raise
        self._succeeded(endpoint, turn)
        return replace(reply, dollars=endpoint.prices.of(reply)) if endpoint.prices else reply

    def _pause(self, request: Request, tries: int) -> float:
        """Return the seconds to wait; requests that failed together come again at different times, the same in every run."""
        chance = zlib.crc32(f"{request.purpose} {request.draw} {request.part} {tries}".encode()) / 2**32
        return min(LONGEST_BACKOFF, self._backoff * 2.0 ** min(tries - 1, 20)) * (0.5 + chance / 2)

    def _succeeded(self, endpoint: Endpoint, turn: Turn) -> None:
        if endpoint.gate.succeeded(turn):
            self._say(f"LLM endpoint {_where(endpoint)} answers again")

    def _refused(self, endpoint: Endpoint, turn: Turn, busy: EndpointBusy) -> None:
        self._last = busy
        seconds = endpoint.gate.refused(turn, busy.kind, busy.retry_after)
        if seconds:
            reason = str(busy).removeprefix(f"{endpoint.title}: ")
            self._say(f"LLM endpoint {_where(endpoint)} does not answer ({reason}); trying again in {seconds:.0f} s")

    def _say(self, text: str) -> None:
        if self.on_pause is not None:
            self.on_pause(text)


def _where(endpoint: Endpoint) -> str:
    return str(getattr(endpoint.llm, "where", endpoint.llm.model))


class _Failures:
    """What one request has met with so far."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.tries = 0
        self._gates = [endpoint.gate for endpoint in endpoints]
        self._own = 0
        self._since = 0.0
        self._last: EndpointBusy | None = None
        self._suspect: tuple[int, int] | None = None

    def add(self, endpoint: Endpoint, busy: EndpointBusy) -> None:
        """Note a failure. Whether it is the request's own, only what happens next can tell."""
        self._since = self._since if self.tries else endpoint.gate.clock()
        self.tries += 1
        self._last = busy
        own = busy.kind in ("timeout", "broken") and not endpoint.gate.silent
        self._suspect = self._happened() if own else None

    def check(self, endpoint: Endpoint) -> None:
        """Raise EndpointError if the request is to be given up, though others are answered.

        A failure is its own if others were answered after it, and it did not turn out as the beginning of an outage.
        """
        if self._last is None:
            return
        successes, outages = self._happened()
        if self._suspect and successes > self._suspect[0] and outages == self._suspect[1]:
            self._own += 1
        if self._own > endpoint.terms.retries:
            raise EndpointError(f"{self._last} (tried {self.tries} times, while others were answered)") from self._last
        waited = endpoint.gate.clock() - self._since
        if self._last.kind in ("throttled", "overloaded") and waited > endpoint.terms.patience_seconds:
            raise EndpointError(f"{self._last}; the request was put off for {waited:.0f} s") from self._last

    def _happened(self) -> tuple[int, int]:
        """Return how often the endpoints have answered anybody, and how often they have fallen silent."""
        return sum(gate.successes for gate in self._gates), sum(gate.outages for gate in self._gates)
