"""Location: courses and areas on the globe, location codes, coordinates, countries and postcodes."""

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import pairwise
from math import asin, atan2, cos, degrees, fsum, hypot, pi, prod, radians, sin, sqrt, tan
from typing import Literal, TypedDict, TypeVar, get_args

DistanceUnit = Literal["kilometers", "miles", "nautical_miles"]
LocationCodeSystem = Literal["geohash", "maidenhead", "plus_code"]
LocationCodePrecision = Literal["town", "street", "house"]
CoordinateDirection = Literal["north", "south", "east", "west"]
LandAreaUnit = Literal["square_meters", "hectares", "square_kilometers", "acres", "square_miles"]
CountryFact = Literal["capital", "currency", "calling_code", "driving_side", "internet_domain"]
# fmt: off
KnownCountry = Literal[
    "Argentina", "Australia", "Austria", "Bangladesh", "Belgium", "Brazil", "Canada", "Chile", "China", "Colombia",
    "Costa Rica", "Croatia", "Cyprus", "Czechia", "Denmark", "Ecuador", "Egypt", "Estonia", "Ethiopia", "Finland",
    "France", "Germany", "Ghana", "Greece", "Hungary", "Iceland", "India", "Ireland", "Italy", "Japan",
    "Jordan", "Kenya", "Malaysia", "Malta", "Mexico", "Morocco", "Nepal", "Netherlands", "New Zealand", "Nigeria",
    "Norway", "Pakistan", "Peru", "Philippines", "Poland", "Portugal", "Romania", "Saudi Arabia", "Singapore",
    "South Korea", "Spain", "Sweden", "Switzerland", "Thailand", "Turkey", "Ukraine", "United Arab Emirates",
    "United Kingdom", "United States", "Vietnam",
]
# fmt: on
PostcodeCountry = Literal[
    "australia",
    "brazil",
    "canada",
    "france",
    "germany",
    "india",
    "japan",
    "netherlands",
    "poland",
    "sweden",
    "united_kingdom",
    "united_states",
]


class GeoPoint(TypedDict):
    """A point on Earth in decimal degrees."""

    lat: float
    lon: float


class NamedPlace(TypedDict):
    """A place with a name and its position in decimal degrees."""

    name: str
    lat: float
    lon: float


class PlaceDistance(TypedDict):
    """A place and how far away it is."""

    name: str
    distance: float


class Course(TypedDict):
    """What great_circle_course returns."""

    initial_bearing_degrees: float
    compass_point: str
    midpoint: GeoPoint


class LocationCodeCell(TypedDict):
    """What decode_location_code returns: the middle and the size of a cell of the grid."""

    center: GeoPoint
    height_meters: float
    width_meters: float


class PostcodeCheck(TypedDict):
    """What check_postcode_format returns."""

    valid: bool
    formatted: str | None


_Entry = TypeVar("_Entry")

_EARTH_RADIUS_KM = 6371.0088  # the mean radius of the IUGG
_KM_PER_DEGREE = _EARTH_RADIUS_KM * pi / 180
_KM_PER_UNIT = {"kilometers": 1.0, "miles": 1.609344, "nautical_miles": 1.852}
_SQUARE_KM_PER_UNIT = {
    "square_meters": 0.000001,
    "hectares": 0.01,
    "square_kilometers": 1.0,
    "acres": 0.0040468564224,
    "square_miles": 2.589988110336,
}
_COMPASS_POINTS = "N NNE NE ENE E ESE SE SSE S SSW SW WSW W WNW NW NNW".split()  # noqa: SIM905

_GEOHASH_SIGNS = "0123456789bcdefghjkmnpqrstuvwxyz"
# Open Location Code specification, github.com/google/open-location-code.
_PLUS_CODE_SIGNS = "23456789CFGHJMPQRVWX"
_PLUS_CODE = re.compile(
    f"(?:[{_PLUS_CODE_SIGNS}]{{6}}00[+]|[{_PLUS_CODE_SIGNS}]{{8}}[+](?:[{_PLUS_CODE_SIGNS}]{{2}})?)"
)
# IARU Region 1: field, square, subsquare and their extensions.
_MAIDENHEAD_SIGNS = (
    "ABCDEFGHIJKLMNOPQR",
    "0123456789",
    "abcdefghijklmnopqrstuvwx",
    "0123456789",
    "abcdefghijklmnopqrstuvwx",
)
_CODE_LENGTHS = {
    "geohash": {"town": 5, "street": 7, "house": 9},
    "maidenhead": {"town": 6, "street": 8, "house": 10},
    "plus_code": {"town": 6, "street": 8, "house": 10},
}

# Capitals, currencies (ISO 4217), calling codes (ITU-T E.164), side of the road and country domain (IANA), in 2025.
_COUNTRY_ROWS = """
Argentina | Buenos Aires | Argentine peso (ARS) | 54 | right | ar
Australia | Canberra | Australian dollar (AUD) | 61 | left | au
Austria | Vienna | euro (EUR) | 43 | right | at
Bangladesh | Dhaka | Bangladeshi taka (BDT) | 880 | left | bd
Belgium | Brussels | euro (EUR) | 32 | right | be
Brazil | Brasília | Brazilian real (BRL) | 55 | right | br
Canada | Ottawa | Canadian dollar (CAD) | 1 | right | ca
Chile | Santiago | Chilean peso (CLP) | 56 | right | cl
China | Beijing | Chinese yuan (CNY) | 86 | right | cn
Colombia | Bogotá | Colombian peso (COP) | 57 | right | co
Costa Rica | San José | Costa Rican colón (CRC) | 506 | right | cr
Croatia | Zagreb | euro (EUR) | 385 | right | hr
Cyprus | Nicosia | euro (EUR) | 357 | left | cy
Czechia | Prague | Czech koruna (CZK) | 420 | right | cz
Denmark | Copenhagen | Danish krone (DKK) | 45 | right | dk
Ecuador | Quito | US dollar (USD) | 593 | right | ec
Egypt | Cairo | Egyptian pound (EGP) | 20 | right | eg
Estonia | Tallinn | euro (EUR) | 372 | right | ee
Ethiopia | Addis Ababa | Ethiopian birr (ETB) | 251 | right | et
Finland | Helsinki | euro (EUR) | 358 | right | fi
France | Paris | euro (EUR) | 33 | right | fr
Germany | Berlin | euro (EUR) | 49 | right | de
Ghana | Accra | Ghanaian cedi (GHS) | 233 | right | gh
Greece | Athens | euro (EUR) | 30 | right | gr
Hungary | Budapest | Hungarian forint (HUF) | 36 | right | hu
Iceland | Reykjavík | Icelandic króna (ISK) | 354 | right | is
India | New Delhi | Indian rupee (INR) | 91 | left | in
Ireland | Dublin | euro (EUR) | 353 | left | ie
Italy | Rome | euro (EUR) | 39 | right | it
Japan | Tokyo | Japanese yen (JPY) | 81 | left | jp
Jordan | Amman | Jordanian dinar (JOD) | 962 | right | jo
Kenya | Nairobi | Kenyan shilling (KES) | 254 | left | ke
Malaysia | Kuala Lumpur | Malaysian ringgit (MYR) | 60 | left | my
Malta | Valletta | euro (EUR) | 356 | left | mt
Mexico | Mexico City | Mexican peso (MXN) | 52 | right | mx
Morocco | Rabat | Moroccan dirham (MAD) | 212 | right | ma
Nepal | Kathmandu | Nepalese rupee (NPR) | 977 | left | np
Netherlands | Amsterdam | euro (EUR) | 31 | right | nl
New Zealand | Wellington | New Zealand dollar (NZD) | 64 | left | nz
Nigeria | Abuja | Nigerian naira (NGN) | 234 | right | ng
Norway | Oslo | Norwegian krone (NOK) | 47 | right | no
Pakistan | Islamabad | Pakistani rupee (PKR) | 92 | left | pk
Peru | Lima | Peruvian sol (PEN) | 51 | right | pe
Philippines | Manila | Philippine peso (PHP) | 63 | right | ph
Poland | Warsaw | Polish zloty (PLN) | 48 | right | pl
Portugal | Lisbon | euro (EUR) | 351 | right | pt
Romania | Bucharest | Romanian leu (RON) | 40 | right | ro
Saudi Arabia | Riyadh | Saudi riyal (SAR) | 966 | right | sa
Singapore | Singapore | Singapore dollar (SGD) | 65 | left | sg
South Korea | Seoul | South Korean won (KRW) | 82 | right | kr
Spain | Madrid | euro (EUR) | 34 | right | es
Sweden | Stockholm | Swedish krona (SEK) | 46 | right | se
Switzerland | Bern | Swiss franc (CHF) | 41 | right | ch
Thailand | Bangkok | Thai baht (THB) | 66 | left | th
Turkey | Ankara | Turkish lira (TRY) | 90 | right | tr
Ukraine | Kyiv | Ukrainian hryvnia (UAH) | 380 | right | ua
United Arab Emirates | Abu Dhabi | UAE dirham (AED) | 971 | right | ae
United Kingdom | London | pound sterling (GBP) | 44 | left | uk
United States | Washington, D.C. | US dollar (USD) | 1 | right | us
Vietnam | Hanoi | Vietnamese dong (VND) | 84 | right | vn
"""
_COUNTRIES = {
    name: {
        "capital": capital,
        "currency": currency,
        "calling_code": f"+{code}",
        "driving_side": side,
        "internet_domain": f".{domain}",
    }
    for name, capital, currency, code, side, domain in (row.split(" | ") for row in _COUNTRY_ROWS.strip().split("\n"))
}

# Universal Postal Union, postal addressing systems: the parts of a postcode, and what stands between them.
_POSTCODES = {
    "australia": ("(0[289][0-9]{2}|[1-9][0-9]{3})", ""),
    "brazil": ("([0-9]{5})([0-9]{3})", "-"),
    "canada": ("([ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z])([0-9][ABCEGHJ-NPRSTV-Z][0-9])", " "),
    "france": ("((?:0[1-9]|[1-8][0-9]|9[0-8])[0-9]{3})", ""),
    "germany": ("((?!00)[0-9]{5})", ""),
    "india": ("([1-9][0-9]{5})", ""),
    "japan": ("([0-9]{3})([0-9]{4})", "-"),
    "netherlands": ("([1-9][0-9]{3})((?!SA|SD|SS)[A-Z]{2})", " "),
    "poland": ("([0-9]{2})([0-9]{3})", "-"),
    "sweden": ("([1-9][0-9]{2})([0-9]{2})", " "),
    "united_kingdom": (
        "([A-PR-UWYZ](?:[0-9]{1,2}|[0-9][A-Z]|[A-HK-Y][0-9]{1,2}|[A-HK-Y][0-9][A-Z]))([0-9][ABD-HJLNP-UW-Z]{2})",
        " ",
    ),
    "united_states": ("([0-9]{5})([0-9]{4})?", "-"),
}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_length(name: str, items: Collection[object], fewest: int, most: int) -> None:
    if not fewest <= len(items) <= most:
        raise ValueError(f"{name} must have {fewest} to {most} entries, got {len(items)}")


def _check_point(name: str, point: GeoPoint | NamedPlace) -> None:
    _check_range(f"{name} lat", point["lat"], -90, 90)
    _check_range(f"{name} lon", point["lon"], -180, 180)


def _check_boundary(boundary: list[GeoPoint]) -> None:
    _check_length("boundary", boundary, 3, 100)
    for index, corner in enumerate(boundary):
        _check_point(f"boundary[{index}]", corner)


def _pick(name: str, key: str, table: Mapping[str, _Entry]) -> _Entry:
    if key not in table:
        raise ValueError(f"{name} must be one of {', '.join(table)}, got {key[:50]!r}")
    return table[key]


def _point(lat: float, lon: float, decimals: int = 5) -> GeoPoint:
    """Round to about a meter; + 0.0 turns -0.0 into 0.0."""
    return {"lat": round(lat, decimals) + 0.0, "lon": round((lon + 180) % 360 - 180, decimals) + 0.0}


def _distance_km(start: GeoPoint | NamedPlace, end: GeoPoint | NamedPlace) -> float:
    """Measure along the great circle with the haversine formula."""
    lat1, lat2 = radians(start["lat"]), radians(end["lat"])
    half_lat, half_lon = (lat2 - lat1) / 2, radians(end["lon"] - start["lon"]) / 2
    haversine = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(haversine)))


def great_circle_course(start: GeoPoint, end: GeoPoint) -> Course:
    """Find the compass direction to set out in, and the halfway point, of the shortest way between two points on Earth.

    Args:
        start: Where the way begins in degrees: lat -90 to 90 (north positive), lon -180 to 180 (east positive).
        end: Where it ends, lat and lon like those of start; neither the same point nor the opposite one.

    Returns:
        An object with initial_bearing_degrees (clockwise from north, 1 decimal), compass_point (one of 16, such as
        NE or SSW) and midpoint (lat and lon in degrees, 5 decimals).

    Raises:
        ValueError: If a coordinate is out of range, or the points are less than 1 meter apart or opposite.

    Examples:
        >>> great_circle_course(start={"lat": 51.47, "lon": -0.45}, end={"lat": 40.64, "lon": -73.78})
        {'initial_bearing_degrees': 287.9, 'compass_point': 'WNW', 'midpoint': {'lat': 52.21713, 'lon': -41.30235}}
        >>> great_circle_course(start={"lat": 48.14, "lon": 11.58}, end={"lat": 47.37, "lon": 8.54})
        {'initial_bearing_degrees': 250.5, 'compass_point': 'WSW', 'midpoint': {'lat': 47.76503, 'lon': 10.04875}}
        >>> great_circle_course(start={"lat": -36.85, "lon": 174.76}, end={"lat": 21.31, "lon": -157.86})
        {'initial_bearing_degrees': 28.6, 'compass_point': 'NNE', 'midpoint': {'lat': -7.99295, 'lon': -170.49103}}
    """
    _check_point("start", start)
    _check_point("end", end)
    distance = _distance_km(start, end)
    if not 0.001 <= distance <= _EARTH_RADIUS_KM * pi - 0.001:
        raise ValueError("end must be neither the same point as start nor the opposite point of the globe")
    lat1, lat2, lon = radians(start["lat"]), radians(end["lat"]), radians(end["lon"] - start["lon"])
    east, north = sin(lon) * cos(lat2), cos(lat1) * sin(lat2) - sin(lat1) * cos(lat2) * cos(lon)
    bearing = round(degrees(atan2(east, north)) % 360, 1) % 360
    x, y = cos(lat1) + cos(lat2) * cos(lon), cos(lat2) * sin(lon)
    return {
        "initial_bearing_degrees": bearing,
        "compass_point": _COMPASS_POINTS[round(bearing / 22.5) % 16],
        "midpoint": _point(degrees(atan2(sin(lat1) + sin(lat2), hypot(x, y))), start["lon"] + degrees(atan2(y, x))),
    }


def destination_point(
    start: GeoPoint, bearing_degrees: float, distance: float, unit: DistanceUnit = "kilometers"
) -> GeoPoint:
    """Find where one arrives on Earth after going a distance in a compass direction.

    Args:
        start: Where the way begins in degrees: lat -90 to 90 (north positive), lon -180 to 180 (east positive).
        bearing_degrees: Direction to set out in, 0 to 360 degrees clockwise from north (90 is east, 225 southwest).
        distance: Length of the way, 0.001 to 10000, in the unit.
        unit: kilometers, miles (statute miles) or nautical_miles; kilometers if left out.

    Returns:
        The lat and lon of the arrival in degrees, rounded to 5 decimals (great circle, Earth radius 6371.0088 km).

    Raises:
        ValueError: If a number is out of range or the unit is unknown.

    Examples:
        >>> destination_point(start={"lat": 53.55, "lon": 9.99}, bearing_degrees=315, distance=120)
        {'lat': 54.30607, 'lon': 8.68207}
        >>> destination_point(
        ...     start={"lat": 25.77, "lon": -80.19}, bearing_degrees=98, distance=160, unit="nautical_miles"
        ... )
        {'lat': 25.37001, 'lon': -77.26919}
        >>> destination_point(start={"lat": -17.8, "lon": 177.4}, bearing_degrees=75.5, distance=450, unit="miles")
        {'lat': -16.06228, 'lon': -176.03816}
    """
    _check_point("start", start)
    _check_range("bearing_degrees", bearing_degrees, 0, 360)
    _check_range("distance", distance, 0.001, 10_000)
    lat, bearing = radians(start["lat"]), radians(bearing_degrees)
    angle = distance * _pick("unit", unit, _KM_PER_UNIT) / _EARTH_RADIUS_KM
    sine = sin(lat) * cos(angle) + cos(lat) * sin(angle) * cos(bearing)
    lon = atan2(sin(bearing) * sin(angle) * cos(lat), cos(angle) - sin(lat) * sine)
    return _point(degrees(asin(max(-1.0, min(1.0, sine)))), start["lon"] + degrees(lon))


def _bases(system: str, length: int) -> list[int]:
    """List the base of every digit of a code in their order: latitude and longitude take turns."""
    if system == "geohash":
        return [2] * (5 * length)
    if system == "maidenhead":
        return [len(signs) for signs in _MAIDENHEAD_SIGNS for _ in range(2)][:length]
    return [9, 18, *[20] * 8][:length]


def _axis_digits(share: Fraction, bases: list[int]) -> list[int]:
    """Find the cell, of as many as the product of the bases, at a share of an axis."""
    cells = prod(bases)
    number = min(int(share * cells), cells - 1)
    digits = []
    for base in reversed(bases):
        number, digit = divmod(number, base)
        digits.append(digit)
    return digits[::-1]


def _read_code(code: str, system: str) -> list[int] | None:
    """Read the digits of a code, None if it is malformed."""
    if system == "geohash":
        places = [_GEOHASH_SIGNS.find(sign) for sign in code.lower()]
        if not 1 <= len(places) <= 12 or -1 in places:
            return None
        return [place >> shift & 1 for place in places for shift in (4, 3, 2, 1, 0)]
    if system == "maidenhead":
        tables = [signs.lower() for signs in _MAIDENHEAD_SIGNS for _ in range(2)]
        if len(code) not in (2, 4, 6, 8, 10):
            return None
        digits = [table.find(sign) for table, sign in zip(tables, code.lower(), strict=False)]
        return None if -1 in digits else digits
    if not _PLUS_CODE.fullmatch(code.upper()):
        return None
    digits = [_PLUS_CODE_SIGNS.index(sign) for sign in code.upper().removesuffix("00+").replace("+", "")]
    return digits if digits[0] < 9 and digits[1] < 18 else None


def encode_location_code(
    point: GeoPoint, system: LocationCodeSystem, precision: LocationCodePrecision = "house"
) -> str:
    """Write the coordinates of a point as a short location code: a geohash, a Maidenhead locator or a plus code.

    Args:
        point: The point in degrees: lat -90 to 90 (north positive), lon -180 to 180 (east positive).
        system: geohash, maidenhead (QTH locator of radio amateurs) or plus_code (Open Location Code of Google).
        precision: Size of the cell that the code names: town (about 5 km), street (150 to 900 meters) or house
            (5 to 40 meters); house if left out.

    Returns:
        The code of the cell that the point lies in.

    Raises:
        ValueError: If a coordinate is out of range, or the system or the precision is unknown.

    Examples:
        >>> encode_location_code(point={"lat": 52.5163, "lon": 13.3777}, system="geohash")
        'u33db2m3e'
        >>> encode_location_code(point={"lat": 48.1466, "lon": 11.6083}, system="maidenhead", precision="town")
        'JN58td'
        >>> encode_location_code(point={"lat": -33.8568, "lon": 151.2153}, system="plus_code")
        '4RRH46V8+74'
        >>> encode_location_code(point={"lat": 37.8199, "lon": -122.4783}, system="geohash", precision="street")
        '9q8zhuy'
    """
    _check_point("point", point)
    length = _pick("precision", precision, _pick("system", system, _CODE_LENGTHS))
    bases = _bases(system, length)
    lat_first = system == "plus_code"
    # Exact fractions, since 59.01 * 8000 falls short of the whole number that it is.
    shares = [(Fraction(str(point["lat"])) + 90) / 180, (Fraction(str(point["lon"])) + 180) / 360 % 1]
    digits = [0] * len(bases)
    for first, share in enumerate(shares if lat_first else reversed(shares)):
        digits[first::2] = _axis_digits(share, bases[first::2])
    if system == "geohash":
        bits = "".join(map(str, digits))
        return "".join(_GEOHASH_SIGNS[int(bits[start : start + 5], 2)] for start in range(0, len(bits), 5))
    if system == "maidenhead":
        return "".join(_MAIDENHEAD_SIGNS[place // 2][digit] for place, digit in enumerate(digits))
    signs = "".join(_PLUS_CODE_SIGNS[digit] for digit in digits)
    return f"{signs:0<8}"[:8] + "+" + signs[8:]


def decode_location_code(code: str, system: LocationCodeSystem) -> LocationCodeCell:
    """Find the coordinates that a geohash, a Maidenhead locator or a plus code stands for.

    Args:
        code: The code: a geohash of 1 to 12 signs (u33db2), a Maidenhead locator of 2 to 10 (JN58td) or a full plus
            code of 8 or 10 signs and a + (8FWC2345+G6); capitals or small letters.
        system: What the code is: geohash, maidenhead (QTH locator of radio amateurs) or plus_code.

    Returns:
        An object with center (lat and lon of the middle of the cell in degrees, 6 decimals), height_meters (its
        extent from south to north) and width_meters (from west to east), rounded to 1 decimal.

    Raises:
        ValueError: If the system is unknown or the code is malformed.

    Examples:
        >>> decode_location_code(code="u4pruyd", system="geohash")
        {'center': {'lat': 57.648697, 'lon': 10.407486}, 'height_meters': 152.7, 'width_meters': 81.7}
        >>> decode_location_code(code="FN31pr", system="maidenhead")
        {'center': {'lat': 41.729167, 'lon': -72.708333}, 'height_meters': 4633.1, 'width_meters': 6915.4}
        >>> decode_location_code(code="8FVC9G8F+6X", system="plus_code")
        {'center': {'lat': 47.365563, 'lon': 8.524937}, 'height_meters': 13.9, 'width_meters': 9.4}
    """
    _pick("system", system, _CODE_LENGTHS)
    digits = _read_code(code, system)
    if digits is None:
        raise ValueError(f"code must be a whole {system.replace('_', ' ')}, got {code[:50]!r}")
    bases = _bases(system, len(digits) // 5 if system == "geohash" else len(digits))
    shares, cells = [], []
    for first in (0, 1) if system == "plus_code" else (1, 0):
        number = 0
        for digit, base in zip(digits[first::2], bases[first::2], strict=True):
            number = number * base + digit
        cells.append(prod(bases[first::2]))
        shares.append((number + 0.5) / cells[-1])
    center = _point(180 * shares[0] - 90, 360 * shares[1] - 180, 6)
    meters = 1000 * _KM_PER_DEGREE
    return {
        "center": center,
        "height_meters": round(180 / cells[0] * meters, 1),
        "width_meters": round(360 / cells[1] * meters * cos(radians(center["lat"])), 1),
    }


def dms_to_decimal_degrees(
    whole_degrees: int, minutes: int, direction: CoordinateDirection, seconds: float = 0.0
) -> float:
    """Convert a latitude or longitude in degrees, minutes and seconds to decimal degrees.

    Args:
        whole_degrees: The degrees, 0 to 90 for north and south, 0 to 180 for east and west.
        minutes: The minutes of arc, 0 to 59.
        direction: Which way from the equator or from Greenwich: north, south, east or west.
        seconds: The seconds of arc, 0 to less than 60; 0 if left out.

    Returns:
        The decimal degrees, negative for south and west, rounded to 6 decimals.

    Raises:
        ValueError: If a number is out of range, the direction is unknown, or the angle exceeds 90 or 180 degrees.

    Examples:
        >>> dms_to_decimal_degrees(whole_degrees=48, minutes=51, seconds=29.6, direction="north")
        48.858222
        >>> dms_to_decimal_degrees(whole_degrees=43, minutes=12, seconds=38, direction="west")
        -43.210556
        >>> dms_to_decimal_degrees(whole_degrees=33, minutes=57, direction="south")
        -33.95
    """
    if direction not in get_args(CoordinateDirection):
        raise ValueError(f"direction must be one of {', '.join(get_args(CoordinateDirection))}, got {direction[:50]!r}")
    most = 90 if direction in ("north", "south") else 180
    _check_range("whole_degrees", whole_degrees, 0, most)
    _check_range("minutes", minutes, 0, 59)
    if not 0 <= seconds < 60:
        raise ValueError(f"seconds must be between 0 and less than 60, got {seconds}")
    angle = whole_degrees + minutes / 60 + seconds / 3600
    if angle > most:
        raise ValueError(f"whole_degrees with minutes and seconds must be at most {most} for {direction}, got {angle}")
    return round(-angle if direction in ("south", "west") else angle, 6) + 0.0


def bounding_box_of_points(points: list[GeoPoint], margin_km: float = 0.0) -> dict[str, float]:
    """Find the smallest box of latitudes and longitudes that holds all given points on a map.

    Args:
        points: 1 to 200 points in degrees, objects with lat (-85 to 85, north positive) and lon (-180 to 180, east
            positive).
        margin_km: Free space to leave on every side in kilometers, 0 to 500; none if left out.

    Returns:
        An object with south, west, north and east, the edges in degrees, rounded to 5 decimals. West is greater than
        east where the box crosses the 180th meridian.

    Raises:
        ValueError: If there are no points or too many, or a number is out of range.

    Examples:
        >>> bounding_box_of_points(
        ...     points=[{"lat": 45.46, "lon": 9.19}, {"lat": 41.9, "lon": 12.5}, {"lat": 40.85, "lon": 14.27}]
        ... )
        {'south': 40.85, 'west': 9.19, 'north': 45.46, 'east': 14.27}
        >>> bounding_box_of_points(
        ...     points=[{"lat": 39.74, "lon": -104.99}, {"lat": 38.83, "lon": -104.82}], margin_km=25
        ... )
        {'south': 38.60517, 'west': -105.28334, 'north': 39.96483, 'east': -104.52666}
        >>> bounding_box_of_points(points=[{"lat": -18.14, "lon": 178.44}, {"lat": -13.83, "lon": -171.77}])
        {'south': -18.14, 'west': 178.44, 'north': -13.83, 'east': -171.77}
    """
    _check_length("points", points, 1, 200)
    for index, point in enumerate(points):
        _check_range(f"points[{index}] lat", point["lat"], -85, 85)
        _check_range(f"points[{index}] lon", point["lon"], -180, 180)
    _check_range("margin_km", margin_km, 0, 500)
    height = margin_km / _KM_PER_DEGREE
    south, north = min(point["lat"] for point in points) - height, max(point["lat"] for point in points) + height
    # The box lies opposite to the widest gap between neighboring longitudes.
    lons = sorted({-180.0 if point["lon"] == 180 else float(point["lon"]) for point in points})
    gaps = [high - low for low, high in pairwise(lons)] + [lons[0] + 360 - lons[-1]]
    widest = max(range(len(gaps)), key=lambda place: (gaps[place], place))
    width = height / cos(radians(max(abs(south), abs(north)))) if margin_km else 0.0
    if gaps[widest] <= 2 * width:
        west, east = -180.0, 180.0
    else:
        west, east = lons[(widest + 1) % len(lons)] - width, lons[widest] + width
        west, east = ((lon + 180) % 360 - 180 if not -180 <= lon <= 180 else lon for lon in (west, east))
    edges = {"south": south, "west": west, "north": north, "east": east}
    return {name: round(edge, 5) + 0.0 for name, edge in edges.items()}


def nearest_places(
    origin: GeoPoint, places: list[NamedPlace], count: int = 1, unit: DistanceUnit = "kilometers"
) -> list[PlaceDistance]:
    """Pick the places of a list that lie closest to a point on Earth.

    Args:
        origin: The point in degrees: lat -90 to 90 (north positive), lon -180 to 180 (east positive).
        places: 1 to 100 places to choose from: objects with name (1 to 100 characters), lat and lon.
        count: How many places to pick, 1 to 100; all are given if there are fewer. Only the nearest if left out.
        unit: Unit of the distances: kilometers, miles (statute miles) or nautical_miles.

    Returns:
        The places picked, nearest first, as objects with name and distance (as the crow flies, 2 decimals).

    Raises:
        ValueError: If a number is out of range, a name is empty, the unit is unknown, or there are no places.

    Examples:
        >>> nearest_places(
        ...     origin={"lat": 50.11, "lon": 8.68},
        ...     places=[
        ...         {"name": "Mainz depot", "lat": 50, "lon": 8.27},
        ...         {"name": "Hanau depot", "lat": 50.13, "lon": 8.92},
        ...         {"name": "Darmstadt depot", "lat": 49.87, "lon": 8.65},
        ...     ],
        ... )
        [{'name': 'Hanau depot', 'distance': 17.26}]
        >>> nearest_places(
        ...     origin={"lat": 41.88, "lon": -87.63},
        ...     places=[
        ...         {"name": "Milwaukee", "lat": 43.04, "lon": -87.91},
        ...         {"name": "Detroit", "lat": 42.33, "lon": -83.05},
        ...         {"name": "Indianapolis", "lat": 39.77, "lon": -86.16},
        ...     ],
        ...     count=2,
        ...     unit="miles",
        ... )
        [{'name': 'Milwaukee', 'distance': 81.41}, {'name': 'Indianapolis', 'distance': 164.8}]
        >>> nearest_places(
        ...     origin={"lat": -41.3, "lon": 174.8},
        ...     places=[{"name": "Picton", "lat": -41.29, "lon": 174}, {"name": "Nelson", "lat": -41.27, "lon": 173.28}],
        ...     unit="nautical_miles",
        ... )
        [{'name': 'Picton', 'distance': 36.09}]
    """
    _check_point("origin", origin)
    _check_length("places", places, 1, 100)
    for index, place in enumerate(places):
        _check_point(f"places[{index}]", place)
        if not place["name"].strip() or len(place["name"]) > 100:
            raise ValueError(f"places[{index}] name must have 1 to 100 characters, got {place['name'][:100]!r}")
    _check_range("count", count, 1, 100)
    km = _pick("unit", unit, _KM_PER_UNIT)
    ranked = sorted(places, key=lambda place: _distance_km(origin, place))
    return [{"name": place["name"], "distance": round(_distance_km(origin, place) / km, 2)} for place in ranked[:count]]


def is_inside_boundary(point: GeoPoint, boundary: list[GeoPoint]) -> bool:
    """Tell whether a point lies inside a boundary on the map, such as a delivery zone.

    Args:
        point: The point in degrees: lat -90 to 90 (north positive), lon -180 to 180 (east positive).
        boundary: The 3 to 100 corners of the boundary in order, lat and lon like those of the point; the last is
            joined to the first. They must not be more than 180 degrees of longitude apart.

    Returns:
        True if the point is inside or on the edge (straight lines of latitude and longitude), else False.

    Raises:
        ValueError: If a coordinate is out of range, or there are too few or too many corners or they are too far apart.

    Examples:
        >>> is_inside_boundary(
        ...     point={"lat": 52.51, "lon": 13.4},
        ...     boundary=[{"lat": 52.49, "lon": 13.35}, {"lat": 52.53, "lon": 13.36}, {"lat": 52.52, "lon": 13.45}],
        ... )
        True
        >>> is_inside_boundary(
        ...     point={"lat": 40.73, "lon": -73.93},
        ...     boundary=[
        ...         {"lat": 40.7, "lon": -74.02},
        ...         {"lat": 40.71, "lon": -73.97},
        ...         {"lat": 40.8, "lon": -73.93},
        ...         {"lat": 40.82, "lon": -73.96},
        ...     ],
        ... )
        False
        >>> is_inside_boundary(
        ...     point={"lat": -33.9, "lon": 151.2},
        ...     boundary=[
        ...         {"lat": -33.86, "lon": 151.17},
        ...         {"lat": -33.85, "lon": 151.26},
        ...         {"lat": -33.95, "lon": 151.25},
        ...         {"lat": -33.94, "lon": 151.16},
        ...     ],
        ... )
        True
    """
    _check_point("point", point)
    _check_boundary(boundary)
    lons = [corner["lon"] for corner in boundary]
    if max(lons) - min(lons) > 180:
        raise ValueError("boundary must not span more than 180 degrees of longitude")
    # Exact fractions, so that a point on an edge is found to be on it.
    x, y = Fraction(str(point["lon"])), Fraction(str(point["lat"]))
    corners = [(Fraction(str(corner["lon"])), Fraction(str(corner["lat"]))) for corner in boundary]
    inside = False
    for (x1, y1), (x2, y2) in pairwise([*corners, corners[0]]):
        side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (side > 0) == (y2 > y1):
            inside = not inside
    return inside


def globe_area_of_boundary(boundary: list[GeoPoint], unit: LandAreaUnit = "square_kilometers") -> float:
    """Compute the area of the land or water inside a boundary that is given in latitudes and longitudes.

    Args:
        boundary: The 3 to 100 corners of the boundary in order, objects with lat (-90 to 90, north positive) and lon
            (-180 to 180, east positive) in degrees; the last is joined to the first. It must not go around a pole
            or cross itself.
        unit: square_meters, hectares, square_kilometers, acres or square_miles; square_kilometers if left out.

    Returns:
        The area in the unit, rounded to 2 decimals (edges are great circles on a globe of radius 6371.0088 km, which
        is within 1% of the true shape of Earth).

    Raises:
        ValueError: If a coordinate is out of range, the unit is unknown, there are too few or too many corners, or
            the boundary goes around a pole.

    Examples:
        >>> globe_area_of_boundary(
        ...     boundary=[{"lat": 25.77, "lon": -80.19}, {"lat": 32.3, "lon": -64.78}, {"lat": 18.47, "lon": -66.11}]
        ... )
        1144801.77
        >>> globe_area_of_boundary(
        ...     boundary=[
        ...         {"lat": 47.512, "lon": 9.431},
        ...         {"lat": 47.512, "lon": 9.442},
        ...         {"lat": 47.505, "lon": 9.444},
        ...         {"lat": 47.504, "lon": 9.43},
        ...     ],
        ...     unit="hectares",
        ... )
        78.51
        >>> globe_area_of_boundary(
        ...     boundary=[
        ...         {"lat": 41, "lon": -109.05},
        ...         {"lat": 41, "lon": -102.05},
        ...         {"lat": 37, "lon": -102.05},
        ...         {"lat": 37, "lon": -109.05},
        ...     ],
        ...     unit="square_miles",
        ... )
        103835.03
    """
    _check_boundary(boundary)
    square_km = _pick("unit", unit, _SQUARE_KM_PER_UNIT)
    excesses, turns = [], 0.0
    for start, end in pairwise([*boundary, boundary[0]]):
        lon = end["lon"] - start["lon"]
        lon -= 360 * round(lon / 360)  # the short way round
        turns += lon
        # The spherical excess between an edge and the equator (I. Todhunter, Spherical Trigonometry, 1886, section 103).
        tan1, tan2 = tan(radians(start["lat"]) / 2), tan(radians(end["lat"]) / 2)
        excesses.append(2 * atan2(tan(radians(lon) / 2) * (tan1 + tan2), 1 + tan1 * tan2))
    if abs(turns) > 180:
        raise ValueError("boundary must not go around a pole")
    return round(abs(fsum(excesses)) * _EARTH_RADIUS_KM**2 / square_km, 2)


def country_facts(country: KnownCountry, facts: list[CountryFact]) -> dict[str, str]:
    """Look up facts of a country, such as its capital, its currency or the side of the road it drives on.

    Args:
        country: English name of the country, one of 60.
        facts: What to look up, each once: capital, currency, calling_code (of telephones), driving_side or
            internet_domain.

    Returns:
        An object with each fact asked for, such as 'Tokyo', 'Japanese yen (JPY)', '+81', 'left' and '.jp'.

    Raises:
        ValueError: If the country or a fact is unknown, or facts is empty or names one twice.

    Examples:
        >>> country_facts(country="Japan", facts=["capital", "currency"])
        {'capital': 'Tokyo', 'currency': 'Japanese yen (JPY)'}
        >>> country_facts(country="Kenya", facts=["driving_side"])
        {'driving_side': 'left'}
        >>> country_facts(country="Switzerland", facts=["calling_code", "internet_domain", "currency"])
        {'calling_code': '+41', 'internet_domain': '.ch', 'currency': 'Swiss franc (CHF)'}
        >>> country_facts(country="New Zealand", facts=["capital", "driving_side"])
        {'capital': 'Wellington', 'driving_side': 'left'}
    """
    known = _pick("country", country, _COUNTRIES)
    _check_length("facts", facts, 1, len(known))
    if len(set(facts)) < len(facts):
        raise ValueError(f"facts must name each fact once, got {', '.join(facts)}")
    return {fact: _pick(f"facts[{index}]", fact, known) for index, fact in enumerate(facts)}


def check_postcode_format(postcode: str, country: PostcodeCountry) -> PostcodeCheck:
    """Check whether a postcode (ZIP code) has the form that a country uses, and write it as the post does.

    Args:
        postcode: The postcode, 1 to 20 characters; case, spaces and hyphens do not count.
        country: Country whose form is checked: australia, brazil, canada, france, germany, india, japan, netherlands,
            poland, sweden, united_kingdom or united_states.

    Returns:
        An object with valid (whether the form is right; the place may still not exist) and formatted (the postcode
        as the post writes it, null if it is not valid).

    Raises:
        ValueError: If the postcode is empty or too long, or the country is unknown.

    Examples:
        >>> check_postcode_format(postcode="sw1a2aa", country="united_kingdom")
        {'valid': True, 'formatted': 'SW1A 2AA'}
        >>> check_postcode_format(postcode="K1A OB1", country="canada")
        {'valid': False, 'formatted': None}
        >>> check_postcode_format(postcode="1506001", country="japan")
        {'valid': True, 'formatted': '150-6001'}
        >>> check_postcode_format(postcode="94107-1234", country="united_states")
        {'valid': True, 'formatted': '94107-1234'}
    """
    if not postcode.strip() or len(postcode) > 20:
        raise ValueError(f"postcode must have 1 to 20 characters, not only spaces, got {postcode[:20]!r}")
    pattern, joint = _pick("country", country, _POSTCODES)
    match = re.fullmatch(pattern, postcode.upper().replace(" ", "").replace("-", ""))
    formatted = joint.join(filter(None, match.groups())) if match else None
    return {"valid": match is not None, "formatted": formatted}
