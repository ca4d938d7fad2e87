"""Exports are read back by the tools that they are for."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from icalendar import Calendar

import negsim as ns
from negsim.exchange import POINTS, calendar_file, date_distribution, for_sites, hub_files, questions, questions_text

SCHEMAS = Path(__file__).parent / "hubverse"


@pytest.fixture(scope="module")
def entries(projection):
    return {
        str(event["uid"]).rsplit("-", 1)[-1]: event for event in Calendar.from_ical(calendar_file(projection)).events
    }


def test_a_calendar_has_the_50_percent_dates_of_the_summary(projection, entries):
    table = projection.quantile(0.5).drop("all").dropna()
    assert len(table) > 2
    for issue, day in table.items():
        event = entries[f"{issue}@negsim"]
        assert event["dtstart"].dt == day.date()
        assert event["dtend"].dt == day.date() + timedelta(days=1)
        assert event["status"] == "TENTATIVE"
        assert event["summary"].startswith("Projection:")


def test_a_calendar_has_the_announced_dates_and_months_stay_months():
    agenda = """
agenda:
  sides: [Ford, UAW]
  issues: [wages]
  targets:
    - {who: both, said: 2023-08-01, what: a deal, by: 2023-10, issues: [wages]}
    - {who: UAW, said: 2023-09-20, what: later, by: 2023-12-01}
as_of: 2023-09-15
horizon: 15 weeks
"""
    scenario = _scenario(agenda)
    events = {str(e["summary"]): e for e in Calendar.from_ical(calendar_file(ns.run(scenario, runs=20))).events}
    announced = [event for event in events.values() if event["status"] == "CONFIRMED"]
    assert [str(event["summary"]) for event in announced] == ["a deal (both, 2023-10)"]
    assert announced[0]["dtstart"].dt == date(2023, 10, 1)
    assert announced[0]["dtend"].dt == date(2023, 11, 1)


def _scenario(text):
    import tempfile

    path = Path(tempfile.mkdtemp()) / "scenario.yaml"
    path.write_text(text)
    return ns.load(path)


def test_questions_ask_for_what_the_agenda_says_and_tell_the_share_of_runs(projection):
    found = questions(projection, date(2026, 4, 10))
    expected = projection.resolved_by("2026-04-10")
    agenda = projection.scenario.agenda
    assert [each["id"] for each in found["questions"]] == [facts.id for facts in projection.context.issues]
    for each in found["questions"]:
        assert each["p"] == expected.at[each["id"], "p"]
        assert each["resolution"] == agenda.issues[each["id"]].resolves_when
        assert "2026-04-10" in each["question"]
    text = questions_text(found)
    assert text.count("\n## ") == len(found["questions"])
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_texts_of_the_agenda_cannot_inject_into_markdown():
    scenario = _scenario(
        "agenda:\n  sides: [a, b]\n  issues: {x: '<script>alert(1)</script> [link](http://x) # head'}\n"
        "as_of: 2025-01-01\nhorizon: 30 days\n"
    )
    text = questions_text(questions(ns.run(scenario, runs=5)))
    assert not re.search(r"(?<!\\)[<\[]", text)


def test_a_distribution_agrees_with_the_tally(projection):
    table = date_distribution(projection).set_index(["issue", "point"])
    horizon = projection.context.horizon_days
    for j, facts in enumerate(projection.context.issues):
        counts = projection.tally.resolved[j]
        rows = table.loc[facts.id]
        assert rows["p"].iloc[0] == 0
        assert rows["p"].iloc[-1] == pytest.approx(counts[:-1].sum() / projection.runs)
        half = int(np.floor(horizon * 100 / 200))
        assert rows["p"].iloc[100] == pytest.approx(counts[:half].sum() / projection.runs)


@given(st.lists(st.floats(0, 1), min_size=POINTS - 1, max_size=POINTS - 1), st.floats(0, 1), st.booleans())
def test_sites_accept_every_distribution(weights, reached, one_step):
    steps = np.asarray(weights)
    if one_step:
        steps = np.where(np.arange(POINTS - 1) == int(reached * (POINTS - 2)), 1.0, 0.0)
    total = steps.sum()
    p = np.concatenate([[0.0], np.cumsum(steps) / total * reached if total > 0 else steps])
    out = for_sites(np.minimum(p, 1))
    rises = np.diff(out)
    assert out[0] == 0
    assert out[-1] <= 0.999 + 1e-12
    assert rises.min() >= 5e-5 - 1e-12
    assert rises.max() <= 0.2 + 1e-12


@pytest.fixture(scope="module")
def hub(projection, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    for path, content in hub_files(projection, "base-line").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.mark.parametrize("name", ["tasks", "admin"])
def test_a_hub_fits_the_schemas_of_the_hubverse(hub, name):
    from jsonschema import Draft202012Validator

    schema = json.loads((SCHEMAS / f"{name}-schema.json").read_text())
    found = json.loads((hub / "hub-config" / f"{name}.json").read_text())
    assert list(Draft202012Validator(schema).iter_errors(found)) == []
    found.pop("schema_version")
    assert list(Draft202012Validator(schema).iter_errors(found)) != []


@pytest.mark.slow
def test_the_reader_of_the_hubverse_reads_what_the_tally_says(hub, projection):
    from hubdata import connect_hub

    table = connect_hub(hub).get_dataset().to_table().to_pandas()
    assert set(table["model_id"]) == {"negsim-base_line"}
    assert set(table["origin_date"]) == {projection.context.as_of}
    horizon = projection.context.horizon_days
    kinds = {kind: rows for kind, rows in table.groupby("output_type")}
    assert sorted(kinds) == ["cdf", "pmf", "sample"]
    for j, facts in enumerate(projection.context.issues):
        mine = {
            kind: rows[rows["issue"] == facts.id].set_index("output_type_id")["value"] for kind, rows in kinds.items()
        }
        never = projection.tally.resolved[j][-1] / projection.runs
        assert mine["pmf"].sum() == pytest.approx(1)
        assert mine["pmf"]["beyond"] == pytest.approx(never)
        assert mine["cdf"].is_monotonic_increasing
        # The joint runs: the share of samples that are not within the horizon, and each sample's day.
        assert (mine["sample"] == horizon).mean() == pytest.approx(never)
        first_year = mine["pmf"][[month for month in mine["pmf"].index if month < "2026"]].sum()
        by = projection.resolved_by("2025-12-31").at[facts.id, "p"]
        assert first_year == pytest.approx(by)
    wide = kinds["sample"].pivot(index="output_type_id", columns="issue", values="value")
    every = (wide.max(axis=1) < horizon).mean()
    assert every == pytest.approx(1 - projection.tally.all_resolved[-1] / projection.runs)


def test_export_writes_the_same_bytes_twice_and_replaces_only_hubs(projection, tmp_path):
    for name in ("one", "two"):
        ns.export(
            projection,
            ics=tmp_path / f"{name}.ics",
            questions=tmp_path / f"{name}.json",
            cdf=tmp_path / f"{name}.csv",
            hubverse=tmp_path / name,
        )
    files = [sorted(path.relative_to(tmp_path / n) for path in (tmp_path / n).rglob("*.*")) for n in ("one", "two")]
    assert files[0] == files[1]
    for file in [Path(f"x{end}") for end in (".ics", ".json", ".csv")]:
        assert (tmp_path / f"one{file.suffix}").read_bytes() == (tmp_path / f"two{file.suffix}").read_bytes()
    for path in files[0]:
        one, two = tmp_path / "one" / path, tmp_path / "two" / path
        assert one.is_dir() or one.read_bytes() == two.read_bytes()
    ns.export(projection, hubverse=tmp_path / "one")
    (tmp_path / "mine").mkdir()
    with pytest.raises(ns.NegsimError, match="exists and is no hub"):
        ns.export(projection, hubverse=tmp_path / "mine")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "nothing to export; name at least one of ics, questions, cdf, hubverse"),
        ({"cdf": "a.txt"}, r"cdf takes a file that ends in .csv, but was a.txt"),
        ({"questions": "a.csv"}, r"questions takes a file that ends in .md or .json"),
        ({"cdf": "a.csv", "by": "2026-01-01"}, "by is the date of the questions"),
    ],
)
def test_what_cannot_be_exported_is_refused(projection, asked, message):
    with pytest.raises(ns.NegsimError, match=message):
        ns.export(projection, **asked)


def test_the_command_exports_a_results_folder(negsim, projection, tmp_path):
    projection.save(tmp_path / "runs")
    ended = negsim("export", tmp_path / "runs", "--cdf", tmp_path / "new" / "dates.csv", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["written"] == [str(tmp_path / "new" / "dates.csv")]
    table = pd.read_csv(tmp_path / "new" / "dates.csv")
    assert len(table) == POINTS * (len(projection.context.issues) + 1)
