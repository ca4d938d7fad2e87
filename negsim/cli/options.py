"""What several commands share: options, what a shell completes after them, how things are printed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from negsim.errors import NegsimError
from negsim.files import TextStyle, builtin_scenarios, find_data, find_scenario, wrap
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED
from negsim.simulation.engines import ENGINES


def engines(incomplete: str) -> list[str]:
    """Engines, for a shell to complete."""
    return _beginning(["auto", *ENGINES], incomplete)


def kinds(incomplete: str) -> list[str]:
    """Kinds of picture, for a shell to complete."""
    from negsim.plots import KINDS

    return _beginning(KINDS, incomplete)


def yaml_files(incomplete: str) -> list[str]:
    """YAML files here and one folder further down, for a shell to complete; without any it looks for files itself.

    Names that a shell would have to quote are left to it.
    """
    folder, name = os.path.split(incomplete)
    found = []
    for entry in sorted(Path(folder or ".").glob("*")):
        if not entry.name.startswith(name) or entry.name.startswith("."):
            continue
        inside = sorted(entry.glob("*.y*ml")) if entry.is_dir() else [entry] if entry.suffix in _YAML else []
        found += [os.path.join(folder, path.relative_to(folder or ".")) for path in inside]
    return [name for name in found if re.fullmatch(r"[\w./+-]+", name)]


def scenarios(incomplete: str) -> list[str]:
    """YAML files and the names of built-in scenarios, for a shell to complete."""
    return yaml_files(incomplete) + builtin_names(incomplete)


def builtin_names(incomplete: str) -> list[str]:
    """The names of built-in scenarios, for a shell to complete."""
    return _beginning(builtin_scenarios(), incomplete)


def issues(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Issues of the agenda with their titles, for a shell to complete."""
    return _issues(lambda: agenda_path(context.params.get("agenda")), incomplete)


def scenario_issues(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Issues of the agenda that a scenario names, for a shell to complete."""

    def path() -> Path:
        from negsim.scenario import read_extended

        node = read_extended(context.params["file"]).find("agenda")
        if node is None or not isinstance(node.value, str):
            raise NegsimError("the scenario names no agenda")
        return Path(node.place.file).parent / node.value

    return _issues(path, incomplete)


def _issues(path: Callable[[], Path], incomplete: str) -> list[tuple[str, str]]:
    from negsim.files import read_yaml

    try:
        listed = read_yaml(path()).find("issues")
    except (NegsimError, KeyError):
        return []
    rows = [(name, issue.find("title")) for name, issue in (listed.mapping if listed else {}).items()]
    # What a file says goes through a shell's `eval` here: letters, digits and little else.
    return [
        (name, " ".join(re.sub(r"[^\w,.-]", " ", str(title.value)).split()) if title else "")
        for name, title in rows
        if name.startswith(incomplete) and re.fullmatch("[a-z][a-z0-9_]*", name)
    ]


_YAML = (".yaml", ".yml")

Scenario = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A scenario file, or the name of a scenario, such as baseline.", autocompletion=scenarios
    ),
]
FileOrFolder = Annotated[
    Path,
    typer.Argument(
        metavar="FILE_OR_DIR",
        help="A scenario (a file or a name), or a folder that run --out has written.",
        autocompletion=scenarios,
    ),
]
FilesOrFolders = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES_OR_DIRS",
        help="Scenarios (files or names), or folders that run --out has written.",
        autocompletion=scenarios,
    ),
]
FileRuns = Annotated[
    int | None,
    typer.Option("--runs", "-n", metavar="N", min=1, help=f"How many runs of a scenario.  [default: {DEFAULT_RUNS}]"),
]
FileSeed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", min=0, help=f"The seed for a scenario.  [default: {DEFAULT_SEED}]"),
]
Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, help="How many processors play the runs.")]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Let a Dask cluster play the runs; needs negsim[dask].")
]
Runs = Annotated[
    int | None, typer.Option("--runs", "-n", metavar="N", min=1, help=f"How many runs.  [default: {DEFAULT_RUNS}]")
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="The key of all draws: one seed, one result.")]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="auto, batch or reference; the result is the same.",
        autocompletion=engines,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="DATE", help="Resolved by when; 24 months on, or the last date, if not given."),
]
AgendaFile = Annotated[
    Path | None,
    typer.Option(
        "--agenda",
        metavar="FILE",
        help="The agenda; seeds/agenda.yaml, or the built-in one, if it is not given.",
        autocompletion=yaml_files,
    ),
]


def agenda_path(given: Path | None) -> Path:
    """The agenda that is meant: the one given, else ``seeds/agenda.yaml`` here, else the built-in one.

    Raises:
        NegsimError: none is given, and none is there.
    """
    if given is not None:
        return given
    path = find_data("seeds/agenda.yaml").path
    if not path.is_file():
        raise NegsimError("there is no seeds/agenda.yaml here; give --agenda FILE, or make one with negsim init NAME")
    return path


def say_builtin(*sources: Path, folders: bool = False, start: str = "") -> None:
    """Say in one line which of the sources are built-in scenarios; say nothing if none is.

    ``folders``: folders count as sources; ``start``: how a comment begins, where the output is a file.
    """
    names = dict.fromkeys(name for each in sources if (name := find_scenario(each, folders).builtin) is not None)
    if names:
        _say(f"{start}Built-in scenario{'' if len(names) == 1 else 's'}: {', '.join(names)}")


def say_builtin_data(name: str, what: str, given: Path | None) -> None:
    """Say in one line that the built-in agenda or histories are used; say nothing if others are."""
    if given is None and find_data(name).builtin is not None:
        _say(f"Built-in {what}")


def _say(text: str) -> None:
    for line in wrap(text, TextStyle.of_stdout().width):
        typer.echo(line)


def count(number: int, what: str) -> str:
    """A number of things.

    >>> count(1, "error"), count(0, "warning")
    ('1 error', '0 warnings')
    """
    return f"{number} {what}{'' if number == 1 else 's'}"


def print_json(data: Any, err: bool = False) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False), err=err)


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
