"""The link to a Ray cluster, one that is there or one of our own on this machine; and each worker's share of a config's limits."""

import asyncio
import logging
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from apigen.config import RunConfig
from apigen.errors import ApigenError, ConfigError
from apigen.records import JsonObject

DIVIDED = ("max_in_flight", "requests_per_minute", "tokens_per_minute")
"""Limits of an endpoint that all workers keep together."""
OBJECT_BYTES = 100_000_000
"""Shared memory of a local Ray. What workers and driver tell each other is small, and most of it goes past that memory."""
KNOCK_SECONDS, JOIN_SECONDS, LEAVE_SECONDS = 5.0, 30.0, 10.0
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # apigen has no telemetry of any kind
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
}
ALONE = {"RAY_AUTH_MODE": "token", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""How a local Ray is kept to this machine and this run: without the latter setting, which is misnamed, it listens on the network."""


class ClusterError(ApigenError):
    """A Ray cluster that cannot be used, or whose workers do not stay alive."""

    exit_code = 3


def share(config: RunConfig, part: int, parts: int) -> RunConfig:
    """Return a config with one worker's share of its limits, at least 1 of each; the shares of all add up to the config's."""

    def of(value: int) -> int:
        return max(1, value // parts + (part < value % parts))

    def divided(options: JsonObject) -> dict[str, Any]:
        made = {key: of(value) if key in DIVIDED and value else value for key, value in options.items()}
        if "endpoints" in options:
            made["endpoints"] = [divided(one) if isinstance(one, Mapping) else one for one in options["endpoints"]]
        return made

    llms = {name: llm.model_copy(update={"options": divided(llm.options)}) for name, llm in config.llms.items()}
    return config.model_copy(update={"llms": llms, "concurrency": of(config.concurrency)})


def tightest(config: RunConfig) -> tuple[int, str]:
    """Return the limit that allows the fewest workers, and its key: each needs at least 1 of it."""

    def found(options: JsonObject, key: str) -> Iterator[tuple[int, str]]:
        yield from ((options[name], f"{key}.{name}") for name in DIVIDED if options.get(name))
        for number, one in enumerate(options.get("endpoints", ())):
            if isinstance(one, Mapping):
                yield from found(one, f"{key}.endpoints[{number}]")

    limits = [limit for name, llm in config.llms.items() for limit in found(llm.options, f"llms.{name}")]
    if not all(llm.options.get("max_in_flight") for llm in config.llms.values()):
        limits.append((config.concurrency, "concurrency"))
    return min(limits)


def refuse_batches(config: RunConfig) -> None:
    """Raise ConfigError where an LLM leaves batches at its provider: the store keeps book of them, and workers have none."""

    def check(backend: Any, options: JsonObject, key: str) -> None:
        if backend == "openai_batch":
            message = "does not work on Ray; one machine is enough for it, since the provider does the work"
            raise ConfigError(message, key=f"{key}.backend")
        for number, one in enumerate(options.get("endpoints", ())):
            if isinstance(one, Mapping):
                check(one.get("backend"), one, f"{key}.endpoints[{number}]")

    for name, llm in config.llms.items():
        check(llm.name, llm.options, f"llms.{name}")


class Cluster:
    """A Ray cluster that is joined by `open` and left by `close`; one of our own, where there is no address, ends then.

    Raises:
        ConfigError: If Ray is not installed, or the config does not fit a cluster, or so many workers.
    """

    def __init__(self, config: RunConfig, address: str | None = None, workers: int | None = None) -> None:
        if find_spec("ray") is None:
            raise ConfigError("Ray is not installed: pip install 'apigen-synth[ray]'", key="--engine ray")
        if address and address.startswith("ray://"):
            message = "Ray Client is not supported; start the command on a node of the cluster, with --address auto"
            raise ConfigError(message, key=f"--address {address}")
        refuse_batches(config)
        self._most, key = tightest(config)
        if workers is not None and workers > self._most:
            raise ConfigError(f"{key} is {self._most}, and all workers share it; raise it", key=f"--workers {workers}")
        self._address, self._workers = address, workers
        self._environment: dict[str, str | None] = {}
        self._folder: Path | None = None
        self._joined = False

    def open(self) -> int:
        """Join the cluster, or start one; return how many workers there are to be: one a node, and one for each two CPUs.

        Raises:
            ClusterError, ConfigError: If there is no such cluster, or none can be started.
        """
        self._set(QUIET if self._address else QUIET | ALONE)
        import ray

        logging.getLogger("ray").setLevel(logging.CRITICAL + 1)  # what matters is said by us, in a line
        if ray.is_initialized():
            return self._count(ray)
        settings: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
        if self._address:
            _knock(self._address)
            try:
                ray.init(address=self._address, **settings)
            except Exception as error:  # Ray names no few that it raises
                message = f"there is no Ray cluster that can be joined ({_line(error)})"
                raise ConfigError(message, key=f"--address {self._address}") from error
            self._joined = True
            return self._count(ray)
        workers = self._workers or min(self._most, max(1, (os.cpu_count() or 1) // 2))
        self._folder = folder = _short_folder()
        token = folder / "token"
        token.touch(0o600)
        token.write_text(secrets.token_hex(32))
        self._set({"RAY_AUTH_TOKEN_PATH": str(token)})
        try:
            ray.init(
                address="local", num_cpus=workers, num_gpus=0, include_dashboard=False,
                object_store_memory=OBJECT_BYTES, _temp_dir=str(folder), **settings,
            )  # fmt: skip
        except Exception as error:
            raise ClusterError(f"Ray cannot be started on this machine ({_line(error)})") from error
        self._joined = True
        return workers

    def close(self) -> None:
        """Leave the cluster. Of a local one nothing is left: no process, no file."""
        if self._joined:
            import ray

            ray.shutdown()
            self._joined = False
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._environment.clear()

    def _count(self, ray: Any) -> int:
        if self._workers:
            return self._workers
        nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
        cpus = sum(node["Resources"]["CPU"] for node in nodes)
        return min(self._most, max(1, len(nodes), int(cpus // 2)))

    def _set(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self._environment.setdefault(name, os.environ.get(name))
            os.environ[name] = value


class Link:
    """Joins and leaves a cluster in a thread of its own, since Ray's calls may take long, or for ever.

    The thread lives until the cluster is left: what it starts ends with it. It keeps no process from ending.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._leaving = threading.Event()
        self._joined: asyncio.Future[int] | None = None
        self._left: asyncio.Future[None] | None = None

    async def join(self) -> int:
        """Open the cluster; return how many workers there are to be.

        Raises:
            ClusterError, ConfigError: If it cannot be joined, or does not answer.
        """
        loop = asyncio.get_running_loop()
        self._joined, self._left = loop.create_future(), loop.create_future()
        threading.Thread(target=self._run, args=(loop, self._joined, self._left), daemon=True, name="ray").start()
        done, _ = await asyncio.wait([self._joined], timeout=JOIN_SECONDS)
        if not done:
            raise ClusterError(f"the Ray cluster does not answer ({JOIN_SECONDS:.0f} s)")
        return self._joined.result()

    async def leave(self) -> None:
        """Close the cluster, if it was ever joined; one that is still being joined is waited for, but not long."""
        self._leaving.set()
        if self._left is not None:
            await asyncio.wait([self._left], timeout=LEAVE_SECONDS)

    def _run(
        self, loop: asyncio.AbstractEventLoop, joined: "asyncio.Future[int]", left: "asyncio.Future[None]"
    ) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            try:
                loop.call_soon_threadsafe(joined.set_result, self._cluster.open())
            except (ApigenError, ImportError) as error:
                loop.call_soon_threadsafe(joined.set_exception, error)
            self._leaving.wait()
            self._cluster.close()
            loop.call_soon_threadsafe(left.set_result, None)


def _knock(address: str) -> None:
    """Raise ConfigError where nobody listens at HOST:PORT: Ray itself would wait for ever."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        return  # "auto", or what Ray will say is wrong
    try:
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ConfigError(f"nobody listens there ({_line(error)})", key=f"--address {address}") from None


def _short_folder() -> Path:
    # Ray puts sockets far below it, and the path of a socket has at most 107 bytes.
    short = Path("/tmp")  # noqa: S108 - mkdtemp makes a folder there that is ours alone
    return Path(tempfile.mkdtemp(prefix="apigen-ray-", dir=short if short.is_dir() else None))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
