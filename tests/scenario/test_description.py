"""Assumptions in words: complete, without a trace of YAML, true to the numbers."""

import pytest

import negsim as ns
from negsim.scenario.description import describe
from negsim.scenario.quantity_words import number, quantity, share
from negsim.scenario.scenario import from_mapping
from tests.conftest import ROOT
from tests.kit import SOURCE, chance, steady, talks

SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


def said(scenario):
    return "\n".join(statement.words for section in describe(scenario) for statement in section.statements)


def of(mapping):
    return said(from_mapping(mapping))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_comes_in_words(path):
    scenario = ns.load(path)
    text = said(scenario)
    for name in scenario.issues:
        assert scenario.agenda.issues[name].title in text
    for part in (*scenario.channels.values(), *scenario.shocks.values(), *scenario.packages.values()):
        assert part.title in text
    for name in scenario.parameters:
        assert f"{name}: " in text
    assert not set("{}[]") & set(text)
    assert "None" not in text


def test_statements_carry_the_sources_of_their_numbers(baseline):
    sources = {source for section in describe(baseline) for each in section.statements for source in each.sources}
    for part in (*baseline.parameters.values(), *baseline.channels.values(), *baseline.issues.values()):
        assert set(part.source) <= sources


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.25, "0.25"),
        ("10 days", "10 days"),
        ({"uniform": {"low": "30 days", "high": "90 days"}}, "anything from 30 days to 90 days"),
        ({"triangular": {"low": 1, "mode": 2, "high": 4}}, "around 2, from 1 to 4"),
        ({"exponential": {"mean": "45 days"}}, "mean 45 days, exponential"),
        ({"weibull": {"scale": "100 days", "shape": 2}}, "Weibull, scale 100 days, shape 2"),
        ({"gamma": {"shape": 4, "scale": "0.15 per year"}}, "gamma, scale 0.15 per year times shape 4 on average"),
        ({"beta": {"a": 1, "b": 12, "low": 0, "high": 1}}, "mean 0.077, as 1 of 13 cases would show"),
        ({"beta": {"a": 1, "b": 12, "low": 0.5, "high": 1}}, "beta of 1 and 12, from 0.5 to 1"),
        ({"empirical": {"values": [1, 2, 3]}}, "one of 3 values, from 1 to 3"),
        ({"parameter": "p", "times": 2, "plus": "5 days"}, "2 x p + 5 days"),
        (
            {"lognormal": {"median": {"uniform": {"low": 1, "high": 2}}, "q90": 5}},
            "median (anything from 1 to 2), one in ten above 5",
        ),
    ],
)
def test_every_kind_of_quantity_has_words(value, words):
    assert quantity(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1095.75 days", "3 years"),
        ("365.25 days", "12 months"),
        ("400 days", "400 days"),
        ("0.5 hours", "30 minutes"),
        ("1 hours", "1 hour"),
        (3, "3"),
    ],
)
def test_long_times_read_as_months_and_years_where_that_is_exact(value, words):
    assert number(value) == words


def test_shares_read_as_per_cent():
    assert share(0.125) == "12.5 %"
    assert share({"uniform": {"low": 0.1, "high": 0.2}}) == "anything from 0.1 to 0.2"


def test_how_a_side_concedes_has_the_sources_that_all_issues_share(baseline):
    (section,) = (section for section in describe(baseline) if section.title == "Tactics")
    for statement in section.statements:
        assert any("instructions change in the capital" in source for source in statement.sources)
        assert not any("sanctions hinder payments" in source for source in statement.sources)


def test_talks_by_chance_and_a_deadline_are_said():
    text = of(chance(0.25, "a", deadline={"date": "2026-01-01", "source": SOURCE}, undertaking="single"))
    assert "Each discussion settles it with probability 25 %." in text
    assert "The talks end on 2026-01-01; issues that are not agreed by then lapse." in text
    assert "Nothing is agreed until everything is agreed." in text


def test_tactics_of_every_kind_are_said():
    answer = {"kind": "reciprocal", "aspiration": 0.9, "source": SOURCE}
    firm = {"kind": "fixed", "aspiration": 0.7, "source": SOURCE}
    mapping = talks("a")
    mapping["tactics"] = {"us": answer, "russia": firm}
    mapping["issues"]["a"] = {"start": {"status": "raised"}}
    text = of(mapping)
    assert "United States starts at 90 % and answers each concession of the other side with 1 times as much" in text
    assert "Russia demands 70 % and never concedes" in text


def test_a_climate_of_one_regime_needs_no_words():
    titles = [section.title for section in describe(from_mapping(talks("a", climate=steady(calm={"pace": 1}))))]
    assert "Climate" not in titles
