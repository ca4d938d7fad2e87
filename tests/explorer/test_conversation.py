"""The questions of the panel: each does to the exploration what it says, and a wrong one changes nothing."""

import json
import sys

import hypothesis.strategies as st
import pytest
from hypothesis import given

import negsim as ns
from negsim.errors import NegsimError
from negsim.explorer.conversation import Conversation
from negsim.explorer.exploration import Exploration
from negsim.scenario.scenario import from_mapping
from tests.kit import steady, talks


def conversation():
    weights = {side: {"a": 0.5, "b": 0.5} for side in ("us", "russia")}
    scenario = from_mapping(
        talks(
            "a b c d",
            packages={"p": {"title": "Deal", "issues": ["a", "b"], "weights": weights}},
            climate=steady(calm={}, storm={"pace": 0.2}),
        )
    )
    return Conversation(Exploration(scenario, runs=20, engine="reference"))


@pytest.fixture
def talk():
    return conversation()


def option(talk, key, value):
    return [each.value for each in talk.exploration.lever(key).options].index(value)


def test_hello_lists_every_lever_with_its_options(talk):
    found = talk.answer({"do": "hello"})
    json.dumps(found, allow_nan=False)
    assert [lever["key"] for lever in found["levers"]] == [lever.key for lever in talk.exploration.levers]
    assert all(0 <= lever["start"] < len(lever["options"]) for lever in found["levers"])
    assert found["state"]["words"] == []
    assert set(found["state"]["hidden"]) >= {"us.weight", "us.reciprocity"}


def test_set_moves_all_levers_at_once_and_an_empty_one_restores(talk):
    before = talk.answer({"do": "set", "moved": {}, "joined": []})
    moved = {"us.beta": option(talk, "us.beta", 4), "climate": option(talk, "climate", "storm"),
             "issue.c": option(talk, "issue.c", False)}  # fmt: skip
    state = talk.answer({"do": "set", "moved": moved, "joined": []})
    assert state["moved"] == moved
    assert talk.exploration.moved.values == {"us.beta": 4, "climate": "storm", "issue.c": False}
    assert "United States beta: 4 conceder" in state["words"]
    assert state["charts"] != before["charts"]
    assert talk.answer({"do": "set", "moved": {}, "joined": []}) == before


def test_issues_are_joined_and_parted(talk):
    assert [name for name, _ in talk.answer({"do": "hello"})["state"]["free"]] == ["c", "d"]
    state = talk.answer({"do": "set", "moved": {}, "joined": [["d", "c"]]})
    assert list(talk.exploration.variant.scenario.packages) == ["p", "c_and_d"]
    assert (state["free"], state["joined"]) == ([], [["c", "d"]])
    talk.answer({"do": "set", "moved": {}, "joined": []})
    assert list(talk.exploration.variant.scenario.packages) == ["p"]


def test_pins_are_compared_and_restored_from_a_link(talk):
    moved = {"us.beta": option(talk, "us.beta", 4)}
    talk.answer({"do": "set", "moved": moved, "joined": []})
    (pin,) = talk.answer({"do": "pin", "name": "soft"})["pins"]
    assert (pin["name"], pin["moved"]) == ("soft", moved)
    state = talk.answer({"do": "set", "moved": {}, "joined": []})
    assert state["pins"][0]["verdict"] == talk.exploration.comparison(talk.exploration.pins[0]).verdict
    assert any("soft" in series["label"] for series in state["charts"][0]["series"])
    link = {"moved": {}, "joined": [], "pins": [{"name": "soft", "moved": moved, "joined": []}]}
    fresh = conversation()
    restored = fresh.answer({"do": "set", **link})
    assert (restored["pins"], restored["charts"]) == (state["pins"], state["charts"])
    assert talk.answer({"do": "unpin", "name": "soft"})["pins"] == []


def test_what_is_wrong_is_said_and_nothing_changes(talk):
    good = talk.answer({"do": "set", "moved": {"us.beta": 0}, "joined": []})
    out = {f"issue.{name}": option(talk, f"issue.{name}", False) for name in "abcd"}
    found = talk.answer({"do": "set", "moved": out, "joined": []})
    assert found == {"what": "error", "text": "no issue is left: leave at least one in"}
    assert talk.state() == good
    for question, text in [
        ({"do": "set", "moved": {"us.beat": 1}}, 'there is no lever "us.beat"'),
        ({"do": "set", "moved": {"us.beta": True}}, '"us.beta" has the options'),
        ({"do": "set", "moved": {"us.beta": 10**9}}, '"us.beta" has the options'),
        ({"do": "set", "moved": [1]}, "moved gives the number of an option"),
        ({"do": "set", "joined": [["c"]]}, "two issues or more"),
        ({"do": "unpin", "name": "x"}, 'there is no pin "x"'),
        ({"do": "pin", "name": 3}, "name is a text"),
        ({"do": "save", "form": "../../etc/passwd"}, "form is yaml, csv or page"),
        ({"do": "nothing"}, "allowed questions"),
        (None, "allowed questions"),
    ]:
        found = talk.answer(question)
        assert (found["what"], text in found["text"]) == ("error", True)
    assert talk.state() == good


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["do", "moved", "joined", "pins", "name", "form"])
SHARED = conversation()


@given(st.dictionaries(KEYS, ANY, max_size=4), st.sampled_from(["hello", "set", "pin", "unpin", "save", None]))
def test_any_question_gets_an_answer(question, do):
    found = SHARED.answer(question | ({"do": do} if do else {}))
    assert found["what"] in ("levers", "state", "error", "file")
    json.dumps(found, allow_nan=False)


@pytest.mark.slow
def test_a_saved_scenario_is_whole_and_gives_the_same_projection(talk, tmp_path):
    talk.answer({"do": "set", "moved": {"us.beta": 0}, "joined": []})
    found = talk.answer({"do": "save", "form": "yaml"})
    (tmp_path / found["name"]).write_text(found["text"])
    assert ns.load(tmp_path / found["name"]).hash == talk.exploration.variant.scenario.hash
    assert talk.answer({"do": "save", "form": "csv"})["text"].startswith("issue,")
    assert talk.answer({"do": "save", "form": "page"})["text"].startswith("<!doctype html>")


def test_explore_runs_when_its_panel_asks_and_says_what_it_needs(monkeypatch):
    panel = ns.explore(from_mapping(talks("a b")), runs=20, seed=3, engine="reference")
    sent = []
    monkeypatch.setattr(panel, "send", sent.append)
    assert "exploration" not in panel.__dict__
    panel._answer(None, {"do": "hello"}, [])
    assert [each["what"] for each in sent] == ["wait", "levers"]
    assert (panel.exploration.projection.runs, panel.exploration.projection.seed) == (20, 3)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "negsim.explorer.widget")
    with pytest.raises(NegsimError, match=r"pip install 'negsim\[notebook\]'"):
        ns.explore(from_mapping(talks("a b")), runs=20)


@pytest.mark.slow
def test_base_rates_of_other_negotiations_are_shown_on_request():
    talk = Conversation(Exploration(ns.load("scenarios/baseline.yaml"), runs=20, engine="reference"))
    without = talk.answer({"do": "set", "moved": {}, "joined": []})
    state = talk.answer({"do": "others", "show": True})
    burndown, calendar = state["charts"]
    assert burndown["series"][-1]["label"] == "median, base rates of other negotiations"
    ends = talk.exploration.others().view("burndown").at_horizon
    assert burndown["series"][-1]["y"][-1] == ends["median"] > 1
    assert all("base rates of other negotiations: resolved in" in row["read"] for row in calendar["rows"])
    assert talk.answer({"do": "others", "show": False}) == without
    assert talk.answer({"do": "others", "show": 1})["text"] == "show is true or false"


def test_without_base_rates_a_note_says_so():
    agreed = talks("a", horizon="30 days")
    agreed["agenda"]["issues"]["a"]["history"] = [{"date": "2025-01-01", "status": "agreed", "what": "Agreed."}]
    talk = Conversation(Exploration(from_mapping(agreed), runs=5, engine="reference"))
    state = talk.answer({"do": "others", "show": True})
    assert state["notes"][-1].startswith("No base rates of other negotiations: ")
    assert not any("base rates" in each["label"] for each in state["charts"][0]["series"])
