"""The data and the footnote of each kind of picture of a projection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError, check_name, one_of
from negsim.plots import check_kind

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    import numpy.typing as npt

    from negsim.projection.results import Results
    from negsim.scenario import Scenario

#: Kinds that can show a single run, and kinds that always do.
OF_A_RUN, ONLY_OF_A_RUN = ("climate", "trace"), ("trace",)

#: Kinds that show the record before the as-of date.
WITH_RECORD = ("burndown", "burnup", "flow", "calendar")

#: Kinds that can show several projections.
OVERLAID = ("burndown", "calendar", "survival")

NOTES = {
    "burndown": "On each day the dark band holds at least 50 % of the runs and the light band 80 %. An issue counts "
    "from its first entry on record, or its opening, until it is resolved. A lapsed issue remains unresolved. Dormant "
    "issues do not count.",
    "burnup": "Bands hold at least 80 % of the runs. An issue counts as opened from its first entry on record, or its "
    "opening. Dormant issues do not count.",
    "flow": "Mean number of issues in each status at the end of each day, in {logged} runs. A recorded month counts "
    "at its end; before its first entry an issue is dormant.",
    "survival": "From below: runs in which the issue is still open, in which it lapsed, in which it is resolved. "
    "White: 95 % interval of the simulation. Numbers: runs in which the issue can still be resolved.",
    "calendar": "The ribbon spans the dates by which 10 and 90 % of all runs have resolved the issue.",
    "gap": "Offers as a share of the demand of {a} (top: its full demand, bottom: that of {b}); left: first offers in "
    "{scale}. Medians and 80 % of the runs that still negotiate, of {logged} runs; right: their share, first and last.",
    "terms": "Share of its demand that {a} gets in the final agreement, over the runs with an agreement; for an issue "
    "with options, the share of each option.",
    "frontier": "Reservation values at the end of {logged} runs: the median, and in grey the middle 80 %. Points: "
    "solutions of theory for the median reservation values. A circle holds the deals of a square of 0.02.",
    "waiting": "Mean over all runs of the time that an issue waits, by what it waits for. For an open issue, each "
    "interval between meetings has the reason that the meeting at its end shows.",
    "last": "The last issue is resolved after all others, or is the only unresolved one. Lines: 95 % interval of the "
    "simulation.",
    "climate": "Share of runs in each regime at the end of each day, of {logged} runs. A run without an open issue "
    "keeps its last regime.",
    "trace": "One run of {runs}: one possible course, not the most likely one. A thin bar follows the end of an issue.",
}


def view(
    projection: Results, kind: str, run: int | None = None, of: str | None = None, since: date | None = None
) -> Any:
    """The data of a kind of picture.

    Args:
        projection: what is shown.
        kind: one of `negsim.plots.KINDS`.
        run: for ``trace`` (the first run unless given) and ``climate``: the one run that is shown.
        of: for ``frontier``: the package or issue; the first package, or the first issue with offers, unless given.
        since: for kinds with a record: its first day in the picture; by default the length depends on the horizon.

    Raises:
        NegsimError: there is no such kind, run, package or issue, or the kind takes no such argument.
    """
    check_kind(kind)
    if run is not None and kind not in OF_A_RUN:
        raise NegsimError(f'a picture of one run is "{one_of(OF_A_RUN)}", but was "{kind}"')
    if of is not None and kind != "frontier":
        raise NegsimError(f'a picture of one package or issue is "frontier", but was "{kind}"')
    if since is not None and kind not in WITH_RECORD:
        raise NegsimError(f'a picture with a record is "{one_of(WITH_RECORD)}", but was "{kind}"')
    if run is None and kind in ONLY_OF_A_RUN:
        run = int(projection.numbers[0])
    if run is not None:
        shown = _of_run(projection, kind, run)
    else:
        more = {"of": of} if kind == "frontier" else {"since": since} if since is not None else {}
        shown = SHOWN[kind](projection, **more)
    if kind in OF_A_RUN:
        shown.facts["severity"] = severity(projection.scenario)
    return shown


def severity(scenario: Scenario) -> tuple[str, ...]:
    """The regimes of the climate from mild to severe: by the median factor on gaps between meetings.

    >>> from negsim.scenario import load
    >>> severity(load("baseline"))
    ('thaw', 'cautious', 'freeze')
    """
    from negsim.quantities import median
    from negsim.simulation import pert_median

    named = {name: each.value for name, each in scenario.parameters.items()}
    regimes = scenario.climate.regimes
    return tuple(sorted(regimes, key=lambda name: median(regimes[name].gap_factor, named, pert_median)))


def overlay(projection: Results, kind: str, others: Sequence[Results], since: date | None = None) -> Any:
    """The data of a kind of picture with other projections in it.

    Raises:
        NegsimError: the kind shows one projection only, or no issue is in both.
    """
    if kind not in OVERLAID:
        raise NegsimError(f'several projections are shown in "{one_of(OVERLAID)}", but was "{kind}"')
    shown, found = view(projection, kind, since=since), []
    known, names = {issue.id for issue in projection.context.issues}, [projection.context.title]
    for other in others:
        title = other.context.title
        if not known & {issue.id for issue in other.context.issues}:
            raise NegsimError(f'"{projection.context.title}" and "{title}" have no issue in common')
        names.append(title)
        number = names.count(title)
        its = view(other, kind)
        rows = its.projected if kind == "burndown" else its.rows
        if kind == "burndown":
            rows = rows[rows["date"] < projection.context.horizon]
        found.append((f"{title} ({number})" if number > 1 else title, rows))
    return replace(shown, others=tuple(found))


def note(projection: Results, kind: str, logged: int | None = None) -> str:
    """How the data of a picture were computed and how they are to be read."""
    a, b = projection.context.sides
    which = "all" if logged == projection.runs else f"the first {logged:,}" if logged else ""
    units = any(issue.scale is not None for issue in projection.context.issues)
    scale = "% or in the unit of the issue" if units else "%"
    said = NOTES[kind].format(a=a, b=b, runs=f"{projection.runs:,}", logged=which, scale=scale)
    return f"How computed: {projection.provenance}. {said}"


def _tallied(kind: str) -> Callable[[Results], Any]:
    def shown(projection: Results, **more: Any) -> Any:
        function = getattr(import_module("negsim.analysis"), kind)
        return function(projection.context, projection.tally, note(projection, kind), **more)

    return shown


def _logged(kind: str) -> Callable[[Results], Any]:
    def shown(projection: Results, **more: Any) -> Any:
        function, logs = getattr(import_module("negsim.analysis"), kind), projection.logs
        return function(projection.context, logs, note(projection, kind, logs.runs), **more)

    return shown


def _burnup(projection: Results, **more: Any) -> Any:
    from negsim.analysis import burnup

    logs = projection.logs
    return burnup(projection.context, projection.tally, logs, note(projection, "burnup", logs.runs), **more)


def _frontier(projection: Results, of: str | None = None) -> Any:
    from negsim.analysis import frontier

    logs = projection.logs
    return frontier(projection.context, logs, bargain(projection, of), note(projection, "frontier", logs.runs))


def bargain(projection: Results, of: str | None = None) -> int:
    """The number of a bargain by the id of its package or issue.

    Raises:
        NegsimError: there is none of that name, or none in which offers are made.
    """
    context = projection.context
    ids = [*(issue.id for issue in context.issues), *context.names.package_ids]
    talked = projection.logs.bargains()
    if of is None:
        if not talked:
            raise NegsimError("no offers are made in these runs: nothing is settled by concession, so no frontier")
        packages = [b for b in talked if b >= len(context.issues)]
        return (packages or talked)[0]
    check_name(of, ids, f'there is no package or issue "{of}"')
    return ids.index(of)


def _of_run(projection: Results, kind: str, run: int) -> Any:
    from negsim.analysis import lanes, one_climate

    context, log = projection.context, _log(projection, run)
    logs_of = projection.scenario
    regime = context.names.regimes.index(logs_of.climate.start)
    if kind == "climate":
        said = f"How computed: {projection.provenance}. The climate of run {run}, one of {projection.runs:,}."
        return one_climate(context, log, regime, run, said)
    from negsim.agenda import Status

    statuses = tuple(Status[issue.start.status.upper()] for issue in logs_of.issues.values())
    return lanes(context, log, statuses, regime, run, note(projection, "trace"))


def _log(projection: Results, run: int) -> npt.NDArray[np.void]:
    from negsim.simulation import compiler as compiled
    from negsim.simulation.engines import batch

    projection.check_run(run)
    return batch.trace(compiled.compile(projection.scenario), projection.seed, run, projection.luck)


SHOWN: dict[str, Callable[..., Any]] = {
    "burndown": _tallied("burndown"),
    "burnup": _burnup,
    "flow": _logged("flow"),
    "survival": _tallied("survival"),
    "calendar": _tallied("calendar"),
    "gap": _logged("gap"),
    "terms": _tallied("terms"),
    "frontier": _frontier,
    "waiting": _tallied("waiting"),
    "last": _tallied("last"),
    "climate": _logged("climate"),
}
