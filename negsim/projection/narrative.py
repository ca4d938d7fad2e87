"""One run as text and as data. `negsim.projection.narrator` makes it from an event log."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any

from negsim.analysis import check_time_scale, date_text
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
    """The status of an issue at the end, in words and as facts; ``since`` is the date in the words."""

    issue: str
    title: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)
    since: date | None = None

    def words(self, unit: str) -> str:
        """The text with its date in a unit."""
        if self.since is None or unit == "day":
            return self.text
        shown = date_text(self.since, unit)
        return self.text.replace(f" on {self.since}", f" in {shown}", 1).replace(str(self.since), shown, 1)


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
    asked_unit: str | None = None

    def time_scale(self, dates: str | None = None) -> Trace:
        """The same run with another unit of dates in its text: ``day``, ``week``, ``month`` or ``year``.

        Raises:
            NegsimError: the unit does not exist.

        >>> import negsim as ns
        >>> "2025-05-1" in ns.trace("baseline", 3).time_scale("month").text
        False
        """
        check_time_scale(self.as_of, self.horizon, dates, None)
        return replace(self, asked_unit=dates)

    @property
    def text(self) -> str:
        """The events in lines of at most 80 columns, under their dates."""
        unit = self.asked_unit or "day"
        ends = " to ".join(date_text(day, unit) for day in (self.as_of, self.horizon))
        head = f"{self.title}: run {self.run} under seed {self.seed}, {ends}"
        units = any("value" in beat.facts for beat in self.beats)
        how = (
            f"A side's figure is what it insists on, as a share of its own demand{' or in units' if units else ''}; an "
            "arrow says that it moved."
        )
        page = TextPage(TextStyle()).add(head).add(how).add()
        last, hours = None, self.asked_unit is None and self._needs_hours
        for (_, _, depth, words), group in groupby(
            filter(_told, self.beats), lambda b: (b.day, b.kind, b.depth, b.words)
        ):
            same = list(group)
            about = ", ".join(beat.about for beat in same) if len(same) < 3 else f"{len(same)} issues"
            text = f"{about}: {words}" if about else words
            label = date_text(same[0].on, unit) + (f" {_clock(same[0].day)}" if hours else "")
            indent = (18 if hours else 12) + 2 * depth * (label == last)
            page.add(text, " " * (indent + 2), ("" if label == last else label).ljust(indent))
            last = label
        page.add().add("How it ends")
        for end in self.ends:
            page.add(f"{end.title}: {end.words(unit)}", "    ", "  ")
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
