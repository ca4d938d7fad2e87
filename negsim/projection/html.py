"""The result of a projection as an HTML table, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from negsim.files import render

if TYPE_CHECKING:
    import pandas as pd

_HEADINGS = {
    "title": "issue",
    "status_now": "now",
    "p_agreed": "agreed",
    "p_resolved": "resolved",
    "p50": "50 %",
    "p80": "80 %",
}
#: Columns of text.
_LEFT = ("title", "terms", "waits_for")


def table(frame: pd.DataFrame, title: str, foot: str) -> str:
    """A table with a caption and a line on where it comes from; chances as percentages with their error.

    A column that is called ``se`` or ``se ...`` is shown beside the one that it belongs to.
    """
    shown = [name for name in frame.columns if name != "se" and not name.startswith("se ")]
    return render(
        "projection/result_table.html",
        title=title,
        heads=[_HEADINGS.get(name, name.replace("_", " ")) for name in shown],
        rows=[[_cell(row[name], row.get(_error_of(name))) for name in shown] for row in frame.to_dict("records")],
        left=[n for n, name in enumerate(shown) if name in _LEFT],
        foot=foot,
    )


def _error_of(name: str) -> str:
    return "se" if name == "p_resolved" else f"se {name.removeprefix('by ')}"


def _cell(value: object, error: object) -> str:
    if not isinstance(value, float):
        return str(value)
    plus_minus = f" ± {100 * error:.1f}" if isinstance(error, float) else ""
    return f"{100 * value:.0f}{plus_minus}"
