"""What works on this machine, and how to mend what does not."""

import importlib.metadata
import importlib.util
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from apigen import __version__
from apigen.checkers.judge import own_judges
from apigen.config import RunConfig, SandboxConfig
from apigen.errors import ApigenError, SandboxError
from apigen.llms import LLM, build_llms
from apigen.llms.models import MODELS, model_path
from apigen.llms.openai import OpenAILLM
from apigen.llms.openai_batch import OpenAIBatchLLM
from apigen.sandbox import Invocation, open_sandbox
from apigen.sandbox.policy import landlock_version
from apigen.sandbox.tiers import COVERED, MECHANISMS, NOT_COVERED, best_tier, bubblewrap_problem
from apigen.sources import build_sources, open_library
from apigen.sources.context import SourceContext

PROBE = '''"""Probe."""


def double(number: int) -> int:
    """Double a number.

    Args:
        number: The number.
    """
    return 2 * number
'''


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `ok`, a `note` worth knowing, or `bad`."""

    level: Literal["ok", "note", "bad"]
    what: str
    text: str


async def examine(config: RunConfig | None) -> list[Finding]:
    """Look at Python, the sandbox, the embedded models, and at what a config needs."""
    version = ".".join(map(str, sys.version_info[:3]))
    findings = [Finding("ok", "apigen", f"{__version__} on Python {version}"), *await _sandbox(), *_models()]
    if config is not None:
        findings += [await _library(config), *await examine_llms(config)]
    return findings


async def _sandbox() -> list[Finding]:
    """Run a harmless call in the sandbox of this machine, and say what protects it."""
    try:
        tier = best_tier()
    except SandboxError as error:
        return [Finding("bad", "sandbox", str(error))]
    with tempfile.TemporaryDirectory(prefix="apigen-doctor-") as folder:
        Path(folder, "probe.py").write_text(PROBE, encoding="utf-8")
        sandbox = open_sandbox(Path(folder), SandboxConfig())
        try:
            (result,) = await sandbox.run([Invocation("probe", "double", {"number": 21})])
        except ApigenError as error:
            return [Finding("bad", "sandbox", str(error))]
        finally:
            await sandbox.close()
    if result.value != 42:
        return [Finding("bad", "sandbox", f"a probe call failed: {result.error}")]
    kernel = f"Linux {platform.release()}, {platform.machine()}, Landlock version {landlock_version()}"
    findings = [
        Finding("ok", "sandbox", f"tier '{tier}': {MECHANISMS[tier]}; {kernel}"),
        Finding("ok", "sandbox holds", "; ".join(COVERED)),
        Finding("note", "sandbox leaves", "; ".join(NOT_COVERED[tier])),
    ]
    weaker = bubblewrap_problem()
    if weaker:
        findings.append(Finding("note", "sandbox", f"{weaker}; namespaces would be a second wall"))
    elif os.geteuid() == 0:
        findings.append(Finding("note", "sandbox", "you are root, and so is bubblewrap; an ordinary user is enough"))
    return findings


def _models() -> list[Finding]:
    if importlib.util.find_spec("xllamacpp") is None:
        runtime = Finding(
            "note", "embedded runtime", "missing; `pip install 'apigen-synth[local]'` for the local backend"
        )
    else:
        runtime = Finding("ok", "embedded runtime", f"xllamacpp {importlib.metadata.version('xllamacpp')}")
    models = [
        Finding("ok", f"model {name}", str(path)) if (path := model_path(name)) else
        Finding("note", f"model {name}", f"not here; `apigen models pull {name}` fetches {model.size / 1e6:,.0f} MB")
        for name, model in MODELS.items()
    ]  # fmt: skip
    return [runtime, *models]


async def _library(config: RunConfig) -> Finding:
    try:
        library = await open_library(build_sources(config.library, SourceContext.now(config.sandbox)))
        await library.close()
    except ApigenError as error:
        return Finding("bad", "library", str(error))
    return Finding("ok", "library", f"{len(library.apis)} APIs, hash {library.hash}")


async def examine_llms(config: RunConfig) -> list[Finding]:
    """Look at the endpoints of a config: do they answer, take the key and know the model?"""
    try:
        llms = build_llms(config.llms)
    except ApigenError as error:
        return [Finding("bad", "llms", str(error))]
    findings = []
    for name, llm in llms.items():
        for endpoint in llm.endpoints:
            findings.append(await _endpoint(name, endpoint.llm))
        await llm.close()
    if note := own_judges(config, llms):
        findings.append(Finding("note", "judge", note))
    return findings


async def _endpoint(name: str, llm: LLM) -> Finding:
    try:
        if isinstance(llm, OpenAILLM | OpenAIBatchLLM):
            await llm.check()
            return Finding("ok", f"llm {name}", f"{llm.where} answers and serves {llm.model}")
        return _embedded(name, llm.model)
    except ApigenError as error:
        return Finding("bad", f"llm {name}", str(error))


def _embedded(name: str, model: str) -> Finding:
    if model in MODELS and model_path(model) is None:
        return Finding("bad", f"llm {name}", f"{model} is not here; run `apigen models pull {model}`")
    return Finding("ok", f"llm {name}", model)
