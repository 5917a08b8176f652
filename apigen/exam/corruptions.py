"""Known ways to spoil a right sample. A new one is a function in `shape` or `meaning`, and one line in CORRUPTIONS.

Each takes a verified candidate and returns a spoiled one, or None where it does not apply; what it returns means something else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from apigen.exam import meaning, shape
from apigen.exam.edits import Around
from apigen.records import Candidate

Decided = Literal["rule", "vote"]
Rule = Literal["format", "execution", "grounding"]
Apply = Callable[[Candidate, Random, Around], Candidate | None]


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to spoil a sample. `rule` is the checker that can tell by itself, wherever the corruption applies.

    `shows_in_result`: where the calls give the same results as before, nothing was spoiled (the two sides of a product swapped).
    """

    change: Apply
    rule: Rule | None = None
    shows_in_result: bool = False

    def decided_by(self, stages: Sequence[str]) -> Decided:
        """Return who has to catch it, in a verifier of these stages."""
        return "rule" if self.rule in stages else "vote"

    def apply(self, sample: Candidate, rng: Random, around: Around) -> Candidate | None:
        """Return the sample spoiled, with no verdicts; with results only where those are what was spoiled."""
        clean = replace(sample, verdicts=(), results=())
        spoiled = self.change(clean, rng, around)
        if spoiled is None or is_same(spoiled, clean):
            return None
        return spoiled


def is_same(candidate: Candidate, other: Candidate) -> bool:
    """Tell whether two candidates say the same: query, calls in any order, and results."""
    keys = [sorted(call.key for call in one.calls) for one in (candidate, other)]
    return keys[0] == keys[1] and (candidate.query, candidate.results) == (other.query, other.results)


CORRUPTIONS: dict[str, Corruption] = {
    "api_renamed": Corruption(shape.api_renamed, "format"),
    "api_not_offered": Corruption(shape.api_not_offered, "format"),
    "argument_renamed": Corruption(shape.argument_renamed, "format"),
    "argument_added": Corruption(shape.argument_added, "format"),
    "argument_dropped": Corruption(shape.argument_dropped, "format"),
    "wrong_type": Corruption(shape.wrong_type, "format"),
    "value_out_of_range_or_enum": Corruption(shape.value_out_of_range_or_enum, "format"),
    "call_doubled": Corruption(shape.call_doubled, "format"),
    "result_is_an_error": Corruption(shape.result_is_an_error, "execution"),
    "value_changed": Corruption(meaning.value_changed, "grounding"),
    "value_invented": Corruption(meaning.value_invented, "grounding"),
    "date_shifted": Corruption(meaning.date_shifted, "grounding"),
    "query_changed": Corruption(meaning.query_changed, "grounding"),
    "calls_of_another_query": Corruption(meaning.calls_of_another_query, "grounding"),
    "arguments_swapped": Corruption(meaning.arguments_swapped, shows_in_result=True),
    "unit_changed": Corruption(meaning.unit_changed),
    "choice_changed": Corruption(meaning.choice_changed),
    "choice_invented": Corruption(meaning.choice_invented),
    "flag_flipped": Corruption(meaning.flag_flipped),
    "call_dropped": Corruption(meaning.call_dropped),
}
