"""Terms: on whose terms each issue settles. A row goes from one demand to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import Scale, View
    from negsim.files import Columns


def height(view: View) -> float:
    """Height in inches, one row per issue."""
    return frame.height_of(len(view.context.issues), 0.62)


def terms(view: View, ax: Axes) -> Axes:
    """Draw the distribution of the agreed share with its median and middle 80 %, and options as bars."""
    context = view.context
    issues = list(view.rows.groups("issue"))
    for j, (_, rows) in enumerate(issues):
        what = rows["what"][0]
        settled = f"{100 * rows['settled'][0]:.0f} % settle"
        if what == "none":
            ax.text(0.5, j + 0.5, "no terms: settled by chance, or never", ha="center", va="center", fontsize=9,
                    color=style.GREY)  # fmt: skip
            continue
        if what == "share":
            _silhouette(rows, j, ax, context.issues[j].scale)
        else:
            _options(rows, j, ax)
        ax.annotate(
            settled, (1, j + 0.5), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5,
            color=style.GREY, annotation_clip=False,
        )  # fmt: skip
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    frame.percents(ax.xaxis)
    _sides(ax, context.sides)
    ax.grid(axis="x")
    frame.rows(ax, [_title(str(rows["title"][0]), context.issues[j].scale) for j, (_, rows) in enumerate(issues)])
    frame.heading(ax, context, view.verdict)
    from matplotlib.lines import Line2D

    handles: dict[str, Any] = {
        "share of the runs that settle": frame.swatch(style.BAND_50),
        "80 % of them": Line2D([], [], color=style.INK, linewidth=1.2),
        "median": Line2D([], [], color=style.VERMILLION, linewidth=2.6),
    }
    if not (view.rows["what"] == "share").any():
        handles = {}
    frame.below(ax, view.note, list(handles.values()), list(handles), columns=4)
    return ax


def _sides(ax: Axes, sides: Sequence[str]) -> None:
    """Name the demands at both ends of the axis, below its ticks."""
    small: dict[str, Any] = {"fontsize": 8.5, "color": style.GREY}
    ax.set_xlabel(f"← demand of {frame.fitted(sides[1], 40)}", loc="left", **small)
    beside: Any = ("axes fraction", ax.xaxis.label)
    ax.annotate(f"demand of {frame.fitted(sides[0], 40)} →", (1, 0), xycoords=beside, ha="right", va="bottom", **small)


def _title(title: str, scale: Scale | None) -> str:
    """The title of a row; with a scale, also the demands of side B and side A."""
    return title if scale is None else f"{title}: {scale.number(0)} to {scale.text(1)}"


def _silhouette(rows: Columns, j: int, ax: Axes, scale: Scale | None) -> None:
    p = rows["p"]
    edges = [*rows["from"], rows["to"][-1]]
    tall = p / p.max() * 0.8
    ax.fill_between(edges, j + 0.9, j + 0.9 - np.append(tall, tall[-1]), step="post", facecolor=style.BAND_50,
                    linewidth=0)  # fmt: skip
    row = rows.row(0)
    ax.plot([row["q10"], row["q90"]], [j + 0.93] * 2, color=style.INK, linewidth=1.2)
    ax.plot([row["median"]] * 2, [j + 0.1, j + 0.96], color=style.VERMILLION, linewidth=2.6, solid_capstyle="butt")
    near = row["median"] > 0.85
    text = f"{100 * row['median']:.0f} %" if scale is None else scale.number(row["median"])
    ax.annotate(
        text, (row["median"], j + 0.3), xytext=(-4 if near else 4, 0), va="center",
        textcoords="offset points", ha="right" if near else "left", fontsize=8.5,
    )  # fmt: skip


def _options(rows: Columns, j: int, ax: Axes) -> None:
    left = 0.0
    for k, row in enumerate(rows.records()):
        colour, hatch = style.KINDS[k % len(style.KINDS)]
        ax.barh(j + 0.5, row["p"], left=left, height=0.6, facecolor=colour, hatch=hatch, edgecolor="white")
        if row["p"] > 0.12:
            text = frame.fitted(str(row["what"]), int(row["p"] * 80), 2)
            ax.text(left + row["p"] / 2, j + 0.5, text, ha="center", va="center", fontsize=8,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85})  # fmt: skip
        left += row["p"]
