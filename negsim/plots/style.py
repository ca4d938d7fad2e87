"""One look for all pictures: colours that colour-blind readers can tell apart, files that are the same each time."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The palette of Okabe and Ito (2008). A picture never tells two things apart by colour alone.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
#: Bands that lie on each other: the inner one darker, so that they differ in lightness and not only in hue.
BAND_80, BAND_50 = "#CFE6F5", "#86BFE3"
INK, GREY, FAINT = "#222222", "#5F6368", "#D9DCE0"

RC: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a title is a dollar
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and restyled
    "svg.hashsalt": "negsim",  # element ids, and with them the file, are the same each time
}


def new_figure(width: float = 9.0, height: float = 5.0) -> tuple[Figure, Axes]:
    """A figure of its own with one axes; sizes in inches. Nothing is registered with pyplot."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(RC):
        figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
        return figure, figure.add_subplot()


def settle(figure: Figure) -> None:
    """Lay a finished figure out once and for all, so that drawing it again, in any format, moves nothing."""
    figure.draw_without_rendering()
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def render(figure: Figure, kind: str) -> bytes:
    """A figure as the bytes of an ``svg`` or ``png`` file (PNG at 200 dots an inch); the same bytes each time."""
    from matplotlib import rc_context

    out = BytesIO()
    metadata = {"Date": None, "Creator": "negsim"} if kind == "svg" else {"Software": "negsim"}
    with rc_context(RC):
        figure.savefig(out, format=kind, dpi=200 if kind == "png" else 72, metadata=metadata)
    # matplotlib names the one font that it measured with; where that is missing, a browser would take one with serifs.
    return out.getvalue().replace(b"font-family: 'DejaVu Sans'", b"font-family: 'DejaVu Sans', Verdana, sans-serif")
