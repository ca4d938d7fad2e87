"""Pictures of scenarios that are unlike the baseline: short horizons, no record, letters of other scripts."""

import math
import warnings

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import negsim as ns
from negsim.plots import style
from negsim.scenario.scenario import from_mapping
from tests.kit import talks


@pytest.mark.parametrize("days", [1, 2, 7])
def test_flow_of_a_short_horizon_is_drawn(days):
    p = ns.run(from_mapping(talks("a b", horizon=f"{days} days", channel={"gap": "0.3 days"})), runs=5)
    assert p.plot("flow").svg.startswith("<?xml")


def test_issues_without_a_record_are_drawn():
    agenda = {"sides": ["Ford", "UAW"], "issues": ["Wages", "Tiers"]}
    p = ns.run(from_mapping({"agenda": agenda, "as_of": "2025-04-10", "horizon": "100 days"}), runs=5)
    assert "Wages" in p.plot("calendar").svg


def test_letters_that_no_font_has_are_named_in_one_warning_of_a_png(monkeypatch):
    mapping = talks("a", horizon="30 days")
    mapping["agenda"]["title"] = "会談 of two"
    picture = ns.run(from_mapping(mapping), runs=5).plot("calendar")
    monkeypatch.setattr(style, "fonts_with", lambda letters: ([], letters))
    with pytest.warns(UserWarning, match="no font of this system has 会談") as caught:
        style.render(picture.figure, "png")
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "会談 of two" in picture.svg


def test_text_fits_axes_that_share_a_figure(projection):
    figure = Figure(figsize=(12, 5))
    renderer = FigureCanvasAgg(figure).get_renderer()
    left, right = figure.subplots(1, 2)
    for ax in (left, right):
        projection.plot("calendar", ax=ax)
    figure.draw_without_rendering()
    edge = right.get_window_extent(renderer).x0
    heads = [text for text in left.texts if text.get_gid() == style.WIDE]
    assert len(heads) == 3
    assert all(math.isfinite(box.x1) and box.x1 < edge for box in (t.get_window_extent(renderer) for t in heads))


@pytest.mark.parametrize("kind", ["burndown", "calendar", "survival"])
def test_several_projections_share_a_picture(projection, kind):
    other = ns.run(projection.scenario.replace({"tactics.us.beta": 0.1}), runs=50)
    picture = projection.plot(kind, others=[other])
    assert f"{projection.context.title} (2): " in picture.svg
    table = picture.table
    column = "part" if kind == "burndown" else "scenario"
    assert f"{projection.context.title} (2)" in set(table[column])
    alone = other.view(kind).projected if kind == "burndown" else other.view(kind).rows
    assert (table[column] == f"{projection.context.title} (2)").sum() == len(alone)
    with pytest.raises(ns.NegsimError, match='several projections are shown in "burndown, '):
        projection.plot("flow", others=[other])


def test_letters_that_no_font_has_are_one_line_on_standard_error(negsim, tmp_path, monkeypatch):
    from negsim.plots import style

    monkeypatch.setattr(style, "missing_letters", lambda figure: "会")
    monkeypatch.setattr(style, "fonts_with", lambda letters: ([], letters))
    ended = negsim("plot", "baseline", "burndown", "--runs", 5, "-o", tmp_path / "x.png")
    assert (ended.code, ended.err.strip()) == (0, "warning: no font of this system has 会; an SVG file keeps the text")
