"""Which of the paper's three stages, or of the stages beside them, a checker belongs to, and which checkers are rules."""

STAGES = ("format", "decontamination", "execution", "semantic", "duplicates")
"""In the order in which they are shown; decontamination and duplicates are no stages of the paper's."""
RULES = ("format", "decontamination", "execution", "grounding")
"""The checkers that ask no LLM."""


def stage_of(reason: str) -> str:
    """Return one of STAGES for a reason code: `semantic` for `grounding:value_not_in_query`."""
    stage = reason.split(":")[0]
    return stage if stage in STAGES else "semantic"
