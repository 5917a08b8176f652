"""apigen from Python: what `import apigen` offers, in scripts and notebooks."""

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from apigen import pipeline
from apigen.config import RunConfig, load_config
from apigen.display import Display, Shown, make_display
from apigen.errors import ApigenError, ConfigError
from apigen.options import parse_options
from apigen.pipeline import Outcome
from apigen.progress import Progress
from apigen.records import Api, Call, CallResult, Candidate, Json, Sample, Verdict
from apigen.store.reader import StoreReader
from apigen.store.summary import summarise
from apigen.yaml_files import override

SHOWN_EVERY = 0.1
"""Seconds between two looks at the run's progress."""


def run(
    config: str | Path | Mapping[str, Any] | RunConfig,
    overrides: Sequence[str] = (),
    *,
    new_run: bool = False,
    progress: bool | Callable[[Progress], None] = True,
) -> Outcome:
    """Do what `apigen run` does: generate, verify, store and export; called again, it continues where it stopped.

    It may be called where an event loop runs already, as in a notebook: the run has a thread with a loop of its own.

    Args:
        config: A YAML file, its settings as a dict, or a RunConfig.
        overrides: Settings laid over it, as in `["target.verified=50"]`.
        new_run: Begin a run beside those that the store holds.
        progress: Show it as a line in a terminal or notebook; or a function that is told of it, in the caller's thread.

    Returns:
        How the run ended: `state` (`done`, `short` of its target, its budget `spent`), `run_id`, and what was `exported`.

    Raises:
        ConfigError, LibraryError, StoreError: Before anything is spent.
        ModelError, EndpointError, SandboxError: What is done is in the store, and the same call continues it.
        KeyboardInterrupt: After Ctrl-C, once what was in flight has ended (a second one does not wait).
    """
    thread = _RunThread(_read(config, overrides), new_run)
    with _display(progress) as display:
        outcome = thread.watch(display.update)
    if outcome.state == "stopped":
        raise KeyboardInterrupt("the run was stopped; what is done is kept, the same call continues it")
    return outcome


def open_store(path: str | Path, run: int | None = None) -> "Store":
    """Open a store for reading: its newest run, or the one of the number given.

    Raises:
        StoreError: If there is none, it is another program's, or it has no such run.
    """
    return Store(Path(path), run)


class Store:
    """One run of a store. It may be read while the run goes on; close it, or use it with `with`.

    Everything raises StoreError where the file cannot be read.
    """

    def __init__(self, path: Path, run: int | None = None) -> None:
        self._reader = StoreReader(path, run)

    @property
    def path(self) -> Path:
        """The file."""
        return self._reader.path

    @property
    def run_id(self) -> int:
        """The number of the run that is read."""
        return self._reader.run_id

    def verified(self) -> Iterator[Sample]:
        """Yield the verified samples in draw order, as they are exported; memory does not grow with them."""
        return self._reader.samples()

    def rejected(self, reason: str = "") -> Iterator[Candidate]:
        """Yield the rejected candidates in draw order, with why in `rejection`: all, or those whose reason begins so."""
        return self._reader.candidates(rejected=True, reason=reason, limit=sys.maxsize)

    def draw(self, number: int) -> tuple[Candidate, ...]:
        """Return the candidates of one draw, verified or not."""
        return self._reader.of_draw(number)

    def apis(self) -> tuple[Api, ...]:
        """Return the APIs of the run's library."""
        return self._reader.apis()

    def metadata(self) -> dict[str, Json]:
        """Return what made the samples: versions, seed, library, models, sandbox tier, config."""
        return self._reader.metadata()

    def summary(self) -> dict[str, Json]:
        """Return what `apigen status --json` prints: funnel, pass rates, costs."""
        return summarise(self._reader)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r}, run={self.run_id})"


def _read(config: str | Path | Mapping[str, Any] | RunConfig, overrides: Sequence[str]) -> RunConfig:
    if isinstance(config, str | Path):
        return load_config(Path(config), overrides)
    if isinstance(config, RunConfig):
        if overrides:
            raise ConfigError("are for a file or a dict; a RunConfig has `model_copy`", key="overrides")
        return config
    settings = _copied(config)
    for text in overrides:
        override(settings, text)
    found = parse_options(RunConfig, settings)
    if found.sandbox.unsafe:
        raise ConfigError("is decided by hand, on the command line: --unsafe-no-sandbox", key="sandbox.unsafe")
    return found


def _copied(value: Any) -> Any:
    """Return a copy of settings: overrides must not change the caller's."""
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _display(progress: bool | Callable[[Progress], None]) -> Display:
    if progress is True:
        return make_display(log_json=False)
    return Shown(progress or (lambda _: None))


class _RunThread:
    """A run in a thread of its own, watched from the thread that asked for it."""

    def __init__(self, config: RunConfig, new_run: bool) -> None:
        self._config, self._new_run = config, new_run
        self._outcome: Future[Outcome] = Future()
        self._ended = threading.Event()
        self._latest: Progress | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._task: asyncio.Task[Any] | None = None
        self._asked = 0

    def watch(self, show: Callable[[Progress], None]) -> Outcome:
        """Start, show progress until the end, and return the outcome or raise what the run raised."""
        thread = threading.Thread(target=self._work, name="apigen", daemon=True)
        thread.start()
        try:
            while not self._watched(show):
                pass
        except BaseException:  # whoever shows the progress failed: the run must not go on unseen
            self._ask_to_stop(at_once=True)
            raise
        finally:
            thread.join()
        try:
            return self._outcome.result()
        except asyncio.CancelledError:
            raise KeyboardInterrupt("the run was stopped at once; the same call continues it") from None

    def _watched(self, show: Callable[[Progress], None]) -> bool:
        """Wait a moment and show how far it is; True at the end. The first Ctrl-C is polite, the second is not."""
        try:
            ended = self._ended.wait(SHOWN_EVERY)
            if self._latest is not None:
                show(self._latest)
        except KeyboardInterrupt:
            self._asked += 1
            self._ask_to_stop(at_once=self._asked > 1)
            return False
        return ended

    def _work(self) -> None:
        try:
            self._outcome.set_result(asyncio.run(self._run()))
        except BaseException as error:
            self._outcome.set_exception(error)
        finally:
            self._ended.set()

    async def _run(self) -> Outcome:
        self._stop, self._task = asyncio.Event(), asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        if self._asked:  # before there was anybody to tell
            self._stop.set()
        return await pipeline.run(self._config, self._tell, stop=self._stop, new_run=self._new_run)

    def _tell(self, progress: Progress) -> None:
        # A copy: the run's own goes on changing while another thread shows it.
        self._latest = replace(progress, rejected=Counter(progress.rejected))

    def _ask_to_stop(self, *, at_once: bool) -> None:
        def tell() -> None:
            if self._stop is not None:
                self._stop.set()
            if at_once and self._task is not None:
                self._task.cancel()

        if self._loop is not None and not self._ended.is_set():
            try:
                self._loop.call_soon_threadsafe(tell)
            except RuntimeError:  # it has just ended
                return


__all__ = [
    "Api", "ApigenError", "Call", "CallResult", "Candidate", "Outcome", "Sample", "Store", "Verdict", "open_store", "run",
]  # fmt: skip
