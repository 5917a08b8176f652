"""Every reply is written down before it is used, and a question asked before is answered from the record."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from apigen.llms import LLM
from apigen.records import Completion, Request, canonical


class CompletionLog(Protocol):
    """Where replies are kept; `apigen.store.commit.CommitLog` is one."""

    def find_completion(self, request: Request) -> Completion | None: ...

    async def save_completion(self, request: Request, reply: Completion) -> None: ...


class RecordedLLM:
    """An LLM whose replies are kept in a log: no reply is paid for twice. It answers once a log is attached."""

    def __init__(self, llm: LLM) -> None:
        self.model = llm.model
        self._llm = llm
        self._log: CompletionLog | None = None
        self._allow: Callable[[], None] = lambda: None
        self._asking: dict[object, asyncio.Event] = {}

    def attach(self, log: CompletionLog, allow: Callable[[], None] | None = None) -> None:
        """Keep replies in this log from now on. `allow` is called before a question is asked that is not in it."""
        self._log, self._allow = log, allow or self._allow

    async def start(self) -> None:
        await self._llm.start()

    async def complete(self, request: Request) -> Completion:
        """Answer from the log, or ask and write down. Who asks what is being asked waits for that answer.

        Raises:
            EndpointError: If the endpoint does not answer.
            ApigenError: Whatever `allow` raises, such as BudgetSpent.
        """
        if self._log is None:
            raise RuntimeError("no log is attached")
        question = (replace(request, schema=None), canonical(request.schema))
        while True:
            known = self._log.find_completion(request)
            if known is not None:
                return known
            if question not in self._asking:
                return await self._ask(request, question, self._log)
            await self._asking[question].wait()

    async def _ask(self, request: Request, question: object, log: CompletionLog) -> Completion:
        self._allow()
        answered = self._asking[question] = asyncio.Event()
        saving: asyncio.Future[None] | None = None

        def finish(saved: asyncio.Future[None] | None = None) -> None:
            del self._asking[question]
            answered.set()
            if saved is not None and not saved.cancelled():
                saved.exception()  # whoever would have raised it was cancelled

        try:
            reply = await self._llm.complete(request)
            # It is paid for: it is written down even where its draw is dropped meanwhile.
            saving = asyncio.ensure_future(log.save_completion(request, reply))
            await asyncio.shield(saving)
        finally:
            if saving is None or saving.done():
                finish()
            else:
                saving.add_done_callback(finish)
        return reply

    async def close(self) -> None:
        await self._llm.close()
