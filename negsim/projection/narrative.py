"""One run as text and as data. `negsim.projection.narrator` makes it from an event log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from negsim.files import TextPage, TextStyle


@dataclass(frozen=True)
class TraceEntry:
    """An event: its time and kind, words, and the facts behind the words.

    ``depth`` is 1 for an event within another, such as a discussion at a meeting. ``about`` names the issue. An event
    without words is part of the words of another event.
    """

    on: date
    day: float
    kind: str
    words: str
    depth: int = 0
    about: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The words, with the name of what they are about."""
        return f"{self.about}: {self.words}" if self.about and self.words else self.words


@dataclass(frozen=True)
class End:
    """The status of an issue at the end, in words and as facts."""

    issue: str
    title: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """The events of one run in order; ``print`` it, or use `data` for JSON.

    >>> import negsim as ns
    >>> t = ns.trace("baseline", 3)
    >>> t.run, str(t.as_of)
    (3, '2025-04-10')
    """

    title: str
    as_of: date
    horizon: date
    run: int
    seed: int
    hash: str
    beats: tuple[TraceEntry, ...]
    ends: tuple[End, ...]

    @property
    def text(self) -> str:
        """The events in lines of at most 80 columns, under their dates."""
        head = f"{self.title}: run {self.run} under seed {self.seed}, {self.as_of} to {self.horizon}"
        how = "A side's figure is what it insists on, as a share of its own demand; an arrow says that it moved."
        page = TextPage(TextStyle()).add(head).add(how).add()
        last, hours = None, self._needs_hours
        for (_, _, depth, words), group in groupby(
            filter(_told, self.beats), lambda b: (b.day, b.kind, b.depth, b.words)
        ):
            same = list(group)
            about = ", ".join(beat.about for beat in same) if len(same) < 3 else f"{len(same)} issues"
            text = f"{about}: {words}" if about else words
            label = f"{same[0].on} {_clock(same[0].day)}" if hours else f"{same[0].on}"
            indent = (18 if hours else 12) + 2 * depth
            page.add(text, " " * (indent + 2), ("" if label == last else label).ljust(indent))
            last = label
        page.add().add("How it ends")
        for end in self.ends:
            page.add(f"{end.title}: {end.text}", "    ", "  ")
        return page.text

    @property
    def _needs_hours(self) -> bool:
        """Whether a channel meets more than once on a date."""
        met = {(b.facts["channel"], b.day) for b in self.beats if b.kind == "meeting"}
        return len({(channel, int(day)) for channel, day in met}) < len(met)

    def data(self) -> dict[str, Any]:
        """The events as plain data."""
        return {
            "title": self.title,
            "hash": self.hash,
            "as_of": str(self.as_of),
            "horizon": str(self.horizon),
            "run": self.run,
            "seed": self.seed,
            "events": [
                {"date": str(b.on), "day": b.day, "kind": b.kind, "text": b.text, **b.facts} for b in self.beats
            ],
            "ends": [{"issue": end.issue, "title": end.title, "text": end.text, **end.facts} for end in self.ends],
        }

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        from negsim.files import render

        return render("files/tables.html", "lines_as_they_are", text=self.text)


def _clock(day: float) -> str:
    minutes = int(day % 1 * 1440)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _told(beat: TraceEntry) -> bool:
    return bool(beat.words)
