"""Numbers stated once for several issues: drawn once a run, or with `per: issue` for each issue."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.errors import InputError
from negsim.files.yaml import read_yaml_text
from negsim.quantities.quantity import Draw, Parameter
from negsim.scenario.scenario import Scenario, from_mapping
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch, reference
from tests.kit import SOURCE, TACTIC, agenda

PATIENCE = {"pert": {"low": "100 days", "mode": "200 days", "high": "700 days"}}
SHARE = {"uniform": {"low": 0.1, "high": 0.4}}


def talks(patience: Any = PATIENCE, **more: Any) -> dict[str, Any]:
    """Two issues whose second side concedes with an uncertain patience."""
    return {
        "agenda": agenda({"a": "raised", "b": "raised"}),
        "as_of": "2025-04-10",
        "horizon": "3 years",
        "source": SOURCE,
        "tactics": {"us": dict(TACTIC), "russia": TACTIC | {"patience": patience}},
        "defaults": {"hours": "1 hour", "reservation": {"us": 0.2, "russia": 0.2}, "implementation": {"lag": "0 days"}},
        "channels": {"rounds": {"gap": "10 days", "session": "9 hours"}},
        **more,
    }


def drawn(scenario: Scenario) -> Any:
    return ns.run(scenario, runs=400, seed=1, engine="batch").parameters


def test_a_number_of_a_side_is_drawn_once_a_run_under_its_own_path() -> None:
    scenario = from_mapping(talks())
    assert list(scenario.parameters) == ["tactics.russia.patience"]
    for issue in scenario.issues.values():
        assert isinstance(issue.tactics["russia"].patience, Parameter)
    assert list(drawn(scenario).columns) == ["tactics.russia.patience"]


def test_per_issue_draws_for_each_issue() -> None:
    scenario = from_mapping(talks({**PATIENCE, "per": "issue"}))
    assert not scenario.parameters
    assert isinstance(scenario.issues["a"].tactics["russia"].patience, Draw)
    values = drawn(scenario)
    assert list(values.columns) == ["issues.a.tactics.russia.patience", "issues.b.tactics.russia.patience"]
    assert abs(np.corrcoef(values.to_numpy().T)[0, 1]) < 4 / np.sqrt(400), "independent: 4 standard errors"


def test_drawn_once_makes_issues_go_together() -> None:
    """Mirror sides, linear, no room to wait for: both issues settle on the same day in every run."""
    once, each = outcome(PATIENCE), outcome({**PATIENCE, "per": "issue"})
    assert (once[:, 0] == once[:, 1]).all()
    assert (each[:, 0] != each[:, 1]).mean() > 0.5


def outcome(patience: Any, engine: Any = batch, runs: int = 400) -> np.ndarray:
    return engine.run(compile(from_mapping(talks(patience))), 1, 0, runs, 0)[0]["agreed"]


def test_engines_agree_on_shared_draws() -> None:
    np.testing.assert_array_equal(outcome(PATIENCE, reference, 20), outcome(PATIENCE, batch, 20))


def test_numbers_of_the_defaults_and_inside_chance_are_shared_too() -> None:
    lag = {"lognormal": {"median": {"uniform": {"low": "10 days", "high": "90 days"}}, "q90": "300 days"}}
    defaults = {
        "hours": "1 hour",
        "reservation": {"both": SHARE, "us": 0.3},
        "implementation": {"lag": lag, "collapse": {"beta": {"a": 1, "b": 12}}},
    }
    scenario = from_mapping(talks(defaults=defaults, issues={"b": {"reservation": {"russia": SHARE}}}))
    assert set(scenario.parameters) == {
        "tactics.russia.patience",
        "defaults.reservation.russia",
        "defaults.implementation.lag.lognormal.median",
        "defaults.implementation.collapse",
    }
    assert isinstance(scenario.issues["b"].reservation["russia"], Draw), "an issue's own number is its own"
    left = scenario.replace({"defaults.implementation.lag.per": "issue"})
    assert "defaults.implementation.lag.lognormal.median" not in left.parameters


def test_both_is_short_for_each_side_and_a_package_shares_with_the_issues() -> None:
    mapping = talks(tactics={"both": TACTIC | {"patience": PATIENCE}})
    weights = {"us": {"a": 0.5, "b": 0.5}, "russia": {"a": 0.5, "b": 0.5}}
    scenario = from_mapping({**mapping, "packages": {"deal": {"issues": ["a", "b"], "weights": weights}}})
    assert set(scenario.parameters) == {"tactics.us.patience", "tactics.russia.patience"}
    assert scenario.packages["deal"].tactics["us"].patience == scenario.issues["a"].tactics["us"].patience


def test_an_issue_may_scale_a_shared_number() -> None:
    own = {"tactics": {"russia": {"patience": {"parameter": "tactics.russia.patience", "times": 2}}}}
    scenario = from_mapping(talks(issues={"b": own}))
    assert scenario.issues["b"].tactics["russia"].patience.times == 2  # type: ignore[union-attr]
    alone = from_mapping(talks(issues={"a": own, "b": own}))
    assert list(alone.parameters) == ["tactics.russia.patience"]


def test_the_full_form_names_shared_numbers_and_loads_to_an_equal_scenario() -> None:
    scenario = from_mapping(talks())
    full = scenario.resolved()
    assert full["parameters"]["tactics.russia.patience"]["value"] == PATIENCE
    again = from_mapping(read_yaml_text(scenario.to_yaml(), "full").data)
    assert again == scenario
    assert (
        again.replace({"parameters.tactics.russia.patience.value": "50 days"})[
            "parameters.tactics.russia.patience.value"
        ]
        == "50 days"
    )


def test_replace_reaches_a_shared_number_among_the_parameters() -> None:
    scenario = from_mapping(talks())
    path = "parameters.tactics.russia.patience"
    changed = scenario.replace({f"{path}.value": "50 days", f"{path}.source": "judgement: shorter"})
    assert changed["tactics.russia.patience"] == "50 days"
    assert changed.issues["a"].tactics["russia"].source == ("judgement: shorter",)
    assert changed == scenario.replace(
        {"tactics.russia.patience": "50 days", "tactics.russia.source": "judgement: shorter"}
    )
    assert scenario[f"{path}.value"] == PATIENCE


def test_experts_are_fitted_to_the_range_of_the_field() -> None:
    said = {"elicit": {"low": 0.2, "mode": 0.5, "high": 0.95}}
    defaults = {"hours": "1 hour", "reservation": {"us": 0.2, "russia": said}, "implementation": {"lag": "0 days"}}
    shared = from_mapping(talks("90 days", defaults=defaults)).parameters["defaults.reservation.russia"].value
    defaults["reservation"] = {"us": 0.2, "russia": {**said, "per": "issue"}}
    own = from_mapping(talks("90 days", defaults=defaults)).issues["a"].reservation["russia"]
    assert shared.text == own.text


def test_per_is_for_tactics_and_defaults_and_only_for_issues() -> None:
    with pytest.raises(InputError, match=r"per of tactics\.russia\.patience was \"run\"; allowed: issue"):
        from_mapping(talks({**PATIENCE, "per": "run"}))
    with pytest.raises(InputError, match='"per" belongs to distributions under tactics and defaults'):
        from_mapping(talks(issues={"a": {"reservation": {"us": {**SHARE, "per": "issue"}, "russia": 0.1}}}))


def test_defaults_that_nobody_states_are_drawn_once_for_a_side_and_for_each_issue_where_they_are_of_the_issue() -> None:
    scenario = from_mapping(
        {"agenda": agenda({"a": "raised", "b": "raised"}), "as_of": "2025-04-10", "horizon": "1 year"}
    )
    assert set(scenario.parameters) == {
        f"tactics.{side}.{key}" for side in ("us", "russia") for key in ("beta", "patience")
    }
    assert isinstance(scenario.issues["a"].reservation["us"], Draw)
