"""The time scale: milestones and units that suit a horizon of a day up to fifty years, and those asked for."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

import negsim as ns
from negsim.analysis import add_months, milestones
from negsim.projection.narrative import Trace, TraceEntry
from negsim.scenario.scenario import from_mapping
from tests.conftest import context
from tests.kit import talks

AS_OF = date(2025, 4, 10)


@pytest.mark.parametrize(
    ("horizon", "words", "unit"),
    [
        (AS_OF + timedelta(days=1), [], "day"),
        (AS_OF + timedelta(days=3), ["1 day", "2 days"], "day"),
        (AS_OF + timedelta(weeks=15), ["2 weeks", "4 weeks", "8 weeks", "12 weeks"], "day"),
        (add_months(AS_OF, 36), ["6 months", "12 months", "24 months"], "month"),
        (add_months(AS_OF, 360), ["2 years", "5 years", "10 years", "20 years"], "year"),
    ],
)
def test_milestones_and_unit_suit_the_horizon(horizon, words, unit):
    facts = replace(context(1), horizon=horizon)
    assert ([milestone.words for milestone in facts.milestones], facts.unit) == (words, unit)


@pytest.mark.parametrize("days", [2, 3, 7, 14, 30, 60, 100, 200, 400, 700, 1096, 2000, 4000, 9000, 18263])
def test_every_horizon_beyond_a_day_has_milestones_that_rise_and_lie_within_it(days):
    found = milestones(AS_OF, AS_OF + timedelta(days=days))
    dates = [milestone.date for milestone in found]
    assert 1 <= len(dates) <= 4
    assert dates[0] > AS_OF
    assert dates == sorted(set(dates))
    assert dates[-1] < AS_OF + timedelta(days=days)
    assert days == 2 or (dates[-1] - AS_OF).days >= 0.33 * days


def test_what_is_asked_for_replaces_the_defaults():
    p = ns.run(from_mapping(talks("a", horizon="15 weeks")), runs=5)
    asked = p.time_scale("week", ["10 days", "1 month"])
    assert [name for name in asked.summary().columns if name.startswith("by ")] == ["by 2025-04-20", "by 2025-05-10"]
    assert asked.digest.unit == "week"
    assert p.digest.unit == "day"
    for wrong, message in (
        (("days", None), 'did you mean "day"'),
        ((None, ["soon"]), "a length of time such as"),
        ((None, ["16 weeks"]), "16 weeks does not"),
        ((None, ["9999 years"]), "there is no date"),
    ):
        with pytest.raises(ns.NegsimError, match=message):
            p.time_scale(*wrong)


def test_early_dates_under_a_long_horizon_are_days():
    facts = context(1)
    assert facts.unit_of([date(2025, 6, 1), date(2025, 8, 1)]) == "day"
    assert facts.unit_of([date(2025, 6, 1), None]) == "month"


def test_a_trace_shows_hours_if_a_channel_meets_twice_a_day():
    def told(*days):
        beats = tuple(
            TraceEntry(AS_OF + timedelta(days=int(day)), day, "meeting", "is held", 0, "Rounds", {"channel": "rounds"})
            for day in days
        )
        return Trace("T", AS_OF, AS_OF + timedelta(days=9), 0, 1, "", beats, ()).text

    assert "2025-04-10 06:00  Rounds: is held" in told(0.25, 0.5)
    assert "2025-04-10  Rounds: is held" in told(0.25, 1.5)


def test_the_baseline_keeps_its_milestones_and_its_units(baseline):
    from negsim.projection import context_of

    context = context_of(baseline)
    assert [milestone.short for milestone in context.milestones] == ["6 mo.", "12 mo.", "24 mo."]
    assert (context.unit, context.fine_unit) == ("month", "day")


@pytest.mark.parametrize("command", [("run", "-n", 50), ("report", "-n", 50), ("run", "-n", 50, "--reference")])
def test_milestones_are_checked_before_the_runs(negsim, monkeypatch, command):
    monkeypatch.setattr("negsim.cli.execution.run_file", None)
    monkeypatch.setattr("negsim.cli.projection.run_file", None)
    name, *options = command
    ended = negsim(name, "baseline", *options, "--milestones", "4 years", "--dates", "day")
    assert (ended.code, ended.err) == (2, "milestones lie before the horizon, 2028-04-09, but 4 years does not\n")
    ended = negsim(name, "baseline", *options, "--dates", "weeks")
    assert ended.code == 2
    assert 'did you mean "week"?' in ended.err


def test_when_and_compare_show_dates_in_the_unit_asked_for(negsim):
    ended = negsim("when", "baseline", "-n", 50, "-p", "50%", "--dates", "month", "--issues", "banking")
    row = next(line for line in ended.out.splitlines() if line.startswith("Banking"))
    assert re.search(r" \d{4}-\d{2} +\d{4}-\d{2} +\d{4}-\d{2} ", f"{ended.out}"), row
    ended = negsim("compare", "baseline", "both_boulware", "-n", 50, "--dates", "year")
    assert "2025-" not in ended.out.split("\n\n")[1]
    assert " 2026 " in ended.out.split("\n\n")[1]


@pytest.mark.slow
def test_trace_and_explain_show_dates_in_the_unit_asked_for(negsim):
    exact = re.compile(r"\b20\d\d-\d\d-\d\d\b")
    for call in (("trace", "baseline"), ("explain", "baseline", "visas", "-n", 20, "--side", "us")):
        assert exact.search(negsim(*call).out)
        shown = negsim(*call, "--dates", "month").out
        assert not exact.search(shown), call
        assert re.search(r"\b2026-\d\d\b", shown), call
    assert 'did you mean "month"?' in negsim("trace", "baseline", "--dates", "months").err
