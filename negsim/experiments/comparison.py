"""Comparison of scenarios with a first one, run by run with the same random numbers."""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from negsim.analysis import compare as paired
from negsim.analysis import comparison_sentences as verdicts
from negsim.errors import NegsimError
from negsim.projection import Projection
from negsim.scenario import Difference, differences

if TYPE_CHECKING:
    import pandas as pd

    from negsim.analysis import Paired
    from negsim.plots import Picture


@dataclass(frozen=True, eq=False)
class Comparison:
    """Projections with the same random numbers: each of the ``others`` against the ``baseline``.

    ``by`` is the date of the verdicts; see `compare` for its default.
    ``pairs`` holds the figures as objects, one `Paired` for each of the others.

    Raises:
        NegsimError: the projections have other runs, seeds or lucks, or no issue or date in common.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> c = ns.compare(s, s.replace({"tactics.us.beta": 0.1}), runs=200)
    >>> c.issues.loc[("B", "visas"), ["p_base", "p_other", "difference"]].round(3).tolist()
    [0.555, 0.53, -0.025]
    >>> [d.words for d in c.differences()]
    ['United States beta: parameter us_beta -> 0.1 (9 issues)']
    """

    baseline: Projection
    others: tuple[Projection, ...]
    by: date | None = None

    def __post_init__(self) -> None:
        if not self.others:
            raise NegsimError("a comparison takes two scenarios or more")
        if conditional := [each for each in self.projections if each.condition]:
            words = conditional[0].condition
            raise NegsimError(f"a comparison needs all runs, but a projection is conditional ({words})")
        wrong = []
        for label, other in zip(self.labels[1:], self.others, strict=True):
            for what in ("runs", "seed", "luck"):
                mine, its = getattr(self.baseline, what), getattr(other, what)
                if mine != its:
                    wrong.append(f"A has {what} {mine:,}, {label} has {its:,}")
        if wrong:
            raise NegsimError(f"only runs with the same random numbers can be compared run by run: {'; '.join(wrong)}")
        assert self.pairs

    def __repr__(self) -> str:
        first, *others = map(repr, self.names)
        return f"<Comparison: {', '.join(others)} with {first}, {self.runs:,} runs, seed {self.seed}>"

    @property
    def runs(self) -> int:
        """Number of pairs of runs."""
        return self.baseline.runs

    @property
    def seed(self) -> int:
        """The common seed."""
        return self.baseline.seed

    @property
    def projections(self) -> tuple[Projection, ...]:
        """The baseline and the others."""
        return (self.baseline, *self.others)

    @property
    def labels(self) -> list[str]:
        """Labels in tables: A is the baseline, B the first of the others."""
        letters = string.ascii_uppercase
        return [letters[k] if k < len(letters) else f"#{k + 1}" for k in range(len(self.others) + 1)]

    @cached_property
    def pairs(self) -> tuple[Paired, ...]:
        """The figures of each of the others against the baseline."""
        base, *others = (replace(p.context, title=name) for p, name in zip(self.projections, self.names, strict=True))
        before = self.baseline.outcomes["resolved"]
        return tuple(
            paired(base, before, context, other.outcomes["resolved"], self.by)
            for other, context in zip(self.others, others, strict=True)
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The titles of the scenarios. Equal titles get the name of the file, or else the label."""
        titles = [p.scenario.title for p in self.projections]
        files = [_file_names(p.scenario.file) for p in self.projections]
        names = []
        for k, title in enumerate(titles):
            same = [n for n, other in enumerate(titles) if other == title]
            choices = [[files[n][depth] for n in same] for depth in (0, 1)]
            clear = [names for names in choices if "" not in names and len(set(names)) == len(names)]
            own = clear[0][same.index(k)] if clear else self.labels[k]
            names.append(title if len(same) == 1 else f"{title} ({own})")
        return tuple(names)

    def differences(self, number: int = 0) -> tuple[Difference, ...]:
        """Which assumptions differ between the baseline and one of the others (0 is the first of them)."""
        return differences(self.baseline.scenario, self.others[number].scenario)

    @property
    def issues(self) -> pd.DataFrame:
        """A row for each of the others and each issue in both; the issue ``all`` is resolved with the last of them.

        ``p_base``, ``p_other``: probabilities to be resolved by the date of the verdicts; ``difference`` with ``se``,
        ``low``, ``high``: the other's minus the base's, paired, with its 95 % interval; ``p50_...``: the 50 % dates
        (None: not within the dates compared), their difference in days (NaN) and the ends of its interval (infinite: no
        bound); ``mean_days`` with ``mean_days_se``, ``..._low``, ``..._high``: the mean difference in the time to
        resolution in days, restricted to the last common date; ``earlier``, ``same``, ``later``: shares of runs in
        which the other resolves it earlier, on the same day or later, with 95 % intervals; ``saved``: by how much
        shared random numbers divide the variance; ``verdict``.
        """
        from negsim.analysis import comparison_table

        return comparison_table(self.labels, self.pairs).set_index(["scenario", "issue"])

    def to_frame(self) -> pd.DataFrame:
        """The table ``issues``."""
        return self.issues

    def plot(self) -> Picture:
        """A picture with its data: for each issue the difference in the share resolved and in the mean time.

        Differences are those of ``issues``: the other minus the baseline, in points and in days, with 95 % intervals.
        A notebook shows it; ``.save("x.svg")`` writes it with its data beside it.

        >>> import negsim as ns
        >>> ns.compare("baseline", "both_conciliatory", runs=20).plot()
        <Picture with 10 rows of data; .save('x.svg') writes both>
        """
        from negsim.analysis import comparison
        from negsim.plots import comparison_picture

        return comparison_picture(comparison(self.labels, self.pairs, f"How computed: {self.provenance}."))

    @property
    def chances(self) -> pd.DataFrame:
        """The differences of probabilities on every date: a row for each of the others, issue and date."""
        import pandas as pd

        from negsim.analysis import estimate_columns

        rows = [
            {"scenario": label, "issue": issue.facts.id, "by": day, "p_base": found.base.p, "p_other": found.other.p}
            | estimate_columns("difference", "", found.difference)
            | {"saved": found.saved}
            for label, pair in zip(self.labels[1:], self.pairs, strict=True)
            for issue in (*pair.issues, pair.every)
            for day, found in issue.by.items()
        ]
        return pd.DataFrame(rows).set_index(["scenario", "issue", "by"])

    @property
    def verdict(self) -> str:
        """The verdict over all issues, a line for each of the others."""
        return "\n".join(verdicts.verdict(pair) for pair in self.pairs)

    @property
    def notes(self) -> list[str]:
        """What is compared, and how to read the figures, in sentences."""
        several = len(self.others) > 1
        notes = []
        for number, (label, other, pair) in enumerate(zip(self.labels[1:], self.others, self.pairs, strict=True)):
            if (pair.base.as_of, pair.base.horizon) != (pair.other.as_of, pair.other.horizon):
                notes.append(
                    f"A covers {pair.base.as_of} to {pair.base.last_day}, {label} {pair.other.as_of} to "
                    f"{pair.other.last_day}: compared on the dates that both cover, {pair.start} to {pair.last_day}."
                )
            for who, only in (("A", pair.only_base), (label, pair.only_other)):
                if only:
                    versus = f" (against {label})" if several and who == "A" else ""
                    notes.append(f"Only in {who}{versus}: {', '.join(facts.title for facts in only)}.")
            if dict(self.baseline.versions) != dict(other.versions):
                notes.append(f"A and {label} were run with different versions; part of the differences may be theirs.")
            if not self.differences(number):
                notes.append(f"A and {label} assume the same.")
        notes.append(
            "Intervals are 95 % intervals of the simulation, each for itself: about one in twenty misses. They do not "
            "cover errors of the assumptions. All figures hold if the sides concede as the scenarios assume; they are "
            "not a forecast of what the sides will do."
        )
        return notes

    @property
    def provenance(self) -> str:
        """Runs, seed and scenarios in one line."""
        hashes = ", ".join(f"{k} {p.hash[:8]}" for k, p in zip(self.labels, self.projections, strict=True))
        return f"{self.runs:,} pairs of runs, seed {self.seed}, scenarios {hashes}"

    def data(self) -> dict[str, Any]:
        """Plain data for JSON; dates are ISO text; null for a date not reached and for no bound."""
        from negsim.experiments.comparison_data import comparison_data

        assumed = [self.differences(number) for number in range(len(self.others))]
        return comparison_data(self.labels, self.projections, self.pairs, assumed, self.notes)

    def _repr_html_(self) -> str:
        from negsim.experiments.comparison_html import comparison_html

        assumed = [self.differences(number) for number in range(len(self.others))]
        return comparison_html(self.labels, self.pairs, assumed, self.provenance, self.notes)


def _file_names(file: str | None) -> tuple[str, str]:
    """The name of a file without its ending, alone and with its folder; empty for a scenario without a file."""
    path = PurePath(file or "")
    return path.stem, f"{path.parent.name}/{path.stem}" if file else ""
