"""Simple forecasts of the next offer, of the settlement's value and of its day.

Values are shares of the way between the first demands. A simple forecast of a value is one number. It is scored as it
is, and with the errors that it made in other negotiations around it ("with errors").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from negsim.history.offer_situations import Outcome, Situation
from negsim.history.offer_steps import SidePath

Floats = npt.NDArray[np.float64]

VALUES = (
    "no change",
    "middle of the last offers",
    "middle of the first demands",
    "linear extrapolation",
    "exponential extrapolation",
)
DATES = ("Kaplan-Meier from the first offer", "Kaplan-Meier from the last offer")


def next_offers(now: Situation, side: int) -> dict[str, float]:
    """The next offer of a side, as share of the way from the first demand of side A.

    Linear: the last step again. Exponential: the last step times its quotient with the step before, half of it if there
    is only one; the quotient lies in [0, 1].
    """
    a, b = _paths(now)
    path = (a, b)[side]
    last, step, quotient = path.before, *_steps(path)
    own = {
        "no change": last,
        "linear extrapolation": last + step,
        "exponential extrapolation": last + quotient * step,
    }
    found = {name: share if side == 0 else 1.0 - share for name, share in own.items()}
    return found | {"middle of the last offers": _middle(a.before, b.before), "middle of the first demands": 0.5}


def settlements(now: Situation) -> dict[str, float]:
    """The value of the settlement, as share of the way from the first demand of side A.

    No change: the last offer of all. Linear: where the lines through first and last offers of both sides cross, else
    the middle of the last offers. Exponential: the middle of the limits of both sides, whose steps shrink by the
    quotient of `next_offers`.
    """
    a, b = _paths(now)
    middle = _middle(a.before, b.before)
    speeds = [_speed(path, now) for path in (a, b)]
    left = 1.0 - a.before - b.before
    linear = a.before + speeds[0] * left / sum(speeds) if sum(speeds) > 0 else middle
    limits = [path.before + step * min(q / (1.0 - q), 1.0) if q < 1.0 else path.before + step
              for path in (a, b) for step, q in [_steps(path)]]  # fmt: skip
    return {
        "no change": a.before if now.last == 0 else 1.0 - b.before,
        "middle of the last offers": middle,
        "middle of the first demands": 0.5,
        "linear extrapolation": linear,
        "exponential extrapolation": _middle(*limits),
    }


def _paths(now: Situation) -> tuple[SidePath, SidePath]:
    a, b = now.paths
    if a is None or b is None:
        raise ValueError("a side was silent")
    return a, b


def _middle(a: float, b: float) -> float:
    return (a + 1.0 - b) / 2.0


def _steps(path: SidePath) -> tuple[float, float]:
    """The last step of a side, and its quotient with the step before (a half if there is none)."""
    shares = [0.0, *(step.share for step in path.offers)]
    if len(shares) < 2:
        return 0.0, 0.5
    last = shares[-1] - shares[-2]
    before = shares[-2] - shares[-3] if len(shares) > 2 else 0.0
    return last, float(np.clip(last / before, 0.0, 1.0)) if before else 0.5


def _speed(path: SidePath, now: Situation) -> float:
    """Mean concession a day since the first offer; 0 if the side has not moved towards the other."""
    return max(path.before, 0.0) / max(float((now.on - path.start).days), 0.5)


class KaplanMeier:
    """Kaplan and Meier's estimator of the time to a settlement, 1958.

    Args:
        times: days to the settlement, or to the end of the record.
        events: whether it was settled then.
    """

    def __init__(self, times: Sequence[float], events: Sequence[bool]) -> None:
        pairs = sorted(zip(times, events, strict=True))
        self.times: list[float] = []
        self.survival: list[float] = []
        left = 1.0
        for time in sorted({time for time, event in pairs if event}):
            risk = sum(each >= time for each, _ in pairs)
            left *= 1.0 - sum(each == time and event for each, event in pairs) / risk
            self.times.append(time)
            self.survival.append(left)

    def after(self, days: float) -> float:
        """The probability that it takes longer.

        >>> KaplanMeier([1, 2, 3], [True, False, True]).after(2)
        0.6666666666666667
        """
        place = int(np.searchsorted(self.times, days, side="right"))
        return self.survival[place - 1] if place else 1.0

    def cdf(self, horizon: int, elapsed: float = 0.0) -> Floats:
        """The probability of a settlement by each day after ``elapsed``, given none until then.

        If no case on record lasted as long, it is 0.
        """
        base = self.after(elapsed)
        days = np.arange(horizon + 1) + elapsed
        if base <= 0.0:
            return np.zeros(horizon + 1)
        places = np.searchsorted(self.times, days, side="right")
        survival = np.append(1.0, self.survival)[places]
        return np.asarray(1.0 - survival / base)


def kaplan_meier(found: Sequence[tuple[Situation, Outcome]], from_last: bool, horizon: float) -> KaplanMeier:
    """The estimator from the cases of other negotiations; a failure counts as unsettled at the horizon.

    Args:
        found: all cases.
        from_last: count from each offer; otherwise from the first offer on each issue, once.
        horizon: days.
    """
    times, events = [], []
    for now, then in found:
        if not from_last and now.elapsed > 0:
            continue
        end = then.settlement.on if then.settlement is not None else then.followed
        time = horizon if end is None else min(float((end - now.on).days), horizon)
        times.append(time)
        events.append(then.settlement is not None and time < horizon)
    return KaplanMeier(times, events)
