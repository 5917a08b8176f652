"""Typos as people make them, by a rule: in words that carry no value, so that what a request says stays sayable.

Only words of `CARRIERS` are touched: everyday English words that no number, date, unit, choice, name or negation is made of. Of those,
none that stands in the values or in what the APIs say of themselves, and nothing between quotes or beside digits and signs.
"""

import re
from collections.abc import Iterator
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
        interested knowing known learn learning looking making matter maybe might moment mostly need needed
        needing needs obviously otherwise ought perhaps planning please pleased possible prefer preparing pretty
        probably provide puzzled question quite really recently regarding remember resulting roughly seem seems
        several should simply some somehow someone something sometimes somewhere soon sorry stuck such supposed
        surely taking tell telling thank thanks that their them themselves these they thing things think
        thinking those though thought trouble trying understand unsure usually various very wanna wanted wanting
        wants what whatever where whether while whose wish wonder wondered wondering worried would yourself
        """
    )
)
CONTRACTIONS = {"i'm", "i've", "what's", "that's", "there's", "here's", "let's", "it's", "you're", "i'll"}
MISREAD = frozenset(
    _listed("being bring chose cold decode hopping lean stick suck tank tanks thee ting tying were whole")
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
_QUOTE = re.compile(r"[\"`\u201c-\u201f\u00ab\u00bb]|(?<!\w)['\u2018\u2019]|['\u2019](?!\w)")


def mistyped(candidate: Candidate) -> Candidate:
    """Return a candidate with a few typos in its query: the same ones for the same draw, position and query."""
    rng = Random(f"apigen/typos/{candidate.draw.seed}/{candidate.position}")  # noqa: S311 - data, not secrets
    return replace(candidate, query=mistype(candidate.query, _kept(candidate), rng))


def mistype(query: str, kept: frozenset[str], rng: Random) -> str:
    """Return a text with one slip in about nine words, MOST_SLIPS at most; in no word that begins as one of `kept` does."""
    places = list(_places(query, kept)) if len(query) <= LONGEST else []
    wanted = min(max(1, round(len(query.split()) / WORDS_A_SLIP)), MOST_SLIPS, len(places))
    for start, end, slips in sorted(rng.sample(places, wanted), reverse=True):
        query = query[:start] + rng.choice(slips) + query[end:]
    return query


def _kept(candidate: Candidate) -> frozenset[str]:
    """Return how the words begin that the values hold, or that the APIs say of themselves and their arguments."""
    draw = candidate.draw
    apis = [[api.name, api.description, api.parameters] for api in (*draw.apis, *draw.hidden)]
    texts = [canonical(apis), *(call.key for call in (*candidate.calls, *candidate.meant))]
    return frozenset(_begin(word) for text in texts for word in re.findall(r"[a-z]+", text.lower()))


def _places(query: str, kept: frozenset[str]) -> Iterator[tuple[int, int, list[str]]]:
    """Yield where a slip may be made: the word's begin and end, and the slips to choose from."""
    quotes = [found.start() for found in _QUOTE.finditer(query)]
    quoted = range(quotes[0], quotes[-1] + 1 if quotes[1:] else len(query)) if quotes else range(0)
    for found in _WORD.finditer(query):
        if found.start() in quoted or _begin(found[0]) in kept:
            continue
        opens = query[: found.start()].rstrip()[-1:] in ("", ".", "!", "?")
        # A capital within a sentence may be a title's.
        slips = _slips(found[0]) if opens or found[0].islower() or found[0][0] == "I" else []
        slips = [slip for slip in slips if _begin(slip) not in kept and slip.lower() not in MISREAD]
        if slips:
            yield found.start(), found.end(), slips


def _begin(word: str) -> str:
    return re.split("['\u2019]", word.lower())[0][:PREFIX]


def _slips(word: str) -> list[str]:
    """Return the ways to slip in a word: a small letter for a capital, an apostrophe left out, a wrong letter within."""
    small = word.lower()
    slips = [small] if word != small else []
    if small.replace("\u2019", "'") in CONTRACTIONS:
        return [*slips, re.sub("['\u2019]", "", word)]
    if small in CARRIERS:
        return [*slips, *_wrong_letters(word)]
    return slips if word == "I" else []


def _wrong_letters(word: str) -> list[str]:
    """Return a word with two letters swapped, one lost, doubled or missed on the keyboard; the first and the last stay."""
    found = []
    for at in range(1, len(word) - 1):
        before, letter, after = word[:at], word[at], word[at + 1 :]
        if len(after) > 1:
            found.append(before + after[0] + letter + after[1:])
        if len(word) > 4:
            found += [before + after, before + letter + letter + after]
            found += [before + other + after for other in NEIGHBOURS[letter]]
    return sorted(set(found) - {word})
