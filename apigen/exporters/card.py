"""A Hugging Face dataset card: README.md with the YAML head that the hub and `datasets` read, and how the data was made.

Source of the keys: https://huggingface.co/docs/hub/datasets-cards
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from apigen.errors import StoreError
from apigen.files import whole_file
from apigen.records import Json, JsonObject

NAME = "README.md"
MARK = "<!-- written by apigen -->"
SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
)  # fmt: skip
LARGER = "10M<n<100M"


def card_of(file: Path) -> Path:
    """Return where the card of an export goes: beside its files.

    Raises:
        StoreError: If a README.md is there that is none of apigen's.
    """
    card = file.with_name(NAME)
    try:
        ours = not card.exists() or MARK in card.read_text("utf-8", "replace")
    except OSError as error:
        raise StoreError(f"{card}: cannot be read ({error.strerror})") from None
    if not ours:
        raise StoreError(f"{card}: is no card of apigen's, and would be lost; export into a folder of its own")
    return card


def write_card(card: Path, license_: str, parts: Mapping[str, Sequence[Path]], about: JsonObject) -> None:
    """Write the card; `parts` are the files of each split, `about` what lies beside them as FILE.meta.yaml.

    Raises:
        StoreError: If it cannot be written.
    """
    rows = about["rows"]
    head = {
        "license": license_,
        "task_categories": ["text-generation"],
        "tags": ["function-calling", "tool-use", "synthetic", "apigen"],
        "size_categories": [next((size for most, size in SIZES if rows < most), LARGER)],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": re.sub(r"\W", "_", name), "path": _paths(files)} for name, files in parts.items()
                ],
            }
        ],
    }
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True)
    with whole_file(card) as content:
        content.write(f"---\n{text}---\n{MARK}\n{_body(about)}".encode("utf-8", "replace"))


def _paths(files: Sequence[Path]) -> str | list[str]:
    names = [file.name for file in files]
    return names[0] if len(names) == 1 else names


def _body(about: JsonObject) -> str:
    models: Mapping[str, Sequence[str]] = about.get("models", {})
    facts = {
        "format": about["format"],
        "rows": f"{about['rows']:,}",
        "left out": "; ".join(f"{count:,}: {reason}" for reason, count in about.get("left_out", {}).items()),
        "generator": ", ".join(models.get("generate", ())),
        "judges": ", ".join(models.get("judge", ())),
        "blind solvers": ", ".join(models.get("agreement", ())),
        "final answers": ", ".join(models.get("final", ())),
        "stages passed": ", ".join(about.get("stages", ())),
        "library": about.get("library_hash"),
        "seed": about.get("seed"),
        "sandbox": about.get("sandbox_tier"),
        "apigen": about.get("apigen_version"),
    }
    lines = ["", "# Verified function calls", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in facts.items() if value not in (None, "")]
    funnel = about.get("funnel")
    if funnel:
        lines += ["", "## Funnel", "", "| | candidates |", "|---|---|", f"| generated | {funnel['generated']:,} |"]
        lines += [f"| rejected: {_cell(reason)} | {count:,} |" for reason, count in funnel["rejected"].items()]
        lines += [f"| verified | {funnel['verified'] + funnel['surplus']:,} |"]
    return "\n".join(lines) + "\n"


def _cell(value: Json) -> str:
    """Return a text that stays in its cell and is no markup: names of models come from endpoints."""
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", " ".join(str(value).split()))[:500]
