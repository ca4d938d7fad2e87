"""What each kind of picture shows of a projection: its data, and how they came about in words."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError, did_you_mean, one_of
from negsim.plots import check_kind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from negsim.projection.results import Results

#: Kinds that can show a single run, and the ones that always do.
OF_A_RUN, ONLY_OF_A_RUN = ("climate", "trace"), ("trace",)

NOTES = {
    "burndown": "On each day at least half of all runs lie in the dark band and four fifths in the light one. An issue "
    "counts from its first entry on record, or its opening, until it is resolved, also if it lapses. Hatched: only "
    "the month or year is on record.",
    "burnup": "Bands hold at least four fifths of all runs. An issue is on the table from its first entry on record, "
    "or its opening. Reopened, after a collapse, it has to be agreed once more: the dotted line adds the mean number "
    "of reopenings in {logged} runs. Hatched: only the month or year is on record.",
    "flow": "Mean number of issues in each status at the end of each day, in {logged} runs. On record, a status counts "
    "when its month is over; before its first entry an issue is dormant.",
    "survival": "From below: the runs in which the issue is still open, those in which it lapsed, those in which it is "
    "resolved. White: the 95 % interval of the simulation, where it is wide enough to be seen. Below each row: the "
    "runs in which it can still be resolved.",
    "calendar": "The ribbon spans the dates by which 10 and 90 % of all runs have resolved the issue; ▸: it goes on "
    "beyond the horizon, where nothing was computed. Left: the recorded statuses; hatched where only the month or year "
    "is on record.",
    "gap": "What a side offers, as a share of the demand of {a} (up: all of it, down: that of {b}); left: first offers "
    "in %. Medians and 80 % of the runs that still talk, of {logged} runs; right: how many do, at first and at last. "
    "Rings: offers before the start in their order, as the scenario assumes them; no document dates or measures them.",
    "terms": "How much of the way to its demand {a} gets in the agreement that stands at the end, over the runs that "
    "have one; for an issue with options, how often each is taken.",
    "frontier": "Reservations at the end of {logged} runs: the median, and grey the middle 80 %. Points: what theory "
    "picks between the median reservations. A circle holds the deals of a square of 0.02.",
    "waiting": "Mean over all runs of what the time of an issue goes into; while it is open, each stretch is named by "
    "what the meeting at its end shows.",
    "last": "The last one standing is resolved after all others, or alone is not. Lines: 95 % interval of the "
    "simulation.",
    "climate": "The share of runs in each regime at the end of each day, of {logged} runs.",
    "trace": "One run of {runs}: a story that the assumptions allow, not the likeliest one. A thin bar follows the end "
    "of an issue.",
}


def view(projection: Results, kind: str, run: int | None = None, of: str | None = None) -> Any:
    """The data of a kind of picture.

    Args:
        projection: what is shown.
        kind: one of `negsim.plots.KINDS`.
        run: for ``trace`` (the first run unless given) and ``climate``: the one run that is shown.
        of: for ``frontier``: the package or issue; the first package, or the first issue with offers, unless given.

    Raises:
        NegsimError: there is no such kind, run, package or issue, or the kind takes no such argument.
    """
    check_kind(kind)
    if run is not None and kind not in OF_A_RUN:
        raise NegsimError(f'a picture of one run is "{one_of(OF_A_RUN)}", but was "{kind}"')
    if of is not None and kind != "frontier":
        raise NegsimError(f'a picture of one package or issue is "frontier", but was "{kind}"')
    if run is None and kind in ONLY_OF_A_RUN:
        run = 0
    if run is not None:
        return _of_run(projection, kind, run)
    return SHOWN[kind](projection, of) if kind == "frontier" else SHOWN[kind](projection)


def note(projection: Results, kind: str, logged: int | None = None) -> str:
    """How the data of a picture were computed and how they are to be read."""
    a, b = projection.context.sides
    which = "all" if logged == projection.runs else f"the first {logged:,}" if logged else ""
    said = NOTES[kind].format(a=a, b=b, runs=f"{projection.runs:,}", logged=which)
    return f"How computed: {projection.provenance}. {said}"


def _tallied(kind: str) -> Callable[[Results], Any]:
    def shown(projection: Results) -> Any:
        function = getattr(import_module("negsim.analysis"), kind)
        return function(projection.context, projection.tally, note(projection, kind))

    return shown


def _logged(kind: str) -> Callable[[Results], Any]:
    def shown(projection: Results) -> Any:
        function, logs = getattr(import_module("negsim.analysis"), kind), projection.logs
        return function(projection.context, logs, note(projection, kind, logs.runs))

    return shown


def _burnup(projection: Results) -> Any:
    from negsim.analysis import burnup

    logs = projection.logs
    return burnup(projection.context, projection.tally, logs, note(projection, "burnup", logs.runs))


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
    if of not in ids:
        hint = did_you_mean(of, ids)
        meant = f"; did you mean {hint}?" if hint else ""
        raise NegsimError(f'there is no package or issue "{of}"; allowed: {one_of(ids, 20)}{meant}')
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
    from negsim.simulation.engines import reference

    if not 0 <= run < projection.runs:
        raise NegsimError(f"there are runs 0 to {projection.runs - 1}, but was {run}")
    return reference.trace(compiled.compile(projection.scenario), projection.seed, run, projection.luck)


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
