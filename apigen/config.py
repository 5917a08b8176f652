"""The run's configuration: YAML in, a frozen `RunConfig` out, and one clear line for whatever is wrong.

What stands behind the doors (sources, LLM backends, checkers, exporters) validates its own options: see `apigen.options`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BeforeValidator, Field, field_validator, model_validator

from apigen.errors import ConfigError
from apigen.manner import Length, Phrasing, Tone, persona_text
from apigen.options import Door, Options, listed, parse_options
from apigen.records import NO_CALL, STYLES, Completion, Json, Strategy, Style

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
YAML_ERRORS = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What PyYAML's own constructors raise, beside its YAMLError, for a value that is not what its tag says."""


def _door_by(key: str) -> BeforeValidator:
    """Read `{key: NAME, …options}`, or just `NAME`, as a Door."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, Mapping) and isinstance(value.get(key), str):
            return {"name": value[key], "options": {k: v for k, v in value.items() if k != key}}
        raise ValueError(f"write `{key}: NAME` with its options beside it")

    return BeforeValidator(read)


def _read_stage(value: Any) -> Any:
    """Read `NAME` or `NAME: {…options}` as a Door."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, options),) = value.items()
        if isinstance(name, str) and isinstance(options, Mapping | None):
            return {"name": name, "options": dict(options or {})}
    raise ValueError("write `- NAME` or `- NAME: {option: value}`")


Source = Annotated[Door, _door_by("source")]
Backend = Annotated[Door, _door_by("backend")]
Export = Annotated[Door, _door_by("format")]
Stage = Annotated[Door, BeforeValidator(_read_stage)]
Weight = Annotated[float, Field(ge=0, le=1e6)]
Positive = Annotated[int, Field(gt=0)]

NO_CALL_WEIGHT = 0.3
"""Of each style that no call answers, where the others have 1: together 13 of 100 draws."""


REACHING = frozenset(
    {
        "base_url",
        "api_key_env",
        "timeout_seconds",
        "patience_seconds",
        "retries",
        "batch_size",
        "linger_seconds",
        "poll_seconds",
        "window",
        "structured",
        "token_limit_key",
        "slots",
        "context",
        "threads",
        "endpoints",
        "max_in_flight",
        "requests_per_minute",
        "tokens_per_minute",
        "prices",
    }
)
"""Options of an LLM, or `http` of a REST API, that say how to reach it, not what it answers: a run may go on with others."""
DECONTAMINATION = "decontamination"
Amount = Annotated[float, Field(ge=0)]


class Prices(Options):
    """What a model costs, in dollars for a million tokens. Tokens that the endpoint had cached cost `input` unless told otherwise."""

    input: Amount
    output: Amount
    cached_input: Amount | None = None

    def of(self, reply: Completion) -> float:
        """Return a reply's price in dollars."""
        cached = self.input if self.cached_input is None else self.cached_input
        fresh = reply.prompt_tokens - reply.cached_tokens
        return (fresh * self.input + reply.cached_tokens * cached + reply.completion_tokens * self.output) / 1e6


class LLMLimits(Options):
    """What any backend may be told beside its own options: how much of it may be used at once, and what it costs."""

    max_in_flight: Positive | None = None
    requests_per_minute: Positive | None = None
    tokens_per_minute: Positive | None = None
    prices: Prices | None = None


class Target(Options):
    """When the run is done: at this many verified samples or draws. And what it may spend: tokens, dollars, seconds."""

    verified: Positive | None = None
    draws: Positive | None = None
    tokens: Positive | None = None
    dollars: Annotated[float, Field(gt=0)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "Target":
        if not any((self.verified, self.draws, self.tokens, self.dollars, self.seconds)):
            raise ValueError("set at least one of `verified`, `draws`, `tokens`, `dollars`, `seconds`")
        return self


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


class GeneratorConfig(Options):
    """Which LLM writes, and how."""

    llm: str = "writer"
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.7
    max_tokens: Positive = 1024
    pairs: Annotated[int, Field(ge=1, le=20)] = 3


class FinalAnswersConfig(Options):
    """Which LLM says in words what the calls came to, and how."""

    llm: str = "writer"
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.3
    max_tokens: Positive = 256


class SandboxConfig(Options):
    """Limits of one candidate's calls; `scratch_mb` above 0 gives them a folder in memory to write to.

    `unsafe` (no protection at all) is for the command line's option, not for files.
    """

    seconds: Annotated[float, Field(gt=0, le=600)] = 5.0
    memory_mb: Annotated[int, Field(ge=64)] = 512
    output_kb: Annotated[int, Field(ge=1, le=65536)] = 256
    scratch_mb: Annotated[int, Field(ge=0, le=4096)] = 0
    unsafe: bool = False


class RunConfig(Options):
    """Everything a run depends on. Paths are relative to the folder apigen is started in."""

    store: Path
    library: Annotated[tuple[Source, ...], Field(min_length=1)]
    llms: Annotated[dict[str, Backend], Field(min_length=1)]
    target: Target
    seed: int = 0
    clock: datetime | None = None
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 4
    sampler: SamplerConfig = SamplerConfig()
    generator: GeneratorConfig = GeneratorConfig()
    sandbox: SandboxConfig = SandboxConfig()
    checkers: Annotated[tuple[Stage, ...], Field(min_length=1)]
    decontaminate: tuple[Path, ...] = ()
    final_answers: FinalAnswersConfig | None = None
    exports: tuple[Export, ...] = ()
    prompts: Path | None = None

    @field_validator("clock")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)

    @model_validator(mode="after")
    def _names_resolve(self) -> "RunConfig":
        if self.generator.llm not in self.llms:
            raise ValueError(f"`generator.llm` is '{self.generator.llm}', but `llms` has {listed(self.llms)}")
        stages = [stage.name for stage in self.stages]
        if self.final_answers is not None:
            if self.final_answers.llm not in self.llms:
                raise ValueError(
                    f"`final_answers.llm` is '{self.final_answers.llm}', but `llms` has {listed(self.llms)}"
                )
            if "execution" not in stages:
                raise ValueError("`final_answers` are written from results; put `execution` among the `checkers`")
        for name in stages:
            if stages.count(name) > 1:
                if self.decontaminate and name == DECONTAMINATION:
                    raise ValueError(
                        f"`decontaminate` is short for the checker '{name}', which is there too; take one out"
                    )
                raise ValueError(f"`checkers` lists '{name}' twice; take one out")
        return self

    @property
    def stages(self) -> tuple[Door, ...]:
        """The stages of the verifier in order: `checkers`, with what `decontaminate` is short for after the first."""
        if not self.decontaminate:
            return self.checkers
        files = [str(file) for file in self.decontaminate]
        return (self.checkers[0], Door(name=DECONTAMINATION, options={"files": files}), *self.checkers[1:])

    def identity(self) -> dict[str, Json]:
        """Return the settings that decide what a draw yields; a store continues only under the same ones."""
        chosen: dict[str, Json] = self.model_dump(mode="json", exclude={"store", "target", "concurrency", "exports"})
        for llm in chosen["llms"].values():
            llm["options"] = {key: value for key, value in llm["options"].items() if key not in REACHING}
        for entry in chosen["library"]:
            if isinstance(http := entry["options"].get("http"), dict):
                entry["options"]["http"] = {key: value for key, value in http.items() if key not in REACHING}
        if chosen["sampler"]["coverage"] == "random":  # what there was before there was a plan
            del chosen["sampler"]["coverage"]
        if not chosen["decontaminate"]:
            del chosen["decontaminate"]
        if chosen["final_answers"] is None:
            del chosen["final_answers"]
        if chosen["sampler"]["feedback"] is None:
            del chosen["sampler"]["feedback"]
        if chosen["clock"] is None:  # then it is the store's, and no setting
            del chosen["clock"]
        if self.sampler.manners == MannersConfig():  # runs of before there were any go on
            del chosen["sampler"]["manners"]
        return chosen


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML in which a repeated key is an error instead of the last one silently winning."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != "tag:yaml.org,2002:merge":
                if key_node.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key '{key_node.value}' is there twice", key_node.start_mark
                    )
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def load_config(path: Path, overrides: Sequence[str] = ()) -> RunConfig:
    """Read and validate a config file, with `key.sub=value` overrides laid over it.

    Raises:
        ConfigError: Naming the file, the key and the mend.
    """
    settings = read_yaml(path)
    for text in overrides:
        override(settings, text)
    try:
        config = parse_options(RunConfig, settings)
        if config.sandbox.unsafe:
            raise ConfigError("is decided by hand: take it out, and give --unsafe-no-sandbox", key="sandbox.unsafe")
    except ConfigError as error:
        raise error.within(file=str(path)) from None
    return config


def stored_config(text: str) -> RunConfig:
    """Return the config that a store keeps of a run, from its JSON. What was decided by hand (no sandbox) is decided anew.

    Raises:
        ConfigError: If this version cannot use it.
    """
    try:
        settings = json.loads(text)
        for key, name in (("library", "source"), ("exports", "format")):
            settings[key] = [{**entry["options"], name: entry["name"]} for entry in settings.get(key, ())]
        settings["llms"] = {
            name: {**entry["options"], "backend": entry["name"]} for name, entry in settings["llms"].items()
        }
        settings["checkers"] = [{entry["name"]: entry["options"]} for entry in settings["checkers"]]
        settings["sandbox"] = {**settings.get("sandbox", {}), "unsafe": False}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(f"is no config ({type(error).__name__})") from None
    return parse_options(RunConfig, settings)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping a YAML file holds.

    Raises:
        ConfigError: If it cannot be read, is no YAML, is no mapping, or is too large.
    """
    file = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"larger than {MAX_BYTES // 1000} kB; a config is a page or two", file=file)
        value = parse_yaml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("no such file; see configs/ for examples", file=file) from None
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", file=file) from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8 text", file=file) from None
    except yaml.YAMLError as error:
        raise ConfigError(_yaml_problem(error), file=file) from None
    except YAML_ERRORS as error:
        raise ConfigError(f"is no usable YAML ({error})", file=file) from None
    if not isinstance(value, dict):
        raise ConfigError("must hold `key: value` settings at its top level", file=file)
    return value


def parse_yaml(text: str) -> Any:
    """Return what a YAML text holds.

    Raises:
        yaml.YAMLError, or one of `YAML_ERRORS`: If it is none, repeats a key, or grows without bounds.
    """
    value = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader underneath
    budget = MAX_NODES
    stack = [value]
    while stack:
        # Aliases cost nothing to load and everything to walk: count what a walk would see.
        budget -= 1
        if budget < 0:
            raise ValueError(f"more than {MAX_NODES} values once its aliases are followed")
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return value


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{getattr(error, 'problem', None) or 'is no YAML'}"


def override(settings: dict[str, Any], setting: str) -> None:
    """Lay one `key.sub=value` over settings.

    Raises:
        ConfigError: If it is not written so, or its key leads nowhere.
    """
    name, separator, text = setting.partition("=")
    if not separator or not name.strip():
        raise ConfigError("write it as key=value, for example target.verified=50", key=f"--set {setting}")
    try:
        value = parse_yaml(text)
    except (yaml.YAMLError, *YAML_ERRORS):
        raise ConfigError("its value is no YAML", key=f"--set {setting}") from None
    *parents, last = name.strip().split(".")
    here: Any = settings
    for step in parents:
        here = here.setdefault(step, {}) if isinstance(here, dict) else _list_item(here, step, setting)
    if isinstance(here, list):
        _list_item(here, last, setting)
        here[int(last)] = value
    elif isinstance(here, dict):
        here[last] = value
    else:
        raise ConfigError("a part of its key is no group of settings", key=f"--set {setting}")


def _list_item(here: Any, step: str, setting: str) -> Any:
    if isinstance(here, list) and step.isdecimal() and int(step) < len(here):
        return here[int(step)]
    raise ConfigError(f"there is nothing under '{step}'", key=f"--set {setting}")
