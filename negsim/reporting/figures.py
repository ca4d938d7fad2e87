"""The figures of the page: pictures with their answers, what a reader sees at a point, and their data."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.files import csv_text
from negsim.plots import KINDS, draw
from negsim.reporting.charts import CHARTS, survival
from negsim.reporting.picture import Looks, embedded

if TYPE_CHECKING:
    from negsim.plots import Copies, Picture
    from negsim.projection import Projection

#: The pictures of the first projection and of the others, the most important first.
FIRST = (
    "burndown", "calendar", "terms", "waiting", "flow", "frontier", "gap", "survival", "burnup", "last", "climate",
    "trace",
)  # fmt: skip
OTHERS = ("burndown", "calendar", "terms", "waiting")
#: The order of drawing: those without logs, which are known first, then the longest first.
DRAWN = (
    "survival", "waiting", "calendar", "burndown", "terms", "gap", "flow", "trace", "climate", "frontier", "burnup",
    "last",
)  # fmt: skip
#: The pictures that show base rates of other negotiations too.
WITH_OTHERS = ("burndown", "calendar", "survival")
#: The pictures with a readout at each point, and those of them with a row for each issue.
READ, ROWS = ("burndown", "calendar", "survival", "terms"), ("calendar", "survival", "terms")
#: Digits of shares in readouts and data.
_DIGITS = 4
_DATE, _EPOCH = re.compile(r"\d{4}-\d\d-\d\d"), date(1970, 1, 1).toordinal()
#: Bytes of the element around a picture.
_AROUND = 1200


@dataclass
class Figures:
    """Figures by scenario: ``shown``; the packed ``readings``; kinds of picture ``left_out``, and ``without_data``."""

    shown: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    readings: dict[int, str] = field(default_factory=dict)
    left_out: dict[int, list[str]] = field(default_factory=dict)
    without_data: dict[int, list[str]] = field(default_factory=dict)


class Drawing:
    """The figures of some projections, which copies of this process draw while it does other work."""

    def __init__(self, projections: Sequence[Projection], others: Sequence[Projection | None], copies: Copies) -> None:
        self._projections, self._others, self._copies = projections, others, copies
        wanted = [(0, kind) for kind in DRAWN if kind not in OTHERS]
        wanted += [(k, kind) for kind in DRAWN if kind in OTHERS for k in range(len(projections))]
        wanted.sort(key=lambda each: DRAWN.index(each[1]))
        self._put: list[tuple[int, str]] = []
        for k, kind in wanted:
            projection, other = projections[k], others[k]
            view = projection.view(kind) if _may_have_contents(projection, kind) else None
            if view is None or not _has_contents(view, kind):
                continue
            shown = [other] if other is not None and kind in WITH_OTHERS else []
            data = projection.plot.data(kind, others=shown) if shown else view
            copies.put(_figure, k, kind, data, view.verdict)
            self._put.append((k, kind))

    def figures(self, room: int, looks: Looks) -> Figures:
        """The figures that fit into ``room`` bytes: pictures of all scenarios, readings, more of the first, data.

        In each pass the most important come first. ``looks`` gets the classes of the pictures.
        """
        found, numbers = Figures(), range(len(self._projections))
        texts = [_packed_reading(each, other) for each, other in zip(self._projections, self._others, strict=True)]
        made = dict(zip(self._put, self._copies.results(), strict=True))
        shared = [((k, kind), made.get((k, kind))) for kind in OTHERS for k in numbers]
        own = [((0, kind), made.get((0, kind))) for kind in FIRST if kind not in OTHERS]
        room = _pictures(found, shared, room, looks)
        for k in found.shown:
            if len(texts[k]) < room:
                room -= len(texts[k])
                found.readings[k] = texts[k]
        room = _pictures(found, own, room, looks)
        for (k, kind), one in shared + own:
            if one is None or kind in found.left_out.get(k, ()):
                continue
            figure, text = one
            if len(text) < room:
                room -= len(text)
                figure["data"] = text
            else:
                found.without_data.setdefault(k, []).append(kind)
        return found


def _pictures(found: Figures, drawn: Sequence[tuple[tuple[int, str], Any]], room: int, looks: Looks) -> int:
    """Add the pictures that fit; return the room that is left."""
    for (k, kind), one in drawn:
        if one is None:
            continue
        before = len(looks.style)
        one[0]["svg"] = looks.named(one[0]["svg"])
        room -= len(looks.style) - before
        size = len(one[0]["svg"].encode()) + _AROUND
        if size > room:
            found.left_out.setdefault(k, []).append(kind)
            continue
        room -= size
        found.shown.setdefault(k, []).append(one[0])
    return room


def _may_have_contents(projection: Projection, kind: str) -> bool:
    """Whether a picture can have contents: a frontier needs a package, a climate two regimes."""
    names = projection.context.names
    return {"frontier": bool(names.packages), "climate": len(names.regimes) > 1}.get(kind, True)


def _has_contents(view: Any, kind: str) -> bool:
    """Whether a view has something to draw: a gap needs offers, terms need agreements."""
    if kind == "gap":
        return len(view.rows) > 0
    return kind != "terms" or bool(view.rows["settled"].any())


def _figure(k: int, kind: str, data: Any, answer: str) -> tuple[dict[str, Any], str]:
    """A picture with its answer, and its packed data."""
    picture, context = draw(kind, data).bare(), data.context
    figure = {
        "kind": kind,
        "question": KINDS[kind],
        "answer": answer,
        "note": data.note,
        "svg": embedded(picture.svg, f"p{k}-{kind}-", f"{KINDS[kind]} {answer}"),
        "read": _place(picture, len(context.issues) if kind in ROWS else 1) if kind in READ else None,
        "size": [f"{72 * size:.1f}" for size in picture.figure.get_size_inches()],
        "file": f"{_slug(context.title)}-{kind}.csv.gz",
        "data": "",
    }
    return figure, packed(csv_text(picture.data.round(_DIGITS)))


def _place(picture: Picture, rows: int) -> dict[str, Any]:
    """The axes of a picture in the coordinates of its SVG, the days (or shares) at its sides, and its rows."""
    (ax,) = picture.figure.axes
    wide, tall = (72 * size for size in picture.figure.get_size_inches())
    at = ax.get_position()
    box = (at.x0 * wide, (1 - at.y1) * tall, at.x1 * wide, (1 - at.y0) * tall)
    return {
        "box": " ".join(f"{value:.1f}" for value in box),
        "span": " ".join(f"{value:.2f}" for value in ax.get_xlim()),
        "rows": rows,
    }


def _packed_reading(projection: Projection, other: Projection | None) -> str:
    return packed(json.dumps(reading(projection, other), separators=(",", ":"), ensure_ascii=False))


def reading(projection: Projection, other: Projection | None = None) -> dict[str, Any]:
    """What the page says at each point of its pictures: charts over time, and a text for each issue."""
    issues = projection.context.issues
    dates = {row["id"]: row["read"] for row in CHARTS["calendar"](projection, others=other)["rows"]}
    terms = {row["id"]: row["read"] for row in CHARTS["terms"](projection)["rows"]}
    found: dict[str, Any] = _rounded(
        {
            "labels": [issue.title for issue in issues],
            "burndown": CHARTS["burndown"](projection, others=other),
            "survival": [survival(projection, issue.id) for issue in issues],
            "calendar": [dates[issue.id] for issue in issues],
            "terms": [terms.get(issue.id, "no terms: settled by chance, or never") for issue in issues],
        }
    )
    return found


def _rounded(value: Any) -> Any:
    """Numbers to four decimals. A list of dates or of numbers becomes ``days`` or ``parts``: what is added each time.

    Neighbours are alike, so the differences take a third of the bytes once compressed. Parts are ten-thousandths.
    """
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if not isinstance(value, list):
        return round(value, _DIGITS) if isinstance(value, float) else value
    if value and all(isinstance(each, str) and _DATE.fullmatch(each) for each in value):
        return {"days": _added([date.fromisoformat(each).toordinal() - _EPOCH for each in value])}
    if value and any(isinstance(each, float) for each in value):
        return {"parts": _added([None if each is None else round(each * 10**_DIGITS) for each in value])}
    return [_rounded(each) for each in value]


def _added(values: Sequence[int | None]) -> list[int | None]:
    """What is added to the number before it, for each number; None stays."""
    found: list[int | None] = []
    last = 0
    for value in values:
        found.append(None if value is None else value - last)
        last = last if value is None else value
    return found


def packed(text: str) -> str:
    """A text compressed by gzip, in base64; the same bytes each time.

    >>> gzip.decompress(base64.b64decode(packed("a,b"))).decode()
    'a,b'
    """
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _slug(title: str) -> str:
    """The part of a file name that stands for a scenario.

    >>> _slug("Patience runs out within a year!")
    'patience-runs-out-within-a-year'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-") or "scenario"
