"""Outcomes as a tidy table, a row per run and issue: the form of `Projection.issues` and of Parquet files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.agenda import Reason, Spent, Status
from negsim.errors import NegsimError
from negsim.simulation import OUTCOME, RUN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

_TIMES = ("opened", "agreed", "resolved", "lapsed")
_PLAIN = ("u_a", "u_b", "option", "discussions", "reopened")


def tidy(outcomes: npt.NDArray[np.void], issues: Sequence[str], first: int = 0) -> pd.DataFrame:
    """The outcomes (runs by issues, ``OUTCOME``) of the runs from ``first`` on; ``inf``: it did not happen."""
    import pandas as pd

    runs, n = outcomes.shape
    flat = outcomes.reshape(-1)
    statuses, reasons = [s.label for s in Status], [r.label for r in Reason]
    columns: dict[str, Any] = {
        "run": np.repeat(np.arange(first, first + runs), n),
        "issue": _categories(np.tile(np.arange(n), runs), list(issues)),
        "status": _categories(flat["status"], statuses),
        "reason": _categories(flat["reason"], reasons),
    }
    for name in _TIMES:
        columns[name] = np.where(np.isnan(flat[name]), np.inf, flat[name])
    for name in _PLAIN:
        columns[name] = flat[name].copy()
    for what in Spent:
        columns[f"spent_{what.name.lower()}"] = flat["spent"][:, what].copy()
    return pd.DataFrame(columns)


def _categories(codes: npt.NDArray[Any], names: list[str]) -> pd.Categorical:
    import pandas as pd

    coded: Any = pd.Categorical.from_codes
    result: pd.Categorical = coded(codes, names)
    return result


def untidy(table: pd.DataFrame, issues: int) -> npt.NDArray[np.void]:
    """The outcomes (runs by issues) of a tidy table."""
    rows = np.zeros(len(table), OUTCOME)
    for name in _TIMES:
        times = table[name].to_numpy()
        rows[name] = np.where(np.isinf(times), np.nan, times)
    for name in _PLAIN:
        rows[name] = table[name].to_numpy()
    for name in ("status", "reason"):
        rows[name] = table[name].cat.codes.to_numpy()
    for what in Spent:
        rows["spent"][:, what] = table[f"spent_{what.name.lower()}"].to_numpy()
    return rows.reshape(-1, issues)


def tidy_runs(rows: npt.NDArray[np.void], first: int = 0) -> pd.DataFrame:
    """The rows of the runs (``RUN``) from ``first`` on."""
    import pandas as pd

    table = pd.DataFrame({name: rows[name].copy() for name in RUN.names or ()})
    table.insert(0, "run", range(first, first + len(rows)))
    return table


def untidy_runs(table: pd.DataFrame) -> npt.NDArray[np.void]:
    """The rows of the runs of a table."""
    rows = np.zeros(len(table), RUN)
    for name in RUN.names or ():
        rows[name] = table[name].to_numpy()
    return rows


def outcomes_bytes(outcomes: npt.NDArray[np.void], issues: tuple[str, ...], first: int) -> bytes:
    """Outcomes as a Parquet file."""
    return _parquet(tidy(outcomes, issues, first))


def rows_bytes(rows: npt.NDArray[np.void], first: int) -> bytes:
    """Rows of runs as a Parquet file."""
    return _parquet(tidy_runs(rows, first))


def _parquet(table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    table.to_parquet(stream, index=False, compression="zstd")
    return stream.getvalue()


def read_outcomes(path: Path, issues: int) -> npt.NDArray[np.void]:
    """The outcomes of a Parquet file.

    Raises:
        NegsimError: the file is damaged.
    """
    return _read(path, lambda table: untidy(table, issues))


def read_rows(path: Path) -> npt.NDArray[np.void]:
    """The rows of runs of a Parquet file.

    Raises:
        NegsimError: the file is damaged.
    """
    return _read(path, untidy_runs)


def _read(path: Path, made: Callable[[pd.DataFrame], npt.NDArray[np.void]]) -> npt.NDArray[np.void]:
    import pandas as pd

    try:
        return made(pd.read_parquet(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NegsimError(f"{path} is damaged: {str(error).splitlines()[0] if str(error) else error!r}") from None
