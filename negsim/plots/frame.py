"""Parts that all pictures share: heading, date axis, rows, legend and footnote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np
from matplotlib.dates import date2num
from matplotlib.transforms import offset_copy

from negsim.files import wrap as wide_wrap
from negsim.plots import style
from negsim.plots.labels import Dates

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import Context, Round
    from negsim.files import Columns

#: Most letters in a line of a row's title, and most lines.
LETTERS, LINES = 26, 3
#: Height of a row, and of everything else in a picture of rows, in inches.
ROW, AROUND = 0.52, 2.1
#: Letters in a line of the title, the verdict and the footnote, and in a legend.
TITLE, VERDICT, FOOT, LEGEND = 74, 104, 148, 44
#: Most lines of the title.
TITLE_LINES = 4

#: The condition of every answer of a projection.
IF = "if the sides concede as assumed, "

#: Label of hatched parts of the record.
DAY_UNKNOWN = "recorded, day not known"

#: A space where a line must not break: before a percent sign, and inside a date in words.
TOGETHER = "\u00a0"
_TOGETHER = re.compile(r"(?<=\d) (?=%)|(?<=\d) (?=[A-Z][a-z]+ \d{4}\b)|(?<=[a-z]) (?=\d{4}\b)")
BOLD: dict[str, Any] = {"fontsize": 13, "fontweight": "bold"}
SMALL: dict[str, Any] = {"fontsize": 8.5, "color": style.GREY, "annotation_clip": False}


def height_of(rows: int, row: float = ROW) -> float:
    """Height in inches of a picture with this number of rows."""
    return AROUND + row * max(rows, 3)


def row(titles: Sequence[str], least: float = 0.5) -> float:
    """Height of a row in inches, at least ``least``: each line of its title needs a fifth of an inch."""
    return max([least, *(0.2 * (1 + label(title).count("\n")) for title in titles)])


def title(figure: Any, context: Context) -> None:
    """Write the title of the negotiation once, over all axes of a figure."""
    letters = round(TITLE * figure.get_figwidth() / style.WIDTH)
    figure.suptitle(
        fitted(context.talks, letters, TITLE_LINES), x=style.EDGE / figure.get_figwidth(), ha="left", **BOLD
    )


def heading(ax: Axes, context: Context, verdict: str, hedge: str = IF) -> None:
    """Write the title of the negotiation and, below it, the scenario and the answer in a sentence after a condition."""
    # A scenario without a title has that of its agenda, and a title that begins with it is not written twice.
    own = context.title.removeprefix(context.talks).lstrip(" :,-\u2013")
    own = f"{own[:1].upper()}{own[1:]}: " if own else ""
    titled(ax, context.talks, f"{own}{hedge}{verdict}")


def titled(ax: Axes, title: str, answer: str) -> None:
    """Write a title and, below it, a sentence. A figure that has a title of its own gets no second one."""
    lines = even(f"{answer[:1].upper()}{answer[1:]}", _letters(ax, VERDICT))
    parts: list[tuple[str, float, dict[str, Any]]] = [("\n".join(lines), 16, {"fontsize": 11})]
    if not _figure(ax).get_suptitle():
        parts.append((fitted(title, _letters(ax, TITLE), TITLE_LINES), 18 + 16.5 * len(lines), BOLD))
    for text, up, letters in parts:
        _wide(ax, ax.annotate(
            text, (_left(ax), 1), xycoords=(_across(ax), "axes fraction"), xytext=(0, up), va="bottom",
            textcoords="offset points", linespacing=1.25, annotation_clip=False, **letters,
        ))  # fmt: skip


def below(ax: Axes, note: str, handles: Sequence[Any] = (), labels: Sequence[str] = (), columns: int = 6) -> None:
    """Write the legend under the axis and the footnote under the legend."""
    from matplotlib.transforms import blended_transform_factory

    depth = 26.0 + (15 if any(each.get_xlabel() for each in (ax, *ax.child_axes)) else 0)
    if handles:
        columns = _columns(labels, columns, 72 * _room(ax))
        across: Any = ax.figure.transFigure if _own(ax) else ax.transAxes
        corner = offset_copy(blended_transform_factory(across, ax.transAxes), _figure(ax), y=-depth, units="points")
        legend = ax.legend(
            handles, [_tight(text) for text in labels], loc="upper left", bbox_to_anchor=(_left(ax), 0),
            bbox_transform=corner, ncols=columns, fontsize=9, frameon=False, columnspacing=1.5, handlelength=1.8,
            borderaxespad=0, borderpad=0,
        )  # fmt: skip
        _wide(ax, legend)
        depth += 16.5 * -(-len(handles) // columns)
    if not note:
        return
    _wide(ax, ax.annotate(
        "\n".join(broken(note, _letters(ax, FOOT))), (_left(ax), 0), xycoords=(_across(ax), "axes fraction"),
        xytext=(0, -depth - 4),
        textcoords="offset points", va="top", **(SMALL | {"fontsize": 8}),
    ))  # fmt: skip


def _figure(ax: Axes) -> Any:
    return ax.figure.figure  # of a subfigure, too; get_figure(root=True) is new in matplotlib 3.10


def _own(ax: Axes) -> bool:
    """Whether the figure has no other axes. Then text starts at its edge, otherwise at the edge of the axes."""
    return len(_figure(ax).axes) == 1


def _room(ax: Axes) -> float:
    """Inches for text: the width of a figure, or of the axes if the figure has others."""
    return style.WIDTH if _own(ax) else float(ax.get_position().width * _figure(ax).get_figwidth())


def _letters(ax: Axes, letters: int) -> int:
    """Letters of a line, from their number in a line of a whole figure."""
    return max(round(letters * _room(ax) / style.WIDTH), 12)


def broken(text: str, letters: int) -> list[str]:
    """A text in lines of at most so many letters; a wide letter, such as a Chinese one, counts as two.

    >>> broken("half of them by 1 October 2023, 80 %", 18)
    ['half of them by', '1 October 2023,', '80 %']
    """
    held = _TOGETHER.sub(TOGETHER, text)
    wide = any(east_asian_width(letter) in "WF" for letter in text)
    lines = wide_wrap(text, letters) if wide else wrap(held, letters)
    return [line.replace(TOGETHER, " ") for line in lines] or [""]


def even(text: str, letters: int) -> list[str]:
    """A text in as few lines as possible, none much shorter than the others.

    >>> even("Tiers are last in a third of all runs", 34)
    ['Tiers are last in a', 'third of all runs']
    """
    lines = broken(text, letters)
    for fewer in range(letters - 1, letters // 2, -1):
        if len(shorter := broken(text, fewer)) > len(lines):
            break
        lines = shorter
    return lines


def fitted(text: str, letters: int, lines: int = 1) -> str:
    r"""A text in so many lines at most. What does not fit is cut after a word and replaced by an ellipsis.

    >>> fitted("The use of electronic devices and official vehicles", 14, 2)
    'The use of\nelectronic …'
    """
    found = broken(text, letters)
    if len(found) > lines:
        found = [*found[: lines - 1], broken(found[lines - 1], max(letters - 2, 1))[0] + " …"]
    return "\n".join(found)


def _left(ax: Axes) -> float:
    return style.EDGE / _figure(ax).get_figwidth() if _own(ax) else 0.0


def _across(ax: Axes) -> str:
    return "figure fraction" if _own(ax) else "axes fraction"


def _wide(ax: Axes, artist: Any) -> None:
    """Mark an artist that spans the whole figure. It takes height and does not narrow the axes.

    On axes that share a figure, its layout makes room for the artist.
    """
    artist.set_gid(style.WIDE)
    artist.set_in_layout(not _own(ax))


def _tight(text: str) -> str:
    return fitted(text, LEGEND)


def _columns(labels: Sequence[str], most: int, points: float) -> int:
    """How many columns of a legend fit. A letter takes 5.2 points, a handle with its space 38."""
    for columns in range(min(most, len(labels)), 1, -1):
        rows, more = divmod(len(labels), columns)  # as matplotlib fills columns: the first ones have a row more
        ends = np.cumsum([rows + (k < more) for k in range(columns)]).tolist()
        parts = [labels[first:end] for first, end in zip([0, *ends], ends, strict=False)]
        wide = [max(len(_tight(text)) for text in part) for part in parts]
        if sum(5.2 * letters + 38 for letters in wide) - 13.5 < points:  # nothing is to the right of the last one
            return columns
    return 1


def date_axis(ax: Axes, context: Context, first: date | None = None, words: bool = True) -> None:
    """Show dates from ``first`` to the horizon, with a line where the projection begins."""
    left, as_of, right = (date2num(day) for day in (first or context.as_of, context.as_of, context.horizon))
    ax.set_xlim(left - (0.012 * (right - left) if left < as_of else 0.0), right)
    date_ticks(ax)
    ax.tick_params(length=3)
    if left < as_of:
        ax.axvline(as_of, color=style.INK, linewidth=1, linestyle=(0, (1, 2)))
    ax.axvline(right, color=style.GREY, linewidth=1)
    if words:
        at_top: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "va": "top"}
        ax.annotate(f"as of {context.as_of}: projected →", (as_of, 0.985), xytext=(5, 0), ha="left", **(SMALL | at_top))
        ax.annotate(f"horizon {context.horizon}", (right, 0.985), xytext=(-5, 0), ha="right", **(SMALL | at_top))


def date_ticks(ax: Axes, most: int = 9) -> None:
    """Label the axis with a few dates, as short as they are clear."""
    from matplotlib.dates import ConciseDateFormatter

    locator = Dates(minticks=min(4, most), maxticks=most)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    formats = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%S.%f"]
    zeros = ["", "%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M"]
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, formats=formats, zero_formats=zeros, show_offset=False))


def between(ax: Axes, context: Context) -> None:
    """Write the as-of date and the horizon above the frame of a picture of rows."""
    as_of, right = date2num(context.as_of), date2num(context.horizon)
    over: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "va": "bottom"}
    ax.annotate(f"as of {context.as_of} →", (as_of, 1), xytext=(0, 1), ha="left", **(SMALL | over))
    ax.annotate(f"horizon {context.horizon}", (right, 1), xytext=(0, 1), ha="right", **(SMALL | over))


def rows(ax: Axes, titles: Sequence[str], lines: bool = True) -> None:
    """Give each title a row, from the top down. Row ``j`` lies between ``j`` and ``j + 1``."""
    ax.set_ylim(max(len(titles), 1), 0)
    ax.set_yticks([j + 0.5 for j in range(len(titles))], [label(title) for title in titles])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    if lines:
        for j in range(1, len(titles)):
            ax.axhline(j, color=style.FAINT, linewidth=0.6, zorder=0.5)


def label(title: str) -> str:
    r"""Wrap a title so that it fits beside its row.

    >>> label("Movement of diplomats in the host country and beyond")
    'Movement of diplomats in\nthe host country and\nbeyond'
    """
    return fitted(title, LETTERS, LINES)


def percents(axis: Any) -> None:
    """Label the ticks of shares with percent, with a decimal only where it is needed."""
    axis.set_major_formatter(lambda share, _: f"{round(100 * share, 6):g} %")


def rounds(ax: Axes, held: Iterable[Round], bottom: float, top: float) -> bool:
    """Draw the rounds held: a thick line, or a hatched span where the record does not give the day."""
    from matplotlib.patches import Rectangle

    some = False
    for one in held:
        some = True
        left, right = date2num(one.earliest), date2num(one.latest + timedelta(days=1))
        if one.earliest == one.latest:
            ax.plot([left, left], [bottom, top], color=style.INK, linewidth=2.4, solid_capstyle="butt")
        else:
            span = Rectangle((left, bottom), right - left, top - bottom)
            span.set(facecolor="white", edgecolor=style.INK, hatch="/////", linewidth=0.8)
            ax.add_patch(span)
    return some


def round_mark() -> Any:
    """The legend handle of a round."""
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="none", marker="|", markersize=10, markeredgewidth=2.4, color=style.INK)


def swatch(colour: str, hatch: str = "", edge: str = "none") -> Any:
    """The legend handle of an area."""
    from matplotlib.patches import Patch

    return Patch(
        facecolor=colour, hatch=hatch, edgecolor=style.GREY if hatch else edge, linewidth=0.0 if hatch else 0.8
    )


def corners(table: Columns, columns: Sequence[str]) -> Columns:
    """Keep the rows in which a column changes, the first row and the last. A step line needs no others."""
    changes = np.ones(len(table), bool)
    changes[1:-1] = np.any([table[name][1:-1] != table[name][:-2] for name in columns], axis=0)
    return table.take(changes)
