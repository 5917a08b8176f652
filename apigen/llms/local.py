"""An embedded model: llama.cpp's own OpenAI-compatible server on loopback, in a process that ends with ours."""

import asyncio
import contextlib
import importlib.util
import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field

from apigen.errors import ConfigError, EndpointBusy, EndpointError, ModelError
from apigen.llms.models import DEFAULT_MODEL, MODELS, model_path
from apigen.llms.openai import OpenAILLM
from apigen.llms.patient import Terms
from apigen.options import Options, parse_options
from apigen.records import Completion, JsonObject, Request

LOAD_SECONDS = 180.0


class LocalOptions(Options):
    """Which embedded model, and how it is served: `slots` requests at once, of up to `context` tokens each.

    On a few cores more slots answer no more requests a minute (measured: the same tokens a second in all), they only read
    each prompt's beginning more often; so one is the default.
    """

    model: str = DEFAULT_MODEL
    slots: Annotated[int, Field(ge=1, le=64)] = 1
    context: Annotated[int, Field(ge=512)] = 4096
    threads: Annotated[int, Field(ge=1)] | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 600.0


class LocalLLM:
    """An embedded model. Its weights must be here already: `apigen models pull NAME`."""

    def __init__(self, options: LocalOptions) -> None:
        self.model = options.model
        # One more than it serves at once, so that the next request is there when a slot falls free.
        self.terms = Terms(patience_seconds=2 * options.timeout_seconds, max_in_flight=options.slots + 1)
        self._options = options
        self._process: asyncio.subprocess.Process | None = None
        self._client: OpenAILLM | None = None

    @classmethod
    def from_options(cls, options: JsonObject) -> "LocalLLM":
        chosen = parse_options(LocalOptions, options)
        if chosen.model not in MODELS:
            raise ConfigError(f"'{chosen.model}' is no embedded model; choose one of {', '.join(MODELS)}", key="model")
        return cls(chosen)

    async def start(self) -> None:
        weights = model_path(self.model)
        if weights is None:
            raise ModelError(f"the model {self.model} is not here yet; run `apigen models pull {self.model}`")
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelError("the embedded runtime is missing; run `pip install 'apigen-synth[local]'`")
        if self._client is None:
            address = await self._serve(weights)
            self._client = OpenAILLM.from_options(
                {"model": self.model, "base_url": f"{address}/v1", "timeout_seconds": self._options.timeout_seconds}
            )

    async def _serve(self, weights: Path) -> str:
        """Start the server process; return its address once it answers."""
        options = self._options
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "apigen.llms.local_server",
            str(weights), str(options.slots), str(options.context), str(options.threads or 0),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(LOAD_SECONDS):
                async for line in self._process.stdout:
                    if line.startswith(b"listening "):
                        return line.split()[1].decode()
        except TimeoutError:
            await self.close()
            raise ModelError(f"the model {self.model} did not load within {LOAD_SECONDS:g} s") from None
        code = await self._process.wait()
        raise ModelError(f"the model {self.model} could not be loaded (its server ended with code {code})")

    async def complete(self, request: Request) -> Completion:
        if self._client is None:
            await self.start()
        assert self._client is not None
        try:
            return await self._client.complete(request)
        except EndpointBusy as error:
            if self._process is not None and self._process.returncode is not None:
                code = self._process.returncode
                raise EndpointError(
                    f"the embedded model {self.model} is gone: its server ended with code {code}"
                ) from error
            raise

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
