"""The compiler: from a scenario with names to tables of numbers, the only input of engines and rules."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.agenda import Spent, Status
from negsim.errors import NegsimError
from negsim.simulation import environment_rows
from negsim.simulation.compiled import Compiled
from negsim.simulation.rows import VIEWS, Rows
from negsim.simulation.rules import concession, quantiles
from negsim.simulation.rules.draws import stream
from negsim.simulation.rules.frontier_building import build
from negsim.simulation.rules.state import OFFERS, TABLES

if TYPE_CHECKING:
    from negsim.scenario import Scenario

#: Most combinations of options of a bargain: alone, and with divisible members.
MOST_COMBINATIONS, MOST_MIXED = 4096, 400


def compile(scenario: Scenario) -> Compiled:
    """Compile a scenario into tables of numbers.

    Raises:
        NegsimError: a bargain has too many combinations of options.
    """
    return _Compiler(scenario).compiled()


class _Compiler:
    def __init__(self, scenario: Scenario) -> None:
        self.s = scenario
        self.w = Rows(scenario.parameters)
        self.sides = tuple(scenario.sides)
        self.issues = {name: i for i, name in enumerate(scenario.issues)}
        self.packages = {name: len(self.issues) + p for p, name in enumerate(scenario.packages)}
        self.channels = {name: c for c, name in enumerate(scenario.channels)}
        self.shocks = {name: s for s, name in enumerate(scenario.shocks)}
        self.members = [[name] for name in self.issues] + [list(p.issues) for p in scenario.packages.values()]
        self.regimes = list(scenario.climate.regimes)
        self.deadline = (scenario.deadline.date - scenario.as_of).days if scenario.deadline else None
        self.combinations: list[int] = []

    def compiled(self) -> Compiled:
        self._issues()
        self._bargains()
        self._places()
        self._channels()
        environment_rows.climate(self.s, self.w)
        environment_rows.shocks(self)
        return self._assemble()

    def _days(self, day: date) -> int:
        return (day - self.s.as_of).days

    def _issues(self) -> None:
        in_package = {name: self.packages[p] for p, package in self.s.packages.items() for name in package.issues}
        for name, a in self.s.issues.items():
            path, start_ = f"issues.{name}", a.start
            need = len(self.w.tables["need"])
            for other in a.implementation.requires:
                self.w.add("need", issue=self.issues[other])
            wake_issue, wake_status, wake = -1, 0, -1.0
            if a.opens is not None:
                if a.opens.on is not None:
                    wake = float(self._days(a.opens.on))
                if a.opens.when is not None:
                    wake_issue, wake_status = self.issues[a.opens.when.issue], int(Status[a.opens.when.reaches.upper()])
            terms = self._terms(name)
            left = self.w.distribution(start_.left, f"{path}.start.left") if start_.left is not None else -1
            self.w.add(
                "issue_is",
                status=int(Status[start_.status.upper()]),
                was=int(Status[start_.was.upper()]) if start_.was else 0,
                wake_issue=wake_issue,
                wake_status=wake_status,
                wake=wake,
                need=need,
                need_end=len(self.w.tables["need"]),
                package=in_package.get(name, -1),
                lag=self.w.distribution(a.implementation.lag, f"{path}.implementation.lag"),
                left=left,
                lag_stream=stream(f"lag/{name}"),
                collapse_stream=stream(f"collapse/{name}"),
                left_stream=stream(f"suspended/{name}"),
                option=terms[2],
                u_a=terms[0],
                u_b=terms[1],
                opened=self._opened(name),
            )
            self.w.numbers(
                "issue_of",
                path,
                hours=a.hours,
                passed=start_.passed if start_.passed is not None else 0.0,
                collapse=a.implementation.collapse,
                step=a.implementation.step,
            )
            for side in self.sides:
                self.w.numbers("reserve_of", f"{path}.reservation.{side}")
                row = len(self.w.cells["reserve_of"]) - 1
                self.w.number("reserve_of", row, 0, a.reservation[side], f"{path}.reservation.{side}")

    def _opened(self, name: str) -> float:
        """Days from ``as_of`` back to the first opening, for the agenda order ``oldest`` alone.

        0 where none is recorded.
        """
        for change in self.s.agenda.issues[name].history:
            if change.status != Status.DORMANT and change.date.earliest <= self.s.as_of:
                return float(self._days(change.date.earliest))
        return 0.0

    def _terms(self, name: str) -> tuple[float, float, int]:
        a = self.s.issues[name]
        terms = a.start.terms
        if terms is None:
            return math.nan, math.nan, -1
        if terms.option is not None:
            for n, option in enumerate(a.options):
                if option.id == terms.option:
                    return math.nan, math.nan, n  # the run's own values of the option
        return terms.utilities[self.sides[0]], terms.utilities[self.sides[1]], -1

    def _bargains(self) -> None:
        for name, a in self.s.issues.items():
            self._bargain(f"issues.{name}", name, a, [name], None)
        for name, package in self.s.packages.items():
            self._bargain(f"packages.{name}", name, package, list(package.issues), package.weights)

    def _bargain(self, path: str, name: str, a: Any, members: list[str], weights: Any) -> None:
        member = len(self.w.tables["member_is"])
        uncertain, combinations, divisible = False, 1, 0
        for j in members:
            options = self.s.issues[j].options
            option = len(self.w.cells["option_of"])
            for o in options:
                row = self.w.numbers("option_of", "")
                for k, side in enumerate(self.sides):
                    where = f"issues.{j}.outcome.{o.id}.{side}"
                    uncertain |= self.w.number("option_of", row, k, o.utilities[side], where)
            combinations *= max(len(options), 1)
            divisible += not options
            self.w.add("member_is", issue=self.issues[j], option=option, option_end=option + len(options))
            row = self.w.numbers("member_of", "")
            for k, side in enumerate(self.sides):
                weight = weights[side][j] if weights is not None else 1.0
                uncertain |= self.w.number("member_of", row, k, weight, f"{path}.weights.{side}.{j}")
        if combinations > MOST_COMBINATIONS or (divisible and combinations * (divisible + 1) > MOST_MIXED):
            raise NegsimError(
                f'the bargain "{name}" has {combinations} combinations of options'
                + (f" beside {divisible} divisible issues" if divisible else "")
                + f"; at most {MOST_MIXED // (divisible + 1) if divisible else MOST_COMBINATIONS} can be compiled"
            )
        pieces = combinations * max(divisible, 1)
        self.combinations.append(pieces if combinations == 1 or not divisible else 8 * pieces + 16)
        chance = a.settle.chance if a.settle != "concession" else None
        self.w.add(
            "bargain_is",
            kind=concession.CHANCE if chance is not None else concession.CONCEDE,
            member=member,
            member_end=member + len(members),
            starter=self.sides.index(a.first) if a.first in self.sides else -1,
            rounds=(a.start.rounds or 0) if weights is None else 0,
            first_stream=stream(f"first/{name}"),
            settle_stream=stream(f"settle/{name}"),
            uncertain=uncertain,
        )
        stated = a.reservation if weights is not None and a.reservation else {}
        row = self.w.numbers("bargain_of", path, chance=chance if chance is not None else 0.0)
        column = (TABLES["bargain_of"].names or ()).index("priority")
        self.w.number("bargain_of", row, column, self.s.issues[members[0]].priority, f"issues.{members[0]}.priority")
        for k, side in enumerate(self.sides):
            self.w.number("bargain_of", row, 2 + k, stated.get(side), f"{path}.reservation.{side}")
            self._tactic(f"{path}.tactics.{side}", a.tactics[side], k, members, weights is None)

    def _tactic(self, path: str, tactic: Any, k: int, members: list[str], single: bool) -> None:
        rounds = tactic.clock == "rounds"
        until, times, patience = 0, 1.0, tactic.patience
        day = 0.0
        if patience is not None and hasattr(patience, "until"):
            until, times = 1, patience.times
            ends = self.s.deadline.date if patience.until == "deadline" and self.s.deadline else patience.until
            day = float(self._days(ends))
            patience = 1.0
        start_ = self.s.issues[members[0] if single else self._oldest(members)].start
        clock = start_.clock[self.sides[k]] if start_.clock else 0.0
        offers = start_.offers[self.sides[1 - k]] if single and start_.offers else ()
        first = len(self.w.cells["offer_of"])
        for n, u in enumerate(offers):
            row = self.w.numbers("offer_of", "")
            self.w.number("offer_of", row, 0, u, f"issues.{members[0]}.start.offers.{self.sides[1 - k]}.{n}")
        self.w.add(
            "tactic_is",
            kind=["time", "reciprocal", "mixed", "fixed"].index(tactic.kind),
            curve=["polynomial", "exponential"].index(tactic.curve or "polynomial"),
            clock=concession.ROUNDS if rounds else concession.CALENDAR,
            window=tactic.window or 1,
            until=until,
            offer=first,
            offer_end=len(self.w.cells["offer_of"]),
        )
        self.w.numbers(
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

    def _oldest(self, members: list[str]) -> str:
        """The member whose clock a package starts with: the one that opened first, ties by the package's own order."""
        asleep = {name for name in members if self.s.issues[name].start.status == Status.DORMANT.label}
        return min(members, key=lambda name: math.inf if name in asleep else self._opened(name))

    def _places(self) -> None:
        order = sorted(range(len(self.members)), key=lambda b: (self.issues[self.members[b][0]], b))
        position = {b: p for p, b in enumerate(order)}
        for p, b in enumerate(order):
            self.w.add("place", bargain=b, position=position[p])

    def _channels(self) -> None:
        orders = ["priority", "oldest", "closest", "round_robin"]
        for name, c in self.s.channels.items():
            path = f"channels.{name}"
            self.w.add(
                "channel_is",
                gap=self.w.distribution(c.gap, f"{path}.gap"),
                order=orders.index(c.order),
                gap_stream=stream(f"gap/{name}"),
                cancel_stream=stream(f"cancel/{name}"),
                extra_stream=stream(f"extra/{name}"),
            )
            self.w.numbers("channel_of", path, session=c.session, good_offices=c.good_offices, age=c.since_last)
            taken = set(c.issues)
            for members in self.members:
                self.w.add("takes", yes=taken.issuperset(members))

    def _assemble(self) -> Compiled:
        w, n, b = self.w, len(self.issues), len(self.members)
        rows: dict[str, int] = {}
        template: list[float] = []
        for name in VIEWS:
            rows[name] = len(template)
            template.extend(value for cell in w.cells[name] for value in cell)
        for name, row, column, parameter, times, plus, low, high in w.moved:
            at = rows[name] + row * len(TABLES[name].names or ()) + column
            w.add("patch", number=at, parameter=parameter, times=times, plus=plus, lo=low, hi=high)
        names = TABLES["issue_is"].names or ()
        steps = sum(mark.kind in ("harden", "ease") for s in self.s.shocks.values() for mark in s.marks)
        w.add(
            "size",
            issues=n, bargains=b, channels=len(self.channels), regimes=len(self.regimes), shocks=len(self.shocks),
            marks=len(w.tables["mark_is"]), dists=len(w.tables["dist_is"]), parameters=len(w.parameters),
            patches=len(w.moved), numbers=len(template), single=self.s.undertaking == "single", steps=steps,
            sleepers=sum(row[names.index("wake_issue")] >= 0 for row in w.tables["issue_is"]),
            regime=self.regimes.index(self.s.climate.start),
            outbox=1024 + 16 * n, sojourn_stream=stream("climate/sojourn"), next_stream=stream("climate/next"),
            breakdown_stream=stream("breakdown"), horizon=float(self.s.horizon_days),
            # the last instant of the deadline's day, after every meeting of that day
            deadline=math.inf if self.deadline is None else math.nextafter(self.deadline + 1.0, 0.0),
        )  # fmt: skip
        tables: dict[str, np.ndarray[Any, Any]] = {}
        for name in list(TABLES)[: list(TABLES).index("number")]:
            if name not in ("table", "template"):
                tables[name] = np.array(w.tables[name] or [(0,) * len(TABLES[name].names or ())], TABLES[name])
        tables["template"] = np.array([(value,) for value in template] or [(0.0,)], TABLES["template"])
        values = np.concatenate(w.quantiles) if w.quantiles else np.zeros(1)
        tables["table"] = values.astype(float).view(TABLES["table"])
        self._frontiers(tables)
        rows |= {
            "number": len(template), "issue": n, "spent": n * len(Spent), "reserve": 2 * n, "side": 2 * b,
            "offer": 2 * b * OFFERS, "channel": len(self.channels), "shock": len(self.shocks),
            "mark": len(w.tables["mark_is"]), "agenda": b, "outbox": 1024 + 16 * n, "dist": len(w.tables["dist_is"]),
            "drawn": len(w.parameters),
        }  # fmt: skip
        issues = tuple(self.issues)
        compiled = Compiled(
            issues=issues,
            bargains=(*issues, *self.packages),
            channels=tuple(self.channels),
            regimes=tuple(self.regimes),
            shocks=tuple(self.shocks),
            members=tuple(tuple(self.issues[j] for j in members) for members in self.members),
            options=tuple(tuple(o.id for o in a.options) for a in self.s.issues.values()),
            as_of=self.s.as_of,
            horizon=self.s.horizon_days,
            assumptions=dict(w.kinds),
            tables=tables,
            rows=rows,
        )
        record = compiled.record()
        record.arrays["number"][:] = tables["template"]
        for d in range(rows["dist"]):
            quantiles.settle(record.x, d)
        for bargain in range(b):
            build(record.x, bargain)
        for name in ("dist", "bargain", "piece", "term"):
            tables[name] = record.arrays[name]
        for array in tables.values():
            array.flags.writeable = False
        return compiled

    def _frontiers(self, tables: dict[str, np.ndarray[Any, Any]]) -> None:
        """Room for each bargain's frontier, with where each piece's terms stand."""
        piece, term, pieces = 0, 0, []
        for bargain, members in enumerate(self.members):
            tables["bargain_is"]["piece"][bargain] = piece
            for _ in range(self.combinations[bargain]):
                pieces.append((term, 0.0, 0.0, 0.0, 0.0))
                term += len(members)
            piece += self.combinations[bargain]
        tables["piece"] = np.array(pieces, TABLES["piece"])
        tables["term"] = np.zeros(term, TABLES["term"])
        tables["bargain"] = np.zeros(len(self.members), TABLES["bargain"])
