"""Which signs tell whether a negotiation is concluded? python benchmarks/signs_of_conclusion.py (two minutes).

The table stands in docs/track-record.md ("Negotiations that stand still"). No score of a forecast is used.

Each row is a set of signs. Each negotiation with meetings is left out of the coefficients and of the laws of the gaps
in turn. The log loss of "concluded" is its mean over the quarters of a negotiation, then over negotiations; on first
days it is that of the first quarter. Of the negotiations of which only the start and the end are on record, each is
left out in turn. All rows have the evidence of the own gaps, and a level of their own for these outlines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from negsim.calibration.by_end import Meetings
from negsim.history import Snapshot, Talks, landmarks, load
from negsim.history.conclusion import PRIOR, SUBJECT, unannounced, weight_of_landmarks
from negsim.history.logistic import Logistic, fit_logistic
from negsim.history.start import SUBJECTS
from negsim.quantities import DAYS_PER_YEAR

Floats = npt.NDArray[np.float64]


def _ends(snapshot: Snapshot) -> list[int]:
    """Days from now to the dates that were announced for the end."""
    return [(each.latest - snapshot.now.on).days for each in snapshot.talks.targets if each.about == "end"]


def _barren(snapshot: Snapshot) -> float:
    if not snapshot.days or snapshot.now.closed:
        return 0.0
    return float(np.log1p((snapshot.now.on - snapshot.days[0]).days / DAYS_PER_YEAR))


#: The signs that change with time, by name.
OF_TIME: dict[str, Callable[[Snapshot], float]] = {
    "years without an announcement": lambda now: float(np.log1p(unannounced(now))),
    "an end is announced": lambda now: float(bool(_ends(now))),
    "an announced day lies ahead": lambda now: float(any(days > 0 for days in _ends(now))),
    "announced days that passed": lambda now: float(np.log1p(sum(days < 0 for days in _ends(now)))),
    "years without a closing": _barren,
    "silence since the last meeting": lambda now: float(np.log1p(now.silent / DAYS_PER_YEAR)),
}
#: The signs of the first day, by name.
OF_START: dict[str, Callable[[Talks], float]] = {
    "earlier talks failed": lambda talks: float(talks.start.earlier),
    "more than two sides": lambda talks: float(talks.start.many),
    "a mediator": lambda talks: float(talks.start.mediator),
    **{subject: lambda talks, subject=subject: float(talks.start.subject == subject) for subject in SUBJECTS},
}
SETS: dict[str, tuple[str, ...]] = {
    "none": (),
    "an announced end, years without a closing (versions 4 and 5)": ("an end is announced", "years without a closing"),
    "years without a closing": ("years without a closing",),
    "an announced day lies ahead": ("an announced day lies ahead",),
    "announced days that passed": ("announced days that passed",),
    "silence since the last meeting": ("silence since the last meeting",),
    "years without an announcement": ("years without an announcement",),
    "the same, subject": ("years without an announcement", *SUBJECTS),
    "the same, subject, earlier talks failed": ("years without an announcement", *SUBJECTS, "earlier talks failed"),
    "the same, subject, earlier talks failed, more than two sides (adopted)": (
        "years without an announcement", *SUBJECTS, "earlier talks failed", "more than two sides"
    ),
    "these and a mediator": (
        "years without an announcement", *SUBJECTS, "earlier talks failed", "more than two sides", "a mediator"
    ),
}  # fmt: skip


@cache
def signs_of(talks: Talks) -> Mapping[str, Floats]:
    """Every sign at each landmark of a negotiation, or on the first day of an outline."""
    seen = landmarks(talks)
    many = 1 if talks.outline else len(seen)
    found = {name: np.zeros(1) if talks.outline else np.array([sign(each) for each in seen])
             for name, sign in OF_TIME.items()}  # fmt: skip
    return found | {name: np.full(many, sign(talks)) for name, sign in OF_START.items()}


def rows(talks: Talks, names: Sequence[str], evidence: Sequence[float]) -> Floats:
    """A one, the level of an outline, the evidence of the own gaps, and some signs, at each landmark."""
    found = signs_of(talks)
    one = np.ones(len(evidence))
    return np.column_stack([one, one * talks.outline, evidence, *(found[name] for name in names)])


class Examined:
    """The negotiations with an end, and the evidence of their gaps under laws that leave another one out."""

    def __init__(self, talks: Sequence[Talks], outlines: Sequence[Talks]) -> None:
        self.outlines = outlines
        self.ended = [each for each in talks if each.end != "running" and landmarks(each)]
        self.meetings = {each.id: Meetings([one for one in talks if one is not each]) for each in self.ended}
        self.all_meetings = Meetings(talks)

    @cache  # noqa: B019 (lives as long as the run)
    def evidence(self, out: str, talks: Talks) -> list[float]:
        """The evidence of a negotiation at its landmarks, if ``out`` is left out of the laws."""
        meetings = self.meetings.get(out, self.all_meetings)
        if talks.id == out:
            return [meetings.evidence(each.talks) for each in landmarks(talks)]
        return meetings.evidence_at_landmarks(talks)

    def law(self, names: Sequence[str], out: str) -> Logistic:
        """The coefficients without one negotiation."""
        taught = [each for each in (*self.ended, *self.outlines) if each.id != out]
        parts = [rows(each, names, [0.0] if each.outline else self.evidence(out, each)) for each in taught]
        ended = [np.full(len(part), float(each.end == "concluded")) for each, part in zip(taught, parts, strict=True)]
        weight = weight_of_landmarks([each for each in taught if not each.outline])
        weights = [
            np.full(len(part), 1.0 if each.outline else weight) for each, part in zip(taught, parts, strict=True)
        ]
        deviations = [PRIOR] * 3 + [SUBJECT if name in SUBJECTS else PRIOR for name in names]
        return fit_logistic(*map(np.concatenate, (parts, ended, weights)), np.array(deviations))

    def losses(self, names: Sequence[str]) -> tuple[float, float, float, float]:
        """The log loss in all quarters, also of negotiations with issues alone, on first days, and of outlines."""
        whole, issues, first = [], [], []
        for talks in self.ended:
            law = self.law(names, talks.id)
            own = [law.probability(row) for row in rows(talks, names, self.evidence(talks.id, talks))]
            loss = [-np.log(p if talks.end == "concluded" else 1.0 - p) for p in own]
            whole.append(float(np.mean(loss)))
            issues += [whole[-1]] if talks.issues else []
            first.append(float(loss[0]))
        outlines = []
        for talks in self.outlines:
            p = self.law(names, talks.id).probability(rows(talks, names, [0.0])[0])
            outlines.append(-np.log(p if talks.end == "concluded" else 1.0 - p))
        return float(np.mean(whole)), float(np.mean(issues)), float(np.mean(first)), float(np.mean(outlines))


def main() -> None:
    """Print the table as Markdown."""
    record = load("seeds/histories")
    examined = Examined(list(record.talks.values()), record.outlines)
    print(f"{len(examined.ended)} negotiations, {len(examined.outlines)} of which only the start and the end are known")
    print("\n| signs, beside the gaps | all quarters | with issues | first days | outlines |\n|---|---|---|---|---|")
    for name, signs in SETS.items():
        print("| " + " | ".join([name, *(f"{loss:.3f}" for loss in examined.losses(signs))]) + " |")


if __name__ == "__main__":
    main()
