"""The run's configuration: YAML in, a frozen `RunConfig` out, and one clear line for whatever is wrong.

What stands behind the doors (sources, LLM backends, checkers, exporters) validates its own options: see `apigen.options`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from apigen.errors import ConfigError
from apigen.options import Door, Options, listed, parse_options
from apigen.records import Completion, Json
from apigen.sampler_config import MannersConfig, SamplerConfig
from apigen.yaml_files import override, read_yaml


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
Positive = Annotated[int, Field(gt=0)]

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
