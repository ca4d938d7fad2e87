"""The command that learns a scenario's numbers from records of talks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.execution import progress
from negsim.cli.history import Folder, Memory, On, day_of, histories_in, talks_ids
from negsim.cli.options import AgendaFile, Json, agenda_path, print_json, say_builtin, say_builtin_data, scenarios
from negsim.errors import NegsimError
from negsim.files import TextStyle


def calibrate(
    talks: Annotated[
        list[str] | None,
        typer.Argument(metavar="TALKS", help="Which talks teach; all on record.", autocompletion=talks_ids),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template", metavar="FILE", help="Put the numbers into this scenario.", autocompletion=scenarios
        ),
    ] = None,
    for_: Annotated[
        str | None,
        typer.Option("--for", metavar="TALKS", help="Make a scenario of talks on record.", autocompletion=talks_ids),
    ] = None,
    agenda: AgendaFile = None,
    on: On = None,
    horizon: Annotated[
        str, typer.Option("--horizon", metavar="TIME", help="How far the scenario goes, without a template.")
    ] = "3y",
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write it to this file.")] = None,
    simulate: Annotated[
        bool, typer.Option("--patience/--no-patience", help="Find how patient sides are, by simulation.")
    ] = True,
    hindsight: Annotated[
        bool, typer.Option("--hindsight", help="Learn from what other talks did after that day, too.")
    ] = False,
    histories: Folder = None,
    memory: Memory = False,
    as_json: Json = False,
) -> None:
    """Learn the numbers of a scenario from talks of the past.

    What comes out is an ordinary scenario: each number a distribution with its source. Into a --template go the numbers
    that records can tell; without one it is of an agenda, or --for talks on record, from base rates alone. Nothing is
    looked at that came after the day on which the talks stand so.
    """
    from negsim.calibration import calibrate as making
    from negsim.calibration import summary
    from negsim.evaluation import days_of
    from negsim.files import write_file

    given = {"--template": template, "--for": for_, "--agenda": agenda}
    if len(named := [name for name, value in given.items() if value is not None]) > 1:
        raise NegsimError(f"{' and '.join(named)} each say whose scenario it is; give one of them")
    if template is not None and on is not None:
        raise NegsimError("--on goes with --for or an agenda; a template has its as_of")
    record = histories_in(histories, memory)
    teachers = [record[name] for name in dict.fromkeys(talks)] if talks else list(record.talks.values())
    if template is not None:
        with progress(None, "patience", "plays") as advance:
            found = making.from_template(teachers, template, out, simulate, hindsight, advance)
    elif for_ is not None:
        subject = record[for_]
        found = making.from_record(teachers, subject, day_of(on) or subject.until, days_of(horizon), hindsight)
    else:
        found = making.from_agenda(teachers, agenda_path(agenda), day_of(on), days_of(horizon), out, hindsight)
    if out is not None:
        write_file(out, found.text(out).encode())
        typer.echo(f"wrote {out}", err=True)
    if as_json:
        print_json(summary.data(found))
    elif out is not None:
        if template is not None:
            say_builtin(template)
        say_builtin_data("seeds/histories", "histories", histories)
        typer.echo(summary.text(found, TextStyle.of_stdout()), nl=False)
    else:
        typer.echo(found.text(), nl=False)
