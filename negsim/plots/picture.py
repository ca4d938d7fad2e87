"""Pictures of a projection. Each kind is a module with a function that draws prepared data on given axes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from negsim.errors import NegsimError, check_name
from negsim.files import Columns, csv_text, write_file

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from negsim.plots.copies import Copies
    from negsim.plots.style import Measured

#: Each kind of picture and the question that it answers. A kind is a module of this room with a function of that name.
KINDS: dict[str, str] = {
    "burndown": "How many issues are unresolved over time?",
    "burnup": "How many issues are opened, resolved and reopened over time?",
    "flow": "How many issues have each status over time?",
    "survival": "How likely is each issue still unresolved on a date?",
    "calendar": "When is each issue resolved, and how certain is the date?",
    "gap": "How do the offers of the two sides approach each other?",
    "terms": "On whose terms does each issue settle?",
    "frontier": "What deals are possible, and which do the sides agree on?",
    "waiting": "What does each issue wait for?",
    "last": "Which issue is resolved first, and which last?",
    "climate": "How does the political climate develop?",
    "trace": "What happens in one run?",
}

FORMATS = ("svg", "png")


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure and its data. A notebook shows it; `save` writes both."""

    figure: Figure
    data: pd.DataFrame | Columns
    #: The layout, which takes as long as half a drawing.
    measured: Measured | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        return f"<Picture with {len(self.data):,} rows of data; .save('x.svg') writes both>"

    @cached_property
    def table(self) -> pd.DataFrame:
        """The data in pandas."""
        return self.data.frame() if isinstance(self.data, Columns) else self.data

    @cached_property
    def svg(self) -> str:
        """The text of the SVG file; the same each time."""
        from negsim.plots.style import render

        return render(self.figure, "svg").decode()

    def bare(self) -> Picture:
        """The picture without heading and footnote, for a page that writes both itself. It changes the figure."""
        from negsim.plots.style import trim

        trim(self.figure, self.measured)
        return Picture(self.figure, self.data)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture and, beside it, its data as CSV. Returns the path of the CSV file.

        Raises:
            NegsimError: the name does not end in ``.svg`` or ``.png``, or a file cannot be written.
        """
        from negsim.plots.style import render

        target = Path(path)
        picture = render(self.figure, picture_format(target))
        beside = target.with_suffix(".csv")
        write_file(beside, csv_text(self.data).encode())
        write_file(target, picture)
        return beside

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f'a picture has no "{name}"; save("x.svg") writes it, and figure is that of matplotlib')

    def _repr_svg_(self) -> str:
        return self.svg


def load() -> None:
    """Import what draws pictures, and read the font."""
    from negsim.plots import frame, style

    del frame
    figure, ax = style.new_figure()
    ax.set_title("0")
    style.render(figure, "svg")


def save_picture(kind: str, data: Any, path: Path, copies: Copies) -> Path:
    """Draw data as a kind of picture in a copy of this process, and save it as `Picture.save` does."""
    target, beside = Path(path), Path(path).with_suffix(".csv")
    copies.put(_drawn, kind, data, picture_format(target))
    table = csv_text(data.columns()).encode()
    (picture,) = copies.results()
    write_file(beside, table)
    write_file(target, picture)
    return beside


def _drawn(kind: str, data: Any, form: str) -> bytes:
    from negsim.plots.style import render

    return render(draw(kind, data).figure, form)


def picture_format(path: Path) -> str:
    """The format of a picture file, from its name.

    Raises:
        NegsimError: it is neither SVG nor PNG.

    >>> picture_format(Path("x.SVG"))
    'svg'
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise NegsimError(f'a picture is written as .svg or .png, but was "{path}"')
    return kind


def check_kind(kind: str) -> None:
    """Check that a kind of picture exists.

    Raises:
        NegsimError: it does not.
    """
    check_name(kind, KINDS, f'there is no picture "{kind}"')


def draw(kind: str, data: Any, ax: Axes | None = None) -> Any:
    """Draw data as a kind of picture: on ``ax``, which is returned, or as a new `Picture`.

    Raises:
        NegsimError: the kind does not exist.
    """
    from matplotlib import rc_context

    from negsim.plots import style

    check_kind(kind)
    module = import_module(f"negsim.plots.{kind}")
    with rc_context(style.RC):
        if ax is not None:
            ax.spines[["top", "right"]].set_visible(False)
            return getattr(module, kind)(data, ax)
        height = getattr(module, "height", None)
        figure, own = style.new_figure(height=height(data) if height is not None else style.HEIGHT)
        getattr(module, kind)(data, own)
        measured = style.settle(figure)
    return Picture(figure, data.columns(), measured)
