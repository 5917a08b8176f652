"""Nous Research's Hermes layout: ShareGPT turns of plain text, tools and calls in tags. Qwen2.5's template prints the same shape.

The system text is what Qwen2.5's chat template writes before and after the tools; each call is a `<tool_call>`, each result a
`<tool_response>`, all of one turn together.
"""

from collections.abc import Sequence

from apigen.exporters.formats import Format, Layout, LeftOut
from apigen.exporters.messages import call_text, result_texts, tool_texts
from apigen.records import Call, Json, Sample

SYSTEM = "You are a function calling AI model."
BEFORE = """

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
"""
AFTER = """
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>"""
TAGS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")


def row(number: int, sample: Sample, layout: Layout) -> Json:
    """Return one line: `conversations` of turns with `from` (system, human, gpt, tool) and `value`."""
    system = (layout.system or SYSTEM) + BEFORE + "\n".join(tool_texts(sample, layout)) + AFTER
    turns = [_turn("system", system), _turn("human", sample.query), _turn("gpt", _reply(sample.calls, sample, layout))]
    if texts := result_texts(sample, layout):
        turns.append(_turn("tool", "\n".join(_tagged("tool_response", text) for text in texts)))
        turns += [_turn("gpt", _untagged(sample.final))] if sample.final else []
    return {"conversations": turns}


def _reply(calls: Sequence[Call], sample: Sample, layout: Layout) -> str:
    return "\n".join(_tagged("tool_call", call_text(call, layout)) for call in calls) or sample.answer


def _tagged(tag: str, text: str) -> str:
    return f"<{tag}>\n{_untagged(text)}\n</{tag}>"


def _untagged(text: str) -> str:
    if any(known in text for known in TAGS):
        raise LeftOut("a value holds the format's own tags")
    return text


def _turn(who: str, value: str) -> dict[str, str]:
    return {"from": who, "value": value}


FORMAT = Format(row, {"conversations": "turns"})
