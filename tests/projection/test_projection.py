"""A projection: its tables agree with each other, it is frozen, and it survives being saved."""

import json
import math
from datetime import date

import numpy as np
import pytest

import negsim as ns
from negsim.errors import NegsimError
from negsim.files import MANIFEST
from negsim.projection.running import run
from negsim.projection.storage import TABLES, TALLY
from negsim.simulation.machine import pick_engine


def same(one, other):
    return one.outcomes.tobytes() == other.outcomes.tobytes() and one.run_table.tobytes() == other.run_table.tobytes()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(baseline):
    first, again, other = (run(baseline, runs=20, seed=seed) for seed in (5, 5, 6))
    assert same(first, again)
    assert not same(first, other)


def test_more_runs_keep_the_first_ones(baseline, projection):
    few = run(baseline, runs=20, seed=1)
    assert few.outcomes.tobytes() == projection.outcomes[:20].tobytes()


def test_the_resolved_scenario_runs_to_the_same_bytes(baseline, projection, tmp_path):
    path = tmp_path / "resolved.yaml"
    path.write_text(baseline.to_yaml(), encoding="utf-8")
    again = run(ns.load(path), runs=projection.runs, seed=projection.seed)
    assert same(again, projection)
    assert again.hash == projection.hash


def test_the_tidy_table_has_a_row_a_run_and_issue_and_no_missing_time(projection):
    table = projection.issues
    assert len(table) == projection.runs * len(projection.scenario.issues)
    times = table[["opened", "agreed", "resolved", "lapsed"]]
    assert not times.isna().any().any()
    assert np.isinf(table["resolved"]).sum() == (table["reason"] != "resolved").sum()
    assert (table.loc[table["reason"] == "resolved", "status"] == "resolved").all()


def test_the_time_of_an_issue_is_all_accounted_for(projection):
    table = projection.issues
    spent = table.filter(like="spent_").sum(axis=1)
    end = table["run"].map(dict(enumerate(projection.run_table["end"])))
    until = table[["resolved", "lapsed"]].min(axis=1).clip(upper=end)
    assert np.allclose(spent, until, atol=1e-6)


def test_changing_a_table_changes_no_projection(projection):
    mine = projection.issues
    mine.loc[:, "resolved"] = -1.0
    assert projection.issues["resolved"].min() >= 0
    with pytest.raises(ValueError, match="read-only"):
        projection.outcomes["agreed"][0, 0] = 0
    with pytest.raises(AttributeError):
        projection.seed = 2


def test_summary_table_dates_and_resolved_by_agree(projection):
    summary, one_year = projection.summary(), projection.resolved_by("2026-04-10")
    assert summary["by 2026-04-10"].tolist() == one_year["p"].tolist()
    assert summary["se 2026-04-10"].tolist() == one_year["se"].tolist()
    table = projection.issues
    by_hand = table[np.floor(table["resolved"]) <= 365].groupby("issue", observed=False).size() / projection.runs
    assert one_year["p"].drop("all").tolist() == pytest.approx(by_hand.tolist())
    assert projection.resolved_by(projection.context.horizon)["p"].tolist() == summary["p_resolved"].tolist()


def test_agreed_comes_no_later_than_resolved(projection):
    summary = projection.summary()
    assert (summary["p_agreed"] >= summary["p_resolved"]).all()


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("tomorrow", "a day is a date .* or .horizon., but was 'tomorrow'"),
        ("2040-01-01", "nothing was computed for 2040-01-01"),
        (date(2020, 1, 1), "nothing was computed for 2020-01-01"),
        (7, "a day is a date .*, but was 7"),
    ],
)
def test_a_date_that_cannot_be_answered_is_refused(projection, when, message):
    with pytest.raises(NegsimError, match=message):
        projection.resolved_by(when)


def test_the_burndown_ends_where_the_outcomes_do(projection):
    table = projection.burndown()
    ends = projection.issues.groupby("run")["resolved"].apply(lambda t: int(np.isinf(t).sum()))
    last = table.iloc[-1]
    assert last["mean"] == pytest.approx(ends.mean())
    assert last["median"] == np.quantile(ends, 0.5, method="inverted_cdf")
    assert table[table["part"] == "projected"].iloc[0]["q90"] == len(projection.scenario.issues)


def test_the_record_in_the_burndown_is_that_of_the_tracker(projection):
    table = projection.burndown()
    last = table[table["part"] == "recorded"].iloc[-1]
    board = projection.scenario.agenda.board(projection.scenario.as_of)
    on_the_table = [row for row in board if row.id in projection.scenario.issues and not row.status.final]
    assert last["low"] == last["high"] == len(on_the_table)


def test_an_issue_that_has_not_opened_is_not_in_the_record(root):
    later = run(ns.load(root / "scenarios" / "arms_control_follows.yaml"), runs=3)
    table = later.burndown()
    last = table[table["part"] == "recorded"].iloc[-1]
    dormant = [facts for facts in later.context.issues if facts.status == "dormant"]
    assert dormant
    assert last["high"] == len(later.context.issues) - len(dormant)


def test_a_notebook_shows_every_issue_and_escapes_its_title(baseline, projection):
    html = projection._repr_html_()
    assert html.count("<tr>") == len(baseline.issues) + 2
    agenda = baseline.agenda
    issue = next(iter(agenda.issues.values()))
    hostile = agenda.model_copy(
        update={"issues": {**agenda.issues, issue.id: issue.model_copy(update={"title": "<b onload=x>"})}}
    )
    from dataclasses import replace

    shown = replace(projection, scenario=baseline.model_copy(update={"agenda": hostile}))._repr_html_()
    assert "<b onload" not in shown
    assert "&lt;b onload=x&gt;" in shown


def test_saving_and_loading_gives_the_same_projection(projection, tmp_path):
    projection.save(tmp_path / "out", command="negsim run x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]
    assert {p.name for p in (tmp_path / "out").iterdir()} == {MANIFEST, TALLY, *TABLES}
    again = ns.Projection.load(tmp_path / "out")
    assert same(again, projection)
    assert (again.seed, again.engine, again.versions, again.scenario) == (
        projection.seed, projection.engine, projection.versions, projection.scenario,
    )  # fmt: skip
    assert again.summary().equals(projection.summary())


def test_the_tables_can_be_read_without_us(projection, tmp_path):
    import pandas as pd

    projection.save(tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "outcomes")
    assert table["resolved"].max() == math.inf
    assert list(table["issue"].cat.categories) == list(projection.scenario.issues)
    assert len(pd.read_parquet(tmp_path / "out" / "runs")) == projection.runs


def test_the_manifest_says_where_it_comes_from_and_holds_no_time_of_day(projection, tmp_path):
    for name in ("one", "two"):
        projection.save(tmp_path / name, command="negsim run x")
    texts = [(tmp_path / name / MANIFEST).read_text(encoding="utf-8") for name in ("one", "two")]
    assert texts[0] == texts[1]
    manifest = json.loads(texts[0])
    assert manifest["hash"] == projection.hash
    assert (manifest["seed"], manifest["runs"], manifest["engine"]) == (1, 300, "batch")
    assert manifest["command"] == "negsim run x"
    assert manifest["scenario"] == projection.scenario.to_yaml()
    assert {"negsim", "python", "numpy", "numba", "scipy", "simpy"} <= set(manifest["versions"])


def test_results_of_the_same_scenario_are_replaced(baseline, tmp_path):
    run(baseline, runs=5).save(tmp_path / "out")
    run(baseline, runs=6).save(tmp_path / "out")
    assert ns.Projection.load(tmp_path / "out").runs == 6
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_results_of_another_scenario_are_kept(baseline, projection, tmp_path):
    projection.save(tmp_path / "out")
    other = run(baseline.replace({"horizon": "1 year"}), runs=5)
    with pytest.raises(NegsimError, match="is not changed: it holds a projection of another scenario"):
        other.save(tmp_path / "out")
    assert ns.Projection.load(tmp_path / "out").runs == projection.runs


@pytest.mark.parametrize("name", ["notes.txt", "scenario.yaml"])
def test_somebody_elses_files_are_kept(projection, tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(NegsimError, match=f"holds files that are not of a projection \\({name}\\)"):
        projection.save(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_an_empty_folder_is_filled_and_a_file_is_not_overwritten(baseline, tmp_path):
    (tmp_path / "empty").mkdir()
    few = run(baseline, runs=3)
    few.save(tmp_path / "empty")
    assert ns.Projection.load(tmp_path / "empty").runs == 3
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NegsimError, match="exists and is not a folder"):
        few.save(tmp_path / "file")
    with pytest.raises(NegsimError, match="there is no folder"):
        few.save(tmp_path / "no" / "where")


def test_an_interrupted_save_leaves_nothing(projection, tmp_path, monkeypatch):
    from pathlib import Path

    real = Path.write_bytes

    def interrupted(path, content):
        real(path, content[: len(content) // 2])
        if path.parent.name == "runs":
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_bytes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        projection.save(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_was_changed_is_not_taken_for_a_result(projection, tmp_path, name):
    projection.save(tmp_path / "out")
    (path,) = (tmp_path / "out" / name).iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(NegsimError, match=f"{name} is missing or does not match"):
        ns.Projection.load(tmp_path / "out")
    path.unlink()
    with pytest.raises(NegsimError, match=f"{name} is missing"):
        ns.Projection.load(tmp_path / "out")


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(path.read_bytes()[:-1]), lambda path: path.unlink()])
def test_counts_that_were_changed_are_not_taken_for_a_result(projection, tmp_path, change):
    projection.save(tmp_path / "out")
    change(tmp_path / "out" / TALLY)
    with pytest.raises(NegsimError, match=f"{TALLY} is missing or does not match"):
        ns.Projection.load(tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "holds no projection"),
        ("{", "cannot be read"),
        ('{"format": "other"}', "is not a manifest of the format"),
        ("[]", "is not a manifest"),
    ],
)
def test_a_folder_that_is_no_projection_says_so(tmp_path, text, message):
    if text is not None:
        (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(NegsimError, match=message):
        ns.Projection.load(tmp_path)


def test_a_manifest_whose_scenario_reads_otherwise_now_is_refused(projection, tmp_path):
    projection.save(tmp_path / "out")
    path = tmp_path / "out" / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["hash"] = "0" * 64
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(NegsimError, match="another version of negsim"):
        ns.Projection.load(tmp_path / "out")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"runs": 0}, "runs is a whole number from 1 to"),
        ({"runs": 2.5}, "but was 2.5"),
        ({"runs": True}, "but was True"),
        ({"seed": -1}, "seed is a whole number from 0"),
        ({"seed": 2**64}, "seed is a whole number"),
        ({"engine": "referense"}, 'no engine "referense"; allowed: auto, batch, reference; did you mean "reference"'),
    ],
)
def test_runs_that_cannot_be_are_refused(baseline, wrong, message):
    with pytest.raises(NegsimError, match=message):
        run(baseline, **({"runs": 2} | wrong))


def test_the_engine_that_ran_is_named(projection):
    assert (pick_engine("auto"), projection.engine) == ("batch", "batch")
    assert "batch engine" in projection.provenance


def test_numbers_from_numpy_are_numbers(baseline):
    counted = run(baseline, runs=np.int64(3), seed=np.uint64(1))
    assert (counted.runs, counted.seed, type(counted.seed)) == (3, 1, int)


def test_progress_counts_every_run(baseline):
    seen = []
    run(baseline, runs=7, progress=seen.append)
    assert sum(seen) == 7


def test_a_what_if_shares_the_luck_of_the_base_case(baseline, projection):
    """What the change does not touch is the same in every run: here everything, since the title alone differs."""
    renamed = run(baseline.replace(title="The same talks"), runs=20, seed=1)
    assert renamed.outcomes.tobytes() == projection.outcomes[:20].tobytes()
    assert renamed.hash != projection.hash


def test_numbers_that_were_clipped_are_reported(projection):
    from dataclasses import replace

    assert projection.tally.clipped == projection.run_table["clipped"].sum()
    assert len(projection.notes) == 1 + bool(projection.tally.clipped)
    clipped = replace(projection, tally=replace(projection.tally, clipped=600))
    assert clipped.notes[-1].startswith("600 drawn numbers lay outside")


def test_there_is_a_story_for_every_run_and_no_other(projection):
    assert projection.trace(299).run == 299
    with pytest.raises(NegsimError, match="there are runs 0 to 299, but was 300"):
        projection.trace(300)
