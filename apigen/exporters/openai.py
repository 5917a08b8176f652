"""OpenAI's fine-tuning layout: chat messages with `tool_calls`, whose `arguments` are a JSON string, and `tools` with full schemas."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import count

from apigen.records import Api, Json, Sample

ALLOWED_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

_encode = json.JSONEncoder(ensure_ascii=False).encode


def row(number: int, sample: Sample) -> Json:
    """Return one line: `messages` (user, assistant with tool calls or an answer), `tools`, `parallel_tool_calls`."""
    names = tool_names(tuple([api.name for api in sample.apis]))
    calls = [
        {
            "id": f"call_{position}",
            "type": "function",
            "function": {
                "name": names[call.name],
                "arguments": _encode(call.arguments),
            },
        }
        for position, call in enumerate(sample.calls, 1)
    ]
    reply = {"tool_calls": calls} if calls else {"content": sample.answer}
    return {
        "messages": [{"role": "user", "content": sample.query}, {"role": "assistant", **reply}],
        "parallel_tool_calls": True,
        "tools": [_tool(api, names[api.name]) for api in sample.apis],
    }


@lru_cache(maxsize=4096)
def tool_names(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return each name as the format takes it: other characters become `_`, 64 are kept, and no two become one."""
    taken: dict[str, str] = {}
    for name in names:
        plain = name if ALLOWED_NAME.fullmatch(name) else re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64] or "_"
        numbers = count(2)
        unique = plain
        while unique in taken.values() or (unique != name and unique in names):
            suffix = f"_{next(numbers)}"
            unique = plain[: 64 - len(suffix)] + suffix
        taken[name] = unique
    return taken


def _tool(api: Api, name: str) -> Json:
    function = {"name": name, "description": api.description, "parameters": api.parameters}
    return {"type": "function", "function": function}
