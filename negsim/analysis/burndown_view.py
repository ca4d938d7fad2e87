"""Burndown: the number of unresolved issues on each day, as recorded and as projected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.agenda import Status
from negsim.analysis.context import Context, Round, count_of
from negsim.analysis.tally import Tally
from negsim.analysis.time_scale import date_in_words
from negsim.errors import NegsimError
from negsim.files import Columns

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: Length of the record that a picture shows, as a share of the horizon.
PAST = 0.45

#: Quantiles of the number unresolved: the median and the middle 50 and 80 % of runs.
QUANTILES = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}


@dataclass(frozen=True)
class Change:
    """A recorded change of the number of unresolved issues, between two dates (both included)."""

    earliest: date
    latest: date
    step: int


def share_of_runs(ends: Mapping[str, int]) -> str:
    """The middle 80 % of runs in words.

    >>> share_of_runs({"q10": 1, "q90": 3}), share_of_runs({"q10": 2, "q90": 2})
    ('(1 to 3 in 80 % of runs)', 'in at least 80 % of runs')
    """
    if ends["q10"] == ends["q90"]:
        return "in at least 80 % of runs"
    return f"({ends['q10']} to {ends['q90']} in 80 % of runs)"


def changes(context: Context, counts: Callable[[Status], bool]) -> list[Change]:
    """The recorded changes of the number of issues whose status ``counts``."""
    found = []
    for issue in context.issues:
        before = False
        for entry in issue.history:
            if (now := counts(entry.status)) != before:
                found.append(Change(entry.earliest, entry.latest, 1 if now else -1))
            before = now
    return found


def recorded(changes: Iterable[Change], as_of: date) -> Columns:
    """The record: the fewest and the most issues possibly open on each day from the first change to ``as_of``.

    The two differ where the record gives only the month of a change. A month counts at its end. Columns: ``date``,
    ``low``, ``high``.

    >>> june = Change(date(2024, 6, 1), date(2024, 6, 30), +1)
    >>> table = recorded([june], date(2024, 7, 2))
    >>> [[int(table[name][day]) for name in ("low", "high")] for day in (0, 29, 31)]
    [[0, 1], [1, 1], [1, 1]]
    """
    known = [c for c in changes if c.latest <= as_of]
    start = min((c.earliest for c in known), default=as_of)
    low = np.zeros((as_of - start).days + 1, dtype=np.int64)
    high = low.copy()
    for change in known:
        first, last = (change.earliest - start).days, (change.latest - start).days
        late, early = (low, high) if change.step > 0 else (high, low)
        late[last:] += change.step
        early[first:] += change.step
    return Columns({"date": [start + timedelta(days=i) for i in range(len(low))], "low": low, "high": high})


def projected(tally: Tally, as_of: date) -> Columns:
    """The projection, one row per day from ``as_of``: quantiles and mean of the number unresolved over the runs.

    A quantile is the smallest number that at least that share of the runs does not exceed.
    """
    dates = [as_of + timedelta(days=i) for i in range(len(tally.open))]
    levels = np.arange(tally.open.shape[1])
    return Columns({"date": dates, **bands(tally.open), "mean": tally.open @ levels / tally.runs})


def bands(counts: Array) -> dict[str, Array]:
    """Quantiles of a number by day, from counts of runs by day and number."""
    below, runs = np.cumsum(counts, axis=1), counts[0].sum()
    return {name: (below < q * runs - 1e-9).sum(axis=1) for name, q in QUANTILES.items()}


@dataclass(frozen=True)
class Burndown:
    """A burndown: the record up to ``as_of``, the projection from there, and the answer in words.

    ``recorded`` has columns date, low, high; ``projected`` has date, q10, q25, median, q75, q90, mean. ``earlier`` is
    the first date of the record if it lies before the part shown, else None. ``others`` are other projections by name,
    in the form of ``projected``; the picture shows their medians.
    """

    context: Context
    recorded: Columns
    projected: Columns
    rounds: tuple[Round, ...]
    earlier: date | None
    runs: int
    at_horizon: dict[str, int]
    note: str
    opened: int
    others: tuple[tuple[str, Columns], ...] = ()

    @property
    def total(self) -> int:
        """The number of issues."""
        return len(self.context.issues)

    @property
    def span(self) -> tuple[date, date]:
        """The first date shown, and the horizon."""
        first = self.recorded["date"][0] if len(self.recorded) > 1 else self.context.as_of
        return first, self.context.horizon

    @property
    def verdict(self) -> str:
        """How many issues are unresolved at the horizon: the median and the middle 80 % of runs."""
        ends, closed = self.at_horizon, self.total - self.opened
        later = f"; {closed} not opened" if closed else ""
        span = share_of_runs(ends)
        if ends["median"] or closed:
            return f"{count_of(ends['median'], self.total)} unresolved at the horizon {span}{later}"
        # Nothing is left: the answer is the first day from which that is so.
        late = np.flatnonzero(self.projected["median"])
        day = self.projected["date"][late[-1] + 1 if len(late) else 0]
        words = date_in_words(day, self.context.unit)
        start = f"half of the runs have no unresolved issue by {words}"
        if ends["q10"] == ends["q90"]:
            return f"{start}, and at least 80 % at the horizon"
        return f"{start}; at the horizon {ends['q10']} to {ends['q90']} are left in 80 % of runs"

    def columns(self) -> Columns:
        """Both parts in one tidy table: ``part`` is recorded (low, high) or projected (quantiles and mean).

        For another projection ``part`` is its name.
        """
        parts = [self.recorded.assign(part="recorded"), self.projected.assign(part="projected")]
        parts += [table.assign(part=name) for name, table in self.others]
        whole = ["low", "high", *QUANTILES]
        return Columns.joined(parts, ["date", "part", *whole, "mean"], whole)

    def table(self) -> pd.DataFrame:
        """The table of `columns` in pandas."""
        return self.columns().frame()


def burndown(context: Context, tally: Tally, note: str = "", since: date | None = None) -> Burndown:
    """Join record and projection. The record shown begins as `beginning` says."""
    record = recorded(changes(context, _unresolved), context.as_of)
    first = beginning(context, since)
    shown = record[record["date"] >= first]
    table = projected(tally, context.as_of)
    return Burndown(
        context=context,
        recorded=shown,
        projected=table,
        rounds=held(context, first),
        earlier=record["date"][0] if len(shown) < len(record) else None,
        runs=tally.runs,
        at_horizon={name: int(table[name][-1]) for name in QUANTILES},
        note=note + cut(record["date"][0], first),
        opened=scope(tally),
    )


def beginning(context: Context, since: date | None, past: float = PAST) -> date:
    """The first day of the record in a picture: ``since``, or a share ``past`` of the horizon before ``as_of``.

    A long record would leave little room for the projection.

    Raises:
        NegsimError: ``since`` is after ``as_of``.
    """
    if since is None:
        return context.as_of - timedelta(days=round(past * context.horizon_days))
    if since > context.as_of:
        raise NegsimError(f"the record ends at the as-of date, {context.as_of}, so it cannot begin on {since}")
    return since


def cut(start: date, first: date) -> str:
    """A sentence for the footnote if the picture leaves out the beginning of the record; otherwise nothing."""
    return f" The record begins in {start:%B %Y}, before the picture." if start < first else ""


def scope(tally: Tally) -> int:
    """The median number of issues opened by the horizon."""
    return int(bands(tally.scope[-1:])["median"][0])


def held(context: Context, first: date) -> tuple[Round, ...]:
    """The rounds that ended between ``first`` and ``as_of``."""
    return tuple(r for r in context.rounds if first <= r.latest <= context.as_of)


def _unresolved(status: Status) -> bool:
    return status not in (Status.DORMANT, Status.RESOLVED)
