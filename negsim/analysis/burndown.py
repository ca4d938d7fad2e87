"""How many issues are unresolved on each day: as recorded, then as projected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.setting import Setting
from negsim.analysis.summary import days

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: The quantiles of the number unresolved that a burndown shows: the median and the middle 50 and 80 % of runs.
QUANTILES = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}


@dataclass(frozen=True)
class Change:
    """One recorded change of the number of unresolved issues, known to lie between two dates (both included)."""

    earliest: date
    latest: date
    step: int


@dataclass(frozen=True)
class Round:
    """A round of talks that was held, known to lie between two dates (both included)."""

    earliest: date
    latest: date
    title: str


def recorded(changes: Iterable[Change], as_of: date) -> pd.DataFrame:
    """The recorded past: on each day from the first change to ``as_of``, the least and most that can have been open.

    The two differ while the record knows only the month of a change; a month counts when it is over. Columns:
    ``date``, ``low``, ``high``.

    >>> june = Change(date(2024, 6, 1), date(2024, 6, 30), +1)
    >>> table = recorded([june], date(2024, 7, 2))
    >>> table.iloc[[0, 29, 31]][["low", "high"]].values.tolist()
    [[0, 1], [1, 1], [1, 1]]
    """
    import pandas as pd

    known = [c for c in changes if c.latest <= as_of]
    start = min((c.earliest for c in known), default=as_of)
    low = np.zeros((as_of - start).days + 1, dtype=np.int64)
    high = low.copy()
    for change in known:
        first, last = (change.earliest - start).days, (change.latest - start).days
        late, early = (low, high) if change.step > 0 else (high, low)
        late[last:] += change.step
        early[first:] += change.step
    return pd.DataFrame({"date": [start + timedelta(days=i) for i in range(len(low))], "low": low, "high": high})


def counts(opened: Array, resolved: Array, horizon_days: int) -> Array:
    """In how many runs k issues are open and unresolved at the end of each day: an array (days, k), exact.

    ``opened`` and ``resolved`` hold times in days, runs by issues, NaN for never. An issue that lapsed stays
    unresolved.

    >>> never = float("nan")
    >>> counts(np.array([[0.0, 0.0]]), np.array([[1.5, never]]), 3).tolist()
    [[0, 0, 1], [0, 1, 0], [0, 1, 0]]
    """
    runs, n = opened.shape
    when = np.concatenate([days(opened), days(resolved)], axis=1)
    step = np.repeat([1, -1], n)[None, :].repeat(runs, axis=0)
    order = np.argsort(when, axis=1, kind="stable")
    when, step = np.take_along_axis(when, order, axis=1), np.take_along_axis(step, order, axis=1)
    after = np.cumsum(step, axis=1)
    seen = when < horizon_days
    day, after, step = when[seen].astype(np.int64), after[seen], step[seen]
    # Each change takes its run from one level to another on its day; the running sum over days gives the levels.
    size = (horizon_days, n + 1)
    moves = np.bincount(day * (n + 1) + after, minlength=horizon_days * (n + 1))
    moves -= np.bincount(day * (n + 1) + after - step, minlength=horizon_days * (n + 1))
    table = moves.reshape(size)
    table[0, 0] += runs
    return np.cumsum(table, axis=0)


def projected(opened: Array, resolved: Array, as_of: date, horizon_days: int) -> pd.DataFrame:
    """The projection, a row a day from ``as_of`` on: quantiles of the number unresolved over the runs, and its mean.

    A quantile is the smallest number that at least that share of the runs does not exceed.
    """
    import pandas as pd

    table = counts(opened, resolved, horizon_days)
    runs, levels = len(opened), np.arange(table.shape[1])
    below = np.cumsum(table, axis=1)
    columns = {name: (below < q * runs - 1e-9).sum(axis=1) for name, q in QUANTILES.items()}
    dates = [as_of + timedelta(days=i) for i in range(horizon_days)]
    return pd.DataFrame({"date": dates, **columns, "mean": table @ levels / runs})


@dataclass(frozen=True)
class Burndown:
    """A burndown: the record up to ``as_of``, the projection from there on, and what can be said of it in words.

    ``recorded`` has columns date, low, high; ``projected`` has date, q10, q25, median, q75, q90, mean. ``earlier`` is
    the first date of the record if that lies before the part that is shown, else None.
    """

    setting: Setting
    recorded: pd.DataFrame
    projected: pd.DataFrame
    rounds: tuple[Round, ...]
    earlier: date | None
    runs: int
    at_horizon: dict[str, int]
    note: str

    @property
    def total(self) -> int:
        """How many issues there are."""
        return len(self.setting.issues)

    @property
    def span(self) -> tuple[date, date]:
        """The first date that is shown, and the horizon."""
        first = self.recorded["date"].iloc[0] if len(self.recorded) > 1 else self.setting.as_of
        return first, self.setting.horizon

    @property
    def verdict(self) -> str:
        """How many issues are unresolved at the horizon: the median and the middle 80 % of runs."""
        ends = self.at_horizon
        span = f"{ends['q10']} to {ends['q90']}" if ends["q10"] != ends["q90"] else f"{ends['q10']}"
        return f"{ends['median']} of {self.total} unresolved at the horizon ({span} in 80 % of runs)"

    def table(self) -> pd.DataFrame:
        """Both parts in one tidy table: ``part`` is recorded (low, high) or projected (the quantiles and the mean)."""
        import pandas as pd

        parts = [self.recorded.assign(part="recorded"), self.projected.assign(part="projected")]
        table = pd.concat(parts, ignore_index=True)
        whole = ["low", "high", *QUANTILES]
        return table.astype(dict.fromkeys(whole, "Int64"))[["date", "part", *whole, "mean"]]


def burndown(
    setting: Setting,
    outcomes: Array,
    changes: Iterable[Change],
    rounds: Iterable[Round],
    note: str = "",
    past: float = 0.45,
) -> Burndown:
    """Put record and projection together.

    ``past`` limits how much of the record is shown, as a share of the projection's length: the record of an old
    dispute would otherwise squeeze what is asked about.
    """
    horizon_days = setting.horizon_days
    record = recorded(changes, setting.as_of)
    first = setting.as_of - timedelta(days=round(past * horizon_days))
    shown = record[record["date"] >= first].reset_index(drop=True)
    table = projected(outcomes["opened"], outcomes["resolved"], setting.as_of, horizon_days)
    return Burndown(
        setting=setting,
        recorded=shown,
        projected=table,
        rounds=tuple(r for r in rounds if first <= r.latest <= setting.as_of),
        earlier=record["date"].iloc[0] if len(shown) < len(record) else None,
        runs=len(outcomes),
        at_horizon={name: int(table[name].iloc[-1]) for name in QUANTILES},
        note=note,
    )
