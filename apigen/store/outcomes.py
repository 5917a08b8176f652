"""What became of a candidate, in one word or the code of its rejection."""

from collections.abc import Sequence

from apigen.records import Candidate
from apigen.store.settlement import PENDING

VERIFIED, SURPLUS = "verified", "surplus"


def outcome(candidate: Candidate, stages: Sequence[str], last: int) -> str:
    """Return the reason of rejection, `verified`, `surplus` for what was verified after the last draw that counts, or `pending`."""
    if candidate.rejection:
        return candidate.rejection.reason
    if len(candidate.verdicts) < len(stages):
        return PENDING
    return SURPLUS if candidate.draw.index > last else VERIFIED
