"""OpenAI's fine-tuning layout: chat messages with `tool_calls`, whose `arguments` are a JSON string, and `tools` with full schemas.

The last message is the assistant's: results are told only where an answer in words comes after them.
"""

from apigen.exporters.formats import Format, Layout
from apigen.exporters.messages import need_final, reply, result_texts, system_message, tools
from apigen.records import Json, Sample


def row(number: int, sample: Sample, layout: Layout) -> Json:
    """Return one line: `messages` (user, assistant with tool calls or an answer), `tools`, `parallel_tool_calls`."""
    need_final(sample, layout)
    messages = [
        *system_message(layout),
        {"role": "user", "content": sample.query},
        reply(sample.calls, sample.answer, layout),
    ]
    if texts := result_texts(sample, layout):
        messages += [
            {"role": "tool", "tool_call_id": f"call_{position}", "content": text}
            for position, text in enumerate(texts, 1)
        ]
        messages.append({"role": "assistant", "content": sample.final})
    return {"messages": messages, "parallel_tool_calls": True, "tools": tools(sample, layout)}


FORMAT = Format(row, {"messages": "jsons", "parallel_tool_calls": "flag", "tools": "jsons"})
