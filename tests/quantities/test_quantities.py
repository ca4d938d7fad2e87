"""Numbers with units: what is read, what is refused, and that nothing is lost on the way to a file and back."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.errors import ComplaintsError
from negsim.files.yaml import read_yaml_text, to_yaml
from negsim.quantities.fields import ALL_RULES, SOURCE_PREFIXES, parse_day
from negsim.quantities.parsing import parse, parse_plain
from negsim.quantities.quantity import FAMILIES, UNITS, Draw, Fixed, Parameter, Quantity, Rule, head, kind_of
from negsim.quantities.schema import definition_name, quantity_schema, references, resolve_quantities
from negsim.scenario.zones import bounds

DURATION = Rule("duration", 0.0)
SHARE = Rule("number", 0.0, 1.0)
CHANCE = Rule("duration", 0.0, lo_open=True, chance=True)


def complaint(
    data: object, rule: Rule, parameters: dict[str, str | None] | None = None
) -> tuple[str, tuple[object, ...]]:
    with pytest.raises(ComplaintsError) as caught:
        parse(data, rule, parameters)
    item = caught.value.items[0]
    return item.message, item.path


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("42 days", "duration", 42.0),
        ("1 day", "duration", 1.0),
        ("6 weeks", "duration", 42.0),
        ("1.5 weeks", "duration", 10.5),
        ("12 months", "duration", 365.25),
        ("1 year 6 months", "duration", 547.875),
        ("1 year, 2 weeks and 3 days", "duration", 382.25),
        ("1 hour 30 minutes", "hours", 1.5),
        ("3 years", "duration", 1095.75),
        (" 2   years ", "duration", 730.5),
        ("1e2 days", "duration", 100.0),
        (".5 years", "duration", 182.625),
        ("6 hours", "hours", 6.0),
        ("90 minutes", "hours", 1.5),
        ("12 rounds", "rounds", 12.0),
        ("0.5 per year", "rate", 0.5),
        ("1 per month", "rate", 12.0),
        ("1 per day", "rate", 365.25),
        ("7 per week", "rate", 365.25),
        (0.25, "number", 0.25),
        (-3, "number", -3.0),
    ],
)
def test_units_are_turned_into_the_canonical_one(text: object, kind: str, value: float) -> None:
    assert parse_plain(text, kind) == value
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("data", "rule", "message"),
    [
        (42, DURATION, "{what} needs a unit, but was 42"),
        ("42", DURATION, '{what} must be a duration, but was "42"'),
        ("42 rounds", DURATION, '{what} must be a duration, but was "42 rounds"'),
        ("6 months 1 year", DURATION, '{what} must be a duration, but was "6 months 1 year"'),
        ("1 year 6 rounds", DURATION, '{what} must be a duration, but was "1 year 6 rounds"'),
        ("10 working days", DURATION, '{what} was "10 working days", but "working days" is not a unit'),
        ("42 dys", DURATION, '{what} was "42 dys", but "dys" is not a unit'),
        ("-1 days", DURATION, '{what} was "-1 days"'),
        ("1e999 days", DURATION, '{what} was "1e999 days"'),
        (True, DURATION, "{what} must be a duration, but was true"),
        (None, DURATION, "{what} must be a duration, but was nothing"),
        ([3], DURATION, "{what} must be a duration, but was a list"),
        ("0 days", CHANCE, '{what} was "0 days"'),
        (1.01, SHARE, "{what} was 1.01"),
        ("0.5", SHARE, '{what} must be a plain number, but was "0.5"'),
        ("3 days", SHARE, '{what} must be a number without a unit, but was "3 days"'),
        (math.nan, SHARE, "{what} was NaN"),
        (10**400, SHARE, f"{{what}} was 1{'0' * 55}...0"),
        (False, SHARE, "{what} must be a plain number, but was false"),
        ({}, SHARE, "{what} must have one key, but had 0"),
        ({"uniform": 3}, SHARE, "uniform needs low, high, but was 3"),
    ],
)
def test_what_is_no_such_number_is_refused(data: object, rule: Rule, message: str) -> None:
    assert complaint(data, rule)[0] == message


def test_a_missing_unit_is_answered_with_examples() -> None:
    with pytest.raises(ComplaintsError) as caught:
        parse(42, DURATION)
    assert caught.value.items[0].allowed == 'a duration such as "6 weeks", "42 days" or "2 years"'


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_is_read_and_written(family: str) -> None:
    numbers: dict[str, Any] = {
        "low": "1 day",
        "mode": "2 days",
        "high": "3 days",
        "median": "2 days",
        "q90": "9 days",
        "scale": "4 days",
        "mean": "5 days",
        "shape": 1.5,
        "a": 2,
        "b": 3.5,
        "values": ["1 day", "2 days", "2 days"],
    }
    data = {family: {name: numbers[name] for name in FAMILIES[family]}}
    draw = parse(data, CHANCE)
    assert isinstance(draw, Draw)
    assert draw.family == family
    assert draw.text == data
    assert parse(draw.text, CHANCE) == draw
    assert head(data) == family


def test_numbers_of_families_carry_rules_of_their_own() -> None:
    draw = parse({"gamma": {"shape": 2, "scale": "3 days"}}, CHANCE)
    assert isinstance(draw, Draw)
    assert draw.rule == CHANCE
    assert draw.numbers["shape"].rule == Rule("number", 0.01, 10_000.0)
    assert draw.numbers["scale"].rule == Rule("duration", 0.0, lo_open=True)


def test_an_empirical_distribution_has_plain_values() -> None:
    draw = parse({"empirical": {"values": ["6 weeks", "10 days"]}}, DURATION)
    assert isinstance(draw, Draw)
    assert draw.values == (42.0, 10.0)
    assert not draw.numbers


def test_a_beta_of_shares_runs_from_nought_to_one_unless_it_says() -> None:
    assert parse({"beta": {"a": 2, "b": 3}}, SHARE).text == {"beta": {"a": 2, "b": 3, "low": 0, "high": 1}}
    assert complaint({"beta": {"a": 2, "b": 3}}, DURATION)[0] == 'beta has no "low"'


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"pert": {"low": 0.1, "mode": 0.4, "high": 0.3}}, ("pert", "high")),
        ({"pert": {"low": 0.5, "mode": 0.4, "high": 0.6}}, ("pert", "mode")),
        ({"pert": {"low": 0.5, "mode": 0.5, "high": 0.5}}, ("pert", "high")),
        ({"uniform": {"low": 0.5, "high": 0.5}}, ("uniform", "high")),
        ({"lognormal": {"median": 0.5, "q90": 0.5}}, ("lognormal", "q90")),
        ({"gamma": {"shape": 0, "scale": 1}}, ("gamma", "shape")),
        ({"uniform": {"low": -0.5, "high": 0.5}}, ("uniform", "low")),
        ({"uniform": {"low": 0.5, "hgh": 0.6, "high": 0.7}}, ("uniform", "hgh")),
    ],
)
def test_numbers_at_odds_are_refused_where_they_stand(data: object, path: tuple[str, ...]) -> None:
    assert complaint(data, SHARE)[1] == path


def test_a_mode_may_lie_at_an_end() -> None:
    parse({"pert": {"low": 0.1, "mode": 0.1, "high": 0.3}}, SHARE)
    parse({"triangular": {"low": 0.1, "mode": 0.3, "high": 0.3}}, SHARE)


def test_all_that_is_wrong_with_one_quantity_shows_at_once() -> None:
    with pytest.raises(ComplaintsError) as caught:
        parse({"pert": {"low": "a", "mode": 3, "hi": "4 days"}}, DURATION)
    assert [item.path for item in caught.value.items] == [("pert", "hi"), ("pert", "low"), ("pert", "mode"), ("pert",)]


def test_what_is_drawn_each_time_may_have_uncertain_numbers_and_no_more() -> None:
    inner = {"lognormal": {"median": {"uniform": {"low": "1 day", "high": "2 days"}}, "q90": {"parameter": "x"}}}
    draw = parse(inner, CHANCE, {"x": "duration"})
    assert isinstance(draw, Draw)
    median = draw.numbers["median"]
    assert isinstance(median, Draw)
    assert not median.rule.chance, "the inner one is drawn once a run"
    assert draw.numbers["q90"] == Parameter("x", Rule("duration", 0.0, lo_open=True))
    assert complaint(inner, DURATION)[1] == ("lognormal", "median")
    three = {"exponential": {"mean": {"exponential": {"mean": {"parameter": "x"}}}}}
    assert complaint(three, CHANCE)[1] == ("exponential", "mean", "exponential", "mean")


def test_a_parameter_is_scaled_and_shifted() -> None:
    quantity = parse({"parameter": "x", "times": 1.5, "plus": "2 weeks"}, DURATION, {"x": "duration"})
    assert quantity == Parameter("x", DURATION, 1.5, 14.0)
    assert quantity.text == {"parameter": "x", "times": 1.5, "plus": "14 days"}
    assert parse({"parameter": "x"}, DURATION).text == {"parameter": "x"}


def test_a_parameter_must_exist_and_be_of_the_kind() -> None:
    known: dict[str, str | None] = {"wait": "duration", "share": "number", "broken": None}
    assert complaint({"parameter": "wiat"}, DURATION, known)[0] == 'there is no parameter "wiat"'
    assert complaint({"parameter": "share"}, DURATION, known)[0] == 'the parameter "share" is a plain number'
    assert complaint({"parameter": 3}, DURATION, known)[0] == "there is no parameter 3"
    parse({"parameter": "broken"}, DURATION, known)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"lognormal": {"median": "1 year", "q90": 3}}, "duration"),
        ({"gamma": {"shape": 2, "scale": "1 per year"}}, "rate"),
        ({"empirical": {"values": ["2 rounds"]}}, "rounds"),
        ({"beta": {"a": 1, "b": 2}}, "number"),
        ({"uniform": {"low": 0, "high": 1}}, "number"),
        ({"uniform": {}}, None),
        ("soon", None),
        (True, None),
        ([1], None),
    ],
)
def test_the_kind_shows_in_the_units(data: object, kind: str | None) -> None:
    assert kind_of(data) == kind


def test_forms_are_told_apart() -> None:
    assert head({"parameter": "x", "times": 2}) == "parameter"
    assert head({"until": "deadline"}) == "until"
    assert head({"kind": "time", "beta": 1}) is None
    assert head({"beta": {"hours": "1 hour"}}) is None, "an issue may be called beta"
    assert head(3) is None


def test_the_rule_says_its_range_in_words() -> None:
    assert Rule("number", 0.0, 1.0).allowed == "a number from 0 to 1"
    assert Rule("number", 0.0, 1.0, lo_open=True).allowed == "a number above 0 to 1"
    assert Rule("number", 0.0).allowed == "a number of at least 0"
    assert Rule("number", 0.0, lo_open=True).allowed == "a number above 0"
    assert Rule("number").allowed == "a plain number"
    assert Rule("hours", 0.0, lo_open=True).allowed.endswith(", more than 0")
    assert Rule("duration", 3.0).allowed.endswith(", from 3")


POSITIVE = st.floats(min_value=1e-6, max_value=1e6)


@given(st.sampled_from(sorted(UNITS)), st.floats(min_value=0, max_value=1e12))
def test_a_value_survives_a_file_to_the_last_bit(kind: str, value: float) -> None:
    fixed = Fixed(value, Rule(kind, 0.0))
    text = read_yaml_text(to_yaml({"x": fixed.text}), "x.yaml").data["x"]
    assert parse(text, Rule(kind, 0.0)) == fixed


@given(st.sampled_from(["duration", "rate", "number"]), st.lists(POSITIVE, min_size=4, max_size=4, unique=True))
def test_a_distribution_survives_a_file_to_the_last_bit(kind: str, values: list[float]) -> None:
    rule = Rule(kind, 0.0, chance=True)
    low, mode, high, top = sorted(values)

    def plain(value: float) -> object:
        return Fixed(value, rule).text

    for data in (
        {"pert": {"low": plain(low), "mode": plain(mode), "high": plain(high)}},
        {"lognormal": {"median": {"uniform": {"low": plain(low), "high": plain(mode)}}, "q90": plain(top)}},
        {
            "weibull": {
                "scale": {"parameter": "x", "times": low, "plus": plain(mode)},
                "shape": min(max(high, 0.01), 1e4),
            }
        },
        {"empirical": {"values": [plain(value) for value in values]}},
    ):
        quantity = parse(data, rule)
        assert parse(read_yaml_text(to_yaml(quantity.text), "x.yaml").data, rule) == quantity


def test_minus_nought_is_nought() -> None:
    fixed = parse(-0.0, SHARE)
    assert isinstance(fixed, Fixed)
    assert math.copysign(1, fixed.value) == 1


def test_bounds_are_the_ends_of_what_can_be_drawn() -> None:
    named: dict[str, Quantity | None] = {
        "x": parse({"uniform": {"low": 0.2, "high": 0.4}}, Rule("number")),
        "broken": None,
    }
    assert bounds(parse(0.3, SHARE), named) == (0.3, 0.3)
    assert bounds(parse({"empirical": {"values": [0.4, 0.1, 0.2]}}, SHARE), named) == (0.1, 0.4)
    assert bounds(parse({"gamma": {"shape": 1, "scale": 0.1}}, SHARE), named) == (0.0, math.inf)
    assert bounds(parse({"parameter": "x", "times": -2, "plus": 1}, SHARE), named) == pytest.approx((0.2, 0.6))
    assert bounds(parse({"parameter": "x", "times": 0, "plus": 0.5}, SHARE), named) == (0.5, 0.5)
    assert bounds(parse({"parameter": "broken"}, SHARE), named) == (-math.inf, math.inf)


def test_definitions_of_the_schema_are_named_by_their_rule() -> None:
    names = {definition_name(rule) for rule in ALL_RULES}
    assert len(names) == len(set(ALL_RULES))
    schema = resolve_quantities({"properties": {"x": {"$quantity": definition_name(CHANCE)}}}, [CHANCE])
    assert schema["properties"]["x"] == {"$ref": f"#/$defs/{definition_name(CHANCE)}"}
    assert references(schema) <= set(schema["$defs"]), "whatever is referred to is there"
    assert quantity_schema(SHARE)["anyOf"][0] == {"type": "number", "minimum": 0.0, "maximum": 1.0}


def test_a_day_is_a_day() -> None:
    assert parse_day("2028-02-29").isoformat() == "2028-02-29"
    for wrong in ("2027-02-29", "2025-4-10", "2025-04", 2025, None, "10.04.2025"):
        with pytest.raises(ComplaintsError):
            parse_day(wrong)


def test_sources_have_six_kinds() -> None:
    assert SOURCE_PREFIXES == ("document", "paper", "history", "theory", "judgement", "arithmetic")


@pytest.mark.parametrize(
    ("data", "rule", "guess"),
    [
        ("20%", SHARE, "0.2"),
        ("7.5 %", SHARE, "0.075"),
        (60, SHARE, "0.6"),
        ("70%", Rule("number"), "0.7"),
        (3, Rule("number", 0.0, 2.0), ""),
        (-20, SHARE, ""),
        (True, SHARE, ""),
    ],
)
def test_a_percentage_is_answered_with_the_share_that_it_means(data: object, rule: Rule, guess: str) -> None:
    with pytest.raises(ComplaintsError) as caught:
        parse(data, rule)
    assert [item.suggestion for item in caught.value.items] == [guess]


@pytest.mark.parametrize(("text", "days"), [("12 hours", 0.5), ("1 day and 6 hours", 1.25), ("90 minutes", 0.0625)])
def test_a_duration_takes_hours_and_minutes(text, days):
    assert parse(text, Rule("duration")).value == pytest.approx(days)
    assert kind_of("1 day and 6 hours") == "duration"
