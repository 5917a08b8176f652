"""What was verified, one sample a line. A new format is one file here and one line in EXPORTERS."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

import yaml

from apigen.config import Export
from apigen.errors import ConfigError, StoreError
from apigen.exporters import dpo, hermes, llama31, openai, sharegpt, trl, xlam
from apigen.exporters.card import NAME, card_of, write_card
from apigen.exporters.files import Lines, Output, Table
from apigen.exporters.formats import Format, Layout, LeftOut, Pair
from apigen.exporters.messages import tool_names
from apigen.exporters.orders import ExportOptions, Order, Written, claim
from apigen.exporters.pairs import pairs_of
from apigen.exporters.parquet import SUFFIX, ParquetTable
from apigen.files import place_of, whole_file
from apigen.options import choose_door, parse_options
from apigen.records import Api, Json, JsonObject, Sample
from apigen.store.reader import StoreReader

EXPORTERS: dict[str, Format] = {
    "xlam": xlam.FORMAT,
    "openai": openai.FORMAT,
    "trl": trl.FORMAT,
    "hermes": hermes.FORMAT,
    "sharegpt": sharegpt.FORMAT,
    "llama31": llama31.FORMAT,
    "dpo_trl": dpo.TRL,
    "dpo_openai": dpo.OPENAI,
    "dpo_sharegpt": dpo.SHAREGPT,
}
NO_PART = "calls APIs of several parts, or offers one unseen in training"


def check_exports(entries: Iterable[Export], store: Path) -> list[Order]:
    """Return the exports of a config.

    Raises:
        ConfigError: For an unknown format, a missing file name, a wrong option, or a file that is the store's or another export's.
    """
    found: list[Order] = []
    taken = {place_of(store)}
    for number, entry in enumerate(entries):
        key = f"exports[{number}]"
        choose_door(entry, EXPORTERS, f"{key}.format")
        try:
            order = Order.of(entry.name, EXPORTERS, parse_options(ExportOptions, entry.options))
            files = order.parts.values() if order.file.name else ()
            claim(taken, [*files, *([order.file.with_name(NAME)] if order.card and files else ())])
            found.append(order)
        except ConfigError as error:
            raise error.within(key=key) from None
    return found


def export_run(reader: StoreReader, order: Order) -> Written:
    """Write what a run verified as it is ordered.

    Raises:
        StoreError: If the store cannot be read, or a file cannot be written.
        ConfigError: If the library cannot be split so, or a file is the store.
    """
    if order.file.name:
        claim({place_of(reader.path)}, order.parts.values())
    samples: Iterable[Sample] = reader.samples(order.shuffle)
    if order.styles:
        wanted = frozenset(order.styles)
        samples = (sample for sample in samples if sample.candidate.draw.style in wanted)
    if EXPORTERS[order.format].pairs:
        samples = pairs_of(reader, samples, order.doubtful)
    return export_order(samples, order, reader.metadata(), reader.apis())


def export_order(samples: Iterable[Sample], order: Order, metadata: JsonObject, apis: Sequence[Api]) -> Written:
    """Write samples (of a format of pairs: Pairs), all files whole or none, and what made them beside each as FILE.meta.yaml.

    `apis` are the library's, by which a split by API divides, and whose names a format may have to change.

    Raises:
        StoreError: If a file cannot be written.
        ConfigError: If the library cannot be split so.
    """
    if not order.file.name:
        raise StoreError(f"{order.file}: is a folder; give a file to write")
    card = card_of(order.file) if order.card else None
    format_, names = EXPORTERS[order.format], tool_names([api.name for api in apis])
    layout = Layout(order.system, order.results, {} if format_.any_name else names)
    part_of = order.split.divider(apis) if order.split else None
    left_out, codes = Counter[str](), dict[str, Counter[str]]()
    with _outputs(order, format_, layout) as outputs:
        for sample in samples:
            part = part_of(sample) if part_of else "train"
            try:
                if part is None:
                    raise LeftOut(NO_PART)
                outputs[part].write(format_.row(outputs[part].rows, sample, layout))
            except LeftOut as why:
                left_out[str(why)] += 1
            else:
                if isinstance(sample, Pair):
                    codes.setdefault(part, Counter())[sample.code] += 1
        files = {name: output.keep() for name, output in outputs.items()}
    written = {file: count for part in files.values() for file, count in part.items()}
    about = _about(order, left_out, layout, metadata)
    for name, file in order.parts.items():
        _describe(file, {**about, **_about_part(order, name, files[name], codes.get(name), apis)})
    if format_.beside:
        format_.beside(list(written), layout)
    if card and order.card:
        whole_of_it = {**about, "rows": sum(written.values())}
        write_card(card, order.card, {name: list(part) for name, part in files.items()}, whole_of_it)
    return Written(written, dict(left_out))


def export(samples: Iterable[Sample], format_name: str, file: Path, metadata: JsonObject) -> int:
    """Write samples in one file, with no further options; return how many rows it has.

    Raises:
        StoreError: If a file cannot be written.
    """
    return sum(export_order(samples, Order(format_name, file), metadata, ()).rows.values())


@contextmanager
def _outputs(order: Order, format_: Format, layout: Layout) -> Iterator[Mapping[str, Output]]:
    """Open an output for each part; what is not kept in the end is removed."""
    columns = {name: kind for name, kind in format_.columns.items() if name != "system" or layout.system}
    table: Callable[[BinaryIO], Table] = partial(ParquetTable, columns) if order.file.suffix == SUFFIX else Lines
    opened: dict[str, Output] = {}
    try:
        for name, file in order.parts.items():
            opened[name] = Output(file, table, order.shard)
        yield opened
    except OSError as error:
        raise StoreError(f"{order.file}: cannot be written ({error.strerror})") from None
    finally:
        for output in opened.values():
            output.drop()


def _about(order: Order, left_out: Mapping[str, int], layout: Layout, metadata: JsonObject) -> dict[str, Json]:
    """Return what lies beside the files. `rows` is there for its place only."""
    changed = {name: taken for name, taken in layout.names.items() if taken != name}
    return {
        "format": order.format,
        "rows": 0,
        **({"left_out": dict(left_out)} if left_out else {}),
        **({"options": told} if (told := order.told()) else {}),
        **({"names": changed} if changed else {}),
        **metadata,
    }


def _about_part(
    order: Order, name: str, rows: Mapping[Path, int], codes: Mapping[str, int] | None, apis: Sequence[Api]
) -> dict[str, Json]:
    """Return what belongs to one part: its rows, its shards, the reasons of its pairs, and how it was split off."""
    about: dict[str, Json] = {"rows": sum(rows.values())}
    if order.shard is not None:
        about["files"] = {file.name: count for file, count in rows.items()}
    if codes:
        about["rejected"] = dict(codes)
    if order.split:
        about["split"] = {"part": name, **order.split.to_json()}
        if order.split.by == "api":
            part_of = order.split.divide_apis(apis)
            about["split"]["apis"] = sorted(api for api, part in part_of.items() if part == name)
    return about


def _describe(file: Path, about: JsonObject) -> None:
    # YAML, since a folder's JSON files are all data to those who load it.
    with whole_file(file.with_name(f"{file.name}.meta.yaml")) as text:
        yaml.safe_dump(about, text, sort_keys=False, allow_unicode=True, encoding="utf-8")
