"""Benchmark files, read once: which queries and functions they hold, and on which line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from apigen.errors import ConfigError
from apigen.records import Json

MAX_LINE = 1_000_000
QUERY_KEYS = ("query", "question", "instruction", "messages")
FUNCTION_KEYS = ("function", "functions", "tools")
USERS = ("user", "human")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a benchmark: the user's queries (one a turn), and each function's name and argument names."""

    line: int
    queries: tuple[str, ...]
    functions: tuple[tuple[str, tuple[str, ...]], ...]


def read_benchmark(file: Path, key: str | None = None, *, functions: bool = True) -> Iterator[Row]:
    """Yield the rows of a JSONL file, an object a line.

    The query stands under `key`, or the first of `query`, `question`, `instruction`, `messages` that is there: a text, messages, or
    BFCL's lists of messages, a list a turn. Functions, where they are wanted, stand under `function`, `functions` or `tools`, as
    BFCL, OpenAI or xlam write them.

    Raises:
        ConfigError: Naming the file and line, for what cannot be read so.
    """
    number = 0
    try:
        with file.open("rb") as content:
            for number, line in enumerate(iter(lambda: content.readline(MAX_LINE + 1), b""), 1):
                if line.strip():
                    yield _row(number, _object(line.removeprefix(b"\xef\xbb\xbf")), key, functions)
    except _Wrong as wrong:
        raise ConfigError(f"line {number} {wrong}", file=str(file)) from None
    except FileNotFoundError:
        raise ConfigError("no such file", file=str(file)) from None
    except OSError as error:
        raise ConfigError(f"cannot be read ({error.strerror})", file=str(file)) from None


class _Wrong(Exception):
    """What is wrong with a line, and the mend."""


def _object(line: bytes) -> Mapping[str, Json]:
    if len(line) > MAX_LINE:
        raise _Wrong(f"is longer than {MAX_LINE // 1_000_000} MB; take it out, or leave only query and functions")
    try:
        line.decode()
        value = orjson.loads(line)
    except UnicodeDecodeError:
        raise _Wrong("is not UTF-8 text; save the file as UTF-8") from None
    except orjson.JSONDecodeError as error:
        raise _Wrong(f"is no JSON ({error.msg}); write one object a line") from None
    if not isinstance(value, dict):
        raise _Wrong("is no JSON object; write one object a line")
    return value


def _row(number: int, row: Mapping[str, Json], key: str | None, functions: bool) -> Row:
    keys = QUERY_KEYS if key is None else (key,)
    found = next((name for name in keys if row.get(name) is not None), None)
    if found is None:
        raise _Wrong(f"has no `{'`, `'.join(keys)}`; name the key that holds the query with the option `key`")
    queries = tuple(query for query in _queries(row[found], found) if query.strip())
    if not functions:
        return Row(number, queries, ())
    return Row(
        number, queries, tuple(_function(one, name) for name in FUNCTION_KEYS for one in _list(row.get(name), name))
    )


def _queries(value: Json, key: str, depth: int = 2) -> Iterator[str]:
    """Yield a text, the texts of the users' messages in a list, or those of each list of messages in a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth:
        for item in value:
            yield from _queries(item, key, depth - 1)
    elif isinstance(value, dict) and ("role" in value or "from" in value):
        if value.get("role", value.get("from")) in USERS:
            yield _content(value.get("content", value.get("value")), key)
    else:
        raise _Wrong(
            f"has something else than a text or messages under `{key}`; name the right key with the option `key`"
        )


def _content(content: Json, key: str) -> str:
    if isinstance(content, list):
        return " ".join(
            part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    if not isinstance(content, str):
        raise _Wrong(f"has a message without text under `{key}`; give it `content`")
    return content


def _list(value: Json, key: str) -> Sequence[Any]:
    if isinstance(value, str):  # xlam writes them as a JSON text
        try:
            value = orjson.loads(value or "[]")
        except orjson.JSONDecodeError:
            raise _Wrong(
                f"has a text that is no JSON under `{key}`; write a list of functions, or set `signatures: allow`"
            ) from None
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list | None):
        raise _Wrong(f"has no list of functions under `{key}`; write one, or set `signatures: allow`")
    return value or []


def _function(value: Json, key: str) -> tuple[str, tuple[str, ...]]:
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise _Wrong(f"has a function without a `name` under `{key}`; write one, or set `signatures: allow`")
    parameters = value.get("parameters") or {}
    if isinstance(parameters, dict) and ("properties" in parameters or isinstance(parameters.get("type"), str)):
        parameters = parameters.get("properties") or {}
    if not isinstance(parameters, dict):
        raise _Wrong(
            f"has a function whose `parameters` are no object under `{key}`; write a JSON Schema, or set `signatures: allow`"
        )
    return value["name"], tuple(parameters)
