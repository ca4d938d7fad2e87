"""A list of problems that a notebook shows as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from negsim.errors import Problem
from negsim.files.html import values_table

if TYPE_CHECKING:
    import pandas as pd


class Problems(list[Problem]):
    """Problems and warnings in the order of the file.

    >>> Problems([Problem("a.yaml", 2, 1, "no reason", warning=True)]).to_frame()["message"].tolist()
    ['no reason']
    """

    def to_frame(self) -> pd.DataFrame:
        """A row for each problem."""
        import pandas as pd

        return pd.DataFrame(self._rows(), columns=["file", "line", "column", "severity", "message", "allowed"])

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.col,
                "severity": "warning" if problem.warning else "error",
                "message": problem.message,
                "allowed": problem.allowed,
            }
            for problem in self
        ]

    def _repr_html_(self) -> str:
        count = f"{len(self)} problem{'' if len(self) == 1 else 's'}"
        return values_table("Check", self._rows(), "No problems." if not self else f"{count}.", most=len(self))
