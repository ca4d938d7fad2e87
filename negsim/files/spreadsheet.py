"""Tables as CSV that a spreadsheet shows and does not compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from negsim.files.columns import Columns, shown

if TYPE_CHECKING:
    import pandas as pd


def csv_text(table: pd.DataFrame | Columns, index: bool = False) -> str:
    r"""A table as CSV; a text that a spreadsheet would compute gets an apostrophe in front of it.

    >>> import pandas as pd
    >>> csv_text(pd.DataFrame({"title": ["=1+1", "Visas"], "x": [-1, 2]}))
    "title,x\n'=1+1,-1\nVisas,2\n"
    """
    if isinstance(table, Columns):
        return table.csv()
    import pandas as pd

    safe = table.reset_index() if index else table.copy()
    for place in range(safe.shape[1]):
        column = safe.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(column):  # a column of numbers keeps its type, and so its digits
            safe.isetitem(place, pd.array([shown(cell) for cell in column], dtype=object))
    return str(safe.to_csv(index=False, lineterminator="\n"))
