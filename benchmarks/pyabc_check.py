"""Posteriors of `negsim update` beside those of pyABC, on small cases: python -m benchmarks.pyabc_check (one minute).

pyABC (Klinger, Rickert, Hasenauer 2018) is a check only: with parallel samplers it cannot repeat its bytes. Install it
first: pip install pyabc==0.13.0. The table is in ``docs/statistics.md``.
"""

from __future__ import annotations

import warnings
from datetime import date
from itertools import count

import numpy as np

from benchmarks.filter import rejection
from negsim.monitoring import LEVELS, observed
from negsim.monitoring.conditioning import _until
from negsim.monitoring.matching import misses_of
from negsim.simulation.engines import batch
from tests.monitoring.test_update import with_record

PARTICLES = 400
SHARES = (0.1, 0.5, 0.9)
#: Each case: the record after 10 April 2025, and the day up to which it counts.
CASES = {
    "no agreement, two rounds": ((), ("2025-05-20", "2025-07-10"), "2025-10-01"),
    "no agreement, no round": ((), (), "2025-07-01"),
    "two agreements, three rounds": (
        (("a", "2025-05-10", "agreed"), ("b", "2025-06-20", "agreed")),
        ("2025-05-10", "2025-06-20", "2025-08-01"),
        "2025-09-01",
    ),
}


def weighted(values, weights, share):
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weights[order]), share * weights.sum())])


def error(values, weights, share, times=200):
    """Bootstrap error of a weighted quantile, with as many draws as the effective number."""
    rng, size = np.random.default_rng(1), int(weights.sum() ** 2 / (weights**2).sum())
    chances = weights / weights.sum()
    draws = rng.choice(values, (times, size), p=chances)
    return float(np.quantile(draws, share, axis=1).std())


def by_pyabc(scenario, seen, day):
    """Weighted draws of both assumptions from pyABC's sequential Monte Carlo with exact matches at the end."""
    import pyabc
    from scipy import stats

    compiled, numbers = _until(scenario, day), count()
    scale = np.log(90 / 30) / stats.norm.ppf(0.9)

    def simulate(parameters):
        run = compiled.assuming({f"parameters.{name}": parameters[name] for name in ("p", "gap")})
        outcomes, rows = batch.run(run, 99, next(numbers), 1)
        return {"misses": int(misses_of(outcomes, compiled.issues, seen)[0]), "held": int(rows["meetings"][0])}

    def distance(x, y):
        return abs(x["misses"] - y["misses"]) + abs(x["held"] - y["held"])

    prior = pyabc.Distribution(p=pyabc.RV("beta", 1, 4), gap=pyabc.RV("lognorm", scale, 0, 30))
    abc = pyabc.ABCSMC(
        simulate, prior, distance, population_size=PARTICLES, eps=pyabc.ListEpsilon([3, 1, 0.5]),
        sampler=pyabc.SingleCoreSampler(),
    )  # fmt: skip
    abc.new("sqlite://", {"misses": 0, "held": len(seen.held)})
    frame, weights = abc.run(max_nr_populations=3).get_distribution()
    return {name: frame[name].to_numpy() for name in ("p", "gap")}, weights


def main() -> None:
    np.random.seed(1)
    warnings.simplefilter("ignore")
    print("| case | assumption | share | negsim | pyABC | difference in errors |\n|---|---|---|---|---|---|")
    for name, (agreed, rounds, day) in CASES.items():
        scenario = with_record(*agreed, rounds=rounds)
        seen = observed(scenario, date.fromisoformat(day))
        compiled = _until(scenario, date.fromisoformat(day))
        names = list(compiled.assumptions)
        numbers = rejection(compiled, seen, LEVELS[3], 100_000).numbers
        after = np.array([compiled.assumed(1, n, 1)[0] for n in numbers.tolist()])
        theirs, weights = by_pyabc(scenario, seen, date.fromisoformat(day))
        for each in ("p", "gap"):
            mine = after[:, names.index(f"parameters.{each}")]
            for share in SHARES:
                a, b = float(np.quantile(mine, share)), weighted(theirs[each], weights, share)
                errors = error(mine, np.ones(len(mine)), share), error(theirs[each], weights, share)
                z = (a - b) / np.hypot(*errors)
                print(f"| {name} | {each} | {share:.0%} | {a:.3g} | {b:.3g} | {z:+.1f} |", flush=True)


if __name__ == "__main__":
    main()
