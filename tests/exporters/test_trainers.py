"""Every format, read by those it is for: real chat templates, `datasets`, TRL's trainers on a model made on the spot, LLaMA-Factory.

pip install -c constraints.txt -e '.[dev,test-trainers]'
pip install --no-deps llamafactory==0.9.5 omegaconf 'antlr4-python3-runtime==4.9.*'   # it pins older versions of the rest
"""

import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from apigen.exporters import EXPORTERS, export_order
from apigen.exporters.formats import Pair
from apigen.exporters.messages import encode, tool_names
from apigen.exporters.orders import Order
from apigen.exporters.pairs import pairs_of
from apigen.records import Call, Sample
from apigen.store.reader import StoreReader
from tests.makers import with_final

NEEDED = ("trl", "datasets", "transformers", "torch", "pyarrow")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if MISSING:
    pytest.skip("the trainers are not here; pip install -e '.[dev,test-trainers]'", allow_module_level=True)
pytestmark = pytest.mark.filterwarnings("ignore")
factory_only = pytest.mark.skipif(
    importlib.util.find_spec("llamafactory") is None,
    reason="LLaMA-Factory is not here; see the top of test_trainers.py",
)
SYSTEM = "You call functions."
ANSWER = "That is what came of it: </b> {x}."
PLAIN = [name for name, format_ in EXPORTERS.items() if not format_.pairs]
WITH_RESULTS = [name for name in PLAIN if "results" in EXPORTERS[name].takes]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf"), "CUDA_VISIBLE_DEVICES": ""}.items():
        monkeypatch.setenv(name, value)
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


@pytest.fixture(scope="module")
def reader(verified_store: Path) -> StoreReader:
    return StoreReader(verified_store)


@pytest.fixture(scope="module")
def samples(reader: StoreReader) -> list[Sample]:
    """Every sample; each second one with an answer in words after its results."""
    return [with_final(one, ANSWER if place % 2 else "") for place, one in enumerate(reader.samples())]


@pytest.fixture(scope="module")
def pairs(reader: StoreReader, samples: list[Sample]) -> list[Pair]:
    """The pairs of the store (those without a call), and for each call one that gives an argument that is not there."""
    made = [pair for pair in pairs_of(reader, samples) if pair.rejected is not None]
    return made + [
        Pair(one.candidate, one.stages, (Call(one.calls[0].name, {**one.calls[0].arguments, "no such": 1}),), "x:y")
        for one in samples
        if one.calls
    ]


Load = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def load(tmp_path: Path, reader: StoreReader) -> Load:
    """Export samples and load them with `datasets`."""

    def export(items: list[Any], name: str, suffix: str = ".jsonl", **chosen: Any) -> list[dict[str, Any]]:
        from datasets import load_dataset

        file = tmp_path / f"{name}{suffix}"
        written = export_order(iter(items), Order(name, file, **chosen), reader.metadata(), reader.apis())
        kind = "json" if suffix == ".jsonl" else "parquet"
        found = list(load_dataset(kind, data_files=str(file), split="train"))
        assert len(found) == written.rows[file] == len(items) - sum(written.left_out.values())
        return found

    return export


def template(name: str) -> str:
    import trl

    return (Path(trl.__file__).parent / "chat_templates" / f"{name}.jinja").read_text("utf-8")


@lru_cache
def tokenizer(name: str) -> Any:
    """Return a tokenizer of bytes with a model's own chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|im_start|>", "<|im_end|>", "<pad>", "<|begin_of_text|>", "<|eot_id|>"]
    raw = Tokenizer(models.BPE(vocab={each: place for place, each in enumerate([*letters, *special])}, merges=[]))
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    end = "<|eot_id|>" if name.startswith("llama") else "<|im_end|>"
    made = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<|begin_of_text|>", eos_token=end, pad_token="<pad>",
        additional_special_tokens=special[:2],
    )  # fmt: skip
    made.chat_template = template(name)
    return made


def render(name: str, messages: list[Any], tools: str | None = None) -> str:
    text: str = tokenizer(name).apply_chat_template(
        messages, tools=json.loads(tools) if tools else None, tokenize=False
    )
    return text


def named(sample: Sample) -> list[Call]:
    """The calls, with the names that chats take."""
    names = tool_names([api.name for api in sample.apis])
    return [Call(names.get(call.name, call.name), call.arguments) for call in sample.calls]


def tagged_calls(text: str) -> list[Call]:
    return [Call(**json.loads(found)) for found in re.findall(r"<tool_call>\n(.*?)\n</tool_call>", text, re.DOTALL)]


def function_calls(text: str, sample: Sample) -> list[Call]:
    """Read Qwen3.5's calls: values are bare texts, which only the argument's own type tells from numbers."""
    calls = []
    for name, body in re.findall(r"<tool_call>\n<function=(.*?)>\n(.*?)</function>", text, re.DOTALL):
        given = dict(re.findall(r"<parameter=(.*?)>\n(.*?)\n</parameter>", body, re.DOTALL))
        meant = next(call for call in named(sample) if call.name == name and set(call.arguments) == set(given))
        told = {key: value if isinstance(meant.arguments[key], str) else bare(value) for key, value in given.items()}
        calls.append(Call(name, told))
    return calls


def bare(text: str) -> Any:
    return {"True": True, "False": False, "None": None}[text] if text in ("True", "False", "None") else json.loads(text)


def reply_of(text: str) -> str:
    """What stands after the last user turn, in Qwen's and in Llama's templates."""
    start = max(text.rfind("<|im_start|>assistant\n"), text.rfind("<|start_header_id|>assistant<|end_header_id|>"))
    return text[start:]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
@pytest.mark.parametrize("name", ["qwen2_5", "qwen3", "qwen3_instruct_2507", "qwen2_5_training", "qwen3_5_nothink"])
def test_trl_rows_rendered_by_qwen_hold_the_same_calls(
    load: Load, samples: list[Sample], name: str, suffix: str
) -> None:
    rows = load(samples, "trl", suffix, system=SYSTEM)
    for row, sample in zip(rows, samples, strict=True):
        text = reply_of(render(name, row["messages"], row["tools"]))
        read = function_calls(text, sample) if name.startswith("qwen3_5") else tagged_calls(text)
        assert read == named(sample)
        assert sample.calls or sample.answer in text


def test_trl_rows_rendered_by_llama_hold_the_same_call(load: Load, samples: list[Sample]) -> None:
    single = [sample for sample in samples if len(sample.calls) <= 1]
    for row, sample in zip(load(single, "trl"), single, strict=True):
        text = reply_of(render("llama3_1", row["messages"], row["tools"]))
        if sample.calls:
            read = json.loads(text.split("\n\n", 1)[1].removesuffix("<|eot_id|>"))
            assert [Call(read["name"], read["parameters"])] == named(sample)
        else:
            assert sample.answer.strip() in text


def test_the_schemas_that_a_template_prints_are_whole(load: Load, samples: list[Sample]) -> None:
    for row, sample in zip(load(samples, "trl"), samples, strict=True):
        text = render("qwen2_5", row["messages"], row["tools"]).partition("<tools>\n")[2].partition("\n</tools>")[0]
        assert [json.loads(line)["function"]["parameters"] for line in text.splitlines()] == [
            api.parameters for api in sample.apis
        ]


@pytest.mark.parametrize("results", [False, True])
def test_hermes_rows_are_what_the_template_of_qwen_writes(load: Load, samples: list[Sample], results: bool) -> None:
    roles = {"system": "system", "human": "user", "gpt": "assistant", "tool": "user"}
    chosen = {"system": SYSTEM, "results": results}
    hermes, trl = load(samples, "hermes", **chosen), load(samples, "trl", **chosen)
    for ours, theirs, sample in zip(hermes, trl, samples, strict=True):
        turns = [{"role": roles[turn["from"]], "content": turn["value"]} for turn in ours["conversations"]]
        assert render("qwen2_5", turns) == render("qwen2_5", theirs["messages"], theirs["tools"])
        assert tagged_calls(ours["conversations"][2]["value"]) == named(sample)
        assert len(turns) == (3 if not (results and sample.calls) else 5 if sample.final else 4)


@pytest.mark.parametrize("results", [False, True])
def test_llama31_rows_are_what_its_template_writes(load: Load, samples: list[Sample], results: bool) -> None:
    single = [sample for sample in samples if len(sample.calls) <= 1]
    chosen = {"system": SYSTEM, "results": results}
    llama, trl = load(samples, "llama31", **chosen), load(single, "trl", **chosen)
    for ours, theirs in zip(llama, trl, strict=True):
        whole = render("llama3_1", theirs["messages"], theirs["tools"])
        assert render("llama3_1", ours["messages"]) == whole.replace("Environment: ipython\n", "")


def test_llama_refuses_what_is_left_out(load: Load, samples: list[Sample]) -> None:
    row = next(row for row, one in zip(load(samples, "trl"), samples, strict=True) if len(one.calls) > 1)
    with pytest.raises(Exception, match="single tool-calls"):
        render("llama3_1", row["messages"], row["tools"])


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
@pytest.mark.parametrize("name", EXPORTERS)
def test_every_file_is_loaded_as_it_was_made(
    load: Load, samples: list[Sample], pairs: list[Pair], tmp_path: Path, name: str, suffix: str
) -> None:
    """No key is added, none is lost; with and without results."""
    items = pairs if EXPORTERS[name].pairs else samples
    for chosen in ({}, {"results": True}) if name in WITH_RESULTS else ({},):
        rows = load(items, name, suffix, **chosen)
        load(items, name, ".jsonl", **chosen)
        lines = [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text("utf-8").splitlines()]
        assert rows == lines


def test_openai_rows_hold_the_same_calls(load: Load, samples: list[Sample]) -> None:
    for row, sample in zip(load(samples, "openai"), samples, strict=True):
        calls = row["messages"][-1].get("tool_calls", [])
        read = [Call(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]
        assert read == named(sample)
        assert [tool["function"]["parameters"] for tool in row["tools"]] == [api.parameters for api in sample.apis]


def test_a_folder_with_a_card_is_a_dataset(samples: list[Sample], reader: StoreReader, tmp_path: Path) -> None:
    from datasets import load_dataset

    from apigen.exporters.splits import Split

    for suffix in (".jsonl", ".parquet"):
        folder = tmp_path / suffix[1:]
        order = Order("trl", folder / f"data{suffix}", Split.of({"test": 0.3}), shard=20, card="apache-2.0")
        written = export_order(iter(samples), order, reader.metadata(), reader.apis())
        found = load_dataset(str(folder))
        assert set(found) == {"train", "test"}
        assert sum(len(part) for part in found.values()) == sum(written.rows.values()) == len(samples)


@lru_cache
def tiny_model() -> Any:
    """Return a Qwen2 of two small layers."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(1)
    made = tokenizer("qwen2_5")
    return Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(made), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=2, max_position_embeddings=8192, eos_token_id=made.eos_token_id,
            bos_token_id=made.bos_token_id, pad_token_id=made.pad_token_id,
        )
    )  # fmt: skip


def trained(kind: str, rows: list[dict[str, Any]], folder: Path, **more: Any) -> list[float]:
    """Train three steps; return the losses."""
    import trl
    from datasets import load_dataset

    config = getattr(trl, f"{kind}Config")(
        output_dir=str(folder), max_steps=3, per_device_train_batch_size=2, report_to=[], use_cpu=True, save_strategy="no",
        logging_steps=1, max_length=4096, disable_tqdm=True, bf16=False, gradient_checkpointing=False, **more,
    )  # fmt: skip
    tiny_model().save_pretrained(folder / "model")
    rows_file = folder / "rows.jsonl"
    rows_file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    data = load_dataset("json", data_files=str(rows_file), split="train")
    trainer = getattr(trl, f"{kind}Trainer")(
        model=str(folder / "model"), args=config, train_dataset=data, processing_class=tokenizer("qwen2_5")
    )
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


@pytest.mark.parametrize("results", [False, True])
def test_the_sft_trainer_trains_on_trl_rows(load: Load, samples: list[Sample], tmp_path: Path, results: bool) -> None:
    losses = trained("SFT", load(samples[:24], "trl", results=results), tmp_path)
    assert len(losses) == 3
    assert all(0 < loss < 20 for loss in losses)


def test_the_dpo_trainer_trains_on_dpo_rows(load: Load, pairs: list[Pair], tmp_path: Path) -> None:
    losses = trained("DPO", load(pairs[::5], "dpo_trl", system=SYSTEM), tmp_path)
    assert len(losses) == 3
    assert all(0 < loss < 5 for loss in losses)


def test_chosen_and_rejected_render_to_the_calls_they_are(load: Load, pairs: list[Pair]) -> None:
    for row, pair in zip(load(pairs, "dpo_trl"), pairs, strict=True):
        for side, calls in (("chosen", pair.calls), ("rejected", pair.rejected or ())):
            text = reply_of(render("qwen2_5", row["prompt"] + row[side], row["tools"]))
            assert tagged_calls(text) == named(replace(pair, candidate=replace(pair.candidate, calls=calls)))


@pytest.fixture
def factory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import a module of LLaMA-Factory's, without its packages' own imports: those want audio, images and older versions."""
    monkeypatch.setenv("DISABLE_VERSION_CHECK", "1")
    spec = importlib.util.find_spec("llamafactory")
    assert spec is not None
    (root,) = spec.submodule_search_locations or [""]
    for name in ("llamafactory", "llamafactory.data"):
        package = ModuleType(name)
        package.__path__ = [str(Path(root, *name.split(".")[1:]))]
        monkeypatch.setitem(sys.modules, name, package)
    yield importlib.import_module
    for name in [name for name in sys.modules if name.startswith("llamafactory.")]:
        del sys.modules[name]


def converted(factory: Callable[[str], ModuleType], folder: Path, rows: list[dict[str, Any]], name: str) -> list[Any]:
    """Read rows as LLaMA-Factory does: by the entry in `dataset_info.json`."""
    (about,) = factory("llamafactory.data.parser").get_dataset_list([name], str(folder))
    assert (folder / about.dataset_name).is_file()
    convert = factory("llamafactory.data.converter").SharegptDatasetConverter(about, None)
    return [convert(row) for row in rows]


def all_enums_are_texts(sample: Sample) -> bool:
    """LLaMA-Factory's format for templates that have none for tools joins enums as texts, and crashes on numbers."""
    enums = [schema.get("enum", ()) for api in sample.apis for schema in api.properties.values()]
    return all(isinstance(member, str) for enum in enums for member in enum)


@factory_only
@pytest.mark.parametrize("results", [False, True])
def test_llama_factory_reads_sharegpt_rows(
    load: Load, samples: list[Sample], tmp_path: Path, factory: Callable[[str], ModuleType], results: bool
) -> None:
    rows = load(samples, "sharegpt", results=results, system=SYSTEM)
    said = [one for one in samples if not (results and one.calls and not one.final)]
    formatters = factory("llamafactory.data.formatter")
    for found, sample in zip(converted(factory, tmp_path, rows, "sharegpt"), said, strict=True):
        turns = found["_prompt"] + found["_response"]
        expected = ["user", "function", "observation", "assistant"] if results else ["user", "function"]
        assert [turn["role"] for turn in turns] == (expected if sample.calls else ["user", "assistant"])
        assert found["_system"] == SYSTEM
        assert [tool["function"]["parameters"] for tool in json.loads(found["_tools"])] == [
            api.parameters for api in sample.apis
        ]
        for kind in ("qwen", "llama3", "default", "glm4_moe", "qwen3_5") if sample.calls else ():
            (text,) = formatters.FunctionFormatter(slots=["{{content}}"], tool_format=kind).apply(
                content=turns[1]["content"]
            )
            tools = formatters.ToolFormatter(tool_format=kind)
            if kind in ("qwen", "llama3"):
                read = [Call(name, json.loads(given)) for name, given in tools.extract(text)]
                assert read == named(sample)
            if kind != "default" or all_enums_are_texts(sample):
                assert tools.apply(content=found["_tools"])


@factory_only
def test_llama_factory_reads_pairs(
    load: Load, pairs: list[Pair], tmp_path: Path, factory: Callable[[str], ModuleType]
) -> None:
    rows = load(pairs, "dpo_sharegpt")
    for found, pair in zip(converted(factory, tmp_path, rows, "dpo_sharegpt"), pairs, strict=True):
        chosen, rejected = found["_response"]
        assert [turn["role"] for turn in found["_prompt"]] == ["user"]
        assert chosen["role"] == ("function" if pair.calls else "assistant")
        assert rejected["role"] == "function"
        wrong = (pair.rejected or ())[0]
        assert rejected["content"] == encode({"name": wrong.name, "arguments": wrong.arguments})
