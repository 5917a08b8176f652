"""What names a library on the command line, and entries of its `library` added to a config."""

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict

from apigen.config import SandboxConfig, Source
from apigen.errors import ConfigError
from apigen.options import Door, Options, parse_options
from apigen.yaml_files import YAML_ERRORS, parse_yaml, read_yaml

_IS_CONFIG = re.compile(r"^(?:library|source)\s*:", re.MULTILINE)
_SNIFFED = 100_000


@dataclass(frozen=True, slots=True)
class Named:
    """The sources meant, and where a config names them, its store and limits too."""

    entries: tuple[Source, ...]
    store: Path | None
    sandbox: SandboxConfig


class _Parts(Options):
    """The parts of a config that a library needs; what else it holds is not looked at."""

    model_config = ConfigDict(extra="ignore")

    library: tuple[Source, ...]
    store: Path | None = None
    sandbox: SandboxConfig = SandboxConfig()


def read_named(library: str) -> Named:
    """Return what `--library` names: a folder, an OpenAPI document (file or URL), a config, or an entry of one (file or text).

    Raises:
        ConfigError: If it names nothing, or an entry is not written as one.
    """
    if library.startswith(("http://", "https://")):
        return _one("openapi", "spec", library)
    if library.lstrip().startswith(("{", "[")):
        return _read_text(library)
    path = Path(library)
    if path.is_dir():
        return _one("python", "path", library)
    if not path.is_file():
        wanted = (
            "a folder of functions, an OpenAPI document (file or URL), a config, or an entry such as '{source: mcp, …}'"
        )
        raise ConfigError(f"there is no folder or file '{library}'; give {wanted}", key="--library")
    if not _IS_CONFIG.search(_beginning(path)):
        return _one("openapi", "spec", library)
    try:
        return _read_parts(read_yaml(path))
    except ConfigError as error:
        raise error.within(file=library) from None


def _one(source: str, key: str, place: str) -> Named:
    return Named((Door(name=source, options={key: place}),), None, SandboxConfig())


def _read_text(text: str) -> Named:
    try:
        value = parse_yaml(text)
    except (yaml.YAMLError, *YAML_ERRORS):
        raise ConfigError(
            "is no YAML; write an entry as in '{source: python, path: my_apis}'", key="--library"
        ) from None
    try:
        return _read_parts({"library": value} if isinstance(value, list) else value)
    except ConfigError as error:
        raise error.within(file="--library") from None


def _read_parts(settings: dict[str, Any]) -> Named:
    parts = parse_options(_Parts, {"library": [settings]} if "source" in settings else settings)
    return Named(parts.library, parts.store, parts.sandbox)


def _beginning(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_SNIFFED)
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", file=str(path)) from None


# --- adding one


def entry_yaml(entry: Door) -> str:
    """Return an entry as it stands under `library:` of a config."""
    return _block(entry, 2)


def add_entry(file: Path, entry: Door) -> None:
    """Add an entry to the `library` of a config, and leave every other byte of the file as it is.

    Raises:
        ConfigError: If the file is no config, has the entry already, or is written so that the entry must be added by hand.
    """
    settings = read_yaml(file)
    present, wanted = settings.get("library") or [], _settings(entry)
    if not isinstance(present, list):
        raise ConfigError("must be a list of entries", key="library", file=str(file))
    if wanted in present:
        raise ConfigError("has this entry already", key="library", file=str(file))
    with file.open(encoding="utf-8", newline="") as opened:
        text = opened.read()
    changed = _inserted(text, entry)
    expected = settings | {"library": [*present, wanted]}
    with suppress(yaml.YAMLError, *YAML_ERRORS):
        if parse_yaml(changed) == expected:
            _replace(file, changed)
            return
    raise ConfigError(f"add it by hand: {flow_yaml(_settings(entry))}", key="library", file=str(file))


def _settings(entry: Door) -> dict[str, Any]:
    return {"source": entry.name, **entry.options}


def _inserted(text: str, entry: Door) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node = next((value for key, value in getattr(root, "value", ()) if key.value == "library"), None)
    newline = "\r\n" if "\r\n" in text else "\n"
    if isinstance(node, yaml.SequenceNode) and node.flow_style:
        end = node.end_mark.index - 1
        return text[:end] + (", " if node.value else "") + flow_yaml(_settings(entry)) + text[end:]
    lines = text.splitlines(keepends=True)
    if isinstance(node, yaml.SequenceNode):
        at, added = _last_line(node) + 1, _block(entry, node.start_mark.column)
    else:  # no `library` at all, or an empty one
        at = node.start_mark.line + 1 if node else len(lines)
        added = ("" if node else "library:\n") + _block(entry, 2)
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += newline
    return "".join([*lines[:at], added.replace("\n", newline), *lines[at:]])


def _last_line(node: yaml.Node) -> int:
    """Return the line that a node's text ends on; the node's own mark stands behind the comments that follow."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    mark = node.end_mark
    return mark.line - (mark.column == 0 and mark.line > node.start_mark.line)


def _block(entry: Door, indent: int) -> str:
    lines = [f"{key}: {flow_yaml(value)}" for key, value in _settings(entry).items()]
    return "".join(f"{' ' * indent}{'  ' if number else '- '}{line}\n" for number, line in enumerate(lines))


def flow_yaml(value: Any) -> str:
    """Return a value as YAML on one line."""
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _replace(file: Path, text: str) -> None:
    place = file.resolve()
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as opened:
            opened.write(text)
        shutil.copymode(place, draft)
        draft.replace(place)
    except OSError as error:
        raise ConfigError(f"cannot be written ({error.strerror})", file=str(file)) from None
    finally:
        draft.unlink(missing_ok=True)
