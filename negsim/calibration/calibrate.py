"""From records to a scenario file: which records are used, for which negotiation, and which numbers are replaced."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.agenda import load_agenda
from negsim.calibration import record_scenario as of_record
from negsim.calibration.fitting import Fit, Teaching
from negsim.calibration.patience import patience as fitted
from negsim.calibration.patience import why_not
from negsim.calibration.patience_law import Patience
from negsim.calibration.subjects import Subject, of_agenda, of_history, same_talks
from negsim.calibration.template import Change, LeftAlone, Replacement
from negsim.errors import NegsimError
from negsim.files import find_scenario, installed_name, read_yaml_text, to_yaml
from negsim.history import Talks, others_by
from negsim.projection import Workers, executor_of
from negsim.scenario import from_node, overlay, read_extended, without

if TYPE_CHECKING:
    from negsim.files import Node
    from negsim.scenario import Scenario

HEAD = "# Made by negsim calibrate; every number has its source.\n"
SCHEMA = "../schemas/scenario.schema.json"


@dataclass(frozen=True)
class Calibration:
    """A scenario made from records, as a file says it, with the fit, each change and each number left alone."""

    said: dict[str, Any]
    scenario: Scenario
    fit: Fit
    patience: Patience | None = None
    changes: tuple[Change, ...] = ()
    left: tuple[LeftAlone, ...] = ()

    def text(self, out: Path | None = None) -> str:
        """The scenario file; its first line names the schema if there is one beside the file."""
        known = out is not None and (out.parent / SCHEMA).is_file()
        return (f"# yaml-language-server: $schema={SCHEMA}\n" if known else "") + HEAD + to_yaml(self.said)


def from_record(
    teachers: Sequence[Talks], talks: Talks, on: date, horizon: int, hindsight: bool = False
) -> Calibration:
    """A scenario of a past negotiation, as it stood at the end of a day.

    With ``hindsight``, here and below, the whole records of other negotiations are used, also after that day.

    Raises:
        NegsimError: No issue is open or waiting that day, no other negotiation is on record, or the record ends before.
    """
    return _base_rates(teachers, of_history(talks, on, horizon), None, hindsight)


def from_agenda(
    teachers: Sequence[Talks],
    agenda: Path,
    on: date | None,
    horizon: int,
    out: Path | None = None,
    hindsight: bool = False,
) -> Calibration:
    """A scenario of an agenda of the tracker, as it stood at the end of a day, by default its last one.

    Raises:
        InputError: The agenda can't be read.
        NegsimError: As `from_record`.
    """
    known = load_agenda(agenda)
    subject = of_agenda(known, on or known.last_day, horizon, _relative(agenda, out), teachers)
    return _base_rates(teachers, subject, out, hindsight)


def reference(teachers: Sequence[Talks], scenario: Scenario) -> Calibration:
    """The base rates of other negotiations for the issues of a scenario, from its day to its horizon.

    It is what `from_agenda` makes of the scenario's agenda: nothing of the scenario's assumptions is in it.

    Raises:
        NegsimError: As `from_record`.
    """
    agenda = scenario.agenda.model_dump(mode="json")
    subject = of_agenda(scenario.agenda, scenario.as_of, scenario.horizon_days - 1, agenda, teachers)
    return _base_rates(teachers, subject, None, hindsight=False)


def from_template(
    teachers: Sequence[Talks],
    template: Path,
    out: Path | None = None,
    simulate: bool = True,
    hindsight: bool = False,
    progress: Callable[[int], object] | None = None,
    workers: Workers = 1,
    given: bool = False,
) -> Calibration:
    """A scenario file with the numbers that records tell; the new file extends it and says nothing else.

    Args:
        teachers: Records to learn from.
        template: The scenario file, or the name of a scenario.
        out: The path of the new file, for the path to the template in it.
        simulate: Whether patience is estimated by simulation, if the sides concede by time.
        hindsight: Whether the records of other negotiations are used in full, also after the scenario's day.
        progress: Called with how many more laws of patience were simulated.
        workers: Number of processes that simulate, or any `concurrent.futures.Executor`.
        given: Whether numbers that an expert, a document or a paper gave are replaced, too.

    Raises:
        InputError: The template can't be read, or is no valid scenario.
        NegsimError: As `from_record`; or the new file would be the template.
    """
    file = find_scenario(template)
    if out is not None and out.resolve() == file.path.resolve():
        raise NegsimError(f"{out} would extend itself; write the calibrated scenario to another file")
    friendly = read_extended(template)
    scenario = from_node(friendly)
    subject = of_agenda(scenario.agenda, scenario.as_of, scenario.horizon_days, None, teachers)
    found = _taught(teachers, subject, hindsight).of(subject.snapshot)
    new = Replacement(friendly.data, found, given)
    new.numbers()
    said: dict[str, Any] = {
        "extends": installed_name(file.path) or _relative(file.path, out),
        "title": f"{scenario.title}, calibrated",
    }
    patience = None
    if simulate and not why_not(so_far := _over(friendly, {**said, **new.said}, out).data):
        records = [talks for talks in found.taught.others if talks.issues]
        if not records:
            raise NegsimError(
                "no issues of these talks are on record, so nothing tells of patience; name other talks, or leave "
                "patience as it is (negsim calibrate --no-patience)"
            )
        with executor_of(workers, "reference") as executor:
            patience = fitted(so_far, records, progress=progress, executor=executor)
        new.patience(patience)
    said |= new.said
    scenario = from_node(_over(friendly, said, out))
    return Calibration(said, scenario, found, patience, tuple(new.changes), tuple(new.left))


def _base_rates(teachers: Sequence[Talks], subject: Subject, out: Path | None, hindsight: bool) -> Calibration:
    found = _taught(teachers, subject, hindsight).of(subject.snapshot)
    said = of_record.record_scenario(subject, found)
    stepwise = subject.snapshot.talks.stepwise
    why = "it is not open on that day" if stepwise else "it is not open, and no record tells when it opens"
    left = tuple(LeftAlone(f"issues.{name}", why) for name in said.get("leave_out", ()))
    return Calibration(said, from_node(_node(said, out)), found, left=left)


def _taught(teachers: Sequence[Talks], subject: Subject, hindsight: bool) -> Teaching:
    """The fit of the other negotiations. The subject's own record is left out, so that nothing counts twice."""
    own = subject.snapshot.talks
    others = [each for each in teachers if not same_talks(each, own)]
    if not others:
        raise NegsimError("there are no other talks to learn from: name some, or no names for all")
    return Teaching(others if hindsight else others_by(others, subject.snapshot.now.on))


def _over(friendly: Node, said: dict[str, Any], out: Path | None) -> Node:
    return overlay(friendly, without(_node(said, out), "extends"))


def _node(said: dict[str, Any], out: Path | None) -> Node:
    return read_yaml_text(to_yaml(said), os.fspath(out or Path("calibrated.yaml")))


def _relative(file: Path, out: Path | None) -> str:
    """The path by which a scenario at ``out`` names another file."""
    return Path(os.path.relpath(file, out.parent if out is not None else ".")).as_posix()
