"""``ns.compare`` and ``negsim compare``: real runs, common luck, and everything that a reader sees."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rich.cells import cell_len as cells

import negsim as ns
from negsim.errors import NegsimError
from negsim.experiments.comparison import Comparison
from negsim.scenario.scenario import from_mapping
from tests import kit

BASELINE = "scenarios/baseline.yaml"


@pytest.fixture(scope="session")
def hard(baseline):
    return baseline.replace({"title": "US hard", "tactics.us.beta": 0.1})


@pytest.fixture(scope="session")
def compared(projection, hard):
    return ns.compare(projection, hard)


def test_the_table_is_what_the_tidy_tables_of_the_runs_say(compared):
    (one, two) = compared.projections
    assert (one.runs, two.runs, one.seed, two.seed) == (300, 300, 1, 1)
    both = one.issues.merge(two.issues, on=["run", "issue"], suffixes=("_a", "_b"))
    for name, rows in both.groupby("issue", observed=True):
        found = compared.issues.loc[("B", name)]
        by = (found["by"] - one.scenario.as_of).days
        d = (rows["resolved_b"] < by + 1).astype(float) - (rows["resolved_a"] < by + 1)
        assert found["difference"] == pytest.approx(d.mean())
        assert found["se"] == pytest.approx(d.std(ddof=0) / np.sqrt(300))
        assert found["later"] == (np.floor(rows["resolved_b"]) > np.floor(rows["resolved_a"])).mean()
        assert found["p_base"] == one.resolved_by(found["by"]).loc[name, "p"]
    assert list(compared.issues.index.get_level_values("issue")) == [*one.scenario.issues, "all"]
    assert len(compared.chances) == 10 * 4


def test_common_luck_saves_more_than_half_of_the_variance_on_one_changed_lever(compared):
    assert compared.pairs[0].saved > 4
    assert (compared.issues["saved"].drop("all", level="issue") > 2).all()
    assert "Shared random numbers divide the variance" in compared._repr_html_()


def test_a_scenario_compared_with_itself_differs_in_nothing(projection):
    same = ns.compare(projection, projection)
    table = same.issues
    assert (table["difference"] == 0).all()
    assert (table["se"] == 0).all()
    assert (table["same"] == 1).all()
    assert same.verdict.startswith("No difference that 300 runs can show")
    assert same.differences() == ()
    assert "A and B assume the same." in same.notes


def test_an_issue_more_leaves_the_luck_of_the_others_as_it_was():
    """Early harvest, room for all: whoever adds an issue finds every bit of the others where it was."""
    few, more = (kit.talks(names, defaults={"settle": {"chance": 0.1}}) for names in ("a b", "a x b"))
    found = ns.compare(from_mapping(few), from_mapping(more), runs=200, engine="reference")
    before, after = (p.outcomes for p in found.projections)
    assert before.tobytes() == np.ascontiguousarray(after[:, [0, 2]]).tobytes()
    assert len(np.unique(before["resolved"])) > 20
    assert (found.issues["difference"] == 0).all()
    assert (found.issues["same"] == 1).all()
    assert "Only in B: X." in found.notes


def test_every_other_is_compared_with_the_first(baseline, hard):
    three = ns.compare(baseline, baseline, hard, runs=30, engine="reference")
    assert three.labels == ["A", "B", "C"]
    assert three.issues.loc["B", "same"].eq(1).all()
    assert three.issues.loc["C", "same"].lt(1).any()
    assert len(three.verdict.splitlines()) == 2
    assert [d.path for d in three.differences(1)] == ["tactics.us.beta"]


def test_projections_that_do_not_share_their_luck_are_refused_with_all_that_differs(projection, baseline):
    other = ns.run(baseline, runs=20, seed=7, engine="reference", luck=2)
    with pytest.raises(NegsimError) as refused:
        ns.compare(projection, other)
    for words in ("A has runs 300, B has 20", "A has seed 1, B has 7", "A has luck 0, B has 2"):
        assert words in str(refused.value)
    with pytest.raises(NegsimError, match="A has seed 1, B has 5"):
        ns.compare(projection, baseline, runs=300, seed=5)


def test_what_is_wrong_is_said_before_anything_is_played(baseline, monkeypatch):
    monkeypatch.setattr("negsim.experiments.comparing.run", lambda *_, **__: pytest.fail("it ran"))
    for arguments, options, message in (
        ((baseline,), {}, "two scenarios or more"),
        ((), {}, "two scenarios or more"),
        ((baseline, baseline), {"by": "2031-01-01"}, "that both cover, 2025-04-10 to 2028-04-08"),
        ((baseline, baseline), {"by": "soon"}, "a day is a date .*, but was 'soon'"),
        ((baseline, baseline), {"runs": 1_000_000}, "too many to keep in memory"),
    ):
        with pytest.raises(NegsimError, match=message):
            ns.compare(*arguments, **options)
    with pytest.raises(NegsimError, match="two scenarios or more"):
        Comparison(None, ())


def test_another_horizon_is_said_and_only_common_dates_are_compared(baseline):
    found = ns.compare(baseline, baseline.replace(horizon="1 year"), runs=20, engine="reference")
    assert "A covers 2025-04-10 to 2028-04-08, B 2025-04-10 to 2026-04-09" in found.notes[0]
    assert found.issues["same"].eq(1).all()
    days = {str(day) for day in found.chances.index.get_level_values("by")}
    assert {"2025-10-10", "2026-04-09"} < days
    assert max(days) == "2026-04-09"


def test_texts_from_files_are_escaped():
    evil = '<script>alert("x")</script>'
    mapping = kit.talks("a", title=evil)
    mapping["agenda"]["issues"]["a"]["title"] = evil
    mapping["agenda"]["sides"]["us"]["title"] = evil
    other = kit.talks("a", title=evil, both={"patience": "200 days"})
    other["agenda"] = mapping["agenda"]
    html = ns.compare(from_mapping(mapping), from_mapping(other), runs=5, engine="reference")._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 4
    for tag in ("table", "ul", "p", "tr", "td"):
        assert html.count(f"<{tag}>") + html.count(f"<{tag} ") == html.count(f"</{tag}>")


def test_the_command_prints_eighty_columns_with_everything_in_them(negsim, compared, tmp_path, root):
    hard = tmp_path / "hard.yaml"
    lever = "tactics: {us: {beta: 0.1, source: 'judgement: a test'}}"
    text = f"extends: {root / BASELINE}\ntitle: US hard\n{lever}\n"
    hard.write_text(text, encoding="utf-8")
    ended = negsim("compare", BASELINE, hard, "--runs", 300)
    assert (ended.code, ended.err) == (0, "")
    assert max(map(cells, ended.out.splitlines())) <= 80
    flat = " ".join(ended.out.split())
    for issue in compared.pairs[0].issues:
        assert issue.facts.title.split()[0] in flat
    for words in (
        compared.verdict,
        "- United States beta: parameter us_beta -> 0.1 (9 issues)",
        "Shared random numbers divide",
    ):
        assert words in flat
    assert " 50 % in B" in ended.out
    assert "after 2028-04" in ended.out


def test_the_picture_has_a_row_for_each_issue_and_the_figures_of_the_table(compared):
    picture = compared.plot()
    same = compared.issues.reset_index()
    assert picture.table.equals(same)
    for row in same[same["mean_days_se"] > 0].to_dict("records"):
        if abs(row["mean_days"]) >= 10:
            assert f"{row['mean_days']:+.0f}".replace("-", "−") in picture.svg
    for words in ("less often", "later →", "US hard resolves", compared.pairs[0].on.isoformat()):
        assert words in picture.svg
    assert picture.svg == compared.plot().svg


def test_the_command_draws_the_comparison(negsim, tmp_path):
    target = tmp_path / "new" / "c.svg"
    words = ("compare", BASELINE, "both_conciliatory", "--runs", 20, "-o")
    assert negsim(*words, target).code == 0
    assert target.read_text(encoding="utf-8").count("← less often") == 1
    assert target.with_suffix(".csv").read_text(encoding="utf-8").startswith("scenario,issue,title,by,p_base,")
    refused = negsim(*words, tmp_path / "c.jpg")
    assert (refused.code, refused.out) == (2, "")
    assert "a picture is written as .svg or .png" in refused.err


@pytest.mark.slow
def test_folders_are_compared_as_they_are_and_files_fill_up(negsim, tmp_path):
    for story, seed in (("baseline", 1), ("summit", 2)):
        negsim("run", f"scenarios/{story}.yaml", "-n", 20, "--seed", seed, "--out", tmp_path / story)
    refused = negsim("compare", tmp_path / "baseline", tmp_path / "summit")
    assert (refused.code, refused.out) == (2, "")
    assert "A has seed 1, B has 2" in refused.err
    ended = negsim("compare", tmp_path / "summit", BASELINE, "--by", "2026-04-10", "--json")
    data = json.loads(ended.out)
    assert (data["runs"], data["seed"], [s["label"] for s in data["scenarios"]]) == (20, 2, ["A", "B"])
    (pair,) = data["comparisons"]
    assert pair["by"] == "2026-04-10"
    assert pair["differences"][0]["path"] == "shocks.summit"
    assert len(pair["issues"]) == 9
    assert set(pair["issues"][0]["by"]) == {"2025-10-10", "2026-04-10", "2027-04-10", "2028-04-08"}
    assert ended.out == negsim("compare", tmp_path / "summit", BASELINE, "--by", "2026-04-10", "--json").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((BASELINE,), "two scenarios or more"),
        ((BASELINE, "scenarios/sumit.yaml"), "sumit.yaml"),
        ((BASELINE, BASELINE, "--by", "2026"), "--by takes a date (2027-04-10)"),
        (("/", BASELINE), "holds no projection"),
    ],
    ids=str,
)
def test_a_mistake_ends_with_two_and_a_word_on_it(negsim, arguments, message):
    ended = negsim("compare", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
