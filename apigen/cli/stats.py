"""`apigen stats`: how varied, balanced and free of repeats a run's verified samples are."""

from typing import TYPE_CHECKING, Annotated

import typer

from apigen.cli.inspect import Run, Store

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.stats import Stats
    from apigen.stats.coverage import Share


GRAMS = {1: "words", 2: "pairs of words", 3: "3-grams"}


def register(app: typer.Typer) -> None:
    app.command("stats")(stats)


def stats(
    db: Store, run: Run = None, json_: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False
) -> None:
    """Show coverage, variety and duplicates of the verified samples."""
    from apigen.stats import gather
    from apigen.store.reader import StoreReader

    found = gather(StoreReader(db, run))
    if json_:
        import json

        typer.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    from apigen.cli.tables import make_console

    console = make_console()
    if not found.samples:
        console.print("nothing verified yet")
        return
    _print(found, console)


def _print(found: "Stats", console: "Console") -> None:
    from apigen.cli.tables import clean, table

    whole = table("", "value", "", right=("value",), title=f"{found.samples:,} verified samples")
    for row in _rows(found):
        whole.add_row(*row)
    console.print(whole)
    if found.low:
        columns = ("uses", "bits", "evenness")
        low = table("argument", *columns, right=columns, title="Arguments whose values vary least")
        for one in found.low:
            low.add_row(
                clean(f"{one.api}.{one.argument}"), f"{one.uses:,}", f"{one.entropy:.2f}", f"{one.evenness:.2f}"
            )
        console.print(low)


def _rows(found: "Stats") -> list[tuple[str, str, str]]:
    words, calls = found.query_words, ", ".join(f"{size}: {count:,}" for size, count in found.calls.items())
    near = f"of the first {found.near_of:,}" if found.near_of < found.samples else "3-grams, Jaccard from 0.7"
    if found.near_unsettled:
        near = f"at least; {found.near_unsettled:,} unsettled"
    rows = [
        ("APIs called", *_share(found.apis)),
        ("optional parameters given", *_share(found.optional)),
        ("enum members chosen", *_share(found.enum_members)),
        ("Gini of calls by API", f"{found.gini:.2f}", "0 is equal"),
        ("calls a sample", f"{found.calls_mean:.2f}", calls),
        ("entropy of values, bits", _figure(found.entropy), f"mean of {found.arguments:,} arguments"),
        ("evenness of values", _figure(found.evenness), f"{found.low_count:,} arguments are low"),
        *((f"distinct-{size}", f"{ratio:.3f}", f"queries' {GRAMS[size]}") for size, ratio in found.distinct.items()),
        ("words a query", str(words["median"]), f"{words['least']} to {words['most']}; 80%: {words['p10']} to {words['p90']}"),
        ("near-duplicate queries", f"{found.near_queries / found.near_of:.1%}", near),
        ("equal queries", f"{found.equal_queries:,}", ""),
        ("equal calls", f"{found.equal_calls:,}", ""),
    ]  # fmt: skip
    if found.contaminated is not None:
        rows.append(("contaminated", f"{found.contaminated:,}", "candidates thrown out"))
    return rows


def _share(share: "Share") -> tuple[str, str]:
    return (f"{share.used / share.of:.0%}", f"{share.used:,} of {share.of:,}") if share.of else ("-", "there are none")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
