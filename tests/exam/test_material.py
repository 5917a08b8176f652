"""Which samples an exam is held over."""

from collections import Counter
from dataclasses import replace

from apigen.exam.material import choose
from apigen.records import Candidate, Style
from tests.makers import make_candidate, make_draw

STYLES: tuple[Style, ...] = ("simple", "multiple", "parallel")


def verified(*counts: int) -> list[Candidate]:
    styles = [style for style, count in zip(STYLES, counts, strict=True) for _ in range(count)]
    return [make_candidate(replace(make_draw(index=index), style=style)) for index, style in enumerate(styles)]


def test_styles_have_even_shares_and_rare_ones_all_they_have() -> None:
    chosen = choose(verified(50, 50, 2), 20, seed=0)
    assert Counter(one.draw.style for one in chosen) == {"simple": 9, "multiple": 9, "parallel": 2}


def test_the_choice_is_the_seed_s_and_in_draw_order() -> None:
    samples = verified(30, 30, 30)
    chosen = choose(samples, 12, seed=4)
    assert chosen == choose(samples, 12, seed=4)
    assert chosen != choose(samples, 12, seed=5)
    assert [one.draw.index for one in chosen] == sorted(one.draw.index for one in chosen)


def test_fewer_than_wanted_are_all_taken() -> None:
    assert len(choose(verified(1, 2, 0), 100, seed=0)) == 3
