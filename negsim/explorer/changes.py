"""From moved levers to a changed scenario, with notes on what else had to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from negsim.errors import NegsimError
from negsim.explorer.levers import FALLBACK, NUMBERS, Lever, bargains, usual, usual_kind
from negsim.quantities import Draw, Fixed
from negsim.scenario import TACTIC_KEYS, Package, Scenario

_SAID = "judgement: set in the explorer"

#: Largest length of the words in a title.
_TITLE = 100


@dataclass(frozen=True)
class Moved:
    """The moved levers with their values, and the issues joined into new packages."""

    values: Mapping[str, Any] = field(default_factory=dict)
    joined: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values or self.joined)


@dataclass(frozen=True)
class Variant:
    """A scenario with some levers moved: the changed paths, the moves in words, and notes on their consequences."""

    scenario: Scenario
    changes: Mapping[str, Any]
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def variant(scenario: Scenario, levers: Sequence[Lever], moved: Moved) -> Variant:
    """The scenario with levers moved; the scenario itself if none is.

    Raises:
        NegsimError: the changed scenario is invalid, or no issue is left.
    """
    if not moved:
        return Variant(scenario, {})
    work = _Changing(scenario, moved)
    work.tactics()
    work.talks()
    work.agenda()
    by_key = {lever.key: lever for lever in levers}
    words = [
        _moved_words(by_key[key], value)
        for key, value in moved.values.items()
        if means_something(scenario, by_key[key], moved)
    ]
    words += [f"{_and(_titles(scenario, names))} together" for names in moved.joined]
    said = "; ".join(words)
    short = said if len(said) <= _TITLE else f"{said[: _TITLE - 2].rstrip()} …"
    prose = {
        "title": f"{scenario.title}, but {short}" if words else scenario.title,
        "description": f'"{scenario.title}" with levers moved in the explorer: {said or "none that has an effect"}.',
    }
    changes = {**prose, **work.changes}
    changed = scenario.replace(changes)
    kept = _keep_their_own(scenario, changed, moved)
    known = {problem.message for problem in scenario.warnings}
    warned = [f"Warning: {p.message}." for p in changed.warnings if p.message not in known]
    return Variant(changed, changes, tuple(words), (*work.notes, *kept, *warned))


def means_something(scenario: Scenario, lever: Lever, moved: Moved) -> bool:
    """Whether a lever has an effect for the chosen kind of tactic."""
    side = lever.key.split(".")[0]
    return not lever.kinds or (moved.values.get(f"{side}.kind") or usual_kind(scenario, side)) in lever.kinds


def _moved_words(lever: Lever, value: Any) -> str:
    if lever.form == "switch":
        return f"{lever.label} {lever.option(value).label}"
    what = lever.label if lever.group == "Talks" else f"{lever.group} {_called(lever.key.split('.')[1])}"
    return f"{what}: {lever.option(value).label}"


def _called(key: str) -> str:
    """The name of a key of a tactic in a sentence."""
    return {"kind": "tactic"}.get(key, key)


@dataclass
class _Changing:
    scenario: Scenario
    moved: Moved
    changes: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def tactics(self) -> None:
        """Kinds of tactic and their numbers, changed where the scenario defines them."""
        scenario, values = self.scenario, self.moved.values
        for side in scenario.sides:
            if not any(key.startswith(f"{side}.") for key in values):
                continue
            kind = values.get(f"{side}.kind") or usual_kind(scenario, side)
            if f"{side}.kind" in values:
                self._tactic(side, "kind", kind, list(bargains(scenario)))
            for key in NUMBERS:
                found = usual(scenario, side, key)
                value = values.get(f"{side}.{key}")
                if key not in TACTIC_KEYS[kind]:
                    continue
                if value is None and found.quantity is None and f"{side}.kind" in values:
                    value = FALLBACK[key]  # the new kind needs a value and the scenario has none
                if value is None:
                    continue
                if found.parameter is not None:
                    self.changes[f"parameters.{found.parameter}.value"] = value
                    self.changes[f"parameters.{found.parameter}.source"] = _SAID
                else:
                    self._tactic(side, key, value, list(found.places or bargains(scenario)))

    def _tactic(self, side: str, key: str, value: Any, places: list[tuple[str, str]]) -> None:
        written = self.scenario.written.get("tactics", {})
        blocks = {f"tactics.{side}": written[side]} if side in written else {}
        if not blocks:  # everything is written out
            every = bargains(self.scenario)
            for section, name in places:
                tactic = every[section, name].tactics[side]
                blocks[f"{section}.{name}.tactics.{side}"] = {"source": list(tactic.source)}
        for path, block in blocks.items():
            self.changes[f"{path}.{key}"] = value
            self._source(path, block.get("source"))

    def _source(self, path: str, before: Any) -> None:
        lines = [before] if isinstance(before, str) else list(before or [])
        self.changes[f"{path}.source"] = [*lines, *([_SAID] if _SAID not in lines else [])]

    def talks(self) -> None:
        """Rounds, host and climate."""
        scenario, values = self.scenario, self.moved.values
        for name, channel in scenario.channels.items():
            path = f"channels.{name}"
            if (gap := values.get(f"gap.{name}")) is not None:
                self.changes[f"{path}.gap"] = _spread_as_before(channel.gap, gap, scenario)
            if (offices := values.get(f"offices.{name}")) is not None:
                self.changes[f"{path}.good_offices"] = offices
            if gap is not None or offices is not None:
                self._source(path, channel.source)
        if (climate := values.get("climate")) is not None:
            self.changes["climate.start"] = climate
            self._source("climate", scenario.climate.source)

    def agenda(self) -> None:
        """Issues and packages. Issues that are out come first, because others depend on them."""
        scenario, values = self.scenario, self.moved.values
        switched = {key.removeprefix("issue."): value for key, value in values.items() if key.startswith("issue.")}
        out = {name for name, value in switched.items() if value is False}
        back = {name for name, value in switched.items() if value is True}
        out |= self._openings(out)
        if not (set(scenario.issues) | back) - out:
            raise NegsimError("no issue is left: leave at least one in")
        if switched:
            before = scenario.written.get("leave_out", [])
            after = [*(name for name in before if name not in back), *(name for name in out if name not in before)]
            order = list(scenario.agenda.issues)
            self.changes["leave_out"] = sorted(after, key=lambda name: order.index(name) if name in order else -1)
        self._prerequisites(out)
        self._packages(out)
        for names in self.moved.joined:
            self._join([name for name in names if name not in out])

    def _openings(self, out: set[str]) -> set[str]:
        """The issues that cannot open because an issue they depend on is out."""
        more: set[str] = set()
        spreading = True
        while spreading:
            spreading = False
            for name, issue in self.scenario.issues.items():
                opens = issue.opens
                if opens is None or opens.when is None or name in out | more or opens.when.issue not in out | more:
                    continue
                title, other = _titles(self.scenario, (name, opens.when.issue))
                if opens.on is not None:
                    self.changes[f"issues.{name}.opens.when"] = None
                    if (note := f"{title}: opens on {opens.on}, independent of {other}.") not in self.notes:
                        self.notes.append(note)
                    continue
                more.add(name)
                self.notes.append(f"{title}: also out, because it opens only after {other}.")
                spreading = True
        return more

    def _prerequisites(self, out: set[str]) -> None:
        for name, issue in self.scenario.issues.items():
            requires = issue.implementation.requires
            lost = [other for other in requires if other in out]
            if lost and name not in out:
                self.changes[f"issues.{name}.implementation.requires"] = [o for o in requires if o not in out]
                title, others = *_titles(self.scenario, (name,)), _and(_titles(self.scenario, lost))
                self.notes.append(f"{title}: no longer waits for {others}.")

    def _packages(self, out: set[str]) -> None:
        for name, package in self.scenario.packages.items():
            rest = [issue for issue in package.issues if issue not in out]
            if self.moved.values.get(f"package.{name}") is False:
                self.changes[f"packages.{name}"] = None
            elif len(rest) < len(package.issues):
                weights = _without(package, rest)
                if weights is None:
                    self.changes[f"packages.{name}"] = None
                    self.notes.append(f'The package "{package.title}" is dissolved, because an issue is out.')
                else:
                    self.changes[f"packages.{name}.issues"] = rest
                    for side, shares in weights.items():
                        # Key by key, so that the weight of an issue that is out goes.
                        for issue in package.issues:
                            self.changes[f"packages.{name}.weights.{side}.{issue}"] = shares.get(issue)
                    self.notes.append(
                        f'The package "{package.title}" continues with {_and(_titles(self.scenario, rest))}.'
                    )

    def _join(self, names: list[str]) -> None:
        scenario = self.scenario
        if len(names) < 2:
            self.notes.append("A package joined in the explorer is dissolved, because an issue is out.")
            return
        ident = "_and_".join(names)
        package: dict[str, Any] = {
            "title": _and(_titles(scenario, names)),
            "issues": names,
            "weights": {side: dict.fromkeys(names, 1 / len(names)) for side in scenario.sides},
            "source": f"{_SAID}, with equal weights",
        }
        if "tactics" not in scenario.written:  # everything is written out: as the first of them concedes
            tactics = scenario.issues[names[0]].tactics
            package["tactics"] = {s: t.model_dump(mode="json", exclude_none=True) for s, t in tactics.items()}
        self.changes[f"packages.{ident}"] = package


def _spread_as_before(gap: Any, median: str, scenario: Scenario) -> Any:
    """A gap with another median and the same spread, where the distribution has one."""
    from negsim.quantities import median as middle

    if not isinstance(gap, Draw) or gap.family != "lognormal":
        return median
    named = {name: parameter.value for name, parameter in scenario.parameters.items()}
    wide = middle(gap.numbers["q90"], named) / middle(gap.numbers["median"], named)
    return {"lognormal": {"median": median, "q90": f"{float(median.split()[0]) * wide:.6g} days"}}


def _without(package: Package, rest: list[str]) -> dict[str, dict[str, float]] | None:
    """The weights of the remaining issues in the same proportions; None if they make no package."""
    weights: dict[str, dict[str, float]] = {}
    for side, shares in package.weights.items():
        stay = {issue: share.value for issue, share in shares.items() if issue in rest and isinstance(share, Fixed)}
        total = sum(stay.values())
        if len(stay) < max(2, len(rest)) or total <= 0:
            return None
        weights[side] = {issue: share / total for issue, share in stay.items()}
    return weights


def _keep_their_own(scenario: Scenario, changed: Scenario, moved: Moved) -> Iterator[str]:
    """Notes on issues and packages that a moved number does not change, because they have their own."""
    for side in scenario.sides:
        for key in NUMBERS:
            if f"{side}.{key}" not in moved.values:
                continue
            found, every = usual(scenario, side, key), bargains(changed)
            kept = []
            for place, bargain in bargains(scenario).items():
                if place not in every or place in found.places:
                    continue
                before, after = (getattr(b.tactics[side], key) for b in (bargain, every[place]))
                if after is not None and before == after:
                    kept.append(place)
            if kept:
                names = [scenario.packages[n].title if s == "packages" else _titles(scenario, [n])[0] for s, n in kept]
                whose = f"{_called(key).capitalize()} of {scenario.agenda.sides[side].title}"
                yield f"{whose}: {_and(names)} {'keeps its own value' if len(names) == 1 else 'keep their own values'}."


def _titles(scenario: Scenario, names: Sequence[str]) -> list[str]:
    return [scenario.agenda.issues[name].short_title for name in names]


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
