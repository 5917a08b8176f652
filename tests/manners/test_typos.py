"""Typos: the same for the same seed, few, and never in what a value is made of."""

import ast
import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apigen.checkers.spellings as spellings
from apigen.checkers.spellings.leftovers import leftover_numbers
from apigen.checkers.spellings.values import ungrounded
from apigen.checkers.spellings.words import _STOP_WORDS
from apigen.manners.typos import (
    CARRIERS,
    CONTRACTIONS,
    LONGEST,
    MISREAD,
    MOST_SLIPS,
    OPENERS,
    _wrong_letters,
    mistype,
    mistyped,
)
from apigen.records import Call
from tests.checkers.test_grounding_set import cases
from tests.makers import INTEGER, TEXT, make_api, make_candidate, make_draw

NONE: frozenset[str] = frozenset()
CASES = list(cases())
NEGATIONS = {"no", "not", "none", "never", "without", "except", "neither", "nor", "cannot"}


def slip(query, seed=0, told=NONE, known=NONE):
    return mistype(query, frozenset(told), frozenset(known), Random(seed))


def outcomes(query, told=NONE, known=NONE):
    return {slip(query, seed, told, known) for seed in range(200)}


def words_that_grounding_reads():
    """Every word of the tables and patterns of the grounding rule, but those that it passes over."""
    found = set()
    for file in Path(spellings.__path__[0]).glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        passed_over = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr)
            or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_STOP_WORDS")
            for part in ast.walk(node)
            if isinstance(node, ast.Assign) or part is node.value
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed_over:
                found |= set(re.findall(r"[a-z]+", node.value.lower()))
    return found


def test_no_word_that_carries_a_value_is_misspelt_or_comes_of_it():
    read = words_that_grounding_reads()
    assert {"twenty", "kilometers", "monthly", "tomorrow"} <= read
    assert not CARRIERS & (read | NEGATIONS)
    slips = {wrong for word in CARRIERS for wrong in _wrong_letters(word)} - MISREAD
    assert not slips & (read | NEGATIONS | CARRIERS | _STOP_WORDS)
    assert not {word.split("'")[1] for word in CONTRACTIONS} & {"t"}


@pytest.mark.parametrize("seed", range(4))
def test_grounding_says_the_same_before_and_after(seed):
    changed = 0
    for case in CASES:
        candidate = case.candidate()
        after = mistyped(replace(candidate, draw=replace(candidate.draw, seed=seed))).query
        if after != case.query:
            changed += 1
            assert replace(case, query=after).passes() == case.passes(), after
    assert changed > 200


BOOK = make_api(
    "book",
    {"title": TEXT, "mood": {"enum": ["curious", "worried"]}, "count": INTEGER},
    description="Suggest books.",
)
CARRYING = st.sampled_from([*sorted(CARRIERS | OPENERS | CONTRACTIONS), "tomorrow", "Rome", "12", "3.5 km", "don't"])


def spelt(words):
    return " ".join(words).capitalize()


@given(st.lists(CARRYING, max_size=40), st.lists(CARRYING, min_size=1, max_size=5), st.integers(0, 99), st.booleans())
@settings(max_examples=200, deadline=None)
def test_values_made_of_everyday_words_are_not_touched(words, value, seed, quoted):
    title = spelt(value)
    call = Call("book", {"title": title, "mood": "worried", "count": 12})
    query = f"{spelt(words)} 12 worried {chr(34) * quoted}{title}{chr(34) * quoted}. {spelt(words)}?"
    candidate = make_candidate(make_draw(BOOK, seed=seed), call, query=query)
    after = mistyped(candidate)
    assert title in after.query
    assert "12 worried" in after.query
    assert re.findall(r"\d+", after.query) == re.findall(r"\d+", query)
    assert ungrounded(after.query, BOOK, call) == ungrounded(query, BOOK, call)
    assert leftover_numbers(after.query, [(BOOK, call)]) == leftover_numbers(query, [(BOOK, call)])
    assert mistyped(candidate) == after


@given(st.text(max_size=300), st.integers(0, 99))
def test_any_text_gets_a_few_slips_at_most(query, seed):
    after = slip(query, seed)
    assert abs(len(after) - len(query)) <= MOST_SLIPS
    assert slip(query, seed) == after


@pytest.mark.parametrize(
    "query",
    [
        'Translate "please tell them what they want" into French',
        "Say `please tell them` and “thanks, really”",
        "translate 'what would they want' 12",
        "HOW PLEASE WHAT",
        "mail please@what.com or /what/please that_they",
        "don't, can't, won't, isn't: not, never, without",
        "Rome, Paris; 12 km, 3.5 %, tomorrow, twenty-five",
        "Her favourite film is What They Want, in English!",
        "",
        "?",
    ],
)
def test_what_may_carry_a_value_is_left_alone(query):
    assert outcomes(query) == {query}


def test_slips_are_those_that_people_make():
    found = outcomes("please")
    assert {"plesae", "pleasse", "plase", "plwase"} <= found
    assert all(word[0] == "p" and word[-1] == "e" for word in found)
    assert outcomes("I'm in Rome") == {"i'm in Rome", "Im in Rome"}
    assert outcomes("Is 7 prime?") == {"is 7 prime?", "Is 7 prime"}
    assert outcomes("so I run") == {"so i run"}


def test_a_word_that_an_api_speaks_of_keeps_its_letters_and_one_that_a_value_holds_its_capital_too():
    query = "Calculate 5"
    assert outcomes(query, known={"calc"}) == {"calculate 5"}
    assert outcomes(query, told={"calc"}) == {query}
    assert outcomes("Say so.", told={"so"}) == {"Say so."}


def test_long_texts_are_data():
    text = "please " * LONGEST
    assert slip(text) == text


def test_longer_requests_get_more_slips():
    for count, slips in ((5, 1), (18, 2), (36, 4), (300, 4)):
        query = "please " * count
        changed = [word for word in slip(query).split() if word != "please"]
        assert len(changed) == slips


def test_two_positions_of_a_draw_slip_differently():
    candidate = make_candidate(make_draw(BOOK), query="please tell them that they should wonder about something else")
    assert len({mistyped(replace(candidate, position=position)).query for position in range(10)}) > 3
