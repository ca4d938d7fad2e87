"""Keyed draws for code outside the engines: they depend on the seed, the run and a name, and on nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from negsim.simulation.rules.draws import as_signed, stream, uniform_at
from negsim.simulation.rules.jit import entry, real


def uniforms(seed: int, run: int, what: str, number: int) -> npt.NDArray[np.float64]:
    """The first ``number`` uniforms in (0, 1) of ``what`` in ``run``, by the generator of the engines (Philox).

    >>> uniforms(1, 7, "patience", 3)[:2].tolist() == uniforms(1, 7, "patience", 2).tolist()
    True
    >>> bool(uniforms(1, 7, "patience", 1) == uniforms(1, 8, "patience", 1))
    False
    """
    found = np.empty(number)
    _fill(as_signed(seed), run, stream(what), number, found.ctypes.data)
    return found


@entry("int, int, int, int, int -> None")
def _fill(seed, run, stream, number, found):
    for n in range(number):
        real(found, n).value = uniform_at(seed, 0, run, stream, n, 0)
