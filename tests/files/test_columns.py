"""Columns: the rows and cells that pandas has, without pandas."""

from datetime import date

import numpy as np
import pandas as pd

from negsim.files import Columns, csv_text

#: Numbers whose text is long, short, in powers of ten, not finite or missing.
NUMBERS = [0.1, 1 / 3, 1e16, 1e-5, -0.0, 12.0, np.inf, np.nan, 5e-324, 123456789.123456789]


def made() -> Columns:
    first = Columns({"title": ["=1+1", "a,b", 'say "x"', None, "é"] * 2, "x": NUMBERS, "day": date(2025, 4, 10)})
    second = Columns.of_records([{"title": "b", "n": 3}, {"title": "c", "n": None, "day": date(2025, 4, 11)}])
    return Columns.joined([first, second, Columns({})], ["title", "x", "day", "n"], whole=["n"])


def test_the_csv_has_the_bytes_of_pandas():
    assert made().csv() == csv_text(made().frame())
    assert made().round(2).csv() == csv_text(made().frame().round(2))
    assert "'=1+1,0.1,2025-04-10,\n" in made().csv()
    assert made().csv().endswith("b,,,3\nc,,2025-04-11,\n")


def test_whole_numbers_with_empty_cells_are_whole_in_pandas():
    frame = made().frame()
    assert (str(frame["n"].dtype), frame["n"].sum()) == ("Int64", 3)
    assert frame["x"].isna().tolist() == [False] * 7 + [True] + [False] * 2 + [True] * 2


def test_rows_are_picked_as_in_pandas():
    table = made()
    assert [(name, len(rows)) for name, rows in table.groups("day")] == [
        (date(2025, 4, 10), 10), (None, 1), (date(2025, 4, 11), 1)
    ]  # fmt: skip
    assert table.where(title="a,b")["x"].tolist() == [1 / 3, np.inf]
    last = Columns({"title": ["a", "b"], "n": [1, 2]}).assign(y=1.5, day=date(2025, 4, 11)).row(-1)
    assert last == {"title": "b", "n": 2, "y": 1.5, "day": date(2025, 4, 11)}
    assert table[table["x"] == 12.0].records()[0]["title"] == "=1+1"
    assert pd.isna(table["n"][0])
