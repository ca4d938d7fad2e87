"""Speed and memory: ``python -m benchmarks`` prints tables. Compare ratios; absolute figures depend on the machine.

``mutants`` checks the tests of the statistics, ``move`` drives the app in Chromium; they and the peers (negmas,
salabim, simpy, heap) only run if named.
NegMAS and salabim need an environment of their own; see ``benchmarks/peers.py``.

``docs/performance.md`` keeps the figures and explains them.
"""

from __future__ import annotations

import argparse

from benchmarks import move, mutants, peers, scale, speed, whole
from benchmarks.measure import TURNS

BENCHMARKS = {
    "speed": speed.speed,
    "scale": scale.scale,
    "memory": lambda turns: whole.memory(),
    "startup": whole.startup,
}
NAMED = BENCHMARKS | peers.PEERS | {"mutants": lambda turns: mutants.mutants(), "move": move.move}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ", ".join(NAMED)
    by_default = f"any of {names}; by default {', '.join(BENCHMARKS)}"
    parser.add_argument("names", nargs="*", default=list(BENCHMARKS), help=by_default)
    parser.add_argument("--turns", type=int, default=TURNS, help="turns per figure; tables show the median")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMED):
        parser.error(f"{', '.join(sorted(unknown))}: not one of {names}")
    for name in options.names:
        NAMED[name](options.turns)


if __name__ == "__main__":
    main()
