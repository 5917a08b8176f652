"""Execution: every call is run in the sandbox, and must give a value."""

from dataclasses import replace

from apigen.options import Options, parse_options
from apigen.records import Candidate, JsonObject
from apigen.sources import Library


class ExecutionOptions(Options):
    """No options here: the limits are `sandbox`'s."""


class ExecutionChecker:
    """Rejects a candidate when one of its calls gives a typed error; its kind is the reason (`execution:timeout`)."""

    stage = "execution"

    def __init__(self, library: Library) -> None:
        self._library = library

    @classmethod
    def from_options(cls, options: JsonObject, library: Library) -> "ExecutionChecker":
        parse_options(ExecutionOptions, options)
        return cls(library)

    async def __call__(self, candidate: Candidate) -> Candidate:
        results = await self._library.execute(candidate.calls, seed=candidate.draw.seed)
        candidate = replace(candidate, results=tuple(results))
        for call, result in zip(candidate.calls, results, strict=True):
            if result.error:
                return candidate.rejected(self.stage, result.error.kind, f"{call.name}: {result.error.message}")
        return candidate.passed(self.stage)
