"""The frozen projection of 2025-04-10, scored as of 2026-06-24: the page shows what this file computes.

``python -m tests.projection.test_what_happened`` prints the table.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from negsim.agenda import Status, load_agenda
from negsim.history.scores import brier, crps

ROOT = Path(__file__).parents[2]
START, TODAY = date(2025, 4, 10), date(2026, 6, 24)
#: The days of the page's table that have passed.
DAYS = (date(2025, 10, 10), date(2026, 4, 10))
#: Nothing on record tells whether these came true: no document is about them.
UNDECIDED = ("banking", "local_staff")
COLUMNS = ("baseline", "record_alone", "nothing")


@lru_cache
def curves() -> dict[str, dict[str, np.ndarray]]:
    """By scenario and issue, the probability by the end of each day: between two quarters in a straight line."""
    known: dict[tuple[str, str], list[tuple[int, float]]] = {}
    with (ROOT / "docs" / "us-russia-2025-04.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = (date.fromisoformat(row["by"]) - START).days
            known.setdefault((row["scenario"], row["issue"]), [(0, 0.0)]).append((day, float(row["probability"])))
    days = np.arange((TODAY - START).days + 1)
    found: dict[str, dict[str, np.ndarray]] = {name: {} for name in COLUMNS}
    for (scenario, issue), points in known.items():
        found[scenario][issue] = np.interp(days, *zip(*points, strict=True))
        found["nothing"][issue] = np.zeros(len(days))
    return found


@lru_cache
def settled() -> dict[str, int | None]:
    """For each issue the day on which it was resolved by the record, None if it was not by today."""
    agenda = load_agenda(ROOT / "seeds" / "agenda.yaml").known_by(TODAY)
    found: dict[str, int | None] = {}
    for name, issue in agenda.issues.items():
        days = [(one.date.latest - START).days for one in issue.history if one.status is Status.RESOLVED]
        found[name] = days[0] if days else None
    return found


def scored(column: str, issue: str) -> list[float]:
    """Brier scores on the days, and the CRPS of min(T, today) in days."""
    cdf, outcome = curves()[column][issue], settled()[issue]
    return [*(brier(cdf, outcome, (day - START).days) for day in DAYS), crps(cdf, outcome, (TODAY - START).days)]


def means(column: str, issues: Sequence[str]) -> list[float]:
    return [float(np.mean(values)) for values in zip(*(scored(column, issue) for issue in issues), strict=True)]


def cells(values: Sequence[float]) -> str:
    return " | ".join([*(f"{value:.3f}" for value in values[:-1]), f"{values[-1]:.1f}"])


def line(words: str, per_column: Sequence[Sequence[float]]) -> str:
    story, record, nothing = per_column
    return f"| {words} | {cells(story)} | {cells(record)} | {cells(nothing)} |"


def issues() -> list[str]:
    return list(curves()["baseline"])


@lru_cache
def table() -> list[str]:
    agenda = load_agenda(ROOT / "seeds" / "agenda.yaml")
    rows = []
    for issue in issues():
        mark = ", undecided" if issue in UNDECIDED else ""
        rows.append(line(agenda.issues[issue].title + mark, [scored(column, issue) for column in COLUMNS]))
    decided = [issue for issue in issues() if issue not in UNDECIDED]
    rows.append(line("**mean of the seven decided**", [means(column, decided) for column in COLUMNS]))
    rows.append(line("**mean of all nine, undecided as not settled**", [means(column, issues()) for column in COLUMNS]))
    return rows


@pytest.mark.parametrize("row", range(11))
def test_the_page_shows_the_scores(row):
    assert table()[row] in (ROOT / "docs" / "us-russia-2025-04.md").read_text(encoding="utf-8")


def test_the_story_beats_the_record_and_not_the_claim_that_nothing_is_settled():
    story, record, nothing = (means(column, issues()) for column in COLUMNS)
    assert all(a < b for a, b in zip(story, record, strict=True))
    assert all(a < b for a, b in zip(nothing, story, strict=True))
    assert round(100 * curves()["baseline"]["framework"][(DAYS[1] - START).days]) == 79


if __name__ == "__main__":
    print("\n".join(table()))
