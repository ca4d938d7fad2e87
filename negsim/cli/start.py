"""The commands to begin with: init, doctor."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.options import Json, builtin_names, print_json
from negsim.files import TextStyle, clean, wrap

#: What to type in a new folder.
NEXT = (
    "negsim agenda --agenda agenda.yaml",
    "negsim check scenario.yaml",
    "negsim run scenario.yaml",
    "negsim plot scenario.yaml burndown -o burndown.svg",
)


def init(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="The folder to make; it must not be there yet.")],
    copied: Annotated[
        str | None,
        typer.Option("--from", metavar="SCENARIO", help="Copy this built-in scenario.", autocompletion=builtin_names),
    ] = None,
    as_json: Json = False,
) -> None:
    """Start a folder with a small agenda and scenario that run.

    The talks in it are invented: two towns on one river. Put your own in their place, file by file. With --from it
    holds a copy of a built-in scenario, of what it extends, and of its agenda. A folder that holds anything is left
    alone.
    """
    from negsim.scenario import copy_builtin, start_folder

    if copied is None:
        files, commands = start_folder(name), list(NEXT)
    else:
        files = copy_builtin(copied, name)
        commands = [f"negsim check {copied}", f"negsim run {copied}", "negsim agenda"]
    if as_json:
        print_json({"folder": str(name), "files": files, "next": [f"cd {shlex.quote(str(name))}", *commands]})
        return
    look = TextStyle.of_stdout()
    for line in [*wrap(f"{name} is ready: {', '.join(files)}.", look.width), "", "Next:"]:
        typer.echo(line)
    for command in (f"cd {shlex.quote(clean(str(name)))}", *commands):
        typer.echo(look.bold(f"  {command}"))


def doctor(as_json: Json = False) -> None:
    """Say what is installed, cached and missing.

    Exit code 0 if negsim can run, 1 if something that it needs is missing. Nothing is changed.
    """
    from negsim.cli.doctor import examine

    found = examine()
    if as_json:
        print_json(found.data())
    else:
        typer.echo(found.text(TextStyle.of_stdout()), nl=False)
    if found.missing:
        raise typer.Exit(1)
