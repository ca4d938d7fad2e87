"""Designs of experiments: combinations of values of the factors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from negsim.errors import NegsimError, check_name, one_of
from negsim.experiments.factors import Factor

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: The designs.
DESIGNS = {
    "grid": "every value of each with every value of the others",
    "latin": "Latin hypercube: samples spread evenly over each factor",
    "sobol": "Sobol sequence: samples spread evenly over the space; a power of two",
    "saltelli": "for Sobol indices: samples x (factors + 2) experiments",
    "morris": "for Morris screening: samples x (factors + 1) experiments",
}
#: Morris screening uses the range from this quantile to one minus it.
ENDS = 0.05

#: The most experiments of a design.
MOST = 1_000_000


def check_design(design: str, factors: Sequence[Factor], samples: int) -> None:
    """Check that a design exists and fits the factors and samples.

    Raises:
        NegsimError: there is no such design, or it does not fit these factors or this number of samples.
    """
    check_name(design, DESIGNS, f'there is no design "{design}"')
    drawn = [factor.path for factor in factors if not factor.values]
    if design == "grid" and drawn:
        raise NegsimError(f"a grid takes lists of values; for {one_of(drawn)} use --design latin or sobol")
    if design != "grid" and samples < 2:
        raise NegsimError(f"{design} takes 2 samples or more, but was {samples}")
    if design in ("sobol", "saltelli") and samples & (samples - 1):
        near = 1 << samples.bit_length()
        raise NegsimError(f"{design} takes a power of two, such as {near // 2} or {near}, but was {samples}")
    experiments = math.prod(len(factor.values) for factor in factors) if design == "grid" else samples
    if experiments > MOST:
        raise NegsimError(f"a sweep has at most {MOST:,} experiments, but was {experiments:,}")
    if design in ("saltelli", "morris") and len(factors) < 2:
        raise NegsimError(f"{design} takes two factors or more")


def points(design: str, factors: Sequence[Factor], samples: int, seed: int) -> npt.NDArray[np.float64]:
    """The experiments of a design as quantiles of the factors: an array (experiments, factors) of numbers from 0 to 1.

    >>> points("grid", [Factor.of("a", [1, 2]), Factor.of("b", [1, 2, 3])], 0, 1).shape
    (6, 2)
    >>> (points("latin", [Factor.of("a", [1, 2])], 4, 1) * 4).astype(int).ravel().tolist()
    [...]
    """
    import numpy as np
    from scipy.stats import qmc

    check_design(design, factors, samples)
    d = len(factors)
    if design == "grid":
        levels = [[(k + 0.5) / len(factor.values) for k in range(len(factor.values))] for factor in factors]
        return np.array(list(itertools.product(*levels)))
    if design == "latin":
        return np.asarray(qmc.LatinHypercube(d, rng=np.random.default_rng(seed)).random(samples))
    if design == "sobol":
        return np.asarray(qmc.Sobol(d, rng=np.random.default_rng(seed)).random(samples))
    from negsim.analysis import need_salib, problem

    need_salib()
    from SALib.sample import morris
    from SALib.sample import sobol as saltelli

    names = [factor.path for factor in factors]
    if design == "saltelli":
        return np.asarray(saltelli.sample(problem(names), samples, calc_second_order=False, seed=seed))
    return np.asarray(ENDS + (1 - 2 * ENDS) * morris.sample(problem(names), samples, seed=seed))
