"""What makes the day of a settlement hard, and what helps: python benchmarks/settlement_day_bounds.py (a minute).

The table stands in docs/offers-track-record.md ("Whether a deal comes").

Estimators. Scores are those of `negsim.history.offer_scores`: means over offers, then issues, then negotiations.

- *Told* forecasters are Kaplan-Meier curves from the last offer of those other cases that share what is told.
- *Left out* forecasts are fitted without the negotiation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from negsim.history import load_offers
from negsim.history.offer_baselines import kaplan_meier
from negsim.history.offer_situations import Outcome, Situation, cases, weights_of
from negsim.history.offers import OfferRecord
from negsim.history.settlement_hazard import HORIZON, day_score, fit_hazards
from negsim.history.settlement_share import learn_share, settled
from negsim.history.start import Start

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]


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


def means(fits: Sequence[tuple[object, Sequence[Floats]]]) -> list[Floats]:
    """The mean of the left-out forecasts of all hazards, for each case."""
    return [np.mean(parts, axis=0) for parts in zip(*(left_out for _, left_out in fits), strict=True)]


def mixed(found: Sequence[Case], known: Callable[[Start], Start]) -> list[Floats]:
    """The left-out forecasts with a probability of a settlement from a part of the facts of the first day."""
    part = [(replace(now, start=known(now.start)), then) for now, then in found]
    days = means(fit_hazards(found, [bool(settled(now, then)) for now, then in found]))
    return [share * curve for share, curve in zip(learn_share(part)[1], days, strict=True)]


def forecasters(records: Sequence[OfferRecord], found: Sequence[Case]) -> list[tuple[str, float]]:
    """The CRPS of curves, of curves that are told something, and of forecasts before recalibration."""
    end = {record.id: record.end for record in records}
    later = {record.id: tuple(each.on for each in record.deadlines) for record in records}
    ahead = [(replace(now, deadlines=later[now.negotiation]), then) for now, then in found]
    rows: dict[str, Sequence[Floats]] = {
        "Kaplan-Meier from the last offer": told(found, lambda now, then: 0),
        "the same of the own field": told(found, lambda now, then: now.field),
        "told whether the issue is settled within two years": told(found, soon),
        "told whether the negotiation is concluded, fails or goes on": told(
            found, lambda now, then: end[now.negotiation]
        ),
        "version 4: mean of the hazards": means(fit_hazards(found)),
        "version 4, told all deadlines in advance": means(fit_hazards(ahead)),
        "version 5 without facts of the first day": mixed(found, lambda start: Start()),
        "version 5 with the subject alone": mixed(found, lambda start: Start(start.subject)),
        "version 5 without the subject": mixed(found, lambda start: replace(start, subject="")),
        "version 5": mixed(found, lambda start: start),
    }
    return [(name, mean_score(found, curves)) for name, curves in rows.items()]


def main() -> None:
    """Print the table as Markdown."""
    records = list(load_offers("seeds/offers").negotiations.values())
    rows = forecasters(records, cases(records))
    print("| forecaster | CRPS | ratio |\n|---|---|---|")
    for name, score in rows:
        print(f"| {name} | {score:.1f} | {score / rows[0][1]:.2f} |")


if __name__ == "__main__":
    main()
