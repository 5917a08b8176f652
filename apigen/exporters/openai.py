"""OpenAI's fine-tuning layout: chat messages with `tool_calls`, whose `arguments` are a JSON string, and `tools` with full schemas."""

import json
import re

from apigen.records import Api, Json, Sample

ALLOWED_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def row(number: int, sample: Sample) -> Json:
    """Return one line: `messages` (user, assistant with tool calls), `tools`, `parallel_tool_calls`."""
    calls = [
        {
            "id": f"call_{position}",
            "type": "function",
            "function": {
                "name": tool_name(call.name),
                "arguments": json.dumps(call.arguments, ensure_ascii=False),
            },
        }
        for position, call in enumerate(sample.calls, 1)
    ]
    return {
        "messages": [{"role": "user", "content": sample.query}, {"role": "assistant", "tool_calls": calls}],
        "parallel_tool_calls": True,
        "tools": [_tool(api) for api in sample.apis],
    }


def tool_name(name: str) -> str:
    """Return a name as the format takes it: other characters become `_`, and no more than 64 are kept."""
    return name if ALLOWED_NAME.fullmatch(name) else re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64]


def _tool(api: Api) -> Json:
    function = {"name": tool_name(api.name), "description": api.description, "parameters": api.parameters}
    return {"type": "function", "function": function}
