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
IMPORT_MB = 4096

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER = 2
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446  # the same on x86-64 and arm64
LANDLOCK_VERSION, LANDLOCK_PATH_BENEATH = 1, 1
FILE_ACCESS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
"""All file rights that each Landlock version can take away; from version 5 on there is one more (device ioctls)."""
READ_FILE, READ_DIR = 0x4, 0x8
SCRATCH_ACCESS = 0x2 | 0x10 | 0x20 | 0x80 | 0x100 | 0x4000
"""Write, remove and make files and folders, and truncate; no devices, sockets, pipes or links."""
NETWORK_ACCESS = 0x3  # bind and connect TCP, from version 4
SCOPES = 0x3  # abstract sockets and signals, from version 6

_libc = ctypes.CDLL(None, use_errno=True)
_prctl = ctypes.CDLL(None).prctl  # as every child calls it: without a look at errno, which costs more than the call
_prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)


class _Program(ctypes.Structure):
    """The kernel's struct sock_fprog (linux/filter.h)."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def die_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends, however that one does."""
    if not is_linux():
        return
    if _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, None, 0, 0):
        raise OSError("PR_SET_PDEATHSIG was refused")
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def landlock_version() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    if not is_linux():
        return 0
    version: int = _libc.syscall(LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_VERSION)
    return max(version, 0)


def restrict_files(readable: list[str], scratch: str = "") -> None:
    """Leave read access to these paths and what is below them, and no other access to files, TCP or other processes.

    In the scratch folder, if there is one, files and folders may be made, written and removed.
    """
    version = landlock_version()
    files = FILE_ACCESS.get(version, 0xFFFF)
    attributes = struct.pack("<QQQ", files, NETWORK_ACCESS if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _check(_libc.syscall(LANDLOCK_CREATE_RULESET, attributes, size, 0))
    for path in [*readable, *([scratch] if scratch else [])]:
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        access = READ_FILE | READ_DIR if os.path.isdir(path) else READ_FILE
        if path == scratch:
            access |= SCRATCH_ACCESS & files
        rule = struct.pack("<Qi", access, opened)
        _check(_libc.syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_PATH_BENEATH, rule, 0))
        os.close(opened)
    forbid_new_privileges()
    _check(_libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def forbid_new_privileges() -> None:
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


class Filter:
    """A seccomp filter (see `filters`), laid out in memory beforehand, so that a child has but one system call to make.

    `placeholder`: bytes that stand for the process id of whoever installs it.
    """

    def __init__(self, program: bytes, placeholder: bytes = b"") -> None:
        self._code = ctypes.create_string_buffer(program, len(program))
        self._program = _Program(len(program) // 8, ctypes.addressof(self._code))
        self._address = ctypes.addressof(self._program)
        words = range(0, len(program), 4)
        self._ids = [place for place in words if placeholder and program[place : place + 4] == placeholder]

    def install(self) -> None:
        """Put this process under the filter, for good."""
        process = os.getpid()
        for place in self._ids:
            _write_id(self._code, place, process)
        if _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, self._address, 0, 0):
            raise OSError("the seccomp filter was refused")


_write_id = struct.Struct("=I").pack_into


def bound_server(scratch_mb: int) -> None:
    """Bound the memory that importing may take, and the files that the server and its children write and hold open."""
    for what, limit in (
        (resource.RLIMIT_AS, IMPORT_MB * MEGABYTE),
        (resource.RLIMIT_FSIZE, scratch_mb * MEGABYTE),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    # A write past the file size limit is then an OSError in the library's code, not the end of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def bound_resources(memory_mb: int, seconds: float) -> None:
    """Bound address space and processor time of this process."""
    memory, processor = memory_mb * MEGABYTE, int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))


def is_linux() -> bool:
    return sys.platform == "linux"


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
