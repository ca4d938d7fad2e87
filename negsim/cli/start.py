"""Commands to start with: init, doctor."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.options import Json, builtin_names
from negsim.cli.output import emit
from negsim.errors import NegsimError
from negsim.files import TextPage, TextStyle, clean

#: Commands to try in a new folder.
NEXT = (
    "negsim agenda",
    "negsim check scenario.yaml",
    "negsim run scenario.yaml",
    "negsim plot scenario.yaml burndown -o burndown.svg",
)


def init(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="Folder to create.")],
    copied: Annotated[
        str | None,
        typer.Option("--from", metavar="SCENARIO", help="Built-in scenario to copy.", autocompletion=builtin_names),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option("--template", metavar="KIND", help="diplomacy, labour, trade, purchase or peace."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Create a folder with a small agenda and scenario that run.

    The example is an invented negotiation of two towns on a river. Replace it with your own. --template gives a shorter
    example of another kind. --from copies a built-in scenario, the files it extends and its agenda instead. A folder
    that is not empty is not changed.
    """
    from negsim.scenario import copy_builtin, start_folder, start_template

    if copied is not None and template is not None:
        raise NegsimError("give --from or --template, not both")
    commands = list(NEXT)
    if template is not None:
        files = start_template(template, name)
    elif copied is None:
        files = start_folder(name)
    else:
        files = copy_builtin(copied, name)
        commands = [f"negsim check {copied}", f"negsim run {copied}", "negsim agenda"]
    print_created(name, files, commands, as_json)


def print_created(name: Path, files: list[str], commands: list[str], as_json: bool) -> None:
    """Print the files of a new folder and the next commands."""

    def text(style: TextStyle) -> str:
        page = TextPage(style).add(f"Created {name} with {', '.join(files)}.").add().add("Next:")
        # Commands to copy are not wrapped.
        lines = (f"cd {shlex.quote(clean(str(name)))}", *commands)
        return page.text + "".join(f"{style.bold(f'  {line}')}\n" for line in lines)

    steps = [f"cd {shlex.quote(str(name))}", *commands]
    emit(as_json, lambda: {"folder": str(name), "files": files, "next": steps}, text)


def doctor(as_json: Json = False) -> None:
    """Check the installation: packages, compiled engines, data.

    Exit code 1 if something that negsim needs is missing. Nothing is changed.
    """
    from negsim.cli.doctor import doctor_text, examine

    found = examine()
    emit(as_json, lambda: found, lambda style: doctor_text(found, style))
    if not found["ok"]:
        raise typer.Exit(1)
