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
    from negsim.agenda import Agenda, load_agenda
    from negsim.comparison import Comparison, compare
    from negsim.discovery import Discovery, discover
    from negsim.errors import InputError, NegsimError
    from negsim.explaining import explain
    from negsim.explanation import Explanation
    from negsim.explorer import explore
    from negsim.facts import Issue
    from negsim.projection import Projection
    from negsim.reporting import report
    from negsim.runs import run
    from negsim.scenario import Scenario, load
    from negsim.sensitivities import Sensitivity, sensitivity
    from negsim.status import Reason, Status
    from negsim.story import Story
    from negsim.sweeps import Sweep, sweep

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
