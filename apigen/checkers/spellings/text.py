"""One form for texts that read alike, and literal search with word boundaries."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_LONG = 2000  # longer strings are looked up as they are, without boundaries
_SUPERSCRIPTS = re.compile("⁻?[⁰¹²³⁴-⁹]+")
_BEFORE_FRACTION = re.compile("(?<=[0-9])(?=[¼-¾⅐-⅞])")
_FEET_AND_INCHES = re.compile(r"(?<![0-9.])([0-9])' ?([0-9]{1,2}) ?(?:\"|'')")
_PAIR = re.compile(
    r"(?<=[(\[])(-?[0-9]{1,15}(?:\.[0-9]{1,15})?),(?=-?(?![0-9]{3}[)\]])[0-9]{1,15}(?:\.[0-9]{1,15})?[)\]])"
)
_ADDRESS = re.compile(r"[^\s@]{1,100}@[^\s@]{1,200}")
_CODE = re.compile(r"\+?[a-z0-9]{4,40}")
_IRREGULAR = {
    "child": "children", "man": "men", "woman": "women", "person": "people", "mouse": "mice", "foot": "feet",
    "tooth": "teeth", "goose": "geese",
}  # fmt: skip
_PART_END = re.compile("[.,;:?!]")
_BESIDE = 80
_JOINED = re.compile("[ _-]")
_WORD = re.compile(r"[^\W_]+")
# Quotes, double quotes, hyphens with the minus sign, the slash of fractions, the times sign.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
        "—": " - ",  # a dash between clauses, never a minus sign
        "\u2044": "/",
        "\u00d7": "x",
        "º": "°",
        "\u200b": "",
        "\ufeff": "",
    }
)


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """Return the text in lower case with one kind of quote, hyphen, fraction and space: `5½ m²` is `5 1/2 m^2`."""
    text = text.replace("º", "°")  # before NFKC, which would make it the letter o
    text = _SUPERSCRIPTS.sub(lambda run: "^" + unicodedata.normalize("NFKC", run[0]), text)
    text = _BEFORE_FRACTION.sub(" ", text)
    text = unicodedata.normalize("NFKC", text.translate(_ALIKE)).translate(_ALIKE).casefold()
    text = _PAIR.sub(r"\1, ", text)  # two coordinates, no decimal comma
    return " ".join(_FEET_AND_INCHES.sub(r"\1 feet \2 inches", text).split())


@lru_cache(maxsize=1024)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words and numerals of a text, plain, without punctuation (`is_member` has two)."""
    return tuple(_WORD.findall(plain(text).replace("'s", "")))


def states_phrase(text: str, phrases: Iterable[str]) -> bool:
    """Tell whether a plain text has one of the plain phrases as whole words; digits may touch them (`5km`)."""
    return any(phrase in text and _bounded(phrase).search(text) is not None for phrase in phrases)


def words_beside(text: str, phrase: str) -> Iterator[str]:
    """Yield the two words before and the two behind each place of a plain phrase in a plain text, of the same part of a sentence."""
    for found in _bounded(phrase).finditer(text) if phrase else ():
        yield from words_of(_PART_END.split(text[max(0, found.start() - _BESIDE) : found.start()])[-1])[-2:]
        yield from words_of(_PART_END.split(text[found.end() : found.end() + _BESIDE])[0])[:2]


@lru_cache(maxsize=1024)
def _bounded(phrase: str) -> re.Pattern[str]:
    # A lone letter is a word of its own nearly everywhere, and a unit only behind a number or "to".
    before = r"(?:[0-9°]|(?:[0-9°]|degrees|to|in|into|from) )" if len(phrase) == 1 and phrase.isalpha() else ""
    edge = r"(?<![^\W\d_])" if phrase[:1].isalpha() else ""
    return re.compile((before or edge) + re.escape(phrase) + (r"(?![^\W_])" if phrase[-1:].isalnum() else ""))


def states_text(query: str, value: str) -> bool:
    """Tell whether the query holds the string: as a whole, in any case, with hyphens and spaces alike."""
    text, wanted = plain(query), plain(value)
    if len(wanted) > _LONG:
        return wanted in text
    if not any(map(str.isalnum, wanted)):
        return not wanted or _find_symbols(text, wanted)
    wanted = wanted.strip(" .,;:!?\"'") or wanted
    if _find(text, wanted) or (_JOINED.search(wanted) and _find(_spaced(text), _spaced(wanted))):
        return True
    if (
        any(_find(text, plural) for plural in _plurals(wanted))
        or _finds_code(text, wanted)
        or _finds_parts(text, wanted)
    ):
        return True
    bare = _without_accents(text), _without_accents(wanted)
    return bare != (text, wanted) and _find(*bare)


@lru_cache(maxsize=1024)
def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _plurals(wanted: str) -> tuple[str, ...]:
    """Return the plurals that are more than one letter longer: cities, wolves, children."""
    if len(wanted) > 40 or not wanted[-1:].isalpha():
        return ()
    for singular, plural in _IRREGULAR.items():
        if wanted.endswith(singular) and wanted[: -len(singular)][-1:] in ("", " "):
            return (wanted.removesuffix(singular) + plural,)
    endings = (("y", "ies"), ("f", "ves"), ("fe", "ves"))
    return tuple(wanted.removesuffix(one) + many for one, many in endings if wanted.endswith(one) and len(wanted) > 3)


def _finds_code(text: str, wanted: str) -> bool:
    """Find an IBAN, a flight number or the like that the text writes in groups: LH400 in `flight LH 400`."""
    letters = any(map(str.isalpha, wanted)) or wanted[0] == "+"
    if not _CODE.fullmatch(wanted) or len(wanted) < (4 if letters else 7) or not any(map(str.isdigit, wanted)):
        return False
    before = r"(?<![\w+])" + (r"(?<![0-9][ \-])" if not wanted[0].isalpha() else "")
    after = r"(?!\w)" + (r"(?![ \-][0-9])" if len(wanted) > 7 else "")
    return re.search(before + r"[ \-]?".join(map(re.escape, wanted)) + after, text) is not None


def _finds_parts(text: str, wanted: str) -> bool:
    """Find `Paris, France` in `Paris in France`."""
    parts = wanted.split(", ")
    if not 2 <= len(parts) <= 4 or not all(parts) or len(wanted) > 100:
        return False
    joined = r"(?:,? (?:in|of) (?:the )?|, ?| )".join(map(re.escape, parts))
    return re.search(rf"(?<!\w){joined}(?!\w)", text) is not None


def _spaced(text: str) -> str:
    return " ".join(text.replace("-", " ").replace("_", " ").split())


def _find(text: str, wanted: str) -> bool:
    if wanted not in text:
        return False
    before = r"(?<!\w)(?<![0-9][.,])" if wanted[:1].isalnum() else ""
    after = r"(?!\w)(?![.,][0-9])" if wanted[-1:].isalnum() else ""
    if _ADDRESS.fullmatch(wanted):
        before, after = r"(?<![\w.+\-@/])", r"(?![\w@]|[.\-/+]\w)"
    elif wanted[:1].isdigit():
        before = r"(?<!\w)(?<![0-9][.,])(?<![0-9]-)"
    if 4 <= len(wanted) <= 40 and wanted[-1:].isalpha():
        after = r"(?:'?s|es)?" + after  # apple in apples, London in London's
    return re.search(before + re.escape(wanted) + after, text) is not None


def _find_symbols(text: str, wanted: str) -> bool:
    """Find a string without letters or digits, such as Morse code, but not in the middle of a longer one."""
    if set(wanted) <= set(".-/ "):
        return re.search(r"(?<![.\-])" + re.escape(wanted) + r"(?!-|\.[.\-])", text) is not None
    return wanted in text


def listed(words: str) -> tuple[str, ...]:
    """Return the words of a table that is written as one line of text."""
    return tuple(words.split())
