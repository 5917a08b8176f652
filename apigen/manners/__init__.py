"""Draws the manner of each draw: from (seed, index) alone, and from a stream of its own, so that it changes nothing else."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

from apigen.manner import PLAIN, Manner
from apigen.manners.personas import load_personas
from apigen.sampler_config import MannersConfig

NameT = TypeVar("NameT", bound=str)


class Manners:
    """Says how the request of each draw is worded.

    Raises:
        ConfigError: On making, if a file of personas cannot be used.
    """

    def __init__(self, config: MannersConfig, seed: int) -> None:
        self._config, self._seed = config, seed
        self._personas = load_personas(config.personas)
        self._plain = config == MannersConfig()

    def draw(self, index: int) -> Manner:
        """Return the manner of draw number `index`."""
        if self._plain:
            return PLAIN
        rng = Random(f"apigen/{self._seed}/manner/{index}")  # noqa: S311 - data, not secrets
        # Each aspect takes its own numbers, used or not: configuring one changes no other.
        persona, which, tone, length, phrasing, typos = (rng.random() for _ in range(6))
        told = self._personas and persona < self._config.persona_share
        return Manner(
            persona=self._personas[int(which * len(self._personas))] if told else "",
            tone=_choose(self._config.tones, tone, PLAIN.tone),
            length=_choose(self._config.lengths, length, PLAIN.length),
            phrasing=_choose(self._config.phrasing, phrasing, PLAIN.phrasing),
            typos=typos < self._config.typos,
        )


def _choose(weights: Mapping[NameT, float], number: float, otherwise: NameT) -> NameT:
    """Return the name that a number from 0 to 1 falls to, by weight; the order of the names in the config says nothing."""
    left = number * sum(weights.values())
    for name in sorted(weights):
        left -= weights[name]
        if left < 0:
            return name
    return otherwise
