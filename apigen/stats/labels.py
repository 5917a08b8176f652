"""What people's labels say of the verifier: how often it is right, and how far the people agree."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations

from apigen.intervals import wilson
from apigen.records import Json
from apigen.store.labels import Label, Mark, Place


@dataclass(frozen=True, slots=True)
class GoodShare:
    """The share of good among `good` and `bad`, with its 95% Wilson interval; None where there are neither."""

    good: int
    bad: int
    skipped: int

    @property
    def share(self) -> float | None:
        return self.good / (self.good + self.bad) if self.good + self.bad else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.good, self.good + self.bad) if self.good + self.bad else None

    def to_json(self) -> dict[str, Json]:
        interval = list(self.interval) if self.interval else None
        return {**asdict(self), "share": self.share, "interval": interval}


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two labellers on the `both` candidates that each called good or bad: the share on which they agree, and Cohen's kappa.

    kappa = (share - chance) / (1 - chance), where chance is the share on which two would agree who say good as often as these do
    (J. Cohen, Educational and Psychological Measurement 20, 1960, 37-46); None where chance is 1.
    """

    labellers: tuple[str, str]
    both: int
    share: float
    kappa: float | None

    def to_json(self) -> dict[str, Json]:
        return {**asdict(self), "labellers": list(self.labellers)}


@dataclass(frozen=True, slots=True)
class Labelled:
    """`verified` is the verifier's precision, `rejected` the share of good that it threw out: by labeller, and `*_together`.

    Together a candidate is good where more of its labellers say so than do not.
    """

    verified: dict[str, GoodShare]
    verified_together: GoodShare
    rejected: dict[str, GoodShare]
    rejected_together: GoodShare
    agreement: tuple[Agreement, ...]

    def to_json(self) -> dict[str, Json]:
        return {
            name: {
                "labellers": {labeller: share.to_json() for labeller, share in shares.items()},
                "together": together.to_json(),
            }
            for name, shares, together in (
                ("verified", self.verified, self.verified_together),
                ("rejected", self.rejected, self.rejected_together),
            )
        } | {"agreement": [pair.to_json() for pair in self.agreement]}


def judge_labels(labels: Iterable[Label]) -> Labelled | None:
    """Return the figures of a run's labels, or None where there are none."""
    known = list(labels)
    if not known:
        return None
    shares, together = {}, {}
    for verified in (True, False):
        part = [label for label in known if label.verified is verified]
        names = sorted({label.labeller for label in part})
        shares[verified] = {name: _count(one.mark for one in part if one.labeller == name) for name in names}
        together[verified] = _together(part)
    return Labelled(shares[True], together[True], shares[False], together[False], _agreements(known))


def _count(marks: Iterable[Mark]) -> GoodShare:
    counts = Counter(marks)
    return GoodShare(counts["good"], counts["bad"], counts["skip"])


def _together(labels: Iterable[Label]) -> GoodShare:
    votes: dict[Place, Counter[Mark]] = {}
    for label in labels:
        votes.setdefault(label.place, Counter())[label.mark] += 1
    return _count(_verdict(said) for said in votes.values())


def _verdict(said: Mapping[Mark, int]) -> Mark:
    if not said["good"] and not said["bad"]:
        return "skip"
    return "good" if said["good"] > said["bad"] else "bad"


def _agreements(labels: Iterable[Label]) -> tuple[Agreement, ...]:
    by_name: dict[str, dict[Place, bool]] = {}
    for label in labels:
        if label.mark != "skip":
            by_name.setdefault(label.labeller, {})[label.place] = label.mark == "good"
    pairs = (_agreement(one, other, by_name[one], by_name[other]) for one, other in combinations(sorted(by_name), 2))
    return tuple(pair for pair in pairs if pair is not None)


def _agreement(one: str, other: str, first: Mapping[Place, bool], second: Mapping[Place, bool]) -> Agreement | None:
    shared = first.keys() & second.keys()
    if not shared:
        return None
    share = sum(first[place] is second[place] for place in shared) / len(shared)
    goods = [sum(said[place] for place in shared) / len(shared) for said in (first, second)]
    chance = goods[0] * goods[1] + (1 - goods[0]) * (1 - goods[1])
    return Agreement((one, other), len(shared), share, (share - chance) / (1 - chance) if chance < 1 else None)
