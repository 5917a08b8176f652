"""Read a phrase that is a number: `1,250,000`, `twenty-five`, `a hundred and five`, `two and a half million`."""

import re
from collections.abc import Sequence
from fractions import Fraction

from apigen.checkers.spellings.text import listed

_UNITS = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
_ORDINALS = listed(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_TENTHS = listed("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth")
_OTHERS = {
    **dict.fromkeys(("no", "none", "nil", "nought", "nothing", "without"), 0),
    **dict.fromkeys(("once", "single", "alone", "solo", "myself"), 1),
    **dict.fromkeys(("twice", "couple", "pair", "both", "double"), 2),
    **dict.fromkeys(("thrice", "triple"), 3),
    "dozen": 12,
    "fourty": 40,
}
_SMALL: dict[str, int] = {
    **{word: number for words in (_UNITS, _ORDINALS) for number, word in enumerate(words)},
    **{word: 10 * number for words in (_TENS, _TENTHS) for number, word in enumerate(words, 2)},
    **_OTHERS,
}
_SCALES = {
    **dict.fromkeys(("trillion", "trillions", "tn"), 10**12),
    **dict.fromkeys(("billion", "billions", "bn"), 10**9),
    **dict.fromkeys(("crore", "crores"), 10**7),
    **dict.fromkeys(("million", "millions", "mn", "mio", "mil"), 10**6),
    **dict.fromkeys(("lakh", "lakhs"), 10**5),
    **dict.fromkeys(("thousand", "thousands", "grand", "k"), 10**3),
    **dict.fromkeys(("hundred", "hundreds"), 10**2),
    "dozen": 12,
}
_PARTS = {
    **dict.fromkeys(("half", "halves"), 2),
    **dict.fromkeys(("third", "thirds"), 3),
    **dict.fromkeys(("quarter", "quarters", "fourths"), 4),
    **dict.fromkeys(("fifth", "fifths"), 5),
    **dict.fromkeys(("eighth", "eighths"), 8),
    **dict.fromkeys(("tenth", "tenths"), 10),
}
_ARTICLES = frozenset({"a", "an"})

LONGEST = 10
"""The most words that one number is read from."""
SCALE_WORDS = frozenset(_SCALES)
NUMBER_WORDS = frozenset(_SMALL) | frozenset(_SCALES) | frozenset(_PARTS)

_NUMERAL = re.compile(r"([0-9]*)((?:[.,][0-9]+)*)(?:e([+-]?[0-9]{1,3}))?")
_RATIO = re.compile(r"([0-9]+)/([0-9]+)")
_LONGEST_NUMERAL = 60


def numeral_readings(numeral: str) -> tuple[Fraction, ...]:
    """Return what digits with points and commas may mean, likeliest first; none for a version such as `1.3.2024`."""
    found = _NUMERAL.fullmatch(numeral)
    if found is None or len(numeral) > _LONGEST_NUMERAL:
        return ()
    whole, groups, power = found[1], found[2], Fraction(10) ** int(found[3] or 0)
    *thousands, last = re.findall("[.,][0-9]+", groups) or [""]
    marks = {group[0] for group in thousands}
    if not last:
        texts = [whole]
    elif last[0] == "." and marks <= {","}:
        texts = [whole + "".join(group[1:] for group in thousands) + last]
    elif last[0] == "," and marks <= {","} and len(last) == 4 and 1 <= len(whole) <= 3:
        texts = [(whole + groups).replace(",", "")]
    elif len(thousands) and marks == {"."} and all(len(group) == 4 for group in (*thousands, last)):
        texts = [(whole + groups).replace(".", "")]  # 1.250.000
    elif last[0] == "," and len(last) <= 3 and marks <= {"."}:
        texts = [whole + "".join(group[1:] for group in thousands) + "." + last[1:]]  # 12,50
    else:
        texts = []
    return tuple(Fraction(text if text[0] != "." else "0" + text) * power for text in texts)


def numeral_parts(numeral: str) -> tuple[Fraction, ...]:
    """Return the numbers of a list that is written without spaces: 84, 126 and 210 for `84,126,210`."""
    if len(numeral) > _LONGEST_NUMERAL or "e" in numeral:
        return ()
    return tuple(Fraction(part) for part in re.split("[,/]", numeral) if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", part))


def read_number(words: Sequence[str]) -> Fraction | None:
    """Return the number that all the words together say, or None where they are not one number."""
    if not words or len(words) > LONGEST:
        return None
    for read in (_short, _fraction, _mixed, _scaled, _decimal):
        value = read(words)
        if value is not None:
            return value
    return None


def _short(words: Sequence[str]) -> Fraction | None:
    first, rest = words[0], words[1:]
    if not rest:
        return _one(first)
    if len(words) == 2 and first in _ARTICLES and rest[0] in ("couple", "dozen", "pair"):
        return Fraction(_SMALL[rest[0]])
    low = _below_hundred(rest)
    if low is None or first not in _SMALL or first in _OTHERS:
        return None
    high = _SMALL[first]
    if first in _TENS and len(rest) == 1 and 1 <= low <= 9:
        return high + low
    year = 10 <= high <= 20 and low >= 10 and (len(rest) == 2 or low % 10 == 0 or low < 20)
    return high * 100 + low if year else None  # nineteen ninety-four


def _one(word: str) -> Fraction | None:
    if word in _SMALL:
        return Fraction(_SMALL[word])
    ratio = _RATIO.fullmatch(word)
    if ratio:
        return Fraction(int(ratio[1]), int(ratio[2])) if int(ratio[2]) else None
    return next(iter(numeral_readings(word)), None) if word[0] in "0123456789." else None


def _below_hundred(words: Sequence[str]) -> Fraction | None:
    if not all(word in _SMALL and word not in _OTHERS for word in words):
        return None
    numbers = [_SMALL[word] for word in words]
    if len(numbers) == 1:
        return Fraction(numbers[0])
    whole = len(numbers) == 2 and words[0] in _TENS and 1 <= numbers[1] <= 9
    return Fraction(sum(numbers)) if whole else None


def _fraction(words: Sequence[str]) -> Fraction | None:
    """Read `half`, `a third`, `three quarters`, `half a`, `a quarter of an`."""
    if len(words) > 1 and words[-1] in _ARTICLES:
        words = words[:-1]
        words = words[:-1] if words[-1] == "of" else words
    if len(words) == 1:
        return Fraction(1, _PARTS[words[0]]) if words[0] in ("half", "quarter") else None
    if len(words) != 2 or words[1] not in _PARTS:
        return None
    count, part = 1 if words[0] in _ARTICLES else _one(words[0]), _PARTS[words[1]]
    if not count or count != int(count) or count >= 20 or (count >= part and not words[1].endswith("s")):
        return None  # 4 half-yearly payments, 3 third-party claims
    return Fraction(count, part)


def _mixed(words: Sequence[str]) -> Fraction | None:
    """Read `two and a half`, `1 1/2`."""
    if len(words) == 2 and "/" in words[1] and words[0].isdigit():
        part = _one(words[1])
        return Fraction(words[0]) + part if part is not None and part < 1 and len(words[0]) < 20 else None
    if "and" not in words:
        return None
    at = len(words) - 1 - list(reversed(words)).index("and")
    part = _fraction(words[at + 1 :])
    whole = read_number(words[:at]) if part is not None else None
    if whole is None or part is None or not part < 1 <= whole:
        return None
    return whole + part * _SCALES.get(words[at - 1], 1)  # a million and a half


def _scaled(words: Sequence[str]) -> Fraction | None:
    """Read `a hundred and five`, `2 million 500 thousand`, `half a million`, `a couple of hundred`."""
    scale = max((word for word in words if word in _SCALES), key=lambda word: _SCALES[word], default=None)
    if scale is None:
        return None
    at = list(words).index(scale)
    left, right = list(words[:at]), list(words[at + 1 :])
    left = left[:-1] if left and left[-1] == "of" else left
    right = right[1:] if right and right[0] == "and" else right
    if scale == "k" and not (left and left[-1][0] in "0123456789."):
        return None  # a K of its own is kelvin, or potassium
    factor = Fraction(1) if not left or tuple(left) in (("a",), ("an",)) else read_number(left)
    if right and (scale == "k" or ("and" in words[at:] and right[0][0].isdigit())):
        return None  # 4.7k and 10k, 2 million and 3
    rest = read_number(right) if right else Fraction(0)
    if factor is None or rest is None or rest >= _SCALES[scale]:
        return None
    return factor * _SCALES[scale] + rest


def _decimal(words: Sequence[str]) -> Fraction | None:
    """Read `three point one four`."""
    if "point" not in words:
        return None
    at = list(words).index("point")
    digits = [_UNITS.index(word) for word in words[at + 1 :] if word in _UNITS[:10]]
    whole = read_number(words[:at]) if at else Fraction(0)
    if whole is None or not digits or len(digits) != len(words) - at - 1:
        return None
    return whole + Fraction(int("".join(map(str, digits))), 10 ** len(digits))
