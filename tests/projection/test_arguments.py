"""What public functions take for a scenario, and what they say of anything else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import negsim as ns
from negsim.errors import ArgumentTypeError, NegsimError


@pytest.fixture(scope="module")
def few():
    return ns.run("baseline", runs=40, engine="batch")


@pytest.mark.slow
def test_a_name_a_path_a_scenario_a_projection_and_a_folder_stand_for_the_same(few, tmp_path):
    few.save(tmp_path / "out")
    path = ns.load("baseline").file
    for source in ("baseline", path, ns.load("baseline"), few, tmp_path / "out"):
        again = ns.run(source, runs=40, engine="batch")
        assert again.outcomes.tobytes() == few.outcomes.tobytes()
    loaded = ns.load(tmp_path / "out")
    assert loaded.outcomes.tobytes() == few.outcomes.tobytes()
    assert ns.report(loaded) == ns.report([few])


def test_compare_takes_several_or_one_list(few):
    one = ns.compare(few, few.scenario.replace(horizon="2 years"))
    two = ns.compare([few, few.scenario.replace(horizon="2 years")])
    assert one.issues.equals(two.issues)


@pytest.mark.parametrize("call", [pytest.param(ns.report, marks=pytest.mark.slow), ns.table])
def test_one_scenario_stands_for_a_list_of_it(call):
    s = ns.load("baseline")
    one, listed = call(s, runs=10), call([s], runs=10)
    assert one.equals(listed) if call is ns.table else one == listed


@pytest.mark.parametrize("call", [ns.run, ns.report, ns.explain, ns.trace, ns.discover])
@pytest.mark.parametrize("value", [3, None])
def test_anything_else_is_an_error_in_one_line(call, value):
    extra = ("banking",) if call in (ns.explain, ns.discover) else ()
    with pytest.raises(ArgumentTypeError, match="expected a scenario, a projection, the path") as caught:
        call(value, *extra)
    assert isinstance(caught.value, TypeError)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("call", "keyword", "meant"),
    [
        (ns.run, "n_runs", "runs"),
        (ns.compare, "sed", "seed"),
        (ns.sweep, "sample", "samples"),
        (ns.report, "run", "runs"),
    ],
)
def test_a_keyword_that_is_nearly_right_is_answered_with_the_right_one(call, keyword, meant):
    with pytest.raises(ArgumentTypeError, match=f'no keyword "{keyword}"; did you mean "{meant}"'):
        call("baseline", **{keyword: 1})


def test_a_projection_answers_by_issue_quantile_length_and_csv(few, tmp_path):
    assert len(few) == 40
    assert few["banking"].equals(few.summary().loc["banking"])
    with pytest.raises(NegsimError, match=r'no issue "bankin" in play.*did you mean "banking"'):
        few["bankin"]
    on = few.quantile(0.5)["banking"]
    assert few.resolved_by(on.date()).loc["banking", "p"] >= 0.5
    assert few.resolved_by((on - timedelta(days=1)).date()).loc["banking", "p"] < 0.5
    few.to_csv(tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text(encoding="utf-8") == few.to_csv()
    with pytest.raises(ArgumentTypeError, match=r"when\(0.8, \['flights'\]\)"):
        few.when("flights")
    with pytest.raises(AttributeError, match='did you mean "burndown"'):
        few.plot.burndwn  # noqa: B018
    assert "calendar" in dir(few.plot)


def test_results_are_tables_in_a_notebook(few):
    sweep = ns.sweep("baseline", {"tactics.us.beta": [0.2, 1]}, runs=10)
    for result in (few, few.when(0.5), few.how_many("2026-04-10"), sweep, few.trace(0)):
        assert result._repr_html_().startswith(("<table", "<pre"))
    assert few.when(0.99)._repr_html_().count("after 2028-04-08") == 3
    assert "12 more rows" not in sweep._repr_html_()
    assert few.scenario.run(runs=40, engine="batch").outcomes.tobytes() == few.outcomes.tobytes()


def test_several_projections_stand_in_one_table(few):
    other = few.scenario.replace({"title": "Other", "leave_out": ["visas"]})
    both = ns.table([few, other], "p_resolved", runs=40)
    assert list(both.index) == ["Baseline", "Other"]
    assert both.loc["Baseline", "banking"] == few["banking"]["p_resolved"]
    assert both.loc[["Other"], "visas"].isna().all()
    with pytest.raises(NegsimError, match='no column "p5"'):
        ns.table(few, "p5")


TALKS = {"agenda": {"sides": ["A", "B"], "issues": ["X"]}, "as_of": "2025-01-01", "horizon": "3 months"}


def test_a_mapping_stands_for_the_file_that_it_would_be(tmp_path):
    (tmp_path / "s.yaml").write_text(json.dumps(TALKS))
    assert ns.load(TALKS) == ns.load(tmp_path / "s.yaml")
    assert ns.run(TALKS, runs=5, engine="reference").scenario == ns.load(TALKS)
    with pytest.raises(ns.InputError, match=r'unknown key "agnda"; allowed: .*; did you mean "agenda"'):
        ns.load({**TALKS, "agnda": 1})
    with pytest.raises(ns.InputError, match="summary"):
        ns.load(TALKS, strict=True)
    assert list(ns.load_agenda(TALKS["agenda"]).issues) == ["x"]


@pytest.mark.parametrize(
    ("cls", "makes"), [(ns.Scenario, "load"), (ns.Agenda, "load_agenda"), (ns.Issue, "load_agenda")]
)
def test_classes_of_files_name_the_function_that_makes_them(cls, makes):
    for given, named in (((), {}), ((TALKS,), {}), (("s.yaml",), {}), ((), {"title": "x"})):
        message = rf"^{cls.__name__}\(\) can't be called; negsim.{makes} makes one from a file, .*\Z"
        with pytest.raises(ArgumentTypeError, match=message):
            cls(*given, **named)


def test_a_day_is_a_date_or_a_time_from_the_as_of_date(few):
    for on in ("12 months", "2026-04-10", "horizon"):
        on_date = "2028-04-08" if on == "horizon" else "2026-04-10"
        assert few.resolved_by(on).equals(few.resolved_by(on_date))
        assert few.how_many(on).by.isoformat() == on_date
        assert few.given("visas", resolved_by=on).runs == few.given("visas", resolved_by=on_date).runs
    assert ns.compare(few, few, by="12 months").verdict == ns.compare(few, few, by="2026-04-10").verdict


def test_what_is_no_public_name_is_answered_with_what_was_meant(few):
    for name, message in (
        ("when", r"a projection has it: negsim.run\(...\).when"),
        ("burndown", r"a projection draws it: negsim.run\(...\).plot.burndown\(\)"),
        ("laod", 'did you mean "load"'),
        ("nothing_like_it", "has no attribute 'nothing_like_it'$"),
    ):
        with pytest.raises(AttributeError, match=message):
            getattr(ns, name)
    with pytest.raises(AttributeError, match=r'no "savefig"; save\("x.svg"\) writes it'):
        few.plot("burndown").savefig  # noqa: B018
    with pytest.raises(ArgumentTypeError, match=r"vary takes values by path, such as .*, but was 'tactics"):
        ns.sweep("baseline", "tactics.us.beta=0.2,1")


def test_check_takes_an_agenda(tmp_path):
    (tmp_path / "a.yaml").write_text(json.dumps({"sides": ["A", "B"], "issues": []}))
    assert [p.message for p in ns.check("seeds/agenda.yaml")] == []
    assert "issues" in ns.check(tmp_path / "a.yaml")[0].message
