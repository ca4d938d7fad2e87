"""All kinds of picture, on the real talks and on odd ones: they can be drawn, everything fits, nothing is cut."""

import csv
import io
import itertools
import re

import matplotlib
import pytest
from matplotlib.figure import Figure

import negsim as ns
from negsim.plots import KINDS, style
from negsim.scenario.scenario import from_mapping
from tests.kit import chance, talks
from tests.plots.geometry import faults, words

WIDE = "A very long title of an issue that goes on about property, flights, <b>and</b> the rest 会談 $x$"


def many():
    """Sixty issues with long titles over two months."""
    mapping = talks({f"i{k}": {} for k in range(60)}, horizon="61 days", both={"patience": "40 days"})
    for k, issue in enumerate(mapping["agenda"]["issues"].values()):
        issue["title"] = f"{WIDE} {k}"
    mapping["agenda"]["title"] = "A title of talks that goes on and on " * 6
    return mapping


def options():
    """A package of an issue with options and one without; a dormant issue beside it."""
    outcome = {
        "options": [
            {"id": "all", "title": "All back at once with <b>ceremony</b>", "us": 0.9, "russia": 0.3},
            {"id": "half", "title": "Half", "us": 0.5, "russia": 0.6},
            {"id": "none", "title": "None $x$", "us": 0.1, "russia": 0.95},
        ]
    }
    weights = {"us": {"a": 0.3, "b": 0.7}, "russia": {"a": 0.8, "b": 0.2}}
    package = {"p": {"title": "Swap", "issues": ["a", "b"], "weights": weights}}
    issues = {"a": {"outcome": outcome}, "b": {}, "c": {"outcome": outcome}, "d": {"opens": {"on": "2026-01-01"}}}
    return talks(issues, horizon="2 years", packages=package)


TALKS = {
    "many": many,
    "options": options,
    "chance": lambda: chance(0.1, "a b", horizon="3 years"),
    "one": lambda: talks("a", horizon="30 days"),
    "apart": lambda: talks("a b", horizon="1 year", defaults={"reservation": {"us": 0.8, "russia": 0.8}}),
}


@pytest.fixture(scope="module")
def odd():
    return {name: ns.run(from_mapping(mapping()), runs=60, seed=1) for name, mapping in TALKS.items()}


@pytest.fixture(scope="module")
def drawn(projection):
    return {kind: projection.plot(kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_whose_talks_what_came_out_and_how(drawn, projection, kind):
    text = " ".join(each.get_text() for each in words(drawn[kind])).replace("\n", " ")
    view = projection.view(kind)
    for part in (projection.context.talks, "Baseline: ", view.verdict, "How computed: 300 runs, seed 1"):
        assert part in text
    assert faults(drawn[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_is_beside_it(drawn, kind, tmp_path):
    table = drawn[kind].save(tmp_path / f"{kind}.svg")
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert len(rows) == len(drawn[kind].table) + 1 > 2
    assert (tmp_path / f"{kind}.svg").read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_runs_give_the_same_bytes(drawn, projection, kind):
    assert projection.plot(kind).svg == drawn[kind].svg


def test_the_files_stay_small(drawn):
    assert max(len(picture.svg) for picture in drawn.values()) < 300_000
    assert sum(len(picture.svg) for picture in drawn.values()) < 900_000


@pytest.mark.parametrize("kind", KINDS)
def test_it_draws_on_axes_of_ones_own_and_gives_them_back(projection, kind):
    figure = Figure(figsize=(12, 5))
    left, right = figure.subplots(1, 2)
    assert projection.plot(kind, ax=right) is right
    assert right.has_data()
    assert not left.has_data()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name == "many" else []) for name in TALKS]
)
@pytest.mark.parametrize("kind", KINDS)
def test_odd_talks_can_be_drawn_and_read(odd, name, kind):
    if (name, kind) == ("chance", "frontier"):
        with pytest.raises(ns.NegsimError):
            odd[name].plot(kind)
        return
    picture = odd[name].plot(kind)
    assert faults(picture) == []
    svg = picture.svg
    assert "<b>" not in svg
    assert not re.search(r"\bnan\b", svg)
    labels = picture.figure.axes[0].get_yticklabels()
    if name == "many" and kind in ("survival", "calendar", "gap", "terms", "waiting", "last", "trace"):
        titles = [label.get_text() for label in labels]
        assert sum("A very long title" in title for title in titles) == 60
        assert max(title.count("\n") for title in titles) == 2
        boxes = [label.get_window_extent() for label in labels]
        # They do not lie on each other.
        assert all(upper.y0 >= lower.y1 - 3 for upper, lower in itertools.pairwise(boxes))


@pytest.mark.parametrize("run", [0, 7])
def test_one_run_is_told_apart_from_another(projection, run):
    picture = projection.plot("trace", run=run)
    assert f"run {run}: " in " ".join(text.get_text() for text in words(picture))
    assert projection.plot("climate", run=run).svg != projection.plot("climate").svg


def luminance(colour):
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_statuses_differ_in_lightness_or_hatch_and_not_in_hue_alone():
    looks = list(style.STATUS.values())
    assert len(set(looks)) == len(looks)
    for k, (one, hatch) in enumerate(looks):
        for other, its in looks[k + 1 :]:
            light, dark = sorted((luminance(one), luminance(other)), reverse=True)
            assert hatch != its or (light + 0.05) / (dark + 0.05) > 1.15, (one, other)


def test_the_beyond_is_said_and_not_drawn_as_a_date(projection):
    text = " ".join(each.get_text() for each in words(projection.plot("calendar")))
    beyond = projection.view("calendar").table()
    late = beyond[(beyond["part"] == "projected") & beyond["p90"].isna()]
    assert text.count("% resolved by then") == len(late) > 0
