"""A first config: what may be chosen, each choice checked, and a look at the library. `writing` makes the file."""

import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from apigen.config import SandboxConfig
from apigen.errors import ConfigError, EndpointError, LibraryError, SandboxError
from apigen.llms.models import DEFAULT_MODEL, MODELS
from apigen.options import Door
from apigen.records import NO_CALL, STYLES, Api, Strategy, Style
from apigen.sampler import Sampler
from apigen.sampler_config import NO_CALL_WEIGHT, SamplerConfig
from apigen.sources.audit import audit
from apigen.sources.context import SourceContext
from apigen.sources.entries import read_named

EndpointName = Literal["embedded", "openai", "ollama", "vllm"]
ENDPOINTS: tuple[EndpointName, ...] = get_args(EndpointName)
BUNDLED = "bundled"
TOO_HARD = ("business", "communication", "data", "education", "location", "media", "sports", "tools", "weather")
"""Categories of the bundled functions that a model of 1.5 billion weights seldom gets right."""
MCP = "mcp:"
TARGET = 100
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")


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


Mix = Literal["both", "call_first", "query_first"]
MIXES: dict[Mix, dict[Strategy, float]] = {
    "both": {"call_first": 1.0, "query_first": 1.0},
    "call_first": {"call_first": 1.0},
    "query_first": {"query_first": 1.0},
}
WHY: dict[Mix, str] = {
    "both": "from calls that run; or the LLM writes both",
    "call_first": "start from calls that run: what a small model does well",
    "query_first": "the LLM writes query and calls: this library has too few recorded calls to start from",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a library found: `line` says it; `served` are the styles that each of the MIXES of strategies can serve."""

    line: str
    served: Mapping[Mix, tuple[Style, ...]]


@dataclass(frozen=True, slots=True)
class Start:
    """What a first config is made of. `key_env` is the name of a variable, never a key."""

    endpoint: EndpointName
    model: str
    base_url: str
    key_env: str
    library: tuple[Door, ...]
    mix: Mix
    styles: Mapping[Style, float]
    target: int

    @property
    def bundled(self) -> bool:
        """Whether the library is that of apigen, and no other."""
        return len(self.library) == 1 and _is_bundled(Path(str(self.library[0].options.get("path"))))


WITH_CALLS: tuple[Style, ...] = tuple(style for style in STYLES if style not in NO_CALL)
ANY: Mapping[Mix, tuple[Style, ...]] = {"both": STYLES, "call_first": STYLES, "query_first": WITH_CALLS}


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
    for folder in (Path("api_library"), Path(__file__).parents[2] / "api_library"):
        if _is_bundled(folder):
            return Door(name="python", options={"path": str(folder)})
    raise ConfigError("the bundled functions are not here; start in a checkout of apigen", key="--library")


def _is_bundled(folder: Path) -> bool:
    """Say whether a folder is that of apigen's functions, and not one of the user's that is called the same."""
    return folder.name == "api_library" and all((folder / f"{category}.py").is_file() for category in TOO_HARD)


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


def usual_styles(endpoint: EndpointName, look: Look) -> dict[Style, float]:
    """Return the weights of the styles that a library can serve."""
    served = look.served[_usual_mix(endpoint, look)]
    return {style: NO_CALL_WEIGHT if style in NO_CALL else 1.0 for style in served}


def chosen_styles(text: str, endpoint: EndpointName, look: Look) -> tuple[Mix, dict[Style, float]]:
    """Return the styles that a text names, or the usual ones, and strategies by which the library can serve them.

    Raises:
        ConfigError: For a style that is unknown, or that the library cannot serve.
    """
    usual = _usual_mix(endpoint, look)
    chosen = read_styles(text) if text else usual_styles(endpoint, look)
    for mix in (usual, *MIXES):
        if chosen and set(chosen) <= set(look.served[mix]):
            return mix, chosen
    able = ", ".join(look.served[max(MIXES, key=lambda mix: len(look.served[mix]))]) or "none"
    raise ConfigError(
        f"the library has not what it takes for {', '.join(chosen) or 'any'}; it has for {able}", key="--styles"
    )


def _usual_mix(endpoint: EndpointName, look: Look) -> Mix:
    """Return what fits the endpoint's usual model: a large one serves the most styles, a small one call_first if it can."""
    if KINDS[endpoint].query_first:
        return max(MIXES, key=lambda mix: len(look.served[mix]))
    return "call_first" if look.served["call_first"] else "query_first"


# --- looking


async def look_at(entries: Sequence[Door]) -> Look:
    """Look at a library as `apigen library check` does, and say in a line what it is like.

    Raises:
        ConfigError, LibraryError: If a run could not use it.
    """
    try:
        found = await audit(entries, SourceContext.now(SandboxConfig()))
    except (SandboxError, EndpointError) as error:
        return Look(f"not looked at: {error}", ANY)
    if not found.apis:
        raise LibraryError(found.problems[0] if found.problems else "there are no functions in it")
    problems = (
        "no problems"
        if not found.problems
        else (f"{len(found.problems)} problem{'s'[: len(found.problems) != 1]}, the first: {found.problems[0]}")
    )
    left_out = f", {len(found.left_out)} left out" if found.left_out else ""
    return Look(f"{len(found.apis)} API{'s'[: len(found.apis) != 1]}{left_out}, {problems}", _served(found.apis))


def _served(apis: Sequence[Api]) -> dict[Mix, tuple[Style, ...]]:
    """Return the styles that a library has what it takes for, by strategies."""
    return {mix: tuple(style for style in STYLES if _serves(apis, style, mix)) for mix in MIXES}


def _serves(apis: Sequence[Api], style: Style, mix: Mix) -> bool:
    if style in NO_CALL and mix == "query_first":
        return False
    try:
        Sampler(SamplerConfig(styles={style: 1.0}, strategies=MIXES[mix]), apis, 0)
    except LibraryError:
        return False
    return True
