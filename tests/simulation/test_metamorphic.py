"""Changes of a scenario whose effect on every run is known without running it, on random scenarios and both engines."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from negsim.errors import NegsimError
from tests.kit import ENGINES, SOURCE, Played, compiled, play, talks
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


def doubled(value: Any) -> Any:
    """Data with every duration twice as long."""
    if isinstance(value, dict):
        return {key: doubled(each) for key, each in value.items()}
    if isinstance(value, str) and value.endswith(" days"):
        return f"{2 * float(value.removesuffix(' days')):g} days"
    return value


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
@given(plain())
@settings(max_examples=6)
def test_time_twice_as_long_gives_days_twice_as_late(engine: str, mapping: dict[str, Any]) -> None:
    longer = {key: value if key == "agenda" else doubled(value) for key, value in mapping.items()}
    first, second = (play(one, 6, engine=engine) for one in (mapping, longer))
    for issue in first.compiled.issues:
        for column in ("agreed", "resolved"):
            assert same(2 * first(column, issue), second(column, issue))  # a factor of two is exact
        assert same(first("u_a", issue), second("u_a", issue))


def valid(mapping: dict[str, Any]) -> Any:
    try:
        return compiled(mapping)
    except NegsimError:
        return assume(False)


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
