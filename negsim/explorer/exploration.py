"""An exploration: a scenario that is run again each time a lever moves, with pinned variants for comparison."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from negsim.calibration import base_rates
from negsim.errors import InputError, NegsimError, check_name, one_of
from negsim.experiments import Comparison
from negsim.explorer.changes import Moved, Variant, variant
from negsim.explorer.levers import Lever, levers
from negsim.files import installed_name, to_yaml, unused_name, write_file
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED, Projection, Workers, run
from negsim.scenario import Scenario, load

_HEADER = "# Written by the explorer of negsim, which replaces it unless somebody changed it: "


@dataclass(frozen=True)
class Pin:
    """A variant pinned for comparison, with its projection and its moved levers."""

    name: str
    variant: Variant
    projection: Projection
    moved: Moved = field(default_factory=Moved)


class Exploration:
    """The state of an exploration, without widgets. All variants use the same random numbers.

    An invalid change raises; ``moved`` then holds it, and the projection stays. ``progress`` is called with each number
    of newly finished runs.

    >>> import negsim as ns
    >>> e = Exploration(ns.load("scenarios/baseline.yaml"), runs=20, engine="reference")
    >>> e.move("us.beta", 4)
    >>> e.variant.words
    ('United States beta: 4 conceder',)
    >>> e.reset()
    >>> e.variant.scenario == e.scenario
    True
    """

    def __init__(
        self,
        scenario: Scenario,
        runs: int = DEFAULT_RUNS,
        seed: int = DEFAULT_SEED,
        engine: str = "auto",
        workers: Workers = 1,
        reference: bool = False,
        progress: Callable[[int], object] | None = None,
    ) -> None:
        self.scenario = scenario
        self.moved = Moved()
        self.variant = Variant(scenario, {})
        self._how = (runs, seed, engine)
        self._workers = workers
        self.progress = progress
        self.projection = run(scenario, runs, seed, engine, progress, workers=workers)
        self.pins: tuple[Pin, ...] = ()
        self.reference = reference
        self._others: dict[tuple[str, ...], Projection] = {}

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """All levers, in display order."""
        return levers(self.scenario)

    def lever(self, key: str) -> Lever:
        """The lever of a key.

        Raises:
            NegsimError: there is none.
        """
        found = {lever.key: lever for lever in self.levers}
        check_name(key, found, f'there is no lever "{key}"')
        return found[key]

    def move(self, key: str, value: Any) -> None:
        """Move a lever to one of its values; ``None`` restores the value in the file.

        Raises:
            NegsimError: there is no such lever or value, or the changed scenario is invalid.
        """
        lever = self.lever(key)
        try:
            lever.option(value)
        except KeyError:
            allowed = one_of([str(option.value) for option in lever.options if option.value is not None], 40)
            raise NegsimError(f'"{key}" can be None (as written) or {allowed}, but was {value!r}') from None
        values = {name: v for name, v in self.moved.values.items() if name != key}
        self.turn(Moved(values if value is None else {**values, key: value}, self.moved.joined))

    def join(self, *issues: str) -> None:
        """Join issues that are in no package into a new one with equal weights.

        Raises:
            NegsimError: fewer than two issues, or the changed scenario is invalid.
        """
        if len(set(issues)) < 2:
            raise NegsimError("a package takes two issues or more")
        names = tuple(name for name in self.scenario.agenda.issues if name in issues)
        before = self.moved
        try:
            self.turn(Moved(before.values, (*before.joined, names)))
        except NegsimError:
            self.moved = before  # no lever shows it, so it could not be undone
            raise

    def part(self) -> None:
        """Undo every `join`."""
        self.turn(Moved(self.moved.values))

    def reset(self) -> None:
        """Restore all values of the file and undo every `join`; pins stay."""
        self.turn(Moved())

    def free(self) -> list[str]:
        """The issues in play that are in no package, so that they can be joined."""
        now = self.variant.scenario
        packed = {name for package in now.packages.values() for name in package.issues}
        return [name for name in now.issues if name not in packed]

    def turn(self, moved: Moved) -> None:
        """Move several levers and join issues at once.

        Raises:
            NegsimError: the changed scenario is invalid.
        """
        self.moved = moved
        found = variant(self.scenario, self.levers, moved)
        if found.scenario != self.projection.scenario:
            self.projection = run(found.scenario, *self._how, self.progress, workers=self._workers)
        self.variant = found

    def pin(self, name: str = "") -> Pin:
        """Pin the current variant under a name, for comparison.

        Raises:
            NegsimError: the name is taken.
        """
        taken = [pin.name for pin in self.pins]
        numbered = (f"Pin {number}" for number in range(1, len(taken) + 2))
        name = name.strip() or next(free for free in numbered if free not in taken)
        if name in taken:
            raise NegsimError(f'there is a pin "{name}" already; unpin it first, or choose another name')
        pin = Pin(name, self.variant, self.projection, self.moved)
        self.pins = (*self.pins, pin)
        return pin

    def unpin(self, name: str) -> None:
        """Remove a pin.

        Raises:
            NegsimError: there is none of that name.
        """
        check_name(name, [pin.name for pin in self.pins], f'there is no pin "{name}"')
        self.pins = tuple(pin for pin in self.pins if pin.name != name)

    def comparison(self, pin: Pin) -> Comparison:
        """The current variant compared with a pin, run by run.

        Raises:
            NegsimError: they have no issue in common.
        """
        return Comparison(pin.projection, (self.projection,))

    def others(self) -> Projection:
        """The base rates of other negotiations for the issues of the current variant. They depend on no other lever.

        Raises:
            NegsimError: there are none.
        """
        issues = tuple(self.projection.scenario.issues)
        if issues not in self._others:
            self._others[issues] = base_rates(self.projection)
        return self._others[issues]

    def text(self, beside: Path) -> str:
        """The current scenario as the text of a file in the folder of ``beside``.

        If possible the text extends the file of the scenario and holds only the differences.
        """
        file = self.scenario.file
        if file is not None:
            link = installed_name(file) or os.path.relpath(file, beside.parent)
            changes = {".".join(self.scenario.steps(path)): value for path, value in self.variant.changes.items()}
            short = to_yaml(_nested({"extends": link, **changes}))
            if _loads_to(self.variant.scenario, short, beside):
                return short
        return self.variant.scenario.to_yaml()

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the current scenario to a file; ``negsim run`` gives the same projection from it.

        Raises:
            NegsimError: the file exists and is not an unchanged file of the explorer, or cannot be written.
        """
        target = Path(path)
        if target.suffix not in (".yaml", ".yml"):
            raise NegsimError(f'a scenario is written as .yaml, but was "{target}"')
        if target.exists() and not _is_ours(target):
            raise NegsimError(
                f"{target} exists and was not written by the explorer, or was changed: choose another name"
            )
        text = self.text(target)
        write_file(target, f"{_HEADER}{_digest(text)}\n{text}".encode())
        return target


def _nested(changes: dict[str, Any]) -> dict[str, Any]:
    """Dotted paths as a tree."""
    tree: dict[str, Any] = {}
    for path, value in changes.items():
        *steps, last = path.split(".")
        branch = tree
        for step in steps:
            branch = branch.setdefault(step, {})
        branch[last] = value
    return tree


def _loads_to(scenario: Scenario, text: str, beside: Path) -> bool:
    trial = unused_name(beside)
    write_file(trial, text.encode())
    try:
        return load(trial) == scenario
    except InputError:  # the original file was removed or changed
        return False
    finally:
        trial.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_ours(path: Path) -> bool:
    try:
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return False
    return first == f"{_HEADER}{_digest(rest)}"
