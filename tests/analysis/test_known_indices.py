"""Indices, intervals and boxes of small fixed data; other tests check coverage, these hold every figure.

``python -m tests.analysis.test_known_indices`` writes the texts in ``tests/analysis/known`` again; check the changes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from negsim.analysis import sensitivity_indices as indices
from negsim.analysis.case_outcomes import CaseOutcomes
from negsim.analysis.grid_indices import grid
from negsim.analysis.prim import inside, measured, prim
from negsim.analysis.tree import cart
from negsim.analysis.variance_split import split
from negsim.errors import NegsimError
from tests.analysis.made import KNOWN, plain, table

WEIGHTS = np.array([10, 20, 30, 40])


def wave(*size: int) -> np.ndarray:
    """Fixed numbers between -1 and 1 without a pattern."""
    return np.sin(1.7 * np.arange(np.prod(size)) ** 1.5).reshape(size)


def noisy(y: np.ndarray, size: float = 0.2) -> np.ndarray:
    return y + size * wave(4, len(y))


def saltelli(rows: int) -> np.ndarray:
    """Outcomes ``2 a + b + a c`` of a design with three factors."""
    a, b = (wave(2, rows, 3) + 1) / 2
    mixed = [np.where(np.arange(3) == i, b, a) for i in range(3)]
    x = np.stack([a, *mixed, b], axis=1).reshape(-1, 3)
    return 2 * x[:, 0] + x[:, 1] + x[:, 0] * x[:, 2]


def sobol(rows: int, *noise: np.ndarray) -> str:
    return table(indices.sobol(["a", "b", "c"], saltelli(rows), *noise))


def morris_design() -> tuple[np.ndarray, np.ndarray]:
    """Six trajectories over three factors, up and down, with outcomes ``a^2 - b + c (a - 0.5)``."""
    x = []
    for k in range(6):
        point = np.where([k % 2, k // 2 % 2, k // 3 % 2], 2 / 3, [0, 1 / 3, 0])
        x.append(point.copy())
        for i in np.roll(range(3), k):
            point[i] += 2 / 3 if point[i] < 0.5 else -2 / 3
            x.append(point.copy())
    x = np.array(x)
    return x, x[:, 0] ** 2 - x[:, 1] + x[:, 2] * (x[:, 0] - 0.5)


def given(levels: int | None, *noise: np.ndarray) -> str:
    x = (wave(3, 90) + 1) / 2
    x = np.floor(x * levels) if levels else x
    y = x[0] + 0.3 * x[1] ** 2
    return table(indices.given(["a", "b", "c"], x.T, y, 3, *(() if not noise else (noisy(y), WEIGHTS))))


def effects(*noise: np.ndarray) -> str:
    x = pd.DataFrame({"a": wave(30), "k": np.array(["p", "q", "r"])[np.arange(30) % 3], "n": np.arange(30) // 10})
    y = 3 * x["n"].to_numpy() - x["a"].to_numpy() + (np.arange(30) % 3 == 1)
    return table(indices.effects(x, y, *(() if not noise else (noisy(y), WEIGHTS))))


def grids(batches: int) -> str:
    cells = np.arange(2)[:, None, None] + np.arange(3)[:, None] ** 2 * 0.4 + np.arange(2) * np.arange(2)[:, None, None]
    y = np.broadcast_to(cells, (2, 3, 2)).ravel() + 0.3 * wave(batches, 12)
    found = grid(["a", "b", "c"], [2, 3, 2], y, np.arange(batches) * 10 + 10)
    return table(found.factors) + table(found.interactions)


def splits(y: np.ndarray) -> str:
    return plain(vars(split(y)))


def zeros(draws: int, twice: int) -> np.ndarray:
    """Zeros and ones of three runs: ``twice`` draws have two ones, one draw has one."""
    y = np.zeros((draws, 3))
    y[:twice, :2] = y[twice, 0] = 1
    return y


def boxes(found) -> str:
    rows = [vars(box) | {"limits": {n: sorted(v) if isinstance(v, frozenset) else v for n, v in box.limits.items()}}
            for box in found]  # fmt: skip
    return plain(rows)


def cases() -> tuple[pd.DataFrame, np.ndarray]:
    """Of 120 cases those with a large ``a`` and a word p or q are of interest, and some with a small ``b``."""
    x = pd.DataFrame({"a": np.arange(120) * 7 % 120, "b": np.floor(4 * wave(120)), "c": wave(240)[120:]})
    x["k"] = np.array(["p", "q", "r", "r"])[np.arange(120) % 4]
    return x, ((x["a"] >= 50) & (x["k"] != "r") | (x["b"] <= -4) & (x["c"] > 0.4)).to_numpy()


def between() -> tuple[pd.DataFrame, np.ndarray]:
    """Of 400 cases those with ``a`` from 100 to 300, ``b`` above 0, and any word but r are of interest."""
    x = pd.DataFrame({"a": np.arange(400), "b": wave(400), "k": np.array(["p", "q", "r"])[np.arange(400) % 3]})
    return x, (x["a"].between(100, 300) & (x["b"] > 0) & (x["k"] != "r")).to_numpy()


CASES: dict[str, Callable[[], str]] = {
    "sobol": lambda: sobol(64),
    "sobol_noise": lambda: sobol(70, noisy(saltelli(70)), WEIGHTS),
    "sobol_few": lambda: sobol(63),
    "morris": lambda: table(indices.morris(["a", "b", "c"], *morris_design())),
    "morris_noise": lambda: table(
        indices.morris(["a", "b", "c"], *morris_design(), noisy(morris_design()[1], 0.3), WEIGHTS)
    ),
    "given": lambda: given(None),
    "given_noise": lambda: given(None, WEIGHTS),
    "given_levels": lambda: given(20),
    "given_levels_noise": lambda: given(4, WEIGHTS),
    "effects": effects,
    "effects_noise": lambda: effects(WEIGHTS),
    "grid": lambda: grids(5),
    "grid_three": lambda: grids(3),
    "grid_two": lambda: grids(2),
    "split": lambda: splits(wave(12, 4) + np.arange(12)[:, None] / 4),
    "split_three": lambda: splits(np.array([[1.0, 3.0], [5.0, 8.0], [2.0, 3.0]])),
    "split_two": lambda: splits(np.array([[1.0, 3.0], [5.0, 7.0]])),
    "split_sure": lambda: splits(np.array([[1.0, 1.0], [5.0, 5.0], [2.0, 2.0]])),
    "split_ones": lambda: splits(zeros(30, 10)),
    "split_rare": lambda: splits(zeros(30, 9)),
    "split_rare_of_few": lambda: splits(zeros(6, 3)),
    "split_common": lambda: splits(1 - zeros(30, 10)),
    "prim": lambda: boxes(prim(*cases())),
    "prim_three": lambda: boxes(prim(*cases(), density=0.95, least=0.02, boxes=3)),
    "prim_dense": lambda: boxes(prim(*cases(), density=1.0, least=0.3)),
    "prim_between": lambda: boxes(prim(*between(), density=0.95)),
    "prim_plain": lambda: boxes(prim(between()[0][["b", "a"]], between()[0]["a"].between(150, 250).to_numpy(), 0.9)),
    "cart": lambda: boxes(cart(*cases())),
    "cart_large": lambda: boxes(cart(*cases(), least=0.2, density=0.0)),
}


@pytest.mark.parametrize("name", CASES)
def test_figures_of_small_data(name):
    assert CASES[name]() == (KNOWN / f"{name}.txt").read_text(encoding="utf-8")


def test_noise_of_cases():
    """Three batches of one case with weights 1, 1, 2: the mean is 2.5, the noise of its square 1.25 / 2 / 2."""
    cells = CaseOutcomes.of(np.zeros(1), np.array([[1.0], [3.0], [3.0]]), np.array([1, 1, 2]))
    assert cells.y.tolist() == [2.5]
    assert cells.less_noise(lambda v: v**2).tolist() == [2.5**2 - (2.25 + 0.25 + 2 * 0.25) / (4 * 2)]
    alone = CaseOutcomes.of(np.ones(1), np.array([[1.0]]), np.array([1]))
    assert (alone.y.tolist(), len(alone.weights), alone.spread(lambda rest: rest.y)) == ([1.0], 0, 0.0)
    two = CaseOutcomes.of(np.zeros(1), np.array([[1.0], [3.0]]), np.array([1, 1]))
    assert (two.y.tolist(), two.less_noise(lambda v: v**2).tolist()) == ([2.0], [4 - 2 / 2])
    assert two.spread(lambda rest: rest.y) == 0.0
    # Without a batch in turn the means are 3, 7 / 3 and 2; jackknife: 2 / 3 of their sum of squares.
    values = np.array([3, 7 / 3, 2])
    assert cells.spread(lambda rest: rest.y) == pytest.approx(2 / 3 * ((values - values.mean()) ** 2).sum())


def test_ends_of_a_box_belong_to_it():
    x = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "k": list("pqrp")})
    assert inside({"a": (2.0, 3.0)}, x).tolist() == [False, True, True, False]
    assert inside({"a": (None, 3.0), "k": frozenset("p")}, x).tolist() == [True, False, False, False]


def test_a_box_without_cases_or_without_interest():
    x = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    nothing = measured({}, x, np.zeros(3, bool))
    assert np.isnan(nothing.coverage)
    assert (nothing.coverage_range, nothing.density, nothing.mass, nothing.cases) == ((0.0, 1.0), 0.0, 1.0, 3)
    empty = measured({"a": (5.0, None)}, x, np.ones(3, bool))
    assert np.isnan(empty.density)
    assert (empty.density_range, empty.coverage, empty.mass, empty.cases) == ((0.0, 1.0), 0.0, 0.0, 0)


def test_boxes_of_few_cases():
    """A step removes at least one value and all its ties; without a better box there is none."""
    x = pd.DataFrame({"a": [1, 1, 2, 2, 3, 3], "k": list("pppqqq")})
    (box,) = prim(x[["a"]], np.array([0, 0, 0, 0, 1, 1]), density=1.0, least=0.3)
    assert (box.limits, box.cases, box.density) == ({"a": (2.5, None)}, 2, 1.0)
    (low,) = prim(x[["a"]], np.array([1, 1, 0, 0, 0, 0]), density=1.0, least=0.3)
    assert low.limits == {"a": (None, 1.5)}
    (words,) = prim(x[["k"]], np.array([1, 1, 1, 0, 0, 0]), density=1.0, least=0.5)
    assert words.limits == {"k": frozenset("p")}
    assert prim(x[["a"]], np.array([0, 1, 0, 1, 0, 1]), density=0.4) == []
    assert prim(x[["a"]] * 0, np.array([0, 1, 0, 1, 0, 1])) == []
    (whole,) = prim(x[["k"]], np.array([1, 1, 1, 0, 0, 0]), density=1.0, least=0.5, boxes=2)
    assert whole.coverage == 1


@pytest.mark.parametrize(("y", "word"), [([True] * 3, "all"), ([False] * 3, "none")])
def test_without_a_contrast_there_is_no_box(y, word):
    with pytest.raises(NegsimError, match=f"{word} of the 3 cases are of interest"):
        prim(pd.DataFrame({"a": [1, 2, 3]}), np.array(y))


def test_a_problem_of_salib():
    assert indices.problem("ab") == {"num_vars": 2, "names": ["a", "b"], "bounds": [[0.0, 1.0], [0.0, 1.0]]}


def test_refused_data():
    with pytest.raises(NegsimError, match="60 cases or more"):
        indices.given(["a"], wave(59, 1), wave(59))
    assert len(indices.given(["a"], wave(60, 1), wave(60))) == 1
    with pytest.raises(NegsimError, match="the same in all cases"):
        indices.sobol(["a"], np.ones(6))
    with pytest.raises(NegsimError, match="two runs each"):
        split(np.ones((5, 1)))
    with pytest.raises(NegsimError, match="two runs each"):
        split(np.ones((1, 5)))
    names = [f"x{k}" for k in range(11)]
    with pytest.raises(NegsimError, match="10 factors at most"):
        grid(names, [1] * 11, np.ones((3, 1)), np.ones(3))
    with pytest.raises(NegsimError, match="no more than their Monte Carlo noise"):
        grid(names[:10], [1] * 10, np.ones((3, 1)), np.ones(3))
    with pytest.raises(NegsimError, match="of one run an experiment"):
        grid(["a"], [2], np.ones((1, 2)), np.ones(1))
    assert np.isnan(split(np.ones((5, 5))).share)


if __name__ == "__main__":
    KNOWN.mkdir(exist_ok=True)
    for name, made in CASES.items():
        (KNOWN / f"{name}.txt").write_text(made(), encoding="utf-8")
