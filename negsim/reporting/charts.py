"""Charts of a projection as plain data: drawn by ``charts.js`` of the explorer, read on the page by ``reading.js``.

A chart over time has ``x`` (dates) and ``series``: a ``line`` has ``y``, a ``band`` has ``low`` and ``high``; with
``points`` a line joins its points instead of making steps, and ``events`` are marks below. A chart of rows has a scale
from ``from`` to ``to``, and ``rows`` with ``bars``; ``right`` says what its right column shows. ``words`` is the answer
in a sentence; ``read`` of a row says what its bars show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis import all_of, chance_by, quantile, share, wilson

if TYPE_CHECKING:
    from negsim.projection import Projection

#: Quantiles of the dates in a row: the middle 80 %, the middle half, the median.
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
#: The most points of a line; longer horizons are thinned evenly.
_POINTS = 800

#: How many colours ``panel.css`` has for parts.
PARTS = 11

Pinned = tuple[str, "Projection"]
#: What a chart shows beside a projection: name, projection, style.
Beside = tuple[str, "Projection", str]


def burndown(projection: Projection, pins: Iterable[Pinned] = (), others: Projection | None = None) -> dict[str, Any]:
    """The number of unresolved issues on each day: recorded, then the median and the middle 50 and 80 % of the runs.

    A line shows the median of each pin, and that of ``others``, the base rates of other negotiations.

    >>> import negsim as ns
    >>> chart = burndown(ns.run("baseline", runs=50))
    >>> [each["label"] for each in chart["series"]]
    ['recorded', '80 % of runs', '50 % of runs', 'median']
    """
    view = projection.view("burndown")
    recorded, projected = view.recorded, view.projected
    step = max(1, len(projected) // _POINTS)
    shown, known = projected[::step], len(recorded) - 1

    def past(name: str) -> list[float | None]:
        return [*map(float, recorded[name]), *[None] * (len(shown) - 1)]

    def later(name: str, table: Any = shown) -> list[float | None]:
        return [*[None] * known, *map(float, table[name])]

    series = [
        _band("recorded", "past", past("low"), past("high")),
        _band("80 % of runs", "wide", later("q10"), later("q90")),
        _band("50 % of runs", "narrow", later("q25"), later("q75")),
        line("median", "main", later("median")),
    ]
    for name, beside, style in _beside(pins, others):
        table = beside.view("burndown").projected
        if len(table) == len(projected):
            series.append(line(f"median, {name}", style, later("median", table[::step])))
    highest = max(float(recorded["high"].max()), float(projected["q90"].max()))
    return {
        "kind": "time",
        "title": "Unresolved issues",
        "words": view.verdict,
        "x": [*map(str, recorded["date"][:known]), *map(str, shown["date"])],
        "as_of": str(projection.context.as_of),
        "top": max(highest, len(projection.context.issues)),
        "unit": "issues",
        "runs": projection.runs,
        "series": series,
    }


def _band(label: str, style: str, low: Sequence[float | None], high: Sequence[float | None]) -> dict[str, Any]:
    return {"label": label, "kind": "band", "style": style, "low": list(low), "high": list(high)}


def line(label: str, style: str, y: Sequence[float | None]) -> dict[str, Any]:
    """A line of a chart over time."""
    return {"label": label, "kind": "line", "style": style, "y": list(y)}


def _beside(pins: Iterable[Pinned], others: Projection | None) -> list[Beside]:
    """The pins, and the base rates of other negotiations if they are shown, each with its style."""
    found = [(name, pinned, _pin(number)) for number, (name, pinned) in enumerate(pins)]
    if others is None:
        return found
    from negsim.calibration import OTHER_NEGOTIATIONS

    return [*found, (OTHER_NEGOTIATIONS, others, "others")]


def _pin(number: int) -> str:
    """The style of a pin; there are four."""
    return f"pin{number % 4}"


def calendar(projection: Projection, pins: Iterable[Pinned] = (), others: Projection | None = None) -> dict[str, Any]:
    """The dates of each issue: the middle 80 % and 50 % of the runs, the 50 % date, and those of pins and base rates.

    >>> import negsim as ns
    >>> row = calendar(ns.run("baseline", runs=200))["rows"][0]
    >>> row["id"], row["read"].split(";")[0]
    ('banking', 'resolved in 68 % of 200 runs (95 %: 61 to 74 %)')
    """
    context, tally = projection.context, projection.tally
    beside = _beside(pins, others)
    rows = []
    for j, facts in enumerate(context.issues):
        rows.append(_dates(projection, facts.id, facts.title, tally.resolved[j], beside))
    rows.append(_dates(projection, "all", all_of(len(context.issues)), tally.all_resolved, beside))
    return {
        "kind": "rows",
        "title": "Dates of each issue",
        "words": projection.view("calendar").verdict,
        "from": str(context.as_of),
        "to": str(context.horizon),
        "legend": [["wide", "80 % of runs"], ["narrow", "50 % of runs"], ["main", "50 % date"]]
        + [[style, f"50 % date, {name}"] for name, _, style in beside],
        "right": "resolved by the horizon",
        "rows": rows,
    }


def _dates(
    projection: Projection, name: str, title: str, counts: Any, beside: list[tuple[str, Projection, str]]
) -> dict[str, Any]:
    context = projection.context
    long = float(context.horizon_days)
    p10, p25, p50, p75, p90 = (min(quantile(counts, q), long) for q in _QUANTILES)
    done = int(counts[:-1].sum())
    found = share(done, projection.runs)
    bars: list[dict[str, Any]] = [{"a": p10, "b": p90, "style": "wide"}, {"a": p25, "b": p75, "style": "narrow"}]
    marks = [{"at": p50, "style": "main"}] if p50 < long else []
    words = [
        f"resolved in {100 * found.value:.0f} % of {projection.runs:,} runs (95 %: {100 * found.low:.0f} to "
        f"{100 * found.high:.0f} %)",
        f"10 % {_by(projection, p10)}, 50 % {_by(projection, p50)}, 90 % {_by(projection, p90)}",
    ]
    for pin, other, style in beside:
        theirs = _counts(other, name)
        if theirs is None:
            continue
        half = quantile(theirs, 0.5)
        if half < long:
            marks.append({"at": half, "style": style})
        done = 100 * theirs[:-1].sum() / other.runs
        words.append(f"{pin}: resolved in {done:.0f} %, 50 % {_by(other, half)}")
    return {
        "id": name,
        "label": title,
        "bars": [bar for bar in bars if bar["b"] > bar["a"]],
        "marks": marks,
        "text": f"{100 * found.value:.0f} %",
        "read": "; ".join(words),
    }


def _counts(projection: Projection, name: str) -> Any:
    if name == "all":
        return projection.tally.all_resolved
    names = [facts.id for facts in projection.context.issues]
    return projection.tally.resolved[names.index(name)] if name in names else None


def _by(projection: Projection, day: float) -> str:
    found: date | None = projection.context.date_of(day)
    return f"by {found}" if found is not None else f"after {projection.context.last_day}"


def survival(projection: Projection, issue: str) -> dict[str, Any]:
    """The share of runs in which an issue, or ``all`` of them, is unresolved after each day, with its 95 % interval.

    Raises:
        KeyError: there is no such issue.

    >>> import negsim as ns
    >>> survival(ns.run("baseline", runs=50), "banking")["series"][1]["y"][0]
    1.0
    """
    context = projection.context
    counts = _counts(projection, issue)
    if counts is None:
        raise KeyError(issue)
    days = np.unique(np.linspace(0, context.horizon_days - 1, min(context.horizon_days, _POINTS)).astype(int))
    done = np.cumsum(counts[:-1])[days]
    low, high = wilson(done, projection.runs)
    title = next((facts.title for facts in context.issues if facts.id == issue), "at least one issue")
    last = chance_by(counts, context.horizon_days - 1)
    return {
        "kind": "time",
        "title": f"Unresolved: {title}",
        "words": f"at the horizon in {100 * (1 - last.p):.0f} % of the runs",
        "x": [str(context.date_of(float(day))) for day in days],
        "as_of": str(context.as_of),
        "top": 1,
        "unit": "share of runs",
        "percent": True,
        "runs": projection.runs,
        "series": [
            _band("95 % interval", "narrow", (1 - high).tolist(), (1 - low).tolist()),
            line("unresolved", "main", (1 - done / projection.runs).tolist()),
        ],
    }


def waiting(projection: Projection) -> dict[str, Any]:
    """What each issue waits for: the shares of its time."""
    view = projection.view("waiting")
    table = view.rows
    whats = [what for what, parts in table.groups("what") if parts["share"].max() > 0.005]
    words = dict(zip(table["what"], table["words"], strict=True))
    rows = []
    for name, mine in table.groups("issue"):
        left, bars, read = 0.0, [], []
        parts = dict(zip(mine["what"], mine["share"], strict=True))
        for number, what in enumerate(whats):
            size = float(parts[what])
            if size > 0:
                bars.append({"a": left, "b": left + size, "style": f"part{number % PARTS}"})
                left += size
            if size >= 0.005:
                read.append((size, f"{words[what]} {100 * size:.0f} %"))
        said = ", ".join(text for _, text in sorted(read, reverse=True))
        title = str(mine["title"][0])
        rows.append(
            {"id": str(name), "label": title, "bars": bars, "marks": [], "text": "", "read": f"waits for {said}"}
        )
    return {
        "kind": "rows", "title": "What each issue waits for", "words": view.verdict, "from": 0, "to": 1,
        "percent": True, "legend": [[f"part{k % PARTS}", words[what]] for k, what in enumerate(whats)], "rows": rows,
    }  # fmt: skip


def terms(projection: Projection) -> dict[str, Any]:
    """How much of the way to its demand the first side gets: the middle 80 % of the agreements, and the median.

    An issue with options has the share of each one in its words.
    """
    view = projection.view("terms")
    side, other = projection.context.sides
    rows = []
    for name, mine in view.rows.groups("issue"):
        first = mine.row(0)
        settled = f"settled in {100 * float(first['settled']):.0f} % of {projection.runs:,} runs"
        if not first["settled"] > 0:
            continue
        if first["what"] != "share":
            rows.append({"id": str(name), "label": str(first["title"]), **_options(mine, settled)})
            continue
        low, middle, high = (float(first[key]) for key in ("q10", "median", "q90"))
        rows.append(
            {
                "id": str(name), "label": str(first["title"]), "bars": [{"a": low, "b": high, "style": "narrow"}],
                "marks": [{"at": middle, "style": "main"}], "text": f"{100 * middle:.0f} %",
                "read": f"{side} gets {100 * middle:.0f} % of the way to its demand, {other} the rest (median of the "
                f"agreements; 80 % between {100 * low:.0f} and {100 * high:.0f} %); {settled}",
            }
        )  # fmt: skip
    return {
        "kind": "rows", "title": f"Terms: how much of its demand {side} gets", "words": view.verdict, "from": 0,
        "to": 1, "percent": True, "legend": [["narrow", "80 % of agreements"], ["main", "median"]],
        "right": "median", "rows": rows,
    }  # fmt: skip


def _options(mine: Any, settled: str) -> dict[str, Any]:
    """A row of an issue with options: a bar for each, as wide as its share of the agreements."""
    bars, left, read = [], 0.0, []
    for k, (what, p) in enumerate(zip(mine["what"], mine["p"].tolist(), strict=True)):
        bars.append({"a": left, "b": left + p, "style": f"part{k % 10}"})
        left += p
        read.append(f"{what} {100 * p:.0f} %")
    return {"bars": bars, "marks": [], "text": "", "read": f"options: {', '.join(read)} of the agreements; {settled}"}


def flow(projection: Projection) -> dict[str, Any]:
    """The mean number of issues in each status on each day, stacked."""
    view = projection.view("flow")
    means = dict(view.rows.where(part="projected").groups("status"))
    every = next(iter(means.values()))["date"]
    thin = slice(None, None, max(1, len(every) // _POINTS))
    series, below = [], np.zeros(len(every[thin]))
    for number, (status, table) in enumerate(means.items()):
        mean = table["issues"][thin]
        top = below + mean
        if mean.max() > 0.005:
            series.append(_band(str(status), f"part{number % PARTS}", below.round(3).tolist(), top.round(3).tolist()))
        below = top
    return {
        "kind": "time", "title": "Issues by status", "words": view.verdict, "x": [str(day) for day in every[thin]],
        "as_of": str(projection.context.as_of), "top": len(projection.context.issues), "unit": "issues",
        "stacked": True, "runs": projection.logs.runs, "series": series,
    }  # fmt: skip


#: Charts by name; survival is drawn for an issue.
CHARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "burndown": burndown,
    "calendar": calendar,
    "flow": flow,
    "waiting": waiting,
    "terms": terms,
}
