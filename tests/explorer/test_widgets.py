"""The explorer's widgets: each does to the exploration what it says."""

import sys

import pytest

import negsim as ns
from negsim.errors import NegsimError
from negsim.explorer.exploration import Exploration
from negsim.explorer.widgets import Explorer
from negsim.scenario.scenario import from_mapping
from tests.kit import steady, talks


@pytest.fixture
def panel():
    weights = {side: {"a": 0.5, "b": 0.5} for side in ("us", "russia")}
    scenario = from_mapping(
        talks(
            "a b c d",
            packages={"p": {"title": "Deal", "issues": ["a", "b"], "weights": weights}},
            climate=steady(calm={}, storm={"pace": 0.2}),
        )
    )
    return Explorer(Exploration(scenario, runs=20, engine="reference"))


def value_of(panel, key, value):
    """The place of a value among a lever's options."""
    return [option.value for option in panel.exploration.lever(key).options].index(value)


def test_every_lever_has_a_control_with_a_name(panel):
    assert set(panel.controls) == {lever.key for lever in panel.exploration.levers}
    for lever in panel.exploration.levers:
        control = panel.controls[lever.key]
        assert control.description
        assert lever.label in control.tooltip
        assert lever.form != "scale" or control.continuous_update is False


def test_a_slider_moves_its_lever_and_the_picture_changes(panel):
    picture, table = panel.picture.value, panel.table.value
    panel.controls["us.beta"].value = value_of(panel, "us.beta", 4)
    assert panel.exploration.moved.values == {"us.beta": 4}
    assert "United States beta: 4 conceder" in panel.said.value
    assert panel.picture.value != picture
    assert panel.table.value != table
    panel.controls["us.beta"].value = panel.exploration.lever("us.beta").start
    assert not panel.exploration.moved
    assert (panel.picture.value, panel.table.value) == (picture, table)


def test_drop_downs_and_check_boxes_move_theirs(panel):
    panel.controls["climate"].value = value_of(panel, "climate", "storm")
    panel.controls["issue.c"].value = False
    panel.controls["package.p"].value = False
    assert panel.exploration.moved.values == {"climate": "storm", "issue.c": False, "package.p": False}
    panel.controls["issue.c"].value = True
    assert panel.exploration.moved.values == {"climate": "storm", "package.p": False}


def test_only_what_means_something_for_the_tactic_is_shown(panel):
    def shown():
        controls = panel.controls.items()
        return {key for key, each in controls if key.startswith("us.") and each.layout.display != "none"}

    assert shown() == {"us.kind", "us.beta", "us.patience"}
    panel.controls["us.kind"].value = value_of(panel, "us.kind", "fixed")
    assert shown() == {"us.kind", "us.aspiration"}


def test_what_is_wrong_is_said_and_the_picture_stays(panel):
    for name in "abc":
        panel.controls[f"issue.{name}"].value = False
    picture = panel.picture.value
    panel.controls["issue.d"].value = False
    assert 'role="alert"' in panel.said.value
    assert "no issue is left" in panel.said.value
    assert panel.picture.value == picture
    panel.controls["issue.a"].value = True
    assert 'role="alert"' not in panel.said.value
    assert list(panel.exploration.projection.scenario.issues) == ["a"]


def test_reset_puts_every_control_back_and_draws_once(panel, monkeypatch):
    before = panel.picture.value
    panel.controls["us.beta"].value = 0
    panel.controls["issue.c"].value = False
    drawn = []
    monkeypatch.setattr(panel, "_draw", lambda said="": drawn.append(said))
    panel.reset_button.click()
    assert drawn == [""]
    monkeypatch.undo()
    panel.reset_button.click()
    assert panel.controls["issue.c"].value is True
    assert panel.picture.value == before


def test_issues_are_joined_and_parted(panel):
    assert [name for _, name in panel.joining.options] == ["c", "d"]
    assert panel.part_button.disabled
    panel.joining.value = ("c", "d")
    panel.join_button.click()
    assert list(panel.exploration.variant.scenario.packages) == ["p", "c_and_d"]
    assert panel.joining.options == ()
    panel.part_button.click()
    assert list(panel.exploration.variant.scenario.packages) == ["p"]


def test_pins_come_and_go(panel):
    panel.pin_name.value = "first"
    panel.pin_button.click()
    assert panel.pin_name.value == ""
    assert panel.pins.options == ("first",)
    assert "points, first" in panel.table.value
    panel.unpin_button.click()
    assert panel.pins.options == ()
    assert panel.unpin_button.disabled
    assert "points" not in panel.table.value


def test_export_writes_the_file_and_says_so(panel, tmp_path):
    panel.controls["us.beta"].value = 0
    panel.path.value = str(tmp_path / "mine.yaml")
    panel.export_button.click()
    assert "mine.yaml" in panel.said.value
    assert ns.load(tmp_path / "mine.yaml") == panel.exploration.variant.scenario
    panel.path.value = str(tmp_path / "nowhere" / "mine.yaml")
    panel.export_button.click()
    assert "cannot be written" in panel.said.value


def test_talks_without_concessions_begin_with_another_page():
    scenario = from_mapping(talks({"a": {"settle": {"chance": 0.2}}, "b": {"settle": {"chance": 0.2}}}))
    panel = Explorer(Exploration(scenario, runs=20, engine="reference"))
    assert panel.children[0].titles[panel.children[0].selected_index] == "Talks"


def test_explore_is_the_panel_and_says_what_it_needs(monkeypatch):
    panel = ns.explore(from_mapping(talks("a b")), runs=20, seed=3, engine="reference")
    assert (panel.exploration.projection.runs, panel.exploration.projection.seed) == (20, 3)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.delitem(sys.modules, "negsim.explorer.widgets")
    with pytest.raises(NegsimError, match=r"pip install 'negsim\[notebook\]'"):
        ns.explore(from_mapping(talks("a b")), runs=20)
