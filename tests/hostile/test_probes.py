"""The sandbox against code that means harm: each probe tries one thing, and the call after it must not notice.

Every probe is harmless should it succeed: signals are 0 or ignored ones, privileged calls get arguments that cannot work,
sockets go to loopback, loops and sizes are bounded.
"""

import asyncio
import errno
import json
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apigen.config import SandboxConfig
from apigen.records import CallResult
from apigen.sandbox import Invocation
from apigen.sandbox.launcher import ForkServerSandbox
from apigen.sandbox.tiers import Tier, bubblewrap_problem
from tests.servers import children_of, still_alive

LIMITS = SandboxConfig(seconds=1, memory_mb=256, output_kb=64)
MAX_DEPTH = 64

HELPERS = """
import atexit, builtins, ctypes, errno, fcntl, gc, json, mmap, os, re, resource, signal, socket, struct, subprocess, sys
import threading, time

libc = ctypes.CDLL(None, use_errno=True)
MINE = [0]

def refused(error):
    name = "gaierror" if isinstance(error, socket.gaierror) else errno.errorcode.get(error.errno, str(error))
    return {"outcome": "refused", "errno": name}

def attempt(act, *arguments, **more):
    try:
        got = act(*arguments, **more)
    except OSError as error:
        return refused(error)
    return {"outcome": "escaped", "got": repr(got)[:2000]}

def syscall(number, *arguments):
    ctypes.set_errno(0)
    words = [x if x is None or isinstance(x, bytes) else ctypes.c_long(x) for x in arguments]
    got = libc.syscall(ctypes.c_long(number), *words)
    if got == 0 and number in (56, 57, 58, 435):
        os._exit(0)
    if got < 0:
        return {"outcome": "refused", "errno": errno.errorcode.get(ctypes.get_errno(), "?")}
    return {"outcome": "escaped", "got": got}

def first_escape(*outcomes):
    return next((outcome for outcome in outcomes if outcome["outcome"] == "escaped"), outcomes[0])

def contained(**more):
    return {"outcome": "contained", **more}

def reply(data, length=None):
    os.write(3, (len(data) if length is None else length).to_bytes(8, "big") + data)

def reply_and_wait(value):
    reply(value if isinstance(value, bytes) else json.dumps(value).encode())
    time.sleep(30)

def sane(x):
    import collections, math
    MINE[0] += 1
    text = json.dumps({"x": [x, len("abc"), math.isqrt(x * x)], "n": MINE[0]})
    return [json.loads(text), sorted([3, x, 1]), str(collections.Counter("aab")), time.time() > 1, int("7") + sum([1, 2])]
"""

SYSCALLS = {
    # More processes, other programs
    "fork": "57", "vfork": "58", "clone": "56, 17, 0, 0, 0, 0", "clone_user_namespace": "56, 0x10000011, 0, 0, 0, 0",
    "clone3": "435, None, 0", "execve": "59, b'/bin/true', None, None", "execveat": "322, -1, b'/bin/true', None, None, 0",
    # Signals
    "kill_parent": "62, os.getppid(), signal.SIGURG", "kill_all": "62, -1, 0", "kill_init": "62, 1, 0", "kill_group": "62, 0, 0",
    "kill_own_group": "62, -os.getpgrp(), 0",
    "tkill_parent": "200, os.getppid(), 0", "tgkill_parent": "234, os.getppid(), os.getppid(), 0",
    "tgkill_init": "234, 1, 1, 0", "rt_sigqueueinfo": "129, os.getppid(), 0, None",
    "rt_tgsigqueueinfo": "297, os.getppid(), os.getppid(), 0, None",
    "pidfd_open": "434, os.getppid(), 0", "pidfd_send_signal": "424, 0, 0, None, 0", "pidfd_getfd": "438, 0, 0, 0",
    # Other processes' memory
    "ptrace_traceme": "101, 0, 0, 0, 0", "ptrace_seize_parent": "101, 0x4206, os.getppid(), 0, 0",
    "process_vm_readv": "310, os.getppid(), None, 0, None, 0, 0", "process_vm_writev": "311, os.getppid(), None, 0, None, 0, 0",
    "process_madvise": "440, 0, None, 0, 0, 0", "kcmp": "312, os.getpid(), os.getppid(), 0, 0, 0",
    "move_pages": "279, os.getppid(), 0, None, None, None, 0",
    # Identity and limits
    "setuid": "105, os.getuid()", "setgid": "106, os.getgid()", "setreuid": "113, -1, -1", "setresuid": "117, -1, -1, -1",
    "setresgid": "119, -1, -1, -1", "setgroups": "116, 99999999, None", "capset": "126, None, None",
    "setfsuid": "122, -1",
    "setsid": "112", "setpgid": "109, 0, 0", "setpriority": "141, 0, 0, 0", "sched_setscheduler": "144, 0, 0, None",
    "sched_setaffinity": "203, 0, 0, None", "ioprio_set": "251, 9, 0, 0",
    "setrlimit": "160, 7, struct.pack('<QQ', 64, 64)", "setrlimit_memory": "160, 9, struct.pack('<QQ', 1 << 40, 1 << 40)",
    "prlimit": "302, 0, 7, struct.pack('<QQ', 64, 64), None",
    "prlimit_parent": "302, os.getppid(), 4, struct.pack('<QQ', 0, 0), None",
    "personality": "135, 0xffffffff", "prctl_dumpable": "157, 4, 1, 0, 0, 0", "prctl_no_new_privileges": "157, 38, 0, 0, 0, 0",
    "prctl_drop_capability": "157, 24, 63, 0, 0, 0", "prctl_subreaper": "157, 36, 1, 0, 0, 0",
    "prctl_seccomp": "157, 22, 2, None, 0, 0", "prctl_ptracer": "157, 0x59616d61, -1, 0, 0, 0", "seccomp": "317, 99, 0, None",
    "landlock_create_ruleset": "444, None, 0, 1", "landlock_restrict_self": "446, -1, 0",
    # Kernel facilities with a history
    "io_uring_setup": "425, 0, None", "io_uring_enter": "426, -1, 0, 0, 0, None, 0", "userfaultfd": "323, 0",
    "keyctl": "250, 99, 0, 0, 0, 0", "add_key": "248, None, None, None, 0, 0", "request_key": "249, None, None, None, 0",
    "bpf": "321, 99, None, 0", "perf_event_open": "298, None, 0, -1, -1, 0", "memfd_create": "319, b'x', 0",
    "memfd_secret": "447, 0", "modify_ldt": "154, 0, None, 0", "inotify_init1": "294, 0", "fanotify_init": "300, 0, 0",
    "shmget": "29, 0, 4096, 0", "msgget": "68, 0, 0", "semget": "64, 0, 1, 0", "mq_open": "240, None, 0, 0, None",
    "timer_create": "222, 0, None, None", "signalfd4": "289, -1, None, 8, 0", "vmsplice": "278, 3, None, 0, 0",
    "splice": "275, 0, None, 0, None, 0, 0", "sendfile": "40, 0, 0, None, 0", "copy_file_range": "326, 0, None, 0, None, 0, 0",
    "syslog": "103, 10, None, 0",
    # The whole machine
    "mount": "165, None, None, None, 0, None", "umount": "166, b'/nowhere', 0", "unshare": "272, 0x10000000", "setns": "308, -1, 0",
    "chroot": "161, b'/'", "pivot_root": "155, None, None", "clock_settime": "227, 0, None", "settimeofday": "164, None, None",
    "adjtimex": "159, None", "reboot": "169, 1, 2, 3, None", "swapon": "167, None, 0", "init_module": "175, None, 0, None",
    "finit_module": "313, -1, None, 0", "delete_module": "176, None, 0", "kexec_load": "246, 0, 99, None, 0xfff0ffff",
    "iopl": "172, 0", "ioperm": "173, 0, 0, 0", "sethostname": "170, None, -1", "open_by_handle_at": "304, -1, None, 0",
    "name_to_handle_at": "303, -100, b'/', None, None, 0",
    "open_tree": "428, -100, b'/', 0", "fsopen": "430, b'tmpfs', 0",
    "move_mount": "429, -1, b'', -1, b'', 0", "openat2": "437, -100, b'/', None, 0",
    # Sockets, past Python's own module
    "socket_tcp": "41, 2, 1, 0", "socket_raw_packet": "41, 17, 3, 0", "socket_netlink": "41, 16, 3, 0", "socket_vsock": "41, 40, 1, 0",
    "socket_alg": "41, 38, 5, 0", "socketpair_inet": "53, 2, 1, 0, None", "connect": "42, 0, None, 0", "bind": "49, 0, None, 0",
    "sendto": "44, 0, None, 0, 0, None, 0", "sendmsg": "46, 0, None, 0", "accept4": "288, 0, None, None, 0",
    # Files, past Python's own module
    "chmod": "90, w['library_file'].encode(), 0o777", "chown": "92, w['library_file'].encode(), -1, -1",
    "utimensat": "280, -100, w['library_file'].encode(), None, 0", "truncate": "76, w['library_file'].encode(), 0",
    "setxattr": "188, w['library_file'].encode(), b'user.x', b'x', 1, 0", "flock": "73, 0, 8", "fallocate": "285, 0, 0, 0, 4096",
    "mknod_device": "133, w['new_file'].encode(), 0o20600, 0x103", "fchdir": "81, -1", "creat": "85, w['new_file'].encode(), 0o600",
    "linkat": "265, -100, w['secret_file'].encode(), -100, w['new_file'].encode(), 0", "ioctl_tiocsti": "16, 0, 0x5412, b'x'",
    "ioctl_fioasync": "16, 3, 0x5452, b'1234'", "fcntl_setown": "72, 3, 8, os.getppid()", "fcntl_setsig": "72, 3, 10, 9",
    "fcntl_setown_ex": "72, 3, 15, struct.pack('<ii', 1, os.getppid())", "fcntl_lease": "72, 3, 1024, 0",
    "fcntl_pipe_size": "72, 3, 1031, 1 << 20",
}  # fmt: skip
"""Each must come back as EPERM; ENOSYS for clone3, so that libc falls back to what a filter can look into."""

REFUSED = """
# What a Python programmer would try
def py_fork(w): return attempt(os.fork)
def py_exec(w): return attempt(os.execv, "/bin/true", ["true"])
def py_posix_spawn(w): return attempt(os.posix_spawn, "/bin/true", ["true"], {})
def py_subprocess(w): return attempt(subprocess.run, ["true"])
def py_system(w):
    try: status = os.system("true")
    except OSError as error: return refused(error)
    return {"outcome": "escaped"} if status == 0 else {"outcome": "refused", "errno": "EPERM"}
def py_pty(w):
    import pty
    return attempt(pty.fork)
def py_multiprocessing(w):
    import multiprocessing
    return attempt(lambda: multiprocessing.get_context("fork").Process(target=int).start())
def py_setuid(w): return attempt(os.setuid, os.getuid())
def py_setgid(w): return attempt(os.setgid, os.getgid())
def py_nice(w): return attempt(os.nice, 1)
def py_kill_parent(w): return attempt(os.kill, os.getppid(), signal.SIGURG)
def py_killpg(w): return attempt(os.killpg, os.getpgrp(), 0)
def py_kill_neighbours(w):
    near = [pid for pid in range(os.getpid() - 50, os.getpid()) if pid > 1]
    return first_escape(*(attempt(os.kill, pid, 0) for pid in [1, *near]))
def py_kill_the_test(w): return attempt(os.kill, w["test_pid"] , 0) if w["test_pid"] != os.getpid() else attempt(os.kill, 1, 0)
def py_fcntl_owner(w): return attempt(fcntl.fcntl, 3, fcntl.F_SETOWN, os.getppid())
def py_fcntl_signal(w): return attempt(fcntl.fcntl, 3, 10, signal.SIGKILL)
def py_async_flag_and_owner(w):
    fcntl.fcntl(3, fcntl.F_SETFL, fcntl.fcntl(3, fcntl.F_GETFL) | os.O_ASYNC)
    return attempt(fcntl.fcntl, 3, fcntl.F_SETOWN, os.getppid())

# Sockets
def tcp(w): return attempt(socket.create_connection, ("127.0.0.1", w["tcp_port"]), 1)
def tcp6(w): return attempt(socket.socket, socket.AF_INET6, socket.SOCK_STREAM)
def tcp_listen(w): return attempt(socket.create_server, ("127.0.0.1", 0))
def udp(w): return attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", w["udp_port"])))
def raw(w): return attempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)
def netlink(w): return attempt(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 0)
def vsock(w): return attempt(socket.socket, 40, socket.SOCK_STREAM)
def unix(w): return attempt(lambda: socket.socket(socket.AF_UNIX).connect(w["unix_path"]))
def abstract(w): return attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + w["abstract"]))
def socketpair_connect(w):
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return attempt(one.connect, "\\0" + w["abstract"])
def socketpair_send_descriptor(w):
    one, other = socket.socketpair()
    return attempt(socket.send_fds, one, [b"x"], [3])
def dns(w): return attempt(socket.getaddrinfo, "localhost.invalid", 80)
def http(w):
    import urllib.request
    return attempt(urllib.request.urlopen, f"http://127.0.0.1:{w['tcp_port']}/", None, 1)
"""

FILES = """
def read(path):
    with open(path, "rb") as file: return file.read(2000)
def own_environ(w): return attempt(read, "/proc/self/environ")
def own_maps(w): return attempt(read, "/proc/self/maps")
def own_memory(w): return attempt(open, "/proc/self/mem", "r+b")
def parent_environ(w): return attempt(read, f"/proc/{os.getppid()}/environ")
def parent_descriptors(w): return attempt(os.listdir, f"/proc/{os.getppid()}/fd")
def parent_memory(w): return attempt(open, f"/proc/{os.getppid()}/mem", "rb")
def test_environ(w): return attempt(read, f"/proc/{w['test_pid']}/environ")
def init_environ(w): return attempt(read, "/proc/1/environ")
def init_cmdline(w): return attempt(read, "/proc/1/cmdline")
def init_root(w): return attempt(os.listdir, "/proc/1/root")
def list_processes(w): return attempt(os.listdir, "/proc")
def list_root(w): return attempt(os.listdir, "/")
def list_tmp(w): return attempt(os.listdir, os.path.dirname(w["secret_file"]))
def list_home(w): return attempt(os.listdir, w["home"])
def passwd(w): return attempt(read, "/etc/passwd")
def shadow(w): return attempt(read, "/etc/shadow")
def hostname(w): return attempt(read, "/etc/hostname")
def bashrc(w): return attempt(read, w["home"] + "/.bashrc")
def test_source(w): return attempt(read, w["source"])
def secret_file(w): return attempt(read, w["secret_file"])
def secret_by_dots(w): return attempt(read, w["library"] + "/../" + os.path.basename(w["secret_file"]))
def secret_by_link(w): return attempt(read, w["library"] + "/link_to_secret")
def secret_by_path_descriptor(w): return attempt(lambda: read(f"/proc/self/fd/{os.open(w['secret_file'], os.O_PATH)}"))
def secret_by_open_path(w): return attempt(lambda: os.open("", os.O_RDONLY, dir_fd=os.open(w["secret_file"], os.O_PATH)))
def secret_below_folder(w):
    above, name = os.path.split(w["secret_file"])
    return attempt(lambda: os.open(name, 0, dir_fd=os.open(above, os.O_PATH)))
def kernel_memory(w): return attempt(read, "/dev/mem")
def disk(w): return attempt(read, "/dev/vda")
def terminal(w): return attempt(open, "/dev/tty", "r+b", 0)
def sysctl(w): return attempt(open, "/proc/sys/kernel/core_pattern", "r+b", 0)
def cgroups(w): return attempt(os.listdir, "/sys/fs/cgroup")
def docker(w): return attempt(os.listdir, "/var/run")
def write_tmp(w): return attempt(open, "/tmp/apigen-hostile-probe", "x")
def write_shm(w): return attempt(open, "/dev/shm/apigen-hostile-probe", "x")
def write_home(w): return attempt(open, w["home"] + "/apigen-hostile-probe", "x")
def write_here(w): return attempt(open, "apigen-hostile-probe", "x")
def write_library(w): return attempt(open, w["new_file"], "x")
def write_packages(w): return attempt(open, os.path.dirname(os.__file__) + "/apigen_hostile_probe.py", "x")
def write_sandbox(w): return attempt(open, w["sandbox"] + "/apigen_hostile_probe.py", "x")
def append_to_library(w): return attempt(open, w["library_file"], "ab")
def open_truncating(w): return attempt(os.open, w["library_file"], os.O_RDONLY | os.O_TRUNC)
def temporary_file(w):
    import tempfile
    return attempt(tempfile.mkdtemp, dir=w["library"])
def nameless_file(w): return attempt(os.open, w["library"], os.O_TMPFILE | os.O_RDWR)
def sparse_file(w): return attempt(lambda: os.truncate(os.open(w["new_file"], os.O_CREAT | os.O_RDWR), 1 << 40))
def hard_link(w): return attempt(os.link, w["library_file"], w["new_file"])
def symlink(w): return attempt(os.symlink, "/etc/shadow", w["new_file"])
def fifo(w): return attempt(os.mkfifo, w["new_file"])
def device(w): return attempt(os.mknod, w["new_file"], 0o20600, os.makedev(1, 3))
def folder(w): return attempt(os.mkdir, w["new_file"])
def change_mode(w): return attempt(os.chmod, w["library_file"], 0o777)
def change_owner(w): return attempt(os.chown, w["library_file"], -1, -1)
def change_times(w): return attempt(os.utime, w["library_file"])
def unlink(w): return attempt(os.unlink, w["library_file"])
def rename(w): return attempt(os.rename, w["library_file"], w["new_file"])
def change_folder(w): return attempt(os.chdir, "/tmp")
def py_chroot(w): return attempt(os.chroot, "/")
def map_shared_for_writing(w):
    with open(w["library_file"], "rb") as file: return attempt(mmap.mmap, file.fileno(), 1, access=mmap.ACCESS_WRITE)
"""

OTHERS = r"""
# Secrets
def environment(w):
    given = {"PYTHONHASHSEED", "LC_ALL", "TZ", "LC_CTYPE", *(f"{name}_NUM_THREADS" for name in ("OPENBLAS", "OMP", "MKL"))}
    found = set(os.environ) - given
    libc.secure_getenv.restype = libc.getenv.restype = ctypes.c_char_p
    if found or libc.getenv(w["variable"].encode()): return {"outcome": "escaped", "got": sorted(found)}
    return contained()
def raw_environment(w):
    block = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
    found = []
    while block and block[len(found)]: found.append(block[len(found)].decode())
    return {"outcome": "escaped", "got": found} if any(w["variable"] in text for text in found) else contained()
def descriptors(w):
    found = []
    for number in range(4, 1024):
        try: os.fstat(number)
        except OSError: continue
        found.append(number)
    for number in (0, 1, 2, w["descriptor"]):
        try: found += [os.pread(number, 100, 0).decode()] if os.pread(number, 100, 0) else []
        except OSError: continue
    return {"outcome": "escaped", "got": found} if found else contained()
def heap(w):
    texts = [text for text in gc.get_objects() if isinstance(text, dict) and "SECRET_OF_THE_TEST" in text]
    return {"outcome": "escaped"} if texts else contained()
def server_pipes(w):
    import sys
    main = sys.modules["__main__"]
    kinds = {number: attempt(os.write, number, b"\0" * 8)["outcome"] for number in (4, 5, 6, 7, 8, 9)}
    return {"outcome": "escaped", "got": kinds} if "escaped" in kinds.values() else contained()

# Memory and numbers of things
def bytearrays(w): return len([bytearray(10_000_000) for _ in range(100)])
def one_bytearray(w): return len(bytearray(1 << 30))
def maps(w): return attempt(lambda: [mmap.mmap(-1, 64 << 20) for _ in range(16)])
def shared_maps(w): return attempt(lambda: [mmap.mmap(-1, 64 << 20, mmap.MAP_SHARED) for _ in range(16)])
def lists(w):
    kept = []
    for _ in range(40): kept.append([None] * 1_000_000)
    return len(kept)
def text(w): return len("x" * (1 << 31))
def pipes(w): return attempt(lambda: [os.pipe() for _ in range(1000)])
def socketpairs(w): return attempt(lambda: [socket.socketpair() for _ in range(1000)])
def eventfds(w): return attempt(lambda: [os.eventfd(0) for _ in range(1000)])
def full_pipes(w):
    kept = [os.pipe2(os.O_NONBLOCK) for _ in range(20)]
    for _, writer in kept:
        try:
            while True: os.write(writer, b"x" * 65536)
        except BlockingIOError: pass
    return contained()
def threads(w):
    threading.stack_size(32768)
    end, started = threading.Event(), 0
    try:
        for started in range(2000): threading.Thread(target=end.wait, args=(20,), daemon=True).start()
    except RuntimeError: pass
    return contained(started=started)
def big_threads(w):
    end, started = threading.Event(), 0
    try:
        for started in range(500): threading.Thread(target=end.wait, args=(20,), daemon=True).start()
    except RuntimeError: return contained()
    return {"outcome": "escaped", "got": started}
def large(w): return "x" * 200_000
def very_large(w): return "x" * 100_000_000
def many_small(w): return [0] * 1_000_000

# Time
def forever(w):
    while True: pass
def asleep(w): time.sleep(30)
def regex(w): return bool(re.match(r"(a+)+$", "a" * 40 + "b"))
def power(w): return (10 ** 10 ** 8) % 7
def factorial(w):
    import math
    return math.factorial(10 ** 8) % 7
def ignores_signals(w):
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    while True: pass
def blocks_signals(w):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True: pass
def catches_everything(w):
    while True:
        try: time.sleep(30)
        except BaseException: pass
def thread_loops(w):
    threading.stack_size(32768)
    for _ in range(4): threading.Thread(target=forever, args=(w,)).start()
    forever(w)
def stops_itself(w): os.kill(os.getpid(), signal.SIGSTOP)
def stops_by_terminal_signal(w): os.kill(os.getpid(), signal.SIGTSTP)
def alarm(w):
    signal.alarm(1)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    time.sleep(30)
def catches_alarm(w):
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    while True: pass
def waits_for_input(w):
    return {"outcome": "contained"} if sys.stdin.read() == "" else {"outcome": "escaped"}
def waits_for_reply_pipe(w): return attempt(os.read, 3, 1)

# Other doors into the kernel
def x32(w): return syscall(39 | 0x40000000)
def x32_fork(w): return syscall(57 | 0x40000000)
def machine_code(code):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
def i386_getpid(w): return {"outcome": "escaped", "got": machine_code(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")}
def i386_fork(w):
    got = machine_code(b"\xb8\x02\x00\x00\x00\xcd\x80\xc3")
    if got == 0: os._exit(0)
    return {"outcome": "escaped", "got": got}
def own_syscall(w):
    got = machine_code(b"\xb8\x39\x00\x00\x00\x0f\x05\xc3")
    if got == 0: os._exit(0)
    return {"outcome": "refused", "errno": errno.errorcode[-got]} if got < 0 else {"outcome": "escaped", "got": got}
def high_bits(w):
    got = libc.syscall(ctypes.c_long((1 << 32) | 57))
    if got == 0: os._exit(0)
    return {"outcome": "escaped", "got": got} if got > 0 else {"outcome": "refused", "errno": errno.errorcode[ctypes.get_errno()]}
def kill_with_high_bits(w): return syscall(62, (1 << 32) | os.getppid(), 0)
def kill_init_with_high_bits(w): return syscall(62, (os.getpid() << 32) | 1, 0)

# Frames of its own making. What a child says of its own result is its own affair, as long as it has the right form.
def forged(w): reply_and_wait({"results": [{"value": "forged", "seconds": 0.5}]})
def forged_and_returns(w):
    reply(b'{"results": [{"value": "forged", "seconds": 0.5}]}')
    return "true"
def forged_twice(w):
    frame = b'{"results": [{"value": "forged", "seconds": 0.5}]}'
    os.write(3, (len(frame).to_bytes(8, "big") + frame) * 2)
    time.sleep(30)
def forged_many_times(w):
    frame = b'{"results": [{"value": "forged", "seconds": 0.5}]}'
    while True: os.write(3, (len(frame).to_bytes(8, "big") + frame) * 100)
def forged_ready(w): reply_and_wait({"ready": True})
def forged_extra_results(w): reply_and_wait({"results": [{"value": "forged", "seconds": 0.5}] * 500})
def forged_no_results(w): reply_and_wait({"results": []})
def forged_truncated(w):
    reply(b'{"resu', 100)
    os._exit(0)
def forged_half_header(w):
    os.write(3, b"\0\0\0")
    os._exit(0)
def forged_never_whole(w):
    reply(b'{"resu', 100)
    time.sleep(30)
def forged_slowly(w):
    os.write(3, (60_000).to_bytes(8, "big"))
    while True:
        os.write(3, b" ")
        time.sleep(0.01)
def forged_giant_length(w):
    reply(b"x", 2 ** 64 - 1)
    time.sleep(30)
def forged_flood(w):
    while True: os.write(3, b"\xff" * 65536)
def forged_empty(w): reply_and_wait(b"")
def forged_null(w): reply_and_wait(b"null")
def forged_text(w): reply_and_wait(b'"x"')
def forged_no_json(w): reply_and_wait(b"{]")
def forged_no_utf8(w): reply_and_wait(b'{"results": [{"value": "\xff\xfe", "seconds": 0.5}]}')
def forged_utf16(w): reply_and_wait('{"results": [{"value": "forged", "seconds": 0.5}]}'.encode("utf-16"))
def forged_nested(w): reply_and_wait(b"[" * 30_000 + b"]" * 30_000)
def forged_nested_value(depth): reply_and_wait(b'{"results": [{"value": ' + b"[" * depth + b"]" * depth + b', "seconds": 0.5}]}')
def forged_nested_200(w): forged_nested_value(200)
def forged_nested_900(w): forged_nested_value(900)
def forged_nested_20000(w): forged_nested_value(20_000)
def forged_nan(w): reply_and_wait(b'{"results": [{"value": NaN, "seconds": 0.5}]}')
def forged_infinite_seconds(w): reply_and_wait(b'{"results": [{"value": 1, "seconds": 1e999}]}')
def forged_negative_seconds(w): reply_and_wait(b'{"results": [{"value": 1, "seconds": -1e300}]}')
def forged_seconds_text(w): reply_and_wait(b'{"results": [{"value": 1, "seconds": "x"}]}')
def forged_half_character(w): reply_and_wait(b'{"results": [{"value": "\\ud800", "seconds": 0.5}]}')
def forged_half_character_in_utf8(w): reply_and_wait(b'{"results": [{"value": "\xed\xa0\x80", "seconds": 0.5}]}')
def forged_half_character_in_utf16(w): reply_and_wait('{"results": [{"value": "\\ud800", "seconds": 0.5}]}'.encode("utf-16-le"))
def forged_infinite_value(w): reply_and_wait(b'{"results": [{"value": [1e999], "seconds": 0.5}]}')
def forged_half_message(w): reply_and_wait(b'{"results": [{"error": "exception", "message": "\\ud800", "seconds": 0.5}]}')
def forged_huge_integer(w): reply_and_wait(b'{"results": [{"value": ' + b"9" * 50_000 + b', "seconds": 0.5}]}')
def forged_odd_rows(w): reply_and_wait({"results": {"0": 1}})
def forged_odd_row(w): reply_and_wait({"results": [[1]]})
def forged_kind(w): reply_and_wait({"results": [{"error": "invented", "message": "x", "seconds": 0.5}]})
def forged_message(w): reply_and_wait({"results": [{"error": "exception", "message": "x" * 50_000, "seconds": 0.5}]})
def forged_failure_timeout(w): reply_and_wait({"failure": "timeout"})
def forged_failure_unconfined(w): reply_and_wait({"failure": "unconfined", "message": "stop the whole run"})
def forged_failure_signal(w): reply_and_wait({"failure": "ended", "signal": 10 ** 30})
def forged_failure_signal_bool(w): reply_and_wait({"failure": "ended", "signal": True})
def forged_failure_signal_list(w): reply_and_wait({"failure": ["ended"], "signal": [9]})

# Values that are none
def cyclic(w):
    value = {}
    value["a"] = [value]
    return value
def not_a_number(w): return {"a": [float("nan")]}
def deep(w):
    value = []
    for _ in range(100_000): value = [value]
    return value
def lying_dict(w):
    class Lying(dict):
        def items(self): return iter([(object(), object())])
    return Lying(a=1)
def lying_class(w):
    class Lying:
        __class__ = str
    return Lying()

# What it patches stays its own
def patch_dumps(w): json.dumps = lambda *_, **__: "{"; return 1
def patch_dumps_loudly(w):
    def shout(*_, **__): raise SystemExit(7)
    json.dumps = shout
    return 1
def patch_loads(w): json.loads = lambda *_: "forged"; return 1
def patch_builtins(w):
    kept = builtins.len, builtins.isinstance
    builtins.len = builtins.sorted = builtins.int = builtins.sum = builtins.type = lambda *_: 666
    builtins.print = builtins.open = None
    return 1
def patch_import(w): builtins.__import__ = None; return 1
def patch_time(w):
    time.perf_counter = time.monotonic = time.time = lambda: float("nan")
    return 1
def patch_exit(w): os._exit = lambda *_: None; return 1
def patch_exit_and_raise(w):
    os._exit = lambda *_: None
    os.write = None
    return 1
def patch_write(w): os.write = lambda descriptor, data: len(data); return 1
def patch_server(w):
    main = sys.modules["__main__"]
    for name in ("serve", "receive", "reap", "write_raw", "read_frame"): setattr(main, name, lambda *_, **__: b"{}")
    return 1
def patch_worker(w):
    worker = sys.modules["worker"]
    worker._checked = lambda value, depth: "forged"
    worker.run_call = worker.find_function = worker.work = None
    return 1
def patch_own_module(w):
    globals()["sane"] = lambda x: "forged"
    MINE[0] = 1000
    sys.modules[__name__].json = None
    return 1
def patch_modules(w): sys.modules.clear(); return 1
def patch_small_integers(w):
    ctypes.memset(id(7) + 24, 8, 1)
    return 1
def trace(w):
    sys.settrace(lambda *_: os._exit(0))
    sys.setprofile(lambda *_: os._exit(0))
    return 1
def hooks(w):
    sys.excepthook = sys.unraisablehook = lambda *_: os._exit(3)
    raise ValueError("x")
def frames(w):
    frame = sys._getframe()
    while frame:
        if "room" in frame.f_locals: frame.f_locals["room"] = 10 ** 12
        job = frame.f_locals.get("job")
        if isinstance(job, dict): job.update(output_kb=10 ** 9, seconds=600)
        frame = frame.f_back
    return "x" * 200_000

# Ways to end
def leaves_threads(w):
    threading.stack_size(32768)
    for _ in range(4): threading.Thread(target=time.sleep, args=(30,)).start()
    return 1
def leaves_writing_thread(w):
    threading.stack_size(32768)
    def write():
        while True: os.write(3, b"\xff" * 8)
    threading.Thread(target=write, daemon=True).start()
    time.sleep(0.05)
    return 1
def exit_handlers(w):
    atexit.register(reply_and_wait, {"results": [{"value": "forged", "seconds": 0.5}]})
    atexit.register(time.sleep, 30)
    return 1
def finalizer(w):
    class Odd:
        def __del__(self): time.sleep(30)
    globals()["kept"] = Odd()
    return 1
def system_exit(w): raise SystemExit({"a": object()})
def generator_exit(w): raise GeneratorExit
def odd_exception(w):
    class Odd(BaseException):
        def __str__(self): os._exit(0)
    raise Odd
def exit_at_once(w): os._exit(0)
def exit_with_status(w): os._exit(255)
def abort(w): os.abort()
def null(w): return ctypes.string_at(0)
def illegal(w): return machine_code(b"\x0f\x0b")
def jump_to_data(w): return ctypes.CFUNCTYPE(ctypes.c_int)(id(w))()
def kill_itself(w): os.kill(os.getpid(), signal.SIGKILL); time.sleep(30)
def each_signal(w):
    for number in (1, 2, 13, 15): signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGHUP)
    time.sleep(30)
def recursion(w): return recursion(w)
def deep_recursion(w):
    sys.setrecursionlimit(10 ** 9)
    return recursion(w)
def deep_recursion_in_c(w):
    sys.setrecursionlimit(10 ** 9)
    value = []
    for _ in range(500_000): value = [value]
    return len(repr(value))
def close_reply(w): os.close(3)
def close_everything(w): os.closerange(0, 1000)
def reply_pipe_elsewhere(w): os.dup2(1, 3)
def reply_pipe_not_blocking(w):
    fcntl.fcntl(3, fcntl.F_SETFL, fcntl.fcntl(3, fcntl.F_GETFL) | os.O_NONBLOCK)
    return "x" * 60_000
def fill_output(w):
    for number in (0, 1, 2):
        for _ in range(200): os.write(number, b"x" * 65536)
    print("x" * 1_000_000, file=sys.stderr)
    return 1
"""

AT_IMPORT = {
    "forks": "import os, time\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)\n",
    "exits": "import os\nos._exit(0)\n",
    "kills": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
    "executes": "import os\nos.execv('/bin/true', ['true'])\n",
    "forges": "import os\nos.write(3, b'\\xff' * 8)\n",
}
"""Code that runs as a module is imported, so in the fork server and again in the call's own process."""

EXPECTED: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ["environment", "raw_environment", "descriptors", "heap", "server_pipes", "full_pipes", "big_threads",
         "waits_for_input"],
        frozenset({"contained"}),
    ),
    **dict.fromkeys(["bytearrays", "one_bytearray", "lists", "text"], frozenset({"memory"})),
    **dict.fromkeys(
        ["maps", "shared_maps", "pipes", "socketpairs", "eventfds", "waits_for_reply_pipe", "own_syscall", "high_bits",
         "kill_with_high_bits", "kill_init_with_high_bits"],
        frozenset({"refused"}),
    ),
    **dict.fromkeys(["large", "forged_giant_length", "forged_flood", "many_small"], frozenset({"too_large"})),
    "very_large": frozenset({"too_large", "memory", "timeout"}),
    **dict.fromkeys(
        ["forever", "asleep", "regex", "ignores_signals", "blocks_signals", "catches_everything", "thread_loops",
         "stops_itself", "alarm", "catches_alarm", "forged_never_whole", "forged_slowly"],
        frozenset({"timeout"}),
    ),
    **dict.fromkeys(["power", "factorial"], frozenset({"timeout", "memory"})),
    **dict.fromkeys(
        ["x32", "x32_fork", "i386_getpid", "i386_fork", "abort", "illegal", "jump_to_data", "null", "kill_itself",
         "each_signal"],
        frozenset({"killed"}),
    ),
    **dict.fromkeys(
        ["forged", "forged_and_returns", "forged_twice", "forged_many_times", "forged_extra_results", "forged_utf16",
         "patch_time", "patch_exit", "patch_server", "patch_modules", "leaves_threads", "exit_handlers", "finalizer",
        "fill_output", "patch_own_module", "patch_loads"],
        frozenset({"value", "no_result"}),
    ),
    **dict.fromkeys(
        ["forged_ready", "forged_no_results", "forged_truncated", "forged_half_header", "forged_empty", "forged_null",
         "forged_text", "forged_no_json", "forged_no_utf8", "forged_nested", "forged_nested_900", "forged_nested_20000",
         "forged_nested_200", "forged_nan", "forged_infinite_seconds", "forged_seconds_text", "forged_half_character",
         "forged_half_character_in_utf8", "forged_half_character_in_utf16", "forged_infinite_value",
         "forged_half_message", "forged_huge_integer", "forged_odd_rows", "forged_odd_row", "forged_kind",
         "forged_failure_timeout", "forged_failure_unconfined", "forged_failure_signal", "forged_failure_signal_list", "odd_exception",
         "exit_at_once", "exit_with_status", "close_reply", "close_everything", "reply_pipe_elsewhere"],
        frozenset({"no_result"}),
    ),
    "forged_negative_seconds": frozenset({"no_result", "value"}),
    "forged_failure_signal_bool": frozenset({"no_result", "killed"}),
    **dict.fromkeys(["forged_message", "hooks", "system_exit", "generator_exit", "recursion"], frozenset({"exception"})),
    **dict.fromkeys(["cyclic", "not_a_number", "deep", "lying_dict", "lying_class"], frozenset({"not_json"})),
    **dict.fromkeys(
        ["patch_dumps", "patch_dumps_loudly", "patch_builtins", "patch_import", "patch_exit_and_raise", "patch_write",
         "patch_worker", "patch_small_integers", "trace"],
        frozenset({"value", "no_result", "not_json", "timeout", "killed", "exception", "too_large"}),
    ),
    "frames": frozenset({"value", "too_large"}),
    "deep_recursion": frozenset({"memory", "killed", "timeout", "exception"}),
    "deep_recursion_in_c": frozenset({"memory", "killed", "timeout", "exception"}),
    "threads": frozenset({"contained", "timeout"}),
    # Its process group is an orphan, for which the kernel leaves this signal out.
    "stops_by_terminal_signal": frozenset({"value", "timeout"}),
    "leaves_writing_thread": frozenset({"value", "too_large", "no_result"}),
    "reply_pipe_not_blocking": frozenset({"value", "no_result"}),
}  # fmt: skip
"""What each of `OTHERS` must come to. Where code spoils its own process, which of several errors it gets is its own luck."""

OTHER_ERRNOS = {
    "dns": {"gaierror"}, "http": {"EPERM", "<urlopen error [Errno 1] Operation not permitted>"}, "clone3": {"ENOSYS"},
    "maps": {"ENOMEM"}, "shared_maps": {"ENOMEM"}, "pipes": {"EMFILE"}, "socketpairs": {"EMFILE"}, "eventfds": {"EMFILE"},
    "waits_for_reply_pipe": {"EBADF"}, "secret_by_open_path": {"ENOENT", "ENOTDIR", "EACCES"},
    "bashrc": {"ENOENT", "EACCES", "EPERM"},  # not every home has one
    "py_pty": {"EPERM", "out of pty devices"}, "kernel_memory": {"EPERM", "EACCES", "ENOENT"},
}  # fmt: skip


def names_in(code: str) -> list[str]:
    found = [line[4:].partition("(")[0] for line in code.splitlines() if line.startswith("def ") and "(w):" in line]
    assert len(set(found)) == len(found)
    return found


SYSCALL_PROBES = [f"sys_{name}" for name in SYSCALLS]
PYTHON_PROBES, FILE_PROBES, OTHER_PROBES = names_in(REFUSED), names_in(FILES), names_in(OTHERS)
PROBES = [*SYSCALL_PROBES, *PYTHON_PROBES, *FILE_PROBES, *OTHER_PROBES]
TALLY: Counter[tuple[str, str]] = Counter()


class World:
    """Everything a probe might reach for, a sandbox that is kept open, and whether anything was reached."""

    def __init__(self, tier: Tier, root: Path, kept: ExitStack) -> None:
        self.secret = secrets.token_hex(16)
        self.tier, self.folder = tier, root / "hostile_probes"
        self._write_library(root)
        os.environ["SECRET_OF_THE_TEST"] = self.secret
        kept.callback(os.environ.pop, "SECRET_OF_THE_TEST")
        inherited = kept.enter_context((root / "secret").open("rb"))
        os.set_inheritable(inherited.fileno(), True)
        name = f"apigen-hostile-{secrets.token_hex(4)}"
        self.streams = [kept.enter_context(socket.socket(family)) for family in (socket.AF_INET, *[socket.AF_UNIX] * 2)]
        for stream, address in zip(self.streams, [("127.0.0.1", 0), str(root / "s"), f"\0{name}"], strict=True):
            stream.bind(address)
            stream.listen()
            stream.setblocking(False)
        self.datagrams = kept.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.datagrams.bind(("127.0.0.1", 0))
        self.datagrams.setblocking(False)
        self.arguments = {
            "w": {
                "secret_file": str(root / "secret"), "library": str(self.folder), "library_file": str(self.folder / "data.txt"),
                "new_file": str(self.folder / "fresh"), "unix_path": str(root / "s"), "abstract": name, "test_pid": os.getpid(),
                "tcp_port": self.streams[0].getsockname()[1], "udp_port": self.datagrams.getsockname()[1],
                "descriptor": inherited.fileno(), "home": str(Path.home()), "source": __file__,
                "variable": "SECRET_OF_THE_TEST", "sandbox": str(Path(str(ForkServerSandbox.__init__.__code__.co_filename)).parent),
            }
        }  # fmt: skip
        self.before = self.library_now()
        self.children_before = children_of(os.getpid())
        self.children_seen: set[int] = set()
        self.runner = kept.enter_context(asyncio.Runner())
        self.sandbox = ForkServerSandbox(self.folder, LIMITS, tier, 2, datetime.now(UTC))
        self.closed = False

    def _write_library(self, root: Path) -> None:
        self.folder.mkdir(parents=True)
        (root / "secret").write_text(self.secret, encoding="utf-8")
        made = "\n".join(f"def sys_{name}(w): return syscall({text})" for name, text in SYSCALLS.items())
        (self.folder / "probes.py").write_text("\n".join([HELPERS, made, REFUSED, FILES, OTHERS]), encoding="utf-8")
        for name, code in AT_IMPORT.items():
            (self.folder / f"at_import_{name}.py").write_text(code + "\ndef probe(): return 1\n", encoding="utf-8")
        (self.folder / "data.txt").write_text("as it was\n", encoding="utf-8")
        (self.folder / "link_to_secret").symlink_to(root / "secret")

    def library_now(self) -> dict[str, Any]:
        return {
            path.name: (path.read_bytes(), path.lstat().st_mode, path.lstat().st_mtime_ns, path.lstat().st_nlink)
            for path in sorted(self.folder.iterdir())
        }

    async def call(self, function: str, arguments: dict[str, Any]) -> CallResult:
        (result,) = await self.sandbox.run([Invocation("probes", function, arguments)])
        return result

    async def sane(self, number: int) -> None:
        result = await self.call("sane", {"x": number})
        assert result.error is None
        assert result.value == [
            {"x": [number, 3, number], "n": 1},
            sorted([3, number, 1]),
            "Counter({'a': 2, 'b': 1})",
            True,
            10,
        ]

    def ask(self, probe: str) -> CallResult:
        """Run a probe, then a sane call, which the same fork server answers."""

        async def work() -> CallResult:
            try:
                return await self.call(probe, self.arguments)
            finally:
                await self.sane(PROBES.index(probe) + 2)

        return self.runner.run(work())

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.children_seen |= children_of(os.getpid()) - self.children_before
            self.runner.run(self.sandbox.close())


@pytest.fixture(scope="module", params=["landlock", "bubblewrap"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    tier: Tier = request.param
    if tier == "bubblewrap" and (problem := bubblewrap_problem()) is not None:
        pytest.skip(problem)
    with ExitStack() as kept:
        made = World(tier, tmp_path_factory.mktemp(tier), kept)
        kept.callback(made.close)
        made.runner.run(made.sane(1))
        yield made


def outcome_of(result: CallResult) -> str:
    """Say how a call ended, having checked that what came back has the form it should."""
    assert type(result.seconds) is float
    assert result.seconds == result.seconds
    if result.error is not None:
        assert result.value is None
        assert len(result.error.message.encode()) <= 8_000
        return result.error.kind
    assert depth_of(result.value) <= MAX_DEPTH
    text = json.dumps(result.value, allow_nan=False, ensure_ascii=False).encode()
    assert len(text) <= LIMITS.output_kb * 1024
    return result.value.get("outcome", "value") if isinstance(result.value, dict) else "value"


def depth_of(value: Any) -> int:
    deepest, left = 0, [(value, 1)]
    while left:
        item, depth = left.pop()
        deepest = max(deepest, depth)
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        left += [(part, depth + 1) for part in inner]
    return deepest


def check(world: World, probe: str, expected: set[str], errnos: set[str]) -> None:
    result = world.ask(probe)
    assert world.secret not in repr(result)
    outcome = outcome_of(result)
    TALLY[world.tier, outcome] += 1
    assert outcome in expected, result
    if outcome == "refused":
        assert isinstance(result.value, dict)
        assert result.value["errno"] in OTHER_ERRNOS.get(probe.removeprefix("sys_"), errnos), result


@pytest.mark.parametrize("probe", SYSCALL_PROBES)
def test_a_system_call_is_not_permitted(world: World, probe: str) -> None:
    check(world, probe, {"refused"}, {"EPERM"})


@pytest.mark.parametrize("probe", PYTHON_PROBES)
def test_processes_signals_and_sockets_are_not_permitted(world: World, probe: str) -> None:
    check(world, probe, {"refused"}, {"EPERM"})


@pytest.mark.parametrize("probe", FILE_PROBES)
def test_no_file_of_ours_can_be_read_and_none_written(world: World, probe: str) -> None:
    # In a file system of its own, most of what it asks for does not exist.
    check(world, probe, {"refused"}, {"EPERM", "EACCES", *(["ENOENT", "EROFS"] if world.tier == "bubblewrap" else [])})


@pytest.mark.parametrize("probe", OTHER_PROBES)
def test_whatever_it_does_to_itself_is_a_typed_result(world: World, probe: str) -> None:
    check(world, probe, EXPECTED[probe], {"EPERM"})


@pytest.mark.parametrize("name", AT_IMPORT)
def test_what_a_module_does_as_it_is_imported(world: World, name: str) -> None:
    async def work() -> CallResult:
        (result,) = await world.sandbox.run([Invocation(f"at_import_{name}", "probe", {})])
        world.children_seen |= children_of(os.getpid()) - world.children_before
        await world.sane(5)
        return result

    outcome = outcome_of(world.runner.run(work()))
    TALLY[world.tier, outcome] += 1
    assert outcome in {"value", "exception", "no_result", "killed"}


def test_hostile_and_sane_calls_side_by_side(world: World) -> None:
    hostile = [
        "forever",
        "one_bytearray",
        "forged_many_times",
        "null",
        "patch_exit",
        "leaves_writing_thread",
        "sys_fork",
    ]

    async def work() -> None:
        await asyncio.gather(
            *(part for name in hostile for part in (world.call(name, world.arguments), world.sane(hostile.index(name))))
        )

    world.runner.run(work())


def test_nothing_is_left_and_nothing_was_reached(world: World) -> None:
    seen = children_of(os.getpid()) - world.children_before
    assert len(seen) <= {"landlock": 2, "bubblewrap": 6}[world.tier] + 2  # what was forked at import
    world.close()
    assert not still_alive(seen | world.children_seen)
    until = time.monotonic() + 5
    while (left := children_of(os.getpid()) - world.children_before) and time.monotonic() < until:
        time.sleep(0.02)
    assert not left
    for stream in world.streams:
        with pytest.raises(BlockingIOError):
            stream.accept()
    with pytest.raises(BlockingIOError):
        world.datagrams.recv(1)
    assert world.library_now() == world.before
    for folder in (Path("/tmp"), Path("/dev/shm"), Path.home(), Path("/"), Path(errno.__spec__.origin or "/").parent):  # type: ignore[union-attr]
        assert not (folder / "apigen-hostile-probe").exists()
    assert not TALLY[world.tier, "escaped"]


def test_there_are_probes_enough() -> None:
    assert len(PROBES) >= 80
    assert set(EXPECTED) == set(OTHER_PROBES)
