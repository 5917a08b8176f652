"""Names and words for what a document calls as it likes: letters of ASCII, digits and `_`."""

import re
import unicodedata
from collections.abc import Container
from typing import Annotated

from pydantic import Field

MAX_NAME = 64
Prefix = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
"""What tells the APIs of two sources apart: `prefix_name`."""


def in_words(name: str) -> str:
    words = snake(name).replace("_", " ") or name
    return words[:1].upper() + words[1:]


def ascii_text(text: str) -> str:
    return unicodedata.normalize("NFKD", text[:400]).encode("ascii", "ignore").decode()


def snake(text: str) -> str:
    """Return `getPetById` and `get-pet by id` as `get_pet_by_id`."""
    words = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3_\2\4", ascii_text(text))
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def operation_name(said: str | None, path: str, method: str) -> str:
    name = snake(said or "") or snake(f"{method} {path}")
    if name == method:
        name = f"{method}_root"
    return (name if name[0].isalpha() else f"{method}_{name}")[:MAX_NAME].strip("_")


def unique(name: str, path: str, method: str, taken: Container[str]) -> str:
    """Return the name, or one made different by the words of method and path, or at last by a number."""
    if name not in taken:
        return name
    suffix = snake(f"{method} {path}")[-30:].strip("_")
    name = f"{name[: MAX_NAME - len(suffix) - 1]}_{suffix}"
    base, number = name, 2
    while name in taken:
        name, number = f"{base[:58]}_{number}", number + 1
    return name


def prefixed(prefix: str | None, name: str) -> str:
    """Return `prefix_name`, cut to what a name may be long."""
    return (f"{prefix.rstrip('_')}_{name}" if prefix else name)[:MAX_NAME].rstrip("_")


def numbered(name: str, taken: Container[str]) -> str:
    """Return the name, or one with a number that none of those taken has: `get_user`, `get_user_2`."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name[: MAX_NAME - len(str(number)) - 1]}_{number}"
    return free
