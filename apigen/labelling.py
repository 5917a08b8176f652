"""A person's way through a run's candidates: which are shown, in which order, what is marked, and how to go back."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from heapq import nsmallest

from apigen.errors import ConfigError
from apigen.records import Candidate
from apigen.store.labels import LabelBook, Mark, Place
from apigen.store.reader import StoreReader

NAME_LETTERS = 64
NOTE_LETTERS = 1000


def random_places(places: Iterable[Place], count: int, seed: int) -> list[Place]:
    """Return so many of the places, in random order.

    Each place's turn depends on it and the seed alone: all labellers get the same ones, and a longer list begins as a shorter one.
    """

    def turn(place: Place) -> bytes:
        return blake2b(f"{seed}/{place[0]}/{place[1]}".encode(), digest_size=16).digest()

    return nsmallest(count, places, key=turn)


def read_labeller(name: str) -> str:
    """Return a person's name.

    Raises:
        ConfigError: If it is empty, too long, or holds what cannot be printed.
    """
    name = name.strip()
    if not name or len(name) > NAME_LETTERS or not name.isprintable():
        raise ConfigError(f"must be a name of 1 to {NAME_LETTERS} letters", key="--labeller")
    return name


class Session:
    """One sitting of one labeller. What they marked before is not shown again.

    `number` and `total` say where they are; `undo` goes back as far as this sitting.
    """

    def __init__(
        self,
        reader: StoreReader,
        book: LabelBook,
        labeller: str,
        *,
        rejected: bool = False,
        count: int | None = None,
        seed: int = 0,
    ) -> None:
        self._reader, self._book, self._labeller = reader, book, labeller
        known = book.places_of(labeller)
        if count is None:
            everything: Iterable[Place] = reader.places(rejected=rejected)
            self.total = _how_many(reader, rejected)
            self._before = sum(place in known for place in reader.places(rejected=rejected)) if known else 0
        else:
            everything = random_places(reader.places(rejected=rejected), count, seed)
            self.total = len(everything)
            self._before = sum(place in known for place in everything)
        self._queue: Iterator[Place] = (place for place in everything if place not in known)
        self._again: list[Place] = []
        self._marked: list[Place] = []
        self._here: Place | None = None

    @property
    def marked(self) -> int:
        """How many were marked in this sitting."""
        return len(self._marked)

    @property
    def number(self) -> int:
        """The number of the candidate that is shown, from 1."""
        return self._before + self.marked + 1

    def current(self) -> Candidate | None:
        """Return the candidate to be marked, or None at the end."""
        if self._here is None:
            self._here = self._again.pop() if self._again else next(self._queue, None)
        if self._here is None:
            return None
        draw, position = self._here
        return next(one for one in self._reader.of_draw(draw) if one.position == position)

    def mark(self, mark: Mark, note: str = "") -> None:
        """Mark the current candidate and go on; on the disk when this returns."""
        assert self._here is not None
        self._book.save(self._here, self._labeller, mark, note[:NOTE_LETTERS])
        self._marked.append(self._here)
        self._here = None

    def undo(self) -> bool:
        """Take the last mark back and show its candidate again; False where there is none."""
        if not self._marked:
            return False
        if self._here is not None:
            self._again.append(self._here)
        self._here = self._marked.pop()
        self._book.remove(self._here, self._labeller)
        return True


def _how_many(reader: StoreReader, rejected: bool) -> int:
    whole = reader.funnel().get("")
    return 0 if whole is None else sum(whole.rejected.values()) if rejected else whole.verified
