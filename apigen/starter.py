"""A first config: from a few choices to a commented YAML file that is known to load."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from apigen.config import NO_CALL_WEIGHT, RunConfig, SamplerConfig, SandboxConfig, load_config
from apigen.errors import ConfigError, EndpointError, LibraryError, SandboxError
from apigen.llms.models import DEFAULT_MODEL, MODELS
from apigen.options import Door
from apigen.records import NO_CALL, STYLES, Api, Style
from apigen.sampler import Sampler
from apigen.sources.audit import audit
from apigen.sources.context import SourceContext
from apigen.sources.entries import entry_yaml, read_named

EndpointName = Literal["embedded", "openai", "ollama", "vllm"]
ENDPOINTS: tuple[EndpointName, ...] = get_args(EndpointName)
BUNDLED = "bundled"
MCP = "mcp:"
TARGET = 100
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
OPENAI_MARK = "api.openai.com"
TOO_HARD = ("business", "communication", "data", "education", "location", "media", "sports", "tools", "weather")
"""Categories of the bundled functions that a model of 1.5 billion weights seldom gets right."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is usual for one kind of endpoint."""

    title: str
    model: str
    base_url: str
    key_env: str
    concurrency: int
    why: str
    query_first: bool


KINDS: dict[EndpointName, Kind] = {
    "embedded": Kind(
        "an embedded model: no key, no GPU", DEFAULT_MODEL, "", "", 2,
        "one waits for the model, the other is checked", False,
    ),
    "openai": Kind(
        "any OpenAI-compatible URL", "gpt-4o-mini", "https://api.openai.com/v1", "OPENAI_API_KEY", 16,
        "fewer are sent by itself where the endpoint asks for it", True,
    ),
    "ollama": Kind(
        "a local Ollama", "qwen2.5:7b", "http://127.0.0.1:11434/v1", "", 2,
        "Ollama answers a few at a time; see OLLAMA_NUM_PARALLEL", False,
    ),
    "vllm": Kind(
        "your own vLLM server", "Qwen/Qwen2.5-32B-Instruct", "http://127.0.0.1:8000/v1", "", 64,
        "vLLM batches: keep it full", True,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """What a first config is made of. `key_env` is the name of a variable, never a key."""

    endpoint: EndpointName
    model: str
    base_url: str
    key_env: str
    library: tuple[Door, ...]
    styles: Mapping[Style, float]
    target: int

    @property
    def bundled(self) -> bool:
        """Whether the library is that of apigen, and no other."""
        return [Path(str(entry.options.get("path"))).name for entry in self.library] == ["api_library"]


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a library found: `line` says it; `styles` are those that it can serve."""

    line: str
    styles: tuple[Style, ...]


# --- reading choices


def read_endpoint(
    endpoint: EndpointName, model: str = "", base_url: str = "", key_env: str = ""
) -> tuple[str, str, str]:
    """Return model, URL and key variable, each checked, and the usual one where none is given.

    Raises:
        ConfigError: For an unknown embedded model, a URL that is none, or what is no name of a variable.
    """
    kind = KINDS[endpoint]
    model, base_url = model or kind.model, base_url or kind.base_url
    if endpoint == "embedded" and model not in MODELS:
        raise ConfigError(f"is no embedded model; choose one of {', '.join(MODELS)}", key="--model")
    if endpoint == "embedded" and (base_url or key_env):
        raise ConfigError("is not for the embedded model", key="--base-url" if base_url else "--key-env")
    if base_url and not re.fullmatch(r"https?://[^\s/]+\S*", base_url):
        raise ConfigError("must begin with http:// or https://, as in http://127.0.0.1:8000/v1", key="--base-url")
    if "@" in base_url.partition("://")[2].partition("/")[0]:
        raise ConfigError("must hold no user and password; they would be written into the config", key="--base-url")
    if not key_env and base_url == kind.base_url:
        key_env = kind.key_env
    if key_env and not VARIABLE.fullmatch(key_env):
        # It may be the key itself, so it is not repeated.
        raise ConfigError(
            "must be the NAME of an environment variable, as in OPENAI_API_KEY; never give the key itself",
            key="--key-env",
        )
    return model, base_url, key_env


def read_library(text: str) -> tuple[tuple[Door, ...], str]:
    """Return library entries, and a note on them: `bundled`, a folder or file of functions, an OpenAPI document, `mcp: COMMAND`.

    Raises:
        ConfigError: If there is no such thing.
    """
    if text == BUNDLED:
        return (_bundled_entry(),), ""
    if text.startswith(MCP):
        return (_mcp(text.removeprefix(MCP)),), ""
    path = Path(text)
    if path.suffix == ".py" and path.is_file():
        folder = path.parent
        others = sorted(other.name for other in folder.glob("*.py") if other.name != path.name)
        note = f"a library is a folder: with {path.name} come {', '.join(others)}" if others else ""
        return (Door(name="python", options={"path": str(folder)}),), note
    try:
        return read_named(text).entries, ""
    except ConfigError as error:
        if not path.exists() and not text.startswith(("http://", "https://", "{", "[")):
            raise ConfigError(
                f"there is no '{text}'; give `{BUNDLED}`, a folder or file of functions, an OpenAPI document, or `{MCP} COMMAND`",
                key="--library",
            ) from None
        raise error from None


def _bundled_entry() -> Door:
    for folder in (Path("api_library"), Path(__file__).parent.parent / "api_library"):
        if folder.is_dir():
            return Door(name="python", options={"path": str(folder)})
    raise ConfigError("the bundled functions are not here; start in a checkout of apigen", key="--library")


def _mcp(command: str) -> Door:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError(f"is no command ({error})", key="--library") from None
    if not words:
        raise ConfigError("needs a command, as in 'mcp: mcp-server-time'", key="--library")
    name = re.sub(r"\W+", "_", Path(words[0]).stem).strip("_") or "server"
    if len(words) == 1 and words[0].startswith(("http://", "https://")):
        return Door(name="mcp", options={"name": "server", "url": words[0]})
    return Door(name="mcp", options={"name": name, "command": words})


def read_styles(text: str) -> dict[Style, float]:
    """Read `simple,multiple` or `simple=3,multiple=1`.

    Raises:
        ConfigError: For an unknown style or a weight that is no number above 0.
    """
    chosen: dict[Style, float] = {}
    known: dict[str, Style] = {style: style for style in STYLES}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, weight = part.partition("=")
        if name.strip() not in known:
            raise ConfigError(f"'{name.strip()}' is unknown; choose of {', '.join(STYLES)}", key="--styles")
        with suppress(ValueError):
            number = float(weight) if weight else 1.0
            if 0 < number <= 1e6:
                chosen[known[name.strip()]] = number
                continue
        raise ConfigError(f"'{part}' needs a weight above 0, as in {name.strip()}=2", key="--styles")
    if not chosen:
        raise ConfigError(f"name at least one of {', '.join(STYLES)}", key="--styles")
    return chosen


def usual_styles(look: Look) -> dict[Style, float]:
    """Return the weights of the styles that a library can serve."""
    return {style: NO_CALL_WEIGHT if style in NO_CALL else 1.0 for style in look.styles}


def chosen_styles(text: str, look: Look) -> dict[Style, float]:
    """Return the styles that a text names, or the usual ones.

    Raises:
        ConfigError: For one that is unknown, or that the library cannot serve.
    """
    chosen = read_styles(text) if text else usual_styles(look)
    missing = [style for style in chosen if style not in look.styles]
    if missing or not chosen:
        able = ", ".join(look.styles) or "none: its functions have no recorded calls"
        raise ConfigError(
            f"the library has not what it takes for {', '.join(missing) or 'any'}; it has for {able}", key="--styles"
        )
    return chosen


# --- looking


async def look_at(entries: Sequence[Door]) -> Look:
    """Look at a library as `apigen library check` does, and say in a line what it is like.

    Raises:
        ConfigError, LibraryError: If a run could not use it.
    """
    try:
        found = await audit(entries, SourceContext.now(SandboxConfig()))
    except (SandboxError, EndpointError) as error:
        return Look(f"not looked at: {error}", STYLES)
    if not found.apis:
        raise LibraryError(found.problems[0] if found.problems else "there are no functions in it")
    problems = (
        "no problems"
        if not found.problems
        else (f"{len(found.problems)} problem{'s'[: len(found.problems) != 1]}, the first: {found.problems[0]}")
    )
    left_out = f", {len(found.left_out)} left out" if found.left_out else ""
    return Look(f"{len(found.apis)} API{'s'[: len(found.apis) != 1]}{left_out}, {problems}", _served(found.apis))


def _served(apis: Sequence[Api]) -> tuple[Style, ...]:
    """Return the styles that a library has what it takes for."""
    return tuple(style for style in STYLES if _serves(apis, style))


def _serves(apis: Sequence[Api], style: Style) -> bool:
    try:
        Sampler(SamplerConfig(styles={style: 1.0}), apis, 0)
    except LibraryError:
        return False
    return True


# --- writing


def write_config(file: Path, text: str, *, force: bool = False) -> RunConfig:
    """Put a config in place, whole or not at all, once it has been loaded back; return what it says.

    Raises:
        ConfigError: If there is a file already (and `force` is not given), it cannot be written, or what it says is no config.
    """
    refuse_existing(file, force)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        config = load_config(draft)
        if force:
            os.replace(draft, file)
        else:
            os.link(draft, file)  # unlike a rename it never takes another file's place
    except FileExistsError:
        refuse_existing(file, force=False)
        raise
    except OSError as error:
        raise ConfigError(f"cannot be written ({error.strerror})", file=str(file)) from None
    except ConfigError as error:
        raise ConfigError(error.message, file=str(file), key=error.key) from None
    finally:
        draft.unlink(missing_ok=True)
    return config


def refuse_existing(file: Path, force: bool) -> None:
    """Raise ConfigError if there is such a file already, and `force` is not given."""
    if not force and (file.exists() or file.is_symlink()):
        raise ConfigError("is there already; --force overwrites it", file=str(file))


def config_text(start: Start, file: Path) -> str:
    """Return the commented YAML of a first config, which is to be written to `file`."""
    return "\n".join(_lines(start, file)) + "\n"


def _lines(start: Start, file: Path) -> Iterator[str]:
    kind, place = KINDS[start.endpoint], f"runs/{file.stem}"
    yield f"# Made by `apigen init`: {kind.title}."
    yield f"#   apigen run {shlex.quote(str(file))} --dry-run     # what the LLM would be asked, and the cost; asks nobody"
    yield f"#   apigen run {shlex.quote(str(file))}"
    yield "# Every key is explained in configs/README.md. Paths are relative to the folder apigen is started in."
    yield ""
    yield f"store: {_yaml(place + '.db')}   # all that happens; the same command goes on from it"
    yield "target:"
    yield f"  verified: {start.target}   # stop at this many verified samples"
    yield "  # dollars: 5   # and never spend more: needs the prices below"
    yield ""
    yield "library:"
    for entry in start.library:
        yield entry_yaml(entry).rstrip("\n")
    yield ""
    yield from _llm_lines(start)
    yield ""
    yield "seed: 1   # the same config, seed and replies give the same samples"
    yield f"concurrency: {kind.concurrency}   # draws in flight: {kind.why}"
    yield ""
    yield from _sampler_lines(start, kind)
    yield ""
    yield "generator:"
    yield "  llm: writer"
    yield f"  temperature: {0.7 if kind.query_first else 0.4}"
    yield ""
    yield "checkers:   # cheap ones first: each sees only what the one before let pass"
    yield "  - format"
    yield "  - execution"
    yield "  - grounding   # every value must be stated in the query"
    yield "  - agreement: {llm: writer}   # a solver that has not seen the calls must arrive at the same"
    if kind.query_first:
        yield "  # - judge: {llm: judge}   # best another model than the writer; add it under llms"
    yield ""
    yield "exports:"
    yield f"  - {{format: xlam, file: {_yaml(place + '.jsonl')}}}   # or openai"


def _llm_lines(start: Start) -> Iterator[str]:
    yield "llms:"
    yield "  writer:"
    if start.endpoint == "embedded":
        yield "    backend: local   # served on loopback by the embedded runtime"
        yield f"    model: {_yaml(start.model)}"
        return
    yield "    backend: openai   # any OpenAI-compatible endpoint"
    yield f"    base_url: {_yaml(start.base_url)}"
    yield f"    model: {_yaml(start.model)}"
    if start.key_env:
        yield f"    api_key_env: {_yaml(start.key_env)}   # the variable; the key itself is never written anywhere"
    if OPENAI_MARK in start.base_url:
        yield "    token_limit_key: max_completion_tokens"
    if start.endpoint != "openai":
        yield "    timeout_seconds: 600"
    yield "    # prices: {input: 0.15, output: 0.6}   # dollars for a million tokens"


def _sampler_lines(start: Start, kind: Kind) -> Iterator[str]:
    yield "sampler:"
    with_calls = any(style not in NO_CALL for style in start.styles)
    if kind.query_first and with_calls:
        yield "  strategies: {call_first: 1, query_first: 1}   # from calls that run; or the LLM writes both"
    else:
        yield "  strategies: {call_first: 1}   # start from calls that run: what a small model does well"
    weights = ", ".join(f"{style}: {weight:g}" for style, weight in start.styles.items())
    yield f"  styles: {{{weights}}}   # weights"
    if kind.query_first:
        return
    yield "  offered: [2, 3]   # APIs offered in the styles that offer several"
    yield "  calls: [2, 2]   # calls in the styles that take several"
    if start.endpoint == "embedded" and start.bundled:
        yield "  categories:   # not for a small model: their calls are long, or need exact texts"
        yield f"    {{{', '.join(f'{name}: 0' for name in TOO_HARD)}}}"
    yield "  similar: 0   # none of them much like the called one: that is for larger models"


def _yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, allow_unicode=True, width=10_000, default_flow_style=True)
    return text.removesuffix("\n").removesuffix("\n...")
