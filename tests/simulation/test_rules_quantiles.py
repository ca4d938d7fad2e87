"""Quantile tables against SciPy: every family, with plain shapes and with shapes drawn for the run."""

from __future__ import annotations

import math
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from negsim.simulation.rules import quantiles as q
from negsim.simulation.rules.meetings import next_gap
from negsim.simulation.rules.quantile_tables import exact_quantile, standard_tables, tail_nodes
from negsim.simulation.rules.quantiles import quantile, residual, survival
from tests.kit import chance
from tests.rules import ByHand

Z90 = stats.norm.isf(0.1)
CELLS = 16


def uniforms() -> tuple[np.ndarray, np.ndarray]:
    """Midpoints of cells that get finer towards both ends, and the cells' widths: for means with heavy tails."""
    edges = np.concatenate([2.0**-h * np.linspace(1, 0.5, CELLS, endpoint=False) for h in range(1, 50)])
    middle, width = (edges[:-1] + edges[1:]) / 2, edges[:-1] - edges[1:]
    return np.concatenate([middle, 1 - middle]), np.concatenate([width, width])


U, WIDTH = uniforms()


def gaps(family: str, **numbers: Any) -> ByHand:
    """Talks whose gap is the distribution; its numbers in days where they are times."""
    return ByHand(chance(0.5, gap={family: numbers}))


def law_of(family: str, n: list[float]) -> Any:
    if family == "uniform":
        return stats.uniform(n[0], n[1] - n[0])
    if family == "triangular":
        return stats.triang((n[1] - n[0]) / (n[2] - n[0]), n[0], n[2] - n[0])
    if family == "pert":
        m = (n[1] - n[0]) / (n[2] - n[0])
        return stats.beta(1 + 4 * m, 5 - 4 * m, n[0], n[2] - n[0])
    if family == "lognormal":
        return stats.lognorm(math.log(n[1] / n[0]) / Z90, scale=n[0])
    if family == "weibull":
        return stats.weibull_min(n[1], scale=n[0])
    if family == "gamma":
        return stats.gamma(n[0], scale=n[1])
    if family == "exponential":
        return stats.expon(scale=n[0])
    return stats.beta(n[0], n[1], n[2], n[3] - n[2])


def compare(begun: ByHand, family: str, share: float = 1e-3, error: float = 1e-3) -> None:
    """The channel's gap against SciPy's law with this run's numbers."""
    d = int(begun.compiled.tables["channel_is"]["gap"][0])
    law = law_of(family, [begun.number("dist_of", d, f"n{k}") for k in range(4)])
    values = np.array([quantile(begun.x, d, u) for u in U])
    low, high = law.support()
    assert values.min() >= low
    assert values.max() <= high
    assert (values * WIDTH).sum() == pytest.approx(law.mean(), rel=share)
    assert np.abs(law.cdf(values) - U).max() < error
    assert (np.diff(values[np.argsort(U)]) >= 0).all()


PLAIN = [
    ("uniform", {"low": "3 days", "high": "40 days"}),
    ("triangular", {"low": "2 days", "mode": "4 days", "high": "12 days"}),
    ("triangular", {"low": "2 days", "mode": "12 days", "high": "12 days"}),
    ("pert", {"low": "30 days", "mode": "90 days", "high": "365 days"}),
    ("pert", {"low": "2 days", "mode": "2 days", "high": "12 days"}),
    ("lognormal", {"median": "20 days", "q90": "90 days"}),
    ("weibull", {"scale": "20 days", "shape": 0.92}),
    ("weibull", {"scale": "20 days", "shape": 2.276}),
    ("gamma", {"shape": 0.5, "scale": "20 days"}),
    ("gamma", {"shape": 9, "scale": "2 days"}),
    ("exponential", {"mean": "20 days"}),
    ("beta", {"a": 2, "b": 5, "low": "1 day", "high": "30 days"}),
    ("beta", {"a": 0.5, "b": 0.5, "low": "1 day", "high": "30 days"}),
]


@pytest.mark.parametrize(("family", "numbers"), PLAIN)
def test_plain_distributions_have_their_mean_their_cdf_and_their_support(family, numbers):
    compare(gaps(family, **numbers), family)


def drawn(low: Any, high: Any) -> dict[str, Any]:
    return {"uniform": {"low": low, "high": high}}


UNCERTAIN = [
    ("uniform", {"low": drawn("1 day", "5 days"), "high": drawn("6 days", "60 days")}),
    ("triangular", {"low": "1 day", "mode": drawn("1 day", "30 days"), "high": drawn("30 days", "60 days")}),
    ("pert", {"low": drawn("1 day", "3 days"), "mode": drawn("3 days", "30 days"), "high": "40 days"}),
    ("pert", {"low": drawn("0.1 days", "0.2 days"), "mode": drawn("0.2 days", "0.5 days"), "high": "0.9 days"}),
    ("lognormal", {"median": drawn("5 days", "20 days"), "q90": drawn("20 days", "60 days")}),
    ("weibull", {"scale": "20 days", "shape": drawn(0.7, 4)}),
    ("gamma", {"shape": drawn(0.3, 30), "scale": drawn("2 days", "5 days")}),
    ("exponential", {"mean": drawn("5 days", "60 days")}),
    ("beta", {"a": drawn(1, 6), "b": drawn(1, 6), "low": "1 day", "high": "30 days"}),
]


@pytest.mark.parametrize(("family", "numbers"), UNCERTAIN)
def test_distributions_with_drawn_numbers_follow_the_law_of_this_runs_numbers(family, numbers):
    begun = gaps(family, **numbers)
    for run in range(12):
        begun.begin(run=run)
        compare(begun, family)


#: Distributions with the largest relative error of a quantile that the model page states.
LARGEST = [
    ("uniform", {"low": "3 days", "high": "40 days"}, 0),
    ("triangular", {"low": "0 days", "mode": "4 days", "high": "12 days"}, 3e-5),
    ("pert", {"low": "0 days", "mode": "2 days", "high": "12 days"}, 3.3e-5),
    ("pert", {"low": "1 day", "mode": drawn("2 days", "30 days"), "high": "40 days"}, 9e-4),
    ("lognormal", {"median": "20 days", "q90": "90 days"}, 6e-5),
    ("exponential", {"mean": "20 days"}, 9e-5),
    ("weibull", {"scale": "20 days", "shape": 1}, 9e-5),
    ("weibull", {"scale": "20 days", "shape": 0.3}, 3e-4),
    ("gamma", {"shape": 1, "scale": "20 days"}, 9e-5),
    ("gamma", {"shape": 0.3, "scale": "20 days"}, 9.5e-4),
    ("gamma", {"shape": drawn(0.3, 0.35), "scale": "2 days"}, 1.4e-2),
    ("gamma", {"shape": drawn(1, 2), "scale": "2 days"}, 5e-4),
    ("beta", {"a": 2, "b": 5, "low": "1 day", "high": "30 days"}, 2.8e-5),
    ("beta", {"a": 0.3, "b": 0.3, "low": "1 day", "high": "30 days"}, 5.5e-4),
    ("beta", {"a": drawn(0.5, 0.65), "b": drawn(0.5, 0.65), "low": "1 day", "high": "30 days"}, 3e-3),
]


@pytest.mark.parametrize(("family", "numbers", "largest"), LARGEST)
def test_the_largest_error_of_a_table_is_the_one_on_the_model_page(family, numbers, largest):
    begun = gaps(family, **numbers)
    d = int(begun.compiled.tables["channel_is"]["gap"][0])
    own = [begun.number("dist_of", d, f"n{k}") for k in range(4)]
    tail = np.concatenate([2.0**-h * (1 - (np.arange(32) + 0.5) / 64) for h in range(1, 40)])  # between the nodes
    u = np.concatenate([tail, 1 - tail])
    exact = exact_quantile(getattr(q, family.upper()), own, u)
    assert exact == pytest.approx(law_of(family, own).ppf(u), rel=1e-9)
    error = np.abs(np.array([quantile(begun.x, d, each) for each in u]) / exact - 1).max()
    assert largest / 2 <= error + 1e-15
    assert error <= largest + 1e-15
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    (line,) = (line for line in page.split("\n") if line.startswith(f"| `{family}` | error"))
    assert largest == 0 or f"{largest:g}" in line


def test_an_empirical_distribution_is_a_step_function_of_the_observed_values():
    begun = gaps("empirical", values=["9 days", "2 days", "2 days", "5 days"])
    d = int(begun.compiled.tables["channel_is"]["gap"][0])
    got = [quantile(begun.x, d, u) for u in (1e-9, 0.2499, 0.2501, 0.4999, 0.5001, 0.7499, 0.7501, 1 - 1e-16)]
    assert got == [2, 2, 2, 2, 5, 5, 9, 9]


def test_numbers_that_drew_out_of_order_are_pushed_into_it_and_counted():
    begun = gaps("uniform", low=drawn("10 days", "11 days"), high=drawn("5 days", "6 days"))
    d = int(begun.compiled.tables["channel_is"]["gap"][0])
    assert quantile(begun.x, d, 0.1) == quantile(begun.x, d, 0.9) == begun.number("dist_of", d, "n0")
    assert begun.record.run["clipped"] == 1


@pytest.mark.parametrize(("family", "numbers"), PLAIN)
def test_survival_is_the_inverse_of_the_quantiles(family, numbers):
    begun = gaps(family, **numbers)
    d = int(begun.compiled.tables["channel_is"]["gap"][0])
    for u in (0.001, 0.2, 0.5, 0.83, 0.999):
        assert survival(begun.x, d, quantile(begun.x, d, u)) == pytest.approx(1 - u, abs=1e-9)


@pytest.mark.parametrize("factor", [1.0, 2.5])
def test_the_gap_under_way_is_drawn_given_its_age(factor):
    mapping = chance(0.5, gap={"weibull": {"scale": "20 days", "shape": 2}}, channel={"since_last": "15 days"})
    mapping["climate"] = {
        "start": "only",
        "regimes": {"only": {"gap_factor": factor}},
        "source": "arithmetic: a test",
    }
    begun = ByHand(mapping)
    law = stats.weibull_min(2, scale=20)
    from negsim.simulation.rules.draws import stream, uniform_at

    for run in range(20):
        begun.begin(run=run)
        u = uniform_at(1, 0, run, stream("gap/rounds"), 0, 0)
        expected = factor * law.ppf(1 - law.sf(15 / factor) * (1 - u)) - 15
        assert next_gap(begun.x, 0) == pytest.approx(expected, abs=2e-3)


def test_a_memoryless_gap_under_way_forgets_its_age():
    young = ByHand(chance(0.5, gap={"exponential": {"mean": "20 days"}}))
    old = ByHand(chance(0.5, gap={"exponential": {"mean": "20 days"}}, channel={"since_last": "400 days"}))
    for run in range(20):
        young.begin(run=run)
        old.begin(run=run)
        assert next_gap(young.x, 0) == pytest.approx(next_gap(old.x, 0), rel=1e-3)


def test_a_fixed_gap_under_way_ends_on_its_day_and_one_that_is_over_is_impossible():
    begun = ByHand(chance(0.5, gap="20 days", channel={"since_last": "15 days"}))
    assert next_gap(begun.x, 0) == 5
    d = int(begun.compiled.tables["channel_is"]["gap"][0])
    assert residual(begun.x, d, 1.0, 20.0, 0) < 0
    assert residual(begun.x, d, 1.0, 19.5, 0) == 0.5


def test_a_value_beyond_its_fields_range_is_clipped_and_counted_when_drawn():
    mapping = chance(1.0)
    mapping["shocks"] = {
        "s": {
            "title": "S",
            "marks": [
                {
                    "kind": "harden",
                    "side": "us",
                    "issues": ["a"],
                    "step": {"lognormal": {"median": 0.9, "q90": 50}},
                    "half_life": "1 day",
                }
            ],
            "source": "arithmetic: a test",
        }
    }
    from negsim.simulation.rules.environment import SHOCK

    begun = ByHand(mapping)
    for _ in range(40):
        begun.let(1.0, SHOCK, 0, -2)
    drawn_ = begun.told(3)["x"]
    assert drawn_.max() == 2.0
    assert begun.record.run["clipped"] == (drawn_ == 2.0).sum() > 0


@pytest.mark.parametrize(
    ("family", "shapes", "law"),
    [
        (q.UNIFORM, None, stats.uniform()),
        (q.LOGNORMAL, None, stats.norm()),
        (q.EXPONENTIAL, None, stats.expon()),
        *[(q.GAMMA, (a, 0.0), stats.gamma(a, scale=1 / a)) for a in (0.05, 1.0, 17.3, 400.0)],
        *[(q.PERT, (m, 0.0), stats.beta(1 + 4 * m, 5 - 4 * m)) for m in (0.0, 0.5, 0.77)],
        (q.TRIANGULAR, (0.3, 0.0), stats.triang(0.3)),
        *[(q.BETA, (a, b), stats.beta(a, b)) for a, b in ((2, 3), (0.5, 7), (3.37, 20.8), (300.0, 2.0))],
    ],
)
def test_tables_hold_the_quantiles_of_scipy_stats_bit_for_bit(family, shapes, law):
    """They come from scipy.special, because scipy.stats takes long to import."""
    values, _, _ = standard_tables(family, shapes)
    w = tail_nodes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        lower, upper = law.ppf(w), law.isf(w)
    expected = np.concatenate([np.fmin.accumulate(lower), np.fmax.accumulate(upper)])
    assert values.tobytes() == expected.tobytes()


def test_a_full_cache_of_tables_drops_the_oldest_and_keeps_its_size(tmp_path, monkeypatch):
    from negsim.simulation.rules import quantile_tables as tables

    monkeypatch.setattr(tables, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(tables, "MOST_KEPT", 2)
    made = []
    for age, shape in enumerate((1.5, 2.5, 3.5)):
        values = tables._kept_nodes(q.GAMMA, shape)
        assert (tables._kept_nodes(q.GAMMA, shape) == values).all()
        made.append(next(path for path in tmp_path.iterdir() if float(shape).hex() in path.name))
        os.utime(made[-1], (age, age))
    assert sorted(tmp_path.iterdir()) == sorted(made[1:])
