"""Small talks for tests: a scenario in the friendly form from a few words, and its outcomes on any engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from negsim.agenda.status import Spent
from negsim.scenario import scenario as scenarios
from negsim.simulation.compiled import Compiled
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch, reference

SOURCE = "arithmetic: a test"
TACTIC = {"kind": "time", "beta": 1, "patience": "300 days", "source": SOURCE}
#: Every engine there is: ``(compiled, seed, first, runs, luck) -> (issues, runs)``.
ENGINES: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
    "reference": reference.run,
    "batch": batch.run,
}


def agenda(names: Mapping[str, str]) -> dict[str, Any]:
    """An agenda of issues by name with their status since January 2025."""
    quiet = {"us": {"text": "no public position"}, "russia": {"text": "no public position"}}
    return {
        "title": "Small talks",
        "sides": {"us": {"title": "United States"}, "russia": {"title": "Russia"}},
        "issues": {
            name: {
                "title": name.upper(),
                "summary": "An item.",
                "demands": quiet,
                "stances": quiet,
                "history": [{"date": "2025-01", "status": status, "what": "It was put on the table."}],
                "resolves_when": "It is done.",
            }
            for name, status in names.items()
        },
    }


def talks(issues: Mapping[str, Mapping[str, Any]] | str = "a", **over: Any) -> dict[str, Any]:
    """Mirror sides with linear time tactics of 300 days, reservations 0.2, a meeting every 10 days, no lag, five years.

    ``issues``: names in one string, or what differs by name. ``over``: sections of the scenario; ``tactics`` and
    ``channel`` are laid over the defaults.
    """
    given = (
        {name: {} for name in issues.split()} if isinstance(issues, str) else {k: dict(v) for k, v in issues.items()}
    )
    status = {name: "dormant" if "opens" in issue else "raised" for name, issue in given.items()}
    tactics = {side: TACTIC | over.get("tactics", {}).get(side, over.get("both", {})) for side in ("us", "russia")}
    channel = {"title": "Rounds", "gap": "10 days", "session": "100 hours", "source": SOURCE} | over.pop("channel", {})
    mapping: dict[str, Any] = {
        "title": "Small talks",
        "agenda": agenda(status),
        "as_of": "2025-04-10",
        "horizon": "5 years",
        "tactics": tactics,
        "defaults": {"hours": "1 hour", "reservation": {"us": 0.2, "russia": 0.2}, "first": "us", "source": SOURCE}
        | over.pop("defaults", {}),
        "issues": given,
        "channels": {"rounds": channel},
    }
    for key in ("tactics", "both"):
        over.pop(key, None)
    for section in ("packages", "shocks", "parameters"):
        for part in over.get(section, {}).values():
            part.setdefault("source", SOURCE)
            if section == "packages":
                part.setdefault("first", "us")
                part["tactics"] = {
                    side: {key: value for key, value in tactics[side].items()} | part.get("tactics", {}).get(side, {})
                    for side in tactics
                }
    if "climate" in over:
        over["climate"].setdefault("source", SOURCE)
    return mapping | over


def chance(p: float, names: str = "a", gap: Any = "10 days", **over: Any) -> dict[str, Any]:
    """Talks whose issues each settle with probability ``p`` at a discussion."""
    over["channel"] = {"gap": gap} | over.get("channel", {})
    over.setdefault("horizon", "80 years")
    return talks({name: {"settle": {"chance": p}} for name in names.split()}, **over)


def steady(**regimes: Mapping[str, Any]) -> dict[str, Any]:
    """A climate of these regimes that starts in the first."""
    return {"start": next(iter(regimes)), "regimes": {name: dict(regime) for name, regime in regimes.items()}}


@dataclass(frozen=True)
class Played:
    """The outcomes of some runs, by issue."""

    compiled: Compiled
    issues: np.ndarray
    runs: np.ndarray

    def __call__(self, column: str, issue: str = "a") -> np.ndarray:
        """A column of an issue over the runs."""
        return self.issues[column][:, self.compiled.issues.index(issue)]

    def spent(self, way: Spent, issue: str = "a") -> np.ndarray:
        """Days of an issue that went into ``way``, over the runs."""
        return self.issues["spent"][:, self.compiled.issues.index(issue), int(way)]


def compiled(mapping: Mapping[str, Any]) -> Compiled:
    """The compiled form of a friendly mapping."""
    return compile(scenarios.from_mapping(mapping))


def general(model: Compiled, table: str, column: str) -> Compiled:
    """A copy whose rows do not take the short way that a column of 0 and 1 allows."""
    rows = model.tables[table].copy()
    rows[column] = 0
    return replace(model, tables={**model.tables, table: rows})


def play(
    mapping: Mapping[str, Any], runs: int = 1, seed: int = 1, first: int = 0, luck: int = 0, engine: str = "reference"
) -> Played:
    """Play a friendly mapping."""
    model = compiled(mapping)
    return Played(model, *ENGINES[engine](model, seed, first, runs, luck))


def near(sample: np.ndarray, value: float, errors: float = 4.0) -> bool:
    """Whether the sample's mean is within some standard errors of ``value``.

    4 give a false alarm in 16,000 (fixed seeds).
    """
    assert len(sample) > 1
    assert not np.isnan(sample).any()
    return bool(abs(sample.mean() - value) <= errors * sample.std(ddof=1) / np.sqrt(len(sample)))
