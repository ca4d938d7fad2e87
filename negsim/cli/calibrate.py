"""The command that estimates the numbers of a scenario from past negotiations."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.days import day
from negsim.cli.execution import progress
from negsim.cli.history import Folder, Memory, On, histories_in, negotiation_ids
from negsim.cli.options import YAML, AgendaFile, Json, agenda_path, scenarios
from negsim.cli.output import builtin_notice, data_notice, emit, make_parent
from negsim.errors import NegsimError
from negsim.files import TextStyle, find_data

if TYPE_CHECKING:
    from collections.abc import Mapping

Teachers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NEGOTIATION",
        help="Negotiations to learn from.  [default: all on record]",
        autocompletion=negotiation_ids,
    ),
]
Template = Annotated[
    Path | None,
    typer.Option("--template", metavar="FILE", help="Scenario whose numbers are estimated.", autocompletion=scenarios),
]
Subject = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="NEGOTIATION",
        help="Past negotiation to write a scenario for.",
        autocompletion=negotiation_ids,
    ),
]
Horizon = Annotated[str, typer.Option("--horizon", metavar="TIME", help="Horizon of a scenario without a template.")]
Patience = Annotated[
    bool, typer.Option("--patience/--no-patience", help="Estimate patience, by simulation; takes minutes.")
]
Hindsight = Annotated[
    bool, typer.Option("--hindsight", help="Also learn from what other negotiations did after the as-of date.")
]

ReplaceGiven = Annotated[
    bool,
    typer.Option("--replace-given", help="Also replace numbers that an expert, a document or a paper gave."),
]
Offers = Annotated[
    bool, typer.Option("--offers", help="Also estimate beta, how early the sides concede, from offers on record.")
]
Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, help="Number of processes that simulate.")]


def calibrate(
    negotiations: Teachers = None,
    template: Template = None,
    for_: Subject = None,
    agenda: AgendaFile = None,
    on: On = None,
    horizon: Horizon = "3y",
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Scenario file to write.")] = None,
    patience: Patience = True,
    hindsight: Hindsight = False,
    replace_given: ReplaceGiven = False,
    offers: Offers = False,
    workers: Workers = 1,
    histories: Folder = None,
    memory: Memory = False,
    as_json: Json = False,
) -> None:
    """Estimate the numbers of a scenario from past negotiations.

    The result is an ordinary scenario. Each estimated number is a distribution with its source. --template updates the
    numbers of a scenario that records can estimate. Numbers from experts and documents stay. Without it, the scenario
    is for an agenda, or for a past negotiation (--for), and uses base rates alone. Nothing after the as-of date is
    used.
    """
    from negsim.calibration import calibrate as estimate

    _one_target({"--template": template, "--for": for_, "--agenda": agenda}, on)
    if offers and template is None:
        raise NegsimError("--offers needs --template: offers on record tell of the beta of tactics")
    where = agenda_path(agenda) if template is None and for_ is None else None
    with progress(None, "patience", "simulations") as advance:
        found = estimate(
            template, negotiation=for_, agenda=where, learn_from=negotiations, on=day(on), horizon=horizon,
            patience=patience, hindsight=hindsight, replace_given=replace_given,
            out=None if out is None else make_parent(out), workers=workers, histories=histories_in(histories, memory),
            offers=find_data("seeds/offers").path if offers else None, progress=advance,
        )  # fmt: skip
    if out is not None:
        typer.echo(f"wrote {out}", err=True)
    if out is None:  # the scenario alone goes to standard output, so that it can be redirected to a file
        emit(as_json, found.data, lambda _: found.text())
        if not as_json:
            typer.echo(found.changed(TextStyle.of(sys.stderr)), err=True, nl=False)
        return
    scenario = builtin_notice(template) if template is not None else ""
    record_notice = data_notice("seeds/histories", "histories", histories)
    emit(as_json, found.data, found.summary, scenario, record_notice)


def _one_target(given: Mapping[str, object], on: str | None) -> None:
    """At most one option names the scenario to write.

    Raises:
        NegsimError: several do, or a template comes with a day of its own.
    """
    if (subject := given["--for"]) is not None and Path(str(subject)).suffix in YAML:
        raise NegsimError(f"--for takes the id of a past negotiation; did you mean --agenda {subject}?")
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise NegsimError(f"{' and '.join(named)} exclude each other: give one of them")
    if named == ["--template"] and on is not None:
        raise NegsimError("--on needs --for or an agenda; a template has its own as_of")
