"""Mutants of the statistics: each correction of an estimator is removed in turn, and a test must fail.

``python -m benchmarks mutants`` prints the test that fails for each. `benchmarks.mutation` takes random places instead.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutation import copy_project


@dataclass(frozen=True)
class Correction:
    """A part of an estimator: its file, its code, the code without it, and the tests that need it."""

    what: str
    file: str
    code: str
    without: str
    tests: str


CORRECTIONS = (
    Correction(
        "sensitivity: noise subtracted",
        "analysis/case_outcomes.py",
        "return np.asarray(found - noise)",
        "return np.asarray(found)",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "sensitivity: jackknife over batches",
        "analysis/case_outcomes.py",
        "if len(self.batches) < 3:",
        "if True:",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "given: bias correction of 1/n",
        "analysis/sensitivity_indices.py",
        "return 1 - (1 - found) / left, half",
        "return found, half",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "given: least variance (no effect)",
        "analysis/sensitivity_indices.py",
        "variance = max(float((influence**2).mean()) / n - noise, noise)",
        "variance = max(float((influence**2).mean()) / n - noise, 0)",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "given: residual's degrees of freedom",
        "analysis/sensitivity_indices.py",
        "rest = (y - g) / np.sqrt(left - 1 / n)",
        "rest = y - g",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "given: correlation ratio of few values",
        "analysis/sensitivity_indices.py",
        "if len(values) <= 2 * _HARMONICS:",
        "if len(values) < 0:",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "given: shuffle of ties",
        "analysis/sensitivity_indices.py",
        "order = np.random.default_rng(seed).permutation(len(y))",
        "order = np.arange(len(y))",
        "experiments/test_index_intervals.py -k zeros",
    ),
    Correction(
        "sobol: jackknife over rows",
        "analysis/sensitivity_indices.py",
        "variance = jackknife(np.array(without)) + cells",
        "variance = 0 * jackknife(np.array(without)) + cells",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "sobol: no interval of few samples",
        "analysis/sensitivity_indices.py",
        "if rows >= _ROWS else np.inf",
        "",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "morris: sign from other batches",
        "analysis/sensitivity_indices.py",
        "np.sign(others) * batches",
        "np.sign(others + w * batches) * batches",
        "experiments/test_index_intervals.py",
    ),
    Correction(
        "morris: upper end without correction",
        "analysis/sensitivity_indices.py",
        "((-1, size), (1, raw))",
        "((-1, size), (1, size))",
        "experiments/test_index_intervals.py -k upper",
    ),
    Correction(
        "grid: noise subtracted",
        "analysis/grid_indices.py",
        "(middle**2).mean() - noise.mean()",
        "(middle**2).mean()",
        "experiments/test_sensitivity.py -k cells",
    ),
    Correction(
        "grid: jackknife",
        "analysis/grid_indices.py",
        "max(float(jackknife(rest)), least)",
        "least",
        "experiments/test_sensitivity.py -k 'shares_of_a_grid or effect_of_a_grid'",
    ),
    Correction(
        "grid: least variance",
        "analysis/grid_indices.py",
        "max(float(jackknife(rest)), least)",
        "float(jackknife(rest))",
        "experiments/test_sensitivity.py -k 'shares_of_a_grid or effect_of_a_grid'",
    ),
    Correction(
        "split: noise of the means",
        "analysis/variance_split.py",
        "float(means.var(ddof=1) - within.mean() / runs)",
        "float(means.var(ddof=1))",
        "experiments/test_sensitivity.py -k beta_geometric",
    ),
    Correction(
        "split: Fisher's scale",
        "analysis/variance_split.py",
        "ranges.append(_share_interval(share, spread, rest, runs))",
        "ranges.append(_interval(share, spread / (spread + rest)))",
        "analysis/test_ends_and_spread.py -k share_of",
    ),
    Correction(
        "split: not estimable",
        "analysis/variance_split.py",
        ">= min(INFORMATIVE, len(y) // 2)",
        ">= 0",
        "analysis/test_ends_and_spread.py -k share_of",
    ),
    Correction(
        "paired mean: skewness",
        "analysis/estimates.py",
        "min(found.low, low), max(found.high, high)",
        "found.low, found.high",
        "analysis/test_estimates.py",
    ),
    Correction(
        "paired mean: Student's end too",
        "analysis/estimates.py",
        "min(found.low, low), max(found.high, high)",
        "low, high",
        "analysis/test_estimates.py",
    ),
    Correction(
        "paired mean: few pairs",
        "analysis/estimates.py",
        "if np.count_nonzero(differences) < FEW:",
        "if False:",
        "analysis/test_estimates.py",
    ),
    Correction(
        "paired shares: exact if none differs",
        "analysis/estimates.py",
        "bound = 1 - 0.025 ** (1 / n)",
        "bound = 0.5 * (1 - 0.025 ** (1 / n))",
        "analysis/test_estimates.py",
    ),
    Correction(
        "paired shares: score (q given d)",
        "analysis/estimates.py",
        "q = (math.sqrt(max(b * b + 8 * n * lost * d * (1 - d), 0.0)) - b) / (4 * n)",
        "q = lost / n",
        "analysis/test_estimates.py",
    ),
    Correction(
        "mean: Student",
        "analysis/estimates.py",
        "half = t95(n - 1) * se\n    return Estimate(value, se, value - half, value + half)\n\n\ndef paired_mean",
        "half = 1.96 * se\n    return Estimate(value, se, value - half, value + half)\n\n\ndef paired_mean",
        "analysis/test_estimates.py",
    ),
    Correction(
        "mean: n - 1", "analysis/estimates.py", "values.std(ddof=1)", "values.std()", "analysis/test_estimates.py"
    ),
    Correction(
        "Wilson",
        "analysis/view.py",
        "p * (1 - p) / runs + z * z / (4 * runs * runs)",
        "p * (1 - p) / runs",
        "analysis/test_paired.py -k wilson",
    ),
    Correction(
        "when: ranks",
        "analysis/planning.py",
        "(1 - below <= 0.025)[0]",
        "(1 - below <= 0.05)[0]",
        "analysis/test_planning.py -k ranks",
    ),
    Correction(
        "discover: fresh cases",
        "experiments/discovery.py",
        "measured(box.limits, fresh.x, of_fresh)",
        "measured(box.limits, x, interest)",
        "experiments/test_discovery.py -k 'flights_are or experiments_of'",
    ),
)


def failing(copy: Path, tests: str) -> str | None:
    """The first test that fails in a copy of the project."""
    chosen = shlex.split(f"tests/{tests}")
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", "-m", "not browser"]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([*command, *chosen], cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    failed = [line.split("::")[1].split(" - ")[0] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    if not failed:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return failed[0]


def mutants() -> None:
    """Print the test that fails without each correction; exit with 1 if there is none."""
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        copy = Path(place)
        copy_project(copy)
        for tests in dict.fromkeys(each.tests for each in CORRECTIONS):
            if (broken := failing(copy, tests)) is not None:
                raise SystemExit(f"{broken} fails with every correction in place")
        for each in CORRECTIONS:
            file = copy / "negsim" / each.file
            text = file.read_text(encoding="utf-8")
            if text.count(each.code) != 1:
                raise SystemExit(f"{each.what}: {each.file} does not have this code once: {each.code}")
            file.write_text(text.replace(each.code, each.without), encoding="utf-8")
            found = failing(copy, each.tests)
            file.write_text(text, encoding="utf-8")
            survivors += found is None
            print(f"{each.what}: {f'killed by {found}' if found else 'survives'}", flush=True)
    print(f"{len(CORRECTIONS) - survivors} of {len(CORRECTIONS)} killed")
    if survivors:
        raise SystemExit(1)
