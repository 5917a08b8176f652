"""The command line: what each command prints, its exit code, and one line for whatever goes wrong."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apigen import __version__
from apigen.cli import main
from apigen.exporters import EXPORTERS
from tests.conftest import COMMAND, ROOT
from tests.servers import ChatServer, Oracle, closed_port, purpose_of

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Settings = Callable[..., dict[str, Any]]
Serving = Callable[..., ChatServer]
ConfigFile = Callable[..., Path]
COMMANDS = (
    "init",
    "run",
    "status",
    "show",
    "label",
    "stats",
    "report",
    "export",
    "exam",
    "library",
    "models",
    "doctor",
)


class Outcome:
    """What `main` left: exit code, stdout and stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in err
        assert "internal error" not in err, err


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Run the command in this process, in the test's folder and a window of 200 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Outcome:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        sys.stdout.flush()
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Outcome(ended.value.code, out, err)

    return run


Call = Callable[..., Outcome]


def complaint(outcome: Outcome, code: int) -> str:
    """Return the one line that says what is wrong."""
    assert outcome.code == code, outcome.err
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("apigen: ")
    return lines[0]


@pytest.fixture
def finished(serving: Serving, settings: Settings, config_file: ConfigFile, call: Call) -> dict[str, Any]:
    """The settings of a finished run with verified and rejected candidates."""
    oracle = Oracle(twist=lambda body: "no JSON" if purpose_of(body) == "call_first" and body["seed"] % 2 else None)
    chosen = settings(serving(oracle).base_url, target={"draws": 8}, exports=[])
    assert call("run", config_file(chosen)).code == 0
    return chosen


# --- help and usage ---


def test_help_lists_every_command(call: Call) -> None:
    for option in ("--help", "-h"):
        shown = call(option)
        assert shown.code == 0
        assert all(re.search(rf"^ +{name} ", shown.out, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, "library list", "library show", "library check", "library call",
                                     "library add python", "library add openapi", "library add mcp",
                                     "models list", "models pull"])  # fmt: skip
def test_every_command_has_help(call: Call, command: str) -> None:
    shown = call(*command.split(), "--help")
    assert shown.code == 0
    assert f" {command} " in shown.out.splitlines()[0]


def test_help_comes_at_once(apigen: Run) -> None:
    """It imports nothing that takes long."""
    code = (
        "import sys\n"
        "from apigen.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit as ended:\n"
        "    assert ended.code == 0\n"
        "heavy = ('openai', 'pydantic', 'sqlite_utils', 'jsonschema', 'jinja2', 'yaml', 'httpx', 'asyncio', 'json_repair')\n"
        "print('LOADED', [name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    loaded = done.stdout.rpartition("LOADED ")[2].strip()
    # Typer itself loads asyncio in some versions; that is not ours to say.
    assert [name for name in json.loads(loaded.replace("'", '"')) if name != "asyncio"] == []


def test_the_version(call: Call) -> None:
    assert call("--version").out == f"apigen {__version__}\n"


def test_the_installed_command_is_this_one() -> None:
    import tomllib

    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"apigen": "apigen.cli:main"}


@pytest.mark.parametrize(
    "arguments",
    ["--nonsense", "nonsense", "run", "run --nonsense x.yaml", "show", "show a.db --limit 0", "show a.db --limit x",
     "export a.db", "library nonsense", "library show", "models pull"],
)  # fmt: skip
def test_wrong_usage_is_2(call: Call, arguments: str) -> None:
    done = call(*arguments.split())
    assert done.code == 2
    assert done.err.strip()
    assert done.out == ""


# --- configs ---


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_missing_config(call: Call, command: str) -> None:
    assert "nothing.yaml: no such file" in complaint(call(command, "nothing.yaml"), 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must hold"),
        ("- a\n", "must hold"),
        ("store: [", "line"),
        ("store: a\nstore: b\n", "twice"),
        ("store: a.db\n", "missing"),
        ("\x00", "YAML"),
    ],
)
def test_a_broken_config(call: Call, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "broken.yaml").write_text(text, encoding="utf-8")
    line = complaint(call("run", "broken.yaml"), 2)
    assert "broken.yaml" in line
    assert said in line


def test_an_unknown_key_comes_with_a_suggestion(call: Call, settings: Settings, config_file: ConfigFile) -> None:
    line = complaint(call("run", config_file(settings("http://127.0.0.1:9/v1") | {"chekers": []})), 2)
    assert "chekers" in line
    assert "did you mean `checkers`?" in line


@pytest.mark.parametrize(
    "override", ["nonsense", "=1", "target.verified", "target.verified=[", "target=5", "store.x=1"]
)
def test_a_broken_override(call: Call, settings: Settings, config_file: ConfigFile, override: str) -> None:
    file = config_file(settings("http://127.0.0.1:9/v1"))
    complaint(call("run", file, "--set", override), 2)


def test_an_unknown_model_of_a_config(call: Call, settings: Settings, config_file: ConfigFile) -> None:
    chosen = settings("", llms={"writer": {"backend": "local", "model": "gpt-9"}})
    line = complaint(call("run", config_file(chosen)), 2)
    assert "llms.writer.model: 'gpt-9' is no embedded model" in line


def test_a_missing_model_is_3(
    call: Call, settings: Settings, config_file: ConfigFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("APIGEN_CACHE", str(tmp_path / "cache"))
    chosen = settings("", llms={"writer": {"backend": "local", "model": "smollm2-135m"}})
    assert "apigen models pull smollm2-135m" in complaint(call("run", config_file(chosen)), 3)


def test_an_endpoint_that_is_not_there_is_3(call: Call, settings: Settings, config_file: ConfigFile) -> None:
    with closed_port() as port:
        line = complaint(call("run", config_file(settings(f"http://127.0.0.1:{port}/v1"))), 3)
    assert str(port) in line


# --- run ---


def test_a_run_shows_the_funnel_samples_and_exports(
    call: Call, serving: Serving, settings: Settings, config_file: ConfigFile
) -> None:
    chosen = settings(serving(Oracle()).base_url)
    done = call("run", config_file(chosen), "--set", "target.verified=4", "--set", "concurrency=2")
    assert done.code == 0
    assert done.err == ""
    assert f"exported 4 samples as xlam to {chosen['exports'][0]['file']}" in done.out
    assert "Funnel" in done.out
    assert "sample 4" in done.out
    again = call("run", config_file(chosen), "--set", "target.verified=4")
    assert again.code == 0
    assert "already done" in again.out


def test_a_run_that_ends_short_is_1(call: Call, serving: Serving, settings: Settings, config_file: ConfigFile) -> None:
    chosen = settings(serving(lambda body: "no JSON").base_url, target={"verified": 2, "draws": 3})
    assert "below the target" in complaint(call("run", config_file(chosen)), 1)


def test_a_store_of_another_run_is_2(call: Call, finished: dict[str, Any], config_file: ConfigFile) -> None:
    line = complaint(call("run", config_file(finished), "--set", "seed=99"), 2)
    assert "seed" in line
    assert finished["store"] in line


def test_texts_of_a_model_cannot_dress_up_the_output(
    call: Call, serving: Serving, settings: Settings, config_file: ConfigFile, apigen: Run
) -> None:
    """What a model wrote goes to a terminal: no control characters of its own, and no markup taken as ours."""
    evil = json.dumps({"query": "[bold]x[/nonsense] \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202e \r\n### "})
    chosen = settings(
        serving(Oracle(twist=lambda body: evil if purpose_of(body) == "call_first" else None)).base_url,
        target={"draws": 2}, checkers=["format", "execution"],
    )  # fmt: skip
    done = call("run", config_file(chosen))
    assert done.code == 0
    shown = call("show", chosen["store"])
    for out in (done.out, shown.out):
        assert "[bold]x[/nonsense]" in out
        assert "\x1b" not in out
        assert "\x07" not in out


# --- status, show, export ---


def test_status(call: Call, finished: dict[str, Any]) -> None:
    shown = call("status", finished["store"])
    assert shown.code == 0
    for text in (finished["store"], "done", "format:unparseable", "generate", "agreement", "all"):
        assert text in shown.out


def test_status_tells_costs_by_stage_and_by_style(call: Call, finished: dict[str, Any]) -> None:
    shown = call("status", finished["store"]).out
    total = shown[shown.index("Cost: ") : shown.index("Cost of a verified sample")]
    each = shown[shown.index("Cost of a verified sample") :]
    for name in ("generate", "agreement", "execution", "all"):
        assert re.search(rf"^ *{name} ", total, re.MULTILINE)
        assert re.search(rf"^ *{name} ", each, re.MULTILINE)
    assert re.search("^ *simple ", total, re.MULTILINE)  # of which none may be verified
    assert "dollars" not in shown
    with closing(sqlite3.connect(finished["store"])) as db:
        db.execute("update costs set dollars = 1234.5 where purpose = 'generate'")
        db.commit()
    assert "dollars" in call("status", finished["store"]).out


def test_status_as_json(call: Call, finished: dict[str, Any]) -> None:
    found = json.loads(call("status", finished["store"], "--json").out)
    assert found["run"]["state"] == "done"
    assert found["funnel"]["generated"] == found["funnel"]["verified"] + sum(found["funnel"]["rejected"].values())
    assert found["costs"]["replies"] == sum(cost["replies"] for cost in found["costs"]["styles"].values())
    assert found["costs"]["stages"].keys() == {"generate", "agreement", "execution"}
    assert found["costs"]["per_verified"]["tokens"] > 0


def test_a_store_of_several_runs(call: Call, finished: dict[str, Any], tmp_path: Path) -> None:
    with closing(sqlite3.connect(finished["store"])) as db:
        names = [row[1] for row in db.execute("pragma table_info(runs)") if row[1] != "id"]
        db.execute(f"insert into runs (id, {', '.join(names)}) select 2, {', '.join(names)} from runs")
        db.commit()
    store, first = finished["store"], json.loads(call("status", finished["store"], "--run", 1, "--json").out)
    assert [run["id"] for run in first["runs"]] == [1, 2]
    shown = call("status", store).out
    assert "Runs" in shown
    assert f"{store}: run 2: done" in shown
    assert "nothing generated yet" in shown
    assert "Funnel" in call("status", store, "--run", 1).out
    assert call("show", store).out == "nothing of the kind in this store\n"
    assert "passed" in call("show", store, "--run", 1).out
    for run, rows in ((1, first["funnel"]["verified"]), (2, 0)):
        done = call("export", store, "--format", "xlam", "-o", tmp_path / "out.jsonl", "--run", run)
        assert f"exported {rows} samples" in done.out
    for command in (("status", store), ("show", store), ("export", store, "--format", "xlam", "-o", "x.jsonl")):
        assert "has no run 3, only 1, 2" in complaint(call(*command, "--run", 3), 2)


def test_show(call: Call, finished: dict[str, Any]) -> None:
    verified = call("show", finished["store"]).out
    assert "passed: format, execution, grounding, agreement" in verified
    assert "rejected:" not in verified
    rejected = call("show", finished["store"], "--rejected").out
    assert "rejected: format:unparseable" in rejected
    assert "passed:" not in rejected
    assert call("show", finished["store"], "--reason", "format:unp").out == rejected
    assert len(re.findall(r"draw \d+", call("show", finished["store"], "--limit", 1).out)) == 1
    nothing = call("show", finished["store"], "--reason", "judge")
    assert (nothing.code, nothing.out) == (0, "nothing of the kind in this store\n")


@pytest.mark.parametrize("format_name", ["xlam", "openai", "trl", "hermes"])
def test_export(call: Call, finished: dict[str, Any], tmp_path: Path, format_name: str) -> None:
    file = tmp_path / "deep" / "out.jsonl"
    done = call("export", finished["store"], "--format", format_name, "-o", file)
    assert done.code == 0
    lines = file.read_text("utf-8").splitlines()
    assert f"exported {len(lines)} samples as {format_name}" in done.out
    assert lines
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert sorted(entry.name for entry in file.parent.iterdir()) == ["out.jsonl", "out.jsonl.meta.yaml"]


def test_the_help_of_export_names_every_format(call: Call) -> None:
    shown = " ".join(call("export", "--help").out.split())
    assert [name for name in EXPORTERS if not re.search(rf"\b{name}\b", shown)] == []


def test_an_export_with_options(call: Call, finished: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "set" / "out.jsonl"
    options = ("--styles", "simple,multiple", "--results", "--system", "Be brief.", "--shuffle", 4, "--shard", 1)
    done = call("export", finished["store"], "--format", "trl", "-o", file, *options, "--card", "mit")
    assert done.code == 0
    shards = sorted(file.parent.glob("out-*-of-*.jsonl"))
    assert len(shards) == len(re.findall(r"exported 1 samples as trl", done.out)) > 0
    for shard in shards:
        (row,) = map(json.loads, shard.read_text("utf-8").splitlines())
        assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant", "tool"]
    assert "license: mit" in (file.parent / "README.md").read_text("utf-8")


def test_what_a_format_cannot_say_is_told(call: Call, finished: dict[str, Any], tmp_path: Path) -> None:
    whole = ("export", finished["store"], "-o", tmp_path / "out.jsonl", "--format")
    rows = int(re.findall(r"exported (\d+) samples", call(*whole, "xlam").out)[0])
    done = call(*whole, "llama31")
    (written,), (left_out,) = (
        re.findall(r"exported (\d+)", done.out),
        re.findall(r"left out (\d+) samples: several", done.out),
    )
    assert int(written) + int(left_out) == rows
    assert f"left_out:\n  several calls in one turn: {left_out}\n" in (tmp_path / "out.jsonl.meta.yaml").read_text(
        "utf-8"
    )
    assert f"left out {rows} samples: no rejected answer" in call(*whole, "dpo_trl", "--doubtful").out
    complaint(call(*whole, "xlam", "--results"), 2)


@pytest.mark.parametrize("how", ["sample", "api"])
def test_an_export_in_parts(call: Call, finished: dict[str, Any], tmp_path: Path, how: str) -> None:
    whole = ("export", finished["store"], "--format", "xlam", "-o", tmp_path / "out.jsonl")
    done = call(*whole, "--split", "train=0.5,test=0.5", "--split-by", how, "--seed", 2)
    assert done.code == 0
    rows = [len((tmp_path / f"out.{part}.jsonl").read_text("utf-8").splitlines()) for part in ("train", "test")]
    told = sum(int(count) for count in re.findall(r"(?:exported|left out) (\d+) samples", done.out))
    call(*whole)
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == told >= sum(rows)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--split", "test"), "--split: write it as"),
        (("--split", "test=2"), "split: takes 1 to 10 parts"),
        (("--split", "test=0.1", "--split-by", "day"), "split_by: 'day' is unknown"),
        (("--split-by", "api"), "--split-by: is for --split"),
        (("--seed", "1"), "--seed: is for --split"),
    ],
)
def test_a_wrong_split(call: Call, finished: dict[str, Any], options: tuple[str, ...], said: str) -> None:
    assert said in complaint(call("export", finished["store"], "--format", "xlam", "-o", "x.jsonl", *options), 2)


def test_a_run_is_decontaminated_split_and_has_figures(
    call: Call, serving: Serving, settings: Settings, config_file: ConfigFile, tmp_path: Path
) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"draws": 8})
    chosen["sampler"] = {"styles": {"simple": 1}}
    chosen["exports"][0] |= {"split": {"test": 0.5}, "split_by": "api"}
    assert call("run", config_file(chosen)).code == 0
    figures = json.loads(call("stats", chosen["store"], "--json").out)
    rows = [len((tmp_path / f"out.{part}.jsonl").read_text("utf-8").splitlines()) for part in ("train", "test")]
    assert (sum(rows), figures["contaminated"]) == (figures["samples"], None)
    # The same run again, with its own first query as a benchmark.
    test = (tmp_path / "out.train.jsonl").read_text("utf-8").splitlines()[0]
    (tmp_path / "bench.jsonl").write_text(json.dumps({"question": json.loads(test)["query"]}), encoding="utf-8")
    chosen |= {"store": str(tmp_path / "clean.db"), "decontaminate": ["bench.jsonl"]}
    assert call("run", config_file(chosen)).code == 0
    clean = json.loads(call("stats", chosen["store"], "--json").out)
    assert clean["contaminated"] >= 1
    assert clean["samples"] == figures["samples"] - clean["contaminated"]
    assert re.search(r"rejected: decontamination +decontamination:contaminated", call("status", chosen["store"]).out)


def test_a_benchmark_that_cannot_be_read_ends_a_run_before_it_begins(
    call: Call, serving: Serving, settings: Settings, config_file: ConfigFile, tmp_path: Path
) -> None:
    (tmp_path / "bench.jsonl").write_bytes(b'{"query": "x"}\n\xff\n')
    server = serving(Oracle())
    line = complaint(call("run", config_file(settings(server.base_url, decontaminate=["bench.jsonl"]))), 2)
    assert "bench.jsonl: " in line
    assert "line 2 is not UTF-8 text" in line
    assert server.requests == []


def test_an_unknown_export_format(call: Call, finished: dict[str, Any]) -> None:
    line = complaint(call("export", finished["store"], "--format", "csv", "-o", "x"), 2)
    assert "'csv' is unknown; choose one of" in line
    assert "xlam" in line


def test_an_export_that_cannot_be_written(call: Call, finished: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").touch()
    complaint(call("export", finished["store"], "--format", "xlam", "-o", tmp_path / "taken"), 2)
    assert sorted(entry.name for entry in tmp_path.iterdir() if "part" in entry.name) == []


@pytest.mark.parametrize("command", [("status",), ("show",), ("export", "--format", "xlam", "-o", "x.jsonl")])
def test_a_store_that_is_none(call: Call, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("no database " * 500, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("create table t (x)")
    for name in ("missing.db", "empty.db", "text.db", "other.db"):
        assert name in complaint(call(command[0], name, *command[1:]), 2)


# --- library ---


def test_library_list(call: Call, library: Path) -> None:
    shown = call("library", "list", "--library", library)
    assert shown.code == 0
    for text in ("shop", "parcel_price", "Count how often a letter is in a word.", "4 APIs in 2 categories"):
        assert text in shown.out
    listed = json.loads(call("library", "list", "--library", library, "--json").out)
    assert [api["name"] for api in listed] == ["parcel_price", "tip", "count_letter", "repeat"]
    assert listed[1]["examples"][0] == {"name": "tip", "arguments": {"bill": 50.0, "percent": 10}}


def test_library_list_filters_and_counts(call: Call, library: Path) -> None:
    def names(*options: str) -> list[str]:
        return [
            api["name"] for api in json.loads(call("library", "list", "--library", library, "--json", *options).out)
        ]

    assert names("--category", "words") == ["count_letter", "repeat"]
    assert names("--category", "words", "--category", "shop", "--text", "BILL") == ["tip"]
    assert names("--source", "python:") == ["parcel_price", "tip", "count_letter", "repeat"]
    assert names("--source", "mcp") == []
    shown = call("library", "list", "--library", library, "--text", "parcel").out
    assert "1 API in 1 category (of 4)" in shown
    line = complaint(call("library", "list", "--library", library, "--category", "shops"), 2)
    assert "--category" in line
    assert "shop, words" in line
    counted = json.loads(call("library", "list", "--library", library, "--coverage", "--json").out)
    assert counted["shop"] == {"apis": 2, "optional": 1, "enums": 1, "arrays": 0, "objects": 0, "examples": 2}
    assert "4 APIs in 2 categories" in call("library", "list", "--library", library, "--coverage").out


def test_library_add(call: Call, library: Path, tmp_path: Path) -> None:
    shown = call("library", "add", "python", library)
    assert shown.code == 0
    assert "parcel_price" in shown.out
    assert f"  - source: python\n    path: {library}\n" in shown.out
    config = tmp_path / "mine.yaml"
    config.write_text("store: a.db  # here\nseed: 1\n")
    done = call("library", "add", "python", library, "--config", config, "--set", "sandbox.seconds=9")
    assert (done.code, done.err) == (0, "")
    added = f"library:\n  - source: python\n    path: {library}\n    sandbox: {{seconds: 9}}\n"
    assert config.read_text() == "store: a.db  # here\nseed: 1\n" + added
    assert "has this entry already" in complaint(
        call("library", "add", "python", library, "--config", config, "--set", "sandbox.seconds=9"), 2
    )
    for arguments, words in (
        (("python", "nowhere"), "there is no folder 'nowhere'"),
        (("openapi", "nowhere.json"), "there is no file 'nowhere.json'"),
        (("mcp", "time", "no-such-program"), "'no-such-program' is no program"),
        (("python", str(library), "--set", "paht=x"), "did you mean `path`?"),
        (("python", str(library), "--set", "x"), "write it as key=value"),
        (("python", str(library), "--config", "none.yaml"), "none.yaml"),
    ):
        assert words in complaint(call("library", "add", *arguments), 2)


def test_library_show(call: Call, library: Path) -> None:
    shown = call("library", "show", "parcel_price", "--library", library)
    assert shown.code == 0
    for text in (
        "parcel_price",
        "shop",
        "weight_kg",
        "number",
        '"express" | "standard"',
        "yes",
        "no",
        'Default "standard".',
    ):
        assert text in shown.out
    assert json.loads(call("library", "show", "tip", "--library", library, "--json").out)["name"] == "tip"


def test_texts_of_a_library_are_shown_as_they_are(call: Call, tmp_path: Path) -> None:
    """Square brackets are units and lists here, not markup."""
    folder = tmp_path / "brackets"
    folder.mkdir()
    (folder / "speeds.py").write_text(
        '"""Speeds."""\n\n\ndef speed(values: list[bool]) -> float:\n    """Return a speed in [m/s] or [/s] or [red]x[/red].\n\n'
        "    Args:\n        values: Flags [a] of [/b].\n\n    Returns:\n        The speed [km/h].\n\n    Examples:\n"
        '        >>> speed(values=[True, False])\n        1.0\n    """\n    return 1.0\n',
        encoding="utf-8",
    )
    text = "Return a speed in [m/s] or [/s] or [red]x[/red]."
    assert text in call("library", "list", "--library", folder).out
    shown = call("library", "show", "speed", "--library", folder).out
    for expected in (text, "Flags [a] of [/b].", "The speed [km/h].", "[true, false]"):
        assert expected in shown


def test_an_unknown_api_comes_with_a_suggestion(call: Call, library: Path) -> None:
    for command in ("show", "call"):
        line = complaint(call("library", command, "parcel_prise", "--library", library), 2)
        assert "did you mean parcel_price?" in line
    assert "library list" in complaint(call("library", "show", "zzz", "--library", library), 2)


@pytest.mark.parametrize("command", [("list",), ("show", "tip"), ("check",), ("call", "tip", "{}")])
def test_a_missing_library(call: Call, command: tuple[str, ...]) -> None:
    assert "there is no folder or file 'nowhere'" in complaint(call("library", *command, "--library", "nowhere"), 2)


def test_an_empty_library(call: Call, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    assert "no APIs" in complaint(call("library", "list", "--library", "bare"), 2)


def test_library_call(call: Call, library: Path) -> None:
    done = call("library", "call", "count_letter", '{"word": "mississippi", "letter": "s"}', "--library", library)
    assert (done.code, done.out, done.err) == (0, "4\n", "")
    done = call("library", "call", "repeat", '{"word": "ünï ", "times": 2}', "--library", library)
    assert done.out == '"ünï ünï "\n'


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('{"word": "banana", "letter": "an"}', "ValueError: letter must be one character"),
        ('{"word": "banana"}', "TypeError"),
        ('{"nonsense": 1}', "TypeError"),
    ],
)
def test_a_call_that_fails_is_a_typed_error_and_1(call: Call, library: Path, arguments: str, message: str) -> None:
    done = call("library", "call", "count_letter", arguments, "--library", library)
    assert done.code == 1
    error = json.loads(done.out)
    assert error["error"] == "exception"
    assert message in error["message"]


@pytest.mark.parametrize(
    "arguments", ["{", "word", "[1]", "5", '"x"', "null", "[" * 5000, '{"word": NaN}', '{"a":' * 5000]
)
def test_arguments_that_are_no_json_object(call: Call, library: Path, arguments: str) -> None:
    line = complaint(call("library", "call", "count_letter", arguments, "--library", library), 2)
    assert "ARGUMENTS" in line
    assert len(line) < 500


def test_a_result_that_no_terminal_takes(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "odd.py").write_text(
        'def odd() -> str:\n    """Return half a character."""\n    return "a\\ud800b"\n', encoding="utf-8"
    )
    assert call("library", "call", "odd", "--library", folder).code in (0, 1)


def test_library_check(call: Call, library: Path) -> None:
    done = call("library", "check", "--library", library)
    assert done.code == 0
    table, _, last = done.out.rstrip("\n").rpartition("\n")
    assert last == f"{library}: 4 APIs, 0 problems"
    assert [line.split() for line in table.splitlines() if line.split()[:1] == ["all"]] == [
        ["all", "4", "1", "1", "0", "0", "4"]
    ]
    (library / "bad.py").write_text(
        "import random\n\n\ndef bare(x):\n    return x\n\n\ndef undocumented(x: int) -> int:\n    return x\n\n\n"
        'def dice(sides: int) -> float:\n    """Roll.\n\n    Examples:\n        >>> dice(6)\n        3\n        >>> dice("a")\n'
        '        3\n        >>> dice(0)\n        1\n    """\n    return random.Random().random() / sides\n\n\n'
        'def tip(x: int) -> int:\n    """Do.\n\n    Args:\n        x: A number.\n\n    Examples:\n        >>> tip(1)\n        1\n'
        '    """\n    return x\n',
        encoding="utf-8",
    )
    done = call("library", "check", "--library", library)
    assert done.code == 1
    lines = done.out.splitlines()
    for words in (
        ("bad.py: bare: ", "docstring"),
        ("bad.py: undocumented: ", "docstring"),
        ("bad.py: dice: ", "`sides` is not described"),
        ("bad.py: dice: ", '{"sides":"a"}', "does not fit"),
        ("bad.py: dice: ", '{"sides":0}', "does not run", "ZeroDivisionError"),
        ("bad.py: dice: ", '{"sides":6}', "another result each time"),
        (": tip: ", "same name"),
        (f"{library}: ", " problems"),
    ):
        assert any(all(word in line for word in words) for line in lines), (words, done.out)


# --- models and doctor ---


def test_models_list(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APIGEN_CACHE", str(tmp_path / "cache"))
    shown = call("models", "list")
    assert shown.code == 0
    for text in ("qwen2.5-coder-1.5b", "smollm2-135m", "Apache-2.0", "98 MB", str(tmp_path / "cache" / "models")):
        assert text in shown.out


def test_an_unknown_model_to_pull(call: Call) -> None:
    assert "smollm2-135m" in complaint(call("models", "pull", "gpt-9"), 3)


def test_a_model_that_is_here_is_not_pulled(call: Call, smollm2: str) -> None:
    done = call("models", "pull", smollm2)
    assert done.code == 0
    assert done.out.startswith(f"{smollm2} is here: ")


def test_doctor(call: Call) -> None:
    shown = call("doctor")
    assert shown.code == 0
    for text in (__version__, "sandbox", "tier", "smollm2-135m"):
        assert text in shown.out


def test_doctor_of_a_config(call: Call, serving: Serving, settings: Settings, config_file: ConfigFile) -> None:
    server = serving(Oracle())
    shown = call("doctor", config_file(settings(server.base_url)))
    assert shown.code == 0
    assert "4 APIs" in shown.out
    assert f"{server.base_url} answers and serves m" in shown.out
    assert server.requests == []
    with closed_port() as port:
        shown = call("doctor", config_file(settings(f"http://127.0.0.1:{port}/v1")))
    assert shown.code == 3
    assert "lacks" in shown.out
    assert str(port) in shown.out


def judged_by(base_url: str, judge: dict[str, Any], llms: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Settings of a run with a judge; the LLMs are those of the writer, unless told otherwise."""
    same = {"backend": "openai", "model": "m", "base_url": base_url, "patience_seconds": 0.5}
    checkers = ["format", "execution", {"judge": judge}, {"agreement": {"llm": "writer"}}]
    return {"llms": {name: same | more for name, more in ({"writer": {}} | llms).items()}, "checkers": checkers}


@pytest.mark.parametrize(
    ("judge", "llms", "expected"),
    [
        ({}, {}, "the judge 'writer' is the generator (m)"),
        ({}, {"judge": {}}, "the judge 'judge' is the generator's model at the same place as 'writer' (m)"),
        ({"llms": ["other", "writer"]}, {"other": {"model": "n"}}, "the judge 'writer' is the generator (m)"),
        ({}, {"judge": {"model": "n"}}, ""),
        ({"llm": "far"}, {"far": {"base_url": "http://127.0.0.1:9/v1"}}, ""),
    ],
    ids=["default", "same model", "one of several", "other model", "other place"],
)
def test_a_judge_that_judges_its_own_work_is_noted(
    call: Call, serving: Serving, settings: Settings, config_file: ConfigFile, judge: Any, llms: Any, expected: str
) -> None:
    server = serving(Oracle())
    chosen = settings(server.base_url, target={"draws": 1}, exports=[], **judged_by(server.base_url, judge, llms))
    file = config_file(chosen)
    if "far" not in llms:
        done = call("run", file, "--log-json")
        assert done.code == 0
        assert [line.startswith(f"apigen: note: {expected}") for line in done.err.splitlines()] == [True] * bool(
            expected
        )
        assert all(isinstance(json.loads(line), dict) for line in done.out.splitlines())
    shown = " ".join(call("doctor", file).out.split())
    assert ("seldom finds its own mistakes" in shown) == bool(expected)


def test_progress_as_json_counts_rejections(
    apigen: Run, serving: Serving, settings: Settings, config_file: ConfigFile
) -> None:
    oracle = Oracle(twist=lambda body: "no JSON" if purpose_of(body) == "call_first" and body["seed"] % 2 else None)
    chosen = settings(serving(oracle).base_url, target={"draws": 8}, exports=[])
    done = apigen("run", config_file(chosen), "--log-json")
    assert (done.returncode, done.stderr) == (0, "")
    last = [json.loads(line) for line in done.stdout.splitlines()][-1]
    assert (last["draws"], last["candidates"]) == (8, 8)
    assert last["verified"] + sum(last["rejected"].values()) == 8
    assert last["rejected"].keys() == {"format:unparseable"}


def test_doctor_says_how_to_mend_a_missing_runtime(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "xllamacpp" else find(name))
    assert "pip install 'apigen-synth[local]'" in call("doctor").out


# --- pipes and windows ---


@pytest.mark.parametrize("columns", ["40", "200"])
def test_any_window_width(apigen: Run, finished: dict[str, Any], library: Path, columns: str) -> None:
    for arguments in (
        ("status", finished["store"]), ("show", finished["store"]), ("library", "list", "--library", library),
        ("models", "list"), ("--help",),
    ):  # fmt: skip
        done = apigen(*arguments, COLUMNS=columns)
        assert (done.returncode, done.stderr) == (0, "")
        assert "\x1b" not in done.stdout


def test_an_ascii_terminal(apigen: Run, finished: dict[str, Any], library: Path) -> None:
    for arguments in (
        ("status", finished["store"]),
        ("show", finished["store"]),
        ("library", "list", "--library", library),
    ):
        done = apigen(*arguments, PYTHONIOENCODING="ascii", LC_ALL="C")
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments", [("show", "DB"), ("status", "DB"), ("library", "list", "--json"), ("library", "list"), ("--help",)]
)
def test_a_reader_that_leaves_early_is_no_error(
    finished: dict[str, Any], library: Path, arguments: tuple[str, ...]
) -> None:
    words = [finished["store"] if word == "DB" else word for word in arguments]
    if words[0] == "library":
        words += ["--library", str(library)]
    with subprocess.Popen(
        [*COMMAND, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_the_debug_switch_shows_where(library: Path) -> None:
    """Only asked for, a bug of ours shows its place."""
    code = (
        "import apigen.store.reader as reader\n"
        "def broken(*_): raise RuntimeError('oops')\n"
        "reader.StoreReader = broken\n"
        "from apigen.cli import main\n"
        "main(['status', 'x.db'])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    quiet = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert quiet.returncode == 1
    assert quiet.stderr.startswith("apigen: internal error: RuntimeError: oops")
    assert len(quiet.stderr.splitlines()) == 1
    loud = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment | {"APIGEN_DEBUG": "1"}
    )
    assert "Traceback" in loud.stderr
