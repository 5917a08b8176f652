"""Llama 3.1's own texts: tools in the first user message, the call as `{"name": …, "parameters": {…}}`, results from `ipython`.

These are the texts that the model's chat template writes (but its line `Environment: ipython`), for trainers that pass no tools to a
template. The template takes one call a turn, and so does the model: samples of several calls are left out.
"""

import json

from apigen.exporters.formats import Format, Layout, LeftOut
from apigen.exporters.messages import call_text, result_texts, system_message, tool
from apigen.exporters.per_api import per_api
from apigen.records import Api, Json, Sample

BEFORE = (
    "Given the following functions, please respond with a JSON for a function call with its proper arguments that best answers "
    "the given prompt.\n\n"
    'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.'
    "Do not use variables.\n\n"
)


def row(number: int, sample: Sample, layout: Layout) -> Json:
    """Return one line: `messages` with `role` (system, user, assistant, ipython) and `content`."""
    if len(sample.calls) > 1:
        raise LeftOut("several calls in one turn")
    offered = "".join([_tool_text(api, layout.name(api.name)) for api in sample.apis])
    replies = [call_text(call, layout, "parameters") for call in sample.calls] or [sample.answer]
    messages = [
        *system_message(layout),
        {"role": "user", "content": BEFORE + offered + sample.query.strip()},
        {"role": "assistant", "content": replies[0]},
        *[{"role": "ipython", "content": text} for text in result_texts(sample, layout)],
    ]
    if messages[-1]["role"] == "ipython" and sample.final:
        messages.append({"role": "assistant", "content": sample.final})
    return {"messages": messages}


@per_api
def _tool_text(api: Api, name: str) -> str:
    return json.dumps(tool(api, name), indent=4, ensure_ascii=False) + "\n\n"


FORMAT = Format(row, {"messages": "messages"})
