"""How much of an endpoint may be used: what its owner allows, what it asks for, and what it shows to bear.

A `Gate` stands before one endpoint and never waits: it is a handful of numbers that say when the next request may enter.
A `Line` is the queue before one gate or several, first come first served, and the only place where anybody waits.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

FAILURES = 5
"""This many failures in a row, or as many as were under way when they began if that is more, are an outage."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds until an endpoint that does not answer is tried again; they double from the first to the longest."""
WORTH_SAYING = 10.0
"""A pause that an endpoint asks for is told to the user from this many seconds on."""
SLACK = 0.1
"""Seconds of unused rate that are made up for later: a timer that fires late costs no throughput."""

Kind = Literal["throttled", "overloaded", "timeout", "broken"]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Load:
    """How an endpoint is used now. `throttled` counts 429, 503 and timeouts so far; `paused_seconds` is 0 when it is open."""

    in_flight: int
    limit: int
    throttled: int
    paused_seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A permit for one request: how many cuts of the limit and outages came before it, and whether it tests a silent endpoint."""

    era: int
    outages: int
    probe: bool


class Meter:
    """A steady rate. An amount of any size may pass when its time has come, and holds up the next one as long as it is due."""

    def __init__(self, per_minute: float) -> None:
        self._seconds = 60 / per_minute
        self.opens_at = -math.inf

    def take(self, amount: float, now: float) -> None:
        self.opens_at = max(self.opens_at, now - SLACK) + amount * self._seconds


class Gate:
    """Who may enter one endpoint, and when.

    The limit of requests in flight starts at the maximum, is halved by 429, 503 and timeouts (once for all that were under
    way together), and grows by one for every `limit` successes. An outage closes the gate for 1, 2, 4 … 30 seconds; then one
    request tests the endpoint, and its success opens the gate again; a late answer to one from before the outage does not.
    """

    def __init__(
        self,
        max_in_flight: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        patience_seconds: float = 600.0,
        clock: Clock = time.monotonic,
    ) -> None:
        self.maximum = self.limit = max_in_flight
        self.patience_seconds, self.clock = patience_seconds, clock
        self.in_flight = self.throttled = self.successes = self.outages = 0
        self.changed: Callable[[], None] = lambda: None
        self._requests = Meter(requests_per_minute) if requests_per_minute else None
        self._tokens = Meter(tokens_per_minute) if tokens_per_minute else None
        self._era = self._since_growth = 0
        self._rest_until = self._retry_at = -math.inf
        self._failures = self._enough = self._opened = 0
        self._failing_since = math.inf
        self._probing = self._told = False

    # --- entering and leaving

    def opens_at(self) -> float:
        """Return when a request may enter: past if now, infinity if somebody must leave first."""
        if self._probing or self.in_flight >= (self.maximum if self._opened else self.limit):
            return math.inf
        when = max(self._rest_until, self._retry_at)
        for meter in (self._requests, self._tokens):
            if meter is not None and meter.opens_at > when:
                when = meter.opens_at
        return when

    def enter(self, tokens: int = 0) -> Turn:
        """Let a request in; only when `opens_at` is past. Each turn is given back with `release`."""
        now = self.clock()
        if self._requests is not None:
            self._requests.take(1, now)
        if self._tokens is not None:
            self._tokens.take(tokens, now)
        self.in_flight += 1
        self._probing = probe = self._opened > 0
        return Turn(self._era, self.outages, probe)

    def release(self, turn: Turn) -> None:
        """Take a turn back, after what came of it was told."""
        self.in_flight -= 1
        if turn.probe:
            self._probing = False
        self.changed()

    # --- what came of it

    def succeeded(self, turn: Turn) -> bool:
        """Note an answer. Return whether it ends a pause that was worth telling."""
        self.successes += 1
        if self._opened and turn.outages < self.outages:
            return False
        self._failures = self._opened = 0
        self._probing, self._retry_at, self._failing_since = False, -math.inf, math.inf
        self._since_growth += 1
        if self._since_growth >= self.limit:
            self._since_growth = 0
            self.limit = min(self.limit + 1, self.maximum)
        ended = self._told and self.clock() >= self._rest_until
        self._told = self._told and not ended
        return ended

    def refused(self, turn: Turn, kind: Kind, retry_after: float | None = None) -> float:
        """Note a failure. Return the seconds of the pause it begins, if that is worth telling, else 0."""
        now = self.clock()
        if kind != "broken":
            self.throttled += 1
            if turn.era == self._era and not turn.probe:
                self.limit, self._since_growth = max(1, self.limit // 2), 0
                self._era += 1
        self._failing_since = min(self._failing_since, now)
        asked = retry_after or 0.0
        self.rest(asked)
        if not self._failures:
            self._enough = max(FAILURES, self.in_flight)
        if not asked:  # who names a time is not silent
            self._failures += 1
        if turn.probe if self._opened else self._failures >= self._enough:
            self.outages += not self._opened
            self._opened += 1
            asked = max(asked, min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._opened - 1, 10)))
            self._retry_at = now + asked
        if self._told or not (self._opened or asked >= WORTH_SAYING):
            return 0.0
        self._told = True
        return asked

    def rest(self, seconds: float) -> None:
        """Let nobody in for that long, since the endpoint asks for it."""
        if seconds > 0:
            self._rest_until = max(self._rest_until, self.clock() + seconds)

    # --- what it looks like from outside

    @property
    def silent(self) -> bool:
        """Whether the endpoint does not answer, so that whoever enters is a test of it."""
        return self._opened > 0

    def hopeless(self) -> str:
        """Return why nobody should wait here any longer, or nothing."""
        now = self.clock()
        if self._rest_until - now > self.patience_seconds:
            return f"it asks for a pause of {self._rest_until - now:.0f} s, longer than `patience_seconds`"
        if self._opened and now >= self.hopeless_at():
            return f"nothing was answered for {now - self._failing_since:.0f} s"
        return ""

    def hopeless_at(self) -> float:
        """Return when patience ends if nothing is answered until then."""
        return self._failing_since + self.patience_seconds if self._opened else math.inf

    def forget_failures(self) -> None:
        """Begin the time of an outage anew: nobody was asking for a while."""
        self._failing_since = self.clock() if self._opened else math.inf

    def state(self) -> Load:
        """Return how the endpoint is used now."""
        paused = max(0.0, max(self._rest_until, self._retry_at) - self.clock())
        return Load(self.in_flight, self.limit, self.throttled, paused)


class OutOfPatience(Exception):
    """Waiting longer is of no use; the message says why."""


class Line:
    """The queue before gates that lead to the same model: in order of arrival, each to the gate with the most room."""

    def __init__(self, gates: Sequence[Gate]) -> None:
        self._gates = gates
        self._clock = gates[0].clock
        self._order = asyncio.Lock()  # wakes in order of arrival: its holder is the head of the queue
        self._look: asyncio.Future[None] | None = None
        for gate in gates:
            gate.changed = self._look_again

    async def admit(self, tokens: int = 0, avoid: Gate | None = None) -> tuple[Gate, Turn]:
        """Wait for a turn; the gate to `avoid` is taken only if no other is open. A cancelled wait takes nothing.

        Raises:
            OutOfPatience: If every endpoint has been silent, or asks to be left alone, for longer than its patience.
        """
        async with self._order:
            while True:
                reasons = [gate.hopeless() for gate in self._gates]
                if all(reasons):
                    raise OutOfPatience(reasons[0])
                gate = self.open_gate(avoid)
                if gate is not None:
                    return gate, gate.enter(tokens)
                await self._change()

    def open_gate(self, avoid: Gate | None = None) -> Gate | None:
        """Return the gate to take now, if any is open: a silent one whose test is due, else the one with the most room."""
        now = self._clock()
        if len(self._gates) == 1:
            return self._gates[0] if self._gates[0].opens_at() <= now else None
        fit = [gate for gate in self._gates if gate.opens_at() <= now]
        return max(fit, key=lambda gate: (gate is not avoid, gate.silent, gate.limit - gate.in_flight), default=None)

    async def _change(self) -> None:
        """Wait until a gate may have opened, or patience may have ended."""
        loop = asyncio.get_running_loop()
        when = min(min(gate.opens_at(), gate.hopeless_at()) for gate in self._gates)
        self._look = loop.create_future()
        timer = None if when == math.inf else loop.call_later(max(0.0, when - self._clock()), self._look_again)
        try:
            await self._look
        finally:
            self._look = None
            if timer is not None:
                timer.cancel()

    def _look_again(self) -> None:
        if self._look is not None and not self._look.done():
            self._look.set_result(None)
