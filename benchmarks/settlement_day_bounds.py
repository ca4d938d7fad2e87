"""Bounds of the CRPS of the day of a settlement: python benchmarks/settlement_day_bounds.py (a minute).

The tables stand in docs/offers-track-record.md ("What the record can give").

Estimators. Scores are those of `negsim.history.offer_scores`: means over offers, then issues, then negotiations.

- *Told* forecasters are Kaplan-Meier curves from the last offer of those other cases that share what is told.
- *Left out*: a hazard fitted without the negotiation. *Fitted*: the same with it. *Chosen by the score*: the
  coefficients with the least CRPS on the record itself, with the same prior: the best that a hazard of these signs can
  do in hindsight.
- *Halfway*: the mean of left out and fitted. Fitted is too good by about as much as left out is too bad (as in
  cross-validation and Akaike's criterion), so it estimates the score with many more such negotiations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from negsim.history import load_offers
from negsim.history.offer_baselines import kaplan_meier
from negsim.history.offer_situations import Outcome, Situation, cases, weights_of
from negsim.history.offers import OfferRecord
from negsim.history.settlement_hazard import (
    GROUPS,
    HORIZON,
    INTERCEPT,
    SettlementHazard,
    day_score,
    features,
    fit_hazards,
    followed,
)

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]
#: The CRPS at which the penalty of the prior and the score are added, as in a likelihood of this many days.
SCALE = 100.0


def mean_score(found: Sequence[Case], curves: Sequence[Floats]) -> float:
    """The mean CRPS over the offers of an issue, then issues, then negotiations."""
    scored = [(now, score) for (now, then), curve in zip(found, curves, strict=True)
              if (score := day_score(curve, now, then)) is not None]  # fmt: skip
    weights = weights_of([now for now, _ in scored])
    return float(weights @ np.array([score[0] for _, score in scored]) / weights.sum())


def told(found: Sequence[Case], key: Callable[[Situation, Outcome], object], leave_out: bool = True) -> list[Floats]:
    """Kaplan-Meier curves from the last offer of the cases with the same key, without the negotiation itself."""
    curves = {}
    for now, then in found:
        at = (now.negotiation if leave_out else "", key(now, then))
        if at not in curves:
            alike = [case for case in found if case[0].negotiation != at[0] and key(*case) == at[1]]
            curves[at] = kaplan_meier(alike, True, HORIZON).cdf(HORIZON)
    return [curves[(now.negotiation if leave_out else "", key(now, then))] for now, then in found]


def soon(now: Situation, then: Outcome) -> bool:
    """Whether the issue is settled within two years."""
    return then.settlement is not None and (then.settlement.on - now.on).days <= HORIZON


def columns_of(groups: Sequence[str]) -> npt.NDArray[np.int64]:
    """The columns of some groups of signs."""
    return np.concatenate([np.array(GROUPS[group]) for group in groups])


def chosen(found: Sequence[Case], groups: Sequence[str], deviation: float) -> list[Floats]:
    """Curves of the hazard whose coefficients have the least CRPS on these cases, with their prior."""
    from scipy.optimize import minimize

    columns = columns_of(groups)
    precision = np.full(len(columns), deviation**-2.0)
    precision[0] = INTERCEPT**-2.0
    cells = list(_cells(found, columns))

    def loss(b: Floats) -> tuple[float, Floats]:
        total, slope = 0.5 * float(precision @ b**2), precision * b
        for x, days, low, high, horizon, weight in cells:
            rate = np.exp(np.clip(x @ b, -30.0, 3.0))
            alive = np.exp(-(days @ rate))
            gone = 1.0 - alive
            total += weight / SCALE * float(np.sum(gone[:low] ** 2) + np.sum(alive[high:horizon] ** 2))
            change = np.zeros(HORIZON + 1)
            change[:low], change[high:horizon] = 2.0 * gone[:low], -2.0 * alive[high:horizon]
            slope = slope + weight / SCALE * (x.T @ ((days.T @ (change * alive)) * rate))
        return total, slope

    start = np.append(-5.0, np.zeros(len(columns) - 1))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    law = SettlementHazard(best, np.eye(len(best)), columns, tuple(groups), deviation)
    return [law.cdf(now, 0) for now, _ in found]


def _cells(
    found: Sequence[Case], columns: npt.NDArray[np.int64]
) -> Iterator[tuple[Floats, Floats, int, int, int, float]]:
    """Rows of signs, days in each cell by each day, the days that are scored, and the weight of each case."""
    for (now, then), weight in zip(found, weights_of([now for now, _ in found]), strict=True):
        between, horizon = followed(now, then)
        if horizon < 1:
            continue
        x, ends = features(now)
        starts = np.append(0, ends[:-1])
        days = np.clip(np.arange(HORIZON + 1)[:, None] - starts, 0, ends - starts).astype(np.float64)
        low, high = (horizon, horizon) if between is None else (between[0], min(between[1], horizon))
        yield x[:, columns], days, low, high, horizon, float(weight)


def forecasters(records: Sequence[OfferRecord], found: Sequence[Case]) -> list[tuple[str, float]]:
    """The CRPS of curves, of curves that are told something, and of the forecast of the page before recalibration."""
    end = {record.id: record.end for record in records}
    hazards = fit_hazards(found)
    later = {record.id: tuple(each.on for each in record.deadlines) for record in records}
    ahead = [(replace(now, deadlines=later[now.negotiation]), then) for now, then in found]
    means = [np.mean(parts, axis=0) for parts in zip(*(left_out for _, left_out in hazards), strict=True)]
    foreseen = [np.mean(parts, axis=0) for parts in zip(*(left for _, left in fit_hazards(ahead)), strict=True)]
    rows: dict[str, Sequence[Floats]] = {
        "Kaplan-Meier from the last offer": told(found, lambda now, then: 0),
        "the same of the own field": told(found, lambda now, then: now.field),
        "the same of the own field, with the negotiation itself": told(found, lambda now, then: now.field, False),
        "told whether the issue is settled within two years": told(found, soon),
        "told whether the negotiation is concluded, fails or goes on": told(
            found, lambda now, then: end[now.negotiation]
        ),
        "mean of the hazards, left out": means,
        "mean of the hazards, left out, told all deadlines in advance": foreseen,
        "mean of the hazards, fitted with the negotiation itself": [
            np.mean([each.cdf(now) for each, _ in hazards], axis=0) for now, _ in found
        ],
    }
    return [(name, mean_score(found, curves)) for name, curves in rows.items()]


def hazards_of_signs(found: Sequence[Case]) -> list[tuple[str, int, float, float, float]]:
    """For each group of signs: the number of coefficients; CRPS left out, fitted, and chosen by the score."""
    rows = []
    for law, left_out in fit_hazards(found):
        if law.deviation == 1.0:
            curves = left_out, [law.cdf(now) for now, _ in found], chosen(found, law.groups, law.deviation)
            one, two, three = (mean_score(found, each) for each in curves)
            rows.append((", ".join(law.groups), len(law.columns), one, two, three))
    return rows


def main() -> None:
    """Print the two tables as Markdown."""
    records = list(load_offers("seeds/offers").negotiations.values())
    found = cases(records)
    rows = forecasters(records, found)
    curve = rows[0][1]
    print("| forecaster | CRPS | ratio |\n|---|---|---|")
    for name, score in rows:
        print(f"| {name} | {score:.1f} | {score / curve:.2f} |")
    print("\n| signs | coefficients | left out | halfway | fitted | chosen by the score |\n|---|---|---|---|---|---|")
    for name, many, left_out, fitted, best in hazards_of_signs(found):
        ratios = " | ".join(f"{each / curve:.2f}" for each in (left_out, (left_out + fitted) / 2.0, fitted, best))
        print(f"| {name} | {many} | {ratios} |")


if __name__ == "__main__":
    main()
