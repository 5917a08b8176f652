"""Words that say the same: inflections, universal synonyms, and what a description says that a member means."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from apigen.checkers.spellings.synonyms import SYNONYMS
from apigen.checkers.spellings.text import listed, plain, states_phrase, words_beside, words_of

_STOP_WORDS = frozenset(
    listed(
        "a an and any are as at be been but by can could default do does for from give given had has have "
        "how i if in is it its just left may me my need no not of off on one only or our out please "
        "should so such than that the their them then there these they this to true false use used uses "
        "us was we what when where whether which who will with would you your value count list number "
        "tell compute find"
    )
)
_ENDINGS = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ied",
    "ies",
    "ion",
    "ed",
    "ly",
    "es",
    "er",
    "al",
    "s",
    "e",
    "y",
    "d",
)
_NEGATED = re.compile(
    r"(?<!why )(?<!or )\b(?:no|not|don't|dont|doesn't|isn't|aren't|won't|can't|without|never|except|anything but"
    r"|rather than|instead of|exclud(?:e|es|ed|ing)|skip(?:ping)?|ignor(?:e|es|ed|ing)|omit(?:ting)?|hid(?:e|es|ing)"
    r"|disabl(?:e|es|ed|ing)|leave out|leaving out|drop|(?:turn|switch)(?:ed|ing)? off) (?!(?:only|just|sure|know|fewer|more|less)\b)"
    r"(?:(?!(?:but|just|only|rather|instead|with|and|then|using|so)\b)[\w'-]+ ?){1,4}"
)
"""A negation with up to four words that it may speak of."""
_POLARITY = frozenset(
    listed(
        "include includes included show shows use uses enable enabled allow allows allowed add has have want keep with make"
        " apply"
    )
)
_NEGATIVE_NAME = frozenset(listed("no not without exclude excludes hide skip ignore omit disable"))
_INCLUSIVE = re.compile(r"\b(?:inclusive|(?:including|counting) both|both (?:\w+ )?(?:included|counted|inclusive))\b")
_ENDS = frozenset(listed("start end first last"))
_ANTONYMS = {
    "round trip": ("one way", "one-way", "single ticket"),
    "return": ("one way", "one-way"),
    "case sensitive": ("ignore case", "ignoring case", "case-insensitive", "case insensitive", "any case"),
    "ascending": ("descending", "descend"),
    "descending": ("ascending", "ascend"),
}
_LONGEST_DESCRIPTION = 4000


# An -ly word of time is not said by the noun: 5 years of yearly interest.
_EXACT = frozenset(
    ("yearly", "half-yearly", "quarterly", "monthly", "weekly", "daily", "hourly", "us", "uk", "up", "down", "in", "it")
)


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3:
            return base[:-1] if len(base) > 3 and base[-1] == base[-2] else base
    return word


def same_word(word: str, other: str) -> bool:
    """Tell whether the second is the first, inflected: moderate and moderately, run and running."""
    if word == other:
        return True
    if word in _EXACT or not word.isalpha() or len(word) < 3:
        return False
    stem = _stem(word)
    if stem == _stem(other):
        return True
    return len(stem) >= 4 and other.startswith(stem) and len(other) - len(stem) <= 5


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of a text that carry its meaning."""
    return tuple(word for word in words_of(text) if word not in _STOP_WORDS)


def _states_word(query: str, word: str) -> bool:
    return any(same_word(word, other) for other in words_of(query))


@lru_cache(maxsize=1024)
def _names(member: str) -> tuple[str, ...]:
    name = " ".join(words_of(member))
    return (name, plain(member), *(phrase for group in SYNONYMS.get(name, ()) for phrase in group))


def names_member(text: str, member: str) -> bool:
    """Tell whether a plain text has a member of an enumeration by its name, or a synonym of it."""
    return states_phrase(text, _names(member))


def states_member(query: str, member: str, description: str) -> bool:
    """Tell whether a query says a member of an enumeration: in words, inflected, by a synonym, or as described."""
    name = " ".join(words_of(member))
    text = query = plain(query) if _NEGATED.match(f"{plain(member)} x") else asserted(query)
    if names_member(text, member):
        return True
    if _spelled_apart(name).search(text):
        return True
    words = content_words(member) or words_of(member)
    if words and all(_states_word(query, word) for word in words):
        return True
    return any(_states_gloss(query, gloss) for gloss in _glosses(member, description))


@lru_cache(maxsize=1024)
def _spelled_apart(name: str) -> re.Pattern[str]:
    """Match a name with its letters and digits apart or together: `SHA-256` and `sha 256` for `sha256`, not `a 4` for `a4`."""
    runs = re.findall(r"[^\W\d_]+|[0-9]+", name)
    joints = ["[ -]?" if len(run) > 1 else "-?" for run in runs[:-1]]
    spelled = "".join(run + joint for run, joint in zip(runs, [*joints, ""], strict=True))
    return re.compile(rf"(?<!\w){spelled}(?!\w)" if len(runs) > 1 else "(?!)")


@lru_cache(maxsize=256)
def asserted(query: str) -> str:
    """Return the plain text without what it says no to: `a room` for `A room, no breakfast`."""
    return _NEGATED.sub(" ", plain(query))


@lru_cache(maxsize=256)
def denied(query: str) -> str:
    """Return what a text says no to: `no breakfast` for `A room, no breakfast`."""
    return " . ".join(found[0] for found in _NEGATED.finditer(plain(query)))


def asks_for_another(query: str, default: str, rivals: Iterable[str]) -> bool:
    """Tell whether a query asks, by name, for another member than the default: `in Fahrenheit`."""
    text = plain(query)
    own = " ".join(words_of(default))
    if own and states_phrase(text, (own,)):
        return False
    names = [name for rival in rivals if len(name := " ".join(words_of(rival))) > 3]
    return any(re.search(rf"\b(?:in|into|as|using) (?:degrees )?{re.escape(name)}\b", text) for name in names)


def speaks_of_another(query: str, name: str, default: str, rivals: Iterable[str]) -> bool:
    """Tell whether a query says an argument with another member than its default: `compounded annually` for `compounding`."""
    text = asserted(query)
    hints = [word for word in content_words(name) if len(word) > 3]
    if not hints or names_member(text, default):
        return False
    return any(
        same_word(hint, word)
        for rival in rivals
        if len(rival) > 2
        for phrase in _names(rival)
        for word in words_beside(text, phrase)
        for hint in hints
    )


def known_words(value: str, description: str) -> bool:
    """Tell whether a string is a member of something: named by its description, or a word with known synonyms."""
    name = " ".join(words_of(value))
    return bool(name) and (name in SYNONYMS or states_phrase(plain(description[:_LONGEST_DESCRIPTION]), (name,)))


def _states_gloss(query: str, gloss: str) -> bool:
    words = content_words(gloss)
    said = sum(_states_word(query, word) for word in words)
    return bool(words) and (said == len(words) or (len(words) > 3 and 3 * said >= 2 * len(words)))


@lru_cache(maxsize=1024)
def _glosses(member: str, description: str) -> tuple[str, ...]:
    """Return what a description says of a member: `summer` and `tropical` for hot in `hot (summer, tropical)`."""
    text = plain(description[:_LONGEST_DESCRIPTION])
    found: list[str] = []
    names = {plain(member), " ".join(words_of(member))}
    for name in names:
        for place in re.finditer(r"(?<!\w)" + re.escape(name) + r"(?!\w)[\"'`]?", text) if name else ():
            found.extend(_split_gloss(text[place.end() :]))
    return tuple(dict.fromkeys(found))


def _split_gloss(behind: str) -> Iterator[str]:
    """Yield the glosses at the start of a text: those in brackets, and those behind a linking word or a verb."""
    if opened := re.match(r" ?\(([^()]{1,120})\)", behind):
        yield from re.split(r"[,;/]| or ", opened[1])
        return
    linked = re.match(
        r"(?: (?:for|if|means?|is|to|when|moves?)\b|[:=]) ?([^,;.()]{1,120})(?: ?\(([^()]{1,120})\))?", behind
    )
    if linked:
        yield linked[1]
        yield from re.split(r"[,;/]| or ", linked[2] or "")


def states_number_gloss(query: str, number: float, description: str) -> bool:
    """Tell whether a query says a number by the name that its description gives it: `16 hexadecimal`, in brackets."""
    numeral = f"{number:.12g}" if abs(number) < 10**12 else ""
    for bracket in re.findall(r"\(([^()]{1,200})\)", description[:_LONGEST_DESCRIPTION]):
        for part in re.split(r"[,;]", bracket):
            head, _, gloss = part.strip().partition(" ")
            words = [word for word in content_words(gloss) if word not in ("means", "usual", "month")]
            words += ["month"] if "for a month" in gloss else []
            named = words and all(word.isalpha() and len(word) > 3 for word in words)
            if head == numeral and named and all(_states_word(query, word) for word in words):
                return True
    return False


def states_flag(query: str, flag: bool, name: str, description: str, about: str) -> bool:
    """Tell whether a query says yes or no to a flag: by its name, or by what its description says of true and false.

    `about` names the API: its words are in every request, so they say nothing of the flag.
    """
    said, refused = asserted(query), denied(query)
    negative = not _NEGATIVE_NAME.isdisjoint(words_of(name))  # to hide them is what `hide_archived` says yes to
    yes = _speaks_of(said, name, description, about) or (negative and _speaks_of(refused, name, "", about))
    no = _says_no(said, name, description) or (not negative and _touches(refused, name, description, about))
    return yes and (negative or not no) if flag else no


def _says_no(text: str, name: str, description: str) -> bool:
    """By the opposite of the name, or as the description says of false."""
    opposites = _ANTONYMS.get(" ".join(words_of(name)), ())
    if any(f"un{word}" in words_of(text) for word in words_of(name)):
        return True
    return states_phrase(text, opposites) or any(_states_gloss(text, gloss) for gloss in _glosses("false", description))


def _speaks_of(text: str, name: str, description: str, about: str) -> bool:
    own = " ".join(words_of(name))
    if any(states_phrase(text, group) for group in SYNONYMS.get(own, ())):
        return True
    if own.replace(" ", "") in text.replace("-", "").split():  # non-stop for `nonstop`
        return True
    about_ends = "include" in words_of(name) and not _ENDS.isdisjoint(words_of(name))
    if about_ends and _INCLUSIVE.search(text):
        return True
    glosses = _glosses("true", description)
    if any(_states_gloss(text, gloss) for gloss in glosses):
        return True
    words = [word for word in content_words(name) if word not in _POLARITY | _NEGATIVE_NAME]
    words = words or [word for word in content_words(name) if len(word) > 2]
    if words and all(_states_word(text, word) for word in words):
        return True
    return not glosses and _touches(text, "", description, about)


def _touches(text: str, name: str, description: str, about: str) -> bool:
    """The text has a word of the flag."""
    common = set(content_words(about))
    hints = [*content_words(name), *(word for word in content_words(description) if word not in common)]
    return any(_states_word(text, hint) for hint in hints if len(hint) > 2)
