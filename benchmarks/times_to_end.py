"""What tells how long a negotiation still takes to its conclusion? python benchmarks/times_to_end.py (half a minute).

The table stands in docs/track-record.md ("Negotiations that stand still"). No score of a forecast is used.

Each row is a set of signs in the law of `negsim.history.times_to_end`: Student's law of the logarithm of the days left,
given that the negotiation is concluded. Each negotiation that was concluded is left out in turn. The log-likelihood is
that of the logarithm of the days: its mean over the quarters of a negotiation, then over negotiations.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from negsim.history import Snapshot, Talks, landmarks, load
from negsim.history.times_to_end import COEFFICIENT, FREEDOM, LEVEL, ahead, between_meetings, fit_student
from negsim.quantities import DAYS_PER_YEAR

Floats = npt.NDArray[np.float64]


def days_to(snapshot: Snapshot, earliest: bool) -> float | None:
    """Days to the date ahead that was announced last, or to the earliest one."""
    on = snapshot.now.on
    said = [each.latest for each in snapshot.talks.targets if each.about == "end" and each.latest > on]
    last = ahead(snapshot)
    if last is None:
        return None
    return float(((min(said) if earliest else last.latest) - on).days)


def paced(snapshot: Snapshot) -> float:
    """Days needed at the pace so far: half of the way is to open all issues, half to close them."""
    at_once = sum(issue.at_once for issue in snapshot.now.closed)
    steps = 2.0 * len(snapshot.now.closed) + len(snapshot.now.open) - at_once
    whole = 2.0 * (len(snapshot.now.closed) + len(snapshot.now.open) + len(snapshot.now.waiting)) - at_once
    share = (steps + 0.5) / (whole + 1.0)
    first = snapshot.talks.first
    return ((snapshot.now.on - first).days + 90.0 if first else 90.0) * (1.0 - share) / share


def near(days: float | None) -> float:
    """The logarithm of days to a date; 0 without one."""
    return 0.0 if days is None else float(np.log((days + 30.0) / 180.0))


SIGNS: dict[str, Callable[[Snapshot], float]] = {
    "announced": lambda now: float(ahead(now) is not None),
    "to the latest announcement": lambda now: near(days_to(now, False)),
    "to the earliest date": lambda now: near(days_to(now, True)),
    "pace": lambda now: float(np.log(paced(now) / DAYS_PER_YEAR)) if now.talks.issues else 0.0,
    "age": lambda now: float(np.log(((now.now.on - now.days[0]).days + 90.0) / DAYS_PER_YEAR)) if now.days else 0.0,
    "closed": lambda now: len(now.now.closed) / max(len(now.talks.issues), 1),
    "days per meeting": between_meetings,
    "meetings": lambda now: float(np.log1p(sum((now.now.on - day).days <= DAYS_PER_YEAR for day in now.days))),
    "silence": lambda now: float(np.log((now.silent + 30.0) / 90.0)),
}
ADOPTED = ("announced", "to the latest announcement", "days per meeting")
SETS: dict[str, tuple[str, ...]] = {
    "none": (),
    "the pace so far": ("pace",),
    "age": ("age",),
    "share of issues closed": ("closed",),
    "meetings in the last year": ("meetings",),
    "days per meeting": ("days per meeting",),
    "the earliest announced date ahead": ("announced", "to the earliest date"),
    "the date ahead that was announced last": ("announced", "to the latest announcement"),
    "the same, days per meeting (adopted)": (*ADOPTED,),
    "these, and the pace so far": (*ADOPTED, "pace"),
    "these, and age": (*ADOPTED, "age"),
    "these, and share of issues closed": (*ADOPTED, "closed"),
    "these, and silence": (*ADOPTED, "silence"),
}


def seen(talks: Talks, names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """The signs at each landmark, and the logarithm of the years left."""
    before = [each for each in landmarks(talks) if each.now.on < talks.until]
    rows = [[1.0, *(SIGNS[name](each) for name in names)] for each in before]
    return np.array(rows), np.log([(talks.until - each.now.on).days / 365.0 for each in before])


def likelihood(ended: list[Talks], names: tuple[str, ...], out: Talks) -> float:
    """The mean log-likelihood of a negotiation that is left out."""
    from scipy.stats import t

    deviations = np.array([LEVEL, *(COEFFICIENT for _ in names)])
    mean, covariance, scale = fit_student([seen(each, names) for each in ended if each is not out], deviations)
    x, y = seen(out, names)
    wide = np.sqrt(scale**2 + np.einsum("ni,ij,nj->n", x, covariance, x))
    return float(np.mean(t.logpdf((y - x @ mean) / wide, FREEDOM) - np.log(wide)))


def main() -> None:
    """Print the table as Markdown."""
    ended = [talks for talks in load("seeds/histories").talks.values() if talks.end == "concluded"]
    print(f"{len(ended)} negotiations, {sum(bool(each.issues) for each in ended)} of them with issues\n")
    print("| what tells | all | with issues |\n|---|---|---|")
    for name, signs in SETS.items():
        found = [likelihood(ended, signs, out) for out in ended]
        issues = [each for each, talks in zip(found, ended, strict=True) if talks.issues]
        print(f"| {name} | {np.mean(found):.3f} | {np.mean(issues):.3f} |")


if __name__ == "__main__":
    main()
