"""Tables as columns of NumPy: pictures and pages need no more, and pandas takes a quarter of a second to import."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Array = npt.NDArray[Any]

#: A spreadsheet takes a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Columns:
    """Named columns of one length. A column of texts or dates is an array of objects; an empty cell is None or NaN.

    ``whole`` names columns of whole numbers that may have empty cells: numbers with NaN here, ``Int64`` in pandas.

    >>> table = Columns({"issue": ["a", "b", "b"], "days": [1.0, 2.0, 4.0]})
    >>> table["days"][table["issue"] == "b"].tolist(), len(table[table["days"] > 1]), table.row(0)
    ([2.0, 4.0], 2, {'issue': 'a', 'days': 1.0})
    """

    def __init__(self, columns: Mapping[str, Any], whole: Collection[str] = ()) -> None:
        """``columns``: arrays or lists of one length, or a value that fills its column; ``whole``: see above."""
        import numpy as np

        many = [len(each) for each in columns.values() if isinstance(each, list | np.ndarray)]
        self._length = many[0] if many else 0
        self._columns = {name: _column(each, self._length) for name, each in columns.items()}
        self._whole = frozenset(whole) & self._columns.keys()

    @classmethod
    def of_records(
        cls, records: Sequence[Mapping[str, Any]], names: Sequence[str] = (), whole: Collection[str] = ()
    ) -> Columns:
        """A table of rows; a row may lack columns. ``names`` is the order of the columns, by default as they occur."""
        found = names or list(dict.fromkeys(name for each in records for name in each))
        return cls({name: [each.get(name) for each in records] for name in found}, whole)

    @classmethod
    def joined(cls, parts: Iterable[Columns], names: Sequence[str] = (), whole: Collection[str] = ()) -> Columns:
        """Tables one below the other. A column that a table lacks is empty there."""
        import numpy as np

        shown = [each for each in parts if len(each)]
        found = names or list(dict.fromkeys(name for each in shown for name in each.names))
        columns: dict[str, Any] = {}
        for name in found:
            here = [each._columns.get(name) for each in shown]
            objects = any(each is not None and each.dtype == object for each in here)
            empty: Any = None if objects else np.nan
            filled = [
                np.full(len(part), empty, object if objects else float) if each is None else each
                for part, each in zip(shown, here, strict=True)
            ]
            columns[name] = np.concatenate(filled) if filled else np.zeros(0)
        return cls(columns, frozenset(whole).union(*(each._whole for each in shown)))

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self._columns)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, which: Any) -> Any:
        """A column by its name, or the rows of a slice, of numbers or of a mask."""
        if isinstance(which, str):
            return self._columns[which]
        return self.take(which)

    def take(self, rows: Any) -> Columns:
        """The rows of a slice, of numbers or of a mask."""
        return Columns({name: each[rows] for name, each in self._columns.items()}, self._whole)

    def where(self, **values: Any) -> Columns:
        """The rows in which columns have these values."""
        import numpy as np

        return self.take(np.logical_and.reduce([self._columns[name] == value for name, value in values.items()]))

    def assign(self, **columns: Any) -> Columns:
        """The table with more or other columns."""
        import numpy as np

        more = {name: each if isinstance(each, list | np.ndarray) else np.full(len(self), each, _kind(each))
                for name, each in columns.items()}  # fmt: skip
        return Columns(self._columns | more, self._whole)

    def row(self, number: int) -> dict[str, Any]:
        """A row by the names of its columns."""
        return {name: each[number : number + 1 or None].tolist()[0] for name, each in self._columns.items()}

    def records(self) -> list[dict[str, Any]]:
        """All rows."""
        names, lists = self.names, [each.tolist() for each in self._columns.values()]
        return [dict(zip(names, each, strict=True)) for each in zip(*lists, strict=True)]

    def groups(self, name: str) -> Iterator[tuple[Any, Columns]]:
        """The rows of each value of a column, in the order of their first rows."""
        column = self._columns[name]
        for value in dict.fromkeys(column.tolist()):
            yield value, self[column == value]

    def round(self, digits: int) -> Columns:
        """The table with rounded numbers."""
        rounded = {name: each.round(digits) if each.dtype.kind == "f" else each for name, each in self._columns.items()}
        return Columns(rounded, self._whole)

    def frame(self) -> pd.DataFrame:
        """The table in pandas."""
        import pandas as pd

        data = {name: each.tolist() if each.dtype == object else each for name, each in self._columns.items()}
        return pd.DataFrame(data).astype(dict.fromkeys(self._whole, "Int64"))

    def csv(self) -> str:
        """The table as CSV that a spreadsheet shows and does not compute, with the bytes that pandas writes."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.names)
        cells = [_cells(each, name in self._whole) for name, each in self._columns.items()]
        writer.writerows(zip(*cells, strict=True))
        return out.getvalue()


def _column(values: Any, length: int) -> Array:
    """Values as an array: of numbers with NaN for None, or of objects."""
    import numpy as np

    if isinstance(values, np.ndarray):
        return values if values.dtype.kind in "biufO" else values.astype(object)
    if not isinstance(values, list):
        return np.full(length, values, _kind(values))
    known = [each for each in values if each is not None]
    if known and all(isinstance(each, float | int | np.number) and not isinstance(each, bool) for each in known):
        if len(known) == len(values):
            return np.array(values)
        return np.array([np.nan if each is None else each for each in values], float)
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _kind(value: Any) -> Any:
    import numpy as np

    return None if isinstance(value, float | int | np.number) else object


def shown(cell: Any) -> Any:
    """A cell as a spreadsheet shows it: a text that it would compute gets an apostrophe in front of it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _cells(column: Array, whole: bool) -> list[Any]:
    """The cells of a column as the writer of CSV takes them."""
    values: list[Any] = column.tolist()
    if whole:
        return ["" if value is None or value != value else int(value) for value in values]
    if column.dtype.kind == "f":
        return ["" if value != value else value for value in values]
    if column.dtype != object:
        return values
    texts = {value: "" if value is None else shown(value) for value in set(values)}
    return [texts[value] for value in values]
