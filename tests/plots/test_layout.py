"""Words of a picture touch neither the lines nor the edge of the frame, and long titles are cut between words."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from matplotlib.dates import date2num
from matplotlib.font_manager import fontManager
from matplotlib.text import Text

import negsim as ns
from negsim.plots import draw, frame, style
from negsim.scenario.scenario import from_mapping
from tests.kit import chance, talks


def boxes(picture, chosen):
    """The extents of some texts of a picture in pixels."""
    picture.figure.draw_without_rendering()
    renderer = picture.figure.canvas.get_renderer()
    texts = [text for text in picture.figure.axes[0].texts if chosen(text.get_text())]
    assert texts
    return [text.get_window_extent(renderer) for text in texts]


def line_at(picture, day):
    return picture.figure.axes[0].transData.transform((date2num(day), 0))[0]


def test_dates_of_a_calendar_end_before_the_line_of_the_horizon(projection):
    view = projection.view("calendar")
    context = view.context
    own = np.flatnonzero(view.rows["part"] == "projected")
    days = [round(context.horizon_days * (0.82 + 0.02 * k)) for k in range(len(own))]
    dates = np.full(len(view.rows), None)
    dates[own] = [context.as_of + timedelta(days=day) for day in days]
    picture = draw("calendar", replace(view, rows=view.rows.assign(p50=dates)))
    found = boxes(picture, lambda text: text[:2] == "20")
    assert len(found) == len(own)
    assert all(box.x1 < line_at(picture, context.horizon) - 2 for box in found)


@pytest.mark.parametrize("day", [88, 93, 94])
def test_dates_of_a_run_end_before_the_line_of_the_horizon(day):
    p = ns.run(from_mapping(chance(1.0, gap=f"{day} days", horizon="105 days")), runs=1)
    picture = p.plot("trace")
    assert all(box.x1 < line_at(picture, p.context.horizon) - 3 for box in boxes(picture, lambda text: text[0] == "✓"))


def test_dates_of_a_run_touch_no_bar(projection):
    picture = projection.plot("trace", run=0)
    found = boxes(picture, lambda text: text[0] == "✓")
    bars = [bar.get_window_extent() for bar in picture.figure.axes[0].patches]
    assert max(box.x0 for box in found) > 0.7 * picture.figure.bbox.x1  # one is near the horizon
    assert not any(box.overlaps(bar) for box in found for bar in bars)


def test_the_mark_of_a_shock_on_the_first_day_is_whole_and_touches_no_word(projection):
    picture, day = projection.plot("trace", run=0), projection.context.as_of
    ax, renderer = picture.figure.axes[0], picture.figure.canvas.get_renderer()
    picture.figure.draw_without_rendering()
    (mark,) = [line for line in ax.lines if line.get_xdata()[0] == date2num(day) and line.get_marker() == "o"]
    assert not mark.get_clip_on()
    (word,) = [text.get_window_extent(renderer) for text in ax.get_yticklabels() if text.get_text() == "Shocks"]
    assert word.x1 < line_at(picture, day) - mark.get_markersize() / 2 * picture.figure.dpi / 72


def test_first_offers_are_beside_the_line_of_the_as_of_date():
    p = ns.run(from_mapping(talks("a b", horizon="105 days", channel={"gap": "3 days"})), runs=20)
    picture = p.plot("gap")
    assert all(box.x1 < line_at(picture, p.context.as_of) - 1 for box in boxes(picture, str.isdigit))


@pytest.mark.parametrize("name", ["The use of electronic devices and official vehicles " * 6, "领事馆的重新开放" * 40])
def test_long_titles_are_cut_and_keep_their_beginning(name):
    mapping = talks({"a": {}, "b": {}})
    mapping["agenda"]["title"] = mapping["agenda"]["issues"]["a"]["title"] = name
    mapping["issues"]["b"] = {"outcome": {"options": [{"id": "x", "title": name, "us": 0.6, "russia": 0.6}]}}
    figure = ns.run(from_mapping(mapping), runs=20).plot("terms").figure
    cut = [text.get_text().split() for text in figure.findobj(Text) if text.get_text().endswith("…")]
    assert len(cut) >= 3  # the title, the row and the option
    for words in cut:
        assert name.startswith("".join(words[:1])) or words[0] == "Small"
        assert name[0] > "z" or {*words} <= {*name.split(), "…"}


def test_a_status_that_lasts_no_time_is_not_in_the_legend():
    p = ns.run(from_mapping(talks("a", horizon="400 days")), runs=1)  # agreed and carried out at once
    labels = {text.get_text() for text in p.plot("trace").figure.axes[0].get_legend().get_texts()}
    assert {"discussing", "resolved"} <= labels
    assert not {"agreed", "implementing"} & labels


def test_statuses_within_a_day_are_drawn_with_their_hours():
    p = ns.run(
        from_mapping(talks("a", horizon="1 day", both={"patience": "0.5 days"}, channel={"gap": "0.1 days"})), runs=1
    )
    widths = [bar.get_width() for bar in p.plot("trace").figure.axes[0].patches]
    assert sum(0 < width < 1 for width in widths) >= 2


def test_a_percent_sign_stays_with_its_number():
    assert frame.broken("holds 50 % of the runs and 80 % of all", 29) == ["holds 50 % of the runs and", "80 % of all"]


def test_fonts_of_last_resort_do_not_count_as_fonts():
    assert any(entry.name.startswith("Last Resort") for entry in fontManager.ttflist)
    names, _ = style.fonts_with("会\U0001f91d")
    assert not [name for name in names if name.startswith("Last Resort")]


@pytest.mark.parametrize("kind", ["burndown", "burnup", "flow", "calendar"])
def test_a_picture_begins_its_record_where_it_is_told(kind):
    mapping = talks("a b", horizon="105 days")
    for issue in mapping["agenda"]["issues"].values():
        issue["history"] = [{"date": "2023-01-15", "status": "raised", "what": "Begun."}]
    p = ns.run(from_mapping(mapping), runs=5)
    first = [p.plot(kind, since=since).figure.axes[0].get_xlim()[0] for since in (None, "2024-06-01", "2020-01-01")]
    as_of = date2num(p.context.as_of)
    assert first[1] == pytest.approx(date2num(date(2024, 6, 1)), abs=7)
    assert first[2] == pytest.approx(date2num(date(2023, 1, 15)), abs=12)
    assert as_of - 60 < first[0] < as_of
    assert p.plot(kind).svg == p.plot(kind, since=None).svg
    with pytest.raises(ns.NegsimError, match="the record ends at the as-of date"):
        p.plot(kind, since="2026-01-01")
    with pytest.raises(ns.NegsimError, match="a picture with a record is"):
        p.plot("gap", since="2024-01-01")


def test_the_command_begins_a_record_where_it_is_told(negsim, tmp_path):
    ended = negsim("plot", "baseline", "-n", 20, "--since", "2025-02-01", "-o", tmp_path / "x.svg")
    assert ended.code == 0
    assert (tmp_path / "x.csv").read_text().splitlines()[1].startswith("2025-02")
    assert negsim("plot", "baseline", "gap", "-n", 20, "--since", "soon", "-o", tmp_path / "x.svg").code == 2


def test_a_calendar_without_a_record_begins_at_the_as_of_date():
    agenda = {"sides": ["Ford", "UAW"], "issues": ["Wages"]}
    p = ns.run(from_mapping({"agenda": agenda, "as_of": "2025-04-10", "horizon": "100 days"}), runs=5)
    assert p.plot("calendar").figure.axes[0].get_xlim()[0] == date2num(p.context.as_of)


def test_legend_and_footnote_name_only_what_is_drawn(projection):
    agenda = {"sides": ["Ford", "UAW"], "issues": ["Wages", "Tiers"]}
    tactics = {"both": {"patience": "10 days"}}
    bare = {"agenda": agenda, "as_of": "2025-04-10", "horizon": "100 days", "tactics": tactics}
    p = ns.run(
        from_mapping(bare | {"defaults": {"reservation": 0.2}, "channels": {"table": {"gap": "2 days"}}}), runs=5
    )
    assert not {"recorded", "lapsed"} & {
        text.get_text() for kind in ("burndown", "survival") for text in p.plot(kind).figure.axes[0].get_legend().texts
    }
    assert "extends beyond" not in p.view("calendar").note
    assert "Left:" not in p.view("calendar").note
    assert p.view("calendar").verdict.startswith("half of the runs resolve each issue by ")
    assert "extends beyond the horizon. Left: the recorded" in projection.view("calendar").note


def test_a_gap_has_no_row_without_offers_and_says_so(projection):
    view = projection.view("gap")
    table = view.table()
    offers = table[table["median"].notna() & table["date"].notna()]
    picture = projection.plot("gap")
    assert len(picture.figure.axes[0].get_yticks()) == offers["bargain"].nunique()
    for title in set(view.rows["title"]) - set(offers["title"]):
        assert f"No row: {title}; fewer than 5 %" in view.note
    assert all(
        box.x0 > line_at(picture, view.context.horizon) for box in boxes(picture, lambda t: t.endswith("% negotiate"))
    )


def test_a_heading_does_not_repeat_the_title():
    mapping = talks("a")
    mapping["title"] = f"{mapping['agenda']['title']}: harder"
    picture = ns.run(from_mapping(mapping), runs=5).plot("burndown")
    words = [text.get_text() for text in picture.figure.axes[0].texts]
    assert any(text.startswith("Harder: ") for text in words)
    assert sum(text.count(mapping["agenda"]["title"]) for text in words) == 1
