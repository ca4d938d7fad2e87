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
    from negsim.agenda import Agenda, Issue, load_agenda
    from negsim.comparison import Comparison, compare
    from negsim.errors import InputError, NegsimError
    from negsim.explaining import explain
    from negsim.explanation import Explanation
    from negsim.explorer import explore
    from negsim.projection import Projection
    from negsim.reporting import report
    from negsim.runs import run
    from negsim.scenario import Scenario, load
    from negsim.status import Reason, Status
    from negsim.story import Story

__version__ = "0.1.0"

_HOMES = {
    "Agenda": "agenda",
    "Comparison": "comparison",
    "Explanation": "explanation",
    "InputError": "errors",
    "Issue": "agenda",
    "NegsimError": "errors",
    "Projection": "projection",
    "Reason": "status",
    "Scenario": "scenario",
    "Status": "status",
    "Story": "story",
    "compare": "comparison",
    "explain": "explaining",
    "explore": "explorer",
    "load": "scenario",
    "load_agenda": "agenda",
    "report": "reporting",
    "run": "runs",
}

__all__ = [
    "Agenda",
    "Comparison",
    "Explanation",
    "InputError",
    "Issue",
    "NegsimError",
    "Projection",
    "Reason",
    "Scenario",
    "Status",
    "Story",
    "__version__",
    "compare",
    "explain",
    "explore",
    "load",
    "load_agenda",
    "report",
    "run",
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
