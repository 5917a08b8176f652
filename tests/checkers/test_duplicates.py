"""Duplicates: what is alike is found, what is not is let pass, and nothing of it depends on the machine."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers import build_ordered
from apigen.checkers.duplicates import DuplicatesChecker
from apigen.errors import ConfigError
from apigen.options import Door
from apigen.store.settlement import Lookalike
from apigen.words import grams_of, words_of

WORDS = "what is the price of a small red house in paris near an old river with seven rooms and one dog".split()  # noqa: SIM905
QUERIES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)


def judged(query: str, *others: str, threshold: float = 0.7):
    return DuplicatesChecker(threshold).verdict(
        query, [Lookalike(f"draw {n}", other) for n, other in enumerate(others)]
    )


def likeness(one: str, other: str) -> float:
    first, second = (grams_of(words_of(text), 3) for text in (one, other))
    return len(first & second) / len(first | second)


def test_case_and_punctuation_make_no_difference() -> None:
    verdict = judged("What IS the price of, a house?", "something else entirely", "what is the price of a house")
    assert (verdict.passed, verdict.reason) == (False, "duplicates:equal_query")
    assert verdict.detail == "100% like that of draw 1: what is the price of a house"


def test_another_value_in_a_long_query_is_a_near_duplicate_and_in_a_short_one_is_not() -> None:
    long = " ".join(WORDS)
    verdict = judged(long, f"{long} too")
    assert verdict.reason == "duplicates:near_query"
    assert judged("Convert 5 km to miles.", "Convert 7 km to miles.").passed


def test_the_threshold_is_the_users() -> None:
    one, other = " ".join(WORDS[:12]), " ".join(WORDS[:14])
    assert 0.8 < likeness(one, other) < 0.9
    assert not judged(one, other, threshold=0.8).passed
    assert judged(one, other, threshold=0.9).passed


def test_a_query_without_words_is_like_no_other() -> None:
    assert judged("?!", "...").passed
    assert judged("", "").passed


@settings(deadline=None, database=None)
@given(QUERIES, st.lists(QUERIES, max_size=4))
def test_it_rejects_what_is_alike_and_nothing_else(query: str, others: list[str]) -> None:
    assert judged(query, *others).passed == all(likeness(query, other) < 0.7 for other in others)


@settings(deadline=None, database=None, max_examples=300)
@given(QUERIES, st.integers(0, 30), st.sampled_from(WORDS))
def test_what_is_much_alike_shares_a_key(query: str, place: int, word: str) -> None:
    words = query.split()
    words.insert(place, word)
    other = " ".join(words)
    checker = DuplicatesChecker()
    shared = set(checker.keys(query)) & set(checker.keys(other))
    if likeness(query, other) >= 0.8:  # where 1 - (1 - 0.8^4)^20 is 0.99998
        assert shared


def test_equal_words_share_all_keys() -> None:
    checker = DuplicatesChecker()
    assert checker.keys("What is 2.5 km in miles?") == checker.keys("what is 2.5 KM in miles")
    assert len(set(checker.keys("What is 2.5 km in miles?"))) == 20


def test_keys_are_the_same_in_every_process_and_version() -> None:
    code = (
        "from apigen.checkers.duplicates import DuplicatesChecker as D; print(D().keys('What is 2.5 km in miles?')[:2])"
    )
    for seed in ("1", "2"):
        done = subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
                              capture_output=True, text=True, check=True)  # fmt: skip
        assert done.stdout.strip() == "[6257048303125793475, -472362997835015362]"


def test_a_wrong_option_and_a_wrong_place_are_named() -> None:
    with pytest.raises(ConfigError, match=r"checkers\[1\].duplicates.threshold"):
        build_ordered([Door(name="format"), Door(name="duplicates", options={"threshold": 0.1})])
    with pytest.raises(ConfigError, match="`duplicates` is decided in draw order, after all others; put it last"):
        build_ordered([Door(name="format"), Door(name="duplicates"), Door(name="execution")])
