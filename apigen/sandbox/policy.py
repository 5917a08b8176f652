"""How a process gives up what it does not need: Landlock, seccomp, limits. Standard library only; runs on the inside.

Every step either works or raises OSError: there is no half confinement.
"""

import ctypes
import os
import resource
import signal
import struct
import sys

MEGABYTE = 1 << 20
OPEN_FILES = 64

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER = 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446  # the same on x86-64 and arm64
LANDLOCK_VERSION, LANDLOCK_PATH_BENEATH = 1, 1
FILE_ACCESS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
"""All file rights that each Landlock version can take away; from version 5 on there is one more (device ioctls)."""
READ_FILE, READ_DIR = 0x4, 0x8
NETWORK_ACCESS = 0x3  # bind and connect TCP, from version 4
SCOPES = 0x3  # abstract sockets and signals, from version 6

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def die_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends, however that one does."""
    if not is_linux():
        return
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def landlock_version() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    if not is_linux():
        return 0
    version: int = _libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_VERSION)
    return max(version, 0)


def restrict_files(readable: list[str]) -> None:
    """Leave read access to these paths and what is below them, and no other access to files, TCP or other processes."""
    version = landlock_version()
    files = FILE_ACCESS.get(version, 0xFFFF)
    attributes = struct.pack("<QQQ", files, NETWORK_ACCESS if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _check(_libc.syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0))
    for path in readable:
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        access = READ_FILE | READ_DIR if os.path.isdir(path) else READ_FILE
        rule = struct.pack("<Qi", access, opened)
        _check(_libc.syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_PATH_BENEATH, rule, 0))
        os.close(opened)
    forbid_new_privileges()
    _check(_libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def forbid_new_privileges() -> None:
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def leave_siblings_alone() -> None:
    """Keep a child from signalling the server it came from, where the kernel can (Landlock version 6)."""
    if landlock_version() >= 6:
        ruleset = _check(_libc.syscall(LANDLOCK_CREATE_RULESET, struct.pack("<QQQ", 0, 0, SCOPES), 24, 0))
        _check(_libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0))
        os.close(ruleset)


def filter_system_calls(program: bytes) -> None:
    """Put this process under a seccomp filter (see `filters`)."""
    _check(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(program) // 8, program)), 0, 0))


def bound_resources(memory_mb: int, seconds: float) -> None:
    """Bound address space, processor time, written files, open files and core dumps of this process."""
    processor = int(seconds) + 1
    for what, limit in (
        (resource.RLIMIT_AS, memory_mb * MEGABYTE),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    # A write past the file size limit is then an OSError in the library's code, not the end of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def is_linux() -> bool:
    return sys.platform == "linux"


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
