"""Data: small tables, lists, CSV lines, check digits, hashes and encodings."""

import base64
import binascii
import csv
import hashlib
import math
import re
import statistics
import zlib
from collections.abc import Callable
from decimal import Decimal
from typing import Literal, TypedDict, get_args
from urllib.parse import quote, unquote_to_bytes

ProductColumn = Literal["price", "stock"]
Comparison = Literal["less_than", "at_most", "equal_to", "at_least", "more_than"]
Aggregate = Literal["sum", "average", "count", "smallest", "largest"]
JoinKind = Literal["inner", "left", "right", "full"]
NumberKind = Literal["isbn_10", "isbn_13", "ean_13", "iban", "credit_card"]
HashAlgorithm = Literal["md5", "sha1", "sha256", "sha512", "crc32"]
TextEncoding = Literal["base64", "hex", "url"]
CodecMode = Literal["encode", "decode"]


class LabelledValue(TypedDict):
    """A row of a table with a label and a number."""

    label: str
    value: float


class RankedValue(TypedDict):
    """A row of a ranking."""

    rank: int
    label: str
    value: float


class ProductRow(TypedDict):
    """A row of a product table."""

    product: str
    price: float
    stock: int


class RowCondition(TypedDict):
    """What a column is compared with."""

    column: ProductColumn
    comparison: Comparison
    number: float


class GroupedValue(TypedDict):
    """A row of a table with the group that it belongs to and a number."""

    group: str
    value: float


class KeyedText(TypedDict):
    """A row of a table with the key that another table refers to."""

    key: str
    text: str


class JoinedRow(TypedDict):
    """A row that join_tables_by_key returns."""

    key: str
    left: str | None
    right: str | None


class Contact(TypedDict):
    """A person in an address list."""

    name: str
    email: str


class ContactList(TypedDict):
    """What remove_duplicate_contacts returns."""

    contacts: list[Contact]
    removed: int


class HistogramBin(TypedDict):
    """A range of values and how many fall into it."""

    from_value: float
    below_value: float
    count: int


class NumberCheck(TypedDict):
    """What check_identification_number returns."""

    valid: bool
    problem: str


class ListComparison(TypedDict):
    """What compare_lists returns."""

    in_both: list[str]
    only_in_first: list[str]
    only_in_second: list[str]


_LARGEST = 1_000_000_000_000
_MAX_ROWS = 200
_MAX_TEXT = 10_000

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "less_than": lambda cell, number: cell < number,
    "at_most": lambda cell, number: cell <= number,
    "equal_to": lambda cell, number: cell == number,
    "at_least": lambda cell, number: cell >= number,
    "more_than": lambda cell, number: cell > number,
}
_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "average": statistics.fmean,
    "count": len,
    "smallest": min,
    "largest": max,
}

# What a number looks like without spaces and hyphens: ISO 2108 (ISBN), GS1 (EAN), ISO 13616 (IBAN), ISO 7812 (cards).
_NUMBER_FORMATS = {
    "isbn_10": r"[0-9]{9}[0-9X]",
    "isbn_13": r"97[89][0-9]{10}",
    "ean_13": r"[0-9]{13}",
    "iban": r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
    "credit_card": r"[0-9]{12,19}",
}


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low} and {high}, got {value}")


def _check_choice(name: str, value: str, literal: object) -> None:
    if value not in get_args(literal):
        raise ValueError(f"{name} must be one of {', '.join(get_args(literal))}, got {value[:50]!r}")


def _check_count(name: str, count: int, most: int = _MAX_ROWS) -> None:
    if not 1 <= count <= most:
        raise ValueError(f"{name} must have 1 to {most} items, got {count}")


def _check_label(name: str, text: str) -> None:
    if not text.strip() or len(text) > 100:
        raise ValueError(f"{name} must have 1 to 100 characters, not only spaces, got {text[:100]!r}")


def _rounded(value: float) -> float:
    return round(float(value), 4) + 0.0  # + 0.0 turns -0.0 into 0.0


def _utf8(name: str, text: str) -> bytes:
    if not 1 <= len(text) <= _MAX_TEXT:
        raise ValueError(f"{name} must have 1 to {_MAX_TEXT} characters, got {len(text)}")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} must not contain half of a surrogate pair") from None


def _unquote_strictly(text: str) -> bytes:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise ValueError("a percent sign without two hexadecimal digits")
    return unquote_to_bytes(text)


def _luhn_sum(digits: str) -> int:
    """Add the digits, every second one from the right doubled and its own digits added (ISO/IEC 7812-1)."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return doubled + sum(map(int, digits[-1::-2]))


def _has_right_check_digit(number: str, kind: str) -> bool:
    if kind == "iban":  # ISO 7064 MOD 97-10: the first four signs go last, letters count 10 to 35
        return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1
    if kind == "credit_card":
        return _luhn_sum(number) % 10 == 0
    digits = [10 if sign == "X" else int(sign) for sign in number]
    if kind == "isbn_10":
        return sum(weight * digit for weight, digit in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def rank_table_rows(rows: list[LabelledValue], highest_first: bool = True, top: int = _MAX_ROWS) -> list[RankedValue]:
    """Sort the rows of a table by their number into a ranking.

    Args:
        rows: The table, 1 to 200 objects with label (1 to 100 characters) and value (a number from
            -1000000000000 to 1000000000000).
        highest_first: True if the highest value ranks first, False if the lowest does (such as race times);
            highest first if left out.
        top: How many rows to return from the top, 1 to 200; all rows if left out.

    Returns:
        The rows in order, objects with rank (1 is the first; equal values share a rank and keep their order,
        as in 1, 2, 2, 4), label and value.

    Raises:
        ValueError: If a value is out of range, a label is empty, or there are none or too many rows.

    Examples:
        >>> rank_table_rows(
        ...     rows=[
        ...         {"label": "Lyon", "value": 41.5},
        ...         {"label": "Porto", "value": 63.2},
        ...         {"label": "Graz", "value": 57},
        ...     ],
        ...     top=2,
        ... )
        [{'rank': 1, 'label': 'Porto', 'value': 63.2}, {'rank': 2, 'label': 'Graz', 'value': 57.0}]
        >>> rank_table_rows(
        ...     rows=[{"label": "Ines", "value": 52.8}, {"label": "Kofi", "value": 49.31}], highest_first=False
        ... )
        [{'rank': 1, 'label': 'Kofi', 'value': 49.31}, {'rank': 2, 'label': 'Ines', 'value': 52.8}]
        >>> rank_table_rows(
        ...     rows=[
        ...         {"label": "tea", "value": 1.9},
        ...         {"label": "cocoa", "value": 3.4},
        ...         {"label": "juice", "value": 1.9},
        ...     ],
        ...     highest_first=False,
        ...     top=2,
        ... )
        [{'rank': 1, 'label': 'tea', 'value': 1.9}, {'rank': 1, 'label': 'juice', 'value': 1.9}]
    """
    _check_count("rows", len(rows))
    for index, row in enumerate(rows):
        _check_label(f"rows[{index}].label", row["label"])
        _check_range(f"rows[{index}].value", row["value"], -_LARGEST, _LARGEST)
    _check_range("top", top, 1, _MAX_ROWS)
    ordered = sorted(rows, key=lambda row: row["value"], reverse=highest_first)
    values = [row["value"] for row in ordered]
    return [
        {"rank": values.index(row["value"]) + 1, "label": row["label"], "value": float(row["value"])}
        for row in ordered[:top]
    ]


def filter_product_rows(rows: list[ProductRow], condition: RowCondition) -> list[ProductRow]:
    """Pick the rows of a product table whose price or stock meets a condition.

    Args:
        rows: The table, 1 to 200 objects with product (name, 1 to 100 characters), price (0 to 1000000000) and
            stock (pieces in stock, 0 to 1000000000).
        condition: An object with column (price or stock), comparison (less_than, at_most, equal_to, at_least
            or more_than) and number (what to compare with, 0 to 1000000000).

    Returns:
        The rows that meet the condition, in the same order; an empty list if none does.

    Raises:
        ValueError: If a number is out of range, a name is empty, the column or comparison is unknown, or there
            are none or too many rows.

    Examples:
        >>> filter_product_rows(
        ...     rows=[
        ...         {"product": "kettle", "price": 34.9, "stock": 12},
        ...         {"product": "toaster", "price": 49.5, "stock": 3},
        ...         {"product": "blender", "price": 72, "stock": 8},
        ...     ],
        ...     condition={"column": "stock", "comparison": "less_than", "number": 10},
        ... )
        [{'product': 'toaster', 'price': 49.5, 'stock': 3}, {'product': 'blender', 'price': 72, 'stock': 8}]
        >>> filter_product_rows(
        ...     rows=[
        ...         {"product": "notebook", "price": 2.8, "stock": 140},
        ...         {"product": "fountain pen", "price": 25, "stock": 16},
        ...     ],
        ...     condition={"column": "price", "comparison": "at_least", "number": 25},
        ... )
        [{'product': 'fountain pen', 'price': 25, 'stock': 16}]
        >>> filter_product_rows(
        ...     rows=[
        ...         {"product": "rose", "price": 3.5, "stock": 60},
        ...         {"product": "tulip", "price": 1.2, "stock": 95},
        ...     ],
        ...     condition={"column": "price", "comparison": "more_than", "number": 5},
        ... )
        []
    """
    _check_count("rows", len(rows))
    for index, row in enumerate(rows):
        _check_label(f"rows[{index}].product", row["product"])
        _check_range(f"rows[{index}].price", row["price"], 0, 1_000_000_000)
        _check_range(f"rows[{index}].stock", row["stock"], 0, 1_000_000_000)
    column, number = condition["column"], condition["number"]
    _check_choice("condition.column", column, ProductColumn)
    _check_choice("condition.comparison", condition["comparison"], Comparison)
    _check_range("condition.number", number, 0, 1_000_000_000)
    meets = _COMPARE[condition["comparison"]]
    return [row for row in rows if meets(row[column], number)]


def aggregate_rows_by_group(rows: list[GroupedValue], aggregate: Aggregate) -> dict[str, float]:
    """Total, average or count the rows of a table for each group.

    Args:
        rows: The table, 1 to 200 objects with group (1 to 100 characters, such as a region or a person) and
            value (a number from -1000000000000 to 1000000000000).
        aggregate: What to compute of the values of a group: sum (total), average (mean), count (number of
            rows), smallest or largest.

    Returns:
        An object with the result for each group, in order of their first row, rounded to 4 decimals.

    Raises:
        ValueError: If a value is out of range, a group is empty, aggregate is unknown, or there are none or too
            many rows.

    Examples:
        >>> aggregate_rows_by_group(
        ...     rows=[
        ...         {"group": "North", "value": 1250},
        ...         {"group": "South", "value": 980.5},
        ...         {"group": "North", "value": 430.25},
        ...     ],
        ...     aggregate="sum",
        ... )
        {'North': 1680.25, 'South': 980.5}
        >>> aggregate_rows_by_group(
        ...     rows=[
        ...         {"group": "Emma", "value": 7.5},
        ...         {"group": "Noah", "value": 6},
        ...         {"group": "Emma", "value": 9},
        ...         {"group": "Noah", "value": 8.5},
        ...     ],
        ...     aggregate="average",
        ... )
        {'Emma': 8.25, 'Noah': 7.25}
        >>> aggregate_rows_by_group(
        ...     rows=[
        ...         {"group": "taxi", "value": 18.4},
        ...         {"group": "hotel", "value": 129},
        ...         {"group": "taxi", "value": 23.7},
        ...         {"group": "meals", "value": 41.2},
        ...     ],
        ...     aggregate="largest",
        ... )
        {'taxi': 23.7, 'hotel': 129.0, 'meals': 41.2}
    """
    _check_count("rows", len(rows))
    _check_choice("aggregate", aggregate, Aggregate)
    groups: dict[str, list[float]] = {}
    for index, row in enumerate(rows):
        _check_label(f"rows[{index}].group", row["group"])
        _check_range(f"rows[{index}].value", row["value"], -_LARGEST, _LARGEST)
        groups.setdefault(row["group"], []).append(row["value"])
    return {group: _rounded(_AGGREGATES[aggregate](values)) for group, values in groups.items()}


def join_tables_by_key(left_rows: list[KeyedText], right_rows: list[KeyedText], kind: JoinKind) -> list[JoinedRow]:
    """Join two tables on a shared key, as a database does.

    Args:
        left_rows: The first table, 1 to 50 objects with key (1 to 100 characters, such as an order number) and
            text (what the row says, up to 1000 characters).
        right_rows: The second table, 1 to 50 objects of the same form.
        kind: Which rows without a match are kept: inner (none), left (those of the first table), right (those
            of the second) or full (those of both).

    Returns:
        The joined rows, objects with key, left and right (texts of the two tables, null where there is none),
        in order of the first table, then unmatched rows of the second.

    Raises:
        ValueError: If a key is empty, a text is too long, kind is unknown, or a table has none or too many rows.

    Examples:
        >>> join_tables_by_key(
        ...     left_rows=[{"key": "A17", "text": "Olga"}, {"key": "B02", "text": "Samir"}],
        ...     right_rows=[{"key": "B02", "text": "paid"}],
        ...     kind="inner",
        ... )
        [{'key': 'B02', 'left': 'Samir', 'right': 'paid'}]
        >>> join_tables_by_key(
        ...     left_rows=[{"key": "IT", "text": "Rome"}, {"key": "PE", "text": "Lima"}],
        ...     right_rows=[{"key": "IT", "text": "euro"}, {"key": "JP", "text": "yen"}],
        ...     kind="left",
        ... )
        [{'key': 'IT', 'left': 'Rome', 'right': 'euro'}, {'key': 'PE', 'left': 'Lima', 'right': None}]
        >>> join_tables_by_key(
        ...     left_rows=[{"key": "3041", "text": "lamp"}],
        ...     right_rows=[{"key": "3041", "text": "red"}, {"key": "7755", "text": "oak"}],
        ...     kind="full",
        ... )
        [{'key': '3041', 'left': 'lamp', 'right': 'red'}, {'key': '7755', 'left': None, 'right': 'oak'}]
    """
    for name, rows in (("left_rows", left_rows), ("right_rows", right_rows)):
        _check_count(name, len(rows), 50)
        for index, row in enumerate(rows):
            _check_label(f"{name}[{index}].key", row["key"])
            if len(row["text"]) > 1000:
                raise ValueError(f"{name}[{index}].text must have at most 1000 characters, got {len(row['text'])}")
    _check_choice("kind", kind, JoinKind)
    joined: list[JoinedRow] = []
    for left in left_rows:
        matches = [right["text"] for right in right_rows if right["key"] == left["key"]]
        joined += [{"key": left["key"], "left": left["text"], "right": text} for text in matches]
        if not matches and kind in ("left", "full"):
            joined.append({"key": left["key"], "left": left["text"], "right": None})
    if kind in ("right", "full"):
        left_keys = {left["key"] for left in left_rows}
        unmatched = [right for right in right_rows if right["key"] not in left_keys]
        joined += [{"key": right["key"], "left": None, "right": right["text"]} for right in unmatched]
    return joined


def remove_duplicate_contacts(contacts: list[Contact], keep_last: bool = False) -> ContactList:
    """Remove contacts with the same e-mail address from an address list.

    Args:
        contacts: The list, 1 to 200 objects with name (1 to 100 characters) and email (an address with one @, up
            to 254 characters). Addresses are the same whatever their capitals and the spaces around them.
        keep_last: True to keep the last contact of each address, False to keep the first; the first is kept
            if left out.

    Returns:
        An object with contacts (those kept, unchanged and in the same order) and removed (how many went).

    Raises:
        ValueError: If a name is empty, an address has not the form name@host, or there are none or too many
            contacts.

    Examples:
        >>> remove_duplicate_contacts(
        ...     contacts=[
        ...         {"name": "Eva Lind", "email": "eva@lind.se"},
        ...         {"name": "E. Lind", "email": "EVA@lind.se"},
        ...     ]
        ... )
        {'contacts': [{'name': 'Eva Lind', 'email': 'eva@lind.se'}], 'removed': 1}
        >>> remove_duplicate_contacts(
        ...     contacts=[
        ...         {"name": "Omar", "email": "omar@example.com"},
        ...         {"name": "Omar Haddad", "email": "omar@example.com"},
        ...     ],
        ...     keep_last=True,
        ... )
        {'contacts': [{'name': 'Omar Haddad', 'email': 'omar@example.com'}], 'removed': 1}
        >>> remove_duplicate_contacts(
        ...     contacts=[
        ...         {"name": "Yuki", "email": "yuki@post.jp"},
        ...         {"name": "Paul", "email": "paul@mail.org"},
        ...     ]
        ... )
        {'contacts': [{'name': 'Yuki', 'email': 'yuki@post.jp'}, {'name': 'Paul', 'email': 'paul@mail.org'}], 'removed': 0}
    """
    _check_count("contacts", len(contacts))
    for index, contact in enumerate(contacts):
        _check_label(f"contacts[{index}].name", contact["name"])
        if len(contact["email"]) > 254 or not re.fullmatch(r"[^\s@]+@[^\s@]+", contact["email"].strip()):
            raise ValueError(f"contacts[{index}].email must have the form name@host, got {contact['email'][:254]!r}")
    kept: dict[str, int] = {}
    for index, contact in enumerate(contacts):
        address = contact["email"].strip().casefold()
        if keep_last or address not in kept:
            kept[address] = index
    rest = [contacts[index] for index in sorted(kept.values())]
    return {"contacts": rest, "removed": len(contacts) - len(rest)}


def histogram_bins(values: list[float], bin_width: float) -> list[HistogramBin]:
    """Count how many values fall into each bin of a histogram of equally wide bins.

    Args:
        values: The numbers, 1 to 1000 of them, each between -1000000000000 and 1000000000000.
        bin_width: Width of a bin in the unit of the values, 0.0001 to 1000000000000; bins start at multiples of
            it (with a width of 10: 20 up to but without 30). At most 200 bins may be needed.

    Returns:
        The bins from the lowest to the highest that holds a value, empty ones between them included: objects
        with from_value (included), below_value (not included) and count.

    Raises:
        ValueError: If values is empty, too long or holds a number out of range, or bin_width is out of range
            or so small that over 200 bins are needed.

    Examples:
        >>> histogram_bins(values=[23, 35, 31, 28, 39, 20], bin_width=10)
        [{'from_value': 20.0, 'below_value': 30.0, 'count': 3}, {'from_value': 30.0, 'below_value': 40.0, 'count': 3}]
        >>> histogram_bins(values=[4.2, 4.9, 4.5, 4.6, 4.75], bin_width=0.5)
        [{'from_value': 4.0, 'below_value': 4.5, 'count': 1}, {'from_value': 4.5, 'below_value': 5.0, 'count': 4}]
        >>> histogram_bins(values=[-3, 12, 4, -14, 8.5], bin_width=15)
        [{'from_value': -15.0, 'below_value': 0.0, 'count': 2}, {'from_value': 0.0, 'below_value': 15.0, 'count': 3}]
    """
    _check_count("values", len(values), 1000)
    for index, value in enumerate(values):
        _check_range(f"values[{index}]", value, -_LARGEST, _LARGEST)
    _check_range("bin_width", bin_width, 0.0001, _LARGEST)
    width = Decimal(str(bin_width))  # decimal, so that 0.3 lies in the bin that starts at 3 times 0.1
    places = [math.floor(Decimal(str(value)) / width) for value in values]
    first, last = min(places), max(places)
    if last - first >= 200:
        raise ValueError(f"bin_width must be wide enough for at most 200 bins, got {bin_width}")
    return [
        {"from_value": float(place * width), "below_value": float((place + 1) * width), "count": places.count(place)}
        for place in range(first, last + 1)
    ]


def split_csv_line(line: str, delimiter: str = ",", trim_spaces: bool = False) -> list[str]:
    """Split one line of a CSV file into its fields.

    Args:
        line: The line, 1 to 10000 characters. Fields in double quotes may hold the delimiter; two double quotes
            inside them stand for one (RFC 4180).
        delimiter: The one character between fields, such as , or ; or |; a comma if left out.
        trim_spaces: True to remove the spaces around each field; they are kept if left out.

    Returns:
        The fields from left to right as texts, without their quotes; an empty field is an empty text.

    Raises:
        ValueError: If the line is empty, too long, has a line break or a quote that is not closed, or the
            delimiter is not one sign such as , or ; (a letter, digit, quote or space is none).

    Examples:
        >>> split_csv_line(line='1042,"Hopper, Grace",1906-12-09')
        ['1042', 'Hopper, Grace', '1906-12-09']
        >>> split_csv_line(line="Zürich;8001;421878;CH", delimiter=";")
        ['Zürich', '8001', '421878', 'CH']
        >>> split_csv_line(line="oak table | 349.00 |  | in stock", delimiter="|", trim_spaces=True)
        ['oak table', '349.00', '', 'in stock']
    """
    if not 1 <= len(line) <= _MAX_TEXT:
        raise ValueError(f"line must have 1 to {_MAX_TEXT} characters, got {len(line)}")
    if len(line.splitlines()) > 1 or line[-1] in "\r\n":
        raise ValueError("line must be a single line, got a line break in it")
    if not re.fullmatch(r'[^\w\s"\x00-\x1f]|\t', delimiter):
        raise ValueError(f"delimiter must be one character such as , ; or |, got {delimiter[:20]!r}")
    try:
        fields = next(csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=trim_spaces))
    except csv.Error:
        raise ValueError("line must close each double quote, right before the next delimiter or the end") from None
    return [field.strip() for field in fields] if trim_spaces else fields


def check_identification_number(number: str, kind: NumberKind) -> NumberCheck:
    """Check whether a complete ISBN, EAN barcode, IBAN or credit card number is valid by its check digits.

    Args:
        number: The number as written, 1 to 60 characters; spaces, hyphens and capitals do not matter.
        kind: What the number is: isbn_10 or isbn_13 (books), ean_13 (barcodes of goods), iban (bank accounts)
            or credit_card.

    Returns:
        An object with valid (true or false) and problem ('none', 'wrong format' or 'wrong check digit'). It does
        not tell whether the account, card or book exists, nor whether an IBAN has the length of its country.

    Raises:
        ValueError: If the number is blank or too long, or kind is unknown.

    Examples:
        >>> check_identification_number(number="978-0-306-40615-7", kind="isbn_13")
        {'valid': True, 'problem': 'none'}
        >>> check_identification_number(number="GB82 WEST 1234 5698 7654 23", kind="iban")
        {'valid': False, 'problem': 'wrong check digit'}
        >>> check_identification_number(number="4111 1111 1111 1111", kind="credit_card")
        {'valid': True, 'problem': 'none'}
        >>> check_identification_number(number="0-8044-2957-X", kind="isbn_10")
        {'valid': True, 'problem': 'none'}
        >>> check_identification_number(number="400638133393", kind="ean_13")
        {'valid': False, 'problem': 'wrong format'}
    """
    if not number.strip() or len(number) > 60:
        raise ValueError(f"number must have 1 to 60 characters, not only spaces, got {number[:60]!r}")
    _check_choice("kind", kind, NumberKind)
    bare = re.sub(r"[\s-]", "", number).upper()
    if not re.fullmatch(_NUMBER_FORMATS[kind], bare):
        return {"valid": False, "problem": "wrong format"}
    if not _has_right_check_digit(bare, kind):
        return {"valid": False, "problem": "wrong check digit"}
    return {"valid": True, "problem": "none"}


def hash_text(text: str, algorithm: HashAlgorithm) -> str:
    """Compute the hash (checksum, fingerprint) of a text.

    Args:
        text: The text, 1 to 10000 characters, taken exactly as given and as UTF-8.
        algorithm: md5, sha1, sha256, sha512 or crc32.

    Returns:
        The hash in lower-case hexadecimal digits (8 for crc32, 32 for md5, 40, 64 or 128).

    Raises:
        ValueError: If the text is empty or too long, or algorithm is unknown.

    Examples:
        >>> hash_text(text="correct horse battery staple", algorithm="sha256")
        'c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a'
        >>> hash_text(text="invoice-2025-0417.pdf", algorithm="md5")
        '5a66e36952bd5f880023a5d8e7f2febb'
        >>> hash_text(text="Bonjour, Chloé!", algorithm="crc32")
        '940393c2'
        >>> hash_text(text="The quick brown fox jumps over the lazy dog", algorithm="sha1")
        '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12'
    """
    data = _utf8("text", text)
    _check_choice("algorithm", algorithm, HashAlgorithm)
    if algorithm == "crc32":
        return f"{zlib.crc32(data):08x}"
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def encode_or_decode_text(text: str, encoding: TextEncoding, mode: CodecMode) -> str:
    """Encode a text as Base64, hexadecimal or percent-encoded URL text, or decode it again.

    Args:
        text: The text to encode or decode, 1 to 10000 characters; it is taken as UTF-8.
        encoding: base64 (with padding), hex (two digits a byte) or url (percent signs, as %20 for a space).
        mode: encode to turn plain text into the encoding, decode to turn it back.

    Returns:
        The encoded text (hex in lower case), or the plain text.

    Raises:
        ValueError: If the text is empty, too long or cannot be decoded, or encoding or mode is unknown.

    Examples:
        >>> encode_or_decode_text(text="user:s3cret", encoding="base64", mode="encode")
        'dXNlcjpzM2NyZXQ='
        >>> encode_or_decode_text(text="R3LDvMOfZSBhdXMgS8O2bG4=", encoding="base64", mode="decode")
        'Grüße aus Köln'
        >>> encode_or_decode_text(text="fish & chips, 2 portions", encoding="url", mode="encode")
        'fish%20%26%20chips%2C%202%20portions'
        >>> encode_or_decode_text(text="48656c6c6f", encoding="hex", mode="decode")
        'Hello'
    """
    data = _utf8("text", text)
    _check_choice("encoding", encoding, TextEncoding)
    _check_choice("mode", mode, CodecMode)
    if mode == "encode":
        if encoding == "base64":
            return base64.b64encode(data).decode()
        return data.hex() if encoding == "hex" else quote(data, safe="")
    try:
        if encoding == "base64":
            plain = base64.b64decode(data, validate=True)
        elif encoding == "hex":
            plain = binascii.unhexlify(data)
        else:
            plain = _unquote_strictly(text)
        return plain.decode()
    except ValueError:
        raise ValueError(f"text must be {encoding} of UTF-8 text to be decoded, got {text[:50]!r}") from None


def compare_lists(first: list[str], second: list[str], ignore_case: bool = False) -> ListComparison:
    """Compare two lists: which items are in both of them and which in only one.

    Args:
        first: The first list, 1 to 500 texts of 1 to 100 characters.
        second: The second list, 1 to 500 texts of 1 to 100 characters.
        ignore_case: True if capital and small letters are the same; they differ if left out.

    Returns:
        An object with in_both, only_in_first and only_in_second, each item once, spelled as and in the order
        of the first list that has it.

    Raises:
        ValueError: If a list is empty or too long, or an item is empty or too long.

    Examples:
        >>> compare_lists(first=["milk", "eggs", "flour", "salt"], second=["salt", "butter", "milk"])
        {'in_both': ['milk', 'salt'], 'only_in_first': ['eggs', 'flour'], 'only_in_second': ['butter']}
        >>> compare_lists(
        ...     first=["Ana", "ROBERT", "Mei"], second=["robert", "ana", "Tomas"], ignore_case=True
        ... )
        {'in_both': ['Ana', 'ROBERT'], 'only_in_first': ['Mei'], 'only_in_second': ['Tomas']}
        >>> compare_lists(first=["v1.2", "v1.3", "v2.0"], second=["v2.0", "v2.1"])
        {'in_both': ['v2.0'], 'only_in_first': ['v1.2', 'v1.3'], 'only_in_second': ['v2.1']}
    """
    keyed: list[dict[str, str]] = []
    for name, items in (("first", first), ("second", second)):
        _check_count(name, len(items), 500)
        for index, item in enumerate(items):
            _check_label(f"{name}[{index}]", item)
        by_key: dict[str, str] = {}
        for item in items:
            by_key.setdefault(item.casefold() if ignore_case else item, item)
        keyed.append(by_key)
    one, other = keyed
    return {
        "in_both": [item for key, item in one.items() if key in other],
        "only_in_first": [item for key, item in one.items() if key not in other],
        "only_in_second": [item for key, item in other.items() if key not in one],
    }
