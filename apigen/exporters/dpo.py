"""Preference pairs, in three layouts: the verified answer is chosen, a wrong one for the same query rejected (see `pairs`)."""

from collections.abc import Callable, Sequence
from pathlib import Path

from apigen.exporters import sharegpt
from apigen.exporters.formats import Format, Layout, LeftOut, Pair
from apigen.exporters.messages import encode, reply, system_message, tools, tools_text
from apigen.records import Call, Json

TAKEN = frozenset({"system", "doubtful"})


def _rejected(pair: Pair) -> tuple[Call, ...]:
    if pair.rejected is None:
        raise LeftOut("no rejected answer")
    return pair.rejected


def _asked(pair: Pair, layout: Layout) -> list[Json]:
    return [*system_message(layout), {"role": "user", "content": pair.query}]


def _answers(pair: Pair, layout: Layout, arguments: Callable[[Json], Json]) -> tuple[list[Json], list[Json]]:
    wrong = reply(_rejected(pair), "", layout, arguments)
    return [reply(pair.calls, pair.answer, layout, arguments)], [wrong]


def trl_row(number: int, pair: Pair, layout: Layout) -> Json:
    """Return one line for TRL's DPOTrainer: `prompt`, `chosen`, `rejected`, `tools` (a JSON string), `reason`."""
    chosen, rejected = _answers(pair, layout, lambda given: given)
    return {
        "prompt": _asked(pair, layout),
        "chosen": chosen,
        "rejected": rejected,
        "tools": tools_text(pair, layout),
        "reason": pair.code,
    }


def openai_row(number: int, pair: Pair, layout: Layout) -> Json:
    """Return one line for OpenAI's preference fine-tuning, which takes no further key: reasons are counted in the metadata only."""
    chosen, rejected = _answers(pair, layout, encode)
    return {
        "input": {"messages": _asked(pair, layout), "tools": tools(pair, layout), "parallel_tool_calls": True},
        "preferred_output": chosen,
        "non_preferred_output": rejected,
    }


def sharegpt_row(number: int, pair: Pair, layout: Layout) -> Json:
    """Return one line for LLaMA-Factory: `conversations` (the prompt), `chosen`, `rejected`, `tools`, `reason`."""
    return {
        "conversations": [sharegpt.turn("human", pair.query)],
        "chosen": sharegpt.reply(pair.calls, pair.answer, layout),
        "rejected": sharegpt.reply(_rejected(pair), "", layout),
        "tools": tools_text(pair, layout),
        "reason": pair.code,
        **sharegpt.system(layout),
    }


def _add_to_info(files: Sequence[Path], layout: Layout) -> None:
    sharegpt.add_to_info(files, layout, "chosen", "rejected")


TRL = Format(
    trl_row,
    {"prompt": "jsons", "chosen": "jsons", "rejected": "jsons", "tools": "text", "reason": "text"},
    TAKEN,
    pairs=True,
)
OPENAI = Format(
    openai_row, {"input": "json", "preferred_output": "jsons", "non_preferred_output": "jsons"}, TAKEN, pairs=True
)
SHAREGPT = Format(
    sharegpt_row,
    {
        "conversations": "turns",
        "chosen": "turn",
        "rejected": "turn",
        "tools": "text",
        "reason": "text",
        "system": "text",
    },
    TAKEN,
    pairs=True,
    beside=_add_to_info,
)
