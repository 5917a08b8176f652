"""`apigen stats`: how varied, balanced and free of repeats a run's verified samples are."""

from typing import TYPE_CHECKING, Annotated

import typer

from apigen.cli.inspect import Run, Store

if TYPE_CHECKING:
    from rich.console import Console

    from apigen.stats import Stats
    from apigen.stats.coverage import Share
    from apigen.stats.labels import Labelled


GRAMS = {1: "words", 2: "pairs of words", 3: "3-grams"}


def register(app: typer.Typer) -> None:
    app.command("stats")(stats)


def stats(
    db: Store, run: Run = None, json_: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False
) -> None:
    """Show coverage, variety and duplicates of the verified samples."""
    from contextlib import closing

    from apigen.stats import gather
    from apigen.stats.labels import judge_labels
    from apigen.store.labels import LabelBook
    from apigen.store.reader import StoreReader

    reader = StoreReader(db, run)
    found = gather(reader)
    with closing(LabelBook(db, reader.run_id)) as book:
        labelled = judge_labels(book.labels())
    if json_:
        import json

        said = {"labels": labelled and labelled.to_json()}
        typer.echo(json.dumps({**found.to_json(), **said}, ensure_ascii=False))
        return
    from apigen.cli.tables import make_console

    console = make_console()
    if not found.samples:
        console.print("nothing verified yet")
    else:
        _print(found, console)
    if labelled:
        _print_labels(labelled, console)


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


def _print_labels(labelled: "Labelled", console: "Console") -> None:
    from apigen.cli.tables import clean, table

    numbers = ("good", "bad", "skipped", "share", "95%")
    shown = table(
        "labels of",
        "by",
        *numbers,
        right=numbers,
        title="Labels: the share of good is the precision; together: the majority, a tie is bad",
    )
    for title, shares, together in (
        ("verified", labelled.verified, labelled.verified_together),
        ("rejected", labelled.rejected, labelled.rejected_together),
    ):
        rows = [*shares.items(), *([("together", together)] if len(shares) > 1 else [])]
        for name, one in rows:
            interval = "-" if one.interval is None else f"{one.interval[0]:.1%} to {one.interval[1]:.1%}"
            share = "-" if one.share is None else f"{one.share:.1%}"
            shown.add_row(title, clean(name), *map(str, (one.good, one.bad, one.skipped)), share, interval)
    console.print(shown)
    if labelled.agreement:
        columns = ("both labelled", "agree", "kappa")
        pairs = table("labellers", *columns, right=columns, title="Agreement of labellers (kappa: Cohen's)")
        for pair in labelled.agreement:
            pairs.add_row(clean(" and ".join(pair.labellers)), str(pair.both), f"{pair.share:.1%}", _figure(pair.kappa))
        console.print(pairs)


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
