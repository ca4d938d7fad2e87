"""The page docs/how-sides-concede.md and its pictures: python benchmarks/how_sides_concede.py (a minute)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd
from concession import table as recovery_table

from negsim.history import load_offers
from negsim.history.concession import repeats
from negsim.history.concession_findings import (
    Finding,
    alike,
    best_kinds,
    left_out,
    tactic_figures,
    tactic_findings,
)
from negsim.history.deadline_findings import Near, deadline_figures, near_deadlines
from negsim.history.settlement_findings import Settled, settled, settlement_figures
from negsim.plots import style
from negsim.plots.track import record_picture

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "how-sides-concede.md"


def markdown(figures: Sequence[Finding], what: str) -> str:
    """A table of figures with their intervals."""
    lines = [f"| {what} | | 90 % interval | cases |", "|---|---|---|---|"]
    lines += [
        f"| {each.name} | {each.value:.2f} | {each.low:.2f} to {each.high:.2f} | {each.cases} |" for each in figures
    ]
    return "\n".join(lines)


def draw_tactics(table: pd.DataFrame, ax: object) -> None:
    """Frequencies as marks with their intervals, one row each."""
    rows = range(len(table))
    ax.hlines(rows, table["low"], table["high"], color=style.BLUE, linewidth=2.2)
    ax.plot(table["value"], rows, "o", color=style.BLUE, markersize=8, markeredgecolor="white")
    ax.set_yticks(rows, table["name"])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.set_xlabel("part of the sides, with a 90 % interval")
    ax.grid(axis="x")
    ax.set_title("Tactics, exponents, clocks and reservation values", fontweight="bold")


def draw_settlements(table: pd.DataFrame, ax: object) -> None:
    """The settlement of each issue against the way that was still open with a tenth of the days left."""
    places = list(dict.fromkeys(table["place"]))
    ax.axvspan(0.45, 0.55, color=style.BAND_80, zorder=0)
    for place, marker, colour in zip(
        places, "osD^v", (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.INK), strict=False
    ):
        mine = table[table["place"] == place]
        ax.plot(
            mine["share"].clip(-0.55, 1.55),
            mine["last_minute"],
            marker,
            color=colour,
            markersize=8,
            markeredgecolor="white",
            label=place,
        )
    ax.set_xlim(-0.6, 1.6)
    ax.set_xlabel(
        "settlement, as part of the way from the first demand of side A to that of side B (outliers at the edge)"
    )
    ax.set_ylabel("way still open with a tenth of the days left")
    ax.grid()
    ax.set_title("Settlements: the band is within 0.05 of the middle", fontweight="bold")
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.13), ncols=3, fontsize=9, borderaxespad=0)


def draw_deadlines(table: pd.DataFrame, ax: object) -> None:
    """The days from the nearest deadline to each settlement, one row for each kind of deadline."""
    kinds = list(table["then"].value_counts().index)
    ax.axvspan(-7, 7, color=style.BAND_80, zorder=0)
    ax.axvline(0, color=style.INK, linewidth=1)
    for row, kind in enumerate(kinds):
        mine = table[table["then"] == kind]
        same = mine.groupby("days").cumcount()
        ax.plot(mine["days"], row + 0.2 - 0.11 * same, "o", color=style.BLUE, markersize=7, markeredgecolor="white")
    ax.set_yticks(range(len(kinds)), kinds)
    ax.set_ylim(len(kinds) - 0.5, -0.5)
    ax.set_xscale("symlog", linthresh=7)
    ticks = [-30, -7, -2, 0, 2, 7, 30, 100, 200]
    ax.set_xticks(ticks, [f"{each:+d}" if each else "0" for each in ticks])
    ax.set_xlim(-40, 300)
    ax.set_xlabel("days from the nearest known deadline to the settlement (logarithmic beyond a week)")
    ax.grid(axis="x")
    ax.set_title("Settled issues and deadlines: the band is within a week", fontweight="bold")


def main() -> None:
    """Write the page and its pictures."""
    records = list(load_offers(ROOT / "seeds" / "offers").negotiations.values())
    found, deals, near = tactic_findings(records), settled(records), near_deadlines(records)
    ends = {each.name: each for each in deadline_figures(records)}
    figures = tactic_figures(found)
    shown = [each for each in figures if "quantile" not in each.name]
    columns = ["name", "value", "low", "high"]
    rows = [[each.name, *(round(float(x), 4) for x in (each.value, each.low, each.high))] for each in shown]
    pictures = {
        "tactics": record_picture(draw_tactics, pd.DataFrame(rows, columns=columns)),
        "settlements": record_picture(draw_settlements, settled_table(deals), 5.4),
        "deadlines": record_picture(draw_deadlines, near_table(near), 4.4),
    }
    for name, picture in pictures.items():
        picture.save(PAGE.with_name(f"how-sides-concede-{name}.svg"))
    best = ", ".join(f"{name} {n}" for name, n in best_kinds(found).items())
    text = Template((Path(__file__).parent / "how_sides_concede.md").read_text(encoding="utf-8")).substitute(
        sides=len(found.paths),
        offers=sum(len(path.offers) for path in found.paths),
        deals=len(deals),
        negotiations=len({path.negotiation for path in found.paths}),
        repeat=f"{repeats(found.paths):.2f}",
        tactics=markdown(figures, "frequency among sides, and quantiles of beta"),
        left_out=markdown(left_out(found), "kinds that are allowed"),
        best=best,
        alike=alike(found).text,
        recovery=recovery_table(),
        settlements=markdown(settlement_figures(deals), "of settled issues"),
        deadlines=sum(len(record.deadlines) for record in records),
        with_deadlines=sum(bool(record.deadlines) for record in records),
        deadline_figures=markdown(list(ends.values()), "of settled issues with a known deadline"),
        week_ratio=ends["settlements within a week, as multiple of the days there"].text,
        at_ratio=ends["settlements at a deadline, as multiple of the days there"].text,
        passed_share=ends["deadlines that passed without a settlement"].text,
    )
    PAGE.write_text(text, encoding="utf-8")


def near_table(near: Sequence[Near]) -> pd.DataFrame:
    """One row for each settled issue with a known deadline, by days within a kind of deadline."""
    rows = [[each.negotiation, each.issue, each.days, each.then] for each in near]
    return pd.DataFrame(rows, columns=["negotiation", "issue", "days", "then"]).sort_values(["then", "days"])


def settled_table(deals: Sequence[Settled]) -> pd.DataFrame:
    """One row for each settled issue."""
    names = ("negotiation", "issue", "share", "place", "last_minute", "rest", "wait")
    rows = [[getattr(each, name) for name in names] for each in deals]
    return pd.DataFrame(rows, columns=list(names)).map(lambda x: float(np.round(x, 4)) if isinstance(x, float) else x)


if __name__ == "__main__":
    main()
