"""Simulate talks over an agenda of issues: when is each one resolved, how surely, and on whose terms?

Three steps: load a scenario, run it, read the projection.

>>> import negsim as ns
>>> ns.Status.CONVERGING.label
'converging'

The public names are listed in ``__all__``; each is imported when it is first used, so that ``import negsim`` costs
next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from negsim.agenda import Agenda, Issue, Reason, Status, load_agenda
    from negsim.errors import InputError, NegsimError
    from negsim.experiments import (
        Comparison,
        Discovery,
        Explanation,
        Sensitivity,
        Sweep,
        compare,
        discover,
        explain,
        sensitivity,
        sweep,
    )
    from negsim.explorer import explore
    from negsim.projection import Projection, Trace, run
    from negsim.reporting import report
    from negsim.scenario import Scenario, load

_HOMES = {
    "__version__": "simulation",
    "Agenda": "agenda",
    "Comparison": "experiments",
    "Discovery": "experiments",
    "Explanation": "experiments",
    "InputError": "errors",
    "Issue": "agenda",
    "NegsimError": "errors",
    "Projection": "projection",
    "Reason": "agenda",
    "Scenario": "scenario",
    "Sensitivity": "experiments",
    "Status": "agenda",
    "Trace": "projection",
    "Sweep": "experiments",
    "compare": "experiments",
    "discover": "experiments",
    "explain": "experiments",
    "explore": "explorer",
    "load": "scenario",
    "load_agenda": "agenda",
    "report": "reporting",
    "run": "projection",
    "sensitivity": "experiments",
    "sweep": "experiments",
}

__all__ = [
    "Agenda",
    "Comparison",
    "Discovery",
    "Explanation",
    "InputError",
    "Issue",
    "NegsimError",
    "Projection",
    "Reason",
    "Scenario",
    "Sensitivity",
    "Status",
    "Sweep",
    "Trace",
    "__version__",
    "compare",
    "discover",
    "explain",
    "explore",
    "load",
    "load_agenda",
    "report",
    "run",
    "sensitivity",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
