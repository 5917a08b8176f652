"""The canary: denied acts, tried in a confined child before the first real call. Standard library only.

Each is harmless where it succeeds. An act that does succeed names the mechanism that is not there.
"""

import os
import socket
import sys
from collections.abc import Callable


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def _write() -> None:
    os.close(os.open("/tmp", os.O_RDWR | os.O_TMPFILE))  # noqa: S108 - a file without a name, gone when it is closed


ACTS: dict[str, tuple[Callable[[], object], str]] = {
    "start a process": (_fork, "seccomp"),
    "run a program": (lambda: os.execv("/bin/true", ["true"]), "seccomp"),  # noqa: S606
    "signal its parent": (lambda: os.kill(os.getppid(), 0), "seccomp"),
    "open a network socket": (lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(), "seccomp"),
    "read a file of the system": (lambda: open("/etc/passwd").close(), "Landlock"),
    "list the root folder": (lambda: os.listdir("/"), "Landlock"),
    "write a file": (_write, "Landlock"),
    "change its user": (lambda: os.setuid(65534), "seccomp"),
}


def sing() -> list[str]:
    """Try every act; return a line for each that was not refused."""
    escaped = []
    for name, (act, mechanism) in ACTS.items():
        try:
            act()
        except OSError:
            continue
        escaped.append(f"{name} ({mechanism})")
    # Nothing outside the standard library has been met yet, so what is imported here is ours.
    return escaped if sys.platform == "linux" else ["be confined at all (Linux)"]
