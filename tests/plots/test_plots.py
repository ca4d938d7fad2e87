"""Pictures: what they say, that they are the same each time, and that they hold up with odd data."""

import re
from dataclasses import replace
from datetime import date, timedelta

import matplotlib
import numpy as np
import pytest

from negsim.analysis.burndown_view import Change, burndown
from negsim.analysis.context import Round
from negsim.errors import NegsimError
from negsim.plots import KINDS, Picture, picture_format, style
from negsim.plots.burndown import burndown as draw_burndown
from tests.conftest import context, counted, outcomes, recorded_as

NEVER = float("nan")
AS_OF = date(2025, 4, 10)
FEBRUARY = (date(2025, 2, 1), date(2025, 2, 28))

RECORD = (Change(*FEBRUARY, 1), Change(AS_OF, AS_OF, 2))


def shown(
    resolved=((100.0, 500.0, NEVER),) * 5,
    changes=RECORD,
    note="2,000 runs",
    **more,
):
    times = np.array(resolved)
    rounds = [Round(*FEBRUARY, "first"), Round(AS_OF, AS_OF, "second")]
    facts = recorded_as(replace(context(times.shape[1]), **more), changes, rounds)
    return burndown(facts, counted(facts, outcomes(times)), note)


def drawn(data):
    with matplotlib.rc_context(style.RC):
        figure, ax = style.new_figure()
        assert draw_burndown(data, ax) is ax
        style.settle(figure)
    return Picture(figure, data.table())


def texts(picture):
    return [t.get_text() for t in picture.figure.findobj(matplotlib.text.Text) if t.get_text()]


def test_the_picture_says_what_is_left_when_and_how_it_was_computed():
    words = "\n".join(texts(drawn(shown(resolved=[(90.0 * k, 100.0 * k, NEVER) for k in range(1, 10)]))))
    for part in (
        "Talks of North and South",
        "As it stands",
        "if the sides concede as assumed, 1 of 3",
        "2,000 runs",
        "as of 2025-04-10",
        "2028-04-10",
        "median",
        "50 % of runs",
    ):
        assert part in words


def test_a_change_of_which_the_month_is_known_is_hatched_and_not_drawn_as_a_day():
    ax = drawn(shown()).figure.axes[0]
    hatched = [artist for artist in ax.collections if artist.get_hatch()]
    corners = hatched[0].get_paths()[0].vertices
    days = sorted(matplotlib.dates.date2num(d) for d in FEBRUARY)
    assert days[0] <= corners[:, 0].min() <= corners[:, 0].max() <= days[1] + 1
    assert (corners[:, 1].min(), corners[:, 1].max()) == (0, 1)


def test_without_such_a_change_nothing_is_hatched():
    ax = drawn(shown(changes=[Change(AS_OF - timedelta(days=40), AS_OF - timedelta(days=40), 3)])).figure.axes[0]
    assert not [artist for artist in ax.collections if artist.get_hatch()]


def test_the_median_is_drawn_as_the_table_has_it():
    data = shown(resolved=[(100.0 * k, 90.0 * k, NEVER) for k in range(1, 12)])
    line = next(line for line in drawn(data).figure.axes[0].lines if line.get_label() == "median")
    assert line.get_drawstyle() == "steps-post"
    days, values = line.get_xdata(), line.get_ydata()
    every_day = np.array([matplotlib.dates.date2num(day) for day in data.projected["date"]])
    drawn_then = np.asarray(values)[np.searchsorted(days, every_day, side="right") - 1]
    assert drawn_then.tolist() == data.projected["median"].tolist()


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_data_give_the_same_bytes(kind):
    first, again = (style.render(drawn(shown()).figure, kind) for _ in range(2))
    assert first == again
    assert style.render(drawn(shown(talks="Other talks")).figure, kind) != first


def test_a_picture_can_be_rendered_twice():
    picture = drawn(shown())
    assert style.render(picture.figure, "svg") == style.render(picture.figure, "svg")


def test_text_stays_text_and_is_escaped():
    svg = drawn(shown(talks="<script>alert(1)</script> $x$ & co")).svg
    assert "&lt;script&gt;" in svg
    assert "<script" not in svg
    assert re.search(r"<text[^>]*>[^<]*\$x\$", svg)
    assert re.search(r"<text[^>]*>[^<]*1 of 3 issues", svg)


@pytest.mark.parametrize(
    "data",
    [
        shown(talks="A title that goes on and on " * 8),
        shown(resolved=((NEVER,) * 60,) * 3),
        shown(horizon=date(2025, 6, 10)),
        shown(horizon=date(2055, 6, 10)),
        shown(changes=()),
        shown(resolved=((0.0,),), changes=()),
        shown(changes=[Change(date(1999, 1, 1), date(1999, 12, 31), 3)]),
    ],
    ids=[
        "long title",
        "sixty issues",
        "two months",
        "thirty years",
        "no record",
        "one issue done at once",
        "old record",
    ],
)
def test_odd_data_still_fit_the_picture(data):
    picture = drawn(data)
    figure = picture.figure
    style.render(figure, "png")
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert box.x0 >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y0 >= -0.01
    assert box.y1 <= height + 0.01


def test_a_picture_is_saved_with_its_data_beside_it(tmp_path):
    picture = drawn(shown())
    beside = picture.save(tmp_path / "b.svg")
    assert beside == tmp_path / "b.csv"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.csv", "b.svg"]
    lines = beside.read_text().splitlines()
    assert lines[0] == "date,part,low,high,q10,q25,median,q75,q90,mean"
    assert lines[-1] == "2028-04-09,projected,,,1,1,1,1,1,1.0"


def test_a_name_that_is_no_picture_is_refused():
    with pytest.raises(NegsimError, match=r'written as .svg or .png, but was "x.pdf"'):
        picture_format(__import__("pathlib").Path("x.pdf"))


@pytest.mark.slow
def test_every_kind_is_drawn_from_a_real_projection(projection):
    for kind in KINDS:
        assert projection.plot(kind).svg.startswith("<?xml")
    with pytest.raises(NegsimError, match=r'no picture "burndwn".*did you mean "burndown"'):
        projection.plot("burndwn")


def test_the_quick_look_is_the_burndown_beside_the_calendar_under_one_title(projection):
    picture = projection.plot()
    before = picture.svg
    style.render(picture.figure, "png")
    assert picture.svg == before == projection.plot().svg
    left, right = picture.figure.axes
    assert left.get_ylabel() == "unresolved issues"
    assert len(right.get_yticklabels()) == len(projection.context.issues)
    assert [text for text in texts(picture) if text.startswith(projection.context.talks)] == [projection.context.talks]
    for kind, table in picture.table.groupby("picture"):
        own = projection.view(kind).table()
        assert table[list(own.columns)].reset_index(drop=True).equals(own.astype(object))
    with pytest.raises(NegsimError, match='a picture of one run is "climate, trace"'):
        projection.plot(run=1)
