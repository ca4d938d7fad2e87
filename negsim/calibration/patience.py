"""How long the patience of a side in such talks is, by approximate Bayesian computation.

Days of agreement come out of two curves of concession, a zone, meetings, moods and shocks, so patience has no
likelihood that could be written down. Instead the talks on record are played again under the scenario's own
assumptions (`negsim.calibration.replay`) with many laws of patience; those under which the issues are closed about as
soon as on record stay, by sequential Monte Carlo (pyABC; Toni et al. 2009, "Approximate Bayesian computation scheme for
parameter inference", J. R. Soc. Interface 6).

A law is a lognormal *across talks*: each side draws its patience once in each talks. Compared are two numbers for the
two unknowns: talks are one figure each, the mean of their shares closed in one, two, three years and by the end of
their record; the mean over talks tells of the median, the spread between them of how far patience differs. More numbers
(each share by itself) tell hardly more of the law and need many times the particles. Talks count alike, however many
issues they have.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis import quiet
from negsim.calibration.patience_fields import Place, unfit
from negsim.calibration.patience_fields import places as places_of
from negsim.calibration.replay import YEARS, Floats, Replay, replay
from negsim.errors import NegsimError
from negsim.files import TextStyle, pad, wrap
from negsim.history import Talks
from negsim.quantities import DAYS_PER_YEAR
from negsim.scenario import load, read_extended
from negsim.simulation import stream

if TYPE_CHECKING:
    import pandas as pd

#: What the law of patience may be before the data are seen, even on a logarithmic scale; both are judgements. The
#: median runs from two months, about two meetings, to fifteen years; the ratio of the 90 % quantile to the median from
#: talks that are all alike to talks of which one is over in months and another outlives who began it.
MEDIAN = (60.0, 15 * DAYS_PER_YEAR)
RATIO = (1.3, 30.0)
#: Particles of a generation and the number of generations; each halves the distance that is let pass.
POPULATION, GENERATIONS = 500, 5
#: How many draws the posterior is handed on as, and how many of them are played again for the check.
DRAWS, CHECKED = 1000, 250
#: The figures of a `Replay` in words.
FIGURES = (*(f"{years} year{'s' if years > 1 else ''}" for years in YEARS), "end of record")
_Z90 = 1.2815515655446004


@dataclass(frozen=True, eq=False)
class Patience:
    """What talks on record tell of patience: the law across talks, and how well it gives back what happened.

    ``median`` (days) and ``ratio`` (90 % quantile to median) are equally weighted draws of the posterior. ``check`` has
    a row for each talks and figure: the share of ``issues`` closed as ``observed`` and as ``low``, ``middle`` and
    ``high`` (10, 50, 90 %) in talks that are played under the posterior. ``distance`` is how far from the record the
    last generation was let be: the mean absolute difference of the two numbers of `summary`.
    """

    places: tuple[Place, ...]
    median: Floats
    ratio: Floats
    check: pd.DataFrame
    talks: int
    issues: int
    distance: float
    played: int
    seed: int

    def __repr__(self) -> str:
        return f"<Patience: {self.law['lognormal']}, {self.issues} issues of {self.talks} talks>"

    @cached_property
    def law(self) -> dict[str, dict[str, str]]:
        """The patience to expect in new talks as a distribution of a scenario file.

        The lognormal that has the median and the 90 % quantile of the mixture over the posterior, so that what is not
        known of the law is in it.
        """
        median, q90 = (_in_words(self.quantile(p)) for p in (0.5, 0.9))
        return {"lognormal": {"median": median, "q90": q90}}

    def quantile(self, p: float) -> float:
        """A quantile of the patience to expect in new talks, in days."""
        from scipy.optimize import brentq
        from scipy.special import ndtr

        m, s = np.log(self.median), np.log(self.ratio) / _Z90
        low, high = float((m - 9 * s).min()), float((m + 9 * s).max())
        return math.exp(brentq(lambda x: float(ndtr((x - m) / s).mean()) - p, low, high, xtol=1e-12))

    @property
    def source(self) -> list[str]:
        """Where the law comes from, as lines of a scenario file."""
        median, q90 = self.law["lognormal"].values()
        low, high = (_in_words(float(np.quantile(self.median, p))) for p in (0.05, 0.95))
        least, most = (f"{np.quantile(self.ratio, p):.2g}" for p in (0.05, 0.95))
        prior = [_in_words(days) for days in MEDIAN]
        return [
            f"history: issues.csv, {self.issues} issues of {self.talks} talks that took longer than a day, simulated "
            f"under this scenario's other assumptions (approximate Bayesian computation): half of such talks have a "
            f"patience below {median}, nine in ten below {q90}",
            f"history: before that, by judgement, a lognormal across talks with a median from {prior[0]} to {prior[1]} "
            f"and a 90 % quantile {RATIO[0]:g} to {RATIO[1]:g} times that; so few talks leave the median at {low} to "
            f"{high} and the ratio at {least} to {most} (90 %), which is in the figures above",
        ]

    @property
    def changes(self) -> dict[str, Any]:
        """What the template is to say instead, by the paths of the file, as `Scenario.replace` takes it."""
        said: dict[str, Any] = {}
        for place in self.places:
            said[f"parameters.{place.parameter}.value"] = self.law
            said[f"parameters.{place.parameter}.source"] = self.source
            if place.direct:
                said[place.path] = {"parameter": place.parameter}
        return said

    def data(self) -> dict[str, Any]:
        """The fit as plain data."""
        return {
            "law": self.law,
            "talks": self.talks,
            "issues": self.issues,
            "median_days": [round(float(np.quantile(self.median, p)), 1) for p in (0.05, 0.5, 0.95)],
            "ratio": [round(float(np.quantile(self.ratio, p)), 2) for p in (0.05, 0.5, 0.95)],
            "distance": round(self.distance, 4),
            "check": self.check.to_dict("records"),
        }

    def text(self, look: TextStyle) -> list[str]:
        """The fit as lines for a terminal: the law, and how the talks went beside talks played under it."""
        law = self.law["lognormal"]
        head = (
            f"Patience of a side: half below {law['median']}, nine in ten below {law['q90']}. Share of the issues "
            "closed in talks on record, and in such talks simulated:"
        )
        heads = ("record", "10 %", "50 %", "90 %")
        left = look.width - 8 * len(heads)
        lines = [*wrap(head, look.width), pad("", left) + "".join(each.rjust(8) for each in heads)]
        for row in self.check.to_dict("records"):
            shares = (row["observed"], row["low"], row["middle"], row["high"])
            name = f"{row['talks']}, {row['closed_within']}"
            lines.append(pad(name, left) + "".join(f"{100 * share:.0f} %".rjust(8) for share in shares))
        return lines


def why_not(template: str | os.PathLike[str] | Mapping[str, Any]) -> str:
    """Why there is no patience to calibrate in a scenario (a file, or its data), in words; empty if there is.

    Raises:
        InputError: the file is not in order.

    >>> why_not("scenarios/baseline.yaml"), why_not("scenarios/base_rates.yaml")
    ('', 'issues settle by chance, and not by concession')
    """
    if isinstance(template, Mapping):
        return unfit(template)
    load(template)
    return unfit(read_extended(template).data)


def patience(
    template: str | os.PathLike[str] | Mapping[str, Any],
    talks: Sequence[Talks],
    seed: int = 1,
    progress: Callable[[int], object] | None = None,
    population: int = POPULATION,
    generations: int = GENERATIONS,
) -> Patience:
    """Fit the law of patience across talks so that the talks on record go about as they went.

    Args:
        template: the scenario whose other assumptions hold: a file, or the plain data of a valid one.
        talks: records with issues; cut them by `known_by` to fit what was known on a day.
        seed: the key of all draws: the same seed gives the same figures.
        progress: called with how many more sets of talks were played; how many it takes is not known before.
        population: the particles of a generation.
        generations: how often the distance that is let pass is halved in rank.

    Raises:
        NegsimError: there is nothing to calibrate (`why_not` says why), no issue on record took talks, or pyABC is
            missing.
    """
    need_pyabc()
    if reason := why_not(template):
        raise NegsimError(f"there is no patience to calibrate: {reason}")
    data, places = places_of(template if isinstance(template, Mapping) else read_extended(template).data)
    replays = [played for each in talks if (played := replay(data, each, seed)) is not None]
    replays = [played for played in replays if not np.isnan(played.observed()).all()]
    if not replays:
        raise NegsimError("no issue on record took talks and was followed long enough to tell of patience")
    play = _Play(replays, tuple(dict.fromkeys(place.parameter for place in places)), seed, progress)
    particles, weights, distance = _abc(play, seed, population, generations)
    # Equally spaced steps through the weights: each particle as often as its weight says, with no draw but order.
    at = np.searchsorted(np.cumsum(weights) / weights.sum(), (np.arange(DRAWS) + 0.5) / DRAWS)
    draws = particles[at]
    issues = sum(len(each.issues) for each in replays)
    check = _check(replays, np.array([play(theta) for theta in draws[:: DRAWS // CHECKED]]))
    median, ratio = draws.T
    return Patience(tuple(places), median, ratio, check, len(replays), issues, distance, play.number, seed)


def need_pyabc() -> None:
    """See that pyABC is installed.

    Raises:
        NegsimError: it is not.
    """
    from importlib.util import find_spec

    if find_spec("pyabc") is None:
        raise NegsimError(
            "how patient sides are is found with pyABC: pip install 'negsim[calibrate]', or leave patience as it is "
            "(negsim calibrate --no-patience)"
        )


class _Play:
    """Plays all talks once under a law, with luck of its own each time: the shares, (talks, figures)."""

    def __init__(
        self,
        replays: Sequence[Replay],
        parameters: Sequence[str],
        seed: int,
        progress: Callable[[int], object] | None,
    ) -> None:
        self.replays, self.parameters, self.progress = replays, parameters, progress
        self.key = _key(seed, "patience")
        self.number = 0

    def __call__(self, theta: Floats) -> Floats:
        median, ratio = theta
        luck = np.random.Generator(np.random.Philox(key=self.key, counter=[0, 0, 0, self.number]))
        drawn = luck.standard_normal((len(self.replays), len(self.parameters)))
        days = median * np.exp(drawn * (np.log(ratio) / _Z90))
        names = [f"parameters.{name}" for name in self.parameters]
        shares = [
            each.played(dict(zip(names, row.tolist(), strict=True)), self.number)
            for each, row in zip(self.replays, days, strict=True)
        ]
        self.number += 1
        if self.progress is not None:
            self.progress(1)
        return np.array(shares)


def _abc(play: _Play, seed: int, population: int, generations: int) -> tuple[Floats, Floats, float]:
    """The last generation: particles (median, ratio), their weights, and the distance that was let pass."""
    from tempfile import TemporaryDirectory

    with quiet():
        import pyabc

    def model(theta: Mapping[str, float]) -> dict[str, Floats]:
        return {"summary": summary(play(np.exp([theta["median"], theta["ratio"]])))}

    def distance(a: Mapping[str, Floats], b: Mapping[str, Floats]) -> float:
        return float(np.abs(a["summary"] - b["summary"]).mean())

    bounds = {"median": np.log(MEDIAN), "ratio": np.log(RATIO)}
    prior = pyabc.Distribution(**{key: pyabc.RV("uniform", low, high - low) for key, (low, high) in bounds.items()})
    # A file and not a database in memory, which pyABC never closes.
    with TemporaryDirectory() as folder, quiet(), _own_luck(seed):
        abc = pyabc.ABCSMC(
            model,
            prior,
            distance,
            population_size=population,
            eps=pyabc.QuantileEpsilon(alpha=0.5),
            sampler=pyabc.sampler.SingleCoreSampler(),
        )
        abc.new(f"sqlite:///{folder}/history.db", {"summary": summary(np.array([r.observed() for r in play.replays]))})
        history = abc.run(max_nr_populations=generations)
        frame, weights = history.get_distribution()
        distances = history.get_weighted_distances()["distance"]
    return np.exp(frame[["median", "ratio"]].to_numpy()), np.asarray(weights), float(distances.max())


def summary(shares: Floats) -> Floats:
    """What is compared of shares (talks, figures): the mean over talks of their mean share, and its standard deviation.

    >>> summary(np.array([[0.2, 0.4], [0.7, np.nan]])).round(6).tolist()
    [0.5, 0.2]
    """
    each = np.nanmean(shares, 1)
    return np.array([each.mean(), each.std()])


def _check(replays: Sequence[Replay], played: Floats) -> pd.DataFrame:
    """The table of `Patience.check`, from shares (draws, talks, figures)."""
    import pandas as pd

    rows = []
    for n, each in enumerate(replays):
        followed = (~np.isnan(each.counted)).sum(1)
        for f, observed in enumerate(each.observed()):
            if followed[f]:
                low, middle, high = np.quantile(played[:, n, f], [0.1, 0.5, 0.9], method="inverted_cdf")
                rows.append((each.talks.id, FIGURES[f], int(followed[f]), observed, low, middle, high))
    return pd.DataFrame(rows, columns=["talks", "closed_within", "issues", "observed", "low", "middle", "high"])


@contextmanager
def _own_luck(seed: int) -> Iterator[None]:
    """PyABC draws from NumPy's global generator: lend it a seed, and give everybody else's state back."""
    before = np.random.get_state()
    np.random.seed(_key(seed, "pyabc") & 0xFFFFFFFF)
    try:
        yield
    finally:
        np.random.set_state(before)


def _key(seed: int, what: str) -> int:
    return stream(f"calibrate/{seed}/{what}") & (2**63 - 1)


def _in_words(days: float) -> str:
    """A duration to two figures, in the unit that people would use.

    >>> [_in_words(days) for days in (45, 400, 2000, 20000)]
    ['45 days', '13 months', '5.5 years', '55 years']
    """
    if days < 90:
        return f"{days:.0f} days"
    if days < 2 * DAYS_PER_YEAR:
        return f"{days / DAYS_PER_YEAR * 12:.2g} months"
    years = days / DAYS_PER_YEAR
    return f"{years:.1f} years" if years < 10 else f"{float(f'{years:.2g}'):.0f} years"
