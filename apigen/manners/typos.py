"""Typos as people make them, by a rule: in words that carry no value, so that what a request says stays sayable.

Only words of `CARRIERS` are touched: everyday English words that no number, date, unit, choice, name or negation is made of. Of those,
none that stands in the values or in what the APIs say of themselves, and nothing between quotes or beside digits and signs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from apigen.records import Candidate, canonical


def _listed(words: str) -> list[str]:
    return words.split()


CARRIERS = frozenset(
    _listed(
        """
        about actually again also anyone asked asking because being believe better bring calculate called check
        choose compute consider could curious currently decide deciding depending despite determine different
        doing enough especially everyone everything exactly expect figure figuring finally finding getting given
        gives giving going gonna guess happen happy having hello helpful helping hoping however instance
        interested knowing known learn learning looking making many matter maybe might moment mostly much need
        needed needing needs obviously otherwise ought perhaps planning please pleased possible prefer preparing
        pretty probably provide puzzled question quite really recently regarding remember resulting roughly seem
        seems several should simply some somehow someone something sometimes somewhere soon sorry stuck such
        supposed surely taking tell telling thank thanks that their them themselves these they thing things
        think thinking those though thought trouble trying understand unsure usually various very wanna wanted
        wanting wants what whatever where whether while whose wish wonder wondered wondering worried would
        yourself
        """
    )
)
OPENERS = frozenset(
    _listed(
        "a an are can change compare compute convert count find first how i if in is it list look make my on show the then to who"
    )
)
"""Words that begin a sentence, and whose capital may be forgotten; `CARRIERS` may too."""
CONTRACTIONS = frozenset({"i'm", "i've", "what's", "that's", "there's", "here's", "let's", "it's", "you're", "i'll"})
MISREAD = frozenset(
    _listed(
        "being bring chose cold decode hopping lean man may men son stick suck tank tanks tel thee thy ting tying were whole"
    )
)
"""Slips that are words of their own."""
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {letter: row[max(at - 1, 0) : at] + row[at + 1 : at + 2] for row in ROWS for at, letter in enumerate(row)}
LONGEST = 4_000
"""Longer texts are data, not wording: they are left as they are."""
WORDS_A_SLIP = 9
MOST_SLIPS = 4
PREFIX = 4
"""Letters that two forms of a word share: `calculate` is not touched where an API speaks of a calculation."""
_WORD = re.compile(r"(?<![^\s(])[A-Za-z]+(?:['\u2019][a-z]+)?(?=[,.;:!?)]*(?:\s|$))")
_LAST_STOP = re.compile(r"(?<![^\s(])([A-Za-z]+)[.?]\Z")
_QUOTE = re.compile(r"[\"`\u201c-\u201f\u00ab\u00bb]|(?<!\w)['\u2018\u2019]|['\u2019](?!\w)")


def mistyped(candidate: Candidate) -> Candidate:
    """Return a candidate with a few typos in its query: the same ones for the same draw, position and query."""
    draw = candidate.draw
    rng = Random(f"apigen/typos/{draw.seed}/{candidate.position}")  # noqa: S311 - data, not secrets
    told = _begins(call.key for call in (*candidate.calls, *candidate.meant))
    known = _begins(canonical([api.name, api.description, api.parameters]) for api in (*draw.apis, *draw.hidden))
    return replace(candidate, query=mistype(candidate.query, told, known, rng), draft=candidate.query)


def _begins(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(_begin(word) for text in texts for word in re.findall(r"[a-z]+", text.lower()))


def mistype(query: str, told: frozenset[str], known: frozenset[str], rng: Random) -> str:
    """Return a text with one slip in about nine words, MOST_SLIPS at most, and perhaps without its last full stop.

    No word is touched that begins as one of `told` does; the letters of none that begins as one of `known`.
    """
    places = list(_places(query, told, known)) if len(query) <= LONGEST else []
    wanted = min(max(1, round(len(query.split()) / WORDS_A_SLIP)), MOST_SLIPS, len(places))
    for start, end, slips in sorted(rng.sample(places, wanted), reverse=True):
        query = query[:start] + rng.choice(slips) + query[end:]
    return query


def _places(query: str, told: frozenset[str], known: frozenset[str]) -> Iterator[tuple[int, int, list[str]]]:
    """Yield where a slip may be made: the begin and end of a word, or of the last stop, and the slips to choose from."""
    quotes = [found.start() for found in _QUOTE.finditer(query)]
    quoted = range(quotes[0], quotes[-1] + 1 if quotes[1:] else len(query)) if quotes else range(0)
    for found in _WORD.finditer(query):
        word, begin = found[0], _begin(found[0])
        if found.start() in quoted or begin in told or (word.isupper() and word[1:]):
            continue
        opens = query[: found.start()].rstrip()[-1:] in ("", ".", "!", "?")
        slips = [word.lower()] if _has_spare_capital(word, opens) else []
        # A capital within a sentence may be a title's.
        if begin not in known and (opens or word.islower() or word[0] == "I"):
            slips += [slip for slip in _slips(word) if _begin(slip) not in told | known and slip.lower() not in MISREAD]
        if slips:
            yield found.start(), found.end(), slips
    if (last := _LAST_STOP.search(query)) and last.start() not in quoted and _begin(last[1]) not in told:
        yield last.end() - 1, last.end(), [""]


def _has_spare_capital(word: str, opens: bool) -> bool:
    small = word.lower().replace("\u2019", "'")
    return word != small and (word == "I" or (opens and small in OPENERS | CARRIERS | CONTRACTIONS))


def _begin(word: str) -> str:
    return re.split("['\u2019]", word.lower())[0][:PREFIX]


def _slips(word: str) -> list[str]:
    """Return the ways to misspell a word: an apostrophe left out, or a wrong letter."""
    small = word.lower().replace("\u2019", "'")
    if small in CONTRACTIONS:
        return [re.sub("['\u2019]", "", word)]
    return _wrong_letters(word) if small in CARRIERS else []


def _wrong_letters(word: str) -> list[str]:
    """Return a word with two letters swapped, one lost, doubled or missed on the keyboard; the first and the last stay."""
    found = []
    for at in range(1, len(word) - 1):
        before, letter, after = word[:at], word[at], word[at + 1 :]
        if len(after) > 1:
            found.append(before + after[0] + letter + after[1:])
        if len(word) > 3:
            found += [before + after, before + letter + letter + after]
            found += [before + other + after for other in NEIGHBOURS[letter]]
    return sorted(set(found) - {word})
