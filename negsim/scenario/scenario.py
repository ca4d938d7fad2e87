"""Load, check and change scenarios."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from importlib import import_module
from typing import Any

from pydantic import PrivateAttr

from negsim.agenda import Agenda
from negsim.errors import (
    Complaint,
    ComplaintsError,
    InputError,
    NegsimError,
    Problem,
    checks_arguments,
    not_called,
    was,
)
from negsim.files import (
    Node,
    Place,
    Problems,
    in_file_order,
    raise_problems,
    try_validate,
    unknown,
)
from negsim.quantities import kind_of, parse_day
from negsim.scenario.agenda_of import agenda_of
from negsim.scenario.as_of import as_of
from negsim.scenario.checks import inconsistencies
from negsim.scenario.draft import Draft, Frame
from negsim.scenario.inherited import named_both
from negsim.scenario.layering import FORMER_KEY, KEYS, normal, notices, read_extended
from negsim.scenario.lookup import value_at
from negsim.scenario.no_effect import no_effect_warnings
from negsim.scenario.node_changes import steps_of, with_value
from negsim.scenario.node_tools import at, only, put
from negsim.scenario.parts import parts_of
from negsim.scenario.reachability import reachability_warnings
from negsim.scenario.resolve import Filling
from negsim.scenario.resolved import Resolved
from negsim.scenario.tactics import tactic_problems
from negsim.scenario.workload import REFUSE, REFUSE_ALL, Workload, workload, workload_warnings


class Scenario(Resolved):
    """Assumptions about talks, checked and complete: every default is written out.

    Two scenarios are equal if their full forms are; ``hash`` identifies the full form.

    >>> import negsim as ns
    >>> s = ns.load("baseline")
    >>> s == ns.load("baseline").replace(horizon="3 years"), s.horizon_days
    (True, 1095)
    """

    def __init__(self, *_given: object, **_values: object) -> None:
        """Refuse a call. Pydantic makes objects without it."""
        not_called(type(self).__name__, "negsim.load")

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    _friendly: Node = PrivateAttr()
    _record: Agenda = PrivateAttr()
    _warnings: tuple[Problem, ...] = PrivateAttr(())
    _forced: bool = PrivateAttr(False)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that do not stop a run, such as an issue without a zone of possible agreement."""
        return self._warnings

    @cached_property
    def work(self) -> Workload:
        """The expected number of events of a run, estimated from the assumptions."""
        return workload(self, self.as_of, self.horizon)

    def forced(self) -> Scenario:
        """A copy that runs however long it takes; see `check_work`."""
        copy = self.model_copy()
        copy._forced = True
        return copy

    def check_work(self, runs: int = 1) -> None:
        """Check that runs end in reasonable time: at most 5 million events a run, and 100 billion in all.

        Raises:
            InputError: they do not, with the figure and the key that causes most of it.

        >>> import negsim as ns
        >>> ns.load("baseline").check_work(1_000_000)
        """
        if self._forced or (self.work.events <= REFUSE and self.work.events * runs <= REFUSE_ALL):
            return
        once = self.work.events > REFUSE
        message = f"{self.work.words}" if once else f"{self.work.words}, which is too many for {runs:,} runs"
        allowed = f"at most {REFUSE:,} events a run, and {REFUSE_ALL:,} in all; negsim run --force runs it anyway"
        raise InputError([self._friendly.problem(message, *self.work.cause, allowed=allowed)])

    @property
    def record(self) -> Agenda:
        """The whole record, also of what happened after ``as_of``; ``agenda`` ends at the evening of that day."""
        return self._record

    @property
    def written(self) -> dict[str, Any]:
        """The file with all that it extends and all changes by `replace`, as plain data."""
        data: dict[str, Any] = self._friendly.data
        return data

    @property
    def file(self) -> str | None:
        """The file it was loaded from, also for a changed copy; None if there is no file."""
        return self._friendly.place.file if self._friendly.place.line else None

    def __getitem__(self, path: str) -> Any:
        """The value at a path of the file, such as `replace` takes; what the file leaves out comes from the full form.

        Where the file names a parameter, this is the value of the parameter.

        Raises:
            InputError: there is no such path.

        >>> import negsim as ns
        >>> s = ns.load("baseline")
        >>> s["tactics.us.beta"], s["issues.flights.hours"], s["channels.consultations.order"]
        ({...}, '45 minutes', 'round_robin')
        >>> s["tactics.us.beta"] == s["parameters.us_beta.value"]
        True
        """
        found = value_at(self.steps(path), self.written, self.resolved)
        if isinstance(found, Mapping) and set(found) == {"parameter"}:
            return self[f"parameters.{found['parameter']}.value"]
        return found

    def steps(self, path: str) -> list[str]:
        """The steps of a path; one to a shared number among the parameters leads to where the file states it."""
        for name in self.parameters:
            before = f"parameters.{name}."
            if "." not in name or not f"{path}.".startswith(before):
                continue
            rest = path[len(before) :].split(".")
            if name in at(self._friendly, "parameters").mapping:
                return ["parameters", name, *filter(None, rest)]
            stated = name.split(".")
            if rest[0] == "source":
                return [*stated[: 2 if stated[0] == "tactics" else 1], "source"]
            return [*stated, *rest[1:]]
        return steps_of(self._friendly, path)

    def _is_reference(self, steps: list[str]) -> bool:
        """Whether the file states only the name of a parameter there."""
        found = self._friendly.find(*steps)
        return found is not None and set(found.mapping) == {"parameter"}

    def check(self) -> Problems:
        """The warnings of this scenario; errors are raised when it is loaded."""
        return Problems(self._warnings)

    def show(self) -> None:
        """Print the full form as YAML, as `negsim show` does."""
        print(self.to_yaml(), end="")

    def _repr_html_(self) -> str:
        from negsim.scenario.card import scenario_card

        return scenario_card(self)

    def run(self, **options: Any) -> Any:
        """The projection of this scenario; options are those of `negsim.run`.

        >>> import negsim as ns
        >>> ns.load("baseline").run(runs=20).runs
        20
        """
        # By name: the scenario room is below the projection room and imports nothing from it.
        return import_module("negsim.projection").run(self, **options)

    def at(self, day: str | date) -> Scenario:
        """The scenario as of another day, from the record of that day.

        The start of each issue and the time since the last meeting come from the record; what the file states about
        its own day does not count. A horizon that is a duration moves along, one that is a day stays. The model page
        states every rule.

        Raises:
            InputError: the scenario is not valid on that day, for example because its horizon has passed.
            NegsimError: it is not a day.

        >>> import negsim as ns
        >>> s = ns.load("baseline").at("2025-07-01")
        >>> s.as_of.isoformat(), s.horizon.isoformat(), s.issues["banking"].start.rounds
        ('2025-07-01', '2028-06-30', 2)
        """
        on = _day(day)
        if on == self.as_of:
            return self
        return from_node(as_of(self._friendly, self, self._record, on), self._record)

    def replace(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Scenario:
        """A changed copy; paths are those of the file, with dots (in keywords, ``__``); defaults follow the change.

        A value is anything that the file may hold there; ``None`` removes a key. The value that `scenario[path]` reads
        changes nothing.

        Raises:
            InputError: the changed scenario is not valid.

        >>> import negsim as ns
        >>> s = ns.load("scenarios/baseline.yaml")
        >>> s.replace({"horizon": "2 years"}).horizon_days, s.replace(undertaking="single").undertaking
        (730, 'single')
        """
        return _replaced(self, {**(changes or {}), **{key.replace("__", "."): value for key, value in more.items()}})


def variant(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """As `Scenario.replace`, but nobody looks for warnings or estimates its work: for small changes, only simulated.

    Raises:
        InputError: the changed scenario is not valid.

    >>> s = load("baseline")
    >>> variant(s, {"horizon": "2 years"}) == s.replace(horizon="2 years")
    True
    """
    return _replaced(scenario, changes, quiet=True)


def _replaced(scenario: Scenario, changes: Mapping[str, Any], quiet: bool = False) -> Scenario:
    node, former = scenario._friendly, list[Problem]()
    for path, value in changes.items():
        place = Place(f"replace {path}")
        steps = scenario.steps(path)
        if scenario._is_reference(steps) and value == scenario[path]:
            continue
        if steps[0] == "shocks" and steps[2:3] == ["on"]:
            steps[2] = "dates"
            former.append(place.problem(Complaint(FORMER_KEY, warning=True)))
        node = with_value(node, steps, Node.of(value, place), place)
    # The agenda is in memory, so a copy can be changed where the file does not exist.
    same = all(path.split(".")[0] != "agenda" for path in changes)
    changed = from_node(node, scenario._record if same else None, quiet)
    changed._warnings = (*former, *changed._warnings)
    for path in changes:
        section = path.split(".")[0]
        # Without this error, a comparison would show a change that has no effect.
        if section in ("tactics", "defaults") and section not in scenario._friendly.mapping and changed == scenario:
            message = f"this scenario is in full form and has no {section}, so the change would have no effect"
            allowed = "the path of an issue or package, such as issues.NAME.tactics.SIDE.beta"
            raise InputError([Place(f"replace {path}").problem(Complaint(message, allowed=allowed))])
    return changed


@checks_arguments
def load(path: str | os.PathLike[str], *, strict: bool = False) -> Scenario:
    """Load a scenario from a file or by a name such as ``baseline``, with all that it extends and its agenda.

    A path has precedence over a name, and a file in the current folder (``NAME.yaml``, ``scenarios/NAME.yaml``) over a
    built-in scenario.

    Args:
        path: a file, or a name.
        strict: refuse what a default or a missing source would only be listed for, as `strict: true` in the file does.

    Raises:
        InputError: with all problems at once, each with its place.

    >>> load("baseline").title
    'Baseline'
    """
    return from_node(stricter(read_extended(path), strict))


def from_mapping(data: Mapping[str, Any], name: str = "scenario") -> Scenario:
    """Make a scenario from plain data in the form of a file; problems show ``name`` as the file.

    Raises:
        InputError: with all problems at once.
    """
    return from_node(Node.of(data, Place(name)))


def stricter(node: Node, strict: bool) -> Node:
    """The scenario with `strict: true`, if that is asked for."""
    return put(node, "strict", True) if strict else node


def from_node(node: Node, agenda: Agenda | None = None, quiet: bool = False) -> Scenario:
    """Make a scenario from the nodes of its file, with `extends` already applied; ``quiet``: without warnings.

    Raises:
        InputError: With all problems at once.
    """
    scenario, problems = assemble(node, agenda, quiet)
    raise_problems(problems)
    assert scenario is not None
    return scenario


def assemble(friendly: Node, known: Agenda | None = None, quiet: bool = False) -> tuple[Scenario | None, list[Problem]]:
    """Make a scenario from the nodes of its file; returns it with its warnings, or None with all problems.

    ``known`` is its agenda, if that has been read already. With ``quiet``, nobody looks for warnings
    or estimates its work.
    """
    friendly = normal(friendly)
    problems = [friendly.at((key,), True).problem(_unknown_key(key)) for key in friendly.mapping if key not in KEYS]
    strict = friendly.find("strict")
    refuse_gaps = strict is not None and strict.value is True
    agenda, found = (known, []) if known is not None else agenda_of(friendly, refuse_gaps)
    problems += found
    if strict is not None and not isinstance(strict.value, bool):
        problems.append(friendly.problem(f"strict was {was(strict.data)}", "strict", allowed="true or false"))
    if agenda is None:
        return None, named_both(in_file_order(problems), friendly)
    filling = Filling(friendly, agenda, refuse_gaps)
    full = filling.filled()
    notes = [*agenda.warnings, *notices(friendly), *(problem for problem in filling.problems if problem.warning)]
    problems += [problem for problem in filling.problems if not problem.warning]
    kinds = {name: kind_of(at(value, "value").data) for name, value in at(full, "parameters").mapping.items()}
    context = {"parameters": kinds}
    frame, found = try_validate(Frame, only(full, Frame.model_fields), context)
    if "horizon" not in full.mapping and "horizon" in friendly.mapping:
        found = [problem for problem in found if '"horizon"' not in problem.message]
    found = [problem for problem in found if not problem.message.startswith("strict must")]  # it is a problem already
    problems += found
    parts, found = parts_of(full, context)
    problems += [*found, *tactic_problems(full)]
    whole = Draft(full, friendly, agenda, filling.as_of, frame, in_play=filling.in_play, **parts)
    problems += inconsistencies(whole)
    if problems:
        return None, named_both(in_file_order(problems), friendly)
    assert frame is not None  # no problem was found
    assert filling.as_of is not None
    # The scenario and its hash know nothing that happened after its day.
    then = {**dict(frame), "agenda": filling.known}
    scenario = Scenario.model_validate({**then, **parts})
    scenario._friendly = friendly
    scenario._record = agenda
    if quiet:
        scenario._forced = True
        return scenario, []
    work = workload(whole, filling.as_of, frame.horizon)
    scenario.__dict__["work"] = work  # the cached property: the estimate takes as long as a small run
    found = [*notes, *reachability_warnings(whole), *no_effect_warnings(whole, filling.strict)]
    warnings = named_both(in_file_order([*found, *workload_warnings(whole, work)]), friendly)
    scenario._warnings = tuple(warnings)
    return scenario, warnings


def _day(value: str | date) -> date:
    try:
        return parse_day(value)
    except ComplaintsError as error:
        raise NegsimError(error.items[0].message.replace("{what}", "the as-of date")) from None


def _unknown_key(key: str) -> Complaint:
    complaint = unknown("key", key, KEYS, key, on_key=True)
    return Complaint(f'unknown key "{key}"', complaint.path, ", ".join(KEYS), complaint.suggestion, True)
