"""Which bargains can be idle, and which assumptions, patches and distributions concern one of them alone.

See ``rules/idle.py``. A bargain can be idle if its outcome without a discussion depends on its kind and its reservation
values alone, and if none of its numbers can be clipped: clipped numbers are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from negsim.simulation.compiled import Compiled, Record
from negsim.simulation.rules import quantiles
from negsim.simulation.rules.concession import SUSPEND
from negsim.simulation.rules.state import TABLES
from negsim.simulation.rules.status import CONVERGING, DISCUSSING, RAISED
from negsim.simulation.zone_rows import zones

#: In a smaller agenda all bargains are soon discussed, and it is quicker to draw all assumptions together.
MANY = 24

_COMMON = -1  # what concerns no bargain alone comes first

Tables = dict[str, np.ndarray[Any, Any]]


def idle(compiled: Compiled, tables: Tables) -> None:
    """Write the kinds of issues, and sort assumptions, patches and uncertain distributions by bargain."""
    patches = tables["patch"][: int(tables["size"]["patches"][0])]
    uncertain = np.flatnonzero(tables["dist_is"]["uncertain"][: int(tables["size"]["dists"][0])])
    owner, plain = np.full(compiled.rows["number"], _COMMON), np.zeros(0, int)
    if len(compiled.issues) >= MANY:
        owner = _owners(compiled, tables)
        plain = _plain(compiled, tables, patches, owner[patches["number"]], uncertain)
        owner[~np.isin(owner, plain)] = _COMMON
    _sort_patches(compiled, tables, patches, owner[patches["number"]], plain)
    _sort_distributions(tables, uncertain, owner[compiled.rows["dist_of"] + 4 * uncertain], plain)
    _, kind = np.unique(_kinds(compiled, tables)[plain], axis=0, return_inverse=True)
    tables["issue_is"]["kind"] = _COMMON
    tables["issue_is"]["kind"][plain] = kind.ravel()
    tables["size"]["kinds"] = kind.max(initial=-1) + 1
    tables["size"]["late"] = len(plain) >= MANY
    if len(plain) >= MANY:
        zones(compiled, tables, plain)
    hours = tables["template"]["value"][[_place(compiled, "issue_of", "hours", int(i)) for i in plain]]
    tables["size"]["plain_hours"] = hours.min(initial=np.inf)


def _sort_patches(compiled: Compiled, tables: Tables, patches: Any, of_patch: Any, plain: Any) -> None:
    """Common assumptions and patches first, then the patches of each bargain: first those of reservation values."""
    parameters, bargains = int(tables["size"]["parameters"][0]), tables["bargain_is"]
    fewest, most = np.full(parameters, len(bargains)), np.full(parameters, _COMMON)
    np.minimum.at(fewest, patches["parameter"], of_patch)
    np.maximum.at(most, patches["parameter"], of_patch)
    common = (fewest != most) | (fewest == _COMMON)
    tables["assumed"] = _table("assumed", np.argsort(~common, kind="stable"))
    tables["size"]["common"] = common.sum()
    tables["size"]["common_patches"] = (of_patch == _COMMON).sum()

    later = ~_within(compiled, "reserve_of", 2 * len(compiled.issues))[patches["number"]]
    order = np.lexsort((later, of_patch))
    patches[:], of_patch, later = patches[order], of_patch[order], later[order]
    used, first = np.unique(patches["parameter"], return_index=True)
    patches["own"][first] = ~common[used]
    bargains["patch"][plain] = np.searchsorted(of_patch, plain)
    bargains["patch_end"][plain] = np.searchsorted(of_patch, plain, "right")
    positions = np.bincount(of_patch[~later & (of_patch >= 0)], minlength=len(bargains))
    bargains["positions"] = bargains["patch"] + positions


def _sort_distributions(tables: Tables, uncertain: Any, of_dist: Any, plain: Any) -> None:
    """Common uncertain distributions first, then those of each bargain."""
    order = np.argsort(of_dist, kind="stable")
    tables["unsettled"] = _table("unsettled", uncertain[order])
    tables["size"]["unsettled"] = len(uncertain)
    tables["size"]["common_unsettled"] = (of_dist == _COMMON).sum()
    tables["bargain_is"]["unsettled"][plain] = np.searchsorted(of_dist[order], plain)
    tables["bargain_is"]["unsettled_end"][plain] = np.searchsorted(of_dist[order], plain, "right")


def _place(compiled: Compiled, view: str, column: str, row: int) -> int:
    """The place of a number among the numbers of a run."""
    names = TABLES[view].names or ()
    return compiled.rows[view] + row * len(names) + names.index(column)


def _table(name: str, values: Any) -> np.ndarray[Any, Any]:
    """A table of one column, with at least one row."""
    rows = np.zeros(max(len(values), 1), TABLES[name])
    rows[(TABLES[name].names or ())[0]][: len(values)] = values
    return rows


def _within(compiled: Compiled, view: str, rows: int) -> np.ndarray[Any, Any]:
    """Which numbers of a run are in a view."""
    found = np.zeros(compiled.rows["number"], bool)
    found[compiled.rows[view] : compiled.rows[view] + rows * len(TABLES[view].names or ())] = True
    return found


def _owners(compiled: Compiled, tables: Tables) -> np.ndarray[Any, Any]:
    """The bargain that each number of a run concerns alone, else ``_COMMON``."""
    owners = np.full(compiled.rows["number"], _COMMON)
    bargains, issues = len(tables["bargain_is"]), len(tables["issue_is"])
    for view, each in (("issue_of", 1), ("reserve_of", 2), ("tactic_of", 2), ("bargain_of", 1)):
        rows = each * (issues if view in ("issue_of", "reserve_of") else bargains)
        owners[_within(compiled, view, rows)] = np.repeat(np.arange(rows) // each, len(TABLES[view].names or ()))
    for row, (first, end) in enumerate(
        zip(tables["tactic_is"]["offer"], tables["tactic_is"]["offer_end"], strict=True)
    ):
        owners[compiled.rows["offer_of"] + first : compiled.rows["offer_of"] + end] = row // 2
    for i, d in enumerate(tables["issue_is"]["lag"]):
        owners[compiled.rows["dist_of"] + 4 * d : compiled.rows["dist_of"] + 4 * d + 4] = i
    return owners


def _kinds(compiled: Compiled, tables: Tables) -> np.ndarray[Any, Any]:
    """A row for each issue: what its outcome without a discussion depends on, beside its reservation values."""
    n, marks = len(tables["issue_is"]), int(tables["size"]["marks"][0])
    channels, bargains = len(compiled.channels), int(tables["size"]["bargains"][0])
    takes = tables["takes"]["yes"][: channels * bargains].reshape(channels, bargains)[:, :n]
    on = tables["mark_on"]["yes"][: marks * n].reshape(marks, n)[tables["mark_is"]["kind"][:marks] == SUSPEND]
    return np.vstack([tables["issue_is"]["status"], tables["bargain_is"]["kind"][:n], takes, on]).T


def _plain(compiled: Compiled, tables: Tables, patches: Any, of_patch: Any, uncertain: Any) -> np.ndarray[Any, Any]:
    """The bargains that can be idle: those of one open issue that no other awaits, whose numbers are never clipped."""
    issues = tables["issue_is"]
    n = len(issues)
    plain = np.isin(issues["status"], (RAISED, DISCUSSING, CONVERGING)) & (issues["package"] < 0)
    plain &= tables["bargain_is"]["uncertain"][:n] == 0
    plain[issues["wake_issue"][issues["wake_issue"] >= 0]] = False
    record = compiled.record()
    low, high = _extremes(tables, patches, record)
    for_lists = (("issue_of", "hours"), ("bargain_of", "priority"))  # a meeting needs them of each idle bargain
    fixed = [_place(compiled, view, column, row) for view, column in for_lists for row in range(n)]
    sound = (low >= patches["lo"]) & (high <= patches["hi"]) & ~np.isin(patches["number"], fixed)
    hindered = of_patch[~sound]
    plain[hindered[(hindered >= 0) & (hindered < n)]] = False
    for i, d in enumerate(issues["lag"]):
        if plain[i] and d in uncertain and any(_clipped(compiled, patches, low, high, record, int(d))):
            plain[i] = False
    return np.flatnonzero(plain)


def _extremes(tables: Tables, patches: Any, record: Record) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The smallest and the largest number that each patch can write, before it is clipped; NaN if not known."""
    ends = np.full((len(tables["parameter_is"]), 2), np.nan)
    for a, d in enumerate(tables["parameter_is"]["dist"][: int(tables["size"]["parameters"][0])]):
        row = tables["dist_is"][d]
        if row["family"] == quantiles.EMPIRICAL:
            values = tables["table"]["q"][row["table"] : row["table"] + row["n1"]]
            ends[a] = values.min(), values.max()
        elif not row["uncertain"]:
            ends[a] = [quantiles.quantile_of(record.x, int(d), u) for u in (2.0**-53, 1.0 - 2.0**-53)]
    written = patches["times"][:, None] * ends[patches["parameter"]] + patches["plus"][:, None]
    return written.min(axis=1), written.max(axis=1)


def _clipped(compiled: Compiled, patches: Any, low: Any, high: Any, record: Record, d: int) -> Iterator[bool]:
    """Whether distribution ``d`` clips a number, for each combination of the extremes of its numbers."""
    start = compiled.rows["dist_of"] + 4 * d
    mine = np.flatnonzero((patches["number"] >= start) & (patches["number"] < start + 4))
    for corner in product(*((low[p], high[p]) for p in mine)):
        record.arrays["number"]["value"][patches["number"][mine]] = corner
        record.run["clipped"] = 0
        quantiles.settle(record.x, d)
        yield bool(record.run["clipped"])
