"""Frontier of a bargain, the solution points of theory, and the deals of the runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from negsim.analysis.context import Context
from negsim.analysis.logs import Logs
from negsim.analysis.solutions import SOLUTIONS, acceptable, distance, solutions
from negsim.analysis.view import View, percent
from negsim.files import Columns

#: Width of the squares in which deals are counted.
GRID = 0.02


def quality(logs: Logs, bargain: int) -> dict[str, np.ndarray]:
    """Quality of the deals of a bargain, one entry per run with a deal.

    ``u_a``, ``u_b``: utilities of the sides; ``joint``: their sum; ``most``: the largest possible sum; ``surplus_a``:
    side A's part of both gains over the reservation values (NaN if there is no gain); ``to_frontier``, ``to_nash``,
    ``to_kalai-smorodinsky``, ``to_egalitarian``, ``to_utilitarian``: Euclidean distances (NaN without a
    zone of agreement).
    """
    runs, u_a, u_b = logs.deals(bargain)
    columns = ["most", "surplus_a", "to_frontier", *(f"to_{name}" for name in SOLUTIONS)]
    found = {name: np.full(len(runs), np.nan) for name in columns}
    for k, (run, a, b) in enumerate(zip(runs.tolist(), u_a, u_b, strict=True)):
        frontier, (low_a, low_b) = logs.frontier(bargain, run), logs.floors[run, bargain]
        found["most"][k] = max((frontier[:, 0] + frontier[:, 1]).max(), (frontier[:, 2] + frontier[:, 3]).max())
        gain = (a - low_a) + (b - low_b)
        found["surplus_a"][k] = (a - low_a) / gain if gain > 1e-9 else np.nan
        found["to_frontier"][k] = distance(frontier, (a, b))
        for name, point in solutions(frontier, (low_a, low_b)).items():
            found[f"to_{name}"][k] = np.hypot(a - point[0], b - point[1])
    return {"run": runs, "u_a": u_a, "u_b": u_b, "joint": u_a + u_b, **found}


def frontier(context: Context, logs: Logs, bargain: int, note: str = "") -> View:
    """The frontier of a bargain, both reservation values, the four solution points and the deals of the runs.

    ``reservation`` has the 10, 50 and 90 % quantiles over the runs. The solution points use the medians. The frontier
    is that of the first run.
    """
    line = logs.frontier(bargain, 0)
    levels = np.quantile(logs.floors[:, bargain], [0.1, 0.5, 0.9], axis=0)
    floor = (float(levels[1, 0]), float(levels[1, 1]))
    deals = quality(logs, bargain)
    rows: list[dict[str, Any]] = [
        {"what": "frontier", "piece": piece, "u_a": a, "u_b": b} for piece, a, b in _corners(line)
    ]
    rows += [
        {"what": "reservation", "quantile": q, "u_a": float(a), "u_b": float(b)}
        for q, (a, b) in zip((0.1, 0.5, 0.9), levels, strict=True)
    ]
    points = solutions(line, floor)
    if points and _level(acceptable(line, floor)):
        del points["utilitarian"]
        note += " All deals on part of the frontier have the largest joint utility: no single point is utilitarian."
    rows += [{"what": name, "u_a": a, "u_b": b} for name, (a, b) in points.items()]
    at = np.round(np.stack([deals["u_a"], deals["u_b"]], axis=1) / GRID).astype(np.int64)
    places, counts = np.unique(at, axis=0, return_counts=True)
    rows += [
        {"what": "deals", "u_a": a * GRID, "u_b": b * GRID, "runs": int(n)}
        for (a, b), n in zip(places.tolist(), counts, strict=True)
    ]
    table = Columns.of_records(rows, ["what", "piece", "quantile", "u_a", "u_b", "runs"], whole=("runs", "piece"))
    title, share = context.bargain(bargain), len(deals["run"]) / logs.runs
    facts = {"title": title}
    if not len(deals["run"]):
        return View(context, table, f"no run reaches a deal on {title}", note, facts)
    verdict = (
        f"{percent(share)} of runs reach a deal on {title}, with a mean joint utility of {deals['joint'].mean():.2f} "
        f"(at most {deals['most'].mean():.2f})"
    )
    if not np.isnan(deals["to_nash"]).all():
        verdict += f" and {np.nanmean(deals['to_nash']):.2f} from the Nash point"
    return View(context, table, verdict, note, facts)


def _level(zone: np.ndarray) -> bool:
    """Whether the largest joint utility is reached on a whole piece of a frontier."""
    sums = np.stack([zone[:, 0] + zone[:, 1], zone[:, 2] + zone[:, 3]])
    long = np.abs(zone[:, 2] - zone[:, 0]) > 1e-9
    return bool((long & (sums > sums.max() - 1e-9).all(axis=0)).any())


def _corners(line: np.ndarray) -> list[tuple[int, float, float]]:
    """The corners of a frontier, each with the number of its connected piece."""
    corners: list[tuple[int, float, float]] = []
    for a0, b0, a1, b1 in line.tolist():
        if not corners or corners[-1][1:] != (a0, b0):
            corners.append((corners[-1][0] + 1 if corners else 0, a0, b0))
        if (a1, b1) != (a0, b0):
            corners.append((corners[-1][0], a1, b1))
    return corners
