"""From choices to a commented YAML file that is known to load."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from apigen.config import RunConfig, load_config
from apigen.errors import ConfigError
from apigen.sources.entries import entry_yaml, flow_yaml
from apigen.starter import KINDS, MIXES, TOO_HARD, WHY, Kind, Start

OPENAI_MARK = "api.openai.com"


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
    yield f"store: {flow_yaml(place + '.db')}   # all that happens; the same command goes on from it"
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
    yield "  - duplicates   # no query that an earlier sample has, word for word or nearly"
    yield ""
    yield "exports:"
    yield f"  - {flow_yaml({'format': 'xlam', 'file': place + '.jsonl'})}   # or openai"


def _llm_lines(start: Start) -> Iterator[str]:
    yield "llms:"
    yield "  writer:"
    if start.endpoint == "embedded":
        yield "    backend: local   # served on loopback by the embedded runtime"
        yield f"    model: {flow_yaml(start.model)}"
        return
    yield "    backend: openai   # any OpenAI-compatible endpoint"
    yield f"    base_url: {flow_yaml(start.base_url)}"
    yield f"    model: {flow_yaml(start.model)}"
    if start.key_env:
        yield f"    api_key_env: {flow_yaml(start.key_env)}   # the variable; the key itself is never written anywhere"
    if OPENAI_MARK in start.base_url:
        yield "    token_limit_key: max_completion_tokens"
    if start.endpoint != "openai":
        yield "    timeout_seconds: 600"
    yield "    # prices: {input: 0.15, output: 0.6}   # dollars for a million tokens"


def _sampler_lines(start: Start, kind: Kind) -> Iterator[str]:
    yield "sampler:"
    strategies = ", ".join(f"{name}: {weight:g}" for name, weight in MIXES[start.mix].items())
    yield f"  strategies: {{{strategies}}}   # {WHY[start.mix]}"
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
