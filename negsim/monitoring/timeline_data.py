"""A timeline and its scores."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.agenda import Status
from negsim.history import scores

if TYPE_CHECKING:
    import pandas as pd

    from negsim.plots import Picture
    from negsim.scenario import Scenario

#: Days ahead at which probabilities are compared with what happened.
AHEAD = (90, 180, 365)
_BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0 + 1e-9)


def flip_flop(values: Any) -> float:
    """The flip-flop index: ``(sum |x(i+1) - x(i)| - (max - min)) / (n - 2)``; 0 for a series that goes one way.

    Griffiths, Foley, Ioannou, Leeuwenburg 2019, Meteorological Applications 26, 30-35. NaN for fewer than three values.

    >>> flip_flop([0.5, 0.2, 0.6]), flip_flop([0.1, 0.2, 0.6])
    (0.3, 0.0)
    """
    x = np.asarray(values, float)
    if len(x) < 3:
        return float("nan")
    return round(float((np.abs(np.diff(x)).sum() - (x.max() - x.min())) / (len(x) - 2)), 12)


@dataclass(frozen=True, eq=False)
class Timeline:
    """The projection of a scenario as of several days; ``parts`` holds the counts of each day.

    >>> import negsim as ns
    >>> ns.timeline("record_alone", dates=["2025-04-10", "2025-10-10"], runs=20)
    <Timeline of 'From the record alone': 2 days, 20 runs each, seed 1>
    """

    scenario: Scenario
    parts: Mapping[date, Mapping[str, Any]]
    issues: tuple[str, ...]
    runs: int
    seed: int

    def __repr__(self) -> str:
        return (
            f"<Timeline of {self.scenario.title!r}: {len(self.parts)} days, {self.runs:,} runs each, seed {self.seed}>"
        )

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Timeline:
        """Read a folder written by `negsim.timeline`.

        Raises:
            NegsimError: the folder holds no timeline, or does not match its manifest.
        """
        from negsim.files import reading
        from negsim.monitoring.timeline_storage import DATA, read

        with reading(Path(folder) / DATA):
            found = cls(**read(Path(folder)))
            found.table  # noqa: B018  (needs every part)
        return found

    def to_frame(self) -> pd.DataFrame:
        """The table: a row per day and issue."""
        return self.table

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        rows = self.table.pivot(index="day", columns="issue", values="p").reset_index().to_dict("records")
        title = f"{self.scenario.title}: probability by {self.scenario.horizon - timedelta(days=1)}, as of each day"
        return values_table(title, rows, f"{self.runs:,} runs for each day, seed {self.seed}.")

    def cdf(self, day: date, issue: str) -> Any:
        """The probability that an issue is resolved by the end of day 0, 1, ... from ``day``; None if not in play."""
        counts = self.parts[day]["resolved"].get(issue)
        return None if counts is None else np.asarray(counts, float) / self.parts[day]["runs"]

    def settled(self, issue: str) -> date | None:
        """The day on which an issue was resolved by the record; None if it was not."""
        history = self.scenario.record.issues[issue].history
        return next((one.date.latest for one in history if one.status is Status.RESOLVED), None)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per day and issue: ``p`` by the last day before the horizon, the ``p50`` date, ``expected_left``.

        An issue that is resolved by the day has p = 1. ``expected_left``: the expected number of issues that are not
        resolved by that last day.
        """
        import pandas as pd

        rows = []
        for day in self.parts:
            found = {issue: self._row(day, issue) for issue in self.issues}
            left = sum(1 - row["p"] for row in found.values())
            rows += [{"day": str(day), "issue": name, **row, "expected_left": left} for name, row in found.items()]
        return pd.DataFrame(rows)

    def _row(self, day: date, issue: str) -> dict[str, Any]:
        cdf, settled = self.cdf(day, issue), self.settled(issue)
        if cdf is None:
            done = settled is not None and settled <= day
            return {"p": float(done), "p50": str(settled) if done else ""}
        reached = np.flatnonzero(cdf >= 0.5)
        return {"p": float(cdf[-1]), "p50": str(day + timedelta(days=int(reached[0]))) if len(reached) else ""}

    @cached_property
    def jumpiness(self) -> pd.DataFrame:
        """The flip-flop index of the probability of each issue, with its smallest and largest value."""
        grouped = self.table.groupby("issue", sort=False)["p"]
        return grouped.agg(flip_flop=flip_flop, least="min", most="max").reset_index()

    def scores(self, today: date | None = None) -> pd.DataFrame:
        """Scores of each projection of the timeline against the record up to ``today``, by default its last day.

        A row per day and issue: ``brier`` of the probability by today, ``crps`` (days) and ``log`` of min(T, today),
        which are proper whether or not it is over (Taggart, Loveday, Louis 2026, arXiv:2603.14835).
        """
        import pandas as pd

        last = today or self.scenario.record.last_day
        rows = []
        for day, issue, cdf, outcome in self._judged(last):
            span = min((last - day).days, len(cdf) - 1)
            rows.append(
                {
                    "day": str(day),
                    "issue": issue,
                    "settled": outcome is not None,
                    "p": float(cdf[span]),
                    "brier": scores.brier(cdf, outcome, span),
                    "crps": scores.crps(cdf, outcome, span),
                    "log": scores.log_score(cdf[: span + 1], outcome, span),
                }
            )
        return pd.DataFrame(rows, columns=["day", "issue", "settled", "p", "brier", "crps", "log"])

    def _judged(self, last: date) -> Any:
        for day in self.parts:
            for issue in self.issues:
                cdf, settled = self.cdf(day, issue), self.settled(issue)
                if cdf is not None and day < last:
                    known = settled is not None and settled <= last
                    yield day, issue, cdf, (settled - day).days if known and settled is not None else None

    def reliability(self, today: date | None = None) -> pd.DataFrame:
        """Forecast probabilities 90, 180 and 365 days ahead, in bins, and the share that came true."""
        import pandas as pd

        last = today or self.scenario.record.last_day
        pairs = [
            (ahead, float(cdf[ahead]), float(outcome is not None and outcome <= ahead))
            for day, _, cdf, outcome in self._judged(last)
            for ahead in AHEAD
            if day + timedelta(days=ahead) <= last and ahead < len(cdf)
        ]
        table = pd.DataFrame(pairs, columns=["days", "forecast", "happened"])
        table["bin"] = np.digitize(table["forecast"], _BINS)
        grouped = table.groupby(["days", "bin"]).agg(
            forecast=("forecast", "mean"), happened=("happened", "mean"), cases=("happened", "size")
        )
        found = grouped.reset_index().drop(columns="bin")
        return found.assign(weight=found["cases"] / max(found["cases"].sum(), 1))

    @cached_property
    def events(self) -> pd.DataFrame:
        """The events of the record between the first and the last day: ``day``, ``event`` and ``what``.

        An event is a round, an announcement or a cancellation; its day is the last possible one.
        """
        import pandas as pd

        record, span = self.scenario.record, (min(self.parts), max(self.parts))
        events = [(one.date.latest, "round", one.title) for one in record.rounds.values()]
        events += [(one.said.latest, "announcement", one.what) for one in record.targets]
        off = [(one.cancelled, one.what) for one in record.targets]
        events += [(day.latest, "cancellation", what) for day, what in off if day is not None]
        inside = sorted((str(day), *rest) for day, *rest in events if span[0] <= day <= span[1])
        return pd.DataFrame(inside, columns=["day", "event", "what"])

    def data(self) -> dict[str, Any]:
        """The timeline as plain data: for each issue the values of ``days`` in order, and the events of the record.

        >>> import negsim as ns
        >>> found = ns.timeline("record_alone", dates=["2025-04-10", "2025-10-10"], runs=20).data()
        >>> found["days"], list(found["issues"][0])
        (['2025-04-10', '2025-10-10'], ['id', 'title', 'p', 'p50', 'flip_flop'])
        """
        jumps = {name: jump if jump == jump else None for name, jump in self.jumpiness[["issue", "flip_flop"]].values}
        by_issue = dict(list(self.table.groupby("issue")))
        return {
            "title": self.scenario.title,
            "by": str(self.scenario.horizon - timedelta(days=1)),
            "runs": self.runs,
            "seed": self.seed,
            "days": [str(day) for day in self.parts],
            "issues": [
                {
                    "id": name,
                    "title": self.scenario.record.issues[name].short_title,
                    "p": by_issue[name]["p"].tolist(),
                    "p50": by_issue[name]["p50"].tolist(),
                    "flip_flop": jumps[name],
                }
                for name in self.issues
            ],
            "expected_left": self.table.groupby("day", sort=False)["expected_left"].first().tolist(),
            "events": self.events.to_dict("records"),
        }

    def plot(self) -> Picture:
        """A picture: the probability of each issue over the days, with rounds, cancellations and announcements."""
        from negsim.plots import History, history_picture
        from negsim.projection import context_of

        titles = {name: self.scenario.record.issues[name].short_title for name in self.issues}
        events = [(kind, date.fromisoformat(day)) for day, kind in self.events[["day", "event"]].values]
        note = f"{self.runs:,} runs for each day, seed {self.seed}. Each projection knows the record of its day only."
        by = self.scenario.horizon - timedelta(days=1)
        return history_picture(History(context_of(self.scenario), self.table, titles, events, by, note))

    def reliability_plot(self, today: date | None = None) -> Picture:
        """The reliability of the probabilities as a picture."""
        from negsim.plots import record_picture, reliability

        return record_picture(reliability, self.reliability(today))
