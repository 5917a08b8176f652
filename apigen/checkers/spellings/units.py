"""Units that a number may carry in a request, and what one is worth in another of its dimension."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_TABLE = """
time      1          second seconds sec secs s
time      60         minute minutes min mins
time      3600       hour hours hr hrs h
time      86400      day days
time      604800     week weeks
time      1209600    fortnight fortnights
calendar  1          month months
calendar  12         year years yr yrs
calendar  120        decade decades
calendar  1200       century centuries
length    0.001      mm millimeter millimeters millimetre millimetres
length    0.01       cm centimeter centimeters centimetre centimetres
length    0.0254     inch inches
length    0.3048     ft foot feet
length    0.9144     yd yard yards
length    1          m meter meters metre metres
length    1000       km kms kilometer kilometers kilometre kilometres
length    1609.344   mi mile miles
mass      0.000001   mg milligram milligrams
mass      0.001      g gram grams
mass      0.028349523125 oz ounce ounces
mass      0.45359237 lb lbs pound pounds
mass      1          kg kgs kilo kilos kilogram kilograms
mass      6.35029318 stone stones
mass      1000       tonne tonnes
volume    0.001      ml milliliter milliliters millilitre millilitres
volume    0.01       cl centiliter centiliters
volume    1          l liter liters litre litres
speed     1          km/h kmh kph
speed     3.6        m/s
speed     1.609344   mph
power     0.001      milliwatt milliwatts
power     1          w watt watts
power     1000       kw kilowatt kilowatts
current   0.001      ma milliamp milliamps milliampere milliamperes
current   1          amp amps ampere amperes
voltage   0.001      mv millivolt millivolts
voltage   1          v volt volts
voltage   1000       kv kilovolt kilovolts
resistance 1         ohm ohms
resistance 1000      kiloohm kiloohms kilohm kilohms
energy    1          kwh
energy    0.001      wh
"""
_LONE = frozenset({"s", "h", "m", "g", "l", "w", "v", "min", "ma"})  # in a name these are a unit only at its end
_SPEEDS = (("kilomet(?:er|re)s|kms?", "kmh"), ("miles?", "mph"))
_BARE = {
    **dict.fromkeys(("h", "hr", "hour", "hours"), Fraction(60)),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), Fraction(1, 100)),
    **dict.fromkeys(("ft", "foot", "feet"), Fraction(254, 10000)),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a dimension, worth `size` of that dimension's base."""

    name: str
    dimension: str
    size: Fraction

    @property
    def family(self) -> str:
        """The dimension, where months and days are both time."""
        return "time" if self.dimension == "calendar" else self.dimension

    @property
    def below(self) -> Fraction | None:
        """The size of the unit that a bare number behind this one is in: minutes in `1h30`, centimeters in `1m80`."""
        return _BARE.get(self.name)

    def of(self, amount: Fraction, other: "Unit") -> Iterator[Fraction]:
        """Yield what an amount of the other unit may be in this one; a month as 30 days, a year as 365."""
        if self.dimension == other.dimension:
            yield amount * other.size / self.size
        elif (self.dimension, other.dimension) == ("time", "calendar"):
            months = amount * other.size
            days = {months * 30, months * 31, months * 365 / 12, months * 28, months * 366 / 12}
            yield from (count * 86400 / self.size for count in days)
            yield from (count * 604800 / self.size for count in (months * 4, months * 52 / 12))


def _read_table() -> dict[str, Unit]:
    rows = [line.split() for line in _TABLE.strip().splitlines()]
    return {word: Unit(word, dimension, Fraction(size)) for dimension, size, *words in rows for word in words}


UNITS = _read_table()
_BEHIND = re.compile(
    "[ -]?(" + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)) + r")(?![^\W\d_]|[23](?![0-9])|[/^])"
)
_SPEED_BEHIND = [(re.compile(f" ?(?:{words}) ?(?:per|an|/) ?(?:hour|hr|h)\\b"), unit) for words, unit in _SPEEDS]
_IN_UNIT = re.compile(r"\bin (?:whole |decimal )?([a-z]+(?: per hour)?)")


def unit_behind(text: str) -> tuple[Unit, int] | None:
    """Return the unit that a text starts with, and where the text goes on behind it."""
    for pattern, name in _SPEED_BEHIND:
        if found := pattern.match(text):
            return UNITS[name], found.end()
    found = _BEHIND.match(text)
    return (UNITS[found[1]], found.end()) if found else None


def unit_of_name(name: str) -> Unit | None:
    """Return the unit that a parameter's name says: kilograms for `max_kg_per_bag`, none for `price_per_liter`."""
    tokens = name.lower().split("_")
    if "per" in tokens:
        tokens = tokens[: tokens.index("per")]
    last = len(tokens) - 1
    named = [token for at, token in enumerate(tokens) if token not in _LONE or (at == last > 0)]
    return next((UNITS[token] for token in reversed(named) if token in UNITS), None)


def unit_of_description(description: str) -> Unit | None:
    """Return the unit that a description says with `in`: minutes for `How long it takes, in minutes.`"""
    found = _IN_UNIT.search(description.lower())
    if found is None:
        return None
    speed = {"kilometers per hour": "kmh", "miles per hour": "mph"}.get(found[1])
    return UNITS.get(speed or found[1].split()[0])
