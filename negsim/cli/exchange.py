"""Commands for other tools: export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.days import day
from negsim.cli.execution import projection
from negsim.cli.options import Engine, FileOrFolder, FileRuns, FileSeed, Json
from negsim.cli.output import builtin_notice, count, emit, make_parent
from negsim.files import find_data


def export(
    source: FileOrFolder,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="Calendar of announced dates and 50 % dates (iCalendar)."),
    ] = None,
    questions: Annotated[
        Path | None,
        typer.Option("--questions", metavar="FILE", help="One forecast question per issue, as .md or .json."),
    ] = None,
    cdf: Annotated[
        Path | None,
        typer.Option("--cdf", metavar="FILE", help="Distribution of each date on 201 points, as CSV."),
    ] = None,
    hubverse: Annotated[
        Path | None, typer.Option("--hubverse", metavar="DIR", help="Forecast hub in the format of the Hubverse.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="DATE", help="Date that the questions ask about.  [default: the last one]"),
    ] = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    engine: Engine = "auto",
    as_json: Json = False,
) -> None:
    """Export for calendars, forecasting sites and hubs."""
    from negsim.exchange import export as write

    wanted = [make_parent(path) for path in (ics, questions, cdf, hubverse) if path is not None]
    projected = projection(source, runs, seed, engine, quiet=as_json) if wanted else source
    written = write(projected, ics=ics, questions=questions, cdf=cdf, hubverse=hubverse, by=by, name=source.stem)
    emit(
        as_json,
        lambda: {"source": str(source), "written": [str(path) for path in written]},
        lambda _: "\n".join(f"wrote {path}" for path in written),
        builtin_notice(source, folders=True),
    )


def import_(
    file: Annotated[Path, typer.Argument(metavar="CSV", help="Issues exported from GitHub, GitLab or Jira.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder to write; it must be new.")],
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="Title of the negotiation.  [default: name of the file]")
    ] = "",
    sides: Annotated[
        str, typer.Option("--sides", metavar="A,B", help="Titles of the two sides.")
    ] = "Users,Maintainers",
    label: Annotated[
        str | None, typer.Option("--label", metavar="NAME", help="Only the issues with this label.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Last day of the record.  [default: last in the file]")
    ] = None,
    horizon: Annotated[str, typer.Option("--horizon", metavar="TIME", help="Horizon of the scenario.")] = "1y",
    as_json: Json = False,
) -> None:
    """Import issues of an issue tracker.

    The result is a negotiation without demands. Writes an agenda, a scenario of base rates and a folder of histories,
    and prints what they do not keep.
    """
    from negsim.errors import NegsimError
    from negsim.exchange import LOST, read_issue_list, write_negotiation
    from negsim.history import days_of

    parts = [part.strip() for part in sides.split(",")]
    if len(parts) != 2 or not all(parts) or parts[0] == parts[1]:
        raise NegsimError(f"--sides takes two titles with a comma, such as Users,Maintainers, but was {sides!r}")
    found = read_issue_list(file, title=title, sides=(parts[0], parts[1]), label=label, on=day(on))
    record = found.record
    written = write_negotiation(record, find_data("seeds/histories").path, out, days_of(horizon))
    closed = sum(issue.closed is not None for issue in record.issues)
    facts = {
        "folder": str(out), "issues": len(record.issues), "closed": closed, "until": str(record.until),
        "other_label": found.other_label, "later": found.later, "lost": list(LOST),
    }  # fmt: skip
    emit(
        as_json,
        lambda: facts,
        lambda style: _text(found.other_label, found.later, closed, len(record.issues), str(record.until), written),
    )


def _text(other: int, later: int, closed: int, issues: int, until: str, written: list[Path]) -> str:
    from negsim.exchange import LOST

    left_out = [
        f"{count(n, 'issue')} {why}" for n, why in ((other, "without the label"), (later, f"after {until}")) if n
    ]
    return "\n".join(
        [
            f"{count(issues, 'issue')} up to {until}, {closed} of them closed",
            *(f"left out: {each}" for each in left_out),
            *(f"wrote {path}" for path in written),
            "Not kept:",
            *(f"- {each}" for each in LOST),
        ]
    )
