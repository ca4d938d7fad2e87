"""The two records every rule works on: the compiled model and one run's state, as tables of plain numbers.

A rule takes one argument for both, ``x``: the address of a list of table addresses. ``issue(x, i).status`` reads or
writes row ``i`` of table ``issue``. Nothing is copied, and one machine code serves all scenarios. An index out of
range is not caught, so only the compiler makes indices. Tables above the line are the model, written by the compiler.
Tables below it are the state of one run, written by the rules. ``docs/state.md`` shows the layout.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from negsim.simulation.events import EVENT, OUTCOME, RUN
from negsim.simulation.rules.jit import Rows


def _record(integers: str = "", floats: str = "") -> np.dtype[Any]:
    return np.dtype([(name, "i8") for name in integers.split()] + [(name, "f8") for name in floats.split()])


#: Every table's row, integers before floats. ``*_stream`` is a stream of draws; ``a, a_end`` is a range of rows of
#: another table.
TABLES: dict[str, np.dtype[Any]] = {
    "size": _record(
        "issues bargains channels regimes shocks marks dists parameters patches unsettled numbers single regime "
        "sleepers stalled needs uncertain everywhere late kinds common common_patches common_unsettled unbooked outbox "
        "log turns sojourn_stream next_stream breakdown_stream",
        "horizon deadline plain_hours",
    ),
    "issue_is": _record(
        "status was wake_issue wake_status need need_end package lag left option kind "
        "lag_stream collapse_stream left_stream",
        "wake opened u_a u_b",
    ),
    "need": _record("issue"),
    "bargain_is": _record(
        "kind member member_end starter rounds first_stream settle_stream piece uncertain line plain "
        "patch positions patch_end unsettled unsettled_end"
    ),
    "tactic_is": _record("kind curve clock window until offer offer_end"),
    "member_is": _record("issue option option_end"),
    "place": _record("bargain position"),  # bargains in order of declaration; and the position of each bargain
    "channel_is": _record("gap order gap_stream cancel_stream extra_stream"),
    "takes": _record("yes"),  # channel x bargain
    "shock_is": _record("dated dated_end mark mark_end provoke provoke_end stream dated_stream pending pending_end"),
    "dated_is": _record("", "t"),
    "mark_is": _record("kind target all sign number chance_stream number_stream"),
    "mark_on": _record("yes"),  # mark x issue
    "provoke_is": _record("shock delay stream"),
    "dist_is": _record("family table n1 n2 uncertain", "lo hi"),
    "table": _record("", "q"),
    "parameter_is": _record("dist stream"),
    "patch": _record("number parameter own", "times plus lo hi"),  # common ones first, then those of each bargain
    "assumed": _record("parameter"),  # all assumptions, common ones first
    "unsettled": _record("dist"),  # uncertain distributions, common ones first, then those of each bargain
    "zone_is": _record("stream_a stream_b first"),  # by issue that can be idle; -1: no limits
    "zone": _record("", "sure none"),  # by step of side A's uniform: limits of side B's
    "template": _record("", "value"),
    # ------------------------------------------------------------------------------------------------- one run's state
    "number": _record("", "value"),  # the numbers of this run; the thirteen tables below are views of it
    "issue_of": _record("", "collapse step hours passed"),
    "reserve_of": _record("", "r"),
    "tactic_of": _record("", "beta kappa patience aspiration reciprocity weight clock until times"),
    "bargain_of": _record("", "chance priority stated_a stated_b"),
    "member_of": _record("", "w_a w_b"),
    "option_of": _record("", "u_a u_b"),
    "channel_of": _record("", "session good_offices age"),
    "regime_of": _record("", "sojourn pace gap_factor cancellation settlement breakdown"),
    "next_of": _record("", "p"),
    "shock_of": _record("", "rate"),
    "dated_of": _record("", "p"),
    "pending_of": _record("", "delay"),
    "mark_of": _record("", "p half_life"),
    "provoke_of": _record("", "mean"),
    "dist_of": _record("", "n0 n1 n2 n3"),
    "offer_of": _record("", "u"),
    "drawn": _record("", "value"),  # this run's assumptions
    "dist": _record("", "loc scale shape1 shape2"),
    "run": _record(
        "seed luck first_luck run over regime entry out log logging clipped error culprit active unsettled meetings "
        "unbooked stepped turn begun firsts roused idle",
        "stirred_until pace_sum since suspended_until now least_hours offsets_at offset_a offset_b",
    ),
    "issue": _record(
        "status was bargain implementations reopened option furthest taken discussions reason",
        "until since pending opened agreed resolved lapsed u_a u_b",
    ),
    "spent": _record("", "days"),  # issue x what for
    "reserve": _record("", "r"),  # issue x side
    "bargain": _record("live settled running discussions pieces starter booked", "gap u_a u_b at extra_a extra_b"),
    "side": _record("received answered", "r base clock since first due haste"),  # bargain x side
    "offer": _record("", "u"),  # (bargain x side) x OFFERS: utilities of the offers received, newest overwrites oldest
    "piece": _record("term", "a0 b0 a1 b1"),
    "term": _record("option", "a0 b0 a1 b1"),  # piece x member
    "channel": _record("regular extra last"),
    "shock": _record("count spontaneous"),
    "mark": _record("", "step since now now_at"),
    "agenda": _record("bargain", "key"),  # the list of one meeting
    "unbooked": _record("who way", "t until paced"),  # what happened to all, and some bargains have not booked yet
    "idle": _record("yes"),  # whether nothing has happened to a bargain alone
    "roused": _record("bargain"),  # all bargains that are not idle
    "alike": _record("issue"),  # by kind: the first idle issue in the outcome
    "outbox": _record("kind who tag", "delay"),
    "turn": _record("luck", "t"),  # from this time on, chance is that of another number
    "log": EVENT,
}

#: Tables that are views of the numbers of a run, in their order there.
VIEWS = tuple(name for name in TABLES if name.endswith("_of"))

#: Tables of one row, which lie behind the addresses of the others.
SINGLE = ("size", "run")

#: The place of the address of each other table in the list at ``x``.
SLOT = {name: k for k, name in enumerate(name for name in TABLES if name not in SINGLE)}

#: The distance of each single row from ``x``, in bytes.
OFFSET = {"size": 8 * len(SLOT), "run": 8 * len(SLOT) + TABLES["size"].itemsize}

#: Tables of the model, which rules only read.
MODEL = tuple(TABLES)[: list(TABLES).index("number")]

#: Offers recorded per side: the largest window and what one discussion can add.
OFFERS = 24

#: The most meetings that wait to be booked, suspensions and other events for idle bargains included.
UNBOOKED = 256


(
    size, issue_is, need, bargain_is, tactic_is, member_is, place, channel_is, takes, shock_is, dated_is, mark_is,
    mark_on, provoke_is, dist_is, table, parameter_is, patch, assumed, unsettled, zone_is, zone, template, number,
    issue_of, reserve_of, tactic_of, bargain_of, member_of, option_of, channel_of, regime_of, next_of, shock_of,
    dated_of, pending_of, mark_of, provoke_of, dist_of, offer_of, drawn, dist, run, issue, spent, reserve, bargain,
    side, offer, piece, term, channel, shock, mark, agenda, unbooked, idle, roused, alike, outbox, turn, log,
) = (
    Rows(row, name, SLOT.get(name), OFFSET.get(name, 0), "number" if name in VIEWS else "", name in MODEL)
    for name, row in TABLES.items()
)  # fmt: skip

#: A run's outcome, a row per issue, and its own row, at their addresses.
outcome_row, result_row = Rows(OUTCOME), Rows(RUN)

__all__ = ["EVENT", "OFFERS", "OFFSET", "OUTCOME", "RUN", "SINGLE", "SLOT", "TABLES", "UNBOOKED", "VIEWS"]
