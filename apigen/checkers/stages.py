"""Which of the paper's three stages a checker belongs to, and which checkers are rules."""

PAPER_STAGES = ("format", "execution", "semantic")
RULES = ("format", "execution", "grounding")
"""The checkers that ask no LLM."""


def paper_stage(reason: str) -> str:
    """Return `format`, `execution` or `semantic` for a reason code such as `grounding:value_not_in_query`."""
    stage = reason.split(":")[0]
    return stage if stage in PAPER_STAGES else "semantic"
