"""Quick look: the burndown beside the calendar, in one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from negsim.plots import frame, style
from negsim.plots.burndown import burndown
from negsim.plots.calendar import calendar, height
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    from negsim.analysis import Burndown, View

#: Width of the figure in inches.
_WIDTH = 15.5
#: Most height of the burndown in inches.
_TALL = 7.0


def overview_picture(left: Burndown, right: View) -> Picture:
    """Draw a burndown beside a calendar, under one title. The data have a column ``picture``."""
    import pandas as pd
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(style.RC):
        figure = Figure(figsize=(_WIDTH, max(height(right), style.HEIGHT) + 0.4), facecolor="white")
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", w_pad=style.EDGE, h_pad=style.EDGE, wspace=0.02)
        frame.title(figure, left.context)
        tall = figure.get_figheight()
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.15), height_ratios=(_TALL, max(tall - _TALL, 1e-3)))
        # Many issues make a tall calendar, but a burndown needs no more height.
        left_place = grid[0, 0] if tall > _TALL + 1 else grid[:, 0]
        axes = (figure.add_subplot(left_place), figure.add_subplot(grid[:, 1]))
        for ax in axes:
            ax.spines[["top", "right"]].set_visible(False)
        burndown(left, axes[0])
        calendar(right, axes[1])
        with style.any_script():
            figure.draw_without_rendering()
        figure.set_layout_engine("none")  # computed once, so that each format has the same layout
    tables = {"burndown": left.table(), "calendar": right.table()}
    parts = [table.assign(picture=kind).astype(object) for kind, table in tables.items()]
    table = pd.concat(parts, ignore_index=True)
    return Picture(figure, table[["picture", *table.columns.drop("picture")]])
