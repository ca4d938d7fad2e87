"""Tables as plain HTML for notebooks, without scripts or colours of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

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
