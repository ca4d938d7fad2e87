"""One run told from its event log: as text for people, as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from negsim.events import Kind
from negsim.status import Status

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from negsim.compiled import Compiled
    from negsim.scenario import Scenario


@dataclass(frozen=True)
class Beat:
    """Something that happens: when, what kind of thing, in words, and the facts behind the words.

    ``depth`` is 1 for what happens within something else, such as a discussion at a meeting.
    """

    on: date
    day: float
    kind: str
    text: str
    depth: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """What happens in one run, in order; ``print`` it, or take `data` for JSON."""

    title: str
    as_of: date
    horizon: date
    run: int
    seed: int
    hash: str
    beats: tuple[Beat, ...]
    ends: dict[str, str]

    @property
    def text(self) -> str:
        """The story in lines, under the dates on which things happen."""
        head = f"{self.title}: run {self.run} under seed {self.seed}, from {self.as_of} to {self.horizon}"
        lines, last = [head, ""], None
        for beat in self.beats:
            day = f"{beat.on}" if beat.on != last else " " * 10
            lines.append(f"{day}  {'  ' * beat.depth}{beat.text}")
            last = beat.on
        lines += ["", "How it ends:"]
        width = max((len(title) for title in self.ends), default=0)
        lines += [f"  {title.ljust(width)}  {end}" for title, end in self.ends.items()]
        return "\n".join(lines) + "\n"

    def data(self) -> dict[str, Any]:
        """The story as plain data."""
        events = [{"date": str(b.on), "day": b.day, "kind": b.kind, "text": b.text, **b.facts} for b in self.beats]
        return {
            "title": self.title,
            "hash": self.hash,
            "as_of": str(self.as_of),
            "horizon": str(self.horizon),
            "run": self.run,
            "seed": self.seed,
            "events": events,
            "ends": self.ends,
        }

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.text)}</pre>"


def tell(scenario: Scenario, names: Compiled, events: npt.NDArray[np.void], *, run: int, seed: int) -> Story:
    """Tell a run from its event log (``EVENT`` rows) and the names that its numbers stand for."""
    teller = _Teller(scenario, names)
    return Story(
        title=scenario.title,
        as_of=scenario.as_of,
        horizon=scenario.horizon_date,
        run=run,
        seed=seed,
        hash=scenario.hash,
        beats=tuple(teller.beats(events)),
        ends=dict(teller.ends()),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _days(days: float) -> str:
    return "a day" if round(days) == 1 else f"{days:.0f} days"


class _Teller:
    """Goes through a log once and remembers what the words need: where each side stood, how each issue stands."""

    def __init__(self, scenario: Scenario, names: Compiled) -> None:
        self.scenario, self.names = scenario, names
        agenda = scenario.agenda
        self.sides = [agenda.sides[side].title for side in scenario.sides]
        self.issues = [agenda.issues[name].title for name in names.issues]
        self.bargains = [
            scenario.packages[name].title if name in scenario.packages else agenda.issues[name].title
            for name in names.bargains
        ]
        self.channels = [scenario.channels[name].title for name in names.channels]
        self.shocks = [scenario.shocks[name].title for name in names.shocks]
        self.stands: dict[tuple[int, int], float] = {}
        self.offers: dict[int, list[str]] = {}
        self.now = {j: Status[issue.start.status.upper()] for j, issue in enumerate(scenario.issues.values())}
        self.when: dict[int, date] = {}
        self.terms: dict[int, str] = {}

    def beats(self, events: npt.NDArray[np.void]) -> Iterator[Beat]:
        """Every event that has a tale to tell; offers are told with the discussion that they belong to."""
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
            Kind.DEADLINE: lambda _: ("The deadline has come: what is not agreed lapses.", 0, {}),
            Kind.BREAKDOWN: lambda _: ("The talks break down: what is not agreed lapses.", 0, {}),
            Kind.END: self._end,
        }
        for event in events:
            day = float(event["t"])
            self.today = self.scenario.as_of + timedelta(days=int(day // 1))
            tale = tales[Kind(event["kind"])](event)
            if tale is not None:
                text, depth, facts = tale
                yield Beat(self.today, day, Kind(event["kind"]).name.lower(), text, depth, facts)

    def ends(self) -> Iterator[tuple[str, str]]:
        """How each issue stands at the end, by its title."""
        for j, title in enumerate(self.issues):
            words = self.now[j].label
            if j in self.when:
                words += f" since {self.when[j]}" if not self.now[j].final else f" on {self.when[j]}"
            if j in self.terms and self.now[j] in (Status.AGREED, Status.BLOCKED, Status.IMPLEMENTING, Status.RESOLVED):
                words += f", terms {self.terms[j]}"
            yield title, words

    def _status(self, event: Any) -> tuple[str, int, dict[str, Any]] | None:
        issue, was, now = int(event["who"]), Status(event["was"]), Status(event["now"])
        self.now[issue], self.when[issue] = now, self.today
        text = f"{self.issues[issue]}: {was.label} → {now.label}"
        facts = {"issue": self.names.issues[issue], "was": was.label, "now": now.label}
        return text, 1, facts

    def _climate(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        now, was = (self.names.regimes[int(event[side])] for side in ("who", "other"))
        return f"The climate turns from {was} to {now}.", 0, {"now": now, "was": was}

    def _shock(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        how = ("out of the blue", "on its date", "provoked")[int(event["now"])]
        facts = {"shock": self.names.shocks[int(event["who"])], "number": int(event["other"]), "how": how}
        return f"{self.shocks[int(event['who'])]} ({how})", 0, facts

    def _mark(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        shock, number, x = int(event["who"]), int(event["other"]), float(event["x"])
        name = self.names.shocks[shock]
        mark = self.scenario.shocks[name].marks[number]
        facts: dict[str, Any] = {"shock": name, "mark": number, "effect": mark.kind}
        if x == x:
            facts["x"] = x
        return mark_words(mark, x, self.scenario), 1, facts

    def _provoked(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        cause, effect = int(event["who"]), int(event["other"])
        facts = {"shock": self.names.shocks[cause], "provokes": self.names.shocks[effect], "after": float(event["x"])}
        return f"it will provoke: {self.shocks[effect]}, after {_days(float(event['x']))}", 1, facts

    def _meeting(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        channel = int(event["who"])
        what = ("is held", "is cancelled", "is lost to the suspension of all talks")[int(event["now"])]
        extra = bool(event["was"])
        facts = {
            "channel": self.names.channels[channel],
            "number": int(event["other"]),
            "extra": extra,
            "outcome": ("held", "cancelled", "lost")[int(event["now"])],
        }
        venue = self.scenario.channels[self.names.channels[channel]].venue
        where = f" in {venue}" if venue and not event["now"] else ""
        return f"{self.channels[channel]}: {'an extra' if extra else 'a'} meeting {what}{where}", 0, facts

    def _offer(self, event: Any) -> None:
        bargain, side, stand = int(event["who"]), int(event["other"]), float(event["z"])
        before = self.stands.get((bargain, side))
        self.stands[bargain, side] = stand
        if before is None:
            moved = f"{self.sides[side]} insists on {_percent(stand)}"
        elif before - stand > 0.005:
            moved = f"{self.sides[side]} comes down from {_percent(before)} to {_percent(stand)}"
        elif stand - before > 0.005:
            moved = f"{self.sides[side]} hardens from {_percent(before)} to {_percent(stand)}"
        else:
            moved = f"{self.sides[side]} stays at {_percent(stand)}"
        self.offers.setdefault(bargain, []).append(moved)

    def _discussion(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        bargain, gap = int(event["who"]), float(event["x"])
        moves = "; ".join(self.offers.pop(bargain, []))
        how = (
            f"in vain, {_percent(gap)} apart" if gap == gap else "in vain",
            "the offer is accepted",
            "the host proposes a way, and both take it",
            "it settles",
        )[int(event["now"])]
        facts = {
            "bargain": self.names.bargains[bargain],
            "number": int(event["other"]),
            "outcome": ("in vain", "accepted", "host's proposal", "by chance")[int(event["now"])],
        }
        if gap == gap:
            facts["gap"] = gap
        return f"{self.bargains[bargain]}: {f'{moves}; ' if moves else ''}{how}", 1, facts

    def _deal(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        bargain, shares = int(event["who"]), [float(event["x"]), float(event["y"])]
        facts: dict[str, Any] = {"bargain": self.names.bargains[bargain]}
        text = f"{self.bargains[bargain]}: AGREED"
        if shares[0] == shares[0]:
            words = ", ".join(f"{side} {_percent(share)}" for side, share in zip(self.sides, shares, strict=True))
            text += f", {words}"
            facts["terms"] = dict(zip(self.scenario.sides, shares, strict=True))
            for member in self.names.members[bargain]:
                self.terms[member] = words
        return text, 1, facts

    def _lag(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        issue, length = int(event["who"]), float(event["x"])
        text = f"{self.issues[issue]}: implementation starts and takes {_days(length)}"
        return text, 1, {"issue": self.names.issues[issue], "number": int(event["other"]), "days": length}

    def _lag_end(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        issue, collapsed = int(event["who"]), bool(event["now"])
        what = "the agreement COLLAPSES and the issue is open again" if collapsed else "implementation is complete"
        facts = {"issue": self.names.issues[issue], "number": int(event["other"]), "collapsed": collapsed}
        return f"{self.issues[issue]}: {what}", 0, facts

    def _end(self, event: Any) -> tuple[str, int, dict[str, Any]]:
        if event["now"]:
            return "The horizon: the run ends here.", 0, {"why": "horizon"}
        return "Every issue is settled: the run ends.", 0, {"why": "settled"}


def mark_words(mark: Any, x: float, scenario: Scenario) -> str:
    """What a mark of a shock does, in words; ``x`` is the number that was drawn for it (NaN without one)."""
    agenda = scenario.agenda
    issues = getattr(mark, "issues", None)
    if issues == "all" or (issues is not None and set(issues) == set(scenario.issues)):
        on = "all talks" if issues == "all" else "all issues"
    else:
        on = ", ".join(agenda.issues[name].title for name in issues or ())
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
