"""Simulate talks over an agenda of issues: when is each one resolved, how surely, and on whose terms?

Three steps: load a scenario, run it, read the projection.

>>> import negsim as ns
>>> p = ns.run("baseline", runs=200)
>>> p["banking"].p50, len(p)
('2026-07-03', 200)

``__all__`` lists the public names. Each is imported when it is first used, so ``import negsim`` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from negsim import history
    from negsim.agenda import Agenda, Issue, Reason, Status, load_agenda
    from negsim.calibration import Calibration, calibrate
    from negsim.errors import ArgumentTypeError, InputError, NegsimError
    from negsim.evaluation import Evaluation, backtest
    from negsim.exchange import export
    from negsim.experiments import (
        Comparison,
        Discovery,
        Elicitation,
        Elicitations,
        Explanation,
        Sensitivity,
        Sweep,
        compare,
        discover,
        elicit,
        explain,
        load,
        sensitivity,
        sweep,
    )
    from negsim.explorer import explore
    from negsim.monitoring import Timeline, Update, timeline, update
    from negsim.projection import Projection, Trace, run, table, trace
    from negsim.reporting import report
    from negsim.scenario import Scenario, check

_HOMES = {
    "__version__": "simulation",
    "Agenda": "agenda",
    "ArgumentTypeError": "errors",
    "Comparison": "experiments",
    "Calibration": "calibration",
    "Discovery": "experiments",
    "Elicitation": "experiments",
    "Elicitations": "experiments",
    "Evaluation": "evaluation",
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
    "backtest": "evaluation",
    "calibrate": "calibration",
    "check": "scenario",
    "compare": "experiments",
    "discover": "experiments",
    "elicit": "experiments",
    "explain": "experiments",
    "export": "exchange",
    "explore": "explorer",
    "load": "experiments",
    "load_agenda": "agenda",
    "report": "reporting",
    "run": "projection",
    "sensitivity": "experiments",
    "sweep": "experiments",
    "Timeline": "monitoring",
    "Update": "monitoring",
    "timeline": "monitoring",
    "table": "projection",
    "trace": "projection",
    "update": "monitoring",
}

__all__ = [
    "Agenda",
    "ArgumentTypeError",
    "Calibration",
    "Comparison",
    "Discovery",
    "Elicitation",
    "Elicitations",
    "Evaluation",
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
    "Timeline",
    "Trace",
    "Update",
    "__version__",
    "backtest",
    "calibrate",
    "check",
    "compare",
    "discover",
    "elicit",
    "explain",
    "explore",
    "export",
    "history",
    "load",
    "load_agenda",
    "report",
    "run",
    "sensitivity",
    "sweep",
    "table",
    "timeline",
    "trace",
    "update",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562)."""
    if name == "history":  # the room itself: its public functions are what the command's subcommands do
        return import_module(f"{__name__}.history")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_hint(name)}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def _hint(name: str) -> str:
    """What was probably meant by a name that is not public."""
    if name.startswith("_"):
        return ""
    from negsim.errors import did_you_mean
    from negsim.plots import KINDS
    from negsim.projection import Projection

    if name in KINDS:
        return f"; a projection draws it: negsim.run(...).plot.{name}()"
    if hasattr(Projection, name):
        return f"; a projection has it: negsim.run(...).{name}"
    meant = did_you_mean(name, __all__)
    return f"; did you mean {meant}?" if meant else ""


def __dir__() -> list[str]:
    return sorted(__all__)
