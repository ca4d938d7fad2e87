"""Style of all pictures: a palette for colour-blind readers, and files with the same bytes each time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from negsim.agenda import Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

#: The palette of Okabe and Ito (2008). Colour is never the only difference between two things.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
#: Nested bands: the inner one is darker, so they differ in lightness and not only in hue.
BAND_80, BAND_50 = "#CFE6F5", "#86BFE3"
INK, GREY, FAINT = "#222222", "#5F6368", "#D9DCE0"

#: The two sides. Their colours differ in lightness too.
SIDES = (BLUE, VERMILLION)

#: Lines of other projections: thinner than the median, each with its own dashes.
BESIDE: tuple[tuple[str, Any], ...] = (
    (BLUE, "-"), (GREEN, (0, (1, 1.2))), (PURPLE, (0, (6, 1.5, 1, 1.5))), (BLACK, (0, (3, 3))),
)  # fmt: skip

#: Colour and hatch of each status: green for agreed and later, blue for open, hatched for waiting, dark for lapsed.
STATUS: dict[Status, tuple[str, str]] = {
    Status.RESOLVED: ("#00664B", ""),
    Status.IMPLEMENTING: ("#3DB391", ""),
    Status.BLOCKED: ("#A8DFCC", "xxxx"),
    Status.AGREED: ("#A8DFCC", ""),
    Status.CONVERGING: ("#2B7BB3", ""),
    Status.DISCUSSING: ("#8CC4EA", ""),
    Status.RAISED: ("#D5E9F7", ""),
    Status.STALLED: ("#E8B98F", "////"),
    Status.SUSPENDED: ("#F6E7A6", "||||"),
    Status.LAPSED: ("#3A3532", ""),
    Status.DORMANT: ("#FFFFFF", "----"),
}

#: Colours of unordered categories. Hatches keep them distinct in grey.
KINDS = (
    (SKY, ""), (ORANGE, "////"), (GREEN, ""), (PURPLE, "||||"), (BLUE, ""), (YELLOW, "xxxx"), (VERMILLION, ""),
    ("#BBBBBB", "\\\\\\\\"), ("#55504C", ""), ("#A8DFCC", "----"), ("#D5E9F7", "++++"), ("#EEEEEE", ""),
)  # fmt: skip

#: Default width and height of a picture and the width of its edge, in inches.
WIDTH, HEIGHT, EDGE = 9.0, 5.0, 0.08

#: Least height of the axes of a picture, in inches.
LEAST = 0.8

#: Group id of artists that span the whole width, such as the heading.
WIDE = "wide"

RC: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a title is not mathematics
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
    "svg.fonttype": "none",  # text remains text, which can be searched, read aloud and restyled
    "svg.hashsalt": "negsim",  # the same element ids each time, so the same file
}


def new_figure(width: float = WIDTH, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """A new figure with one axes; sizes in inches. It is not registered with pyplot."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(RC):
        figure = Figure(figsize=(width, height), facecolor="white")
        FigureCanvasAgg(figure)
        return figure, figure.add_subplot()


class Measured(NamedTuple):
    """The axes, and the axes with all that belongs to them, in pixels. To measure them lays out all text."""

    inner: Bbox
    own: Bbox


def settle(figure: Figure) -> Measured:
    """Give the axes of a finished figure all the room that labels, heading and footnote leave.

    Artists marked `WIDE` lie above or below the axes and take only height. All distances are in points, so they also
    hold at the final position. A figure grows if a long heading would leave its axes less than `LEAST` inches.
    """
    measured = _measured(figure)
    _place(figure, _around(figure, measured))
    return measured


def trim(figure: Figure, measured: Measured | None = None) -> None:
    """Remove heading and footnote of a settled figure. Its axes keep their height, and the figure becomes lower.

    ``measured``: what `settle` returned; heading and footnote are no part of it.
    """
    (ax,) = figure.axes
    tall = ax.get_window_extent().height
    for text in [each for each in ax.texts if each.get_gid() == WIDE]:
        text.remove()
    around = _around(figure, measured or _measured(figure))
    figure.set_figheight((around[2] + around[3] + tall) / figure.dpi)
    _place(figure, around)


@cache
def _measuring(dpi: float) -> Any:
    """A renderer that measures text. It remembers what it has measured: pictures have many texts in common."""
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, dpi)


def _measured(figure: Figure) -> Measured:
    (ax,) = figure.axes
    renderer = _measuring(figure.dpi)
    ax.apply_aspect()
    with any_script():
        inner, own = ax.get_window_extent(renderer), ax.get_tightbbox(renderer)
    assert own is not None
    return Measured(inner.frozen(), own)


def _around(figure: Figure, measured: Measured) -> tuple[float, float, float, float]:
    """The room that everything around the axes needs: left, right, below and above, in pixels."""
    (ax,) = figure.axes
    renderer, edge, (inner, own) = _measuring(figure.dpi), EDGE * figure.dpi, measured
    with any_script():
        now = ax.get_window_extent(renderer)
        wide = [artist.get_window_extent(renderer) for artist in ax.findobj(lambda artist: artist.get_gid() == WIDE)]
    bottom = min([own.y0, *(each.y0 + (inner.y0 - now.y0) for each in wide)])
    top = max([own.y1, *(each.y1 + (inner.y1 - now.y1) for each in wide)])
    return edge + inner.x0 - own.x0, edge + own.x1 - inner.x1, edge + inner.y0 - bottom, edge + top - inner.y1


def _place(figure: Figure, around: tuple[float, float, float, float]) -> None:
    """Leave this room around the axes."""
    left, right, below, above = around
    width, height = figure.bbox.width, figure.bbox.height
    if (needed := below + above + LEAST * figure.dpi) > height:
        figure.set_figheight(needed / figure.dpi)
        height = needed
    figure.subplots_adjust(left=left / width, right=1 - right / width, bottom=below / height, top=1 - above / height)


@contextmanager
def any_script() -> Iterator[None]:
    """Silence warnings about missing glyphs: SVG text remains text, and a browser finds a font for it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield


def missing_letters(figure: Figure) -> str:
    """The letters of a figure that its font lacks, in order."""
    from matplotlib.font_manager import findfont, get_font
    from matplotlib.text import Text

    known = get_font(findfont(RC["font.family"][0])).get_charmap()
    shown = {letter for text in figure.findobj(Text) for letter in text.get_text()}
    return "".join(sorted(letter for letter in shown if letter.isprintable() and ord(letter) not in known))


def fonts_with(letters: str) -> tuple[list[str], str]:
    """Names of fonts of this system that together have some letters, and the letters that none has.

    Fonts of last resort do not count: they show boxes.
    """
    from matplotlib.font_manager import fontManager, get_font

    names: list[str] = []
    left = set(letters)
    for entry in sorted(
        fontManager.ttflist, key=lambda entry: (entry.weight != 400, entry.style != "normal", entry.name)
    ):
        if not left:
            break
        if entry.name.startswith(("Last Resort", "LastResort")):
            continue
        try:
            found = {letter for letter in left if ord(letter) in get_font(entry.fname).get_charmap()}
        except (OSError, RuntimeError):  # a font that cannot be read, such as one of colour bitmaps
            continue
        if found:
            names.append(entry.name)
            left -= found
    return names, "".join(sorted(left))


@contextmanager
def _with_fonts(figure: Figure) -> Iterator[None]:
    """Let a figure use fonts of the system for letters that its own font lacks; warn once of those that none has."""
    from matplotlib.text import Text

    letters = missing_letters(figure)
    if not letters:
        yield
        return
    names, left = fonts_with(letters)
    if left:
        warnings.warn(f"no font of this system has {left}; an SVG file keeps the text", UserWarning, stacklevel=4)
    texts = figure.findobj(Text)
    families = [text.get_fontfamily() for text in texts]
    for text in texts:
        text.set_fontfamily([*RC["font.family"], *names])
    try:
        yield
    finally:
        for text, family in zip(texts, families, strict=True):
            text.set_fontfamily(family)


@lru_cache(maxsize=1 << 16)
def _short(number: bytes) -> bytes:
    return b"%.8g" % round(float(number), 2)


def render(figure: Figure, kind: str) -> bytes:
    """The bytes of a figure as an ``svg`` or ``png`` file (200 dots an inch). They are the same each time."""
    from matplotlib import rc_context

    out = BytesIO()
    metadata = {"Date": None, "Creator": "negsim"} if kind == "svg" else {"Software": "negsim"}
    with rc_context(RC), any_script(), _with_fonts(figure) if kind == "png" else nullcontext():
        figure.savefig(out, format=kind, dpi=200 if kind == "png" else 72, metadata=metadata)
    picture = out.getvalue()
    if kind == "png":
        return picture
    # Nobody sees a hundredth of a point, and further digits would be most of the file.
    picture = re.sub(rb"\d+\.\d{3,}", lambda found: _short(found[0]), picture)
    # matplotlib names only the font that it measured with. Without it a browser would choose a serif font.
    return picture.replace(b"font-family: 'DejaVu Sans'", b"font-family: 'DejaVu Sans', Verdana, sans-serif")
