"""Small stories in which a rule of the model page shows in one number, on both engines."""

from __future__ import annotations

import pytest

from negsim.errors import InputError
from negsim.scenario.scenario import from_mapping
from negsim.simulation.compiler import compile
from negsim.simulation.rules.environment import _poisson
from tests.kit import ENGINES, SOURCE, play, steady, talks

ENGINE = pytest.mark.parametrize("engine", ENGINES)
TIME = {"kind": "time", "beta": "linear", "patience": "500 days", "source": SOURCE}


@ENGINE
def test_closest_knows_the_gap_of_a_bargain_discussed_before_as_of(engine):
    """Both sides of b stand at 0.51, a gap of 0.02; a was never discussed. There is room for one issue a meeting."""
    start = {"status": "converging", "rounds": 5, "clock": {"us": "245 days", "russia": "245 days"}}
    mapping = talks(
        {"a": {}, "b": {"start": start}},
        both=TIME,
        defaults={"hours": "2 hours", "reservation": {"us": 0, "russia": 0}},
        channel={"gap": "30 days", "session": "3 hours", "order": "closest"},
    )
    story = play(mapping, engine=engine)
    assert story("resolved", "b").tolist() == [30]


@ENGINE
def test_the_clocks_of_a_stalled_issue_stand_still(engine):
    """Stalled from day 330 to 601; the clock reaches 466.7 of 1,000 days on day 738, and they meet on day 750."""

    def move(day, delta):
        marks = [{"kind": "reservation", "side": "us", "delta": delta}]
        return {"title": "S", "dates": [{"date": day, "probability": 1}], "marks": marks}

    mapping = talks(
        {"a": {"reservation": {"us": 0, "russia": 0.35}}},
        tactics={
            "us": {"patience": "1000 days"},
            "russia": {"kind": "fixed", "aspiration": 0.35, "source": SOURCE},
        },
        horizon="3000 days",
        channel={"gap": "30 days"},
        shocks={"up": move("2026-02-05", 0.75), "down": move("2026-12-02", -0.5)},
    )
    for key in ("beta", "patience"):
        del mapping["tactics"]["russia"][key]
    assert play(mapping, engine=engine)("resolved").tolist() == [750]


@ENGINE
def test_a_member_with_a_tactic_of_its_own_comes_back_from_a_package_of_chance_to_concede(engine):
    own = {side: TIME | {"patience": "90 days"} for side in ("us", "russia")}
    quarter = {"us": 0.5, "russia": 0.5}
    mapping = talks(
        {"a": {"tactics": own, "implementation": {"lag": "10 days", "collapse": 1, "step": 0.75}}, "b": {}},
        packages={
            "p": {
                "title": "P",
                "issues": ["a", "b"],
                "weights": {side: {"a": 0.5, "b": 0.5} for side in quarter},
                "settle": {"chance": 1},
            }
        },
        horizon="400 days",
        defaults={"reservation": {"us": 0.25, "russia": 0.25}},
    )
    scenario = from_mapping(mapping)
    assert scenario.issues["a"].settle == "concession"
    assert scenario.issues["b"].settle != "concession"
    story = play(mapping, engine=engine)
    # By chance it would be agreed again at each meeting after 10 days of lag; by concession after 60 and more.
    assert 1 <= story("reopened")[0] <= 7


@pytest.mark.parametrize(
    ("issue", "tactics"),
    [
        ({"settle": {"chance": 0.2}, "start": {"status": "discussing", "rounds": 1}}, ("reciprocal", "time")),
        ({"start": {"status": "raised", "clock": {"russia": "20 days"}}}, ("fixed", "time")),
    ],
    ids=["by chance", "raised"],
)
def test_a_side_that_uses_no_clock_needs_none(issue, tactics):
    mapping = talks({"a": issue})
    for side, kind in zip(("us", "russia"), tactics, strict=True):
        mapping["tactics"][side] = TIME if kind == "time" else {"kind": kind, "source": SOURCE}
    clock = from_mapping(mapping).issues["a"].start.clock
    assert clock["us"].text == "0 days"
    assert compile(from_mapping(mapping)).issues == ("a",)


def test_waiting_for_an_issue_to_lapse_is_a_warning():
    opens = {"when": {"issue": "a", "reaches": "lapsed"}}
    found = from_mapping(talks({"a": {}, "b": {"opens": opens}})).warnings
    assert [w.message for w in found] == ["b never opens: a lapses only when the talks end, and b lapses with it"]


def test_the_mean_of_provoked_shocks_is_bounded_where_the_poisson_number_is_exact():
    from scipy.stats import poisson

    assert _poisson(500.0, 0.5) == poisson(500).ppf(0.5)
    assert _poisson(500.0, 1 - 1e-9) == poisson(500).ppf(1 - 1e-9)
    delay, marks = {"exponential": {"mean": "5 days"}}, [{"kind": "suspend", "duration": "1 day"}]
    provokes = [{"shock": "t", "mean": 501, "delay": delay}]
    shocks = {
        "s": {"title": "S", "rate": "1 per year", "marks": marks, "provokes": provokes},
        "t": {"title": "T", "rate": "0 per year", "marks": marks},
    }
    with pytest.raises(InputError, match="a number from 0 to 500"):
        from_mapping(talks("a", shocks=shocks, climate=steady(calm={})))
