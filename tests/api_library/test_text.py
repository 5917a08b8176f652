"""Tests of the text functions: known values worked out by hand, and wrong values."""

from collections.abc import Callable
from typing import Any

import pytest

from api_library import text

Function = Callable[..., Any]
LONG = "a" * 10_001


def person(family_name: str, *given_names: str) -> dict[str, Any]:
    return {"given_names": [*given_names], "family_name": family_name}


@pytest.mark.parametrize(
    ("function", "kwargs", "expected"),
    [
        (text.count_words, {"text": "  one\ttwo\n\nthree - 4.5 "}, 4),
        (text.count_words, {"text": "Row, row, ROW your boat", "unique_only": True}, 3),
        (text.is_palindrome, {"text": "Ésope reste ici et se repose"}, True),
        (text.is_palindrome, {"text": "No lemon, no melon"}, True),
        (text.is_palindrome, {"text": "12 31"}, False),
        (text.caesar_cipher, {"text": "Veni, vidi, vici", "mode": "encrypt"}, "Yhql, ylgl, ylfl"),
        (text.caesar_cipher, {"text": "Ifmmp Xpsme", "mode": "decrypt", "shift": 1}, "Hello World"),
        (text.caesar_cipher, {"text": "abc xyz é", "mode": "encrypt", "shift": 25}, "zab wxy é"),
        (text.convert_case, {"text": "it's a well-known STORY", "style": "title"}, "It's A Well-Known Story"),
        (text.convert_case, {"text": "parseHTTPResponse don't", "style": "snake"}, "parse_httpresponse_dont"),
        (text.convert_case, {"text": "Hello, my_old friend", "style": "camel"}, "helloMyOldFriend"),
        (text.convert_case, {"text": '"WHY?" HE asked', "style": "sentence"}, '"Why?" he asked'),
        (text.convert_case, {"text": "Totals of 2024", "style": "kebab"}, "totals-of-2024"),
        (text.reading_time_minutes, {"word_count": 2380}, 10.0),
        (text.reading_time_minutes, {"word_count": 1000, "words_per_minute": 150}, 6.7),
        (text.translate_morse_code, {"message": "SOS", "mode": "encode"}, "... --- ..."),
        (text.translate_morse_code, {"message": ".... ../-... --- -...", "mode": "decode"}, "HI BOB"),
        (
            text.translate_morse_code,
            {"message": "a@b.co", "mode": "encode"},
            ".- .--.-. -... .-.-.- -.-. ---",
        ),
        (
            text.find_anagrams,
            {"word": "Astronomer", "candidates": ["Moon starer", "no more stars"]},
            ["Moon starer"],
        ),
        (
            text.find_anagrams,
            {"word": "stale", "candidates": ["steal", "slate", "STALE", "stall"]},
            ["steal", "slate"],
        ),
        (
            text.most_frequent_words,
            {"text": "Row, row, ROW your boat, your own", "top": 2},
            [{"word": "row", "count": 3}, {"word": "your", "count": 2}],
        ),
        (
            text.most_frequent_words,
            {"text": "a b a", "ignored_words": ["A"]},
            [{"word": "b", "count": 1}],
        ),
        (text.most_frequent_words, {"text": "a b a", "ignored_words": ["a", "b"]}, []),
        (text.wrap_text_to_width, {"text": "one two\n  three", "width": 7}, ["one two", "three"]),
        (
            text.wrap_text_to_width,
            {"text": "one two abcdefghi", "width": 8, "alignment": "right"},
            [" one two", "abcdefgh", "       i"],
        ),
        (text.wrap_text_to_width, {"text": "tea", "width": 10, "alignment": "center"}, ["   tea"]),
        (text.format_person_name, {"person": person("Curie", "Marie"), "style": "full"}, "Marie Curie"),
        (text.format_person_name, {"person": person("Curie", "Marie", "S."), "style": "citation"}, "Curie, M. S."),
        (text.format_person_name, {"person": person("curie", "marie"), "style": "initials"}, "M.C."),
        (text.format_person_name, {"person": person("Sartre", "Jean-Paul"), "style": "short"}, "J.-P. Sartre"),
    ],
)
def test_known_values(function: Function, kwargs: dict[str, Any], expected: object) -> None:
    assert function(**kwargs) == expected


@pytest.mark.parametrize("shift", range(1, 26))
def test_caesar_cipher_round_trip(shift: int) -> None:
    message = "The quick brown fox jumps over 13 lazy dogs!"
    assert text.caesar_cipher(text.caesar_cipher(message, "encrypt", shift), "decrypt", shift) == message


def test_morse_round_trip() -> None:
    message = "SPHINX OF BLACK QUARTZ, JUDGE MY VOW: 0123456789 (A/B) 'C' \"D\" = E+F-G @ H.I?"
    assert text.translate_morse_code(text.translate_morse_code(message, "encode"), "decode") == message


@pytest.mark.parametrize(
    ("function", "kwargs", "argument"),
    [
        (text.count_words, {"text": ""}, "text"),
        (text.count_words, {"text": "?!"}, "text"),
        (text.is_palindrome, {"text": " - "}, "text"),
        (text.is_palindrome, {"text": LONG}, "text"),
        (text.caesar_cipher, {"text": " ", "mode": "encrypt"}, "text"),
        (text.caesar_cipher, {"text": "hello", "mode": "hide"}, "mode"),
        (text.caesar_cipher, {"text": "hello", "mode": "decrypt", "shift": 26}, "shift"),
        (text.caesar_cipher, {"text": "hello", "mode": "encrypt", "shift": 0}, "shift"),
        (text.convert_case, {"text": "...", "style": "camel"}, "text"),
        (text.convert_case, {"text": "hello", "style": "wavy"}, "style"),
        (text.reading_time_minutes, {"word_count": 0}, "word_count"),
        (text.reading_time_minutes, {"word_count": 500, "words_per_minute": 0}, "words_per_minute"),
        (text.translate_morse_code, {"message": "", "mode": "encode"}, "message"),
        (text.translate_morse_code, {"message": "50 €", "mode": "encode"}, "message"),
        (text.translate_morse_code, {"message": "... ......", "mode": "decode"}, "message"),
        (text.translate_morse_code, {"message": " / ", "mode": "decode"}, "message"),
        (text.translate_morse_code, {"message": "SOS", "mode": "send"}, "mode"),
        (text.find_anagrams, {"word": "", "candidates": ["tea"]}, "word"),
        (text.find_anagrams, {"word": "eat", "candidates": []}, "candidates"),
        (text.find_anagrams, {"word": "eat", "candidates": ["tea", "?"]}, "candidates"),
        (text.find_anagrams, {"word": "eat", "candidates": ["tea"] * 1001}, "candidates"),
        (text.most_frequent_words, {"text": "..."}, "text"),
        (text.most_frequent_words, {"text": "tea", "top": 0}, "top"),
        (text.most_frequent_words, {"text": "tea", "ignored_words": ["the"] * 201}, "ignored_words"),
        (text.most_frequent_words, {"text": "tea", "ignored_words": [" "]}, "ignored_words"),
        (text.wrap_text_to_width, {"text": "", "width": 20}, "text"),
        (text.wrap_text_to_width, {"text": LONG, "width": 20}, "text"),
        (text.wrap_text_to_width, {"text": "tea", "width": 4}, "width"),
        (text.wrap_text_to_width, {"text": "tea", "width": 20, "alignment": "justify"}, "alignment"),
        (text.format_person_name, {"person": person("Doe"), "style": "full"}, "person"),
        (text.format_person_name, {"person": person("Doe", *["Al"] * 6), "style": "full"}, "person"),
        (text.format_person_name, {"person": person("Doe", " "), "style": "full"}, "person"),
        (text.format_person_name, {"person": person("", "Jo"), "style": "full"}, "person"),
        (text.format_person_name, {"person": person("Doe", "Jo"), "style": "nickname"}, "style"),
    ],
)
def test_wrong_values(function: Function, kwargs: dict[str, Any], argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}\b"):
        function(**kwargs)
