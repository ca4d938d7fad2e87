"""Options that several commands share, and the names that a shell completes after them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from negsim.errors import NegsimError
from negsim.files import builtin_scenarios, find_data
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
    """YAML files in a folder and its subfolders, for a shell to complete.

    Names that need quotes are left out: the shell completes them itself.
    """
    folder, name = os.path.split(incomplete)
    found = []
    for entry in sorted(Path(folder or ".").glob("*")):
        if not entry.name.startswith(name) or entry.name.startswith("."):
            continue
        inside = sorted(entry.glob("*.y*ml")) if entry.is_dir() else [entry] if entry.suffix in YAML else []
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
    # A shell evaluates these texts, so only safe characters pass.
    return [
        (name, " ".join(re.sub(r"[^\w,.-]", " ", str(title.value)).split()) if title else "")
        for name, title in rows
        if name.startswith(incomplete) and re.fullmatch("[a-z][a-z0-9_]*", name)
    ]


def milestone_list(text: str | None) -> list[str] | None:
    """The lengths of time in an option.

    >>> milestone_list("4 weeks, 8 weeks")
    ['4 weeks', '8 weeks']
    """
    return None if text is None else [part.strip() for part in text.split(",")]


#: Endings of YAML files.
YAML = (".yaml", ".yml")

Scenario = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="Scenario file, or the name of a scenario such as baseline.", autocompletion=scenarios
    ),
]
FileOrFolder = Annotated[
    Path,
    typer.Argument(
        metavar="FILE_OR_DIR",
        help="Scenario (file or name), or a folder written by run --out.",
        autocompletion=scenarios,
    ),
]
FilesOrFolders = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES_OR_DIRS",
        help="Scenarios (files or names), or folders written by run --out.",
        autocompletion=scenarios,
    ),
]
Given = Annotated[
    list[str] | None,
    typer.Option(
        "--given",
        metavar="CONDITION",
        help='Only the runs in which this holds, such as "banking by 2026-01-01", "banking not by 2026-01-01" or '
        '"us_patience at most 1 year".',
    ),
]
FileRuns = Annotated[
    int | None,
    typer.Option("--runs", "-n", metavar="N", min=1, help=f"Number of runs of a scenario.  [default: {DEFAULT_RUNS}]"),
]
FileSeed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", min=0, help=f"Seed for a scenario.  [default: {DEFAULT_SEED}]"),
]


def useful(workers: int | None) -> int | None:
    """As many workers as help: one for each processor that this process may use."""
    if workers is None:
        return None
    allowed = getattr(os, "sched_getaffinity", None)
    most = len(allowed(0)) if allowed is not None else os.cpu_count() or 1
    if workers > most:
        typer.echo(f"--workers {workers:,}: this machine has {most} processors, so {most} are used.", err=True)
    return min(workers, most)


Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, callback=useful, help="Number of processors.")]
Cores = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        callback=useful,
        help="Number of processors.  [default: one; all of them for more than 8,192 runs]",
    ),
]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Dask scheduler to run on; needs negsim[dask].")
]
Runs = Annotated[
    int | None, typer.Option("--runs", "-n", metavar="N", min=1, help=f"Number of runs.  [default: {DEFAULT_RUNS}]")
]
Seed = Annotated[
    int,
    typer.Option("--seed", metavar="N", min=0, help="Seed of all random draws; the same seed gives the same result."),
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="auto, batch or reference; all give the same result.",
        autocompletion=engines,
    ),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Refuse default assumptions and missing sources, as strict: true in a file does."),
]
Picture = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Also draw a picture, .svg or .png, with its data as CSV."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Start on this day, from the record of that day.  [default: that of the file]"
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="DAY",
        help='A date, a time from the as-of date ("24 months") or horizon.  '
        "[default: where the probability is nearest to 50 %]",
    ),
]
Dates = Annotated[
    str | None,
    typer.Option(
        "--dates",
        metavar="UNIT",
        help="Unit of dates: day, week, month or year.  [default: one that suits the horizon]",
    ),
]
Milestones = Annotated[
    str | None,
    typer.Option(
        "--milestones",
        metavar="LENGTHS",
        help="Columns of the table, such as '4 weeks,8 weeks'.  [default: some that suit the horizon]",
    ),
]
AgendaFile = Annotated[
    Path | None,
    typer.Option(
        "--agenda",
        metavar="FILE",
        help="Agenda file.  [default: agenda.yaml or seeds/agenda.yaml here, else the built-in agenda]",
        autocompletion=yaml_files,
    ),
]


def as_share(option: str, text: str) -> float:
    """The probability in an option: 0.6 or 60%.

    Raises:
        NegsimError: it is neither.

    >>> as_share("-p", "0.6"), as_share("-p", "60 %")
    (0.6, 0.6)
    """
    percent = text.strip().endswith("%")
    try:
        number = float(text.strip().removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        raise NegsimError(f"{option} takes a probability such as 0.6 or 60%, but was {text!r}") from None
    if 1 < number <= 100 and not percent:
        raise NegsimError(f"{option} takes a probability of at most 1, but was {text}; did you mean {number / 100:g}?")
    return number


def check_picture(output: Path | None) -> None:
    """Check that the name of a picture file has a known ending.

    Raises:
        NegsimError: it has not.
    """
    if output is not None:
        from negsim.plots import picture_format

        picture_format(output)


def agenda_path(given: Path | None) -> Path:
    """The agenda to use: the one given, else ``agenda.yaml`` or ``seeds/agenda.yaml`` here, else the built-in one."""
    if given is not None:
        return given
    here = Path("agenda.yaml")
    return here if here.is_file() else find_data("seeds/agenda.yaml").path


def agenda_notice(given: Path | None) -> str:
    """Names the agenda in use, if none is given."""
    if given is not None:
        return ""
    path = agenda_path(None)
    return (
        "Built-in agenda" if path == find_data("seeds/agenda.yaml").path and path.is_absolute() else f"Agenda: {path}"
    )


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
