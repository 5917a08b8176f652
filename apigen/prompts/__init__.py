"""The prompt texts: one Jinja template a prompt, split into chat turns by `### system|user|assistant` lines.

A user overrides one by putting a file of the same name into the folder that the config's `prompts` names. What never changes
stands first in each, so that endpoints can reuse what they have read.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from apigen.errors import ConfigError
from apigen.prompts.questions import wanted
from apigen.records import Api, Json, Message, calls_to_json

if TYPE_CHECKING:
    from jinja2 import Template

TURN = re.compile(r"^### (system|user|assistant)\n", re.MULTILINE)
FOLDER = Path(__file__).parent


class Prompts:
    """Renders prompts by name.

    Raises:
        ConfigError: On making, if the folder of a user's own templates is missing or one of them is no template.
    """

    def __init__(self, folder: Path | None = None) -> None:
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        if folder is not None and not folder.is_dir():
            raise ConfigError(f"there is no folder '{folder}'", key="prompts")
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
        )
        self._environment.filters.update(
            signature=signature, purpose=purpose, fact=fact, wanted=wanted, json=compact_json, calls=calls_to_json
        )
        self._turns = {path.stem: self._compile(_overridden(path, folder)) for path in sorted(FOLDER.glob("*.jinja"))}

    def _compile(self, path: Path) -> list[tuple[str, "Template"]]:
        # The source is split, never the rendered text: what an API's documents say cannot open a turn.
        try:
            parts = TURN.split(path.read_text(encoding="utf-8"))
            turns = [
                (role, self._environment.from_string(text.strip()))
                for role, text in zip(parts[1::2], parts[2::2], strict=True)
            ]
        except Exception as error:  # a user's file can be wrong in any way
            raise ConfigError(f"is no Jinja template ({error})", file=str(path)) from None
        if not turns:
            raise ConfigError("has no `### user` line, so no turn at all", file=str(path))
        return turns

    def render(self, name: str, **values: Any) -> tuple[Message, ...]:
        """Return the chat turns of one prompt.

        Raises:
            ConfigError: If a user's own template asks for what the prompt does not have, or does what it cannot.
        """
        try:
            return tuple(Message(cast(Any, role), template.render(values)) for role, template in self._turns[name])
        except Exception as error:
            raise ConfigError(f"cannot be filled in ({error})", file=f"{name}.jinja", key="prompts") from None


def _overridden(path: Path, folder: Path | None) -> Path:
    own = folder / path.name if folder else path
    return own if own.is_file() else path


RANGE = re.compile(r",? (?:each |from |year |years )?-?\d+(?:\.\d+)? to -?\d+(?:\.\d+)?(?: each)?(?=[,.;]|$)")


def compact_json(value: Json) -> str:
    """Return a value as JSON for a prompt: readable, one line."""
    return json.dumps(value, ensure_ascii=False)


def signature(api: Api) -> str:
    """Return an API in the fewest tokens that still say everything: a signature, what it does, each argument's text."""
    arguments = ", ".join(
        f"{name}{'' if name in api.required else '?'}: {type_text(schema)}" for name, schema in api.properties.items()
    )
    lines = [f"{api.name}({arguments}): {api.description}"]
    for name, schema in api.properties.items():
        default = f" Default {compact_json(schema['default'])}." if schema.get("default") is not None else ""
        if schema.get("description") or default:
            lines.append(f"- {name}: {RANGE.sub('', schema.get('description', ''))}{default}")
    return "\n".join(lines)


def type_text(schema: Any) -> str:
    """Return a JSON Schema's type in TypeScript's short spelling."""
    if "enum" in schema:
        return "|".join(compact_json(member) for member in schema["enum"])
    if "const" in schema:
        return compact_json(schema["const"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return "|".join(text for text in map(type_text, schema[key]) if text != "null")
    if schema.get("type") == "array":
        return f"{type_text(schema.get('items', {}))}[]"
    if schema.get("properties"):
        inner = ", ".join(f"{name}: {type_text(item)}" for name, item in schema["properties"].items())
        return f"{{{inner}}}"
    kind = schema.get("type", "any")
    return "|".join(kind) if isinstance(kind, list) else str(kind)


def purpose(api: Api) -> str:
    """Return the first sentence of an API's description: what a person wants of it, without sources and methods."""
    return re.split(r"(?<=[a-z)][.!?]) ", api.description, maxsplit=1)[0]


def fact(api: Api, name: str, value: Json) -> str:
    """Return one argument for a writer who should not see code: `name: value (what it is)`, without ranges and defaults."""
    description = RANGE.sub("", api.properties.get(name, {}).get("description", "")).split(";")[0].rstrip(". ")
    return f"{name.replace('_', ' ')}: {compact_json(value)}" + (f" ({description})" if description else "")
