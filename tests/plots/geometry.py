"""Faults of a picture that its geometry shows: text that leaves the figure, crosses the frame or covers other text."""

from __future__ import annotations

import itertools
from typing import Any

import matplotlib
from matplotlib.text import Text

from negsim.plots import Picture, style

#: Overlap that no reader sees, in points: the box of a text is higher than its letters.
FREE = 2.0
#: Least distance of the labels of an axis, in points, and the least part of a text beyond a frame that it crosses.
APART, TOUCH = 2.0, 0.5


def words(picture: Picture) -> list[Text]:
    """The visible texts of a picture."""
    return [text for text in picture.figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def faults(picture: Picture) -> list[str]:
    """What a demanding editor would send back."""
    figure = picture.figure
    with matplotlib.rc_context(style.RC), style.any_script():
        figure.draw_without_rendering()
        drawn, labels, lost = _drawn(picture)
        # An annotation has a box with its arrow, so only its text is measured.
        shown = [(text, Text.get_window_extent(text)) for text in drawn]
        point = figure.dpi / 72
        free, touch, edge = FREE * point, TOUCH * point, figure.bbox
        found = [f"not drawn: {text.get_text()!r}" for text in lost]
        found += [
            f"leaves the figure: {text.get_text()!r}"
            for text, box in shown
            if box.x0 < -1 or box.y0 < -1 or box.x1 > edge.x1 + 1 or box.y1 > edge.y1 + 1
        ]
        for (one, a), (other, b) in itertools.combinations(shown, 2):
            beside = -APART * point if id(one) in labels and id(other) in labels else free
            if min(a.x1, b.x1) - max(a.x0, b.x0) > beside and min(a.y1, b.y1) - max(a.y0, b.y0) > free:
                found.append(f"overlap: {one.get_text()!r} and {other.get_text()!r}")
        for ax in figure.axes:
            frame = ax.get_window_extent()
            for text, box in shown:
                within = text.axes is ax and box.y1 > frame.y0 + free and box.y0 < frame.y1 - free
                if within and any(box.x0 < x - touch and box.x1 > x + touch for x in (frame.x0, frame.x1)):
                    found.append(f"crosses the frame: {text.get_text()!r}")
    return found


def _drawn(picture: Picture) -> tuple[list[Any], set[int], list[Any]]:
    """The texts that are drawn, which of them label ticks, and annotations that matplotlib leaves out.

    It draws no label of a tick beyond the axis, and no annotation of a point beyond the axes.
    """
    hidden: set[int] = set()
    labels: set[int] = set()
    every = [ax for own in picture.figure.axes for ax in (own, *own.child_axes)]
    for axis in (axis for ax in every for axis in (ax.xaxis, ax.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            beyond = not low - 1e-9 <= tick.get_loc() <= high + 1e-9
            for label in (tick.label1, tick.label2):
                (hidden if beyond or not label.get_visible() else labels).add(id(label))
    texts = [text for text in words(picture) if id(text) not in hidden]
    lost = [text for text in texts if not _in_view(text)]
    return [text for text in texts if _in_view(text)], labels, lost


def _in_view(text: Any) -> bool:
    """Whether an annotation is drawn: matplotlib leaves out those whose point lies beyond the axes."""
    return not hasattr(text, "_check_xy") or text._check_xy(text.figure.canvas.get_renderer())
