"""Speed and memory: ``python -m benchmarks`` prints tables. Compare ratios; absolute figures depend on the machine.

``mutants`` checks the tests of the statistics; it only runs if it is named.

``docs/performance.md`` keeps the figures and explains them.
"""

from __future__ import annotations

import argparse

from benchmarks import mutants, scale, speed, whole
from benchmarks.measure import TURNS

BENCHMARKS = {
    "speed": speed.speed,
    "scale": scale.scale,
    "memory": lambda turns: whole.memory(),
    "startup": whole.startup,
    "mutants": lambda turns: mutants.mutants(),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ", ".join(BENCHMARKS)
    parser.add_argument(
        "names", nargs="*", default=list(BENCHMARKS)[:-1], help=f"any of {names}; by default all but mutants"
    )
    parser.add_argument("--turns", type=int, default=TURNS, help="turns per figure; tables show the median")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"{', '.join(sorted(unknown))}: not one of {names}")
    for name in options.names:
        BENCHMARKS[name](options.turns)


if __name__ == "__main__":
    main()
