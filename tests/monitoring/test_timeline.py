"""The timeline: each day knows its record only; jumpiness, scores, resumption."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from negsim.errors import NegsimError
from negsim.files import verify_folder
from negsim.monitoring import Timeline, flip_flop, timeline
from negsim.projection import run
from negsim.scenario import from_mapping
from tests import kit


def talks(*entries):
    mapping = kit.chance(0.3, "a b", gap="30 days", horizon="2 years")
    mapping["agenda"]["issues"]["a"]["history"] += [
        {"date": day, "status": status, "what": "It happened."} for day, status in entries
    ]
    mapping["agenda"]["rounds"] = {"one": {"title": "One", "date": "2025-06-10", "what": "Held.", "issues": []}}
    return from_mapping(mapping)


SETTLED = [("2025-08-01", status) for status in ("agreed", "implementing", "resolved")]


def test_each_day_is_the_scenario_of_that_day_to_the_same_horizon():
    scenario = talks()
    found = timeline(scenario, dates=["2025-06-20", "2025-04-10"], runs=300)
    assert list(found.parts) == [date(2025, 4, 10), date(2025, 6, 20)]
    moved = run(scenario.replace({"horizon": str(scenario.horizon)}).at("2025-06-20"), 300, 1, "batch")
    assert found.table.set_index(["day", "issue"])["p"]["2025-06-20", "a"] == moved["a"].p_resolved


def test_what_happens_later_changes_no_earlier_day():
    before, after = (
        timeline(each, dates=["2025-05-10", "2025-07-10"], runs=100) for each in (talks(), talks(*SETTLED))
    )
    assert before.parts == after.parts


def test_a_settled_issue_has_probability_one_and_leaves_the_rest():
    table = timeline(talks(*SETTLED), dates=["2025-09-10"], runs=100).table.set_index("issue")
    assert (table["p"]["a"], table["p50"]["a"]) == (1.0, "2025-08-01")
    assert table["expected_left"]["a"] == pytest.approx(1 - table["p"]["b"])


def test_every_month_reaches_to_the_last_day_of_the_record():
    found = timeline(talks(*SETTLED), runs=20)
    assert [str(day) for day in found.parts] == ["2025-04-10", "2025-05-10", "2025-06-10", "2025-07-10"]
    with pytest.raises(NegsimError, match='there is no step "week"'):
        timeline(talks(), "week")
    with pytest.raises(NegsimError, match="is not a day from 2025-04-10"):
        timeline(talks(), dates=["2020-01-01"])


def test_the_flip_flop_index_by_hand():
    assert flip_flop([0.5, 0.2, 0.6, 0.4]) == pytest.approx((0.3 + 0.4 + 0.2 - 0.4) / 2)
    assert np.isnan(flip_flop([0.1, 0.2]))


def test_scores_are_those_of_min_of_day_and_today():
    found = timeline(talks(*SETTLED), dates=["2025-04-10"], runs=400)
    table = found.scores(date(2025, 8, 10)).set_index("issue")
    cdf, happened = found.cdf(date(2025, 4, 10), "a"), (date(2025, 8, 1) - date(2025, 4, 10)).days
    expected = (cdf[:happened] ** 2).sum() + ((cdf[happened:122] - 1) ** 2).sum()
    assert table["crps"]["a"] == pytest.approx(expected)
    assert table["brier"]["b"] == pytest.approx(found.cdf(date(2025, 4, 10), "b")[122] ** 2)
    assert table["settled"].to_dict() == {"a": True, "b": False}
    assert not found.scores(date(2025, 7, 1))["settled"].any()


def test_workers_and_an_interruption_do_not_show(tmp_path):
    scenario, days = talks(), ["2025-04-10", "2025-05-10", "2025-06-10"]
    whole = timeline(scenario, dates=days, runs=100, workers=2)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        timeline(scenario, dates=days, runs=100, out=tmp_path / "t", progress=stop)
    steps = []
    again = timeline(scenario, dates=days, runs=100, out=tmp_path / "t", progress=steps.append)
    assert len(steps) == 2
    assert again.parts == whole.parts
    states = {each.name: each.state for each in verify_folder(tmp_path / "t")}
    assert states == {"timeline.csv": "whole", "timeline.json": "whole"}
    stored = Timeline.load(tmp_path / "t")
    assert (stored.data(), stored.plot().svg) == (whole.data(), whole.plot().svg)
    assert stored.scores().equals(whole.scores())
    (tmp_path / "t" / "timeline.json").write_text("{}")
    with pytest.raises(NegsimError, match="does not match"):
        Timeline.load(tmp_path / "t")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(NegsimError):
        timeline(scenario, dates=days, runs=100, out=tmp_path / "mine")


def test_commands_print_and_draw(negsim, tmp_path):
    ended = negsim("timeline", "record_alone", "--every", "quarter", "--runs", 100, "-o", tmp_path / "t.svg")
    assert ended.code == 0, ended.err
    assert "flip-flop" in ended.out
    assert (tmp_path / "t.csv").is_file()
    scored = negsim(
        "score", "record_alone", "--dates", "2025-04-10,2025-10-10", "--runs", 100, "-o", tmp_path / "r.svg"
    )
    assert scored.code == 0, scored.err
    assert (tmp_path / "r.svg").is_file()
    data = json.loads(negsim("score", "record_alone", "--dates", "2025-04-10", "--runs", 100, "--json").out)
    assert len(data["scores"]) == 9


def test_a_bin_of_the_timeline_holds_its_lower_end_and_counts_what_came_true():
    """a is resolved on 1 August: 90 days after 3 May, and later after the days before; 4 May is not 90 days ago."""
    forecasts = {"2025-04-30": 20, "2025-05-02": 5, "2025-05-03": 19, "2025-05-04": 90}
    parts = {date.fromisoformat(day): {"resolved": {"a": [n] * 91}, "runs": 100} for day, n in forecasts.items()}
    found = Timeline(talks(*SETTLED), parts, ("a",), 100, 1).reliability(date(2025, 8, 1))
    assert found["days"].tolist() == [90, 90]
    rows = found[["forecast", "happened", "cases", "weight"]].to_numpy().tolist()
    assert rows == [pytest.approx([0.12, 0.5, 2, 2 / 3]), pytest.approx([0.2, 0, 1, 1 / 3])]
