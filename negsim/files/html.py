"""HTML from the templates of the rooms; every text is escaped."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from negsim.files.terminal_text import number_text

if TYPE_CHECKING:
    from jinja2 import Environment


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("negsim", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["capitalized"] = lambda text: text[:1].upper() + text[1:]
    # Keeps a number and its per cent sign on one line.
    environment.filters["tight"] = lambda text: text.replace(" %", "\u00a0%")
    return environment


def render(template: str, part: str = "", **values: Any) -> str:
    """HTML of a template, such as ``agenda/cards.html``, or of one macro in it.

    >>> render("files/tables.html", "table", title="A <b>", heads=["n"], rows=[["1"]])[:61]
    '<table><caption style="text-align:left;font-weight:bold">A &l'
    """
    found = _environment().get_template(template)
    return str(getattr(found.module, part)(**values)) if part else found.render(values)


def values_table(title: str, rows: Sequence[Mapping[Any, Any]], foot: str, most: int = 30) -> str:
    """A table of values, a mapping per row; rows beyond ``most`` are counted.

    >>> "0.33" in values_table("Shares", [{"p": 1 / 3}], "one row")
    True
    """
    heads = [str(name).replace("_", " ") for name in rows[0]] if rows else []
    body = [[_value(value) for value in row.values()] for row in rows[:most]]
    more = f" {len(rows) - most:,} more rows." if len(rows) > most else ""
    return render("files/tables.html", "values", title=title, heads=heads, rows=body, foot=foot + more)


def _value(value: object) -> str:
    return number_text(value) if isinstance(value, float) else "" if value is None else str(value)
