"""What things cost: ``python -m benchmarks`` prints tables; ratios travel between machines, absolute figures do not.

``docs/performance.md`` keeps them with what they mean.
"""

from __future__ import annotations

import argparse

from benchmarks.measure import TURNS

WHAT = ("speed", "limit", "scale", "memory", "startup")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", default=["all"], choices=[*WHAT, "all"], help="what to measure")
    parser.add_argument("--turns", type=int, default=TURNS, help="turns a figure, of which the median counts")
    options = parser.parse_args()
    chosen = WHAT if "all" in options.what else tuple(name for name in WHAT if name in options.what)
    for name in chosen:
        if name == "speed":
            from benchmarks.speed import speed

            speed(options.turns)
        elif name == "limit":
            from benchmarks.limit import limit

            limit(options.turns)
        elif name == "scale":
            from benchmarks.scale import scale

            scale(options.turns)
        elif name == "startup":
            from benchmarks.whole import startup

            startup(options.turns)
        else:
            from benchmarks.whole import memory

            memory()


if __name__ == "__main__":
    main()
