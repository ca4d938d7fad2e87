"""Measured coverage of intervals, the figures of docs/statistics.md: python benchmarks/coverage.py (three minutes)."""

from __future__ import annotations

from datetime import date

import numpy as np
from scipy import stats

from negsim.analysis import sensitivity_indices as indices
from negsim.analysis.estimates import mean, paired_interval, paired_mean
from negsim.analysis.grid_indices import grid
from negsim.analysis.paired import median_difference
from negsim.analysis.planning import rank_interval
from negsim.analysis.summary import quantile_range
from negsim.analysis.variance_split import split
from negsim.analysis.view import wilson as wilson_interval

MANY = (10, 100, 2000, 100_000, 1_000_000)


def wilson(runs: int, p: float) -> float:
    """Exact coverage of the interval of a share."""
    k = np.arange(runs + 1)
    law = stats.binom.pmf(k, runs, p)
    low, high = wilson_interval(k, runs)
    return float(law[(low <= p) & (p <= high)].sum())


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
    rng, times = np.random.default_rng(1), times if n < 10**5 else 1000
    samples = (rng.exponential(1, n) if skewed else rng.normal(1, 1, n) for _ in range(times))
    return float(np.mean([found.low <= 1 <= found.high for found in map(mean, samples)]))


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


def paired_many(n: int, part: float, one_way: float, times: int = 4000) -> float:
    """Coverage of the paired difference if a large part of the pairs differs."""
    rng, truth = np.random.default_rng(5), part * (2 * one_way - 1)
    draws = rng.multinomial(n, [part * one_way, part * (1 - one_way), 1 - part], times)
    ends = [paired_interval(int(gained), int(lost), n) for gained, lost, _ in draws]
    return float(np.mean([low <= truth <= high for low, high in ends]))


def paired_means(n: int, pairs: float, one_way: float, skewed: bool, times: int = 2000) -> tuple[float, float]:
    """Coverage of the mean of paired differences where it has an interval, and how often it has one."""
    rng, truth, held = np.random.default_rng(6), pairs / n * (2 * one_way - 1), []
    for _ in range(times):
        differ = rng.binomial(n, pairs / n)
        sizes = np.exp(rng.normal(-0.5, 1, differ)) if skewed else rng.exponential(1, differ)
        values = np.zeros(n)
        values[:differ] = sizes * np.where(rng.random(differ) < one_way, 1, -1)
        found = paired_mean(values)
        if np.isfinite(found.low):
            held.append(found.low <= truth <= found.high)
    return float(np.mean(held)) if held else float("nan"), len(held) / times


def day_law(every: bool) -> np.ndarray:
    """Probabilities of days 0 to 1,094 and never: of an issue, or of all nine, which share a pace."""
    pace = (stats.gamma(2).ppf((np.arange(400) + 0.5) / 400) / 2 / 500)[:, None]
    done = (1 - np.exp(-pace * np.arange(1, 1096))) ** (9 if every else 1)
    return np.diff(np.append(np.append(0, done.mean(axis=0)), 1))


def dates(runs: int, every: bool, q: float, errors: float, times: int = 4000) -> float:
    """Coverage of a quantile date: one or more standard errors of order statistics."""
    rng, law, held = np.random.default_rng(4), day_law(every), 0
    true = float(np.searchsorted(law.cumsum(), q))
    for _ in range(times):
        low, high = quantile_range(rng.multinomial(runs, law), q, errors)
        held += low <= true <= high
    return held / times


def date_changes(runs: int, gain: float, times: int = 1000) -> float:
    """Coverage of the change of the 50 % date of correlated lognormal days, the median of one longer by `gain`."""
    rng, held = np.random.default_rng(8), 0
    true = int(300 * (1 + gain)) - 300
    for _ in range(times):
        common, own = rng.normal(size=(2, runs))
        a = np.floor(300 * np.exp(0.5 * common)).clip(max=1095).astype(int)
        b = np.floor(300 * (1 + gain) * np.exp(0.4 * common + 0.3 * own)).clip(max=1095).astype(int)
        found = median_difference(a, b, 1095, date(2025, 4, 10))
        held += found.low <= true <= found.high
    return held / times


def ranks(runs: int, q: float) -> float:
    """Exact coverage of the order statistics of `when`, of continuous days."""
    low, high = rank_interval(runs, q)
    return float(stats.binom.cdf(high - 1, runs, q) - stats.binom.cdf(low - 1, runs, q))


def sums(runs: int, times: int = 1000) -> float:
    """Coverage of the mean number of nine issues that are resolved."""
    rng, held = np.random.default_rng(7), 0
    law = stats.betabinom.pmf(np.arange(10), 9, 0.5, 1.5)
    for _ in range(times if runs < 10**5 else times // 3):
        found = mean(np.repeat(np.arange(10.0), rng.multinomial(runs, law)))
        held += found.low <= 2.25 <= found.high
    return held / (times if runs < 10**5 else times // 3)


def cases(x: np.ndarray, function: str, runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Batches of runs of cases with a known probability; most random numbers are those of the same run elsewhere."""
    t, rng = np.pi * (2 * x - 1), np.random.default_rng(np.frombuffer(x.tobytes(), np.uint32).sum())
    waves = np.sin(t[:, 0]) + 7 * np.sin(t[:, 1]) ** 2 + 0.1 * t[:, 2] ** 4 * np.sin(t[:, 0])
    p = {"Ishigami": 0.5 + waves / 40, "linear": 0.2 + x @ [0.1, 0.2, 0.3], "one factor": 0.1 + 0.6 * x[:, 0]}[function]
    u = np.where(rng.random((runs, p.size)) < 0.15, rng.random((runs, p.size)), rng.random((runs, 1)))
    return (u < p).reshape(20, -1, p.size).mean(axis=1), np.full(20, runs // 20)


def designs(kind: str, function: str, n: int, runs: int, times: int = 100) -> list[float]:
    """Coverage of the indices of three factors: first order, of a Saltelli design also total, of Morris the slope."""
    from SALib.sample import morris, sobol

    first = {"Ishigami": [0.3139, 0.4424, 0], "linear": [1 / 14, 4 / 14, 9 / 14], "one factor": [1, 0, 0]}[function]
    total = [0.5576, 0.4424, 0.2437] if function == "Ishigami" else first
    slope = {"linear": [0.1, 0.2, 0.3], "one factor": [0.6, 0, 0]}.get(function, first)
    truth = np.array({"saltelli": first + total, "morris": slope}.get(kind, first))
    names, held = ["a", "b", "c"], []
    for seed in range(times):
        if kind == "saltelli":
            x = sobol.sample(indices.problem(names), n, calc_second_order=False, seed=seed)
            noise = cases(x, function, runs)
            found, keys = indices.sobol(names, noise[0].mean(axis=0), *noise), ("first", "total")
        elif kind == "morris":
            x = morris.sample(indices.problem(names), n, seed=seed)
            noise = cases(x, function, runs)
            found, keys = indices.morris(names, x, noise[0].mean(axis=0), *noise), ("mu_star",)
        else:
            x = np.random.default_rng(seed).random((n, 3))
            noise = cases(x, function, runs)
            found, keys = indices.given(names, x, noise[0].mean(axis=0), seed, *noise), ("first",)
        rows = found.set_index("factor").loc[names]
        low, high = (np.concatenate([rows[f"{key}_{end}"] for key in keys]) for end in ("low", "high"))
        held.append((low <= truth) & (truth <= high))
    return np.mean(held, axis=0).round(2).tolist()


def main() -> None:
    """Print all tables."""
    print("share (Wilson), exact: runs, p, coverage")
    for runs in MANY:
        print(runs, [(p, round(wilson(runs, p), 3)) for p in (0.005, 0.02, 0.1, 0.5, 0.9, 0.995)])
    print("paired difference, exact: n, pairs that differ, share one way, coverage")
    for n in (10, 50, 200, 2000, 100_000, 1_000_000):
        rows = [(m, w, round(paired(n, m, w), 3)) for m in (0.2, 1, 2, 5, 20) if m < n for w in (1.0, 0.9, 0.5)]
        print(n, min(row[2] for row in rows), rows)
    print("mean (Student): n, normal, exponential")
    for n in (2, 3, 5, 16, 60, 1000, 100_000, 1_000_000):
        print(n, round(means(n, False), 3), round(means(n, True), 3))
    print("paired difference, simulated: n, part that differs, share one way, coverage")
    for n in MANY:
        print(n, [(m, w, round(paired_many(n, m, w), 3)) for m in (0.05, 0.3) for w in (0.9, 0.6)])
    print("mean of paired differences: n, pairs that differ, share one way, sizes, coverage, how often an interval")
    for n in (200, 2000):
        for skewed in (False, True):
            rows = [(m, w, *paired_means(n, m, w, skewed)) for m in (5, 10, 20, 50) for w in (1.0, 0.9, 0.5)]
            print(n, "lognormal" if skewed else "exponential", [tuple(round(v, 3) for v in row) for row in rows])
    print("30 % date of one issue and of all nine: runs, one error (68 %), 1.96 errors (95 %)")
    for runs in MANY:
        rows = [(dates(runs, every, 0.3, 1), dates(runs, every, 0.3, 1.96)) for every in (False, True)]
        print(runs, [tuple(round(v, 3) for v in row) for row in rows])
    print("change of the 50 % date: pairs, coverage without a change and with one of 90 days")
    for runs in (10, 30, 100, 500, 2000, 100_000):
        print(runs, [round(date_changes(runs, gain, 1000 if runs < 10**5 else 200), 3) for gain in (0.0, 0.3)])
    print("date of when, exact: runs, (probability, coverage)")
    for runs in MANY:
        print(runs, [(q, round(ranks(runs, q), 3)) for q in (0.1, 0.5, 0.8)])
    print("mean number of issues resolved: runs, coverage", [(runs, round(sums(runs), 3)) for runs in MANY])
    print("share of assumptions, 1,000 draws x 8 runs: p, share, coverage, estimable")
    for p in (0.005, 0.02, 0.1, 0.5, 0.9, 0.995):
        print(p, [(part, *(round(v, 2) for v in assumptions(p, part))) for part in (0.0, 0.05, 0.2, 0.5, 0.8)])
    print("grid 4 x 3: main effects a, b, total a, b, interaction")
    a, b = np.linspace(0, 1, 4)[:, None], np.linspace(-1, 1, 3)
    for name, p in (("one factor", 0.3 + 0.3 * a + 0 * b), ("both", 0.3 + 0.2 * a + 0.1 * b + 0.1 * a * b)):
        for runs in (100, 500):
            print(name, runs, "common", cells(p, runs, True), "independent", cells(p, runs, False))
    print("designs: cases or samples, runs each, coverage of each index of three factors")
    for kind, sizes, known in (
        ("random", (60, 128), ("Ishigami", "linear", "one factor")),
        ("saltelli", (64,), ("Ishigami", "linear", "one factor")),
        ("morris", (4, 16), ("linear", "one factor")),
    ):
        for function in known:
            for n in sizes:
                print(kind, function, n, [(runs, designs(kind, function, n, runs)) for runs in (20, 200)])


if __name__ == "__main__":
    main()
