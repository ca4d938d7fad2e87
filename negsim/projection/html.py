"""Tables for notebooks; every text that comes from a file is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def table(frame: pd.DataFrame, title: str, foot: str) -> str:
    """A table with a caption and a line on where it comes from; chances as percentages with their error.

    A column that is called ``se`` or ``se ...`` is shown beside the one that it belongs to.
    """
    errors = {name for name in frame.columns if name == "se" or name.startswith("se ")}
    shown = [name for name in frame.columns if name not in errors]
    head = "".join(f"<th>{escape(_heading(name))}</th>" for name in shown)
    body = "".join(
        "<tr>" + "".join(_cell(name, row[name], row.get(_error_of(name), None)) for name in shown) + "</tr>"
        for row in frame.to_dict("records")
    )
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f'<p style="font-size:smaller">{escape(foot)}; chances in %, ± one standard error of the simulation</p>'
    )


def _heading(name: str) -> str:
    words = {
        "title": "issue",
        "status_now": "now",
        "p_agreed": "agreed",
        "p_resolved": "resolved",
        "p50": "50 %",
        "p80": "80 %",
    }
    return words.get(name, name.replace("_", " "))


def _error_of(name: str) -> str:
    return "se" if name == "p_resolved" else f"se {name.removeprefix('by ')}"


def _cell(name: str, value: object, error: object) -> str:
    if not isinstance(value, float):
        left = ' style="text-align:left"' if name in ("title", "terms", "waits_for") else ""
        return f"<td{left}>{escape(str(value))}</td>"
    plus_minus = f" ± {100 * error:.1f}" if isinstance(error, float) else ""
    return f"<td>{100 * value:.0f}{plus_minus}</td>"
