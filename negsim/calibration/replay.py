"""Past negotiations simulated under the assumptions of a scenario, and the time until their issues are closed.

Issues, days of opening and the length of the record come from the record. Tactics, reservation values, climate, shocks
and gaps come from the template. The rest is set so that it has no effect: a session has time for all issues, an agreed
issue is closed, and nothing collapses. Left out is what belongs to the template's own negotiation: single issues (also
marks on them), packages, deadline, dated and pending shocks, single undertaking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.agenda import NO_POSITION
from negsim.history import Issue, Talks
from negsim.quantities import DAYS_PER_YEAR
from negsim.scenario import from_mapping
from negsim.simulation import Compiled, compile, stream
from negsim.simulation.engines import batch

Floats = npt.NDArray[np.float64]

#: Years from the opening after which closed issues are counted; a last figure is at the end of the record.
YEARS = (1, 2, 3)
_SOURCE = "history: issues.csv, talks on record played again"


@dataclass(frozen=True, eq=False)
class Replay:
    """A past negotiation, ready to simulate; ``issues`` are those that were not closed at once.

    ``counted`` has a row for each of `YEARS` and one for the end of the record, and a column for each issue: the days
    from its opening within which a closing counts. It is NaN if the record is shorter.
    """

    talks: Talks
    issues: tuple[Issue, ...]
    compiled: Compiled
    opened: Floats
    counted: Floats
    key: int

    def shares(self, days: Floats) -> Floats:
        """The shares of issues closed in time, by days from opening to closing; NaN if no issue counts.

        One figure each for `YEARS` and for the end of the record.
        """
        followed = ~np.isnan(self.counted)
        number = followed.sum(1)
        return np.asarray(np.where(number > 0, (days <= self.counted).sum(1) / np.maximum(number, 1), np.nan))

    def observed(self) -> Floats:
        """The shares on record."""
        days = [(i.closed - i.opened).days if i.closed and i.opened else np.inf for i in self.issues]
        return self.shares(np.array(days, float))

    def played(self, assumed: Mapping[str, float], run: int) -> Floats:
        """The shares in one run with some assumptions fixed; the number of the run keys its draws."""
        return self.shares(self.days(assumed, run))

    def days(self, assumed: Mapping[str, float], run: int) -> Floats:
        """Days from opening to agreement of each issue in one run, infinite where there is none."""
        issues, _ = batch.run(self.compiled.assuming(assumed), self.key, run, 1)
        agreed = np.floor(issues["agreed"][0]) - self.opened
        return np.where(np.isnan(agreed), np.inf, agreed)


def replay(template: Mapping[str, Any], talks: Talks, seed: int) -> Replay | None:
    """A past negotiation as a scenario like ``template`` (plain data); None if all its issues were closed at once.

    Raises:
        InputError: the template lacks what such talks need.
    """
    issues = tuple(issue for issue in talks.sure if issue.opened and not issue.at_once)
    first = min((issue.opened for issue in issues if issue.opened), default=None)
    if first is None:
        return None
    opened = np.array([(issue.opened - first).days for issue in issues if issue.opened], float)
    longest = max(YEARS) * DAYS_PER_YEAR
    until = (talks.until - first).days
    concluded = talks.end == "concluded"
    # All closings of a concluded negotiation are known. Its end is an outcome and no day of observation.
    followed = np.full(len(issues), np.inf) if concluded else until - opened
    limits = [np.where(followed >= years * DAYS_PER_YEAR, years * DAYS_PER_YEAR, np.nan) for years in YEARS]
    limits.append(np.full(len(issues), np.nan) if concluded else followed)
    last = int(opened.max() + longest) if concluded else until
    compiled = compile(from_mapping(_scenario(template, talks, issues, last + 1), f"talks {talks.id}"))
    key = stream(f"calibrate/{seed}/{talks.id}") & (2**63 - 1)
    return Replay(talks, issues, compiled, opened, np.array(limits), key)


def _scenario(template: Mapping[str, Any], talks: Talks, issues: Sequence[Issue], days: int) -> dict[str, Any]:
    first = min(issue.opened for issue in issues if issue.opened)
    sides = list(template["tactics"])
    nobody = {side: {"text": NO_POSITION} for side in sides}
    agenda = {
        "title": talks.title,
        "sides": {side: {"title": title} for side, title in zip(sides, talks.sides, strict=True)},
        "issues": {
            f"issue_{issue.name}": {
                "title": issue.title,
                "summary": f"An issue of: {talks.title}.",
                "demands": nobody,
                "stances": nobody,
                "history": [
                    {
                        "date": str(first),
                        "status": "raised" if issue.opened == first else "dormant",
                        "what": "Talks began.",
                    }
                ],
                "resolves_when": "It is closed.",
            }
            for issue in issues
        },
    }
    defaults = {
        key: template["defaults"][key] for key in ("reservation", "tactics", "first") if key in template["defaults"]
    }
    channel = next(iter(template["channels"].values()))
    kept = {key: channel[key] for key in ("gap", "good_offices", "order") if key in channel}
    room = {"title": "Meetings", "session": f"{len(issues)} hours", "source": _SOURCE}
    return {
        "title": talks.title,
        "agenda": agenda,
        "as_of": str(first),
        "horizon": str(first + timedelta(days=days)),
        **{key: template[key] for key in ("parameters", "tactics", "climate") if key in template},
        "defaults": {**defaults, "hours": "1 hour", "source": _SOURCE},
        "issues": {
            f"issue_{issue.name}": {"opens": {"on": str(issue.opened)}} for issue in issues if issue.opened != first
        },
        "channels": {"meetings": {**kept, **room}},
        "shocks": _shocks(template.get("shocks", {})),
    }


def _shocks(shocks: Mapping[str, Any]) -> dict[str, Any]:
    """The shocks that leave a mark on these talks, and what they provoke among them."""
    found = {name: each for name, shock in shocks.items() if (each := _shock(shock))["marks"]}
    for each in found.values():
        if "provokes" in each:
            each["provokes"] = [one for one in each["provokes"] if one["shock"] in found]
    return found


def _shock(shock: Mapping[str, Any]) -> dict[str, Any]:
    marks = [
        {**mark, "channel": "meetings"} if mark["kind"] == "meeting" else mark
        for mark in shock.get("marks", ())
        if mark.get("issues", "all") == "all"
    ]
    return {**{key: value for key, value in shock.items() if key not in ("dates", "on", "pending")}, "marks": marks}
