"""Every reply is written down before it is used, and a question asked before is answered from the record."""

from typing import Protocol

from apigen.llms import LLM
from apigen.records import Completion, Request


class CompletionLog(Protocol):
    """Where replies are kept; `apigen.store.writer.RunWriter` is one."""

    def find_completion(self, request: Request) -> Completion | None: ...

    def save_completion(self, request: Request, reply: Completion) -> None: ...


class RecordedLLM:
    """An LLM whose replies are kept in a log: no reply is paid for twice. It answers once a log is attached."""

    def __init__(self, llm: LLM) -> None:
        self.model = llm.model
        self._llm = llm
        self._log: CompletionLog | None = None

    def attach(self, log: CompletionLog) -> None:
        """Keep replies in this log from now on."""
        self._log = log

    async def start(self) -> None:
        await self._llm.start()

    async def complete(self, request: Request) -> Completion:
        if self._log is None:
            raise RuntimeError("no log is attached")
        known = self._log.find_completion(request)
        if known is not None:
            return known
        reply = await self._llm.complete(request)
        self._log.save_completion(request, reply)
        return reply

    async def close(self) -> None:
        await self._llm.close()
