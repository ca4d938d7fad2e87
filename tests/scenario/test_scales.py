"""Numbers of short talks: hours in durations, stated once for both sides."""

import negsim as ns
from negsim.scenario import differences
from negsim.scenario.scenario import from_mapping

SHORT = {
    "agenda": {"sides": ["North", "South"], "issues": ["Wages", "Hours"]},
    "as_of": "2024-02-28",
    "horizon": "3 days",
    "channels": {"table": {"gap": "3 hours"}},
    "tactics": {"both": {"patience": {"pert": {"low": "6 hours", "mode": "1 day and 6 hours", "high": "2 days"}}}},
}


def test_hours_are_durations_and_are_drawn_once_a_run():
    scenario = from_mapping(SHORT)
    assert scenario.channels["table"].gap.value == 0.125
    p = ns.run(scenario, runs=20)
    assert [name for name in p.parameters if "patience" in name] == ["tactics.north.patience", "tactics.south.patience"]
    assert p.parameters["tactics.north.patience"].between(0.25, 2).all()


def test_a_changed_shared_number_is_one_difference_with_its_value():
    base = from_mapping(SHORT)
    (only,) = differences(base, base.replace({"tactics.north.patience": "1 day"}))
    assert only.words.startswith("North patience: {pert: {low: 0.25 days")
    assert only.words.endswith(" -> 1 day (2 issues)")
