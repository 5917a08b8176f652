"""The LLMs of an exam: asked the same question once, started at the first, and counted. Nothing is written down."""

import asyncio
from dataclasses import replace

from apigen.llms import PatientLLM
from apigen.records import Completion, Request, canonical


class OnceLLM:
    """Answers from memory what it was asked before. `calls` counts the questions that were put to the LLM behind it."""

    def __init__(self, llm: PatientLLM) -> None:
        self.model = llm.model
        self.max_in_flight = llm.max_in_flight
        self.calls = 0
        self._llm = llm
        self._started: asyncio.Future[None] | None = None
        self._replies: dict[object, asyncio.Future[Completion]] = {}

    async def start(self) -> None:
        """Make the LLM ready, once.

        Raises:
            ModelError, EndpointError: If it cannot be.
        """
        if self._started is None:
            self._started = asyncio.ensure_future(self._llm.start())
        await asyncio.shield(self._started)

    async def complete(self, request: Request) -> Completion:
        """Answer one request.

        Raises:
            ModelError, EndpointError: If the LLM cannot be asked.
        """
        # How much room a reply has differs with the calls that it is compared to, and is no part of the question.
        question = (replace(request, schema=None, max_tokens=0), canonical(request.schema))
        if question not in self._replies:
            self._replies[question] = asyncio.ensure_future(self._ask(request))
        return await asyncio.shield(self._replies[question])

    async def _ask(self, request: Request) -> Completion:
        await self.start()
        self.calls += 1
        return await self._llm.complete(request)

    async def close(self) -> None:
        """Let go of the LLM, if it was started."""
        left = [reply for reply in self._replies.values() if not reply.done()]
        for reply in left:
            reply.cancel()
        await asyncio.gather(*self._replies.values(), return_exceptions=True)
        if self._started is not None:
            await asyncio.gather(self._started, return_exceptions=True)
            await self._llm.close()
