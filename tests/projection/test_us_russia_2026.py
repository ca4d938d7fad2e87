"""The page of June 2026 shows what its scenario gives."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import negsim as ns

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_page_and_its_table_show_what_the_scenario_gives():
    projection = ns.run("scenarios/us_russia_2026.yaml", 20_000, 1)
    page = (ROOT / "docs" / "us-russia.md").read_text(encoding="utf-8")
    with (ROOT / "docs" / "us-russia.csv").open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    days = list(dict.fromkeys(row["by"] for row in told))
    tables = {day: projection.resolved_by(day)["p"] for day in days}
    assert [row["probability"] for row in told] == [f"{tables[row['by']][row['issue']]:.3f}" for row in told]
    for name, issue in projection.scenario.issues.items():
        shown = " | ".join(f"{100 * tables[day][name]:.0f}" for day in days)
        assert f"| {projection.scenario.agenda.issues[name].title} | {shown} |" in page, issue
