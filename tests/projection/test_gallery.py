"""The gallery: its scenarios use nothing later than their as-of date; its page shows their figures and the outcomes."""

import re
import shutil
from datetime import date, timedelta

import numpy as np
import pytest

import negsim as ns
from tests.conftest import ROOT

FOLDER = ROOT / "scenarios" / "gallery"
PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
#: Rows of the page by scenario: the words, the column of the runs, the issues, and the outcome. `python -m
#: tests.projection.test_gallery` prints the rows after a change of the model.
ROWS = {
    "uaw-ford-2023/scenario": [
        ("Tentative agreement", "agreed", None, date(2023, 10, 25)),
        ("Ratification", "resolved", None, date(2023, 11, 17)),
    ],
    "havana-2012/scenario": [
        ("Political participation", "agreed", ["participation"], date(2013, 11, 6)),
        ("End of the conflict", "agreed", ["conflict"], date(2016, 6, 23)),
        ("Illicit drugs", "agreed", ["drugs"], date(2014, 5, 16)),
        ("Victims and justice", "agreed", ["victims"], date(2015, 12, 15)),
        ("All four points", "agreed", None, date(2016, 6, 23)),
    ],
    "greece-2015/scenario": [
        ("Reforms", "agreed", ["reforms"], date(2015, 7, 13)),
        ("Money", "agreed", ["money"], date(2015, 7, 13)),
    ],
    "disney-charter-2023/scenario": [("All three issues", "agreed", None, date(2023, 9, 11))],
    "brexit-2017/scenario": [("Three lines", "agreed", None, date(2017, 12, 8))],
    "brexit-2017/announced": [("With the announced date", "agreed", None, date(2017, 12, 8))],
}


def projected(name):
    return ns.run(ns.load(FOLDER / f"{name}.yaml"), runs=2000, seed=1, engine="batch")


def row(projection, words, column, issues, outcome):
    """A row of the page: dates by which 10, 50 and 90 % of the runs are there, the outcome, and the share by then."""
    start, table = projection.scenario.as_of, projection.issues
    chosen = table if issues is None else table[table["issue"].isin(issues)]
    days = np.sort(chosen.groupby("run")[column].max().to_numpy())
    dates = [days[int(np.ceil(q * len(days))) - 1] for q in (0.1, 0.5, 0.9)]
    shown = [str(start + timedelta(days=int(d))) if np.isfinite(d) else "not within the horizon" for d in dates]
    share = (days < (outcome - start).days + 1).mean()
    return f"| {' | '.join([words, *shown, str(outcome), f'{100 * share:.0f} %'])} |"


@pytest.mark.parametrize("name", ROWS)
def test_the_page_shows_what_the_scenario_gives(name):
    projection = projected(name)
    for words, column, issues, outcome in ROWS[name]:
        assert row(projection, words, column, issues, outcome) in PAGE


@pytest.mark.parametrize("name", ROWS)
def test_nothing_later_than_the_as_of_date_changes_the_projection(name, tmp_path):
    path = FOLDER / f"{name}.yaml"
    scenario = ns.load(path)
    for file in path.parent.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    agenda = tmp_path / "agenda.yaml"
    entries = re.split(r"(?=^      - date: )", agenda.read_text(encoding="utf-8"), flags=re.MULTILINE)
    known = [known_part(entry, scenario.as_of) for entry in entries]
    assert known != entries
    agenda.write_text("".join(known), encoding="utf-8")
    runs = [ns.run(each, runs=50, seed=1).outcomes.tobytes() for each in (scenario, ns.load(tmp_path / path.name))]
    assert runs[0] == runs[1]


def known_part(entry, as_of):
    """An entry of a history with what follows it; without the entry if it is later."""
    dated = re.match(r"      - date: ([\d-]+)\n(?:        .*\n)*", entry)
    return entry[dated.end() :] if dated and dated[1] > str(as_of) else entry


@pytest.mark.parametrize("name", ROWS)
def test_every_dated_fact_has_an_address(name):
    agenda = ns.load(FOLDER / f"{name}.yaml").record
    facts = [entry for issue in agenda.issues.values() for entry in issue.history]
    facts += [*agenda.rounds.values(), *agenda.events.values(), *agenda.targets]
    assert len(facts) >= 6
    assert all(fact.citations and fact.citations[0].document.startswith("http") for fact in facts)


if __name__ == "__main__":
    for name in ROWS:
        projection = projected(name)
        print("\n".join(row(projection, *each) for each in ROWS[name]))
