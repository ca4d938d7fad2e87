"""The scores of the forecasts of offers: a table for a terminal, plain data, and the page of the track record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import Any

from negsim.files import TextPage, TextStyle
from negsim.history.offer_baselines import DATES, VALUES
from negsim.history.offer_model import DATE, NEXT, TARGETS, VALUE
from negsim.history.offer_scores import OURS, WITH_ERRORS, MeanScore, OfferScore, means, ratio_interval

PAGE = Path(__file__).parent / "offers_track_record.md"
#: What was aimed at: the ratio to the best baseline, and the coverage of 80 % intervals.
AIMS = {VALUE: 0.90, DATE: 0.90, NEXT: 0.95}
COVER = (0.75, 0.88)
UNITS = {NEXT: "share of the way", VALUE: "share of the way", DATE: "days"}


def aims(found: Sequence[OfferScore], mean: Sequence[MeanScore]) -> list[dict[str, Any]]:
    """Each aim, the figure, its 90 % interval if it is a ratio, and whether it is reached.

    Ratios are against single numbers, and against them with errors; then coverage.
    """
    rows = []
    for target, goal in AIMS.items():
        mine = {each.method: each for each in mean if each.target == target}
        ours = mine[OURS]
        groups = (
            {"Kaplan-Meier": DATES}
            if target == DATE
            else {"simple forecast": VALUES, "simple forecast with errors": [name + WITH_ERRORS for name in VALUES]}
        )
        for what, names in groups.items():
            best = min(names, key=lambda name: mine[name].crps)
            ratio = ours.crps / mine[best].crps
            ends = [round(end, 3) for end in ratio_interval(found, target, OURS, best)]
            rows.append({"aim": f"{target}: CRPS at most {goal:.2f} of the best {what} ({best})",
                         "reached": round(ratio, 3), "interval": ends, "yes": ratio <= goal})  # fmt: skip
        cover = ours.coverage or 0.0
        rows.append({"aim": f"{target}: 80 % intervals cover {COVER[0]} to {COVER[1]}", "reached": round(cover, 3),
                     "interval": None, "yes": COVER[0] <= cover <= COVER[1]})  # fmt: skip
    return rows


def scores_data(found: Sequence[OfferScore]) -> dict[str, Any]:
    """Mean scores and aims as plain data."""
    mean = means(found)
    return {"scores": [asdict(each) for each in mean], "aims": aims(found, mean)}


def scores_table(found: Sequence[OfferScore], look: TextStyle) -> str:
    """Mean scores and aims for a terminal."""
    page, mean = TextPage(look), means(found)
    for target in TARGETS:
        mine = [each for each in mean if each.target == target]
        page.title(f"{target}, in {UNITS[target]}: {_of(mine[0])}")
        rows = [
            (each.method, (_crps(each), "" if each.coverage is None else f"{each.coverage:.2f}"), "") for each in mine
        ]
        page.table(("forecast", "CRPS", "80 %"), (10, 8), rows)
        page.add()
    rows = [(row["aim"], (_reached(row), "yes" if row["yes"] else "no"), "") for row in aims(found, mean)]
    page.table(("aim", "reached", ""), (21, 6), rows)
    note = (
        "CRPS: smaller is better. 80 %: coverage of the central 80 % interval; a single number has none. In brackets: "
        "90 % interval over negotiations."
    )
    return page.add().note(note).text


def _of(mine: MeanScore) -> str:
    return f"{mine.forecasts} forecasts in {mine.negotiations} negotiations"


def _crps(each: MeanScore) -> str:
    return f"{each.crps:.1f}" if each.target == DATE else f"{each.crps:.3f}"


def _reached(row: dict[str, Any]) -> str:
    ends = row["interval"]
    return f"{row['reached']:.2f}" + (f" ({ends[0]:.2f} to {ends[1]:.2f})" if ends else "")


def scores_page(found: Sequence[OfferScore], negotiations: int) -> str:
    """The page `docs/offers-track-record.md` as Markdown."""
    mean = means(found)
    tables = []
    for target in TARGETS:
        mine = [each for each in mean if each.target == target]
        lines = ["| forecast | CRPS | 80 % interval covers |", "|---|---|---|"]
        for each in mine:
            name = f"**{each.method}**" if each.method == OURS else each.method
            lines.append(f"| {name} | {_crps(each)} | {'' if each.coverage is None else f'{each.coverage:.2f}'} |")
        tables.append(f"## {target.capitalize()}\n\n{_of(mine[0])}, CRPS in {UNITS[target]}.\n\n" + "\n".join(lines))
    goals = ["| what was aimed at | reached | |", "|---|---|---|"]
    goals += [f"| {row['aim']} | {_reached(row)} | {'yes' if row['yes'] else '**no**'} |" for row in aims(found, mean)]
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        negotiations=negotiations, aims="\n".join(goals), tables="\n\n".join(tables)
    )
