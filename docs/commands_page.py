"""The page of the commands, from the command line itself."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import typer

from apigen import errors
from apigen.cli import app, main


def commands_page() -> str:
    """Return commands.md."""
    about = ["# Commands", "", "`apigen COMMAND --help` says the same. `apigen --version` shows the version;"]
    about += ["`--install-completion` and `--show-completion` are for your shell.", ""]
    lines = [*about, "## Exit codes", "", *_exit_codes(), ""]
    for name, command in commands(typer.main.get_command(app)):
        lines += [*_command_lines(name, command), ""]
    return "\n".join(lines).rstrip() + "\n"


def commands(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (`library check`, its command) for each command that does something, in the order of the help."""
    for name, command in node.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def _exit_codes() -> Iterator[str]:
    said = " ".join((main.__doc__ or "").partition("Exit codes:")[2].split()).rstrip(".")
    yield "| code | meaning | errors |"
    yield "|---|---|---|"
    for part in said.split(";"):
        code, _, meaning = part.strip().partition(" ")
        yield f"| {code} | {meaning} | {', '.join(f'`{name}`' for name in _errors(int(code))) or '-'} |"


def _errors(code: int) -> list[str]:
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.ApigenError)]
    return [one.__name__ for one in found if one.exit_code == code and one is not errors.ApigenError]


def _command_lines(name: str, command: Any) -> Iterator[str]:
    given = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join(["apigen", name, "[OPTIONS]", *(_argument(one) for one in given)])
    yield f"## `apigen {name}`"
    yield ""
    yield " ".join(str(command.help or "").split())
    yield ""
    yield f"    {usage}"
    types = get_type_hints(command.callback)
    if rows := [_row(one, types.get(one.name)) for one in command.params]:
        yield ""
        yield "| argument or option | takes | default | meaning |"
        yield "|---|---|---|---|"
        yield from rows


def _argument(parameter: Any) -> str:
    name = str(parameter.metavar or parameter.name.upper()).replace("[", "").replace("]", "")
    more = "…" if parameter.nargs == -1 and not name.endswith("…") else ""
    return (name if parameter.required else f"[{name}]") + more


def _row(parameter: Any, annotation: Any) -> str:
    if parameter.param_type_name == "argument":
        name, takes = f"`{_argument(parameter)}`", ""
    else:
        name = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
        takes = _takes(parameter, annotation)
    help_ = " ".join(str(getattr(parameter, "help", "") or "").split())
    cells = (name, takes, _default(parameter), help_)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _takes(parameter: Any, annotation: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return ""
    for part in (annotation, *get_args(annotation)):
        if get_origin(part) is Literal:
            return ", ".join(f"`{choice}`" for choice in get_args(part))
    kind = parameter.metavar or ("N" if annotation in (int, int | None) else parameter.name.upper())
    return f"`{kind}`" + (", more than once" if parameter.multiple else "")


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    value = getattr(parameter.default, "value", parameter.default)
    return "" if value in (None, False, "", ()) or callable(value) else f"`{value}`"
