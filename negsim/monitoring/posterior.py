"""A conditioned scenario: assumptions as draws that keep how they go together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

#: Values of a conditioned assumption in the updated scenario.
VALUES = 199
#: The unit of each kind of number.
_UNIT = {"duration": " days", "hours": " hours", "rate": " per year", "rounds": " rounds"}


def joint_values(draws: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Draws of several assumptions, an array (runs, assumptions), as 199 rows.

    Each column holds the quantiles (k + 1/2) / 199 of its assumption. The order is that of 199 of the runs, evenly
    spaced, so that a row keeps how assumptions go together (the empirical copula).

    >>> joint_values(np.column_stack([np.arange(1000.0), -np.arange(1000.0)]))[[0, -1]]
    array([[   2.,   -2.],
           [ 997., -997.]])
    """
    shares = (np.arange(VALUES) + 0.5) / VALUES
    values = np.quantile(draws, shares, axis=0, method="inverted_cdf")
    rows = draws[np.arange(VALUES) * len(draws) // VALUES]
    ranks = rows.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return np.asarray(np.take_along_axis(values, ranks, axis=0))


def as_written(values: npt.NDArray[np.float64], kind: str, joint: str) -> dict[str, Any]:
    """Values as they stand in a scenario file, in the unit of their kind; ``joint`` names what is drawn together."""
    unit = _UNIT.get(kind)
    given = [float(f"{v:.5g}") if unit is None else f"{v:.5g}{unit}" for v in values]
    return {"empirical": {"values": given, "joint": joint}}


def put(data: dict[str, Any], path: str, value: Any, line: str) -> None:
    """Set an assumption in the full form of a scenario, with its source; one that is gone is left out."""
    if path.startswith("parameters."):
        steps = ["parameters", path.removeprefix("parameters."), "value"]
    elif path in data.get("parameters", {}):
        steps = ["parameters", path, "value"]
    else:
        steps = path.split(".")
    parts: list[Any] = [data]
    for step in steps[:-1]:
        inside = parts[-1]
        step_: Any = int(step) if isinstance(inside, list) else step
        try:
            parts.append(inside[step_])
        except (KeyError, IndexError, TypeError):
            return
    last: Any = int(steps[-1]) if isinstance(parts[-1], list) else steps[-1]
    if not isinstance(parts[-1], list) and last not in parts[-1]:
        return
    parts[-1][last] = value
    block = next((part for part in reversed(parts) if isinstance(part, dict) and "source" in part), None)
    if block is not None and line not in block["source"]:
        block["source"] = [*block["source"], line]
