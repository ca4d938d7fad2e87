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
    from negsim.agenda.agenda import Agenda, load_agenda
    from negsim.agenda.records import Issue
    from negsim.agenda.status import Reason, Status
    from negsim.errors import InputError, NegsimError
    from negsim.experiments.comparison import Comparison, compare
    from negsim.experiments.discovery import Discovery, discover
    from negsim.experiments.explaining import explain
    from negsim.experiments.explanation import Explanation
    from negsim.experiments.sensitivities import Sensitivity, sensitivity
    from negsim.experiments.sweeps import Sweep, sweep
    from negsim.explorer import explore
    from negsim.projection.narrative import Story
    from negsim.projection.projection import Projection
    from negsim.projection.running import run
    from negsim.reporting import report
    from negsim.scenario.scenario import Scenario, load

__version__ = "0.1.0"

_HOMES = {
    "Agenda": "agenda",
    "Comparison": "comparison",
    "Discovery": "discovery",
    "Explanation": "explanation",
    "InputError": "errors",
    "Issue": "facts",
    "NegsimError": "errors",
    "Projection": "projection",
    "Reason": "status",
    "Scenario": "scenario",
    "Sensitivity": "sensitivities",
    "Status": "status",
    "Story": "story",
    "Sweep": "sweeps",
    "compare": "comparison",
    "discover": "discovery",
    "explain": "explaining",
    "explore": "explorer",
    "load": "scenario",
    "load_agenda": "agenda",
    "report": "reporting",
    "run": "runs",
    "sensitivity": "sensitivities",
    "sweep": "sweeps",
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
    "Story",
    "Sweep",
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
