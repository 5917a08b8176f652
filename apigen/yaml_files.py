"""YAML as people write it, read strictly: one clear line for whatever is wrong."""

from pathlib import Path
from typing import Any

import yaml

from apigen.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
YAML_ERRORS = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What PyYAML's own constructors raise, beside its YAMLError, for a value that is not what its tag says."""


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
