"""Changes of a scenario whose effect on every run is known without running it, on random scenarios and both engines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from negsim.errors import NegsimError
from tests.kit import ENGINES, SOURCE, Played, compiled, play, steady, talks
from tests.strategies import scenarios

TIMES = ("opened", "agreed", "resolved", "lapsed")
SIDES = ("us", "russia")


@st.composite
def plain(draw: st.DrawFn) -> dict[str, Any]:
    """Talks of two or three issues; only gaps and lags are drawn."""
    names = "abc"[: draw(st.integers(2, 3))]
    shares = st.integers(0, 14).map(lambda k: k / 20)
    issues = {
        name: {
            "reservation": {side: draw(shares) for side in SIDES},
            "hours": draw(st.sampled_from(["1 hour", "2 hours"])),
            "first": draw(st.sampled_from(SIDES)),
            "priority": k,
        }
        for k, name in enumerate(names)
    }
    tactics = {
        side: {
            "beta": draw(st.sampled_from([0.5, 1, 2])),
            "patience": f"{draw(st.sampled_from([64, 128, 512]))} days",
        }
        for side in SIDES
    }
    days = draw(st.sampled_from([8, 16, 32]))
    gap = draw(st.sampled_from([f"{days} days", {"exponential": {"mean": f"{days} days"}}]))
    return talks(issues, tactics=tactics, channel={"gap": gap, "session": "3 hours"}, horizon="1024 days")


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Data with other names as keys and as texts."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    return names.get(value, value) if isinstance(value, str) else value


AS_OF = date(2025, 4, 10)  # of all talks here


def slower(value: Any) -> Any:
    """Data with every duration twice as long, every date twice as far from ``as_of``, and every rate half as high."""
    if isinstance(value, dict):
        return {key: slower(each) for key, each in value.items()}
    if isinstance(value, list):
        return [slower(each) for each in value]
    text = value if isinstance(value, str) else ""
    if found := re.fullmatch(r"([\d.]+) (day|year)s?", text):
        return f"{2 * float(found[1]):g} {found[2]}s"
    if found := re.fullmatch(r"([\d.]+) per year", text):
        return f"{float(found[1]) / 2:g} per year"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return str(AS_OF + 2 * (date.fromisoformat(text) - AS_OF))
    return value


def slower_talks(mapping: dict[str, Any]) -> dict[str, Any]:
    """The same negotiation at half the speed. A deadline is the end of its day, so it comes a day after the double."""
    longer = {key: value if key == "agenda" else slower(value) for key, value in mapping.items()}
    if "deadline" in mapping:
        days = (date.fromisoformat(mapping["deadline"]["date"]) - AS_OF).days
        longer["deadline"] = {**mapping["deadline"], "date": str(date.fromordinal(AS_OF.toordinal() + 2 * days + 1))}
        for tactic in longer["tactics"].values():
            if tactic.get("patience") == {"until": "deadline"}:
                tactic["patience"] = {"until": "deadline", "times": 2 * days / (2 * days + 1)}
    return longer


def at_half_speed(first: Played, second: Played) -> None:
    """Check that each time is exactly twice as late and nothing else differs. A factor of two is exact."""
    for one, two, times in (
        (first.issues, second.issues, {"agreed", "resolved", "lapsed", "spent"}),
        (first.runs, second.runs, {"end"}),
    ):
        for column in set(one.dtype.names or ()) - {"opened"}:
            factor = 2 if column in times else 1
            assert same(factor * one[column], two[column]), column
    later = first.issues["opened"] > 0  # a day before as_of is of the agenda, and not changed
    assert same(2 * first.issues["opened"][later], second.issues["opened"][later])


#: Talks with everything that takes time: each of its durations, dates and rates decides some outcome.
ALL_CLOCKS: dict[str, Any] = talks(
    {
        "a": {"reservation": {"us": 0.3, "russia": {"uniform": {"low": 0.2, "high": 0.6}}}},
        "b": {
            "settle": {"chance": 0.4},
            "implementation": {"lag": {"weibull": {"scale": "20 days", "shape": 2}}, "collapse": 0.3, "step": 0.1},
        },
        "c": {"opens": {"on": "2025-05-12"}, "settle": {"chance": 0.3}},
        "d": {
            "start": {"status": "implementing", "terms": {"us": 0.5, "russia": 0.5}, "passed": "16 days"},
            "implementation": {"lag": {"gamma": {"shape": 2, "scale": "32 days"}}},
        },
        "e": {
            "start": {
                "status": "suspended", "was": "discussing", "rounds": 1, "left": {"exponential": {"mean": "16 days"}}
            },
            "settle": {"chance": 0.5},
        },
        "f": {
            "start": {"status": "discussing", "clock": {"us": "20 days", "russia": "8 days"}, "rounds": 1},
            "tactics": {
                "us": {"curve": "exponential", "kappa": 0.05, "patience": {"parameter": "p", "plus": "8 days"}}
            },
            "implementation": {"lag": {"exponential": {"mean": "8 days"}}, "collapse": 0.5, "step": 0.2},
        },
    },
    horizon="300 days",
    deadline={"date": str(date.fromordinal(AS_OF.toordinal() + 128)), "source": SOURCE},
    parameters={"p": {"value": {"lognormal": {"median": "64 days", "q90": "128 days"}}}},
    climate=steady(
        calm={"sojourn": "32 days", "next": {"storm": 1}},
        storm={"sojourn": "16 days", "next": {"calm": 1}, "pace": 0.5, "gap_factor": 2, "breakdown": "0.5 per year"},
    ),
    shocks={
        "s": {
            "title": "S",
            "rate": "4 per year",
            "pending": ["3 days"],
            "dates": [{"date": "2025-05-20", "probability": 0.5}],
            "marks": [
                {"kind": "suspend", "issues": ["a", "b"], "duration": {"exponential": {"mean": "8 days"}}},
                {"kind": "harden", "side": "us", "issues": ["f"], "step": 0.2, "half_life": "16 days"},
                {"kind": "meeting", "channel": "rounds", "after": {"triangular": {"low": "1 day", "mode": "2 days",
                                                                                  "high": "6 days"}}},
            ],
            "provokes": [{"shock": "s", "mean": 0.4, "delay": {"exponential": {"mean": "4 days"}}}],
        }
    },
    channel={"gap": {"gamma": {"shape": 3, "scale": "4 days"}}, "since_last": "5 days", "good_offices": 0.05},
)  # fmt: skip
ALL_CLOCKS["tactics"]["us"]["patience"] = {"until": "2025-09-01", "times": 1.25}
ALL_CLOCKS["tactics"]["russia"]["patience"] = {"until": "deadline"}


def same(one: np.ndarray[Any, Any], two: np.ndarray[Any, Any]) -> bool:
    return bool(np.array_equal(one, two, equal_nan=True))


def both(first: Played, second: Played, issue: str, other: str, names: Mapping[str, str]) -> None:
    for column, partner in names.items():
        assert same(first(column, issue), second(partner, other)), (column, issue)


@pytest.mark.parametrize("engine", ENGINES)
@given(plain())
@settings(max_examples=6)
def test_mirrored_sides_have_mirrored_outcomes(engine: str, mapping: dict[str, Any]) -> None:
    swap = {"us": "russia", "russia": "us"}
    mirror = {key: renamed(value, swap) for key, value in mapping.items() if key != "agenda"}
    mirror["agenda"] = mapping["agenda"]
    first, second = (play(one, 6, engine=engine) for one in (mapping, mirror))
    for issue in first.compiled.issues:
        both(first, second, issue, issue, {**{t: t for t in TIMES}})
        assert np.allclose(first("u_a", issue), second("u_b", issue), atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("engine", ENGINES)
@given(plain())
@settings(max_examples=6)
def test_other_names_of_issues_change_nothing_that_is_not_drawn_by_name(engine: str, mapping: dict[str, Any]) -> None:
    names = {"a": "zeta", "b": "eta", "c": "alpha"}
    other = deepcopy(mapping)
    other["issues"] = {names[name]: issue for name, issue in mapping["issues"].items()}
    issues = mapping["agenda"]["issues"]
    other["agenda"] = {**mapping["agenda"], "issues": {names[name]: issue for name, issue in issues.items()}}
    first, second = (play(one, 6, engine=engine) for one in (mapping, other))
    for issue in first.compiled.issues:
        both(first, second, issue, names[issue], {name: name for name in (*TIMES, "u_a", "u_b", "discussions")})


@pytest.mark.parametrize("engine", ENGINES)
@given(plain())
@settings(max_examples=6)
def test_another_order_of_declaration_changes_nothing_where_priorities_decide(
    engine: str, mapping: dict[str, Any]
) -> None:
    other = deepcopy(mapping)
    other["agenda"] = {
        **mapping["agenda"],
        "issues": dict(reversed(mapping["agenda"]["issues"].items())),
    }
    other["issues"] = dict(reversed(mapping["issues"].items()))
    for each in (mapping, other):
        each["channels"]["rounds"]["order"] = "priority"
    first, second = (play(one, 6, engine=engine) for one in (mapping, other))
    for issue in first.compiled.issues:
        both(first, second, issue, issue, {name: name for name in (*TIMES, "u_a", "u_b", "discussions")})


@pytest.mark.parametrize("engine", ENGINES)
def test_time_twice_as_long_gives_days_twice_as_late(engine: str) -> None:
    first, second = (play(one, 60, engine=engine) for one in (ALL_CLOCKS, slower_talks(ALL_CLOCKS)))
    at_half_speed(first, second)
    for column in ("agreed", "resolved", "lapsed"):  # the comparison is not an empty one
        assert (first.issues[column] > 0).mean() > 0.1


def valid(mapping: dict[str, Any]) -> Any:
    try:
        return compiled(mapping)
    except NegsimError:
        return assume(False)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@given(scenarios())
@settings(max_examples=30)
def test_any_talks_at_half_speed_have_days_twice_as_late(engine: str, mapping: dict[str, Any]) -> None:
    mapping["horizon"] = "500 days"
    if "deadline" in mapping:
        for tactic in mapping["tactics"].values():
            if tactic.get("patience") == {"until": "deadline"}:  # the loader's date, not its name: see slower_talks
                tactic["patience"] = {"until": mapping["deadline"]["date"]}
    valid(mapping)
    longer = slower_talks(mapping)
    valid(longer)
    try:
        first = play(mapping, 6, engine=engine)
    except NegsimError:
        return
    at_half_speed(first, play(longer, 6, engine=engine))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@given(scenarios(), st.integers(1, 11))
@settings(max_examples=40)
def test_split_runs_are_the_same_runs(engine: str, mapping: dict[str, Any], at: int) -> None:
    model = valid(mapping)
    try:
        whole = ENGINES[engine](model, 5, 0, 12)
    except NegsimError:
        return
    parts = [ENGINES[engine](model, 5, first, runs) for first, runs in ((0, at), (at, 12 - at))]
    for k in range(2):
        assert np.concatenate([part[k] for part in parts]).tobytes() == whole[k].tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@given(scenarios())
@settings(max_examples=40)
def test_an_issue_that_takes_no_room_changes_no_other(engine: str, mapping: dict[str, Any]) -> None:
    """It is dormant beyond the horizon; the draws of the others are keyed by their names, so none moves."""
    assume(mapping["undertaking"] == "early_harvest")
    valid(mapping)
    more = deepcopy(mapping)
    quiet = {side: {"text": "no public position"} for side in SIDES}
    change = {"date": "2025-01", "status": "dormant", "what": "It may follow."}
    more["agenda"]["issues"]["zz"] = {
        "title": "ZZ", "summary": "An item.", "demands": quiet, "stances": quiet, "history": [change],
        "resolves_when": "It is done.",
    }  # fmt: skip
    more["issues"]["zz"] = {"opens": {"on": "2099-01-01"}, "source": SOURCE}
    valid(more)
    try:
        first, second = (play(one, 8, engine=engine) for one in (mapping, more))
    except NegsimError:
        return
    for issue in first.compiled.issues:
        both(first, second, issue, issue, {name: name for name in (*TIMES, "u_a", "u_b", "status", "discussions")})


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@given(plain())
@settings(max_examples=15)
def test_a_shock_that_leaves_no_trace_moves_no_other_draw(engine: str, mapping: dict[str, Any]) -> None:
    mark = {"kind": "harden", "side": "us", "issues": ["a"], "step": 0.1, "half_life": "9 days", "probability": 0}
    more = {**mapping, "shocks": {"s": {"title": "S", "rate": "9 per year", "marks": [mark], "source": SOURCE}}}
    first, second = (play(one, 8, engine=engine) for one in (mapping, more))
    assert first.issues.tobytes() == second.issues.tobytes()
