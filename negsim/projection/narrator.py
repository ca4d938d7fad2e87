"""The events of a run in words, from its event log, with the facts behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

from negsim.agenda import Reason, Spent, Status
from negsim.analysis import WAITS
from negsim.projection.chunks import whole_number
from negsim.projection.narrative import End, Trace, TraceEntry
from negsim.projection.scenario_context import context_of
from negsim.simulation import Kind

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    import numpy.typing as npt

    from negsim.analysis import Scale
    from negsim.scenario import Scenario
    from negsim.simulation import Compiled

#: Words, what they are about, and facts of an event.
Tale = tuple[str, str, dict[str, Any]]

#: Events within another event: at a meeting, through a shock, when an issue is agreed.
_WITHIN = (Kind.STATUS, Kind.MARK, Kind.PROVOKED, Kind.OFFER, Kind.DISCUSSION, Kind.DEAL, Kind.LAG)


def tell(
    scenario: Scenario,
    names: Compiled,
    events: npt.NDArray[np.void],
    outcome: npt.NDArray[np.void],
    *,
    run: int,
    seed: int,
) -> Trace:
    """Describe a run from its event log (``EVENT`` rows), its outcome (``OUTCOME``) and the compiled names."""
    teller = _Teller(scenario, names)
    return Trace(
        title=scenario.title,
        as_of=scenario.as_of,
        horizon=scenario.horizon_date,
        run=run,
        seed=seed,
        hash=scenario.hash,
        beats=tuple(teller.beats(events)),
        ends=tuple(teller.end(j, row) for j, row in enumerate(outcome)),
    )


def narrate(scenario: Scenario, run: int, seed: int, luck: int = 0) -> Trace:
    """Replay one run of a scenario and describe its events.

    Raises:
        NegsimError: the number of the run or the seed is out of range.
    """
    from negsim.simulation import compiler as compiled
    from negsim.simulation.engines import reference

    run, seed = whole_number("run", run, 0, 2**63 - 1), whole_number("seed", seed, 0, 2**64 - 1)
    names = compiled.compile(scenario)
    outcomes, _ = reference.run(names, seed, run, 1, luck)
    return tell(scenario, names, reference.trace(names, seed, run, luck), outcomes[0], run=run, seed=seed)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _days(days: float) -> str:
    return "1 day" if round(days) == 1 else f"{days:,.0f} days"


#: Words of statuses. The others are in the words of the discussion, deal or lag that causes them.
_TOLD = {
    Status.CONVERGING: "the sides are close",
    Status.STALLED: "stalled, neither side has anything left to give",
    Status.SUSPENDED: "suspended",
    Status.LAPSED: "LAPSES",
}


class _Teller:
    """Reads a log once and tracks the state that the words need: positions of sides, statuses of issues."""

    def __init__(self, scenario: Scenario, names: Compiled) -> None:
        self.scenario, self.names = scenario, names
        agenda = scenario.agenda
        self.sides = [agenda.sides[side].title for side in scenario.sides]
        self.issues = [agenda.issues[name].short_title for name in names.issues]
        self.bargains = [
            scenario.packages[name].title if name in scenario.packages else agenda.issues[name].short_title
            for name in names.bargains
        ]
        self.channels = [scenario.channels[name].title for name in names.channels]
        self.shocks = [scenario.shocks[name].title for name in names.shocks]
        facts = context_of(scenario).issues
        self.scales = [issue.scale for issue in facts]
        #: Of each bargain that is a single issue.
        self.scale_of = [self.scales[members[0]] if len(members) == 1 else None for members in map(list, names.members)]
        self.stands: dict[tuple[int, int], float] = {}
        self.offers: list[str] = []
        self.last_offer = 0
        self.resolved: set[str] = set()
        self.settled: set[int] = set()
        self.since: dict[int, date] = {}
        self.today = scenario.as_of

    def beats(self, events: npt.NDArray[np.void]) -> Iterator[TraceEntry]:
        """Every event; offers appear in the words of their discussion."""
        tales = {
            Kind.STATUS: self._status,
            Kind.CLIMATE: self._climate,
            Kind.SHOCK: self._shock,
            Kind.MARK: self._mark,
            Kind.PROVOKED: self._provoked,
            Kind.MEETING: self._meeting,
            Kind.OFFER: self._offer,
            Kind.DISCUSSION: self._discussion,
            Kind.DEAL: self._deal,
            Kind.LAG: self._lag,
            Kind.LAG_END: self._lag_end,
            Kind.DEADLINE: lambda _: ("The deadline has come: what is not agreed lapses", "", {}),
            Kind.BREAKDOWN: lambda _: ("The talks break down: what is not agreed lapses", "", {}),
            Kind.END: self._end,
        }
        for event in events:
            day, kind = float(event["t"]), Kind(event["kind"])
            self.today = self.scenario.as_of + timedelta(days=int(day // 1))
            words, about, facts = tales[kind](event)
            depth = int(kind in _WITHIN)
            yield TraceEntry(self.today, day, kind.name.lower(), words, depth, about, facts)

    def end(self, issue: int, row: Any) -> End:
        """The status of an issue at the end, from its outcome."""
        status, reason = Status(row["status"]), Reason(row["reason"])
        words = status.label
        if issue in self.since:
            words += f" {'on' if status.final else 'since'} {self.since[issue]}"
        facts: dict[str, Any] = {"status": status.label, "reason": reason.label, "discussions": int(row["discussions"])}
        options = self.scenario.issues[self.names.issues[issue]].options
        if row["option"] >= 0:
            facts["option"] = options[int(row["option"])].id
            words += f", on the terms: {options[int(row['option'])].title}"
        elif isfinite(row["u_a"]):
            facts["terms"] = dict(zip(self.scenario.sides, (float(row["u_a"]), float(row["u_b"])), strict=True))
            words += f", on the terms: {self._terms(self.scales[issue], row['u_a'], row['u_b'])}"
            facts |= self._value(self.scales[issue], row["u_a"])
        if status is not Status.RESOLVED and row["spent"].sum() > 0:
            spent = Spent(int(row["spent"].argmax()))
            facts["waited_for"] = spent.name.lower()
            share = _percent(row["spent"].max() / row["spent"].sum())
            sides = {Spent.SIDE_A: self.sides[0], Spent.SIDE_B: self.sides[1]}
            why = "" if reason in (Reason.RESOLVED, Reason.HORIZON) else f"; never settled: {reason.label}"
            words += f"{why}; waited mostly for {sides.get(spent) or WAITS[spent]} ({share} of the time)"
        return End(self.names.issues[issue], self.issues[issue], words, facts, self.since.get(issue))

    def _terms(self, scale: Scale | None, a: float, b: float) -> str:
        return self._shares(a, b) if scale is None else f"{scale.text(a)} ({self._shares(a, b)})"

    def _value(self, scale: Scale | None, a: float) -> dict[str, Any]:
        return {} if scale is None else {"value": scale.value(float(a))}

    def _shares(self, a: float, b: float) -> str:
        return ", ".join(f"{side} {_percent(share)}" for side, share in zip(self.sides, (a, b), strict=True))

    def _status(self, event: Any) -> Tale:
        issue, was, now = int(event["who"]), Status(event["was"]), Status(event["now"])
        name = self.names.issues[issue]
        self.since[issue] = self.today
        words = _TOLD.get(now, "")
        if now is Status.RESOLVED:
            self.resolved.add(name)
        elif now is Status.RAISED and was is Status.DORMANT:
            words = "opened"
        elif now is Status.DISCUSSING and was is Status.CONVERGING:
            words = "the sides are no longer close"
        elif was in (Status.SUSPENDED, Status.STALLED) and now in (Status.RAISED, Status.DISCUSSING, Status.CONVERGING):
            words = "taken up again"
        elif now is Status.AGREED and issue not in self.settled:
            words = "AGREED, with all the others"
        elif now is Status.BLOCKED:
            agenda, requires = self.scenario.agenda, self.scenario.issues[name].implementation.requires
            missing = [agenda.issues[other].short_title for other in requires if other not in self.resolved]
            words = f"blocked, waits for {', '.join(missing)}"
        if now is Status.AGREED:
            self.settled.discard(issue)
        return words, self.issues[issue], {"issue": name, "was": was.label, "now": now.label}

    def _climate(self, event: Any) -> Tale:
        now, was = (self.names.regimes[int(event[side])] for side in ("who", "was"))
        return f"The climate turns from {was} to {now}", "", {"now": now, "was": was}

    def _shock(self, event: Any) -> Tale:
        how = ("by itself", "on its date", "provoked")[int(event["now"])]
        facts = {"shock": self.names.shocks[int(event["who"])], "number": int(event["other"]), "how": how}
        return f"{self.shocks[int(event['who'])]} ({how})", "", facts

    def _mark(self, event: Any) -> Tale:
        name, number, x = self.names.shocks[int(event["who"])], int(event["other"]), float(event["x"])
        mark = self.scenario.shocks[name].marks[number]
        facts: dict[str, Any] = {"shock": name, "mark": number, "effect": mark.kind}
        if isfinite(x):
            facts["x"] = x
        return mark_words(mark, x, self.scenario), "", facts

    def _provoked(self, event: Any) -> Tale:
        cause, effect = int(event["who"]), int(event["other"])
        facts = {"shock": self.names.shocks[cause], "provokes": self.names.shocks[effect], "after": float(event["x"])}
        return f"it will provoke, after {_days(float(event['x']))}: {self.shocks[effect]}", "", facts

    def _meeting(self, event: Any) -> Tale:
        channel, outcome, extra = int(event["who"]), int(event["now"]), bool(event["was"])
        name = self.names.channels[channel]
        what = ("is held", "is cancelled", "is lost to the suspension of all talks")[outcome]
        facts = {"channel": name, "number": int(event["other"]), "extra": extra}
        facts["outcome"] = ("held", "cancelled", "lost")[outcome]
        venue = self.scenario.channels[name].venue
        where = f" ({venue})" if venue and not outcome else ""
        return f"{'an extra' if extra else 'a'} meeting {what}{where}", self.channels[channel], facts

    def _offer(self, event: Any) -> Tale:
        bargain, side, stand = int(event["who"]), int(event["other"]), float(event["z"])
        before = self.stands.get((bargain, side), stand)
        self.stands[bargain, side], self.last_offer = stand, side
        scale = self.scale_of[bargain]
        old, new = f"{100 * before:.0f}", _percent(stand)
        if scale is not None:
            old, new = (scale.number(u if side == 0 else 1.0 - u) for u in (before, stand))
        self.offers.append(f"{self.sides[side]} {f'{old} → ' if abs(before - stand) > 0.005 else ''}{new}")
        facts = {"bargain": self.names.bargains[bargain], "side": self.scenario.sides[side], "insists_on": stand}
        offer = dict(zip(self.scenario.sides, (float(event["x"]), float(event["y"])), strict=True))
        value = {} if scale is None else {"value": scale.value(stand if side == 0 else 1.0 - stand)}
        return "", "", {**facts, "offer": offer, **value}

    def _discussion(self, event: Any) -> Tale:
        bargain, gap, outcome = int(event["who"]), float(event["x"]), int(event["now"])
        scale = self.scale_of[bargain]
        how = (
            f"{_percent(gap) if scale is None else scale.distance(gap)} apart" if isfinite(gap) else "in vain",
            f"{self.sides[1 - self.last_offer]} accepts",
            "both take the host's proposal",
            "it settles",
        )[outcome]
        facts = {"bargain": self.names.bargains[bargain], "number": int(event["other"])}
        facts["outcome"] = ("in vain", "accepted", "host's proposal", "by chance")[outcome]
        moves, self.offers = ", ".join(self.offers), []
        words = f"{moves}; {how}" if moves else how
        return words, self.bargains[bargain], facts | ({"gap": gap} if isfinite(gap) else {})

    def _deal(self, event: Any) -> Tale:
        bargain, a, b = int(event["who"]), float(event["x"]), float(event["y"])
        self.settled.update(self.names.members[bargain])
        facts: dict[str, Any] = {"bargain": self.names.bargains[bargain]}
        words = "AGREED"
        if isfinite(a):
            words += f", {self._terms(self.scale_of[bargain], a, b)}"
            facts |= self._value(self.scale_of[bargain], a)
            facts["terms"] = dict(zip(self.scenario.sides, (a, b), strict=True))
        return words, self.bargains[bargain], facts

    def _lag(self, event: Any) -> Tale:
        issue, length = int(event["who"]), float(event["x"])
        facts = {"issue": self.names.issues[issue], "number": int(event["other"]), "days": length}
        return f"implementation begins and takes {_days(length)}", self.issues[issue], facts

    def _lag_end(self, event: Any) -> Tale:
        issue, collapsed = int(event["who"]), bool(event["now"])
        what = "the agreement COLLAPSES" if collapsed else "RESOLVED, its implementation is complete"
        facts = {"issue": self.names.issues[issue], "number": int(event["other"]), "collapsed": collapsed}
        return what, self.issues[issue], facts

    def _end(self, event: Any) -> Tale:
        if event["now"]:
            return "The horizon: the run ends here", "", {"why": "horizon"}
        return "Every issue is settled: the run ends", "", {"why": "settled"}


def mark_words(mark: Any, x: float, scenario: Scenario) -> str:
    """The effect of a mark of a shock, in words; ``x`` is its drawn number (NaN without one)."""
    agenda = scenario.agenda
    issues = getattr(mark, "issues", None)
    if issues == "all" or (issues is not None and set(issues) == set(scenario.issues)):
        on = "all talks" if issues == "all" else "all issues"
    else:
        on = ", ".join(agenda.issues[name].short_title for name in issues or ())
    side = agenda.sides[mark.side].title if hasattr(mark, "side") else ""
    match mark.kind:
        case "climate":
            return f"it takes the climate to {mark.to}"
        case "suspend":
            return f"it suspends {on} for {_days(x)}"
        case "harden":
            return f"{side} hardens by {_percent(x)}, fading ({on})"
        case "ease":
            return f"{side} eases by {_percent(abs(x))}, fading ({on})"
        case "reservation":
            return f"{side} would now settle for {_percent(abs(x))} {'less' if x < 0 else 'more'} at the worst ({on})"
        case _:
            return f"it calls an extra meeting of {scenario.channels[mark.channel].title} in {_days(x)}"
