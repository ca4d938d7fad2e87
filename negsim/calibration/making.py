"""From records to a scenario file: which records are used, for which negotiation, and which numbers are replaced."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.agenda import load_agenda
from negsim.calibration import record_scenario as of_record
from negsim.calibration.calibration import Calibration
from negsim.calibration.fitting import Teaching
from negsim.calibration.offered import beta_laws
from negsim.calibration.patience import patience as fitted
from negsim.calibration.patience import why_not
from negsim.calibration.subjects import Subject, of_agenda, of_history, same_talks
from negsim.calibration.template import LeftAlone, Replacement
from negsim.errors import NegsimError, checks_arguments
from negsim.files import find_scenario, installed_name, read_yaml_text, to_yaml, write_file
from negsim.history import Histories, Talks, as_histories, days_of, load_offers, others_by
from negsim.projection import Workers, as_scenario, day_of_text, executor_of
from negsim.scenario import Scenario, from_node, load, overlay, read_extended, without

if TYPE_CHECKING:
    from negsim.files import Node
    from negsim.projection import ScenarioLike


@checks_arguments
def calibrate(
    template: ScenarioLike | None = None,
    *,
    negotiation: str | None = None,
    agenda: str | os.PathLike[str] | None = None,
    learn_from: str | Sequence[str] | None = None,
    on: str | date | None = None,
    horizon: str = "3y",
    patience: bool = True,
    hindsight: bool = False,
    replace_given: bool = False,
    out: str | os.PathLike[str] | None = None,
    workers: Workers = 1,
    histories: Histories | str | os.PathLike[str] | None = None,
    offers: str | os.PathLike[str] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Calibration:
    """Estimate the numbers of a scenario from past negotiations.

    With a template, the result has those of its numbers that records tell; numbers from an expert, a document or a
    paper stay. For an agenda or a past negotiation, it is a scenario of base rates alone.

    Args:
        template: the scenario whose numbers are estimated: a scenario, a file or a name.
        negotiation: the id of a past negotiation to make a scenario for.
        agenda: the agenda file to make a scenario for.
        learn_from: ids of the negotiations to learn from; default: all on record.
        on: the as-of date of a scenario without a template; default: the last day on record.
        horizon: the horizon of a scenario without a template.
        patience: whether patience is estimated, by simulation; it takes minutes.
        hindsight: whether records of other negotiations are used in full, also after the as-of date.
        replace_given: whether numbers that an expert, a document or a paper gave are replaced, too.
        out: a scenario file to write.
        workers: number of processes that simulate, or any `concurrent.futures.Executor`.
        histories: the record, or its folder; default: the built-in one.
        offers: a folder of offers on record, for the beta of the template's tactics; default: beta stays.
        progress: called with how many more laws of patience were simulated.

    Raises:
        InputError: a file cannot be read, or is not valid.
        NegsimError: not exactly one of template, negotiation and agenda is given; no record tells; or ``out`` cannot be
            written.

    >>> import negsim as ns
    >>> c = ns.calibrate("baseline", patience=False)
    >>> c.to_frame().columns.tolist(), c.scenario.title
    (['path', 'old', 'new', 'why'], 'Baseline, calibrated')
    """
    given = {"template": template, "negotiation": negotiation, "agenda": agenda}
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise NegsimError(
            f"calibrate takes one of template, negotiation or agenda, but got {' and '.join(named) or 'none'}"
        )
    if offers is not None and template is None:
        raise NegsimError("offers on record tell of the beta of tactics, so they need a template")
    if template is not None and on is not None:
        raise NegsimError("a template has its own as_of; leave on out")
    record, target = as_histories(histories), None if out is None else Path(out)
    names = [learn_from] if isinstance(learn_from, str) else learn_from
    teachers = [record[name] for name in dict.fromkeys(names)] if names else list(record.all)
    day = None if on is None else day_of_text(on)
    if template is not None:
        source = Path(template) if isinstance(template, str | os.PathLike) else as_scenario(template)
        found = from_template(teachers, source, target, patience, hindsight, progress, workers, replace_given, offers)
    elif negotiation is not None:
        subject = record[negotiation]
        found = from_record(teachers, subject, day or subject.until, days_of(horizon), hindsight)
    else:
        found = from_agenda(teachers, Path(str(agenda)), day, days_of(horizon), target, hindsight)
    if target is not None:
        write_file(target, found.text(target).encode())
    return found


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
    template: Path | Scenario,
    out: Path | None = None,
    simulate: bool = True,
    hindsight: bool = False,
    progress: Callable[[int], object] | None = None,
    workers: Workers = 1,
    given: bool = False,
    offers: str | os.PathLike[str] | None = None,
) -> Calibration:
    """A scenario file with the numbers that records tell; the new file extends it and says nothing else.

    Args:
        teachers: Records to learn from.
        template: The scenario file, the name of a scenario, or a scenario. A scenario in memory is written out in full.
        out: The path of the new file, for the path to the template in it.
        simulate: Whether patience is estimated by simulation, if the sides concede by time.
        hindsight: Whether the records of other negotiations are used in full, also after the scenario's day.
        progress: Called with how many more laws of patience were simulated.
        workers: Number of processes that simulate, or any `concurrent.futures.Executor`.
        given: Whether numbers that an expert, a document or a paper gave are replaced, too.
        offers: A folder of offers on record for the beta of the tactics; offers after the scenario's day are not used.

    Raises:
        InputError: The template can't be read, or is no valid scenario.
        NegsimError: As `from_record`; or the new file would be the template.
    """
    friendly, said = _extending(template, out)
    scenario = from_node(friendly)
    subject = of_agenda(scenario.agenda, scenario.as_of, scenario.horizon_days, None, teachers)
    found = _taught(teachers, subject, hindsight).of(subject.snapshot)
    new = Replacement(friendly.data, scenario, found, given)
    new.numbers()
    if offers is not None:
        records = list(load_offers(offers).negotiations.values())
        new.beta(beta_laws(records, None if hindsight else scenario.as_of))
    said["title"] = f"{scenario.title}, calibrated"
    patience = None
    so_far = _over(friendly, {**said, **new.said}, out).data
    if simulate and (why := why_not(so_far)):
        new.left.append(LeftAlone("patience", why))
    elif simulate:
        replayed = [talks for talks in found.taught.others if talks.issues]
        if not replayed:
            raise NegsimError(
                "no issues of these talks are on record, so nothing tells of patience; name other talks, or leave "
                "patience as it is (negsim calibrate --no-patience)"
            )
        with executor_of(workers, "reference") as executor:
            patience = fitted(so_far, replayed, progress=progress, executor=executor)
        new.patience(patience)
    # A file that extends the template says the changes alone; a scenario in memory is changed in its place.
    said = said | new.said if "extends" in said else overlay(_node(said, out), _node(new.said, out)).data
    # A file that holds all says null where nothing is known; in one that extends another, null removes a key.
    scenario = from_node(_over(friendly, said, out) if "extends" in said else _node(said, out))
    return Calibration(said, scenario, found, patience, tuple(new.changes), tuple(new.left))


def _extending(template: Path | Scenario, out: Path | None) -> tuple[Node, dict[str, Any]]:
    """The nodes of a template, and what a file says that extends it, or that holds all of a scenario in memory.

    Raises:
        NegsimError: the file would extend itself.
    """
    if isinstance(template, Scenario):
        origin = template.file
        if origin is None or not Path(origin).is_file() or load(origin) != template:
            full = without(template._friendly, "extends")
            return full, {**full.data, "agenda": template.agenda.model_dump(mode="json")}
        template = Path(origin)
    file = find_scenario(template)
    if out is not None and out.resolve() == file.path.resolve():
        raise NegsimError(f"{out} would extend itself; write the calibrated scenario to another file")
    return read_extended(template), {"extends": installed_name(file.path) or _relative(file.path, out)}


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
