"""What a display shows while a run goes on."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from apigen.records import Json


@dataclass(slots=True)
class Progress:
    """How far a run is: one object, updated in place.

    `step` says what is being done, `notice` what holds it up, if anything does. `in_flight`, `limit` and `throttled` are of LLM calls;
    `verified_before` is what earlier sessions left, `seconds` how long this one goes on.
    """

    target: int | None
    step: str = "reading the library"
    notice: str = ""
    verified: int = 0
    verified_before: int = 0
    draws: int = 0
    candidates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    limit: int = 0
    throttled: int = 0
    tokens: int = 0
    dollars: float = 0.0
    seconds: float = 0.0

    @property
    def a_minute(self) -> float:
        """Verified samples a minute in this session."""
        return 60 * (self.verified - self.verified_before) / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at this pace, where that can be told."""
        if self.target is None or self.a_minute <= 0:
            return None
        return max(0.0, (self.target - self.verified) / self.a_minute * 60)

    def to_json(self) -> dict[str, Json]:
        """Return all of it, for logs."""
        left = self.seconds_left
        return {
            **{one.name: getattr(self, one.name) for one in fields(self)},  # asdict breaks a Counter
            "a_minute": round(self.a_minute, 2),
            "seconds_left": None if left is None else round(left),
        }


Listener = Callable[[Progress], None]
