"""Rows of bargains: their members and options, the tactics of both sides, and the first offers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from negsim.agenda import Status
from negsim.errors import NegsimError
from negsim.simulation.rules import concession
from negsim.simulation.rules.draws import stream
from negsim.simulation.rules.state import TABLES

if TYPE_CHECKING:
    from negsim.scenario import Scenario
    from negsim.simulation.rows import Rows

#: Most combinations of options of a bargain: alone, and with divisible members.
MOST_COMBINATIONS, MOST_MIXED = 4096, 400


class Names(Protocol):
    """The scenario, its rows, the index of each name, and the number of frontier pieces of each bargain."""

    s: Scenario
    w: Rows
    sides: tuple[str, ...]
    issues: dict[str, int]
    combinations: list[int]


def bargains(names: Names) -> None:
    """Rows of the bargain of each issue, then of each package.

    Raises:
        NegsimError: a bargain has too many combinations of options.
    """
    for name, a in names.s.issues.items():
        _bargain(names, f"issues.{name}", name, a, [name], None)
    for name, package in names.s.packages.items():
        _bargain(names, f"packages.{name}", name, package, list(package.issues), package.weights)


def _bargain(names: Names, path: str, name: str, a: Any, members: list[str], weights: Any) -> None:
    member = len(names.w.tables["member_is"])
    uncertain, combinations, divisible = False, 1, 0
    for j in members:
        options = names.s.issues[j].options
        option = len(names.w.cells["option_of"])
        for o in options:
            row = names.w.numbers("option_of", "")
            for k, side in enumerate(names.sides):
                where = f"issues.{j}.outcome.{o.id}.{side}"
                uncertain |= names.w.number("option_of", row, k, o.utilities[side], where)
        combinations *= max(len(options), 1)
        divisible += not options
        names.w.add("member_is", issue=names.issues[j], option=option, option_end=option + len(options))
        row = names.w.numbers("member_of", "")
        for k, side in enumerate(names.sides):
            weight = weights[side][j] if weights is not None else 1.0
            uncertain |= names.w.number("member_of", row, k, weight, f"{path}.weights.{side}.{j}")
    if combinations > MOST_COMBINATIONS or (divisible and combinations * (divisible + 1) > MOST_MIXED):
        raise NegsimError(
            f'the bargain "{name}" has {combinations} combinations of options'
            + (f" beside {divisible} divisible issues" if divisible else "")
            + f"; at most {MOST_MIXED // (divisible + 1) if divisible else MOST_COMBINATIONS} can be compiled"
        )
    pieces = combinations * max(divisible, 1)
    names.combinations.append(pieces if combinations == 1 or not divisible else 8 * pieces + 16)
    chance = a.settle.chance if a.settle != "concession" else None
    line = len(members) == 1 and pieces == divisible == 1
    by_gap = any(channel.order == "closest" for channel in names.s.channels.values())  # it needs the exact gap
    names.w.add(
        "bargain_is",
        kind=concession.CHANCE if chance is not None else concession.CONCEDE,
        member=member,
        member_end=member + len(members),
        starter=names.sides.index(a.first) if a.first in names.sides else -1,
        rounds=(a.start.rounds or 0) if weights is None else 0,
        first_stream=stream(f"first/{name}"),
        settle_stream=stream(f"settle/{name}"),
        uncertain=uncertain,
        line=line,
        plain=line and chance is None and not by_gap and all(map(_plain, a.tactics.values())),
    )
    stated = a.reservation if weights is not None and a.reservation else {}
    row = names.w.numbers("bargain_of", path, chance=chance if chance is not None else 0.0)
    column = (TABLES["bargain_of"].names or ()).index("priority")
    names.w.number("bargain_of", row, column, names.s.issues[members[0]].priority, f"issues.{members[0]}.priority")
    for k, side in enumerate(names.sides):
        names.w.number("bargain_of", row, 2 + k, stated.get(side), f"{path}.reservation.{side}")
        _tactic(names, f"{path}.tactics.{side}", a.tactics[side], k, members, weights is None)


def _tactic(names: Names, path: str, tactic: Any, k: int, members: list[str], single: bool) -> None:
    rounds = tactic.clock == "rounds"
    until, times, patience = 0, 1.0, tactic.patience
    day = 0.0
    if patience is not None and hasattr(patience, "until"):
        until, times = 1, patience.times
        ends = names.s.deadline.date if patience.until == "deadline" and names.s.deadline else patience.until
        day = float((ends - names.s.as_of).days)
        patience = 1.0
    start_ = names.s.issues[members[0] if single else _oldest(names.s, members)].start
    clock = start_.clock[names.sides[k]] if start_.clock else 0.0
    offers = start_.offers[names.sides[1 - k]] if single and start_.offers else ()
    first = len(names.w.cells["offer_of"])
    for n, u in enumerate(offers):
        row = names.w.numbers("offer_of", "")
        names.w.number("offer_of", row, 0, u, f"issues.{members[0]}.start.offers.{names.sides[1 - k]}.{n}")
    names.w.add(
        "tactic_is",
        kind=["time", "reciprocal", "mixed", "fixed"].index(tactic.kind),
        curve=["polynomial", "exponential"].index(tactic.curve or "polynomial"),
        clock=concession.ROUNDS if rounds else concession.CALENDAR,
        window=tactic.window or 1,
        until=until,
        offer=first,
        offer_end=len(names.w.cells["offer_of"]),
    )
    names.w.numbers(
        "tactic_of",
        path,
        beta=1.0 if tactic.beta is None else tactic.beta,
        kappa=0.0 if tactic.kappa is None else tactic.kappa,
        patience=1.0 if patience is None else patience,
        aspiration=1.0 if tactic.aspiration is None else tactic.aspiration,
        reciprocity=0.0 if tactic.reciprocity is None else tactic.reciprocity,
        weight=0.0 if tactic.weight is None else tactic.weight,
        clock=clock,
        until=day,
        times=times,
    )


def _plain(tactic: Any) -> bool:
    """Whether a tactic is a polynomial of time alone."""
    return tactic.kind == "time" and tactic.curve in (None, "polynomial")


def _oldest(s: Scenario, members: list[str]) -> str:
    """The member whose clock a package starts with: the one that opened first, ties by the package's own order."""
    asleep = {name for name in members if s.issues[name].start.status == Status.DORMANT.label}
    return min(members, key=lambda name: math.inf if name in asleep else opened(s, name))


def opened(s: Scenario, name: str) -> float:
    """Days from ``as_of`` back to the first opening, for the agenda order ``oldest`` alone.

    0 where none is recorded.
    """
    for change in s.agenda.issues[name].history:
        if change.status != Status.DORMANT and change.date.earliest <= s.as_of:
            return float((change.date.earliest - s.as_of).days)
    return 0.0
