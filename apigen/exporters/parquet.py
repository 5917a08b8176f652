"""Rows of any format as Parquet (extra `parquet`): for a file whose name ends in `.parquet`.

Objects whose keys differ from row to row (messages with calls, schemas) are columns of Arrow's type JSON, not structs: a struct has
the keys of all rows, and nulls where a row has them not. `datasets` reads them back as the objects they were.
"""

import importlib.util
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, BinaryIO

import orjson

from apigen.errors import ConfigError
from apigen.exporters.formats import Kind, LeftOut
from apigen.records import Json

SUFFIX = ".parquet"
GROUP = 1_000
"""Rows that are held until they are written together."""
NO_TEXT = "text with half of a surrogate pair, which Parquet does not take"


def need_pyarrow(key: str) -> None:
    """Raise ConfigError with the mend where pyarrow is missing."""
    if importlib.util.find_spec("pyarrow") is None:
        raise ConfigError("needs pyarrow; run: pip install 'apigen-synth[parquet]', or write a .jsonl file", key=key)


class ParquetTable:
    """Writes rows as groups of a Parquet file, with what Hugging Face's `datasets` wants to know of the columns."""

    def __init__(self, columns: Mapping[str, Kind], file: BinaryIO) -> None:
        import pyarrow.parquet

        self._columns, self._rows = columns, list[Mapping[str, Json]]()
        self._writer = pyarrow.parquet.ParquetWriter(file, schema_of(tuple(columns.items())), compression="zstd")

    def write(self, row: Mapping[str, Json]) -> None:
        self._rows.append({name: _stored(row.get(name), kind) for name, kind in self._columns.items()})
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        schema = self._writer.schema
        arrays = [_array([row[field.name] for row in self._rows], field.type) for field in schema]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
        self._rows = []


def _stored(value: Json, kind: Kind) -> Json:
    """Return a value as its column holds it: JSON as a text."""
    if kind == "json":
        return _text(value)
    if kind == "jsons":
        return [_text(item) for item in value]
    if kind == "text" and value is not None:
        _check(value)
    if kind in ("turn", "turns", "messages"):
        for turn in [value] if kind == "turn" else value:
            for text in turn.values():
                _check(text)
    return value


def _text(value: Json) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # an integer beyond 64 bits, or half of a surrogate pair
        return json.dumps(value, separators=(",", ":"))


def _check(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise LeftOut(NO_TEXT) from None


def _array(values: list[Json], kind: Any) -> Any:
    """Return an Arrow array; of JSON it is put together by hand, since Arrow makes none of Python's texts."""
    import pyarrow as pa

    if kind == pa.json_():
        return pa.ExtensionArray.from_storage(kind, pa.array(values, pa.string()))
    if pa.types.is_list(kind) and kind.value_type == pa.json_():
        texts = pa.array(values, pa.list_(pa.string()))
        return pa.ListArray.from_arrays(texts.offsets, pa.ExtensionArray.from_storage(kind.value_type, texts.values))
    return pa.array(values, kind)


@lru_cache(maxsize=64)
def schema_of(columns: tuple[tuple[str, Kind], ...]) -> Any:
    """Return the Arrow schema of columns."""
    import pyarrow as pa

    def struct(*names: str) -> Any:
        return pa.struct([(name, pa.string()) for name in names])

    types: dict[Kind, Any] = {
        "integer": pa.int64(),
        "text": pa.string(),
        "flag": pa.bool_(),
        "json": pa.json_(),
        "jsons": pa.list_(pa.json_()),
        "turn": struct("from", "value"),
        "turns": pa.list_(struct("from", "value")),
        "messages": pa.list_(struct("role", "content")),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns])
