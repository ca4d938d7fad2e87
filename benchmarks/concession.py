"""What the fit of tactics recovers from drawn negotiations: python benchmarks/concession.py (under a minute).

The table stands in docs/how-sides-concede.md.
"""

from __future__ import annotations

import numpy as np

from negsim.history.concession import TACTICS, ConcessionFit, fit_concessions, grid_of
from negsim.history.offer_simulation import drawn_from
from negsim.history.offer_steps import paths_of
from negsim.history.scores import generator

_TIME = {"kind": 0, "patience": 120.0, "reach": 0.7, "sigma": 0.04}
_LINEAR = _TIME | {"beta": 1.0}
CASES: dict[str, list[dict[str, float]]] = {
    "time, beta 0.25": [_TIME | {"beta": 0.25}],
    "time, beta 1": [_LINEAR],
    "time, beta 4": [_TIME | {"beta": 4.0}],
    "time in rounds, beta 1": [_LINEAR | {"clock": 1, "patience": 8.0}],
    "half fixed, half time, beta 1": [{"kind": 3, "sigma": 0.04}, _LINEAR],
    "half reciprocal, half time, beta 1": [{"kind": 1, "reciprocity": 1.0, "reach": 0.85, "sigma": 0.04}, _LINEAR],
}


def recovered(name: str, many: int) -> tuple[int, ConcessionFit]:
    """The number of steps of drawn negotiations, and the fit to them."""
    rows = CASES[name]
    weights = np.full(len(rows), 1 / len(rows))
    paths = paths_of(drawn_from(grid_of(rows), weights, many, 0.2, generator("concession", name, many)))
    return sum(len(path.steps) for path in paths), fit_concessions(paths)


def described(found: ConcessionFit) -> list[str]:
    """Frequencies of the kinds; of time tactics the mean of log2 beta, the reach and the share of calendar clocks."""
    tactics, time = found.tactics, found.weights * (found.tactics.kind == 0)
    time = time / time.sum()
    return [
        *(f"{found.shares[name]:.2f}" for name in TACTICS),
        f"{2 ** (time @ np.log2(tactics.beta)):.2f}",
        f"{time @ tactics.reach:.2f}",
        f"{time[tactics.clock == 0].sum():.2f}",
    ]


def table(sizes: tuple[int, ...] = (10, 40)) -> str:
    """A Markdown table of what was drawn and what is found."""
    heads = ["drawn", "negotiations", "steps", *TACTICS, "beta", "reach", "calendar clock"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for name in CASES:
        for many in sizes:
            steps, found = recovered(name, many)
            lines.append(f"| {' | '.join([name, str(many), str(steps), *described(found)])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
