"""The projection of April 2025 that was written down to be scored: its figures are what its scenarios give."""

import csv
import re
from datetime import date, datetime

import pytest

import negsim as ns

#: The scenario of the published projection. The tables name it `story`, and the CSV file, as published, `baseline`.
PUBLISHED = "us_russia_2025_04"
PAGE, TABLE = "docs/us-russia-2025-04.md", "docs/us-russia-2025-04.csv"
STORIES = {
    "the story as it is": PUBLISHED,
    "relations freeze at once and for years": "long_freeze",
    "expulsions set in and answer each other": "expulsions",
    "Russia alone concedes": "only_russia_concedes",
    "the United States alone concede": "only_us_concedes",
    "both come down early": "both_conciliatory",
    "staff and property are bargained as a package": "package",
}
ISSUES = {
    "Framework of further meetings": "framework",
    "Banking": "banking",
    "Visas of diplomats": "visas",
    "Movement of diplomats": "movement",
    "Hurdles and secure communication": "hurdles",
    "Staffing levels": "staffing_levels",
    "Local staff": "local_staff",
    "Russian property": "property",
    "Direct flights": "flights",
}


def played(source):
    return ns.run(source, runs=20_000, seed=1, engine="batch")


def on_the_published(root, name, folder):
    """A variant of the baseline as one of the published scenario."""
    if name == PUBLISHED:
        return ns.load(name)
    text = (root / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    assert "extends: baseline.yaml" in text
    (folder / f"{name}.yaml").write_text(text.replace("extends: baseline.yaml", f"extends: {PUBLISHED}"), "utf-8")
    return ns.load(folder / f"{name}.yaml")


def rows(root, first):
    """The cells of the table whose first heading begins so."""
    lines = (root / PAGE).read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(first))
    table = lines[start : lines.index("", start)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in (table[0], *table[2:])]


@pytest.fixture(scope="module")
def projections():
    return {"baseline": played(PUBLISHED), "record_alone": played("record_alone")}


def test_the_file_to_be_scored_is_what_the_scenarios_give(root, projections):
    with (root / TABLE).open(encoding="utf-8", newline="") as file:
        said = list(csv.DictReader(file))
    assert len(said) == 2 * 9 * 12
    by_day = {
        (name, by): projections[name].resolved_by(by)["p"]
        for name, by in {(row["scenario"], row["by"]) for row in said}
    }
    for row in said:
        assert float(row["probability"]) == pytest.approx(by_day[row["scenario"], row["by"]][row["issue"]], abs=6e-4)


def test_the_table_says_the_same(root, projections):
    head, *body = rows(root, "| | settled when")
    columns, which = [], ""
    for text in head[2:]:
        which = {"story": "baseline", "record": "record_alone"}.get(text.split(":")[0], which)
        columns.append((which, datetime.strptime(text.split(":")[-1].strip(), "%d %b %Y").date()))
    assert [row[0] for row in body] == list(ISSUES)
    for name, _, *cells in body:
        for (scenario, by), cell in zip(columns, cells, strict=True):
            share = 100 * projections[scenario].resolved_by(by)["p"][ISSUES[name]]
            assert abs(share - int(cell)) <= 0.51, (name, scenario, by)


@pytest.mark.slow
def test_what_would_make_it_wrong_is_what_those_stories_give(root, tmp_path):
    _, *body = rows(root, "| if |")
    assert [row[0] for row in body] == list(STORIES)
    for name, *cells in body:
        shares = played(on_the_published(root, STORIES[name], tmp_path)).resolved_by(date(2027, 4, 10))["p"]
        for issue, cell in zip(("visas", "local_staff", "property", "flights"), cells, strict=True):
            assert abs(100 * shares[issue] - int(cell)) <= 0.51, (name, issue)


def test_the_words_are_those_of_the_figures(root, projections):
    text = " ".join((root / PAGE).read_text(encoding="utf-8").split())
    p = projections["baseline"]
    many = p.how_many("2027-04-10")
    assert (many.median, many.range) == (4, (1, 7))
    assert "we expect four of the nine, and anything from one to seven" in text
    assert round(100 * float(p.resolved_by(date(2028, 4, 8))["p"]["all"])) == 6
    assert "six chances in a hundred" in text
    errors = [p.resolved_by(day)["se"].max() for day in (date(2025, 10, 10), date(2026, 4, 10), date(2028, 4, 8))]
    assert 100 * max(errors) < 0.5
    for name in re.findall(r"scenarios/(\w+)\.yaml", text):
        assert (root / "scenarios" / f"{name}.yaml").is_file()
    value = ns.load(PUBLISHED).parameters["us_patience"].value.text["lognormal"]
    assert (round(float(value["median"].split()[0]) / 30.44), float(value["q90"].split()[0]) / 365.25 > 3.5) == (
        7,
        True,
    )


def test_the_baseline_differs_from_the_published_scenario_by_its_links_alone():
    """The table of what the links changed rests on this; it and this test go when the baseline changes further."""
    links = ("shocks.linkage", "shocks.settlement", "parameters.outside_settlement")
    published = ns.load(PUBLISHED)
    words = {key: getattr(published, key) for key in ("title", "question", "description")}
    assert ns.load("baseline").replace(dict.fromkeys(links) | words) == published
