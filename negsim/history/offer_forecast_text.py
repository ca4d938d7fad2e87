"""Forecasts of a negotiation from its offers so far: as plain data and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.errors import NegsimError
from negsim.files import TextPage, TextStyle
from negsim.history.concession import TACTICS
from negsim.history.offer_forecast import Draws
from negsim.history.offer_model import OfferModel, learn_model
from negsim.history.offer_situations import Situation, situation
from negsim.history.offers import OfferRecord

Floats = npt.NDArray[np.float64]

WITHIN = (30, 90, 365, 730)
#: Quantiles that are shown: the median, and the ends of the 80 % interval.
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class OfferForecast:
    """The forecast for one issue: what was known, the draws, and the frequencies of tactics of both sides."""

    now: Situation
    draws: Draws
    tactics: tuple[dict[str, float], dict[str, float]] | None


@dataclass(frozen=True)
class OfferForecasts:
    """The forecasts for the open issues of a negotiation, and what they rest on."""

    record: OfferRecord
    on: date
    issues: tuple[OfferForecast, ...]
    negotiations: int
    offers: int


def forecast_offers(record: OfferRecord, teachers: Sequence[OfferRecord], on: date | None = None) -> OfferForecasts:
    """Forecast the next offers, the settlement and its day for each open issue of a negotiation.

    Args:
        record: the negotiation, with its offers so far.
        teachers: negotiations to learn from; one with the same id is left out.
        on: use no offer after this day; default: the end of the record.

    Raises:
        NegsimError: no issue is open on that day, or there is nothing to learn from.

    >>> from negsim.history import load_offers
    >>> records = load_offers("seeds/offers").negotiations
    >>> found = forecast_offers(records["nba_2011"], list(records.values())[:6], date(2011, 10, 28))
    >>> found.negotiations, [each.now.issue for each in found.issues]
    (5, ["players' share of basketball-related income"])
    """
    on = on or record.until
    others = [each for each in teachers if each.id != record.id and each.offers]
    if not others:
        raise NegsimError("there is no other negotiation to learn from")
    open_issues = []
    for dance in record.dances:
        settled = dance.settlement is not None and dance.settlement.offer.on <= on
        if not settled and any(move.offer.on <= on for move in dance.moves):
            open_issues.append(dance)
    if not open_issues:
        first = "no issue of it has an offer" if record.first is None or record.first > on else "every issue is settled"
        raise NegsimError(
            f'"{record.title}" has nothing to forecast on {on}: {first}; give an earlier or later --on DATE'
        )
    model = learn_model(others)
    made = tuple(_issue(model, situation(record, dance, on)) for dance in open_issues)
    return OfferForecasts(record, on, made, len(others), sum(len(each.offers) for each in others))


def _issue(model: OfferModel, now: Situation) -> OfferForecast:
    tactics = None
    if now.open_share is not None:
        fit = model.laws.tactics
        a, b = (
            {name: float(weights[fit.tactics.kind == kind].sum()) for kind, name in enumerate(TACTICS)}
            for weights in (fit.posterior(path) for path in now.paths)
        )
        tactics = (a, b)
    return OfferForecast(now, model.forecast(now), tactics)


def _quantiles(values: Floats) -> list[float] | None:
    known = values[~np.isnan(values)]
    return None if len(known) == 0 else [float(each) for each in np.quantile(known, QUANTILES)]


def _in_units(now: Situation, shares: Floats) -> list[float] | None:
    found = _quantiles(shares)
    return None if found is None else sorted(float(f"{now.value(each):.6g}") for each in found)


def _day(now: Situation, days: Floats, q: float) -> str | None:
    at = float(np.quantile(days, q, method="inverted_cdf"))
    return str(now.on + timedelta(days=int(at))) if np.isfinite(at) else None


def forecasts_data(found: OfferForecasts) -> dict[str, Any]:
    """The forecasts as plain data: quantiles 10, 50 and 90 % in units, days, and probabilities.

    ``settlement.date`` holds days on which it is reached with these probabilities; None: not within two years.
    """
    return {
        "negotiation": found.record.id,
        "on": str(found.on),
        "learnt_from": {"negotiations": found.negotiations, "offers": found.offers},
        "deadlines": [str(each) for each in found.record.deadlines_known(found.on)],
        "issues": [_issue_data(found.record, each) for each in found.issues],
    }


def _issue_data(record: OfferRecord, each: OfferForecast) -> dict[str, Any]:
    now, draws = each.now, each.draws
    return {
        "issue": now.issue,
        "unit": now.unit,
        "last": dict(zip(record.sides, now.lasts, strict=True)),
        "next_offer": {
            side: {"value": _in_units(now, draws.nexts[k]), "probability": float(np.mean(~np.isnan(draws.nexts[k])))}
            for k, side in enumerate(record.sides)
        } if now.open_share is not None else None,
        "settlement": {
            "value": _in_units(now, draws.values) if now.open_share is not None else None,
            "date": [_day(now, draws.days, q) for q in QUANTILES],
            "probability": {str(days): float(np.mean(draws.days <= days)) for days in WITHIN},
        },
        "tactics": None if each.tactics is None else dict(zip(record.sides, each.tactics, strict=True)),
    }  # fmt: skip


def forecasts_text(found: OfferForecasts, look: TextStyle) -> str:
    """The forecasts for a terminal."""
    record = found.record
    page = TextPage(look).title(f"{record.title}, from {found.on}")
    known = record.deadlines_known(found.on)
    if known:
        page.add(f"Deadlines that are known: {', '.join(map(str, known))}.")
    for each in found.issues:
        data = _issue_data(record, each)
        page.add().title(f"{data['issue']}, in {data['unit']}")
        rows: list[tuple[str, tuple[str, ...], str]] = []
        for side in record.sides:
            last = data["last"][side]
            after = data["next_offer"]
            cells = ("", "", "") if after is None else _cells(after[side]["value"])
            name = f"{side}: next offer"
            rows.append((name, cells, "no offer on record" if last is None else f"last offer {last:,.10g}"))
        deal = data["settlement"]
        rows.append(("settlement", _cells(deal["value"]), ""))
        rows.append(("day of the settlement", tuple(day or "later" for day in deal["date"]), ""))
        page.table(("", "10 %", "50 %", "90 %"), (13, 13, 13), rows)
        chances = [f"{100 * deal['probability'][str(days)]:.0f} % within {days} days" for days in WITHIN]
        page.add(f"Settled: {', '.join(chances)}.")
        for side, kinds in (data["tactics"] or {}).items():
            page.add(f"{side} concedes: {', '.join(f'{name} {100 * p:.0f} %' for name, p in kinds.items())}.")
        if data["tactics"] is None:
            page.note("No value: a side has named no number, or both began with the same one.")
    note = (
        f"Learnt from {found.negotiations} other negotiations with {found.offers} values. The settlement's value holds "
        "if there is one. See docs/offers-track-record.md for how such forecasts did."
    )
    if not found.record.start.subject:
        note += (
            " negotiations.csv names no subject of this negotiation, so the chance of a settlement is that of any "
            "negotiation on record (docs/offers.md)."
        )
    return page.add().note(note).text


def _cells(values: Sequence[float] | None) -> tuple[str, ...]:
    return ("", "", "") if values is None else tuple(f"{value:,.4g}" for value in values)
