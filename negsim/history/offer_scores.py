"""Score forecasts after every offer on record: next offers, the settlement's value and its day.

The negotiation that is forecast is left out of everything that is learnt. Values are scored on issues for which both
sides have named different values, as shares of the way between the first demands; days on all issues. A score is the
CRPS, smaller is better: its mean over the offers of an issue, then issues, then negotiations. Coverage is that of the
central 80 % interval, over the randomised probability integral transform. Forecasts of days are cut off at two years.
A negotiation that failed has no settlement within the horizon; one that the record leaves is followed to that day.
A rounded value, and a day dated ``by`` or ``month``, is an interval: nothing is scored within it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.files import Checkpoint, check_replaceable
from negsim.history.offer_baselines import DATES, VALUES, kaplan_meier, next_offers, settlements
from negsim.history.offer_forecast import DRAWS, Draws, forecast
from negsim.history.offer_model import DATE, NEXT, TARGETS, VALUE, OfferModel, came, learn_model
from negsim.history.offer_situations import Outcome, Situation, cases
from negsim.history.offers import OfferRecord
from negsim.history.scores import coverage, crps_of_samples, generator
from negsim.history.settlement_hazard import HORIZON, day_score
from negsim.projection import versions

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]

OURS = "tactics"
FORMAT, TABLE = "negsim offer-scores 1", "scores.csv"
#: The forecast that was scored first: the laws as they are, and days from them.
FIRST = "tactics, first version"
WITH_ERRORS = ", with errors"
SHARE = 0.8


@dataclass(frozen=True, slots=True)
class OfferScore:
    """A score of a forecast: ``bounds`` are those of the transform, None for a single number."""

    negotiation: str
    issue: str
    on: str
    target: str
    side: str
    method: str
    crps: float
    bounds: tuple[float, float] | None


def score_offers(
    records: Mapping[str, OfferRecord],
    out: Path | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> list[OfferScore]:
    """Forecast every negotiation without its own record, and score the forecasts.

    Args:
        records: negotiations by id.
        out: a folder whose checkpoint resumes a stopped scoring; it ends as a folder with ``scores.csv``.
        progress: called with the number of newly finished negotiations and that of all.

    Raises:
        NegsimError: the folder cannot be written, or holds other work.
    """
    done: dict[str, list[OfferScore]] = {}
    points = _points(records)
    checkpoint = None if out is None else _checkpoint(records, Path(out))
    try:
        if checkpoint is not None:
            done = {name: [_score(row) for row in rows] for name, rows in checkpoint.parts() if name in records}
        if progress is not None:
            progress(len(done), len(records))
        for name, record in records.items():
            if name in done:
                continue
            done[name] = list(_scores_of(record, [each for each in records.values() if each is not record], points))
            if checkpoint is not None:
                checkpoint.put(name, [asdict(score) for score in done[name]])
            if progress is not None:
                progress(1, len(records))
        found = [score for name in records for score in done[name]]
        if checkpoint is not None:
            content = _csv(found)
            checkpoint.write(TABLE, content)
            about = {
                "versions": versions(),
                "scores": len(found),
                "sha256": {TABLE: hashlib.sha256(content).hexdigest()},
            }
            checkpoint.finish({"format": FORMAT, **about})
        return found
    finally:
        if checkpoint is not None:
            checkpoint.close()


def _checkpoint(records: Mapping[str, OfferRecord], out: Path) -> Checkpoint:
    check_replaceable(out, FORMAT, (TABLE,))
    digest = hashlib.sha256(repr(list(records.values())).encode()).hexdigest()
    return Checkpoint(out, {"record": digest, "versions": versions(), "draws": DRAWS, "horizon": HORIZON})


def _score(row: Mapping[str, Any]) -> OfferScore:
    return OfferScore(**{**row, "bounds": None if row["bounds"] is None else tuple(row["bounds"])})


def _csv(found: Sequence[OfferScore]) -> bytes:
    import pandas as pd

    rows = [asdict(score) | {"bounds": None} for score in found]
    frame = pd.DataFrame(rows).drop(columns="bounds")
    ends = [score.bounds or (np.nan, np.nan) for score in found]
    frame[["low", "high"]] = ends
    return frame.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()


@dataclass(frozen=True, slots=True)
class _Point:
    """A forecast by one number, and what came."""

    negotiation: str
    key: tuple[str, str, str, str]  # issue, day, target, side
    method: str
    said: float
    came: float
    half: float


def _points(records: Mapping[str, OfferRecord]) -> list[_Point]:
    """All forecasts of values by one number."""
    found = []
    for record in records.values():
        for now, then in cases([record]):
            if now.open_share is None:
                continue
            half = abs(now.share(now.half) - now.share(0.0))
            for target, side, value in came(now, then):
                said = settlements(now) if target == VALUE else next_offers(now, side)
                key = (now.issue, str(now.on), target, record.sides[side] if side >= 0 else "")
                found += [_Point(record.id, key, name, said[name], value, half) for name in VALUES]
    return found


def _scores_of(record: OfferRecord, others: Sequence[OfferRecord], points: Sequence[_Point]) -> Iterator[OfferScore]:
    """The scores of all forecasts for one negotiation."""
    model, elsewhere = learn_model(others), cases(others)
    curves = [kaplan_meier(elsewhere, from_last, HORIZON) for from_last in (False, True)]
    errors = {
        (target, name): np.array(
            [each.came - each.said for each in points
             if each.negotiation != record.id and each.key[2] == target and each.method == name]
        )
        for target in (NEXT, VALUE) for name in VALUES
    }  # fmt: skip
    mine = {(each.key, each.method): each for each in points if each.negotiation == record.id}
    for now, then in cases([record]):
        for (key, method), point in mine.items():
            if key[:2] == (now.issue, str(now.on)):
                miss = max(abs(point.said - point.came) - point.half, 0.0)
                yield OfferScore(record.id, *key, method, miss, None)
                samples = point.said + errors[key[2], method]
                yield _of_samples((record.id, *key, method + WITH_ERRORS), samples, point.came, point.half)
        first = forecast(model.laws, now)
        ours = model.recalibrate(now, first)
        if now.open_share is not None:
            half = abs(now.share(now.half) - now.share(0.0))
            for target, side, value in came(now, then):
                for method, drawn in ((FIRST, first), (OURS, ours)):
                    samples = drawn.values if target == VALUE else drawn.nexts[side]
                    lead = (record.id, now.issue, str(now.on), target, record.sides[side] if side >= 0 else "", method)
                    yield _of_samples(lead, samples[~np.isnan(samples)], value, half)
        yield from _dates(now, then, first, model, [curves[0].cdf(HORIZON, now.elapsed), curves[1].cdf(HORIZON)])


def _of_samples(lead: tuple[str, str, str, str, str, str], samples: Floats, value: float, half: float) -> OfferScore:
    """Bounds and CRPS of draws: samples within the rounding count as equal, and nothing is scored there.

    The integral of ``F^2`` below the interval is the CRPS of draws that are cut off at its lower end; so too above it.
    """
    low, high = value - half - 1e-12, value + half + 1e-12
    bounds = (float(np.mean(samples < low)), float(np.mean(samples <= high)))
    below = crps_of_samples(np.minimum(samples, low), low, np.inf)
    above = crps_of_samples(np.maximum(samples, high), high, np.inf)
    return OfferScore(*lead, below + above, bounds)


def _dates(
    now: Situation, then: Outcome, first: Draws, model: OfferModel, curves: Sequence[Floats]
) -> Iterator[OfferScore]:
    drawn = np.array([np.mean(first.days <= day) for day in range(HORIZON + 1)])
    for method, cdf in zip((FIRST, OURS, *DATES), (drawn, model.day_cdf(now), *curves), strict=True):
        score = day_score(cdf, now, then)
        if score is not None:
            yield OfferScore(now.negotiation, now.issue, str(now.on), DATE, "", method, *score)


@dataclass(frozen=True, slots=True)
class MeanScore:
    """The mean scores of a method: over offers, then issues, then negotiations."""

    target: str
    method: str
    crps: float
    coverage: float | None
    forecasts: int
    negotiations: int


def means(found: Sequence[OfferScore]) -> list[MeanScore]:
    """The mean scores of every method, by target, in the order of `TARGETS`."""
    keys = dict.fromkeys((score.target, score.method) for score in found)
    return [_mean([s for s in found if (s.target, s.method) == key]) for t in TARGETS for key in keys if key[0] == t]


def _mean(mine: Sequence[OfferScore]) -> MeanScore:
    covered = [None if score.bounds is None else coverage(score.bounds, SHARE) for score in mine]
    return MeanScore(
        mine[0].target,
        mine[0].method,
        nested_mean(mine, [score.crps for score in mine]),
        None if covered[0] is None else nested_mean(mine, [each or 0.0 for each in covered]),
        len(mine),
        len({score.negotiation for score in mine}),
    )


def nested_mean(found: Sequence[OfferScore], values: Sequence[float]) -> float:
    """The mean over the offers of an issue, then issues, then negotiations.

    >>> scores = [OfferScore(n, i, "", VALUE, "", OURS, 0, None) for n, i in (("a", "x"), ("a", "x"), ("b", "y"))]
    >>> nested_mean(scores, [1.0, 3.0, 4.0])
    3.0
    """
    return float(np.mean(list(_by_negotiation(found, values).values())))


def _by_negotiation(found: Sequence[OfferScore], values: Sequence[float]) -> dict[str, float]:
    issues: dict[tuple[str, str], list[float]] = {}
    for score, value in zip(found, values, strict=True):
        issues.setdefault((score.negotiation, score.issue), []).append(value)
    talks: dict[str, list[float]] = {}
    for (name, _), each in issues.items():
        talks.setdefault(name, []).append(float(np.mean(each)))
    return {name: float(np.mean(each)) for name, each in talks.items()}


def ratio_interval(found: Sequence[OfferScore], target: str, method: str, other: str) -> tuple[float, float]:
    """The 90 % interval of the ratio of two mean scores: percentiles of a bootstrap of negotiations (Efron 1979)."""
    rows = []
    for name in (method, other):
        mine = [score for score in found if (score.target, score.method) == (target, name)]
        rows.append(_by_negotiation(mine, [score.crps for score in mine]))
    pairs = np.array([(value, rows[1][name]) for name, value in rows[0].items()])
    drawn = generator("ratio", target, other).integers(len(pairs), size=(2000, len(pairs)))
    ours, theirs = pairs[drawn].mean(axis=1).T
    low, high = np.quantile(ours / theirs, (0.05, 0.95))
    return float(low), float(high)
