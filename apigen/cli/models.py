"""`apigen models`: the embedded models."""

from typing import Annotated

import typer

group = typer.Typer(name="models", help="List and fetch embedded models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


@group.command("list")
def list_models() -> None:
    """List the embedded models and whether they are here."""
    from apigen.cli.tables import make_console, table
    from apigen.llms.models import MODELS, model_path, models_folder

    shown = table("name", "here", "size", "licence", "for", right=("size",))
    for model in MODELS.values():
        shown.add_row(
            model.name,
            "yes" if model_path(model.name) else "no",
            f"{model.size / 1e6:,.0f} MB",
            model.licence,
            model.summary,
        )
    console = make_console()
    console.print(shown)
    console.print(f"kept in {models_folder()}", soft_wrap=True)


@group.command("pull")
def pull(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from `apigen models list`.", show_default=False)],
) -> None:
    """Fetch a model, resuming a broken download, and check its sha256."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from apigen.cli.tables import make_console
    from apigen.llms.models import MODELS, model_path
    from apigen.llms.models import pull as pull_model

    here = model_path(name)
    if here:
        typer.echo(f"{name} is here: {here}")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = make_console()
    if not console.is_terminal:
        typer.echo(f"fetching {name} ({MODELS[name].size / 1e6:,.0f} MB)")
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=MODELS[name].size)

        def show(source: str, done: int, total: int) -> None:
            bar.update(task, description=f"{name} from {source}", completed=done, total=total)

        path = pull_model(name, progress=show)
    typer.echo(f"{name} is here: {path}")
