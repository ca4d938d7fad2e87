"""The patience of a side, estimated by approximate Bayesian computation.

Days of agreement result from two concession curves, meetings, climate and shocks, so patience has no likelihood in
closed form. Instead the record is simulated under the other assumptions of the scenario (`negsim.calibration.replay`)
with many laws of patience, drawn from the prior. The laws whose simulated record is nearest to the real one are
accepted (rejection; Pritchard et al. 1999, Mol. Biol. Evol. 16:1791-1798).

A law is a lognormal *across negotiations*: each side draws its patience once in each negotiation. Two summaries are
compared for two unknowns. The figure of a negotiation is the mean of its shares of issues closed within one, two and
three years and by the end of its record. The mean over negotiations tells of the median, the standard deviation of the
ratio. Negotiations have the same weight, however many issues they have.

All draws are keyed by seed, number and name, as in the engines. So the result does not depend on the executor.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.calibration.patience_fields import places as places_of
from negsim.calibration.patience_fields import unfit
from negsim.calibration.patience_law import MEDIAN, RATIO, Z90, Patience
from negsim.calibration.replay import YEARS, Floats, Replay, replay
from negsim.errors import NegsimError
from negsim.history import Talks
from negsim.projection import spread
from negsim.scenario import load, read_extended
from negsim.simulation import uniforms

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

#: How many laws are drawn from the prior, and how many of them are accepted.
PLAYS, KEPT = 16_000, 500
#: How many accepted laws are simulated again for the check.
CHECKED = 250
#: Laws in a piece of work.
_PIECE = 50
#: The figures of a `Replay` in words.
FIGURES = (*(f"{years} year{'s' if years > 1 else ''}" for years in YEARS), "end of record")


def why_not(template: str | os.PathLike[str] | Mapping[str, Any]) -> str:
    """The reason why a scenario (a file, or its data) has no patience to calibrate; empty if it has one.

    Raises:
        InputError: the file is invalid.

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
    plays: int = PLAYS,
    kept: int = KEPT,
    executor: Executor | None = None,
) -> Patience:
    """Estimate the law of patience across negotiations from records.

    Args:
        template: the scenario with the other assumptions: a file, or the plain data of a valid one.
        talks: records with issues; cut them by `known_by` to use what was known on a day.
        seed: the key of all draws. The same seed gives the same figures.
        progress: called with how many more laws were simulated, of ``plays`` and of those for the check.
        plays: how many laws are drawn from the prior.
        kept: how many of them are accepted: those with the smallest distance.
        executor: processes that simulate; none: this process. The figures are the same.

    Raises:
        NegsimError: the template has no patience to calibrate (`why_not` gives the reason), no issue on record tells of
            it, or ``kept`` is not between 1 and ``plays``.
    """
    if not 1 <= kept <= plays:
        raise NegsimError(f"kept must be between 1 and plays, {plays}, but was {kept}")
    if reason := why_not(template):
        raise NegsimError(f"there is no patience to calibrate: {reason}")
    data, places = places_of(template if isinstance(template, Mapping) else read_extended(template).data)
    replays = [played for each in talks if (played := replay(data, each, seed)) is not None]
    replays = [played for played in replays if not np.isnan(played.observed()).all()]
    if not replays:
        raise NegsimError("no issue on record took talks and was followed long enough to tell of patience")
    play = Play(replays, tuple(dict.fromkeys(place.parameter for place in places)), seed)
    laws = np.array([prior(seed, number) for number in range(plays)])
    shares = _simulated(play, laws, 0, executor, progress)
    record = summary(np.array([each.observed() for each in replays]))
    distances = np.abs(np.array([summary(each) for each in shares]) - record).mean(axis=1)
    accepted = np.argsort(distances, kind="stable")[:kept]
    # Fresh numbers, so that the check does not use the simulations that selected the laws.
    checked = laws[np.sort(accepted)[np.arange(min(CHECKED, kept)) * kept // min(CHECKED, kept)]]
    check = _check(replays, _simulated(play, checked, plays, executor, progress))
    median, ratio = laws[accepted].T
    issues = sum(len(each.issues) for each in replays)
    largest = float(distances[accepted[-1]])
    number = plays + len(checked)
    return Patience(tuple(places), median, ratio, check, len(replays), issues, largest, number, seed)


def prior(seed: int, number: int) -> Floats:
    """A law, (median, ratio), drawn from the prior.

    >>> median, ratio = prior(1, 0)
    >>> bool(MEDIAN[0] < median < MEDIAN[1] and RATIO[0] < ratio < RATIO[1])
    True
    """
    low, high = np.log(np.array([MEDIAN, RATIO])).T
    drawn: Floats = np.exp(low + (high - low) * uniforms(seed, number, "calibrate/law of patience", 2))
    return drawn


@dataclass(frozen=True)
class Play:
    """All that is needed to simulate the record under a law."""

    replays: Sequence[Replay]
    parameters: Sequence[str]
    seed: int

    def shares(self, law: Floats, number: int) -> Floats:
        """The shares of closed issues, (negotiations, figures), in the simulation of that number."""
        from scipy.special import ndtri

        median, ratio = law
        u = uniforms(self.seed, number, "calibrate/patience", len(self.replays) * len(self.parameters))
        days = median * np.exp(ndtri(u.reshape(len(self.replays), -1)) * (np.log(ratio) / Z90))
        names = [f"parameters.{name}" for name in self.parameters]
        return np.array(
            [
                each.played(dict(zip(names, row.tolist(), strict=True)), number)
                for each, row in zip(self.replays, days, strict=True)
            ]
        )


def piece_of(play: Play, piece: tuple[int, Floats]) -> tuple[int, Floats]:
    """A piece of work: the number of its first simulation, and the shares under each of its laws."""
    first, laws = piece
    return first, np.array([play.shares(law, first + n) for n, law in enumerate(laws)])


def _simulated(
    play: Play,
    laws: Floats,
    first: int,
    executor: Executor | None,
    progress: Callable[[int], object] | None,
) -> Floats:
    """The shares under each law, (laws, negotiations, figures), in simulations from the number ``first`` on."""
    pieces = [(first + at, laws[at : at + _PIECE]) for at in range(0, len(laws), _PIECE)]
    found: dict[int, Floats] = {}
    for at, shares in spread(piece_of, play, pieces, executor):
        found[at] = shares
        if progress is not None:
            progress(len(shares))
    return np.concatenate([found[at] for at, _ in pieces])


def summary(shares: Floats) -> Floats:
    """The summaries of shares (negotiations, figures): the mean over negotiations and the standard deviation.

    >>> summary(np.array([[0.2, 0.4], [0.7, np.nan]])).round(6).tolist()
    [0.5, 0.2]
    """
    each = np.nanmean(shares, 1)
    return np.array([each.mean(), each.std()])


def _check(replays: Sequence[Replay], played: Floats) -> pd.DataFrame:
    """The table of `Patience.check`, from shares (laws, negotiations, figures)."""
    import pandas as pd

    rows = []
    for n, each in enumerate(replays):
        followed = (~np.isnan(each.counted)).sum(1)
        for f, observed in enumerate(each.observed()):
            if followed[f]:
                low, middle, high = np.quantile(played[:, n, f], [0.1, 0.5, 0.9], method="inverted_cdf")
                rows.append((each.talks.id, FIGURES[f], int(followed[f]), observed, low, middle, high))
    return pd.DataFrame(rows, columns=["talks", "closed_within", "issues", "observed", "low", "middle", "high"])
