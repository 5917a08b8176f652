"""Near-duplicates: as many as comparing each with each finds, at a fraction of the work."""

import time
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.stats import near
from apigen.stats.measures import gram_hashes, word_hash
from apigen.stats.near import NearDuplicates

TEXTS = st.lists(st.lists(st.integers(0, 6), max_size=12), max_size=25)


@settings(deadline=None, database=None, max_examples=300)
@given(TEXTS, st.sampled_from([0.5, 0.7, 0.9, 1.0]))
def test_it_counts_what_comparing_all_pairs_counts(texts, threshold):
    counted = NearDuplicates(threshold)
    for text in texts:
        counted.add(text)
    sets = [set(text) for text in texts]
    wanted = sum(
        any(one == other or len(one & other) / len(one | other) >= threshold for other in sets[:place])
        for place, one in enumerate(sets)
    )
    assert counted.count() == wanted
    assert counted.unsettled == 0
    assert counted.texts == len(texts)


def shingles(text):
    return gram_hashes([word_hash(word) for word in text.split()], 3)


def test_a_word_changed_in_a_long_query_is_near_and_in_a_short_one_not():
    long = (
        "please tell me what the weather will be like in the old town of the city of Paris tomorrow at noon local time"
    )
    counted = NearDuplicates()
    for text in (long, long.replace("noon", "nine"), "how tall is the tower", "how tall is the bridge"):
        counted.add(shingles(text))
    assert counted.count() == 1


def test_templates_are_counted_in_a_moment_and_what_was_not_settled_is_told():
    counted = NearDuplicates()
    for number in range(4_000):
        counted.add(shingles(f"what are {number} feet in metres and {number + 1} miles in km"))
    began = time.process_time()
    assert counted.count() == 0
    assert time.process_time() - began < 5
    alike = NearDuplicates()
    for text in combinations(range(16), 5):  # two of them share four of six at most
        alike.add(text)
    assert alike.count() == 0
    assert alike.unsettled > 0


def test_only_so_many_texts_are_compared(monkeypatch):
    monkeypatch.setattr(near, "MOST_TEXTS", 3)
    counted = NearDuplicates()
    for _ in range(5):
        counted.add([1])
    assert (counted.count(), counted.texts) == (2, 3)
