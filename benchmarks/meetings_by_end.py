"""Do meetings and closings depend on whether a negotiation is concluded? python benchmarks/meetings_by_end.py (1 min).

The tables stand in docs/track-record.md ("Negotiations that stand still"). No score of a forecast is used.

1. The log-likelihood of each negotiation, left out of the laws: one law for all, or one for the class that it is in.
2. The prequential log loss of single closings: each quarter from the first opening to the end, each open issue, within
   some days, given the own past and the class. The final package is no single closing. Means over issues, quarters and
   the negotiations of a class.
3. The log loss of "concluded", with and without the evidence of the own gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from negsim.calibration.by_end import Meetings, meetings_to_the_end
from negsim.calibration.evidence import NUMBERS, Seen, between_meetings
from negsim.calibration.partial import Law, Prior
from negsim.history import Snapshot, Talks, concluding, generator, issue_stays, landmarks, load, without_package
from negsim.quantities import DAYS_PER_YEAR

Floats = npt.NDArray[np.float64]
#: Days of the windows, draws, and the most meetings in a window.
WINDOWS, DRAWS, MOST = (91, 365, 1096), 600, 80


@dataclass(frozen=True)
class Closings:
    """Single closings in some years of open issues, under a rate per year."""

    years: float
    number: int

    def __len__(self) -> int:
        """The closings."""
        return self.number

    def log_likelihood(self, prior: Prior) -> Floats:
        """The Poisson density."""
        rate = prior.of_scale(prior.effects)[:, None]
        return np.asarray(self.number * np.log(rate) - rate * self.years, dtype=np.float64)


def per_year(talks: Talks) -> Closings:
    """Years in which issues were open, and single closings in them."""
    issues = [issue for issue in without_package(talks).sure if issue.opened and not issue.at_once]
    days = [((issue.closed or talks.until) - issue.opened).days for issue in issues if issue.opened]
    return Closings(sum(days) / DAYS_PER_YEAR, sum(issue.closed is not None for issue in issues))


class Pooled:
    """The laws of a number for each left-out negotiation, and its log-likelihood there."""

    def __init__(self, prior: Prior, seen: Callable[[Talks], Seen], ended: Sequence[Talks], classed: bool) -> None:
        self.prior, self.seen, self.loss = prior, seen, 0.0
        terms = {talks.id: prior.integrated(seen(talks).log_likelihood(prior)) for talks in ended}
        weights = np.log(prior._hyper[1])[:, None]
        self.laws: dict[str, Floats] = {}
        for out in ended:
            rest = [talks for talks in ended if talks is not out]
            if classed:
                sums = [
                    sum((terms[talks.id] for talks in rest if talks.end == end), 0.0 * terms[out.id])
                    for end in ("concluded", "stalled")
                ]
                law = prior.by_class((sums[0], sums[1]))[out.end != "concluded"]
            else:
                whole = weights + sum(terms[talks.id] for talks in rest)
                law = prior._hyper[0].T @ np.exp(whole - whole.max())
                law = law / law.sum()
            log = seen(out).log_likelihood(prior)
            self.loss += float(np.log((law * np.exp(log - log.max())).sum()) + log.max())
            self.laws[out.id] = law

    def of(self, name: str, own: Talks) -> Law:
        """The law for a negotiation that was left out, after its own past."""
        return self.prior.updated(self.laws[name], self.seen(own).log_likelihood(self.prior))


def held(law: Law, silent: int, windows: Sequence[int], on: date, name: str) -> list[Floats]:
    """The distribution of the number of meetings in each window, given the silence so far."""
    from scipy.special import ndtr, ndtri

    random = generator("held", name, on)
    median, spread = law.draws(random, DRAWS)
    over = ndtr(np.log(max(silent, 0.5) / median) / spread)
    first = median * np.exp(spread * ndtri(np.clip(over + (1.0 - over) * random.random(DRAWS), 0.0, 1.0 - 1e-9)))
    gaps = np.maximum(median * np.exp(spread * random.standard_normal((MOST, DRAWS))), 1.0)
    when = first - silent + np.concatenate([np.zeros((1, DRAWS)), np.cumsum(gaps, axis=0)])
    return [np.bincount((when <= days).sum(axis=0), minlength=MOST + 2) / DRAWS for days in windows]


def losses(ended: Sequence[Talks], gaps: Pooled, close: Pooled) -> list[Floats]:
    """The prequential log loss of single closings at meetings by window: concluded negotiations, others, all."""

    def chance(talks: Talks, snapshot: Snapshot, stood: int, windows: Sequence[int]) -> Floats:
        now = snapshot.now.on
        p, share = close.of(talks.id, snapshot.talks).draws(generator("close", talks.id, now), DRAWS)
        stays = issue_stays(share, p, stood)
        none = (stays + (1.0 - stays) * (1.0 - p) ** np.arange(MOST + 2)[:, None]).mean(axis=1)
        numbers = held(gaps.of(talks.id, snapshot.talks), snapshot.silent, windows, now, talks.id)
        return 1.0 - np.asarray([float(number @ none) for number in numbers])

    return _losses(ended, chance)


def losses_of_rate(ended: Sequence[Talks], rate: Pooled) -> list[Floats]:
    """The same for closings at a constant rate per year."""

    def chance(talks: Talks, snapshot: Snapshot, stood: int, windows: Sequence[int]) -> Floats:
        law = rate.of(talks.id, replace(snapshot.talks, end="running"))
        values = law.prior.of_scale(law.prior.effects)
        years = np.asarray(windows) / DAYS_PER_YEAR
        return np.asarray(-np.expm1(-np.outer(years, values)) @ law.weights.sum(axis=1))

    return _losses(ended, chance)


def _losses(ended: Sequence[Talks], chance: Callable[[Talks, Snapshot, int, Sequence[int]], Floats]) -> list[Floats]:
    found: dict[bool, list[Floats]] = {True: [], False: []}
    for talks in ended:
        issues = {issue.name: issue for issue in without_package(talks).issues}
        quarters = []
        for snapshot in landmarks(talks):
            left = (talks.until - snapshot.now.on).days
            windows = [min(days, left) for days in WINDOWS]
            each = []
            for issue in snapshot.now.open:
                after = issues[issue.name]
                if left > 0 and not after.closed_unsure and issue.opened:
                    stood = sum(day > issue.opened for day in snapshot.days)
                    p = np.clip(chance(talks, snapshot, stood, windows), 1e-6, 1.0 - 1e-9)
                    days = (after.closed - snapshot.now.on).days if after.closed else np.inf
                    each.append(-np.where(days <= np.asarray(windows), np.log(p), np.log1p(-p)))
            if each:
                quarters.append(np.mean(each, axis=0))
        if quarters:
            found[talks.end == "concluded"].append(np.mean(quarters, axis=0))
    whole = found[True] + found[False]
    return [np.mean(values, axis=0) for values in (found[True], found[False], whole)]


def loss_of_conclusion(ended: Sequence[Talks], evidence: bool) -> float:
    """The log loss of "concluded" at the landmarks of left-out negotiations."""
    found = []
    for out in ended:
        rest = [talks for talks in ended if talks is not out]
        meetings = Meetings(rest)
        law = concluding(rest, further=meetings.evidence_at_landmarks if evidence else None)
        p = np.array([
            law.probability(each, *([meetings.evidence(each.talks)] if evidence else [])) for each in landmarks(out)
        ])  # fmt: skip
        if len(p):
            found.append(float(-np.log(p if out.end == "concluded" else 1.0 - p).mean()))
    return float(np.mean(found))


def main() -> None:
    """Print the tables."""
    ended = [talks for talks in load("seeds/histories").talks.values() if talks.end != "running"]
    print("| number | one law for all | a law for each class |\n|---|---|---|")
    made: dict[tuple[str, bool], Pooled] = {}
    seen: dict[str, Callable[[Talks], Seen]] = {name: NUMBERS[name].seen for name in ("close", "open", "at_once")}
    for name, of in {"gap": meetings_to_the_end, **seen}.items():
        made |= {(name, classed): Pooled(NUMBERS[name].prior, of, ended, classed) for classed in (False, True)}
        print(f"| {NUMBERS[name].words} | {made[name, False].loss:.1f} | {made[name, True].loss:.1f} |")
    rate = Prior("log", 0.1, 1.5, 1.0)
    one = Pooled(NUMBERS["gap"].prior, between_meetings, ended, False)
    rows = {
        "one law of gaps and of chances": losses(ended, one, made["close", False]),
        "gaps by class": losses(ended, made["gap", True], made["close", False]),
        "gaps and chances by class": losses(ended, made["gap", True], made["close", True]),
        "a constant rate of closings by class": losses_of_rate(ended, Pooled(rate, per_year, ended, True)),
    }
    print("\n| closings |", *(f"{end}, {days} days |" for end in ("concluded", "not", "all") for days in WINDOWS))
    print("|---" * 10 + "|")
    for name, row in rows.items():
        print(f"| {name} |", *(f"{value:.4f} |" for value in np.concatenate(row)))
    print("\nlog loss of concluded:", *(f"{loss_of_conclusion(ended, evidence):.3f}" for evidence in (False, True)))


if __name__ == "__main__":
    main()
