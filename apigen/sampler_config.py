"""How draws are made, as the config says it: the settings of the sampler."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from apigen.manner import Length, Phrasing, Tone, persona_text
from apigen.options import Options
from apigen.records import NO_CALL, STYLES, Strategy, Style

Weight = Annotated[float, Field(ge=0, le=1e6)]
Positive = Annotated[int, Field(gt=0)]

NO_CALL_WEIGHT = 0.3
"""Of each style that no call answers, where the others have 1: together 13 of 100 draws."""


def _default_styles(settings: Mapping[str, Any]) -> dict[Style, float]:
    """Return equal weights of the styles with calls; a draw in eight is of one without, where they can be made."""
    without = NO_CALL_WEIGHT if settings.get("strategies", {}).get("call_first") else 0.0
    weights = {style: without if style in NO_CALL else 1.0 for style in STYLES}
    return {style: weight for style, weight in weights.items() if weight}


class FeedbackConfig(Options):
    """Seed examples from what was verified: `examples` a draw, from `round` draws to the next but one, each in `shows` rounds."""

    round: Annotated[int, Field(ge=2, le=100_000)] = 200
    examples: Annotated[int, Field(ge=1, le=8)] = 2
    shows: Annotated[int, Field(ge=1, le=100)] = 3


BUILTIN = "builtin"
Share = Annotated[float, Field(ge=0, le=1)]


def _read_personas(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"write `{BUILTIN}`, a file's name, or a list of texts")
    return tuple(map(persona_text, value)) or ""


class MannersConfig(Options):
    """How requests are worded: shares and weights of each aspect. Without any, it is left to the writer."""

    personas: Annotated[str | tuple[str, ...], BeforeValidator(_read_personas)] = ""
    persona_share: Share = 0.5
    tones: dict[Tone, Weight] = {}
    lengths: dict[Length, Weight] = {}
    phrasing: dict[Phrasing, Weight] = {}
    typos: Share = 0.0

    @model_validator(mode="after")
    def _weighted(self) -> "MannersConfig":
        for name, weights in (("tones", self.tones), ("lengths", self.lengths), ("phrasing", self.phrasing)):
            if weights and not any(weights.values()):
                raise ValueError(f"`{name}`: at least one weight must be above 0")
        return self


VARIED: Mapping[str, Any] = {
    "personas": BUILTIN,
    "tones": {"plain": 4} | {tone: 1 for tone in get_args(Tone) if tone != "plain"},
    "lengths": {"plain": 3, "terse": 1, "short": 1, "medium": 2, "long": 1},
    "phrasing": {"direct": 3, "indirect": 1},
    "typos": 0.15,
}
"""What `manners: varied` is short for."""


def _read_manners(value: Any) -> Any:
    named = {"varied": VARIED, "plain": {}}
    if isinstance(value, Mapping | MannersConfig):
        return value
    if isinstance(value, str) and value in named:
        return named[value]
    raise ValueError("write `varied`, `plain`, or `{tones: …, …}`")


class SamplerConfig(Options):
    """How draws are made: weights of styles and strategies, how many APIs and calls a draw has."""

    strategies: dict[Strategy, Weight] = {"call_first": 1.0}
    styles: dict[Style, Weight] = Field(default_factory=_default_styles)
    offered: tuple[Positive, Positive] = (2, 4)
    calls: tuple[Annotated[int, Field(ge=2, le=8)], Annotated[int, Field(ge=2, le=8)]] = (2, 3)
    distractors: Annotated[int, Field(ge=0, le=20)] = 1
    similar: Annotated[float, Field(ge=0, le=1)] = 0.25
    balance: Literal["apis", "categories", "sources"] = "apis"
    categories: dict[str, Weight] = {}
    coverage: Literal["plan", "random"] = "plan"
    in_a_row: Annotated[int, Field(ge=1, le=1000)] = 1
    vary_values: Annotated[float, Field(ge=0, le=1)] = 0.5
    feedback: FeedbackConfig | None = None
    manners: Annotated[MannersConfig, BeforeValidator(_read_manners)] = MannersConfig()

    @model_validator(mode="after")
    def _sensible(self) -> "SamplerConfig":
        for name, weights in (("styles", self.styles), ("strategies", self.strategies)):
            if not any(weights.values()):
                raise ValueError(f"`{name}`: at least one weight must be above 0")
        without = [style for style in STYLES if style in NO_CALL and self.styles.get(style)]
        if without and not self.strategies.get("call_first"):
            raise ValueError(
                f"`styles`: {' and '.join(without)} can only be made call_first; give `strategies.call_first` a weight, "
                "or set theirs to 0"
            )
        for name, (low, high) in (("offered", self.offered), ("calls", self.calls)):
            if low > high:
                raise ValueError(f"`{name}`: the first number must not be above the second")
        return self
