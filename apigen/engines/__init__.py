"""Where the work runs. An engine keeps draws in flight and hands back what came of each, in order of arrival.

`local` is this process's event loop; `ray` is a cluster of machines: `ray_cluster` joins it, a `ray_seat` is a worker's place in
this process, a `ray_worker` runs on a node.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Engine(Protocol[T_co]):
    """Works on indices without barriers: as one ends, the next begins."""

    @property
    def in_flight(self) -> int:
        """How many indices are begun and not yet handed back."""

    def run(self, next_index: Callable[[], int | None]) -> AsyncGenerator[tuple[int, T_co | Exception], None]:
        """Yield (index, result or the exception it ended with) as each ends.

        `next_index` is asked whenever there is room; None means that there is nothing to begin for now, and the end where
        nothing is in flight either.
        """

    async def drop(self, first: int) -> None:
        """Give up what is in flight from index `first` on: nothing more is heard of it."""


@dataclass(frozen=True, slots=True)
class OnRay:
    """Where the Ray engine works: the cluster at `address` (none: one of our own, here), with so many workers (none: as fits)."""

    address: str | None = None
    workers: int | None = None


__all__ = ["Engine", "OnRay"]
