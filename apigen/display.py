"""How a run is shown: one line drawn anew on a terminal or in a notebook, a line a second elsewhere, or a JSON object a line."""

import json
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.progress import Progress

LINE_SECONDS = 1.0
DRAWN_SECONDS = 0.1
NOTEBOOK_SECONDS = 0.5
BAR_LETTERS = 20


class Display(Protocol):
    """Shows progress between `with` and its end."""

    def __enter__(self) -> "Display": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def update(self, progress: "Progress") -> None: ...


def make_display(console: "Console | None" = None, *, log_json: bool) -> Display:
    """Return what fits where the output goes: a notebook, a terminal, or anything else."""
    if log_json:
        return _Lines(_as_json)
    if _in_notebook():
        return _Notebook()
    if console is None:
        from rich.console import Console

        console = Console(markup=False, highlight=False)
    return _Live(console) if console.is_terminal else _Lines(_in_words)


def _in_notebook() -> bool:
    """Say whether a Jupyter kernel shows what we show; IPython in a terminal is a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


class Shown:
    """A display that a function is."""

    def __init__(self, show: Callable[["Progress"], None]) -> None:
        self.update = show

    def __enter__(self) -> "Shown":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class _Notebook:
    """One line of text under a cell, replaced as it changes: any front end shows it, without widgets."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._last, self._shown = 0.0, ""
        self._progress: Progress | None = None

    def __enter__(self) -> "_Notebook":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._draw(self._progress)

    def update(self, progress: "Progress") -> None:
        self._progress = progress
        if time.monotonic() - self._last >= NOTEBOOK_SECONDS:
            self._last = time.monotonic()
            self._draw(progress)

    def _draw(self, progress: "Progress") -> None:
        text = f"{_bar(progress)}{_in_words(progress)}"
        if text == self._shown:
            return
        self._shown, bundle = text, {"text/plain": text}
        if self._handle is not None:
            self._handle.update(bundle, raw=True)
        else:
            self._handle = sys.modules["IPython.display"].display(bundle, raw=True, display_id=True)


def _bar(progress: "Progress") -> str:
    if not progress.target:
        return ""
    full = min(BAR_LETTERS, BAR_LETTERS * progress.verified // progress.target)
    return f"{'█' * full}{'░' * (BAR_LETTERS - full)} "


TextOf = Callable[["Progress"], str]


class _Lines:
    """A line whenever the step or the notice changes, one a second while something else does, and one of how it ended."""

    def __init__(self, text_of: TextOf) -> None:
        self._text_of = text_of
        self._change: tuple[str, str] | None = None
        self._last, self._shown = 0.0, ""
        self._progress: Progress | None = None

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._write(self._progress)

    def update(self, progress: "Progress") -> None:
        now, change = time.monotonic(), (progress.step, progress.notice)
        self._progress = progress
        if change != self._change or now - self._last >= LINE_SECONDS:
            self._change, self._last = change, now
            self._write(progress)

    def _write(self, progress: "Progress") -> None:
        text = self._text_of(progress)
        if text != self._shown:
            self._shown = text
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()


class _Live:
    """One line that is drawn anew, with a bar where the target is a number of samples."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            SpinnerColumn(),
            BarColumn(bar_width=12),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None)
        self._last, self._change = 0.0, ""

    def __enter__(self) -> "_Live":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def update(self, progress: "Progress") -> None:
        now = time.monotonic()
        if now - self._last < DRAWN_SECONDS and progress.notice == self._change:
            return
        self._last, self._change = now, progress.notice
        self._bar.update(
            self._task,
            description=_in_words(progress),
            total=progress.target,
            completed=min(progress.verified, progress.target or progress.verified),
        )


def _as_json(progress: "Progress") -> str:
    return json.dumps({"time": round(time.time(), 3), **progress.to_json()}, ensure_ascii=False)


def _in_words(progress: "Progress") -> str:
    if progress.step != "generating":
        return progress.step
    wanted = f"/{progress.target}" if progress.target else ""
    parts = [
        f"{progress.verified}{wanted} verified",
        f"{sum(progress.rejected.values())} rejected",
        f"{progress.in_flight} of {progress.limit} in flight",
        f"{progress.a_minute:,.0f}/min",
        f"{progress.tokens:,} tokens",
    ]
    if progress.dollars:
        parts.append(f"${progress.dollars:,.2f}")
    if progress.throttled:
        parts.append(f"{progress.throttled} throttled")
    if progress.seconds_left is not None:
        parts.append(f"{_clock(progress.seconds_left)} left")
    if progress.notice:
        parts.append(progress.notice)
    return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
