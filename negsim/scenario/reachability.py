"""Warnings about issues that can never be settled or resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from negsim.agenda import PROGRESS, Status
from negsim.errors import Problem
from negsim.scenario.draft import Draft
from negsim.scenario.issue_models import Chance, IssueSetup, Package
from negsim.scenario.layering import STATUSES
from negsim.scenario.zones import zone_possible


def reachability_warnings(parts: Draft) -> Iterator[Problem]:
    """Warnings: no zone of possible agreement, no channel, prerequisites and openings out of reach."""
    never: dict[str, str] = {}
    home = {member: name for name, package in parts.packages.items() for member in package.issues}
    for name in parts.issues:
        if parts.issues[name].start.status in ("agreed", "blocked", "implementing"):
            continue
        members = list(parts.packages[home[name]].issues) if name in home else [name]
        path = ("packages", home[name]) if name in home else ("issues", name)
        what = path[1]
        if not any(set(members) <= set(talks.issues) for talks in parts.channels.values()):
            never[name] = "no channel takes it"
            yield parts.problem(f"no channel takes {what}", *path, on_key=True, warning=True)
        elif not _settles(parts, members, home.get(name)):
            never[name] = "it has no zone of possible agreement"
            message = f"{what} has no zone of possible agreement with these reservation values"
            yield parts.problem(message, *path, "reservation", warning=True)
    yield from _waiting_in_vain(parts, never)


def _settles(parts: Draft, members: Sequence[str], package: str | None) -> bool:
    issues = [parts.issues[member] for member in members]
    bargain: IssueSetup | Package = parts.packages[package] if package is not None else issues[0]
    if isinstance(bargain.settle, Chance):
        return True
    sides, held = set(parts.sides), parts.packages[package] if package is not None else None
    per_side = [issue.reservation for issue in issues]
    per_side += [option.utilities for issue in issues for option in issue.options]
    if not all(set(values) == sides for values in per_side):
        return True
    if held is not None and any(set(held.weights.get(side, ())) != set(members) for side in sides):
        return True
    return zone_possible(issues, members, parts.sides, held, parts.named())


def _waiting_in_vain(parts: Draft, never: dict[str, str]) -> Iterator[Problem]:
    """Warnings for issues that wait for one that can never be settled."""
    spreading = True
    while spreading:
        spreading = False
        for name, issue in parts.issues.items():
            if name in never:
                continue
            when = issue.opens.when if issue.opens is not None and issue.opens.on is None else None
            lost = [other for other in issue.implementation.requires if other in never]
            if lost:
                never[name], spreading = f"it waits for {lost[0]}", True
                message = f"{name} requires {lost[0]}, which cannot be resolved: {never[lost[0]]}"
                yield parts.problem(message, "issues", name, "implementation", "requires", warning=True)
            elif when is not None and STATUSES[when.reaches] is Status.LAPSED:
                never[name], spreading = "it never opens", True
                message = f"{name} never opens: {when.issue} lapses only when the talks end, and {name} lapses with it"
                yield parts.problem(message, "issues", name, "opens", "when", "reaches", warning=True)
            elif when is not None and when.issue in never and STATUSES[when.reaches] in PROGRESS[3:]:
                never[name], spreading = f"it opens only after {when.issue}", True
                message = f"{name} opens when {when.issue} is {when.reaches}, which cannot happen: {never[when.issue]}"
                yield parts.problem(message, "issues", name, "opens", "when", warning=True)
