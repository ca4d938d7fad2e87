"""Measured coverage of intervals, the figures of docs/statistics.md: python benchmarks/coverage.py (a minute)."""

from __future__ import annotations

import numpy as np
from scipy import stats

from negsim.analysis.estimates import mean, paired_interval, share
from negsim.analysis.grid_indices import grid
from negsim.analysis.summary import quantile_range
from negsim.analysis.variance_split import split


def wilson(runs: int, p: float) -> float:
    """Exact coverage of the interval of a share."""
    k = np.arange(runs + 1)
    law = stats.binom.pmf(k, runs, p)
    seen = np.flatnonzero(law > 1e-9)
    found = {hits: share(int(hits), runs) for hits in seen}
    return float(sum(law[hits] for hits, each in found.items() if each.low <= p <= each.high))


def paired(n: int, pairs: float, one_way: float) -> float:
    """Exact coverage of the paired difference, of `pairs` that differ on average, this share of them one way."""
    law = stats.binom(n, pairs / n)
    covered = 0.0
    for total in range(int(law.ppf(1 - 1e-9)) + 1):
        for gained in range(total + 1):
            chance = law.pmf(total) * stats.binom.pmf(gained, total, one_way)
            if chance > 1e-9:
                low, high = paired_interval(gained, total - gained, n)
                covered += chance * (low <= pairs / n * (2 * one_way - 1) <= high)
    return covered


def means(n: int, skewed: bool, times: int = 4000) -> float:
    """Coverage of the mean of normal or exponential values."""
    rng = np.random.default_rng(1)
    x = rng.exponential(1, (times, n)) if skewed else rng.normal(1, 1, (times, n))
    return float(np.mean([found.low <= 1 <= found.high for found in map(mean, x)]))


def assumptions(p: float, part: float, times: int = 300) -> tuple[float, float]:
    """Coverage of the share of assumptions where it is estimable, and how often it is."""
    rng, held, known = np.random.default_rng(2), 0, 0
    for _ in range(times):
        chances = rng.beta(p * (1 - part) / part, (1 - p) * (1 - part) / part, 1000) if part else np.full(1000, p)
        found = split((rng.random((1000, 8)) < chances[:, None]).astype(float))
        known += not np.isnan(found.share)
        held += found.share_range[0] <= part <= found.share_range[1]
    return held / max(known, 1), known / times


def cells(p: np.ndarray, runs: int, common: bool, times: int = 200) -> list[float]:
    """Coverage of main effects, total effects and the interaction of a grid of two factors."""
    rng, held, used = np.random.default_rng(3), np.zeros(5), 0
    a, b = p.mean(axis=1).var() / p.var(), p.mean(axis=0).var() / p.var()
    truth = [a, b, 1 - b, 1 - a, 1 - a - b]
    for _ in range(times):
        own, one = rng.random((runs, p.size)), rng.random((runs, 1))
        u = np.where(rng.random((runs, p.size)) < 0.15, own, one) if common else own
        batches = (u < p.ravel()).reshape(20, -1, p.size).mean(axis=1)
        found = grid(["a", "b"], list(p.shape), batches, np.full(20, runs // 20))
        rows = found.factors.set_index("factor")
        ends = [(rows.loc[f, f"{w}_low"], rows.loc[f, f"{w}_high"]) for w in ("first", "total") for f in "ab"]
        ends.append((found.interactions["share_low"][0], found.interactions["share_high"][0]))
        held += [low - 1e-12 <= t <= high + 1e-12 for t, (low, high) in zip(truth, ends, strict=True)]
        used += 1
    return [round(each / used, 3) for each in held.tolist()]


def medians(runs: int, times: int = 4000) -> float:
    """Coverage of one standard error around a 50 % date, of exponential days: 68 % is the aim."""
    rng, true, held = np.random.default_rng(4), 300 * np.log(2), 0
    for _ in range(times):
        counts = np.bincount(rng.exponential(300, runs).astype(int).clip(max=5000), minlength=5001)
        low, high = quantile_range(counts, 0.5)
        held += low <= true < high + 1
    return held / times


def main() -> None:
    """Print all tables."""
    print("share (Wilson), exact: runs, p, coverage")
    for runs in (10, 100, 2000, 100_000):
        print(runs, [(p, round(wilson(runs, p), 3)) for p in (0.005, 0.02, 0.1, 0.5, 0.9, 0.995)])
    print("paired difference, exact: n, pairs that differ, share one way, coverage")
    for n in (10, 50, 200, 2000, 100_000):
        rows = [(m, w, round(paired(n, m, w), 3)) for m in (0.2, 1, 2, 5, 20) if m < n for w in (1.0, 0.9, 0.5)]
        print(n, min(row[2] for row in rows), rows)
    print("mean (Student): n, normal, exponential")
    for n in (2, 3, 5, 16, 60, 1000):
        print(n, round(means(n, False), 3), round(means(n, True), 3))
    print("50 % date, one standard error: runs, coverage")
    print([(runs, round(medians(runs), 3)) for runs in (10, 100, 2000)])
    print("share of assumptions, 1,000 draws x 8 runs: p, share, coverage, estimable")
    for p in (0.005, 0.02, 0.1, 0.5, 0.9, 0.995):
        print(p, [(part, *(round(v, 2) for v in assumptions(p, part))) for part in (0.0, 0.05, 0.2, 0.5, 0.8)])
    print("grid 4 x 3: main effects a, b, total a, b, interaction")
    a, b = np.linspace(0, 1, 4)[:, None], np.linspace(-1, 1, 3)
    for name, p in (("one factor", 0.3 + 0.3 * a + 0 * b), ("both", 0.3 + 0.2 * a + 0.1 * b + 0.1 * a * b)):
        for runs in (100, 500):
            print(name, runs, "common", cells(p, runs, True), "independent", cells(p, runs, False))


if __name__ == "__main__":
    main()
