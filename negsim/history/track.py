"""The track record: one page, and two pictures, that a sceptic reads first; made of a backtest and of nothing else."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from negsim.history.backtest import BRIER_DAYS, KINDS, Scored
from negsim.history.bootstrap import Difference
from negsim.history.model import chosen
from negsim.history.talks import Histories
from negsim.history.trial import Trial
from negsim.history.verdict import CAUTION
from negsim.writing import write_file

if TYPE_CHECKING:
    import pandas as pd

#: What the pictures show.
DRAWN = ("per meeting", "target x slip", "ours, no targets", "ours")
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
#: The aims: method, baseline, the ratio of CRPS that is aimed at, and the least that is.
AIMS = (("ours, no targets", "per meeting", 0.75, 0.90), ("ours", "target x slip", 0.85, 0.95))
#: Per talks never worse than so many times the baseline, or than so many days more.
TIMES, DAYS = 1.25, 10.0
COVER = (0.75, 0.88)


def write_page(found: Trial, histories: Histories, path: Path) -> list[Path]:
    """Write the page, and its pictures with their data beside it; the paths that were written."""
    from negsim.plots.track import by_talks, picture, reliability

    beside = path.with_suffix("")
    pictures = {
        f"{beside.name}-talks.svg": picture(by_talks, talks_table(found.scored)),
        f"{beside.name}-reliability.svg": picture(reliability, reliability_table(found.scored, "ours"), 6.0),
    }
    written = []
    for name, drawn in pictures.items():
        drawn.save(path.with_name(name))
        written.append(path.with_name(name))
    write_file(path, page(found, histories, list(pictures)).encode())
    return [path, *written]


def fingerprint(histories: Histories) -> str:
    """The first letters of a hash of all that is on record."""
    return hashlib.sha256(repr(histories).encode()).hexdigest()[:12]


def talks_table(scored: Scored) -> pd.DataFrame:
    """The CRPS of open issues by talks and method."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"talks": talks, "method": method, "crps": round(value, 2)}
            for talks in scored.ends
            for method in DRAWN
            if math.isfinite(value := scored.of_talks(method, talks))
        ]
    )


def reliability_table(scored: Scored, method: str) -> pd.DataFrame:
    """What was given to a closing and how often it came, by bins; talks, origins and issues weigh as in all means."""
    import pandas as pd

    row = scored.methods.index(method)
    weights = _weights(scored)
    found = []
    for n, days in enumerate(BRIER_DAYS):
        p = scored.at_days[row, :, n]
        usable = np.asarray([case.horizon >= days for case in scored.cases]) & np.isfinite(p)
        happened = np.asarray([case.outcome is not None and case.outcome <= days for case in scored.cases])
        for low, high in zip(BINS, BINS[1:], strict=False):
            mine = usable & (p >= low) & ((p < high) | (high == 1.0))
            weight = weights[mine].sum()
            if weight > 0:
                given = (weights[mine] * p[mine]).sum() / weight
                came = (weights[mine] * happened[mine]).sum() / weight
                share = weight / weights[usable].sum()
                cases = int(mine.sum())
                found.append((days, round(given, 4), round(came, 4), round(share, 4), cases))
    return pd.DataFrame(found, columns=["days", "forecast", "happened", "weight", "cases"])


def _weights(scored: Scored) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    per_origin: dict[tuple[object, ...], int] = {}
    for case in scored.cases:
        key = (case.talks, case.origin)
        per_origin[key] = per_origin.get(key, 0) + 1
    origins: dict[object, int] = {}
    for talks, _ in per_origin:
        origins[talks] = origins.get(talks, 0) + 1
    return np.asarray([1.0 / per_origin[case.talks, case.origin] / origins[case.talks] for case in scored.cases])


def page(found: Trial, histories: Histories, pictures: list[str]) -> str:
    """The page as Markdown."""
    scored = found.scored
    names = ", ".join(histories[name].title for name in scored.ends)
    count = {kind: sum(case.kind == kind for case in scored.cases) for kind in KINDS}
    parts = [
        "# Track record",
        "",
        "Made by `negsim backtest --report docs/track-record.md`; not to be edited by hand. "
        f"Record {fingerprint(histories)}.",
        "",
        f"Talks of the past are forecast from fixed days, as if nothing later were known, and scored on what came: "
        f"{names}. That is {count[KINDS[0]]} forecasts of issues then open and {count[KINDS[1]]} of issues not yet "
        f"opened, over up to {found.horizon} days.",
        "",
        *_limits(found),
        "## What is reached",
        "",
        *_aims(scored),
        f"![CRPS by talks]({pictures[0]})",
        "",
        "## Scores",
        "",
        "CRPS of min(time to closing, horizon) in days; the logarithmic score of months; Brier scores of a closing within "
        f"{', '.join(map(str, BRIER_DAYS))} days; how much of what came lies in the central 50 % and 80 % intervals. Means "
        "are over issues, then origins, then talks. Smaller is better, but for coverage. `concluded` and `others` are the "
        "CRPS of talks that came to an end and of talks that stalled.",
        "",
    ]
    for kind in KINDS:
        parts += [f"### Issues {kind}", "", *_scores(scored, kind), *_by_talks(scored, kind)]
    parts += [
        "## Do probabilities hold?",
        "",
        f"![Reliability]({pictures[1]})",
        "",
        "All forecasts of ours, of open issues and of others. A mark below the line: it was said more often than it "
        "happened. Many of these cases are issues of the same talks that ended together, so a mark far off is less "
        "surprising than it looks.",
        "",
        *_pit(scored),
        "## How sure are the differences?",
        "",
        *_differences(found.differences),
        CAUTION,
        "",
        *_ablation(found),
        *_early(found),
        *_method(found, histories),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _limits(found: Trial) -> list[str]:
    early = found.early
    told = ""
    if early is not None:
        told = f" (CRPS {early.mean('ours'):.0f} and not {found.scored.mean('ours'):.0f} days; see the end of the page)"
    return [
        "Read these first:",
        "",
        f"- **{len(found.scored.ends)} talks are few.** Three of them are accessions to one union. {CAUTION}",
        "- **Whoever made this model knew how these talks ended.** Its parts, the numbers that are tried and the decision to "
        "average over them were made with these talks in sight. `ours, one variant`, chosen by the other talks alone, "
        "is the row with less of that in it; only talks that are yet to come are free of it.",
        "- **Talks teach each other across time**: forecasts of 2007 are taught by talks of 2018. Taught by what could be "
        f"known at the time alone, they are worse{told}.",
        "- **The record itself is uneven**: days that nobody has looked up are left out, and talks that drew no attention are "
        "not on record at all.",
        "- **This is no score of the simulation.** It is of the forecasts in `negsim/history`, which know nothing of demands "
        "and concessions; what they found is what a scenario's numbers are to be held against.",
        "",
    ]


def _aims(scored: Scored) -> list[str]:
    lines = ["| what was aimed at | reached | |", "|---|---|---|"]
    for method, base, goal, least in AIMS:
        ratio = scored.mean(method) / scored.mean(base)
        how = "yes" if ratio <= goal else "the least" if ratio <= least else "**no**"
        lines.append(f"| {method}: CRPS at most {goal:.2f} of {base} ({least:.2f} the least) | {ratio:.2f} | {how} |")
    for method, base, _, _ in AIMS:
        for talks in scored.ends:
            one, other = scored.of_talks(method, talks), scored.of_talks(base, talks)
            fine = one <= TIMES * other or one <= other + DAYS
            lines.append(
                f"| {method}, {talks}: at most {TIMES} times {base} or {DAYS:.0f} days more | {one:.0f} against "
                f"{other:.0f} days | {'yes' if fine else '**no**'} |"
            )
    for method in ("ours, no targets", "ours, one variant", "ours"):
        cover = scored.mean(method, "cover_80")
        fine = COVER[0] <= cover <= COVER[1]
        lines.append(
            f"| {method}: 80 % intervals cover {COVER[0]} to {COVER[1]} | {cover:.3f} | {'yes' if fine else '**no**'} |"
        )
    one, other = (scored.mean(method, kind=KINDS[1]) for method in ("ours", "target x slip"))
    lines.append(
        f"| ours, issues not yet opened: no worse than target x slip | {one:.0f} against {other:.0f} days | "
        f"{'yes' if one <= other else '**no**'} |"
    )
    return [*lines, ""]


def _scores(scored: Scored, kind: str) -> list[str]:
    heads = ["CRPS", "log", *(f"Brier {day}" for day in BRIER_DAYS), "50 %", "80 %", "concluded", "others"]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    names = ("crps", "log", *(f"brier_{day}" for day in BRIER_DAYS), "cover_50", "cover_80")
    for method in scored.methods:
        values = [scored.mean(method, name, kind) for name in names]
        texts = [f"{values[0]:.1f}", f"{values[1]:.2f}", *(f"{v:.3f}" for v in values[2:5])]
        texts += [f"{v:.2f}" for v in values[5:]]
        for end in ("concluded", "other"):
            of = scored.ended(end)
            texts.append(f"{scored.mean(method, 'crps', kind, of):.1f}" if of else "")
        lines.append(f"| {method} | " + " | ".join(texts) + " |")
    return [*lines, ""]


def _by_talks(scored: Scored, kind: str) -> list[str]:
    lines = ["CRPS by talks:", "", "| | " + " | ".join(scored.ends) + " |", "|---" * (len(scored.ends) + 1) + "|"]
    for method in scored.methods:
        values = [scored.of_talks(method, talks, kind=kind) for talks in scored.ends]
        lines.append(f"| {method} | " + " | ".join(f"{v:.1f}" if math.isfinite(v) else "" for v in values) + " |")
    return [*lines, ""]


def _pit(scored: Scored) -> list[str]:
    """Five bins of the randomised transform, in expectation over the randomisation."""
    row, weights = scored.methods.index("ours"), _weights(scored)
    low, high = scored.values[row, :, -2], np.maximum(scored.values[row, :, -1], scored.values[row, :, -2] + 1e-9)
    edges = np.linspace(0, 1, 6)
    shares = []
    for left, right in zip(edges, edges[1:], strict=False):
        inside = np.clip(np.minimum(high, right) - np.maximum(low, left), 0, None) / (high - low)
        shares.append(f"{100 * float((weights * inside).sum() / weights.sum()):.0f} %")
    return [
        f"The probability integral transform of ours, in fifths, which should hold 20 % each: {', '.join(shares)}. Much in "
        "the first: things came sooner than was said; much in the last: later, or not at all.",
        "",
    ]


def _differences(differences: list[Difference]) -> list[str]:
    lines = [
        "CRPS of the first minus that of the second, in days, with 90 % intervals of a bootstrap of whole talks, and of "
        "stretches of six neighbouring origins within talks.",
        "",
        "| | issues | days | ratio | over talks | over origins |",
        "|---|---|---|---|---|---|",
    ]
    for each in differences:
        intervals = " | ".join(f"{low:.0f} to {high:.0f}" for low, high in (each.over_talks, each.over_origins))
        lines.append(
            f"| {each.method} - {each.against} | {each.kind} | {each.days:+.0f} | {each.ratio:.2f} | {intervals} |"
        )
    return [*lines, ""]


def _ablation(found: Trial) -> list[str]:
    if found.ablation is None:
        return []
    lines = [
        "## What earns its keep?",
        "",
        "Ours without one feature at a time; more days than ours means that the feature helps.",
        "",
        "| ours without | open | by talks: " + ", ".join(found.scored.ends) + " | not yet opened |",
        "|---|---|---|---|",
    ]
    rows = [("(nothing: ours)", found.scored, "ours"), *((name, found.ablation, name) for name in found.ablation.methods)]
    for name, scored, method in rows:
        by_talks = ", ".join(f"{scored.of_talks(method, talks):.0f}" for talks in scored.ends)
        lines.append(
            f"| {name} | {scored.mean(method):.1f} | {by_talks} | {scored.mean(method, kind=KINDS[1]):.1f} |"
        )
    return [*lines, ""]


def _early(found: Trial) -> list[str]:
    if found.early is None:
        return []
    lines = [
        "## With what was known at the time alone",
        "",
        "The same forecasts, taught by other talks only so far as these had come by the origin.",
        "",
        "| CRPS of open issues | all | " + " | ".join(found.early.ends) + " |",
        "|---" * (len(found.early.ends) + 2) + "|",
    ]
    for method in found.early.methods:
        values = [found.early.mean(method), *(found.early.of_talks(method, talks) for talks in found.early.ends)]
        lines.append(f"| {method} | " + " | ".join(f"{value:.1f}" for value in values) + " |")
    return [*lines, ""]


def _method(found: Trial, histories: Histories) -> list[str]:
    lines = [
        "## How it is done",
        "",
        "- The record is in `seeds/histories`, its format in [histories-format.md](histories-format.md), the origins in "
        "`seeds/histories/origins.yaml`, with the rule by which they were chosen. A day from memory hides what came after it "
        "and is used for nothing else: the issue is left out from that day on, and such a closing is not scored.",
        "- A forecaster gets the talks cut off at the origin by one function; a test plants days after an origin and sees "
        "that no forecast changes. The list of issues is taken as known from the start.",
        "- The horizon is the full one for talks that were concluded, however soon they ended after the origin, and the end of "
        "the record for others.",
        "- Baselines: nothing closes; a constant hazard with a Gamma prior; Kaplan-Meier and Weibull curves of other talks, "
        "given the age of an issue (SciPy); months of own throughput drawn again; a closing hazard per meeting with resampled "
        "gaps; the announced end times the slips of other talks, and where nothing was announced, per meeting.",
        "- Ours: issues close one by one at meetings, or together when the talks end. The end is told by announced dates times "
        "a slip and by the pace so far (how far the talks have come in the time that they took). Twelve variants of how this "
        "is weighed are averaged.",
        "- `ours, one variant` took, by talks left out: "
        + "; ".join(
            f"{name}: {chosen([each for each in histories.talks.values() if each.id != name]).words}"
            for name in found.scored.ends
        )
        + ".",
    ]
    return [*lines, ""]
