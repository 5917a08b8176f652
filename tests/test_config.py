"""What users write into a config, and the one line that each mistake gets."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers import Toolbox, build_checkers
from apigen.config import RunConfig, load_config
from apigen.errors import ApigenError, ConfigError, LibraryError
from apigen.exporters import check_exports
from apigen.llms import build_llms
from apigen.options import parse_options
from apigen.prompts import Prompts
from apigen.sources import Library, build_sources
from apigen.sources.context import SourceContext
from apigen.yaml_files import MAX_BYTES

GOOD = """\
store: runs/a.db
library: [{source: python, path: api_library}]
llms: {writer: {backend: openai, model: m, base_url: "http://127.0.0.1:9/v1"}}
target: {verified: 2}
checkers: [format]
"""
PAPER_STYLES = dict.fromkeys(("simple", "multiple", "parallel", "parallel_multiple"), 1.0)
CONFIGS = sorted(Path("configs").glob("*.yaml"))
BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)


@pytest.fixture
def load(tmp_path):
    """Write a config and load it, `--set` overrides included."""
    file = tmp_path / "run.yaml"

    def write_and_load(text, *overrides):
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_config(file, overrides)

    return write_and_load


def message(act, *arguments, error=ConfigError):
    """The one line that the mistake gets."""
    with pytest.raises(error) as caught:
        act(*arguments)
    assert isinstance(caught.value, ApigenError)
    assert caught.value.exit_code == 2
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_a_small_config_is_filled_up_with_defaults(load):
    config = load(GOOD)
    assert (config.seed, config.concurrency, config.generator.llm) == (0, 4, "writer")
    assert config.library[0].name == "python"
    assert config.library[0].options == {"path": "api_library"}
    assert [stage.name for stage in config.checkers] == ["format"]
    assert config.sampler.styles == PAPER_STYLES | {"irrelevance": 0.3, "missing_parameter": 0.3}


@pytest.mark.parametrize(
    ("text", "key", "mend"),
    [
        (GOOD + "targt: 1\n", "targt", "unknown key; did you mean `target`?"),
        (GOOD + "colour: red\n", "colour", "unknown key; known here: store, library"),
        (GOOD + "sampler: {stiles: {simple: 1}}\n", "sampler.stiles", "did you mean `styles`?"),
        (GOOD + "sandbox: {memory: 5}\n", "sandbox.memory", "did you mean `memory_mb`?"),
        (GOOD + "sampler: {styles: {simpel: 1}}\n", "sampler.styles.simpel", "'simple', 'multiple', 'parallel'"),
        (GOOD + "concurrency: lots\n", "concurrency", "valid integer"),
        (GOOD + "concurrency: 0\n", "concurrency", "greater than or equal to 1"),
        (GOOD + "seed: 1.5\n", "seed", "valid integer"),
        (GOOD + "sampler: 5\n", "sampler", "valid dictionary"),
        (GOOD + "sampler:\n", "sampler", "valid dictionary"),
        (GOOD + "sampler: {offered: [3]}\n", "sampler.offered[1]", "is missing; add it"),
        (GOOD + "sampler: {offered: [4, 2]}\n", "sampler", "`offered`: the first number must not be above the second"),
        (GOOD + "sampler: {calls: [1, 2]}\n", "sampler.calls[0]", "greater than or equal to 2"),
        (GOOD + "sampler: {styles: {simple: 0}}\n", "sampler", "`styles`: at least one weight must be above 0"),
        (
            GOOD
            + "sampler: {strategies: {query_first: 1}, styles: {simple: 1, irrelevance: 1, missing_parameter: 0}}\n",
            "sampler",
            "`styles`: irrelevance can only be made call_first; give `strategies.call_first` a weight, or set theirs to 0",
        ),
        (GOOD + "sampler: {strategies: {}}\n", "sampler", "`strategies`: at least one weight must be above 0"),
        (GOOD + "sampler: {styles: {simple: -1}}\n", "sampler.styles.simple", "greater than or equal to 0"),
        (GOOD + "sampler: {styles: {simple: .nan}}\n", "sampler.styles.simple", "finite number"),
        (GOOD + "sampler: {styles: {simple: .inf}}\n", "sampler.styles.simple", "finite number"),
        (GOOD + "sampler: {manners: vried}\n", "sampler.manners", "write `varied`, `plain`, or `{tones: …, …}`"),
        (GOOD + "sampler: {manners: {tone: {curt: 1}}}\n", "sampler.manners.tone", "did you mean `tones`?"),
        (GOOD + "sampler: {manners: {tones: {rude: 1}}}\n", "sampler.manners.tones.rude", "'polite', 'casual'"),
        (GOOD + "sampler: {manners: {lengths: {long: 0}}}\n", "sampler.manners", "`lengths`: at least one weight"),
        (GOOD + "sampler: {manners: {typos: 2}}\n", "sampler.manners.typos", "less than or equal to 1"),
        (GOOD + "sampler: {manners: {personas: 5}}\n", "sampler.manners.personas", "a file's name, or a list of texts"),
        (GOOD + "sampler: {manners: {personas: ['']}}\n", "sampler.manners.personas", "a persona is empty"),
        (GOOD + 'sampler: {manners: {personas: ["a\\e[1m"]}}\n', "sampler.manners.personas", "control characters"),
        (GOOD + "generator: {llm: wrter}\n", "`generator.llm` is 'wrter'", "`llms` has writer"),
        (GOOD + "generator: {temperature: hot}\n", "generator.temperature", "valid number"),
        (GOOD.replace("store: runs/a.db\n", ""), "store", "is missing; add it"),
        (GOOD.replace("target: {verified: 2}", "target: {}"), "target", "set at least one of `verified`"),
        (GOOD.replace("verified: 2", "verified: 0"), "target.verified", "greater than 0"),
        (GOOD.replace("[format]", "[]"), "checkers", "at least 1 item"),
        (GOOD.replace("[format]", "format"), "checkers", "valid tuple"),
        (GOOD.replace("[format]", "[format, format]"), "`checkers` lists 'format' twice", "take one out"),
        (GOOD.replace("[format]", "[{format: {}, judge: {}}]"), "checkers[0]", "write `- NAME`"),
        (GOOD.replace("[format]", "[7]"), "checkers[0]", "write `- NAME`"),
        (GOOD.replace("source: python, ", ""), "library[0]", "write `source: NAME`"),
        (GOOD.replace("backend: openai, ", ""), "llms.writer", "write `backend: NAME`"),
        (GOOD.replace("llms: {writer: {backend: openai, model: m", "llms: {} #"), "llms", "at least 1 item"),
        (GOOD + "1: 2\n", "[1]", "keys should be strings"),
        (GOOD + "exports: [{file: x}]\n", "exports[0]", "write `format: NAME`"),
    ],
)
def test_a_wrong_setting_is_named_with_its_mend(load, text, key, mend):
    found = message(load, text)
    assert "run.yaml: " in found
    assert key in found
    assert mend in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "must hold `key: value` settings at its top level"),
        ("# only a comment\n", "must hold `key: value` settings"),
        ("- a\n- b\n", "must hold `key: value` settings"),
        ("just text", "must hold `key: value` settings"),
        (GOOD + "seed: 1\nseed: 2\n", "line 7, column 1: the key 'seed' is there twice"),
        (
            GOOD + "sampler:\n  vary_values: 0\n  vary_values: 1\n",
            "line 8, column 3: the key 'vary_values' is there twice",
        ),
        ("store:\n\t- a\n", "line 2, column 1: found character '\\t'"),
        ("store: [a\n", "line 2"),
        ("store: {a: b}}\n", "line 1"),
        ("store: *nobody\n", "line 1, column 8: found undefined alias"),
        (GOOD + "---\nstore: b\n", "but found another document"),
        (GOOD + "seed: !!python/object/apply:os.getcwd []\n", "could not determine a constructor"),
        (GOOD + "? [a]\n: b\n", "found unhashable key"),
        (GOOD + "seed: 2024-13-45\n", "is no usable YAML"),
        (GOOD + "seed: " + "9" * 5_000 + "\n", "is no usable YAML"),
        (b"\xff\xfe\x00\x01" * 10, "is not UTF-8 text"),
        (bytes(range(32)) * 5, "is no YAML"),
        (b"SQLite format 3\x00" + bytes(100), "is no YAML"),
        (BOMB, "values once its aliases are followed"),
        ("a: &a [*a]\n", "values once its aliases are followed"),
        ("a: &a {b: *a}\n", "values once its aliases are followed"),
        ("[" * 20_000, "is no usable YAML"),
        ("a: b\n" * (MAX_BYTES // 5 + 1), "larger than 1000 kB"),
    ],
    ids=lambda value: repr(value)[-30:],
)
def test_a_file_that_is_no_config_is_refused_quickly(load, text, expected):
    start = time.process_time()
    found = message(load, text)
    assert time.process_time() - start < 3
    assert "run.yaml: " in found
    assert expected in found


@pytest.mark.parametrize("value", ["!!map [a]", "!!timestamp foo", "!!bool foo", '!!int ""'])
def test_a_value_that_is_not_what_its_tag_says_is_refused(load, value):
    assert "run.yaml: " in message(load, f"{GOOD}seed: {value}\n")


@pytest.mark.parametrize(
    "text",
    [
        GOOD + '"a\\nb": 1\n"a\\nb": 2\n',
        GOOD + 'generator: {llm: "a\\nb"}\n',
        GOOD.replace("[format]", '["a\\nb", "a\\nb"]'),
    ],
    ids=["key twice", "llm", "checker twice"],
)
def test_a_name_with_a_line_break_does_not_break_the_message(load, text):
    message(load, text)


def test_a_missing_file_is_named(tmp_path):
    assert message(load_config, tmp_path / "no.yaml").endswith("no.yaml: no such file; see configs/ for examples")


def test_a_folder_is_no_config(tmp_path):
    assert "cannot be read" in message(load_config, tmp_path)


@pytest.mark.parametrize(
    ("overrides", "read", "expected"),
    [
        (["target.verified=50"], lambda c: c.target.verified, 50),
        (["seed=7", "seed=8"], lambda c: c.seed, 8),
        (["sampler.styles.simple=3"], lambda c: c.sampler.styles, {"simple": 3.0}),
        (["sampler.offered=[1, 5]"], lambda c: c.sampler.offered, (1, 5)),
        (["library.0.path=mine"], lambda c: c.library[0].options["path"], "mine"),
        (["checkers.0=format"], lambda c: c.checkers[0].name, "format"),
        (["llms.judge={backend: scripted, replies: r.yaml}"], lambda c: sorted(c.llms), ["judge", "writer"]),
        (["store=other=name.db"], lambda c: c.store, Path("other=name.db")),
        ([" seed = 3"], lambda c: c.seed, 3),
    ],
)
def test_an_override_lies_over_the_file(load, overrides, read, expected):
    assert read(load(GOOD, *overrides)) == expected


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("seed", "--set seed: write it as key=value"),
        ("=5", "write it as key=value"),
        ("seed=[1", "its value is no YAML"),
        ("seed=lots", "seed: input should be a valid integer"),
        ("sede=1", "sede: unknown key; did you mean `seed`?"),
        ("target.verifed=1", "target.verifed: unknown key; did you mean `verified`?"),
        ("library.1.path=x", "there is nothing under '1'"),
        ("library.-1.path=x", "there is nothing under '-1'"),
        ("library.first.path=x", "there is nothing under 'first'"),
        ("checkers.5=format", "there is nothing under '5'"),
        ("store.name=x", "a part of its key is no group of settings"),
        ("store.name.more=x", "there is nothing under 'name'"),
        ("target=", "target: input should be a valid dictionary"),
        ("sampler..x=1", "sampler"),
        ("seed=&a [*a]", "its value is no YAML"),
    ],
)
def test_a_wrong_override_is_named(load, override, expected):
    assert expected in message(load, GOOD, override)


def test_the_identity_leaves_out_what_a_store_may_go_on_without(load):
    more = GOOD.replace("runs/a.db", "elsewhere.db").replace("verified: 2", "draws: 9")
    other = load(more + "concurrency: 9\nexports: [{format: xlam, file: x.jsonl}]\n")
    assert other.identity() == load(GOOD).identity()


@pytest.mark.parametrize(
    "override",
    [
        "seed=1",
        "sampler.vary_values=0.1",
        "sampler.styles.simple=2",
        "generator.temperature=0.1",
        "generator.pairs=1",
        "sandbox.seconds=1",
        "llms.writer.model=other",
        "library.0.path=other",
        "checkers=[format, grounding]",
        "prompts=mine",
    ],
)
def test_the_identity_holds_what_decides_the_draws(load, override):
    assert load(GOOD, override).identity() != load(GOOD).identity()


def test_a_config_cannot_be_changed(load):
    with pytest.raises(ValueError, match="frozen"):
        load(GOOD).seed = 5


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.name)
def test_every_config_that_is_shipped_loads(file):
    config = load_config(file)
    assert config.generator.llm in config.llms
    assert check_exports(config.exports, config.store)


def test_there_is_a_config_to_start_with():
    assert "quickstart.yaml" in [file.name for file in CONFIGS]


def llms_of(load, text):
    return build_llms(load(text).llms)


def test_a_missing_environment_variable_is_named(load, monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    text = GOOD.replace("model: m", "model: m, api_key_env: NO_SUCH_KEY")
    expected = "llms.writer.api_key_env: the environment variable NO_SUCH_KEY is not set; export it first"
    assert message(llms_of, load, text) == expected
    monkeypatch.setenv("NO_SUCH_KEY", "x")
    assert llms_of(load, text)["writer"].model == "m"


@pytest.mark.parametrize(
    ("before", "after", "key", "mend"),
    [
        (
            "backend: openai",
            "backend: opnai",
            "llms.writer.backend",
            "'opnai' is unknown; choose one of balanced, local, openai, openai_batch",
        ),
        ("model: m", "model: m, timeout: 5", "llms.writer.timeout", "did you mean `timeout_seconds`?"),
        ("model: m, ", "", "llms.writer.model", "is missing; add it"),
        ("http://127.0.0.1:9/v1", "http://me:hush@host/v1", "llms.writer.base_url", "`api_key_env`"),
        ("http://127.0.0.1:9/v1", "ftp://host", "llms.writer.base_url", "write it as http://HOST:PORT/v1"),
        ("http://127.0.0.1:9/v1", "localhost:8000", "llms.writer.base_url", "write it as http://HOST:PORT/v1"),
        ("http://127.0.0.1:9/v1", "http://[::1", "llms.writer.base_url", "Invalid IPv6"),
        ("model: m", "model: m, api_key: hush", "llms.writer.api_key", "did you mean `api_key_env`?"),
    ],
)
def test_a_wrong_llm_is_named(load, before, after, key, mend):
    found = message(llms_of, load, GOOD.replace(before, after))
    assert found.startswith(key)
    assert mend.lower() in found.lower()
    assert "hush" not in found


@pytest.mark.parametrize(
    ("before", "after", "key", "mend"),
    [
        ("source: python", "source: pyton", "library[0].source", "'pyton' is unknown; choose one of "),
        ("path: api_library", "path: no/such/folder", "library[0].path", "there is no folder 'no/such/folder'"),
        ("path: api_library", "path: pyproject.toml", "library[0].path", "there is no folder"),
        (", path: api_library", "", "library[0].path", "is missing; add it"),
        ("path: api_library", "path: api_library, folder: x", "library[0].folder", "unknown key; known here: path"),
    ],
)
def test_a_wrong_library_is_named(load, before, after, key, mend):
    def build():
        config = load(GOOD.replace(before, after))
        build_sources(config.library, SourceContext.now(config.sandbox))

    found = message(build, error=(ConfigError, LibraryError))
    assert found.startswith(key)
    assert mend in found


@pytest.mark.parametrize(("before", "after"), [("model: m", "modle: m"), ("target:", "targt:")])
def test_a_misspelt_required_key_is_named(load, before, after):
    assert "did you mean" in message(llms_of, load, GOOD.replace(before, after))


@pytest.mark.parametrize(
    ("stages", "key", "mend"),
    [
        (
            "[format, excution]",
            "checkers[1]",
            "'excution' is unknown; choose one of agreement, decontamination, duplicates, execution, format",
        ),
        ("[judge, format]", "checkers", "the first checker must be `format`"),
        ("[format, {judge: {llm: nobody}}]", "checkers[1].judge.llm", "'nobody' is not among `llms` (writer)"),
        ("[format, {agreement: {lm: writer}}]", "checkers[1].agreement.lm", "did you mean `llm`?"),
        ("[{format: {strict: true}}]", "checkers[0].format.strict", "unknown key"),
    ],
)
def test_a_wrong_checker_is_named(load, stages, key, mend):
    def build():
        config = load(GOOD.replace("[format]", stages))
        build_checkers(
            config.checkers, Toolbox(Library((), {}, "none"), build_llms(config.llms), Prompts(), datetime.now(UTC))
        )

    found = message(build)
    assert found.startswith(key)
    assert mend in found


@pytest.mark.parametrize(
    ("entry", "key", "mend"),
    [
        ("{format: xlm, file: a}", "exports[0].format", "'xlm' is unknown; choose one of "),
        ("{format: xlam}", "exports[0].file", "is missing; add it"),
        ("xlam", "exports[0].file", "is missing; add it"),
        ("{format: xlam, file: a, indent: 2}", "exports[0].indent", "unknown key"),
    ],
)
def test_a_wrong_export_is_named(load, entry, key, mend):
    found = message(
        lambda: check_exports(load(f"{GOOD}exports: [{entry}]\n").exports, load(f"{GOOD}exports: [{entry}]\n").store)
    )
    assert found.startswith(key)
    assert mend in found


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, database=None, max_examples=100)
@given(st.sampled_from(sorted(RunConfig.model_fields)), anything)
def test_any_value_of_any_key_is_taken_or_named(key, value):
    value = {**yaml.safe_load(GOOD), key: value}
    try:
        config = parse_options(RunConfig, value)
    except ConfigError:
        return
    assert isinstance(config, RunConfig)
    assert config.model_dump()[key] is not None or value[key] is None


def test_a_draw_in_eight_is_of_a_style_without_a_call_where_they_can_be_made(load):
    weights = load(GOOD).sampler.styles
    without = weights["irrelevance"] + weights["missing_parameter"]
    assert 0.1 < without / sum(weights.values()) < 0.15
    assert load(GOOD + "sampler: {strategies: {query_first: 1}}\n").sampler.styles == PAPER_STYLES
    both = load(GOOD + "sampler: {strategies: {query_first: 1, call_first: 1}}\n").sampler
    assert both.styles == weights


def test_a_config_without_a_plan_of_coverage_is_the_same_as_before_there_was_one(load):
    by_chance = load(GOOD + "sampler: {coverage: random}\n")
    assert "coverage" not in by_chance.identity()["sampler"]
    assert load(GOOD).identity()["sampler"]["coverage"] == "plan"
    assert load(GOOD).identity() != by_chance.identity()


def test_a_config_that_names_its_styles_is_the_same_as_before(load):
    text = GOOD + "sampler: {styles: {simple: 1, parallel: 2}}\n"
    assert load(text).identity()["sampler"]["styles"] == {"simple": 1, "parallel": 2}
    assert set(load(text).identity()["sampler"]) == {
        "styles", "strategies", "offered", "calls", "distractors", "similar", "balance", "categories", "in_a_row",
        "coverage", "vary_values",
    }  # fmt: skip
