"""What chat formats share: names that they take, tools, calls and results as texts, and OpenAI's messages."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from apigen.exporters.formats import Layout, LeftOut
from apigen.exporters.per_api import per_api
from apigen.records import Api, Call, CallResult, Json, Sample

ALLOWED_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
NO_ANSWER = "no answer in words after the results"

encode = json.JSONEncoder(ensure_ascii=False).encode
"""JSON as chat templates spell it: with a space after each comma and colon."""


def tool_names(names: Sequence[str]) -> Mapping[str, str]:
    """Return each name as chats take it: other characters become `_`, 64 are kept, and no two become one."""
    known, taken = frozenset(names), set[str]()
    found: dict[str, str] = {}
    for name in names:
        plain = name if ALLOWED_NAME.fullmatch(name) else re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64] or "_"
        numbers = count(2)
        unique = plain
        while unique in taken or (unique != name and unique in known):
            suffix = f"_{next(numbers)}"
            unique = plain[: 64 - len(suffix)] + suffix
        found[name] = unique
        taken.add(unique)
    return found


def tool(api: Api, name: str) -> dict[str, Json]:
    """Return an API with its whole schema, as OpenAI's `tools` have it."""
    function = {"name": name, "description": api.description, "parameters": api.parameters}
    return {"type": "function", "function": function}


@per_api
def _tool_text(api: Api, name: str) -> str:
    return encode(tool(api, name))


def tools(sample: Sample, layout: Layout) -> list[dict[str, Json]]:
    return [tool(api, layout.name(api.name)) for api in sample.apis]


def tool_texts(sample: Sample, layout: Layout) -> list[str]:
    """Return each offered API as a JSON text."""
    return [_tool_text(api, layout.name(api.name)) for api in sample.apis]


def tools_text(sample: Sample, layout: Layout) -> str:
    """Return the offered APIs as one JSON text, as Arrow would merge their schemas and add nulls."""
    return f"[{', '.join(tool_texts(sample, layout))}]"


def call_text(call: Call, layout: Layout, arguments: str = "arguments") -> str:
    """Return `{"name": …, "arguments": {…}}`."""
    return encode({"name": layout.name(call.name), arguments: call.arguments})


def result_texts(sample: Sample, layout: Layout) -> list[str]:
    """Return what each call came to as a JSON text, and nothing where results are not told."""
    return [_result_text(result) for result in sample.results] if layout.results and sample.calls else []


def _result_text(result: CallResult) -> str:
    return encode(result.value)


def system_message(layout: Layout) -> list[dict[str, Json]]:
    return [{"role": "system", "content": layout.system}] if layout.system else []


def reply(
    calls: Sequence[Call], answer: str, layout: Layout, arguments: Callable[[Json], Json] = encode
) -> dict[str, Json]:
    """Return the assistant's message: its calls, or its answer in words. `arguments` makes a text of them, or leaves them."""
    if not calls:
        return {"role": "assistant", "content": answer}
    made = [
        {
            "id": f"call_{position}",
            "type": "function",
            "function": {"name": layout.name(call.name), "arguments": arguments(call.arguments)},
        }
        for position, call in enumerate(calls, 1)
    ]
    return {"role": "assistant", "tool_calls": made}


def need_final(sample: Sample, layout: Layout) -> None:
    """Raise LeftOut where results would be the last that is said, in a format whose last word is the assistant's."""
    if layout.results and sample.calls and not sample.final:
        raise LeftOut(NO_ANSWER)
