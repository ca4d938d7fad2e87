"""The scenarios of the app, and the files that they come from: a changed file is read again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from negsim.errors import InputError, NegsimError
from negsim.files import Node, find_scenario, read_yaml
from negsim.monitoring import Timeline
from negsim.scenario import Scenario, load, read_extended


@dataclass
class Entry:
    """A scenario: the last valid state, how often it was read, and what is wrong with its files now ("": nothing)."""

    source: str
    scenario: Scenario
    version: int = 0
    mistakes: str = ""
    seen: frozenset[tuple[str, int, int]] = frozenset()


class Library:
    """The scenarios that the app was started with. A request names them by number, never by a path.

    Raises:
        NegsimError: a scenario or a timeline cannot be read at the start, or a timeline is of another scenario.
    """

    def __init__(
        self, sources: Sequence[str | os.PathLike[str]], timelines: Sequence[str | os.PathLike[str]] = ()
    ) -> None:
        self.entries = [Entry(os.fspath(each), load(each), seen=_state(each)) for each in sources]
        known = {entry.scenario.hash for entry in self.entries}
        self.timelines: list[Timeline] = []
        for folder in timelines:
            found = Timeline.load(folder)
            if found.scenario.hash not in known:
                raise NegsimError(
                    f'{os.fspath(folder)} holds the timeline of another scenario, "{found.scenario.title}"'
                )
            self.timelines.append(found)

    def refresh(self) -> bool:
        """Read again what has changed on disk. Return whether anything did.

        A file with mistakes does not replace the scenario; ``mistakes`` holds them with place and caret.
        """
        changed = False
        for entry in self.entries:
            now = _state(entry.source)
            if now == entry.seen:
                continue
            entry.seen, changed = now, True
            try:
                entry.scenario = load(entry.source)
                entry.version += 1
                entry.mistakes = ""
            except InputError as error:
                entry.mistakes = "\n".join(problem.render() for problem in error.problems)
            except NegsimError as error:
                entry.mistakes = str(error)
        return changed


def _state(source: str | os.PathLike[str]) -> frozenset[tuple[str, int, int]]:
    """The files of a scenario with their time and size."""
    found = set()
    for file in _files(source):
        try:
            about = os.stat(file)
        except OSError:
            found.add((file, 0, -1))
        else:
            found.add((file, about.st_mtime_ns, about.st_size))
    return frozenset(found)


def _files(source: str | os.PathLike[str]) -> set[str]:
    """The scenario file, those that it extends, its agenda, and the sources of the agenda."""
    found: set[str] = set()
    try:
        found.add(os.fspath(find_scenario(source).path))
        node = read_extended(source)
        found |= _places(node)
        for key in ("agenda", "sources"):
            named = node.find(key)
            if named is None or not isinstance(named.value, str):
                break
            path = Path(named.place.file).parent / named.value
            found.add(os.fspath(path))
            node = read_yaml(path)
    except NegsimError:
        pass  # what was found so far changes when the mistake is mended
    return found


def _places(node: Node) -> set[str]:
    found = {node.place.file}
    for child in (*node.mapping.values(), *node.items):
        found |= _places(child)
    return found
