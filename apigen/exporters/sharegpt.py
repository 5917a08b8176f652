"""LLaMA-Factory's ShareGPT layout: turns of human, function_call, observation and gpt; and the file's entry in `dataset_info.json`.

Several calls are one function_call, a JSON list; their results are one observation, a JSON list too. The number of turns must be
even: results are told only where an answer in words comes after them. Schemas are whole; for templates that have no tool format of
their own, LLaMA-Factory 0.9.5 joins the members of an enum as texts, and fails on numbers there.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from apigen.errors import StoreError
from apigen.exporters.formats import Format, Kind, Layout
from apigen.exporters.messages import call_text, need_final, result_texts, tools_text
from apigen.files import whole_file
from apigen.records import Call, Json, Sample

INFO = "dataset_info.json"
MOST_BYTES = 16 << 20


def row(number: int, sample: Sample, layout: Layout) -> Json:
    """Return one line: `conversations`, `tools`, and `system` where there is one."""
    need_final(sample, layout)
    turns = [turn("human", sample.query), reply(sample.calls, sample.answer, layout)]
    if texts := result_texts(sample, layout):
        turns += [turn("observation", _one_or_list(texts)), turn("gpt", sample.final)]
    return {"conversations": turns, "tools": tools_text(sample, layout), **system(layout)}


def reply(calls: Sequence[Call], answer: str, layout: Layout) -> dict[str, str]:
    """Return the model's turn: its calls, or its answer in words."""
    if not calls:
        return turn("gpt", answer)
    return turn("function_call", _one_or_list([call_text(call, layout) for call in calls]))


def turn(who: str, value: str) -> dict[str, str]:
    return {"from": who, "value": value}


def system(layout: Layout) -> dict[str, str]:
    return {"system": layout.system} if layout.system else {}


def _one_or_list(texts: Sequence[str]) -> str:
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def add_to_info(files: Sequence[Path], layout: Layout, *more: str) -> None:
    """Write an entry for each file, named as the file is, into the `dataset_info.json` beside; other entries stay.

    Raises:
        StoreError: If what is there cannot be read as one, or be written.
    """
    columns = ["tools", *system(layout), *more]
    entry: dict[str, Json] = {
        "formatting": "sharegpt",
        **({"ranking": True} if more else {}),
        "columns": {"messages": "conversations", **{name: name for name in columns}},
        "tags": {
            "role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt",
            "observation_tag": "observation", "function_tag": "function_call",
        },
    }  # fmt: skip
    for folder in dict.fromkeys(file.parent for file in files):
        known = _read_info(folder / INFO)
        new = {file.stem: {"file_name": file.name, **entry} for file in files if file.parent == folder}
        with whole_file(folder / INFO) as text:
            text.write(json.dumps({**known, **new}, indent=2, ensure_ascii=False).encode() + b"\n")


def _read_info(file: Path) -> Mapping[str, Json]:
    try:
        if not file.exists():
            return {}
        with file.open("rb") as content:
            text = content.read(MOST_BYTES + 1)
        known = json.loads(text) if len(text) <= MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        known = None
    if not isinstance(known, dict):
        raise StoreError(f"{file}: is no dataset_info.json of LLaMA-Factory's; mend it, or export to another folder")
    return known


COLUMNS: dict[str, Kind] = {"conversations": "turns", "tools": "text", "system": "text"}
FORMAT = Format(row, COLUMNS, beside=add_to_info)
