"""Tables as plain HTML for notebooks, without scripts or colours of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_LEFT = "text-align:left;vertical-align:top"


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; ``rows`` hold cells that are already HTML."""
    head = "".join(f'<th scope="col" style="{_LEFT}">{escape(text)}</th>' for text in heads)
    cells = ("".join(_cell(cell) for cell in row) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(cell: str) -> str:
    short = ";white-space:nowrap" if len(cell) <= 12 else ""  # dates are not broken
    return f'<td style="{_LEFT}{short}">{cell}</td>'


def values_table(title: str, rows: Sequence[Mapping[Any, Any]], foot: str, most: int = 30) -> str:
    """A table of values, a mapping per row; every text is escaped, and rows beyond ``most`` are counted.

    >>> "0.33" in values_table("Shares", [{"p": 1 / 3}], "one row")
    True
    """
    heads = [str(name).replace("_", " ") for name in rows[0]] if rows else []
    body = [[_value(value) for value in row.values()] for row in rows[:most]]
    more = f" {len(rows) - most:,} more rows." if len(rows) > most else ""
    return table(title, heads, body) + f'<p style="font-size:smaller">{escape(foot + more)}</p>'


def _value(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else escape("" if value is None else str(value))
