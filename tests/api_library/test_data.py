"""Wrong and known values of the data functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from api_library import data

ROW = {"label": "Rome", "value": 12.5}
PRODUCT = {"product": "lamp", "price": 30, "stock": 4}
CHEAP = {"column": "price", "comparison": "at_most", "number": 30}
FILTER = {"rows": [PRODUCT, PRODUCT | {"product": "sofa", "price": 900}], "condition": CHEAP}
GROUPED = {"group": "east", "value": 10}
KEYED = {"key": "7", "text": "seven"}
TABLES = {
    "left_rows": [{"key": "1", "text": "a"}, {"key": "2", "text": "b"}, {"key": "2", "text": "c"}],
    "right_rows": [{"key": "3", "text": "z"}, {"key": "2", "text": "x"}, {"key": "2", "text": "y"}],
}
PAIRS = [
    {"key": "2", "left": "b", "right": "x"},
    {"key": "2", "left": "b", "right": "y"},
    {"key": "2", "left": "c", "right": "x"},
    {"key": "2", "left": "c", "right": "y"},
]
ONLY_LEFT = {"key": "1", "left": "a", "right": None}
ONLY_RIGHT = {"key": "3", "left": None, "right": "z"}
CONTACT = {"name": "Ida", "email": "ida@example.org"}
AGAIN = {"name": "Ida B.", "email": " IDA@example.org"}
OTHER = {"name": "Jon", "email": "jon@example.org"}

WRONG = [
    (data.rank_table_rows, {"rows": []}, "rows"),
    (data.rank_table_rows, {"rows": [ROW] * 201}, "rows"),
    (data.rank_table_rows, {"rows": [ROW | {"label": " "}]}, "rows"),
    (data.rank_table_rows, {"rows": [ROW | {"value": math.nan}]}, "rows"),
    (data.rank_table_rows, {"rows": [ROW], "top": 0}, "top"),
    (data.filter_product_rows, FILTER | {"rows": []}, "rows"),
    (data.filter_product_rows, FILTER | {"rows": [PRODUCT | {"product": ""}]}, "rows"),
    (data.filter_product_rows, FILTER | {"rows": [PRODUCT | {"price": -1}]}, "rows"),
    (data.filter_product_rows, FILTER | {"rows": [PRODUCT | {"stock": -1}]}, "rows"),
    (data.filter_product_rows, FILTER | {"condition": CHEAP | {"column": "color"}}, "condition"),
    (data.filter_product_rows, FILTER | {"condition": CHEAP | {"comparison": "about"}}, "condition"),
    (data.filter_product_rows, FILTER | {"condition": CHEAP | {"number": math.nan}}, "condition"),
    (data.aggregate_rows_by_group, {"rows": [], "aggregate": "sum"}, "rows"),
    (data.aggregate_rows_by_group, {"rows": [GROUPED | {"group": "x" * 101}], "aggregate": "sum"}, "rows"),
    (data.aggregate_rows_by_group, {"rows": [GROUPED | {"value": math.inf}], "aggregate": "sum"}, "rows"),
    (data.aggregate_rows_by_group, {"rows": [GROUPED], "aggregate": "mode"}, "aggregate"),
    (data.join_tables_by_key, {"kind": "inner", "left_rows": [], "right_rows": [KEYED]}, "left_rows"),
    (
        data.join_tables_by_key,
        {"kind": "inner", "left_rows": [KEYED | {"key": ""}], "right_rows": [KEYED]},
        "left_rows",
    ),
    (data.join_tables_by_key, {"kind": "inner", "left_rows": [KEYED], "right_rows": [KEYED] * 51}, "right_rows"),
    (
        data.join_tables_by_key,
        {"kind": "inner", "left_rows": [KEYED], "right_rows": [KEYED | {"text": "x" * 1001}]},
        "right_rows",
    ),
    (data.join_tables_by_key, TABLES | {"kind": "cross"}, "kind"),
    (data.remove_duplicate_contacts, {"contacts": []}, "contacts"),
    (data.remove_duplicate_contacts, {"contacts": [CONTACT | {"name": " "}]}, "contacts"),
    (data.remove_duplicate_contacts, {"contacts": [CONTACT | {"email": "ida.example.org"}]}, "contacts"),
    (data.remove_duplicate_contacts, {"contacts": [CONTACT | {"email": "i@d@a"}], "keep_last": True}, "contacts"),
    (data.histogram_bins, {"values": [], "bin_width": 5}, "values"),
    (data.histogram_bins, {"values": [1] * 1001, "bin_width": 5}, "values"),
    (data.histogram_bins, {"values": [math.nan], "bin_width": 5}, "values"),
    (data.histogram_bins, {"values": [3, 4], "bin_width": 0}, "bin_width"),
    (data.histogram_bins, {"values": [0, 200], "bin_width": 1}, "bin_width"),
    (data.split_csv_line, {"line": ""}, "line"),
    (data.split_csv_line, {"line": "x" * 10_001}, "line"),
    (data.split_csv_line, {"line": "a,b\n"}, "line"),
    (data.split_csv_line, {"line": "a\nb"}, "line"),
    (data.split_csv_line, {"line": 'a,"b'}, "line"),
    (data.split_csv_line, {"line": 'a,"b"c,d'}, "line"),
    (data.split_csv_line, {"line": "a;b", "delimiter": ""}, "delimiter"),
    (data.split_csv_line, {"line": "a;b", "delimiter": ", "}, "delimiter"),
    (data.split_csv_line, {"line": "axb", "delimiter": "x"}, "delimiter"),
    (data.split_csv_line, {"line": "a b", "delimiter": '"'}, "delimiter"),
    (data.split_csv_line, {"line": "a b", "delimiter": "\0"}, "delimiter"),
    (data.check_identification_number, {"number": " ", "kind": "iban"}, "number"),
    (data.check_identification_number, {"number": "1" * 61, "kind": "iban"}, "number"),
    (data.check_identification_number, {"number": "4006381333931", "kind": "upc"}, "kind"),
    (data.hash_text, {"text": "", "algorithm": "md5"}, "text"),
    (data.hash_text, {"text": "\ud800", "algorithm": "md5"}, "text"),
    (data.hash_text, {"text": "abc", "algorithm": "rot13"}, "algorithm"),
    (data.encode_or_decode_text, {"text": "x" * 10_001, "encoding": "hex", "mode": "encode"}, "text"),
    (data.encode_or_decode_text, {"text": "abc", "encoding": "base65", "mode": "encode"}, "encoding"),
    (data.encode_or_decode_text, {"text": "abc", "encoding": "hex", "mode": "crack"}, "mode"),
    (data.encode_or_decode_text, {"text": "abc", "encoding": "hex", "mode": "decode"}, "text"),
    (data.encode_or_decode_text, {"text": "ff", "encoding": "hex", "mode": "decode"}, "text"),
    (data.encode_or_decode_text, {"text": "Zm9", "encoding": "base64", "mode": "decode"}, "text"),
    (data.encode_or_decode_text, {"text": "Zm 9v", "encoding": "base64", "mode": "decode"}, "text"),
    (data.encode_or_decode_text, {"text": "é", "encoding": "base64", "mode": "decode"}, "text"),
    (data.encode_or_decode_text, {"text": "100%", "encoding": "url", "mode": "decode"}, "text"),
    (data.compare_lists, {"first": [], "second": ["a"]}, "first"),
    (data.compare_lists, {"first": ["a"], "second": ["a"] * 501}, "second"),
    (data.compare_lists, {"first": ["a"], "second": ["a", " "], "ignore_case": True}, "second"),
]

VALID = {"valid": True, "problem": "none"}
WRONG_DIGIT = {"valid": False, "problem": "wrong check digit"}
WRONG_FORMAT = {"valid": False, "problem": "wrong format"}

NUMBERS = [
    # Wikipedia's examples of each kind, the IBAN registry's and the test cards of payment services.
    ("0-306-40615-2", "isbn_10", VALID),
    ("0-306-40615-3", "isbn_10", WRONG_DIGIT),
    ("X-306-40615-2", "isbn_10", WRONG_FORMAT),
    ("097522980x", "isbn_10", VALID),
    ("9780306406157", "isbn_13", VALID),
    ("978-0-306-40615-8", "isbn_13", WRONG_DIGIT),
    ("4006381333931", "ean_13", VALID),
    ("4006381333931", "isbn_13", WRONG_FORMAT),
    ("4006381333391", "ean_13", WRONG_DIGIT),
    ("GB82 WEST 1234 5698 7654 32", "iban", VALID),
    ("de89 3704 0044 0532 0130 00", "iban", VALID),
    ("FR14 2004 1010 0505 0001 3M02 606", "iban", VALID),
    ("NO93 8601 1117 947", "iban", VALID),
    ("FR14 2004 1010 0505 0001 3M02 660", "iban", WRONG_DIGIT),
    ("89370400440532013000", "iban", WRONG_FORMAT),
    ("5555 5555 5555 4444", "credit_card", VALID),
    ("3782-822463-10005", "credit_card", VALID),
    ("4111 1111 1111 1112", "credit_card", WRONG_DIGIT),
    ("4111 1111", "credit_card", WRONG_FORMAT),
]

KNOWN = [
    (
        data.rank_table_rows,
        {"rows": [ROW, {"label": "Oslo", "value": 20}, {"label": "Bern", "value": 20}]},
        [
            {"rank": 1, "label": "Oslo", "value": 20.0},
            {"rank": 1, "label": "Bern", "value": 20.0},
            {"rank": 3, "label": "Rome", "value": 12.5},
        ],
    ),
    (
        data.rank_table_rows,
        {"rows": [{"label": "Oslo", "value": 20}, ROW], "highest_first": False, "top": 1},
        [{"rank": 1, "label": "Rome", "value": 12.5}],
    ),
    (data.filter_product_rows, FILTER, [PRODUCT]),
    (data.filter_product_rows, FILTER | {"condition": CHEAP | {"comparison": "less_than"}}, []),
    (data.filter_product_rows, FILTER | {"condition": CHEAP | {"comparison": "at_least"}}, FILTER["rows"]),
    (data.filter_product_rows, FILTER | {"condition": CHEAP | {"comparison": "equal_to"}}, [PRODUCT]),
    (
        data.filter_product_rows,
        FILTER | {"condition": {"column": "stock", "comparison": "more_than", "number": 3}},
        FILTER["rows"],
    ),
    (data.join_tables_by_key, TABLES | {"kind": "inner"}, PAIRS),
    (data.join_tables_by_key, TABLES | {"kind": "left"}, [ONLY_LEFT, *PAIRS]),
    (data.join_tables_by_key, TABLES | {"kind": "right"}, [*PAIRS, ONLY_RIGHT]),
    (data.join_tables_by_key, TABLES | {"kind": "full"}, [ONLY_LEFT, *PAIRS, ONLY_RIGHT]),
    (
        data.remove_duplicate_contacts,
        {"contacts": [CONTACT, OTHER, AGAIN]},
        {"contacts": [CONTACT, OTHER], "removed": 1},
    ),
    (
        data.remove_duplicate_contacts,
        {"contacts": [CONTACT, OTHER, AGAIN], "keep_last": True},
        {"contacts": [OTHER, AGAIN], "removed": 1},
    ),
    # In binary 0.3 / 0.1 is less than 3.
    (
        data.histogram_bins,
        {"values": [0.3, 0.12, 0.39], "bin_width": 0.1},
        [
            {"from_value": 0.1, "below_value": 0.2, "count": 1},
            {"from_value": 0.2, "below_value": 0.3, "count": 0},
            {"from_value": 0.3, "below_value": 0.4, "count": 2},
        ],
    ),
    (data.histogram_bins, {"values": [-0.5], "bin_width": 2}, [{"from_value": -2.0, "below_value": 0.0, "count": 1}]),
    (data.split_csv_line, {"line": 'say "hi",x'}, ['say "hi"', "x"]),
    (data.split_csv_line, {"line": '"say ""hi""",,x,'}, ['say "hi"', "", "x", ""]),
    (data.split_csv_line, {"line": "1\t2, 3", "delimiter": "\t"}, ["1", "2, 3"]),
    (data.split_csv_line, {"line": 'a , "b, c", d ', "trim_spaces": True}, ["a", "b, c", "d"]),
    *((data.check_identification_number, {"number": number, "kind": kind}, check) for number, kind, check in NUMBERS),
    # RFC 1321, FIPS 180-4 and the check value of the CRC catalogue.
    (data.hash_text, {"text": "abc", "algorithm": "md5"}, "900150983cd24fb0d6963f7d28e17f72"),
    (data.hash_text, {"text": "abc", "algorithm": "sha1"}, "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
        data.hash_text,
        {"text": "abc", "algorithm": "sha256"},
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    (data.hash_text, {"text": "123456789", "algorithm": "crc32"}, "cbf43926"),
    # RFC 4648 and RFC 3986.
    (data.encode_or_decode_text, {"text": "foobar", "encoding": "base64", "mode": "encode"}, "Zm9vYmFy"),
    (data.encode_or_decode_text, {"text": "Zg==", "encoding": "base64", "mode": "decode"}, "f"),
    (data.encode_or_decode_text, {"text": "é", "encoding": "hex", "mode": "encode"}, "c3a9"),
    (data.encode_or_decode_text, {"text": "C3A9", "encoding": "hex", "mode": "decode"}, "é"),
    (data.encode_or_decode_text, {"text": "a/b é~", "encoding": "url", "mode": "encode"}, "a%2Fb%20%C3%A9~"),
    (data.encode_or_decode_text, {"text": "a%2fb%20+", "encoding": "url", "mode": "decode"}, "a/b +"),
    (
        data.compare_lists,
        {"first": ["b", "A", "b", "a"], "second": ["a", "c", "c"]},
        {"in_both": ["a"], "only_in_first": ["b", "A"], "only_in_second": ["c"]},
    ),
    (
        data.compare_lists,
        {"first": ["b", "A"], "second": ["a", "B"], "ignore_case": True},
        {"in_both": ["b", "A"], "only_in_first": [], "only_in_second": []},
    ),
]

AGGREGATES = {"sum": 9.6, "average": 3.2, "count": 3, "smallest": -0.4, "largest": 7.5}


@pytest.mark.parametrize(("function", "arguments", "name"), WRONG)
def test_wrong_value_names_the_argument(function: Callable[..., object], arguments: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        function(**arguments)


@pytest.mark.parametrize(("function", "arguments", "expected"), KNOWN)
def test_known_value(function: Callable[..., object], arguments: dict[str, Any], expected: object) -> None:
    assert function(**arguments) == expected


@pytest.mark.parametrize(("aggregate", "expected"), AGGREGATES.items())
def test_each_group_is_aggregated_alone(aggregate: Any, expected: float) -> None:
    rows: Any = [GROUPED, *({"group": "west", "value": value} for value in (2.5, -0.4, 7.5))]
    alone = 1 if aggregate == "count" else 10
    assert data.aggregate_rows_by_group(rows, aggregate) == {"east": alone, "west": expected}


def test_sha512_has_128_digits() -> None:
    digest = data.hash_text("abc", "sha512")
    assert len(digest) == 128
    assert digest.startswith("ddaf35a193617abacc417349ae204131")  # FIPS 180-4
