"""Canned replies from a YAML file: an LLM for tests and dry demonstrations, chosen by name like any other."""

import time
from pathlib import Path

from apigen.errors import ConfigError
from apigen.options import Options, parse_options
from apigen.records import Completion, JsonObject, Request
from apigen.yaml_files import read_yaml


class ScriptedOptions(Options):
    """`replies`: a YAML file with a list of texts for each purpose (`generate`, `judge`, `agreement`, `final`)."""

    replies: Path
    model: str = "scripted"


class ScriptedLLM:
    """Answers draw N with line N of its purpose's list, starting over at the end: whatever the order of arrival."""

    def __init__(self, model: str, replies: dict[str, list[str]]) -> None:
        self.model, self._replies = model, replies

    @classmethod
    def from_options(cls, options: JsonObject) -> "ScriptedLLM":
        chosen = parse_options(ScriptedOptions, options)
        replies = read_yaml(chosen.replies)
        for purpose, texts in replies.items():
            if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
                raise ConfigError("must be a list of texts", file=str(chosen.replies), key=purpose)
        return cls(chosen.model, replies)

    async def start(self) -> None:
        pass

    async def complete(self, request: Request) -> Completion:
        start = time.perf_counter()
        texts = self._replies.get(request.purpose, [""])
        text = texts[(request.draw + request.part) % len(texts)]
        read = sum(len(message.content.split()) for message in request.messages)
        return Completion(text, self.model, read, len(text.split()), seconds=time.perf_counter() - start)

    async def close(self) -> None:
        pass
