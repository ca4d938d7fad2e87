"""Write the golden results: for each built-in scenario a digest of its outcomes, and means to compare elsewhere.

``python -m benchmarks.golden`` rewrites ``tests/golden/results.json``; do so only if a change says which results
change and why.
"""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import numba
import numpy as np

import negsim as ns
from negsim.files import builtin_scenarios

FILE = Path(__file__).parents[1] / "tests" / "golden" / "results.json"
RUNS, SEED = 50, 1


def environment() -> dict[str, str]:
    """What the last bits may depend on."""
    return {"machine": platform.machine(), "system": platform.system(), "numba": numba.__version__}


def golden(name: str) -> dict[str, Any]:
    """The digest of the outcomes of a scenario, and for each issue its share of resolved runs and its mean day."""
    projection = ns.run(name, RUNS, SEED, engine="batch")
    outcomes = projection.outcomes
    days = np.where(np.isnan(outcomes["resolved"]), projection.scenario.horizon_days, outcomes["resolved"])
    return {
        "hash": projection.hash,
        "sha256": hashlib.sha256(outcomes.tobytes() + projection.run_table.tobytes()).hexdigest(),
        "resolved": (~np.isnan(outcomes["resolved"])).mean(axis=0).tolist(),
        "days": days.mean(axis=0).tolist(),
    }


def main() -> None:
    """Write the file."""
    found = {"environment": environment(), "results": {name: golden(name) for name in builtin_scenarios()}}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
