"""One bilateral negotiation, written for SimPy, salabim and NegMAS. ``benchmarks/peers.py`` runs it as a process.

``PYTHON peer.py NAME STEPS ISSUES VALUES`` imports the peer NAME and nothing of negsim. For each number on standard
input it plays that many negotiations and prints their processor time in seconds, the mean relative time of agreement,
and the mean utility of the first side.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

random = Random(1)
#: Plays one negotiation; gives the relative time of agreement and the utility of the first side.
Play = Callable[[], tuple[float, float]]


def exponent() -> float:
    return 1.0 / random.uniform(0.25, 1.0)


def discussions(steps: int, wait: Callable[[], Any], found: list[tuple[float, float]]) -> Iterator[Any]:
    """By hand: wait for a step, then both sides concede, and one answers the other's offer."""
    a, b, starter = exponent(), exponent(), random.random() < 0.5
    for step in range(1, steps + 1):
        yield wait()
        mine, other = 1.0 - (step / steps) ** a, 1.0 - (step / steps) ** b
        if mine + other <= 1.0 + 1e-12:
            found.append((step / steps, mine if starter == step % 2 else 1.0 - other))
            return


def simpy_(steps: int, issues: int, values: int) -> Play:
    import simpy

    def play() -> tuple[float, float]:
        env, found = simpy.Environment(), []
        env.process(discussions(steps, lambda: env.timeout(1.0), found))
        env.run()
        return found[0]

    return play


def salabim_(steps: int, issues: int, values: int) -> Play:
    import salabim

    salabim.yieldless(False)

    class Talks(salabim.Component):
        def process(self) -> Iterator[Any]:
            yield from discussions(steps, lambda: self.hold(1.0), self.found)

    def play() -> tuple[float, float]:
        env = salabim.Environment(trace=False, random_seed=None)
        talks = Talks(env=env)
        talks.found = []
        env.run()
        return talks.found[0]

    return play


def negmas_(steps: int, issues: int, values: int) -> Play:
    from negmas import AspirationNegotiator, SAOMechanism, make_issue
    from negmas.preferences import LinearAdditiveUtilityFunction
    from negmas.preferences.value_fun import AffineFun

    top, weights = values - 1, [1.0 / issues] * issues

    def play() -> tuple[float, float]:
        items = [make_issue(values, name=f"issue {k}") for k in range(issues)]
        talks = SAOMechanism(issues=items, n_steps=steps)
        for slope, bias in ((1.0 / top, 0.0), (-1.0 / top, 1.0)):
            worth = LinearAdditiveUtilityFunction(
                values=[AffineFun(slope, bias)] * issues, weights=weights, issues=items, reserved_value=0.0
            )
            talks.add(AspirationNegotiator(aspiration_type=exponent()), ufun=worth)
        end = talks.run()
        return end.relative_time, sum(end.agreement) / (issues * top)

    return play


def main() -> None:
    name, *numbers = sys.argv[1:]
    play = {"simpy": simpy_, "salabim": salabim_, "negmas": negmas_}[name](*map(int, numbers))
    play()
    for line in sys.stdin:
        start = time.process_time()
        found = [play() for _ in range(int(line))]
        spent = time.process_time() - start
        print(json.dumps([spent, *(sum(values) / len(found) for values in zip(*found, strict=True))]), flush=True)


if __name__ == "__main__":
    main()
