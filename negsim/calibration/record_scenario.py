"""An ordinary scenario of some talks from their record and that of others: chances a meeting, and an end for all.

What carried skill in forecasts of past talks (docs/track-record.md) in the words of the scenario language:

- issues are closed only at meetings: a channel whose gaps have the law of the talks' own gaps, other talks as the prior;
- each meeting closes an open issue with one chance, one not yet opened with a smaller one: partial pooling again;
- what is left is closed together when the talks end: a shock that is on its way, drawn once a run, which calls a last
  meeting in a mood in which everything settles. Its day is told by the announced date times a slip, and by the pace;
- talks may come to a stand for good: a rate of breakdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from negsim.calibration.evidence import NUMBERS
from negsim.calibration.partial import Floats, Law
from negsim.history.endings import pace_of, paced
from negsim.history.record import agenda_data, names_of
from negsim.history.scene import Scene
from negsim.history.scores import generator
from negsim.history.talks import Talks

#: How much an announced date weighs against the pace so far; what `negsim.history.model` averages over.
TRUST = 0.75
#: Draws behind what has no simple law, and the number of equally likely days that stand for the end.
DRAWS, VALUES = 4000, 40
#: Longer than this nobody waits: what is later is written as this many days.
MOST_DAYS = 36525
#: The mood at the last meeting: everything on its agenda settles.
SETTLES = 1e9


@dataclass(frozen=True)
class Fit:
    """What is known of each number for some talks, and from how many other talks."""

    laws: dict[str, Law]
    others: tuple[Talks, ...]
    scene: Scene

    def waiting(self) -> tuple[float, float]:
        """A Beta law of the chance a meeting to close an issue not yet opened, as slow as to open it and then close it.

        An issue needs ``1 / open`` meetings on average to be opened, and unless it is closed at once ``1 / close`` more.
        """
        random = generator("waiting", self.scene.talks.id, self.scene.now.on)
        opening, close, once = (self.laws[name].draws(random, DRAWS)[0] for name in ("open", "close", "at_once"))
        chance = 1.0 / (1.0 / opening + (1.0 - once) / close)
        mean, variance = float(chance.mean()), float(chance.var())
        strength = mean * (1.0 - mean) / variance - 1.0
        return mean * strength, (1.0 - mean) * strength

    def ends(self) -> Floats:
        """In how many days the talks end with all that is left: so many equally likely values, the soonest first."""
        random = generator("end", self.scene.talks.id, self.scene.now.on)
        law = pace_of(self.others)
        by_pace = np.exp(law.mean + law.spread * random.standard_normal(DRAWS)) * paced(self.scene)
        announced = self._announced(random)
        if announced is not None:
            by_pace = np.concatenate([announced, by_pace[: round(len(announced) * (1 / TRUST - 1))]])
        days = np.quantile(by_pace, (np.arange(VALUES) + 0.5) / VALUES)
        return np.clip(np.ceil(days), 1, MOST_DAYS)

    def _announced(self, random: np.random.Generator) -> Floats | None:
        """Days to the end by the latest announcement, given that it has not come yet."""
        from scipy.special import ndtr, ndtri

        target = self.scene.announced
        if target is None or target.latest <= target.said:
            return None
        whole, gone = (target.latest - target.said).days, (self.scene.now.on - target.said).days
        middle, spread = self.laws["slip"].draws(random, DRAWS)
        gone_by = ndtr((np.log(max(gone, 0.5) / whole) - np.log(middle)) / spread)
        u = np.clip(gone_by + (1.0 - gone_by) * random.random(DRAWS), 0.0, 1.0 - 1e-9)
        return np.asarray(middle * np.exp(spread * ndtri(u)) * whole - gone, dtype=np.float64)


def fit(scene: Scene, others: Sequence[Talks]) -> Fit:
    """What the record of some talks up to a day, and that of others, tell of the numbers of a scenario."""
    laws = {
        name: number.prior.posterior(
            [number.log_likelihood(talks, number.prior) for talks in others],
            number.log_likelihood(scene.talks, number.prior),
        )
        for name, number in NUMBERS.items()
    }
    return Fit(laws, tuple(others), scene)


def data(found: Fit) -> dict[str, Any]:
    """The scenario as a file would say it."""
    scene, laws = found.scene, found.laws
    talks = scene.talks
    ids = dict(zip((issue.name for issue in talks.sure), names_of(talks), strict=True))
    setups: dict[str, Any] = {}
    for issue in scene.targeted:
        chance = "close" if issue.opened else "close_unopened"
        setup: dict[str, Any] = {"settle": {"chance": {"parameter": chance}}}
        if issue.opened is None:
            setup["start"] = {"status": "raised"}
        setups[ids[issue.name]] = setup
    days = [days_text(value) for value in found.ends()]
    return {
        "title": f"{talks.title}, from the record",
        "agenda": agenda_data(talks),
        "as_of": str(scene.now.on),
        "horizon": f"{scene.horizon + 1} days",
        "parameters": {
            "close": {"value": beta(laws["close"].beta), "source": "history: x"},
            "close_unopened": {"value": beta(found.waiting()), "source": "history: x"},
            "gap": {"value": lognormal(laws["gap"]), "source": "history: x"},
            "end": {"value": {"empirical": {"values": days}}, "source": "history: x"},
            "stall": {"value": lognormal(laws["stall"], "per year"), "source": "history: x"},
        },
        "defaults": {"hours": "1 minute", "source": "judgement: x"},
        "issues": setups,
        "channels": {
            "meetings": {
                "title": "Meetings",
                "gap": {
                    "lognormal": {
                        "median": {"parameter": "gap"},
                        "q90": {"parameter": "gap", "times": figure(laws["gap"].ratio)},
                    }
                },
                "session": "24 hours",
                "since_last": days_text(scene.silent),
                "source": "history: x",
            }
        },
        "climate": {
            "start": "talks",
            "regimes": {"talks": {"breakdown": {"parameter": "stall"}}, "conclusion": {"settlement": SETTLES}},
            "source": "judgement: x",
        },
        "shocks": {
            "conclusion": {
                "title": "The talks end, with all that is left",
                "pending": [{"parameter": "end"}],
                "marks": [
                    {"kind": "climate", "to": "conclusion"},
                    {"kind": "meeting", "channel": "meetings", "after": "0 days"},
                ],
                "source": "history: x",
            }
        },
    }


def figure(value: float) -> float:
    """Three significant digits: more than a handful of talks can tell."""
    return float(f"{value:.3g}")


def days_text(value: float) -> str:
    """Whole days as a file says them."""
    return f"{round(value)} day{'' if round(value) == 1 else 's'}"


def beta(numbers: tuple[float, float]) -> dict[str, Any]:
    """A Beta law as a file says it."""
    return {"beta": {"a": figure(numbers[0]), "b": figure(numbers[1])}}


def lognormal(law: Law, unit: str = "days") -> dict[str, Any]:
    """A lognormal law as a file says it."""
    median, q90 = law.lognormal
    return {"lognormal": {"median": f"{figure(median):g} {unit}", "q90": f"{figure(q90):g} {unit}"}}
