"""Decontamination: no query, and no called function, that a benchmark holds: who trains on it must not have seen its answers."""

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from apigen.checkers.benchmarks import read_benchmark
from apigen.errors import ConfigError
from apigen.options import Options, parse_options
from apigen.records import Api, Candidate, JsonObject
from apigen.words import grams_of, words_of

MAX_GRAMS = 5_000_000
MAX_QUERIES = 1 << 20
MAX_SIGNATURES = 200_000
MAX_CHARACTERS = 4_000
"""What is kept of a benchmark's query: a candidate's has no more."""
MOST_LINES = 64
MOST_COMPARED = 100
NOT_IN_NAMES = re.compile(r"[\W_]+")
HASH_MASK = (1 << 44) - 1  # beside the number of a query, in 64 bits

Place = tuple[Path, int]


class DecontaminationOptions(Options):
    """`files`: JSONL files of benchmarks, their query under `key`. `ngram`, `overlap`: which share of the runs of so many words
    may not be in both queries (8 and one half, as Tülu 3 has it, arXiv 2411.15124). `signatures`: whether functions count too."""

    files: Annotated[tuple[Path, ...], Field(min_length=1)]
    key: str | None = None
    ngram: Annotated[int, Field(ge=2, le=50)] = 8
    overlap: Annotated[float, Field(gt=0, le=1)] = 0.5
    signatures: Literal["reject", "allow"] = "reject"


class DecontaminationChecker:
    """Rejects with `contaminated` where the query, or the name and argument names of a called API, are a benchmark's.

    Queries match when at least `overlap` of the word n-grams of the one that has fewer are in both; one of fewer words than
    `ngram` counts as a single n-gram. Names match but for case and punctuation (`math.gcd`, `math_gcd`).
    """

    stage = "decontamination"

    def __init__(self, queries: "QueryIndex", signatures: dict[str, Place]) -> None:
        self._queries, self._signatures = queries, signatures

    @classmethod
    def from_options(cls, options: JsonObject) -> "DecontaminationChecker":
        """Read the benchmarks.

        Raises:
            ConfigError: For a wrong option, or a file that cannot be used, with its line.
        """
        chosen = parse_options(DecontaminationOptions, options)
        signatures: dict[str, Place] = {}
        queries = QueryIndex(chosen.ngram, chosen.overlap)
        for file in chosen.files:
            found = 0
            for row in read_benchmark(file, chosen.key, functions=chosen.signatures == "reject"):
                found += len(row.queries)
                queries.add(row.queries, (file, row.line))
                for name, arguments in row.functions:
                    signatures.setdefault(signature(name, arguments), (file, row.line))
                if len(signatures) > MAX_SIGNATURES:
                    said = f"line {row.line} is one too many: at most {MAX_SIGNATURES:,} functions are kept; leave some out"
                    raise ConfigError(said, file=str(file))
            if not found:
                raise ConfigError("holds no query; give a file that does, or take it out", file=str(file))
        queries.sort()
        return cls(queries, signatures)

    async def __call__(self, candidate: Candidate) -> Candidate:
        match = self._queries.find(candidate.draft or candidate.query)
        if match:
            (file, line), text = match
            return self._reject(candidate, f"the query is near {file} line {line}: {_shortened(text)}")
        for name in dict.fromkeys(call.name for call in candidate.calls) if self._signatures else ():
            place = self._signatures.get(_signature_of(name, candidate.draw.offered(name)))
            if place:
                return self._reject(
                    candidate, f"{name} has name and arguments of a function in {place[0]} line {place[1]}"
                )
        return candidate.passed(self.stage)

    def _reject(self, candidate: Candidate, detail: str) -> Candidate:
        return candidate.rejected(self.stage, "contaminated", detail)


class QueryIndex:
    """Finds the query that shares most n-grams with another, at a cost that does not grow with how many there are.

    Beside the texts it holds 8 bytes an n-gram, at most MAX_GRAMS of them (40 MB; 200 MB while they are sorted). Of an n-gram that
    more than MOST_LINES queries share, the first so many are looked at; of all, the MOST_COMPARED that share most.
    """

    def __init__(self, ngram: int, overlap: float) -> None:
        self._ngram, self._overlap = ngram, overlap
        self._texts: list[str] = []
        self._places: list[Place] = []
        self._known: set[int] = set()
        self._grams: Sequence[int] = []
        self._unsorted: list[int] = []

    def add(self, queries: Iterable[str], place: Place) -> None:
        """Take in the queries of one line.

        Raises:
            ConfigError: If they are too many.
        """
        for query in queries:
            text = query[:MAX_CHARACTERS]
            words = words_of(text)
            whole = hash(tuple(words))
            if not words or whole in self._known:
                continue
            number = len(self._texts)
            self._known.add(whole)
            self._texts.append(text)
            self._places.append(place)
            self._unsorted.extend([_hashed(gram) | number for gram in grams_of(words, self._ngram)])
            if len(self._unsorted) > MAX_GRAMS or number >= MAX_QUERIES - 1:
                file, line = place
                raise ConfigError(
                    f"line {line} is one too many: at most {MAX_GRAMS:,} runs of words and {MAX_QUERIES:,} queries are kept; "
                    "leave out what the samples cannot be near to",
                    file=str(file),
                )

    def sort(self) -> None:
        """Make what was added ready to be asked for."""
        self._unsorted.sort()
        self._grams, self._unsorted = array("Q", self._unsorted), []
        self._known.clear()

    def find(self, query: str) -> tuple[Place, str] | None:
        """Return where the query that shares most with this one stands, and its text; None where none shares enough."""
        grams = grams_of(words_of(query), self._ngram)
        shared = Counter(number for gram in grams for number in islice(self._queries_with(gram), MOST_LINES))
        best: tuple[float, int] | None = None
        for number, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:MOST_COMPARED]:
            others = grams_of(words_of(self._texts[number]), self._ngram)
            share = len(grams & others) / min(len(grams), len(others))
            if share >= self._overlap and (best is None or (share, -number) > best):
                best = share, -number
        return (self._places[-best[1]], self._texts[-best[1]]) if best else None

    def _queries_with(self, gram: tuple[str, ...]) -> Iterator[int]:
        first = _hashed(gram)
        place = bisect_left(self._grams, first)
        while place < len(self._grams) and self._grams[place] >> 20 == first >> 20:
            yield self._grams[place] % MAX_QUERIES
            place += 1


def _hashed(gram: tuple[str, ...]) -> int:
    """Return a hash with room for a query's number. It differs from process to process; what it finds is compared in full."""
    return (hash(gram) & HASH_MASK) << 20


def signature(name: str, arguments: Iterable[str]) -> str:
    """Return what two functions of the same name and argument names share.

    >>> signature("math.gcd", ["b", "a"]) == signature("math_gcd", ["a", "b"])
    True
    """
    return f"{_plain(name)}({','.join(sorted(map(_plain, arguments)))})"


def _signature_of(name: str, api: Api | None) -> str:
    return signature(name, api.properties if api else ())


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return NOT_IN_NAMES.sub("", name.casefold())


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:200]}…"
