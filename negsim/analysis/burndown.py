"""How many issues are unresolved on each day: as recorded, then as projected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from negsim.analysis.setting import Setting
from negsim.analysis.tally import Tally

if TYPE_CHECKING:
    import pandas as pd

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


def projected(tally: Tally, as_of: date) -> pd.DataFrame:
    """The projection, a row a day from ``as_of`` on: quantiles of the number unresolved over the runs, and its mean.

    A quantile is the smallest number that at least that share of the runs does not exceed.
    """
    import pandas as pd

    horizon_days, levels = len(tally.open), np.arange(tally.open.shape[1])
    below = np.cumsum(tally.open, axis=1)
    columns = {name: (below < q * tally.runs - 1e-9).sum(axis=1) for name, q in QUANTILES.items()}
    dates = [as_of + timedelta(days=i) for i in range(horizon_days)]
    return pd.DataFrame({"date": dates, **columns, "mean": tally.open @ levels / tally.runs})


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
    tally: Tally,
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
    table = projected(tally, setting.as_of)
    return Burndown(
        setting=setting,
        recorded=shown,
        projected=table,
        rounds=tuple(r for r in rounds if first <= r.latest <= setting.as_of),
        earlier=record["date"].iloc[0] if len(shown) < len(record) else None,
        runs=tally.runs,
        at_horizon={name: int(table[name].iloc[-1]) for name in QUANTILES},
        note=note,
    )
