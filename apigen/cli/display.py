"""How a run is shown: one line drawn anew on a terminal, a line a second elsewhere, or a JSON object a line."""

import json
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.progress import Progress

LINE_SECONDS = 1.0
DRAWN_SECONDS = 0.1


class Display(Protocol):
    """Shows progress between `with` and its end."""

    def __enter__(self) -> "Display": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def update(self, progress: "Progress") -> None: ...


def make_display(console: "Console", *, log_json: bool) -> Display:
    if log_json:
        return _Lines(_as_json)
    return _Live(console) if console.is_terminal else _Lines(_in_words)


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
