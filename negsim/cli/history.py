"""Commands about past negotiations: the record, the status on a day, an agenda file, the backtest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.days import day
from negsim.cli.execution import progress, resumable
from negsim.cli.options import Json, yaml_files
from negsim.cli.output import count, data_notice, emit, make_parent
from negsim.errors import NegsimError
from negsim.files import find_data

if TYPE_CHECKING:
    from negsim.history import Histories

app = typer.Typer(name="history", rich_markup_mode=None, invoke_without_command=True)


def negotiation_ids(incomplete: str) -> list[str]:
    """Past negotiations on record, for a shell to complete."""
    try:
        return [name for name in histories_in(None, False).talks if name.startswith(incomplete)]
    except NegsimError:
        return []


Folder = Annotated[
    Path | None,
    typer.Option(
        "--histories", metavar="DIR", help="Folder of past negotiations.  [default: seeds/histories, else built-in]"
    ),
]
Memory = Annotated[bool, typer.Option("--memory", help="Also use dates that are recorded from memory only.")]
NegotiationId = Annotated[
    str, typer.Argument(metavar="NEGOTIATION", help="Id of a past negotiation.", autocompletion=negotiation_ids)
]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="Status at the end of this day.")]
Negotiations = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NEGOTIATION", help="Negotiations to forecast.  [default: all]", autocompletion=negotiation_ids
    ),
]
Origins = Annotated[
    Path | None,
    typer.Option(
        "--origins",
        metavar="FILE",
        help="Days to forecast from.  [default: origins.yaml of the histories]",
        autocompletion=yaml_files,
    ),
]


@app.callback()
def describe(context: typer.Context, histories: Folder = None, memory: Memory = False, as_json: Json = False) -> None:
    """Past negotiations on record: issues, durations, dates."""
    if context.invoked_subcommand is not None:
        if histories is not None or memory or as_json:
            name = context.invoked_subcommand
            raise NegsimError(f"options follow the command: negsim history {name} ... --histories DIR --json")
        return
    from negsim.history import descriptions_data, descriptions_table

    record = histories_in(histories, memory)
    emit(
        as_json,
        lambda: descriptions_data(record.talks.values(), record.outlines),
        lambda style: descriptions_table(record.talks.values(), style, record.outlines),
        _notice(histories),
    )


@app.command("show")
def show_negotiation(
    negotiation: NegotiationId, on: On = None, histories: Folder = None, memory: Memory = False, as_json: Json = False
) -> None:
    """Print the status of a past negotiation on a day.

    Nothing after that day is used.
    """
    from negsim.history import state, state_data, state_text

    record = histories_in(histories, memory)[negotiation]
    now = state(record, day(on) or record.until)
    emit(
        as_json,
        lambda: state_data(record, now),
        lambda style: state_text(record, now, style),
        _notice(histories),
    )


@app.command("agenda")
def as_agenda(
    negotiation: NegotiationId,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Agenda file to write.")] = None,
    on: On = None,
    histories: Folder = None,
    memory: Memory = False,
    as_json: Json = False,
) -> None:
    """Print a past negotiation as an agenda file."""
    from negsim.files import to_yaml, write_file
    from negsim.history import agenda_data, to_agenda

    record = histories_in(histories, memory)[negotiation]
    at = day(on)
    to_agenda(record, at)
    found = agenda_data(record, at)
    if out is None:
        emit(as_json, lambda: found, lambda _: to_yaml(found))
        return
    write_file(make_parent(out), to_yaml(found).encode())
    issues = len(found["issues"])
    emit(as_json, lambda: {"file": str(out), "issues": issues}, lambda _: f"wrote {out}, {count(issues, 'issue')}")


def backtest(
    negotiations: Negotiations = None,
    origins: Origins = None,
    horizon: Annotated[str, typer.Option("--horizon", metavar="TIME", help="Horizon of each forecast.")] = "3y",
    histories: Folder = None,
    memory: Memory = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Also write the track record, a page with pictures."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for all scores (CSV). A stopped backtest resumes there."),
    ] = None,
    updated: Annotated[
        bool,
        typer.Option("--updated", help="Also score scenarios of a year before, conditioned on what happened since."),
    ] = False,
    workers: Annotated[int, typer.Option("--workers", metavar="N", min=1, help="Number of processors.")] = 1,
    as_json: Json = False,
) -> None:
    """Forecast past negotiations and score the forecasts.

    Each forecast starts on a fixed day and uses nothing after it. Seven simple forecasts are scored beside ours.
    """
    from negsim.evaluation import backtest as forecast_all
    from negsim.evaluation import evaluation_tables

    if report is not None and negotiations:
        raise NegsimError("--report covers all negotiations with origins; leave the names out")
    steps: list[tuple[int, int]] = []
    with resumable(out), progress(None, "backtest", "origins") as advance:

        def advanced(origins: int, total: int) -> None:
            steps.append((origins, total))
            advance(origins)

        found = forecast_all(
            negotiations or None, origins=origins, horizon=horizon, histories=_folder(histories), memory=memory,
            report=None if report is None else make_parent(report), updated=updated, out=out, workers=workers,
            progress=advanced,
        )  # fmt: skip
    if out is not None:
        state = "already holds all scores; nothing was computed" if len(steps) == 1 else "holds all scores"
        typer.echo(f"{out} {state}", err=True)
    for written in found.files:
        typer.echo(f"wrote {written}", err=True)
    emit(
        as_json,
        found.data,
        lambda style: evaluation_tables.table(found.scored, found.differences, style),
        _notice(histories),
    )


def _notice(folder: Path | None) -> str:
    return data_notice("seeds/histories", "histories", folder)


def _folder(given: Path | None) -> Path:
    folder = given or find_data("seeds/histories").path
    if not folder.is_dir():
        raise NegsimError(f"there is no folder {folder}; give --histories DIR")
    return folder


def histories_in(given: Path | None, memory: bool) -> Histories:
    """The past negotiations in a folder, by default the built-in ones."""
    from negsim.history import load

    return load(_folder(given), memory)
