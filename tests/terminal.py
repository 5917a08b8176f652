"""The command in a real terminal: a pseudo-terminal of a given size, with somebody who types."""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
START = "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); from apigen.cli import main; main()"
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>]")
SECONDS = 60.0


class Terminal:
    """What a person sees (`text`, without colours; `raw` with all) and types."""

    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self._process, self._master = process, master
        self.raw = ""
        self._seen = 0

    @property
    def text(self) -> str:
        return CODES.sub("", self.raw).replace("\r\n", "\n")

    def expect(self, text: str) -> None:
        """Wait until a text is there, after what was expected before."""
        until = time.monotonic() + SECONDS
        while (found := self.text.find(text, self._seen)) < 0:
            assert time.monotonic() < until, f"no {text!r} in {self.text[self._seen :]!r}"
            assert self._read(0.2), f"ended without {text!r}: {self.text[self._seen :]!r}"
        self._seen = found + len(text)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def press(self, prompt: str, key: str) -> None:
        """Wait for a prompt, and until single keys are read; press one."""
        self.expect(prompt)
        until = time.monotonic() + SECONDS
        while termios.tcgetattr(self._master)[3] & termios.ICANON:
            assert time.monotonic() < until, "no key is waited for"
            time.sleep(0.01)
        self.type(key)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, and until all of it is there (what is typed earlier is shown amid it); type a line."""
        self.expect(question)
        self.expect(": ")
        self.type(f"{text}\n")

    def end(self) -> int:
        """Read to the end; return the exit code."""
        until = time.monotonic() + SECONDS
        while self._read(0.2):
            assert time.monotonic() < until, f"does not end: {self.text[-500:]!r}"
        return self._process.wait(SECONDS)

    def _read(self, seconds: float) -> bool:
        """Read what is there; return whether the other side is still open."""
        if not select.select([self._master], [], [], seconds)[0]:
            return self._process.poll() is None
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says EIO where nobody holds the other side any more
            return False
        self.raw += data.decode("utf-8", "replace")
        return bool(data)


@contextmanager
def terminal(folder: Path, *arguments: object, columns: int = 80, **environment: str) -> Iterator[Terminal]:
    """Run the command in a folder and a window of so many columns."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    hidden = {
        name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START, *map(str, arguments)],
        cwd=folder,
        env=hidden | {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        os.close(master)
