"""The section of the timeline: its picture, the probabilities as of some days, and their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.files import csv_text
from negsim.reporting.figures import packed
from negsim.reporting.picture import Looks, embedded

if TYPE_CHECKING:
    from negsim.monitoring import Timeline

#: The most days that are columns of the table.
_COLUMNS = 6


def timeline_section(timeline: Timeline, talks: str, looks: Looks) -> dict[str, Any]:
    """The section as plain values.

    Raises:
        NegsimError: the timeline is of another negotiation than ``talks``.
    """
    from negsim.projection import context_of

    context = context_of(timeline.scenario)
    if context.talks != talks:
        raise NegsimError(f'the timeline is of "{context.talks}", and the report of "{talks}"')
    data = timeline.data()
    last = len(data["days"]) - 1
    places = sorted({round(k * last / (_COLUMNS - 1)) for k in range(_COLUMNS)})
    today = timeline.scenario.record.last_day
    means = timeline.scores(today).groupby("day")[["brier", "crps", "log"]].mean()
    question = f"How likely was it on each day that an issue is resolved by {data['by']}?"
    picture = timeline.plot().bare()
    return {
        **{key: data[key] for key in ("title", "by", "runs", "seed", "events")},
        "question": question,
        "answer": _answer(data),
        "svg": looks.named(embedded(picture.svg, "timeline-", question)),
        "data": packed(csv_text(picture.table.round(4))),
        "days": [data["days"][k] for k in places],
        "rows": [
            {
                "id": issue["id"],
                "title": issue["title"],
                "p": [f"{100 * issue['p'][k]:.0f}" for k in places],
                "flip_flop": "–" if issue["flip_flop"] is None else f"{issue['flip_flop']:.3f}",
            }
            for issue in data["issues"]
        ],
        "left": [f"{data['expected_left'][k]:.1f}" for k in places],
        "today": str(today),
        "scores": [
            (day, f"{one.brier:.3f}", f"{one.crps:.1f}", f"{one.log:.3f}")
            for day, one in means.iterrows()
            if day in {data["days"][k] for k in places}
        ],
    }


def _answer(data: dict[str, Any]) -> str:
    """The issue that falls most from the first day to the last, and the one that rises most."""
    changes = [
        (issue["p"][-1] - issue["p"][0], issue["title"], issue["p"][0], issue["p"][-1]) for issue in data["issues"]
    ]
    told = []
    for change, title, first, last in (min(changes), max(changes)):
        if abs(change) >= 0.005:
            moves = "falls" if change < 0 else "rises"
            told.append(f"{title} {moves} from {100 * first:.0f} to {100 * last:.0f} %")
    between = f"From {data['days'][0]} to {data['days'][-1]}: "
    return between + ("; ".join(dict.fromkeys(told)) or "no issue changes by more than half a point")
