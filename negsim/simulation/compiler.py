"""The compiler: from a scenario with names to tables of numbers, the only input of engines and rules."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.agenda import Spent, Status
from negsim.simulation import bargain_rows, environment_rows
from negsim.simulation.compiled import Compiled
from negsim.simulation.idle_rows import idle
from negsim.simulation.rows import Rows
from negsim.simulation.rules import quantiles
from negsim.simulation.rules.concession import STEP
from negsim.simulation.rules.draws import stream
from negsim.simulation.rules.frontier_building import build
from negsim.simulation.rules.machine_code import prepare
from negsim.simulation.rules.state import OFFERS, TABLES, UNBOOKED, VIEWS

if TYPE_CHECKING:
    from negsim.scenario import Scenario


def compile(scenario: Scenario) -> Compiled:
    """Compile a scenario into tables of numbers.

    Raises:
        NegsimError: a bargain has too many combinations of options, or a run has too many events.
    """
    scenario.check_work()
    prepare()
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
        bargain_rows.bargains(self)
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
                opened=bargain_rows.opened(self.s, name),
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
        template, rows = self._template()
        self._size(len(template))
        tables = self._tables(template)
        issues, n, b = tuple(self.issues), len(self.issues), len(self.members)
        rows |= {
            "number": len(template), "issue": n, "spent": n * len(Spent), "reserve": 2 * n, "side": 2 * b,
            "offer": 2 * b * OFFERS, "channel": len(self.channels), "shock": len(self.shocks),
            "mark": len(self.w.tables["mark_is"]), "agenda": b, "unbooked": UNBOOKED, "idle": b, "roused": b,
            "alike": n, "outbox": self._outbox,
            "dist": len(self.w.tables["dist_is"]), "drawn": len(self.w.parameters),
        }  # fmt: skip
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
            assumptions=dict(self.w.kinds),
            tables=tables,
            rows=rows,
        )
        _settle(compiled, tables)
        return compiled

    @property
    def _outbox(self) -> int:
        shocks = self.s.shocks.values()
        at_start = sum(len(shock.pending) + len(shock.dates) for shock in shocks) + len(self.s.channels)
        provoked = max((len(shock.provokes) for shock in shocks), default=0)  # each at most 500 on average
        return 1024 + 16 * len(self.issues) + at_start + 700 * max(provoked - 1, 0)

    def _template(self) -> tuple[list[float], dict[str, int]]:
        """All numbers of a run in one column, and where each table begins in it; then the patches of drawn ones."""
        rows: dict[str, int] = {}
        template: list[float] = []
        for name in VIEWS:
            rows[name] = len(template)
            template.extend(value for cell in self.w.cells[name] for value in cell)
        for name, row, column, parameter, times, plus, low, high in self.w.moved:
            at = rows[name] + row * len(TABLES[name].names or ()) + column
            self.w.add("patch", number=at, parameter=parameter, times=times, plus=plus, lo=low, hi=high)
        return template, rows

    def _size(self, numbers: int) -> None:
        """The row of the numbers of things, and of what concerns the whole run."""
        w = self.w
        names = TABLES["issue_is"].names or ()
        uncertain = (TABLES["bargain_is"].names or ()).index("uncertain")
        kind, n = (TABLES["mark_is"].names or ()).index("kind"), len(self.issues)
        steps = [m for m, row in enumerate(w.tables["mark_is"]) if row[kind] == STEP]
        w.add(
            "size",
            issues=len(self.issues), bargains=len(self.members), channels=len(self.channels),
            regimes=len(self.regimes), shocks=len(self.shocks),
            marks=len(w.tables["mark_is"]), dists=len(w.tables["dist_is"]), parameters=len(w.parameters),
            patches=len(w.moved), numbers=numbers, single=self.s.undertaking == "single",
            needs=len(w.tables["need"]),
            sleepers=sum(row[names.index("wake_issue")] >= 0 for row in w.tables["issue_is"]),
            stalled=sum(
                int(Status.STALLED) in (row[names.index("status")], row[names.index("was")])
                for row in w.tables["issue_is"]
            ),
            uncertain=sum(row[uncertain] for row in w.tables["bargain_is"]),
            everywhere=all(w.tables["mark_on"][m * n + i][0] for m in steps for i in range(n)),
            regime=self.regimes.index(self.s.climate.start),
            outbox=self._outbox, unbooked=UNBOOKED,
            sojourn_stream=stream("climate/sojourn"), next_stream=stream("climate/next"),
            breakdown_stream=stream("breakdown"), horizon=float(self.s.horizon_days),
            # the last instant of the deadline's day, after every meeting of that day
            deadline=math.inf if self.deadline is None else math.nextafter(self.deadline + 1.0, 0.0),
        )  # fmt: skip

    def _tables(self, template: list[float]) -> dict[str, np.ndarray[Any, Any]]:
        """The rows as arrays, with room for the frontiers."""
        w = self.w
        tables: dict[str, np.ndarray[Any, Any]] = {}
        for name in list(TABLES)[: list(TABLES).index("number")]:
            if name not in ("table", "template"):
                tables[name] = np.array(w.tables[name] or [(0,) * len(TABLES[name].names or ())], TABLES[name])
        tables["template"] = np.array([(value,) for value in template] or [(0.0,)], TABLES["template"])
        values = np.concatenate(w.quantiles) if w.quantiles else np.zeros(1)
        tables["table"] = values.astype(float).view(TABLES["table"])
        self._frontiers(tables)
        return tables

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


def _settle(compiled: Compiled, tables: dict[str, np.ndarray[Any, Any]]) -> None:
    """Compute what does not depend on a run, such as frontiers of certain values, and make all tables read-only."""
    record = compiled.record()
    record.arrays["number"][:] = tables["template"]
    for d in range(compiled.rows["dist"]):
        quantiles.settle(record.x, d)
    for bargain in range(len(compiled.bargains)):
        build(record.x, bargain)
    for name in ("dist", "bargain", "piece", "term"):
        tables[name] = record.arrays[name]
    idle(compiled, tables)
    for array in tables.values():
        array.flags.writeable = False
