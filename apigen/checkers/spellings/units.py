"""Units that a number may carry in a request, and what one is worth in another of its dimension."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from apigen.checkers.spellings.text import plain

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
speed     1          km/h kmh kph kilometers_per_hour kilometres_per_hour
speed     3.6        m/s meters_per_second metres_per_second
speed     1.609344   mph miles_per_hour
speed     1.852      knot knots
area      0.0001     cm^2 cm2 square_centimeters square_centimetres
area      0.09290304 ft^2 ft2 sq_ft sqft square_feet square_foot
area      1          m^2 m2 sqm sq_m square_meter square_meters square_metre square_metres
area      4046.8564224 acre acres
area      10000      hectare hectares
area      1000000    km^2 km2 square_kilometers square_kilometres
pressure  1          pa pascal pascals
pressure  100        hpa mbar millibar millibars
pressure  1000       kpa kilopascal kilopascals
pressure  6894.757293168 psi
pressure  100000     bar bars
pressure  101325     atm atmosphere atmospheres
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
energy    3600000    kwh
energy    3600       wh
energy    1          joule joules
energy    1000       kj kilojoule kilojoules
energy    4184       kcal
data      1000       kb kilobyte kilobytes
data      1000000    mb megabyte megabytes
data      1000000000 gb gigabyte gigabytes
"""
# Worth of a degree in kelvin, and where its zero lies.
_SCALES = {
    ("°c", "degrees c", "degrees celsius", "celsius", "centigrade"): (Fraction(1), Fraction("273.15")),
    ("°f", "degrees f", "degrees fahrenheit", "fahrenheit"): (Fraction(5, 9), Fraction("273.15") - Fraction(160, 9)),
    ("kelvin", "kelvins"): (Fraction(1), Fraction(0)),
}
_LONE = frozenset({"s", "h", "m", "g", "l", "w", "v", "min", "ma"})  # in a name these are a unit only at its end
_SPEEDS = (
    ("(?:kilomet(?:er|re)s?|kms?)", "(?:hour|hr|h)", "kmh"),
    ("miles?", "(?:hour|hr|h)", "mph"),
    ("(?:met(?:er|re)s?|m)", "(?:second|sec|s)", "m/s"),
)
_LONGEST_DESCRIPTION = 4000
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
    zero: Fraction = Fraction(0)

    @property
    def ambiguous(self) -> bool:
        """A lone letter may be something else: 5m are meters, minutes or millions."""
        return len(self.name) == 1

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
            yield (amount * other.size + other.zero - self.zero) / self.size
        elif (self.dimension, other.dimension) == ("time", "calendar"):
            months = amount * other.size
            days = {months * 30, months * 31, months * 365 / 12, months * 28, months * 366 / 12}
            yield from (count * 86400 / self.size for count in days)
            yield from (count * 604800 / self.size for count in (months * 4, months * 52 / 12))


def _read_table() -> dict[str, Unit]:
    rows = [line.split() for line in _TABLE.strip().splitlines()]
    units = {
        name: Unit(name, dimension, Fraction(size))
        for dimension, size, *words in rows
        for name in (word.replace("_", " ") for word in words)
    }
    return units | {
        name: Unit(name, "temperature", size, zero) for names, (size, zero) in _SCALES.items() for name in names
    }


UNITS = _read_table()
_NAMES = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_BEHIND = re.compile(rf"[ -]?({_NAMES})(?![^\W\d_]|[23](?![0-9])|[/^])")
_SPEED_BEHIND = [
    (re.compile(rf"[ -]?{way}[ -]?(?:per|an?|/)[ -]?{time}(?![^\W_]|[/^])"), unit) for way, time, unit in _SPEEDS
]
_IN_UNIT = re.compile(rf"\bin (?:whole |decimal )?({_NAMES})(?![a-z0-9/^]| per )(?!,? (?:or|and) |/)")


def unit_behind(text: str) -> tuple[Unit, int] | None:
    """Return the unit that a text starts with, and where the text goes on behind it."""
    for pattern, name in _SPEED_BEHIND:
        if found := pattern.match(text):
            return UNITS[name], found.end()
    found = _BEHIND.match(text)
    return (UNITS[found[1]], found.end()) if found else None


@lru_cache(maxsize=1024)
def unit_of_name(name: str) -> Unit | None:
    """Return the unit that a parameter's name says: kilograms for `max_kg_per_bag`, none for `price_per_liter`."""
    tokens = name.lower()[:_LONGEST_DESCRIPTION].split("_")
    if "per" in tokens:
        tokens, per = tokens[: tokens.index("per")], tokens[tokens.index("per") + 1 :]
        whole = unit_behind(" per ".join((*tokens[-1:], *per[:1])))
        if whole and whole[0].dimension == "speed":
            return whole[0]
    last = len(tokens) - 1
    named = [token for at, token in enumerate(tokens) if token not in _LONE or (at == last > 0)]
    return next((UNITS[token] for token in reversed(named) if token in UNITS), None)


def name_without_unit(name: str) -> str:
    """Return what is measured: height for `height_inches`."""
    return "_".join(token for token in name.lower()[:_LONGEST_DESCRIPTION].split("_") if token not in UNITS)


@lru_cache(maxsize=1024)
def unit_of_description(description: str) -> Unit | None:
    """Return the unit that a description says with `in`: minutes for `How long it takes, in minutes.`"""
    found = _IN_UNIT.search(plain(description[:_LONGEST_DESCRIPTION]))
    return UNITS[found[1]] if found else None
