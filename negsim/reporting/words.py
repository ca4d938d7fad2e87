"""Explanations of terms, shown on the page where the terms stand. The meanings are those of the glossary."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from negsim.analysis import Chance

#: What each status means.
STATUSES = {
    "dormant": "not yet open; the issue waits for a date or for another issue",
    "raised": "on the agenda, with no offers yet",
    "discussing": "the sides exchange offers and are still apart",
    "converging": "the offers are close to each other",
    "stalled": "neither side can concede further, and no deal is acceptable to both",
    "suspended": "not discussed for a time because of an outside event",
    "agreed": "a deal exists; it is not carried out yet",
    "blocked": "agreed, and waiting for another issue before it can be carried out",
    "implementing": "agreed and being carried out; this may still fail",
    "resolved": "agreed and carried out",
    "lapsed": "ended without agreement",
}

#: What the sections of the assumptions are about, by their titles.
SECTIONS = {
    "Parameters": "Uncertain numbers. Each run draws its own value of each; the sections below use them by name.",
    "Tactics": "How a side concedes. Its demand falls from its opening position to its reservation value, the least "
    "that it accepts. Its patience is the time that this takes.",
    "Issues": "The status at the start, and the reservation value: the share of its own demand below which a side "
    "prefers no deal.",
    "Packages": "Issues that are settled together, or not at all. A weight is the importance of an issue to a side.",
    "Meetings": "When the sides meet, and how much fits into a meeting. A gap is the time between two meetings.",
    "Climate": "The political state of relations. It moves between regimes, which make meetings more or less frequent.",
    "Shocks": "Events from outside, at a rate or on a date.",
    "Assumed by default": "What the scenario file leaves open.",
}

_RUN = ("run", "one simulated course of the negotiation; uncertain numbers and chance differ from run to run")
_ERROR = (
    "± (standard error)",
    "how far the percentage would typically move with other random numbers; it says nothing about the assumptions",
)


def percent_words(chance: Chance) -> tuple[str, str]:
    """A chance in percent and its standard error, rounded up to a decimal; no error if all runs agree.

    >>> from negsim.analysis.summary import chance
    >>> percent_words(chance(620, 1000)), percent_words(chance(3, 1000)), percent_words(chance(0, 1000))
    (('62', '1.6'), ('0.3', '0.2'), ('0', ''))
    >>> percent_words(chance(1, 100_000)), percent_words(chance(99_999, 100_000))
    (('<0.1', '0.1'), ('>99.9', '0.1'))
    """
    p = 100 * chance.p
    if chance.se == 0:
        return f"{p:.0f}", ""
    text = f"{p:.{1 if min(p, 100 - p) < 1 else 0}f}"
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(text, text), f"{math.ceil(1000 * chance.se) / 10:.1f}"


def table_words(statuses: Iterable[str], sides: tuple[str, str]) -> list[tuple[str, str]]:
    """The terms of a headline table with their meanings: those of the columns, and the statuses in it.

    >>> [term for term, _ in table_words(["raised", "raised"], ("A", "B"))][-1]
    'raised'
    """
    a, b = sides
    return [
        _RUN,
        _ERROR,
        ("horizon", "the last simulated day; an issue that is not resolved by then has no date"),
        ("50 % of runs by", "the date by which half of the runs resolve the issue; “after” means not by the horizon"),
        (
            "usual terms",
            f"the mean over the agreements: 100 % is the full demand of {a}, 0 % that of {b}, 50 % is half way. For "
            "an issue with options: the most frequent option and its share of the agreements",
        ),
        ("mostly waits for", "what takes the largest share of the issue's time, and that share"),
        *status_words(statuses),
    ]


def status_words(statuses: Iterable[str]) -> list[tuple[str, str]]:
    """The statuses with their meanings, in the order of a negotiation.

    >>> status_words(["lapsed", "raised"])[0]
    ('raised', 'on the agenda, with no offers yet')
    """
    shown = set(statuses)
    return [(name, words) for name, words in STATUSES.items() if name in shown]
