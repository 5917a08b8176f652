"""`apigen status`, `show` and `export`: what a store holds."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from apigen.records import Candidate
    from apigen.store.reader import StoreReader

Store = Annotated[Path, typer.Argument(metavar="DB", help="A store that `apigen run` made.", show_default=False)]
Run = Annotated[
    int | None,
    typer.Option(
        "--run", metavar="N", min=1, help="Of this run, where a store has several.", show_default="the newest"
    ),
]

LAST = 2**63 - 1
"""The last number that SQLite has for a draw."""


def register(app: typer.Typer) -> None:
    app.command("status")(status)
    app.command("show")(show)
    app.command("export")(export)


def status(
    db: Store, run: Run = None, json_: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False
) -> None:
    """Show the funnel, pass rates and costs of a run."""
    from apigen.store.reader import StoreReader

    reader = StoreReader(db, run)
    if json_:
        import json

        from apigen.store.summary import summarise

        typer.echo(json.dumps(summarise(reader), ensure_ascii=False))
        return
    from apigen.cli.tables import make_console, print_funnel, print_runs

    console, row = make_console(), reader.run()
    print_runs(reader, console)
    if row is not None:
        which = f" run {reader.run_id}:" if len(reader.runs()) > 1 else ""
        console.print(
            f"{db}:{which} {row['state']}; seed {row['seed']}, library {row['library_hash']}, sandbox {row['sandbox_tier']}, "
            f"apigen {row['apigen_version']}",
            highlight=False,
            soft_wrap=True,
        )
    print_funnel(reader, console)


def show(
    db: Store,
    rejected: Annotated[bool, typer.Option("--rejected", help="Show rejected candidates instead.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="R", help="Only rejections whose reason starts so.")] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show at most this many.")] = 10,
    draw: Annotated[
        int | None,
        typer.Option(
            "--draw", metavar="D", min=0, max=LAST, help="All there is of this draw's candidates.", show_default=False
        ),
    ] = None,
    position: Annotated[
        int | None,
        typer.Option("--position", metavar="P", min=0, help="With --draw: only this candidate.", show_default=False),
    ] = None,
    run: Run = None,
    json_: Annotated[bool, typer.Option("--json", help="All there is, as a JSON object a line.")] = False,
) -> None:
    """Show verified samples, or rejected candidates and why; or all there is of one."""
    from apigen.errors import ConfigError
    from apigen.store.reader import StoreReader

    if position is not None and draw is None:
        raise ConfigError("is for --draw", key="--position")
    if draw is not None and (rejected or reason):
        raise ConfigError("takes no other filter than --position", key="--draw")
    reader = StoreReader(db, run)
    if draw is not None:
        found: Iterable[Candidate] = _of_draw(reader, draw, position)
    else:
        found = reader.candidates(rejected=rejected, reason=reason, limit=limit)
    if json_:
        _print_json(reader, found)
    elif draw is not None:
        from apigen.cli.details import print_details
        from apigen.cli.tables import make_console
        from apigen.store.outcomes import outcome

        console = make_console()
        for candidate in found:
            print_details(candidate, outcome(candidate, reader.stages(), reader.last_draw()), console)
    else:
        _print_list(found)


def _of_draw(reader: "StoreReader", draw: int, position: int | None) -> "list[Candidate]":
    from apigen.errors import ConfigError

    candidates = reader.of_draw(draw)
    if not candidates:
        raise ConfigError(f"run {reader.run_id} has no candidates of draw {draw}", file=str(reader.path), key="--draw")
    found = [candidate for candidate in candidates if position in (None, candidate.position)]
    if not found:
        there = ", ".join(str(candidate.position) for candidate in candidates)
        raise ConfigError(f"draw {draw} has candidates at {there}", file=str(reader.path), key="--position")
    return found


def _print_json(reader: "StoreReader", found: "Iterable[Candidate]") -> None:
    import json

    from apigen.store.details import details
    from apigen.store.outcomes import outcome

    stages, last = reader.stages(), reader.last_draw()
    for candidate in found:
        typer.echo(json.dumps(details(candidate, outcome(candidate, stages, last)), ensure_ascii=False))


def _print_list(found: "Iterable[Candidate]") -> None:
    from apigen.cli.tables import make_console, print_sample

    console, count = make_console(), 0
    for candidate in found:
        count += 1
        print_sample(candidate, console, title=f"{count}", verdicts=True)
    if not count:
        console.print("nothing of the kind in this store", soft_wrap=True)


def export(
    db: Store,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="xlam, openai, trl, hermes, sharegpt, llama31; pairs: dpo_trl, dpo_openai, dpo_sharegpt.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where the rows go: JSON lines, or NAME.parquet.")
    ],
    results: Annotated[bool, typer.Option("--results", help="Tell what the calls came to, as messages.")] = False,
    system: Annotated[
        str, typer.Option("--system", metavar="TEXT", help="A system prompt for every row.", show_default=False)
    ] = "",
    styles: Annotated[
        str,
        typer.Option("--styles", metavar="A,B", help="Only samples of these styles.", show_default=False),
    ] = "",
    split: Annotated[
        str,
        typer.Option(
            "--split",
            metavar="PARTS",
            help="Write parts with these shares, as in test=0.1 or train=0.9,test=0.1.",
            show_default=False,
        ),
    ] = "",
    split_by: Annotated[
        str, typer.Option("--split-by", metavar="HOW", help="sample, or api: test APIs are unseen in train.")
    ] = "sample",
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Of the split.")] = 0,
    shuffle: Annotated[
        int | None,
        typer.Option("--shuffle", metavar="S", help="In a random order, by this seed.", show_default="draw order"),
    ] = None,
    shard: Annotated[
        int | None,
        typer.Option("--shard", metavar="N", help="Files of at most N rows: FILE-00001-of-….", show_default=False),
    ] = None,
    card: Annotated[
        str | None,
        typer.Option("--card", metavar="LICENSE", help="Write a dataset card with this license.", show_default=False),
    ] = None,
    doubtful: Annotated[
        bool, typer.Option("--doubtful", help="Pairs: also with what an LLM alone thought wrong.")
    ] = False,
    run: Run = None,
) -> None:
    """Write the verified samples for training."""
    from apigen.errors import ConfigError
    from apigen.exporters import EXPORTERS, export_run
    from apigen.exporters.orders import ExportOptions, Order
    from apigen.exporters.splits import Split, read_shares
    from apigen.options import Door, choose_door, parse_options
    from apigen.store.reader import StoreReader

    choose_door(Door(name=format_), EXPORTERS, "--format")
    if split:
        Split.of(read_shares(split), split_by, seed)
    elif split_by != "sample" or seed:
        raise ConfigError("is for --split", key="--seed" if seed else "--split-by")
    settings = {
        "file": output,
        "results": results,
        "system": system,
        "styles": tuple(name.strip() for name in styles.split(",")) if styles else None,
        "split": read_shares(split) if split else {},
        "split_by": split_by,
        "split_seed": seed,
        "shuffle": shuffle,
        "shard": shard,
        "card": card,
        "doubtful": doubtful,
    }
    order = Order.of(format_, EXPORTERS, parse_options(ExportOptions, settings))
    written = export_run(StoreReader(db, run), order)
    for file, count in written.rows.items():
        typer.echo(f"exported {count} samples as {format_} to {file}")
    for reason, count in written.left_out.items():
        typer.echo(f"left out {count} samples: {reason}")
