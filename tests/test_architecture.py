"""Imports go one way, and library code runs nowhere but in the sandbox."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "apigen"

# The one table: a package imports from the rows below its own, never from its own row or above. Rows may be skipped.
LAYERS = (
    ("__main__",),
    ("cli", "scripting"),
    ("health", "ambiguity", "starter", "labelling", "display", "report", "answering"),
    ("pipeline", "exam", "preview"),
    ("engines",),
    ("work", "feedback"),
    ("final_answers",),
    ("sampler", "generator", "checkers", "exporters", "target", "budget", "stats"),
    ("coverage_plan",),
    ("pool", "visits"),
    ("values",),
    ("variation", "manners", "sources", "parsing", "prompts", "similarity"),
    ("sandbox", "llms", "store"),
    ("config",),
    ("sampler_config", "yaml_files"),
    ("options", "progress", "equivalence"),
    ("files",),
    ("records", "errors", "intervals", "words", "caches"),
    ("manner",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
# They run beside untrusted code, in an interpreter that has no apigen.
ALONE = tuple(
    f"sandbox/{name}.py" for name in ("server", "policy", "filters", "worker", "describe", "canary", "determinism")
)
# Ways to run code by name or text; only these may, inside the sandbox.
RUNNERS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "import_module",
    "run_path",
    "run_module",
    "spec_from_file_location",
}

FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


# Parsed while the tests are collected: CPython before 3.11.8 fails when a destructor or thread of an earlier test parses meanwhile.
TREES = {file: ast.parse((PACKAGE / file).read_text(encoding="utf-8"), file) for file in FILES}


def package_of(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def imports(file: str) -> Iterator[str]:
    """Yield the dotted names that a file imports, nested and type-checking ones too."""
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{name.name}" for name in node.names)


def of_apigen(file: str) -> Iterator[str]:
    """Yield the packages of apigen that a file imports from."""
    for name in imports(file):
        assert not name.startswith("."), f"{file}: write {name} as an absolute import"
        parts = name.split(".")
        if parts[0] == "apigen" and parts[1] != "__version__":
            yield parts[1]


def test_there_are_files_to_look_at() -> None:
    assert {"records.py", "pipeline.py", "cli/run.py", "sandbox/worker.py"} <= set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_imports_go_down(file: str) -> None:
    package = package_of(file)
    if package == "__init__":
        assert set(of_apigen(file)) == {"scripting"}
        return
    assert package in RANK, f"{package} has no row in LAYERS"
    wrong = {other for other in of_apigen(file) if other != package and RANK[other] <= RANK[package]}
    assert not wrong, f"{file} imports from {sorted(wrong)}"


@pytest.mark.parametrize("file", ALONE)
def test_the_sandbox_s_inside_stands_alone(file: str) -> None:
    assert list(of_apigen(file)) == []


def test_the_worker_needs_the_standard_library_only() -> None:
    """pydantic and what it needs are the exception, where a function takes more than JSON types."""
    outside = {name.split(".")[0] for name in imports("sandbox/worker.py")} - set(sys.stdlib_module_names)
    assert outside <= {"pydantic", "typing_extensions", "determinism"}


@pytest.mark.parametrize("file", [file for file in FILES if file not in ALONE])
def test_code_is_run_by_name_or_text_in_the_sandbox_only(file: str) -> None:
    used = {
        name
        for node in ast.walk(TREES[file])
        if isinstance(node, ast.Call)
        for name in [getattr(node.func, "id", None), _attribute(node.func)]
        if name in RUNNERS
    }
    assert not used, f"{file} calls {sorted(used)}"


def _attribute(node: ast.expr) -> str | None:
    """Return the attribute's name, but not that of `re.compile` or of a method that only sounds alike."""
    if not isinstance(node, ast.Attribute) or node.attr in ("compile", "exec"):
        return None
    return node.attr


def test_every_module_can_be_imported_first() -> None:
    """Many short-lived forks of one process: what one imports is not there for the next."""
    names = [
        "apigen." + file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for file in FILES
        if file != "__init__.py" and file not in ALONE
    ]
    code = (
        "import importlib, os, sys\n"
        "import asyncio, docstring_parser, httpx, jsonschema, pydantic, rich.console, sqlite_utils, typer, yaml\n"
        "bad = []\n"
        "for name in sys.argv[1:]:\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        try:\n"
        "            importlib.import_module(name)\n"
        "        except BaseException as error:\n"
        "            print(name, repr(error), file=sys.stderr, flush=True)\n"
        "            os._exit(1)\n"
        "        os._exit(0)\n"
        "    if os.waitpid(child, 0)[1]:\n"
        "        bad.append(name)\n"
        "sys.exit(len(bad))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
