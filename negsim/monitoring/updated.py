"""The result of an update: which assumptions moved, the updated scenario, and the projection from both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.errors import NegsimError
from negsim.files import number_text
from negsim.monitoring.filtering import Branches
from negsim.monitoring.matching import Level
from negsim.monitoring.posterior import as_written, joint_values, put
from negsim.monitoring.what_happened import Observed

if TYPE_CHECKING:
    import pandas as pd

    from negsim.plots import Picture
    from negsim.projection import Projection
    from negsim.scenario import Scenario

#: Runs whose assumptions stand for the time before the record was looked at.
_BEFORE = 20_000
#: The distance of two distributions above which an assumption has moved: Kolmogorov's, at 99.9 %.
_MOVED = 1.95
#: The rank correlation, times the root of the number of runs, above which two assumptions go together. With forty
#: assumptions there are 780 pairs; by chance, one pair above it comes in 2,000 updates.
_TOGETHER = 5.0
_COLUMNS = {f"{when}_{share}": float for when in ("before", "after") for share in (10, 50, 90)} | {
    "distance": float,
    "moved": bool,
}
#: Fewer matching runs than this give a warning.
FEW = 200


@dataclass(frozen=True, eq=False)
class Update:
    """A scenario conditioned on the record between its day and a later day.

    ``found`` are the runs that match at the ``level``; each counts alike.

    >>> import negsim as ns
    >>> ns.update("record_alone", "2025-06-01", runs=200, enough=20).runs
    200
    """

    prior: Scenario
    day: date
    runs: int
    seed: int
    seen: Observed
    level: Level
    found: Branches

    def __repr__(self) -> str:
        return f"<Update of {self.prior.title!r} to {self.day}: {self.counted}>"

    def to_frame(self) -> pd.DataFrame:
        """The table of `assumptions`."""
        return self.assumptions

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        title = f"{self.prior.title}, conditioned on the record to {self.day}"
        foot = f"{self.counted}, seed {self.seed}. {self.warning}"
        return values_table(title, self.assumptions.reset_index().to_dict("records"), foot)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the matching runs, which stand for their assumptions; copies of the filter share one."""
        return tuple(self.found.numbers.tolist())

    @property
    def matching(self) -> int:
        """The number of matching runs."""
        return len(self.found.numbers)

    @property
    def effective(self) -> int:
        """The effective number of runs: that of different assumptions, ``(sum n)^2 / sum n^2`` for n copies of each."""
        return round(self.found.effective)

    @property
    def method(self) -> str:
        """How matching runs were found: `rejection`, or the sequential `filter`."""
        return "filter" if self.found.turns else "rejection"

    @property
    def counted(self) -> str:
        """The number of matching runs in words."""
        if not self.found.turns:
            return f"{self.matching:,} of {self.runs:,} runs match"
        stages = len(self.found.turns) + 1
        return f"{self.matching:,} runs match, found in {stages} stages; effective number {self.effective:,}"

    @property
    def warning(self) -> str:
        """A warning if the effective number of runs is small; else empty."""
        if self.effective >= FEW:
            return ""
        if self.found.turns:
            return f"the effective number of runs is only {self.effective}; shares are coarse. Use more runs."
        return f"only {self.matching} of {self.runs:,} runs match the record; their shares are coarse. Use more runs."

    @cached_property
    def _draws(self) -> tuple[tuple[str, ...], Any, Any]:
        from negsim.simulation import compile

        compiled = compile(self.prior)
        before = compiled.assumed(self.seed, 0, min(self.runs, _BEFORE))
        after = np.array([compiled.assumed(self.seed, number, 1)[0] for number in self.numbers])
        return tuple(compiled.assumptions), before, after

    @cached_property
    def assumptions(self) -> pd.DataFrame:
        """A row per assumption: 10, 50 and 90 % points before and after, their ``distance``, and whether it ``moved``.

        ``distance`` is the largest difference of the two distribution functions (Kolmogorov). An assumption has moved
        if it is above 1.95 sqrt(1/n + 1/m) for effective numbers n and m of runs, a level of 0.1 %. A scenario without
        assumptions has no rows.
        """
        import pandas as pd

        names, before, after = self._draws
        rows = []
        limit = _MOVED * np.sqrt(1 / len(before) + 1 / self.found.effective)
        for old, new in zip(np.sort(before, axis=0).T, np.sort(after, axis=0).T, strict=True):
            at = np.concatenate([old, new])
            shares = [np.searchsorted(sample, at, side="right") / len(sample) for sample in (old, new)]
            distance = float(np.max(np.abs(shares[0] - shares[1])))
            points = [np.quantile(sample, (0.1, 0.5, 0.9), method="inverted_cdf") for sample in (old, new)]
            rows.append([*points[0], *points[1], distance, distance > limit])
        index = pd.Index(names, name="assumption", dtype="str")
        table = pd.DataFrame(rows, index, list(_COLUMNS)).astype(_COLUMNS)
        return table.sort_values("distance", ascending=False, kind="stable")

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as of the day, with the assumptions that moved as observed in the matching runs.

        Each of them gets 199 equally likely values, drawn together as rows (`joint`). How they go together with
        assumptions that did not move is not kept; `correlations` lists it, and `continued` keeps it. The time until a
        pending shock is the exception: it counts from another day, so it has the law of `Scenario.at`.
        """
        from negsim.scenario import from_mapping
        from negsim.simulation import compile

        kinds = compile(self.prior).assumptions
        names, _, after = self._draws
        later = self.prior.at(self.day)
        data = later.resolved()
        before = self.prior.parameters
        waits = {f"parameters.{name}" for name, each in later.parameters.items() if each != before.get(name)}
        moved = self.assumptions.index[self.assumptions["moved"] & ~self.assumptions.index.isin(waits)]
        columns = joint_values(after[:, [names.index(name) for name in moved]])
        for name, values in zip(moved, columns.T, strict=True):
            put(data, name, as_written(values, kinds[name], f"update {self.day}"), self._line)
        return from_mapping(data, f"{self.prior.title}, updated")

    @cached_property
    def correlations(self) -> pd.DataFrame:
        """Pairs of assumptions that go together after the update: ``rank_correlation`` (Spearman), the largest first.

        ``kept``: whether the updated scenario keeps it, because both moved. Listed are pairs above
        5 / sqrt(effective number), so that hardly any is listed by chance.
        """
        import pandas as pd

        names, _, after = self._draws
        moved = self.assumptions["moved"]
        ranks = pd.DataFrame(after, columns=list(names)).rank()
        ranks = ranks.loc[:, ranks.nunique() > 1]
        table = np.atleast_2d(np.corrcoef(ranks.to_numpy(), rowvar=False)) if ranks.shape[1] > 1 else np.zeros((0, 0))
        limit = _TOGETHER / np.sqrt(self.found.effective)
        rows = [
            (a, b, float(table[i, j]), bool(moved[a] and moved[b]))
            for i, a in enumerate(ranks.columns)
            for j, b in enumerate(ranks.columns)
            if i < j and abs(table[i, j]) > limit
        ]
        rows.sort(key=lambda row: -abs(row[2]))
        return pd.DataFrame(rows, columns=["first", "second", "rank_correlation", "kept"])

    @property
    def _line(self) -> str:
        return (
            f"arithmetic: conditioned on the record from {self.prior.as_of} to {self.day} by negsim update; "
            f"{self.counted if self.found.turns else self.counted.replace(',', '')}, seed {self.seed}"
        )

    @cached_property
    def continued(self) -> Projection:
        """The projection of the matching runs, played on to the horizon of the earlier scenario."""
        from dataclasses import replace

        from negsim.analysis import count
        from negsim.projection import run
        from negsim.simulation import compile
        from negsim.simulation.engines import batch

        compiled = compile(self.prior)
        found = self.found
        outcomes, rows = batch.branches(compiled, self.seed, found.numbers, found.lucks, found.turns)
        tally = count(outcomes, rows, compiled.horizon, max((len(options) for options in compiled.options), default=0))
        words = f"that match the record up to {self.day}"
        whole = run(self.prior, 1, self.seed, "batch")
        return replace(
            whole, tally=tally, kept=(outcomes, rows), condition=words, selected=self.numbers,
            replayable=not found.turns,
        )  # fmt: skip

    @cached_property
    def restarted(self) -> Projection:
        """The projection of the updated `scenario`, from the record of the day."""
        from negsim.projection import run

        return run(self.scenario, seed=self.seed)

    @property
    def sentences(self) -> list[str]:
        """Which assumptions gained and lost, in words."""
        if self.assumptions.empty:
            return ["no assumption is uncertain"]
        found = []
        for name, row in self.assumptions[self.assumptions["moved"]].iterrows():
            way = "larger" if row["after_50"] > row["before_50"] else "smaller"
            now, then = (
                f"{middle} (80 %: {low} to {high})"
                for middle, low, high in (
                    (number_text(row[f"{when}_{part}"]) for part in (50, 10, 90)) for when in ("after", "before")
                )
            )
            found.append(f"{name} is {way}: median {now}, before {then}")
        return found or ["no assumption moved by more than chance allows"]

    def plot(self, top: int = 12) -> Picture:
        """A picture of the assumptions that moved most, before and after.

        Raises:
            NegsimError: no assumption is uncertain.
        """
        if self.assumptions.empty:
            raise NegsimError("no assumption is uncertain, so there is no picture of them")
        from negsim.plots import Shift, shift_picture
        from negsim.projection import context_of
        from negsim.scenario import place_words

        note = f"{self.counted}. The record up to {self.day}: {self.level.words}."
        shown = self.assumptions.head(top)
        labels = [place_words(str(path), self.prior) for path in shown.index]
        return shift_picture(Shift(context_of(self.prior), shown, labels, note))

    def table(self) -> pd.DataFrame:
        """For each issue, the probability that it is resolved by the last day of the horizon of the earlier scenario.

        ``before``: without the record; ``restarted``: the updated scenario from the record of the day; ``continued``:
        the matching runs.
        """
        import pandas as pd

        from negsim.projection import run

        last = min(self.prior.horizon, self.scenario.horizon) - timedelta(days=1)
        before = run(self.prior, seed=self.seed).resolved_by(last)
        tables = {
            "before": before,
            "restarted": self.restarted.resolved_by(last),
            "continued": self.continued.resolved_by(last),
        }
        return pd.DataFrame({"title": before["title"], **{name: table["p"] for name, table in tables.items()}})

    def data(self) -> dict[str, Any]:
        """The result as plain data."""
        table = self.assumptions.reset_index()
        return {
            "title": self.prior.title,
            "as_of": str(self.prior.as_of),
            "to": str(self.day),
            "runs": self.runs,
            "seed": self.seed,
            "record": self.seen.words,
            "match": self.level.words,
            "method": self.method,
            "matching": self.matching,
            "effective": self.effective,
            "warning": self.warning,
            "assumptions": table.astype({"moved": bool}).to_dict("records"),
            "correlations": self.correlations.to_dict("records"),
            "hash": self.scenario.hash,
        }
