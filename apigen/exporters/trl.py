"""TRL's layout (SFTTrainer), and that of chat templates: `arguments` are an object, `tools` a JSON string, results carry their `name`.

Some templates encode string arguments a second time (Qwen2.5, Llama 3.1), others crash on them (Qwen3.5): hence the object. It needs
`datasets` of 5 or newer, which reads such objects as they are; older ones merge the keys of all rows and add nulls.
"""

from apigen.exporters.formats import Format, Layout
from apigen.exporters.messages import reply, result_texts, system_message, tools_text
from apigen.records import Json, Sample


def row(number: int, sample: Sample, layout: Layout) -> Json:
    """Return one line: `messages` and `tools`."""
    messages = [
        *system_message(layout),
        {"role": "user", "content": sample.query},
        reply(sample.calls, sample.answer, layout, arguments=lambda given: given),
    ]
    results = zip(sample.calls, result_texts(sample, layout), strict=False)
    told: list[Json] = [
        {"role": "tool", "tool_call_id": f"call_{position}", "name": layout.name(call.name), "content": text}
        for position, (call, text) in enumerate(results, 1)
    ]
    if told and sample.final:
        told.append({"role": "assistant", "content": sample.final})
    return {"messages": [*messages, *told], "tools": tools_text(sample, layout)}


FORMAT = Format(row, {"messages": "jsons", "tools": "text"})
