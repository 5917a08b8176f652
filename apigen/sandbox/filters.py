"""seccomp filters for x86-64 and arm64, assembled here: what library code may ask of the kernel. Standard library only.

`server_filter` is for the fork server (which imports the library): whatever is not on its list fails with EPERM, and system calls
of another architecture end the process. Each child that runs a candidate's calls is under it too, and under `call_filter`, which
takes away what only the server needs; it is short, since it is installed anew for every child.

Numbers are those of Linux's uapi headers (asm/unistd_64.h, asm-generic/unistd.h); the layout of instructions and of the data
they look at is that of linux/bpf_common.h, linux/filter.h and linux/seccomp.h. `python -m apigen.sandbox.filters` prints them.
"""

import platform
import struct

# name: (x86-64, arm64); -1 where an architecture has no such call
PLAIN = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67), "pwrite64": (18, 68),
    "lseek": (8, 62), "close": (3, 57), "close_range": (436, 436), "fstat": (5, 80), "newfstatat": (262, 79),
    "stat": (4, -1), "lstat": (6, -1), "statx": (332, 291), "access": (21, -1), "faccessat": (269, 48),
    "faccessat2": (439, 439), "readlink": (89, -1), "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17),
    "openat": (257, 56), "open": (2, -1), "dup": (32, 23), "dup2": (33, -1), "dup3": (292, 24), "pipe": (22, -1),
    "pipe2": (293, 59), "poll": (7, -1), "ppoll": (271, 73), "select": (23, -1), "pselect6": (270, 72),
    "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, -1), "epoll_pwait": (281, 22),
    "eventfd2": (290, 19), "fadvise64": (221, 223),
    "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226), "madvise": (28, 233), "brk": (12, 214),
    "membarrier": (324, 283), "futex": (202, 98), "set_robust_list": (273, 99), "get_robust_list": (274, 100),
    "rseq": (334, 293), "set_tid_address": (218, 96), "arch_prctl": (158, -1), "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120), "getcpu": (309, 168),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132), "restart_syscall": (219, 128),
    "pause": (34, -1), "alarm": (37, -1), "setitimer": (38, 103), "getitimer": (36, 102), "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115), "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169),
    "time": (201, -1), "times": (100, 153), "getrusage": (98, 165), "sysinfo": (99, 179), "uname": (63, 160),
    "getrandom": (318, 278), "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148), "getresgid": (120, 150),
    "getgroups": (115, 158), "getpgrp": (111, -1), "umask": (95, 166),
    "exit": (60, 93), "exit_group": (231, 94), "getrlimit": (97, 163),
}  # fmt: skip
KILL, TGKILL = (62, 129), (234, 131)
FCNTL, IOCTL, PRLIMIT, SOCKETPAIR, PRCTL = (72, 25), (16, 29), (302, 261), (53, 199), (157, 167)
GETPGID, GETSID = (121, 155), (124, 156)
CLONE, CLONE3, WAIT4, WAITID = (56, 220), (435, 435), (61, 260), (247, 95)

SERVER_ONLY = (WAIT4, WAITID, KILL, TGKILL, PRCTL, PRLIMIT)
"""To end its children, and to confine them further; a child loses these with its own filter."""
SCRATCH = {
    "mkdir": (83, -1), "mkdirat": (258, 34), "rmdir": (84, -1), "unlink": (87, -1), "unlinkat": (263, 35), "rename": (82, -1),
    "renameat": (264, 38), "renameat2": (316, 276), "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83),
    "fstatfs": (138, 44), "utimensat": (280, 88), "fchmod": (91, 52), "chmod": (90, -1), "flock": (73, 32),
}  # fmt: skip
"""To work with files, where the library has a scratch folder; Landlock bounds which."""

CLONE_THREAD = 0x10000
FORK_FLAGS = (
    0x1200011  # CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD: what libc's fork asks for, and no namespace
)
FCNTL_COMMANDS = (
    0,
    1,
    2,
    3,
    4,
    1030,
)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: no owners, no signals
IOCTL_REQUESTS = (
    0x5401,
    0x541B,
    0x5421,
    0x5450,
    0x5451,
)  # TCGETS (is it a terminal?), FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
PRCTL_OPTIONS = (1, 15, 16)  # PR_SET_PDEATHSIG (to die sooner), PR_SET_NAME, PR_GET_NAME

AF_UNIX = 1

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
X32_BIT = 0x40000000
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

PID = b"\xff\xff\xff\x7e"
"""Stands for the process id in a child's filter until there is one; no process has it (the kernel's highest is 2^22)."""

Instruction = tuple[int, int, int, int]
"""code, jump if true, jump if false, operand"""
Test = tuple[str, int, int]
"""`equal`, `has` (any of these bits), `zero` (all 64 bits) or `never`; the argument's place; the value"""
NEVER: list[Test] = [("never", 0, 0)]
Rule = tuple[tuple[int, int], list[Test]]
"""A system call, and the tests of which one must pass; none: it is allowed as it comes"""


def server_filter(machine: str = "", *, scratch: bool = False) -> bytes:
    """Return the fork server's filter: it may fork, wait for its children and signal them (Landlock bounds whom)."""
    place, audit = ARCHITECTURES[machine or platform.machine()]
    known_only = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, audit),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, NUMBER),
        (JUMP_GREATER_EQUAL, 0, 1, X32_BIT),
        (RETURN, 0, 0, KILL_PROCESS),
    ]
    # libc asks for clone3 first, and falls back to clone, whose flags a filter can see.
    no_clone3 = [(JUMP_EQUAL, 0, 1, CLONE3[place]), (RETURN, 0, 0, ERRNO | ENOSYS)]
    thread_or_fork = [("has", 0, CLONE_THREAD), ("equal", 0, FORK_FLAGS)]
    rules = [
        *COMMON,
        (CLONE, thread_or_fork),
        *((call, []) for call in (*SERVER_ONLY, *(SCRATCH.values() if scratch else ()))),
    ]
    return _assembled([*known_only, *_tested(rules, place), *no_clone3, (RETURN, 0, 0, ERRNO | EPERM)])


def call_filter(machine: str = "") -> bytes:
    """Return a child's filter: no process but its own threads, no signal but to itself (PID stands for its process id).

    It allows whatever it does not name: the server's filter, which the child is under as well, does not.
    """
    itself = [("equal", 0, int.from_bytes(PID, "little"))]
    rules: list[Rule] = [
        (CLONE, [("has", 0, CLONE_THREAD)]),
        (KILL, itself),
        (TGKILL, itself),
        (PRLIMIT, [("zero", 2, 0)]),  # may look at limits, not set them
        (PRCTL, [("equal", 0, option) for option in PRCTL_OPTIONS]),
        (WAIT4, NEVER),
        (WAITID, NEVER),
    ]
    return _assembled(
        [(LOAD, 0, 0, NUMBER), *_tested(rules, ARCHITECTURES[machine or platform.machine()][0]), (RETURN, 0, 0, ALLOW)]
    )


COMMON: list[Rule] = [
    *((numbers, []) for numbers in PLAIN.values()),
    (FCNTL, [("equal", 1, command) for command in FCNTL_COMMANDS]),
    (IOCTL, [("equal", 1, request) for request in IOCTL_REQUESTS]),
    *(
        (call, [("equal", 0, 0)]) for call in (GETPGID, GETSID)
    ),  # of itself: others' would tell which processes there are
    (SOCKETPAIR, [("equal", 0, AF_UNIX)]),  # what asyncio wakes itself with; it leads nowhere
]


def _tested(rules: list[Rule], place: int) -> list[Instruction]:
    code: list[Instruction] = []
    for numbers, tests in rules:
        if numbers[place] >= 0:
            block = _block(tests)
            code += [(JUMP_EQUAL, 0, len(block), numbers[place]), *block]
    return code


def _assembled(code: list[Instruction]) -> bytes:
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _block(tests: list[Test]) -> list[Instruction]:
    if not tests:
        return [(RETURN, 0, 0, ALLOW)]
    block: list[Instruction] = []
    for kind, argument, value in tests:
        if kind == "never":
            continue
        low = ARGUMENTS + 8 * argument
        block.append((LOAD, 0, 0, low))
        if kind == "equal":
            block.append((JUMP_EQUAL, 0, 1, value))
        elif kind == "has":
            block.append((JUMP_SET, 0, 1, value))
        else:
            block += [(JUMP_EQUAL, 0, 3, 0), (LOAD, 0, 0, low + 4), (JUMP_EQUAL, 0, 1, 0)]
        block.append((RETURN, 0, 0, ALLOW))
    return [*block, (RETURN, 0, 0, ERRNO | EPERM)]


if __name__ == "__main__":
    for name in ARCHITECTURES:
        for title, program in (("server", server_filter(name)), ("call", call_filter(name))):
            print(f"{name} {title}: {len(program) // 8} instructions")
            for line, instruction in enumerate(struct.iter_unpack("<HBBI", program)):
                print(
                    f"{line:4}: code {instruction[0]:#04x} true {instruction[1]} false {instruction[2]} operand {instruction[3]:#x}"
                )
