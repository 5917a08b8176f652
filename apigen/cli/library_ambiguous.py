"""`apigen library ambiguous`: the APIs about whose calls blind solvers disagreed, and in what."""

from typing import TYPE_CHECKING, Annotated

import typer

from apigen.cli.inspect import Run, Store

if TYPE_CHECKING:
    from apigen.ambiguity import Ambiguity, Difference
    from apigen.records import Json

SHOWN_CHARACTERS = 160
WORDS = {
    "left_out": "`{}` left out",
    "added": "`{}` added",
    "other_value": "another value of `{}`",
    "other_api": "`{}` called instead",
    "no_call": "not called",
    "called_too": "`{}` called too",
    "not_recorded": "an answer that was not kept as data",
}


def register(group: typer.Typer) -> None:
    group.command("ambiguous")(ambiguous)


def ambiguous(
    db: Store,
    run: Run = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show at most this many APIs.")] = 20,
) -> None:
    """List the API docs about whose calls the blind solvers of `agreement` disagreed."""
    from apigen.ambiguity import ambiguities
    from apigen.errors import ConfigError
    from apigen.store.reader import StoreReader

    reader = StoreReader(db, run)
    stored = reader.run()
    if stored and '"agreement"' not in stored["stages"]:
        raise ConfigError(
            f"run {reader.run_id} asked no blind solver: `agreement` is not among its checkers", file=str(db)
        )
    every = ambiguities(reader)
    disagreed = [one for one in every if one.disagreed]
    if as_json:
        import json

        rows = [one.to_json() for one in disagreed[:limit]]
        typer.echo(json.dumps({"run": reader.run_id, "asked": len(every), "apis": rows}, ensure_ascii=False))
        return
    for one in disagreed[:limit]:
        _print(one)
    more = f", {len(disagreed) - limit} of them not shown" if len(disagreed) > limit else ""
    typer.echo(f"blind solvers were asked about {len(every)} APIs and disagreed about {len(disagreed)}{more}")


def _print(one: "Ambiguity") -> None:
    low, high = one.interval
    typer.echo(f"{one.api}: {one.disagreed} of {one.answered} disagreed, {one.rate:.0%} (95%: {low:.0%} to {high:.0%})")
    for difference in one.differences:
        typer.echo(f"  {_words(difference)}: {difference.count}")
        for example in difference.examples:
            typer.echo(f"    {_short(example.query)}")
            typer.echo(f"      ours {_value(example.ours)}, theirs {_value(example.theirs)}")
    typer.echo()


def _words(difference: "Difference") -> str:
    unknown = "an unknown API" if difference.kind in ("other_api", "called_too") else "an unknown argument"
    return WORDS[difference.kind].replace("`{}`", f"`{difference.name}`" if difference.name else unknown)


def _value(value: "Json") -> str:
    from apigen.prompts import compact_json

    return _short(compact_json(value)) if value else "nothing"


def _short(text: str) -> str:
    from apigen.cli.tables import clean

    line = " ".join(text[: 4 * SHOWN_CHARACTERS].split())
    return clean(line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}…")
