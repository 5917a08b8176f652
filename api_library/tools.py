"""Tools: schedules, versions, passwords, networks, files, check digits, rotas, dice, batteries and downloads."""

import math
import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from ipaddress import IPv4Network
from itertools import accumulate
from typing import Literal, TypedDict, get_args

VersionPart = Literal["major", "minor", "patch"]
VersionOrder = Literal["newest_first", "oldest_first"]
CharacterSet = Literal["lowercase", "uppercase", "digits", "symbols"]
FileRight = Literal["read", "write", "execute"]
BarcodeKind = Literal["ean_13", "ean_8", "upc_a", "gtin_14", "isbn_10", "isbn_13"]
TurnLength = Literal["day", "week", "two_weeks"]
DiceComparison = Literal["exactly", "at_least", "at_most"]
FileSizeUnit = Literal["megabytes", "gigabytes", "terabytes"]
TransferSpeedUnit = Literal["megabits_per_second", "gigabits_per_second", "megabytes_per_second"]


class PasswordStrength(TypedDict):
    """What random_password_strength returns."""

    entropy_bits: float
    rating: str
    average_crack_time: str


class SubnetDetails(TypedDict):
    """What describe_ipv4_subnet returns."""

    network_address: str
    subnet_mask: str
    broadcast_address: str
    first_host: str
    last_host: str
    usable_hosts: int


class RotaTurn(TypedDict):
    """One turn of a rota: who does what from a day on."""

    starts_on: str
    duties: dict[str, str]


class PowerState(TypedDict):
    """What a device does for a part of every hour, and the current it draws then."""

    name: str
    current_ma: float
    minutes_per_hour: float


_CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_CRON_NAMES = {
    "month": {name: number for number, name in enumerate(_MONTHS, start=1)},
    "day of week": {name: number for number, name in enumerate(_WEEKDAYS)},
}
_CRON_PART = re.compile(r"(?:\*|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/([0-9]{1,2}))?")
_CRON_SEARCH_YEARS = 100

# The grammar of Semantic Versioning 2.0.0, and a leading v as in tags.
_IDENTIFIERS = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION_NUMBER = "(0|[1-9][0-9]{0,8})"
_PRE_RELEASE = re.compile(rf"{_IDENTIFIERS}(?:\.{_IDENTIFIERS})*")
_VERSION = re.compile(
    rf"v?{_VERSION_NUMBER}\.{_VERSION_NUMBER}\.{_VERSION_NUMBER}"
    rf"(?:-({_PRE_RELEASE.pattern}))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)

_CHARACTERS_IN_SET = {"lowercase": 26, "uppercase": 26, "digits": 10, "symbols": 32}
_PASSWORD_RATINGS = {28: "very weak", 36: "weak", 60: "reasonable", 128: "strong", math.inf: "very strong"}
_SECONDS = {"years": 31_557_600, "days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}

_RIGHTS = {"read": 4, "write": 2, "execute": 1}
_DIGITS_BEFORE_CHECK = {"ean_13": 12, "ean_8": 7, "upc_a": 11, "gtin_14": 13, "isbn_10": 9, "isbn_13": 12}
_TURN_DAYS = {"day": 1, "week": 7, "two_weeks": 14}

_BITS_PER_UNIT = {"megabytes": 8_000_000, "gigabytes": 8_000_000_000, "terabytes": 8_000_000_000_000}
_BITS_PER_SECOND = {
    "megabits_per_second": 1_000_000,
    "gigabits_per_second": 1_000_000_000,
    "megabytes_per_second": 8_000_000,
}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_length(name: str, items: Collection[object], fewest: int, most: int) -> None:
    if not fewest <= len(items) <= most:
        raise ValueError(f"{name} must have {fewest} to {most} entries, got {len(items)}")


def _check_choice(name: str, value: str, literal: object) -> None:
    if value not in get_args(literal):
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value[:50]!r}")


def _check_names(name: str, texts: list[str]) -> None:
    for index, text in enumerate(texts):
        if not text.strip() or len(text) > 50:
            raise ValueError(f"{name}[{index}] must have 1 to 50 characters, not only spaces, got {text[:50]!r}")
    if len(set(texts)) < len(texts):
        raise ValueError(f"{name} must not name anything twice, got {texts}")


def _parse_date(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or len(text) != 10 or not 2000 <= day.year <= 2100:
        raise ValueError(f"{name} must be a real date as YYYY-MM-DD, year 2000 to 2100, got {text[:50]!r}")
    return day


def _parse_time(name: str, text: str) -> datetime:
    try:
        time = datetime.strptime(text, "%Y-%m-%dT%H:%M")
    except ValueError:
        time = None
    if time is None or len(text) != 16 or not 2000 <= time.year <= 2100:
        raise ValueError(f"{name} must be a real time as YYYY-MM-DDTHH:MM, year 2000 to 2100, got {text[:50]!r}")
    return time


def _parse_version(name: str, version: str) -> re.Match[str]:
    match = _VERSION.fullmatch(version) if len(version) <= 100 else None
    if match is None:
        raise ValueError(f"{name} must be MAJOR.MINOR.PATCH such as 2.4.1 or 2.5.0-beta.1, got {version[:100]!r}")
    return match


def _version_rank(match: re.Match[str]) -> tuple[list[int], bool, list[tuple[bool, int, str]]]:
    """Rank a release above its pre-releases, and in these numbers below words (section 11 of the standard)."""
    identifiers = match[4].split(".") if match[4] else []
    return (
        [int(match[1]), int(match[2]), int(match[3])],
        not identifiers,
        [(not one.isdigit(), int(one) if one.isdigit() else 0, one) for one in identifiers],
    )


def _cron_values(field: str, text: str, low: int, high: int) -> set[int]:
    """Read one field of a cron expression, such as 1-5, */15 or mon,wed."""
    problem = ValueError(
        f"cron_expression must have {low} to {high}, *, lists, ranges or steps as {field}, got {text[:50]!r}"
    )
    names = _CRON_NAMES.get(field, {})
    values: set[int] = set()
    for part in text.lower().split(","):
        match = _CRON_PART.fullmatch(part)
        if match is None or (match[3] and (int(match[3]) == 0 or (match[1] and not match[2]))):
            raise problem
        ends = [low, high]
        if match[1]:
            try:
                ends = [names[end] if end in names else int(end) for end in (match[1], match[2] or match[1])]
            except ValueError:
                raise problem from None
        if not low <= ends[0] <= ends[1] <= high:
            raise problem
        values.update(range(ends[0], ends[1] + 1, int(match[3] or 1)))
    return values


def _time_text(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds > 1_000_000 * _SECONDS["years"]:
        return "more than a million years"
    unit = next(unit for unit, length in _SECONDS.items() if seconds >= length)
    return f"{round(seconds / _SECONDS[unit], 1)} {unit}"


def next_cron_runs(cron_expression: str, after: str, count: int = 1) -> list[str]:
    """Find the next times at which a cron job runs.

    Args:
        cron_expression: Five fields with spaces between: minute (0 to 59), hour (0 to 23), day of month (1 to 31),
            month (1 to 12 or JAN to DEC) and day of week (0 to 7 or SUN to SAT; 0 and 7 are Sunday). Each is *, a
            number, a list (1,15), a range (1-5) or a step (*/10). If neither day field starts with *, a day that fits
            one of the two is enough, else it must fit both.
        after: Time to look from, itself not counted, as YYYY-MM-DDTHH:MM (24-hour), year 2000 to 2100.
        count: How many runs to list, 1 to 10.

    Returns:
        The times of the runs as YYYY-MM-DDTHH:MM, earliest first.

    Raises:
        ValueError: If the expression or the time cannot be read, count is out of range, or the job never runs.

    Examples:
        >>> next_cron_runs(cron_expression="30 7 * * 1-5", after="2026-03-13T08:00")
        ['2026-03-16T07:30']
        >>> next_cron_runs(cron_expression="*/20 9-17 * * *", after="2025-11-04T17:25", count=3)
        ['2025-11-04T17:40', '2025-11-05T09:00', '2025-11-05T09:20']
        >>> next_cron_runs(cron_expression="0 0 1 JAN,JUL *", after="2026-02-19T14:05", count=2)
        ['2026-07-01T00:00', '2027-01-01T00:00']
    """
    fields = cron_expression.split()
    if len(fields) != 5 or len(cron_expression) > 200:
        raise ValueError(f"cron_expression must have five fields such as '30 7 * * 1-5', got {cron_expression[:200]!r}")
    limits = zip(_CRON_FIELDS, fields, strict=True)
    minutes, hours, days, months, weekdays = (_cron_values(name, text, low, high) for (name, low, high), text in limits)
    weekdays = {weekday % 7 for weekday in weekdays}
    either_day = not (fields[2].startswith("*") or fields[4].startswith("*"))
    start = _parse_time("after", after)
    _check_range("count", count, 1, 10)
    runs: list[str] = []
    day = start.date()
    while len(runs) < count and day.year <= start.year + _CRON_SEARCH_YEARS:
        if day.month not in months:
            day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
            continue
        by_month, by_week = day.day in days, day.isoweekday() % 7 in weekdays
        if (by_month or by_week) if either_day else (by_month and by_week):
            times = [datetime(day.year, day.month, day.day, hour, minute) for hour in hours for minute in minutes]
            runs += [time.isoformat(timespec="minutes") for time in sorted(times) if time > start]
        day += timedelta(days=1)
    if not runs:
        raise ValueError(f"cron_expression must name a day that exists, got {cron_expression[:50]!r}")
    return runs[:count]


def sort_software_versions(versions: list[str], order: VersionOrder = "newest_first") -> list[str]:
    """Sort version numbers of a piece of software from newest to oldest, or the other way.

    Follows Semantic Versioning 2.0.0: 1.10.0 is newer than 1.9.0, and 2.0.0-rc.1 is older than 2.0.0.

    Args:
        versions: 2 to 100 versions as MAJOR.MINOR.PATCH, such as 1.9.0, with an optional pre-release such as
            2.0.0-beta.2 and an optional leading v.
        order: newest_first (highest version first) or oldest_first.

    Returns:
        The versions as given, in the wanted order.

    Raises:
        ValueError: If a version is malformed, the order is unknown, or there are too few or too many.

    Examples:
        >>> sort_software_versions(versions=["1.9.3", "1.10.0", "1.2.14"])
        ['1.10.0', '1.9.3', '1.2.14']
        >>> sort_software_versions(versions=["3.0.0", "3.0.0-rc.1", "2.8.5", "3.0.0-beta.4"], order="oldest_first")
        ['2.8.5', '3.0.0-beta.4', '3.0.0-rc.1', '3.0.0']
        >>> sort_software_versions(versions=["v5.2.0", "v5.2.11", "v4.18.7"], order="newest_first")
        ['v5.2.11', 'v5.2.0', 'v4.18.7']
    """
    _check_length("versions", versions, 2, 100)
    _check_choice("order", order, VersionOrder)
    matches = [_parse_version(f"versions[{index}]", version) for index, version in enumerate(versions)]
    matches.sort(key=_version_rank, reverse=order == "newest_first")
    return [match[0] for match in matches]


def bump_semantic_version(version: str, part: VersionPart, pre_release: str = "") -> str:
    """Raise the version number of a piece of software for its next release.

    Args:
        version: The present version as MAJOR.MINOR.PATCH, such as 2.4.1, with an optional leading v and without
            a pre-release.
        part: What to raise by one: major (breaking change), minor (new feature) or patch (bug fix); the parts
            after it become 0.
        pre_release: Label of a pre-release of the new version, such as beta.1 or rc.2; none if left out.

    Returns:
        The new version.

    Raises:
        ValueError: If the version or the label is malformed, or the part is unknown.

    Examples:
        >>> bump_semantic_version(version="2.4.17", part="minor")
        '2.5.0'
        >>> bump_semantic_version(version="v1.12.3", part="major", pre_release="rc.1")
        'v2.0.0-rc.1'
        >>> bump_semantic_version(version="0.9.8", part="patch")
        '0.9.9'
    """
    match = _parse_version("version", version)
    if match[0] != f"{'v' * version.startswith('v')}{match[1]}.{match[2]}.{match[3]}":
        raise ValueError(f"version must be MAJOR.MINOR.PATCH without a pre-release or build, got {version[:50]!r}")
    _check_choice("part", part, VersionPart)
    if pre_release and not (len(pre_release) <= 50 and _PRE_RELEASE.fullmatch(pre_release)):
        raise ValueError(f"pre_release must be letters, digits, - and dots such as beta.1, got {pre_release[:50]!r}")
    raised = get_args(VersionPart).index(part)
    numbers = [int(match[index + 1]) + (index == raised) if index <= raised else 0 for index in range(3)]
    return "v" * version.startswith("v") + ".".join(map(str, numbers)) + ("-" + pre_release if pre_release else "")


def random_password_strength(
    length: int, character_sets: list[CharacterSet], guesses_per_second: float = 10_000_000_000
) -> PasswordStrength:
    """Rate how hard a randomly made password of a given length is to guess.

    Args:
        length: Number of characters of the password, 1 to 128.
        character_sets: What its characters are drawn from, each once: lowercase (26 letters), uppercase (26),
            digits (10) and symbols (32).
        guesses_per_second: How fast the attacker guesses, 1 to 1000000000000000 a second; 10 billion if left out
            (a stolen database and a strong computer).

    Returns:
        An object with entropy_bits (1 decimal), rating (very weak below 28 bits, weak below 36, reasonable below
        60, strong below 128, else very strong) and average_crack_time (half of all passwords tried), as text.

    Raises:
        ValueError: If a number is out of range, or a character set is unknown, missing or given twice.

    Examples:
        >>> random_password_strength(length=8, character_sets=["lowercase", "digits"])
        {'entropy_bits': 41.4, 'rating': 'reasonable', 'average_crack_time': '2.4 minutes'}
        >>> random_password_strength(length=14, character_sets=["lowercase", "uppercase", "digits", "symbols"])
        {'entropy_bits': 91.8, 'rating': 'strong', 'average_crack_time': 'more than a million years'}
        >>> random_password_strength(length=6, character_sets=["digits"], guesses_per_second=50)
        {'entropy_bits': 19.9, 'rating': 'very weak', 'average_crack_time': '2.8 hours'}
    """
    _check_range("length", length, 1, 128)
    _check_length("character_sets", character_sets, 1, 4)
    for index, character_set in enumerate(character_sets):
        _check_choice(f"character_sets[{index}]", character_set, CharacterSet)
    if len(set(character_sets)) < len(character_sets):
        raise ValueError(f"character_sets must name each set once, got {', '.join(character_sets)}")
    _check_range("guesses_per_second", guesses_per_second, 1, 1_000_000_000_000_000)
    pool = sum(_CHARACTERS_IN_SET[character_set] for character_set in character_sets)
    bits = length * math.log2(pool)
    rating = next(text for below, text in _PASSWORD_RATINGS.items() if bits < below)
    return {
        "entropy_bits": round(bits, 1),
        "rating": rating,
        "average_crack_time": _time_text(pool**length / 2 / guesses_per_second),
    }


def describe_ipv4_subnet(cidr: str) -> SubnetDetails:
    """Work out the mask, the host range and the number of hosts of an IPv4 subnet.

    Args:
        cidr: Any address of the subnet and its prefix length (1 to 32) in CIDR notation, such as 192.168.14.77/26.

    Returns:
        An object with network_address, subnet_mask, broadcast_address, first_host, last_host and usable_hosts;
        in a /31 and a /32 every address can be a host.

    Raises:
        ValueError: If cidr is not an IPv4 address with a prefix length.

    Examples:
        >>> describe_ipv4_subnet(cidr="192.168.14.77/26")  # doctest: +NORMALIZE_WHITESPACE
        {'network_address': '192.168.14.64', 'subnet_mask': '255.255.255.192',
         'broadcast_address': '192.168.14.127', 'first_host': '192.168.14.65',
         'last_host': '192.168.14.126', 'usable_hosts': 62}
        >>> describe_ipv4_subnet(cidr="10.40.0.0/20")  # doctest: +NORMALIZE_WHITESPACE
        {'network_address': '10.40.0.0', 'subnet_mask': '255.255.240.0',
         'broadcast_address': '10.40.15.255', 'first_host': '10.40.0.1',
         'last_host': '10.40.15.254', 'usable_hosts': 4094}
        >>> describe_ipv4_subnet(cidr="172.16.8.4/31")  # doctest: +NORMALIZE_WHITESPACE
        {'network_address': '172.16.8.4', 'subnet_mask': '255.255.255.254',
         'broadcast_address': '172.16.8.5', 'first_host': '172.16.8.4',
         'last_host': '172.16.8.5', 'usable_hosts': 2}
    """
    problem = ValueError(f"cidr must be an IPv4 address and a prefix of 1 to 32 as 192.168.14.77/26, got {cidr[:50]!r}")
    if not re.fullmatch(r"[0-9.]{7,15}/([1-9]|[12][0-9]|3[0-2])", cidr):
        raise problem
    try:
        network = IPv4Network(cidr, strict=False)
    except ValueError:
        raise problem from None
    edge = 0 if network.prefixlen >= 31 else 1  # RFC 3021
    return {
        "network_address": str(network.network_address),
        "subnet_mask": str(network.netmask),
        "broadcast_address": str(network.broadcast_address),
        "first_host": str(network[edge]),
        "last_host": str(network[-1 - edge]),
        "usable_hosts": network.num_addresses - 2 * edge,
    }


def file_permission_mode(owner: list[FileRight], group: list[FileRight], others: list[FileRight]) -> dict[str, str]:
    """Find the chmod mode of a Unix file from what its owner, group and others may do.

    Args:
        owner: What the owner may do: any of read, write and execute, each once; empty for nothing.
        group: What the members of the group may do, in the same way.
        others: What everyone else may do, in the same way.

    Returns:
        An object with octal (the number for chmod, such as '640') and symbolic (as ls shows it: 'rw-r-----').

    Raises:
        ValueError: If a right is unknown or given twice.

    Examples:
        >>> file_permission_mode(owner=["read", "write", "execute"], group=["read", "execute"], others=[])
        {'octal': '750', 'symbolic': 'rwxr-x---'}
        >>> file_permission_mode(owner=["read", "write"], group=["read"], others=["read"])
        {'octal': '644', 'symbolic': 'rw-r--r--'}
        >>> file_permission_mode(owner=["read"], group=[], others=[])
        {'octal': '400', 'symbolic': 'r--------'}
    """
    octal = symbolic = ""
    for name, rights in (("owner", owner), ("group", group), ("others", others)):
        for right in rights:
            _check_choice(name, right, FileRight)
        if len(set(rights)) < len(rights):
            raise ValueError(f"{name} must name each right once, got {', '.join(rights[:6])}")
        octal += str(sum(_RIGHTS[right] for right in rights))
        symbolic += "".join(sign if right in rights else "-" for right, sign in zip(_RIGHTS, "rwx", strict=True))
    return {"octal": octal, "symbolic": symbolic}


def barcode_check_digit(digits: str, kind: BarcodeKind) -> dict[str, str]:
    """Compute the missing last digit (check digit) of the number of a new barcode or ISBN.

    Args:
        digits: The number without its check digit; spaces and hyphens do not count. Its length depends on kind.
        kind: ean_13 (12 digits without the check digit), ean_8 (7), upc_a (11), gtin_14 (13), isbn_10 (9) or
            isbn_13 (12, starting with 978 or 979).

    Returns:
        An object with check_digit (0 to 9, or X in an ISBN-10) and complete_number (all digits together).

    Raises:
        ValueError: If kind is unknown, or the digits are not as many as it needs.

    Examples:
        >>> barcode_check_digit(digits="400638133393", kind="ean_13")
        {'check_digit': '1', 'complete_number': '4006381333931'}
        >>> barcode_check_digit(digits="0-306-40615", kind="isbn_10")
        {'check_digit': '2', 'complete_number': '0306406152'}
        >>> barcode_check_digit(digits="03600029145", kind="upc_a")
        {'check_digit': '2', 'complete_number': '036000291452'}
        >>> barcode_check_digit(digits="978-3-16-148410", kind="isbn_13")
        {'check_digit': '0', 'complete_number': '9783161484100'}
    """
    _check_choice("kind", kind, BarcodeKind)
    number = digits.replace(" ", "").replace("-", "")
    wanted = _DIGITS_BEFORE_CHECK[kind]
    if not re.fullmatch(f"[0-9]{{{wanted}}}", number):
        raise ValueError(f"digits must be {wanted} digits without the check digit for {kind}, got {digits[:50]!r}")
    if kind == "isbn_13" and not number.startswith(("978", "979")):
        raise ValueError(f"digits must start with 978 or 979 for {kind}, got {digits[:50]!r}")
    if kind == "isbn_10":
        value = sum(place * int(digit) for place, digit in enumerate(number, start=1)) % 11
        check_digit = "X" if value == 10 else str(value)
    else:  # GS1 General Specifications: weights 3 and 1 in turn, the last digit has 3
        check_digit = str(-sum((3, 1)[place % 2] * int(digit) for place, digit in enumerate(reversed(number))) % 10)
    return {"check_digit": check_digit, "complete_number": number + check_digit}


def chore_rota(
    people: list[str], chores: list[str], start_date: str, turns: int, turn_length: TurnLength = "week"
) -> list[RotaTurn]:
    """Make a rota that rotates chores or duties among people.

    In the first turn the first chore is the first person's, the second chore the second person's, and so on, starting
    again with the first person when all have one. In every later turn each chore goes to the next person.

    Args:
        people: Names of the people in the order of their turns, 1 to 20, each once.
        chores: Names of the chores, 1 to 20, each once.
        start_date: Day on which the first turn starts as YYYY-MM-DD, year 2000 to 2100.
        turns: Number of turns to plan, 1 to 52.
        turn_length: How long a turn lasts: day, week or two_weeks (a fortnight); a week if left out.

    Returns:
        A list with an object for each turn: starts_on (YYYY-MM-DD) and duties (an object of chore and person).

    Raises:
        ValueError: If a list is empty or too long or has a name twice, or another argument is wrong.

    Examples:
        >>> chore_rota(people=["Ana", "Ben", "Chloe"], chores=["dishes"], start_date="2026-01-05", turns=2)
        [{'starts_on': '2026-01-05', 'duties': {'dishes': 'Ana'}}, {'starts_on': '2026-01-12', 'duties': {'dishes': 'Ben'}}]
        >>> chore_rota(
        ...     people=["Omar", "Lena"],
        ...     chores=["cooking", "vacuuming", "trash"],
        ...     start_date="2025-09-30",
        ...     turns=2,
        ...     turn_length="day",
        ... )  # doctest: +NORMALIZE_WHITESPACE
        [{'starts_on': '2025-09-30', 'duties': {'cooking': 'Omar', 'vacuuming': 'Lena', 'trash': 'Omar'}},
         {'starts_on': '2025-10-01', 'duties': {'cooking': 'Lena', 'vacuuming': 'Omar', 'trash': 'Lena'}}]
        >>> chore_rota(
        ...     people=["Mr Hale", "Mrs Ito", "Ms Roy"],
        ...     chores=["stairs", "garden"],
        ...     start_date="2026-02-27",
        ...     turns=3,
        ...     turn_length="two_weeks",
        ... )  # doctest: +NORMALIZE_WHITESPACE
        [{'starts_on': '2026-02-27', 'duties': {'stairs': 'Mr Hale', 'garden': 'Mrs Ito'}},
         {'starts_on': '2026-03-13', 'duties': {'stairs': 'Mrs Ito', 'garden': 'Ms Roy'}},
         {'starts_on': '2026-03-27', 'duties': {'stairs': 'Ms Roy', 'garden': 'Mr Hale'}}]
    """
    for name, texts in (("people", people), ("chores", chores)):
        _check_length(name, texts, 1, 20)
        _check_names(name, texts)
    first = _parse_date("start_date", start_date)
    _check_range("turns", turns, 1, 52)
    _check_choice("turn_length", turn_length, TurnLength)
    return [
        {
            "starts_on": (first + timedelta(days=turn * _TURN_DAYS[turn_length])).isoformat(),
            "duties": {chore: people[(turn + place) % len(people)] for place, chore in enumerate(chores)},
        }
        for turn in range(turns)
    ]


def dice_total_chance(dice: int, sides: int, total: int, comparison: DiceComparison = "at_least") -> dict[str, float]:
    """Compute the chance of a total when several fair dice are rolled.

    Args:
        dice: Number of dice rolled together, 1 to 10.
        sides: Number of sides of each die, 2 to 100; they show 1 up to this number.
        total: The total of interest, from the number of dice to dice times sides.
        comparison: Whether the total shall be met exactly, at_least (this or more) or at_most (this or less).

    Returns:
        An object with percent (the chance, rounded to 4 decimals) and one_in (one roll in so many on average,
        rounded to 2 decimals).

    Raises:
        ValueError: If a number is out of range or comparison is unknown.

    Examples:
        >>> dice_total_chance(dice=2, sides=6, total=9)
        {'percent': 27.7778, 'one_in': 3.6}
        >>> dice_total_chance(dice=3, sides=6, total=11, comparison="exactly")
        {'percent': 12.5, 'one_in': 8.0}
        >>> dice_total_chance(dice=4, sides=8, total=12, comparison="at_most")
        {'percent': 11.9873, 'one_in': 8.34}
    """
    _check_range("dice", dice, 1, 10)
    _check_range("sides", sides, 2, 100)
    _check_range("total", total, dice, dice * sides)
    _check_choice("comparison", comparison, DiceComparison)
    ways = [1]  # ways[n]: of how many rolls the total is n above the lowest possible one
    for _ in range(dice):
        sums = [0] * sides + list(accumulate(ways + [0] * (sides - 1)))
        ways = [high - low for high, low in zip(sums[sides:], sums, strict=False)]
    above = total - dice
    wanted = {"exactly": ways[above : above + 1], "at_least": ways[above:], "at_most": ways[: above + 1]}
    share = sum(wanted[comparison]) / sides**dice
    return {"percent": round(100 * share, 4), "one_in": round(1 / share, 2)}


def device_battery_life(
    capacity_mah: float, power_states: list[PowerState], usable_percent: float = 100.0
) -> dict[str, float]:
    """Estimate how long the battery of a device lasts that draws different currents during each hour.

    Args:
        capacity_mah: Capacity of the battery in milliampere-hours (mAh), 1 to 1000000.
        power_states: What the device does in every hour: 1 to 10 objects with name (such as asleep or sending),
            current_ma (current drawn then in milliamperes, 0.001 to 100000) and minutes_per_hour (0.001 to 60).
            Together at most 60 minutes; for the rest of the hour the device is off.
        usable_percent: Share of the capacity that can be used in percent, 1 to 100; all of it if left out.

    Returns:
        An object with average_current_ma (rounded to 3 decimals), hours and days (how long the battery lasts,
        rounded to 1 decimal).

    Raises:
        ValueError: If a number is out of range, a name is empty or comes twice, or there are more than 60 minutes.

    Examples:
        >>> device_battery_life(
        ...     capacity_mah=2600,
        ...     power_states=[
        ...         {"name": "asleep", "current_ma": 0.2, "minutes_per_hour": 57},
        ...         {"name": "sending", "current_ma": 140, "minutes_per_hour": 3},
        ...     ],
        ...     usable_percent=85,
        ... )
        {'average_current_ma': 7.19, 'hours': 307.4, 'days': 12.8}
        >>> device_battery_life(
        ...     capacity_mah=5000, power_states=[{"name": "streaming", "current_ma": 410, "minutes_per_hour": 60}]
        ... )
        {'average_current_ma': 410.0, 'hours': 12.2, 'days': 0.5}
        >>> device_battery_life(
        ...     capacity_mah=950,
        ...     power_states=[
        ...         {"name": "idle", "current_ma": 1.5, "minutes_per_hour": 50},
        ...         {"name": "measuring", "current_ma": 22, "minutes_per_hour": 8},
        ...         {"name": "radio", "current_ma": 95, "minutes_per_hour": 1.5},
        ...     ],
        ... )
        {'average_current_ma': 6.558, 'hours': 144.9, 'days': 6.0}
    """
    _check_range("capacity_mah", capacity_mah, 1, 1_000_000)
    _check_length("power_states", power_states, 1, 10)
    _check_names("power_states name", [state["name"] for state in power_states])
    for index, state in enumerate(power_states):
        _check_range(f"power_states[{index}].current_ma", state["current_ma"], 0.001, 100_000)
        _check_range(f"power_states[{index}].minutes_per_hour", state["minutes_per_hour"], 0.001, 60)
    minutes = round(math.fsum(state["minutes_per_hour"] for state in power_states), 6)
    _check_range("power_states minutes_per_hour together", minutes, 0, 60)
    _check_range("usable_percent", usable_percent, 1, 100)
    average = math.fsum(state["current_ma"] * state["minutes_per_hour"] for state in power_states) / 60
    hours = capacity_mah * usable_percent / 100 / average
    return {"average_current_ma": round(average, 3), "hours": round(hours, 1), "days": round(hours / 24, 1)}


def file_transfer_time(
    file_size: float,
    size_unit: FileSizeUnit,
    speed: float,
    speed_unit: TransferSpeedUnit = "megabits_per_second",
    overhead_percent: float = 0.0,
) -> dict[str, int]:
    """Compute how long a download, an upload or a copy of files takes at a given speed.

    Args:
        file_size: Amount of data, 0.1 to 1000000, in the size_unit.
        size_unit: megabytes (MB, a million bytes), gigabytes (GB) or terabytes (TB).
        speed: Speed of the connection or disk, 0.1 to 100000, in the speed_unit.
        speed_unit: megabits_per_second (Mbps, Mbit/s), gigabits_per_second (Gbps) or megabytes_per_second (MB/s).
        overhead_percent: Share of the speed that is lost to the protocol in percent, 0 to 90; none if left out.

    Returns:
        An object with hours, minutes (0 to 59) and seconds (0 to 59), rounded up to a whole second.

    Raises:
        ValueError: If a number is out of range or a unit is unknown.

    Examples:
        >>> file_transfer_time(file_size=45, size_unit="gigabytes", speed=250)
        {'hours': 0, 'minutes': 24, 'seconds': 0}
        >>> file_transfer_time(file_size=2.5, size_unit="terabytes", speed=110, speed_unit="megabytes_per_second")
        {'hours': 6, 'minutes': 18, 'seconds': 48}
        >>> file_transfer_time(file_size=700, size_unit="megabytes", speed=16, overhead_percent=10)
        {'hours': 0, 'minutes': 6, 'seconds': 29}
    """
    _check_range("file_size", file_size, 0.1, 1_000_000)
    _check_choice("size_unit", size_unit, FileSizeUnit)
    _check_range("speed", speed, 0.1, 100_000)
    _check_choice("speed_unit", speed_unit, TransferSpeedUnit)
    _check_range("overhead_percent", overhead_percent, 0, 90)
    bits_per_second = speed * _BITS_PER_SECOND[speed_unit] * (100 - overhead_percent) / 100
    seconds = math.ceil(round(file_size * _BITS_PER_UNIT[size_unit] / bits_per_second, 6))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return {"hours": hours, "minutes": minutes, "seconds": seconds}
