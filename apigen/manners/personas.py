"""Who may be writing: apigen's own people, or those of a user's list or file, such as PersonaHub's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from apigen.errors import ConfigError
from apigen.manner import persona_text
from apigen.sampler_config import BUILTIN

MAX_BYTES = 64_000_000
MAX_LINE = 16_000
"""Of a file's line, in bytes: other keys may stand beside the persona."""
OWN = Path(__file__).parent / "personas.txt"


def load_personas(personas: str | Sequence[str]) -> tuple[str, ...]:
    """Return the different personas of a list, of a file, or apigen's own, in order; none for an empty text.

    A file has one a line: a text, a JSON string, or a JSON object with the key `persona`.

    Raises:
        ConfigError: Naming file, line and mend, for a file that is none of these.
    """
    if not isinstance(personas, str):
        return tuple(dict.fromkeys(map(persona_text, personas)))
    if not personas:
        return ()
    file = OWN if personas == BUILTIN else Path(personas)
    try:
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            raise ValueError(f"is larger than {MAX_BYTES // 1_000_000} MB; take a part of it")
        found = tuple(dict.fromkeys(_personas(file)))
        if not found:
            raise ValueError("holds no persona; write one a line")
    except ValueError as error:
        raise ConfigError(str(error), file=str(file), key="sampler.manners.personas") from None
    except FileNotFoundError:
        message = f"no such file; name one, or write `{BUILTIN}` or a list"
        raise ConfigError(message, file=str(file), key="sampler.manners.personas") from None
    except OSError as error:
        message = f"cannot be read ({error.strerror})"
        raise ConfigError(message, file=str(file), key="sampler.manners.personas") from None
    return found


def _personas(file: Path) -> Iterator[str]:
    with file.open("rb") as content:
        for number, line in enumerate(iter(lambda: content.readline(MAX_LINE + 1), b""), 1):
            if told := line.removeprefix(b"\xef\xbb\xbf").strip():
                try:
                    yield persona_text(_text(told))
                except ValueError as error:
                    raise ValueError(f"line {number}: {error}") from None


def _text(line: bytes) -> str:
    if len(line) > MAX_LINE:
        raise ValueError(f"is longer than {MAX_LINE // 1000} kB; write one persona a line")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text; save the file as UTF-8") from None
    if text[0] not in '{"':
        return text
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = None if text[0] == "{" else text  # a text may begin with a quote
    found = value.get("persona") if isinstance(value, dict) else value
    if not isinstance(found, str):
        raise ValueError('is no JSON object with a text under `persona`; write {"persona": "…"}, or plain text')
    return found
