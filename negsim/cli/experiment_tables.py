"""Results of sweeps, sensitivities and discoveries as text and data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.experiments import Discovery, Sensitivity, Sweep

#: The columns of each method: heading, key of the figure, whether it is a share.
_COLUMNS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "given": (("first order, %", "first", True),),
    "sobol": (("first order, %", "first", True), ("total, %", "total", True)),
    "morris": (("mu*", "mu_star", False), ("sigma", "sigma", False)),
}


def sweep_data(sweep: Sweep) -> dict[str, Any]:
    """The outcomes of a sweep for JSON; a date after the horizon is null."""

    def plain(value: object) -> object:
        return None if isinstance(value, float) and not math.isfinite(value) else value

    rows = sweep.table.to_dict("records")
    outcomes = [{str(key): plain(value) for key, value in row.items()} for row in rows]
    return {"experiments": sweep.experiments, "engine": sweep.engine, "outcomes": outcomes}


def sweep_text(sweep: Sweep, look: TextStyle) -> str:
    """The lowest, median and highest probability of each issue over the experiments of a sweep."""
    from negsim.experiments import ALL

    page = TextPage(look).title(sweep.scenario.title).add(f"{sweep.provenance}.").add()
    column, when = ("p_24m", "24 months") if sweep.table["p_24m"].notna().any() else ("p_horizon", "the horizon")
    titles = {name: issue.title for name, issue in sweep.scenario.agenda.issues.items()} | {ALL: "all issues"}
    rows = []
    for issue, of in sweep.table.groupby("issue", sort=False):
        p = of[column].dropna()
        figures = [f"{100 * value:.0f}" for value in (p.min(), p.median(), p.max())]
        rows.append((titles.get(str(issue), str(issue)), figures, ""))
    page.table((f"% of runs resolved within {when}", "lowest", "median", "highest"), (8, 8, 8), rows)
    note = (
        "lowest, median, highest: over the experiments. All experiments use the same random draws, so they differ only "
    )
    note += "in the varied values. --out DIR saves all outcomes for sensitivity and discover."
    return page.add().note(note).text


def sensitivity_text(found: Sensitivity, look: TextStyle, top: int) -> str:
    """The factors in order of their effect, the strongest first."""
    cases = found.cases
    page = TextPage(look).title(cases.scenario.title).add(f"Outcome: {cases.words}.").add(f"From {cases.provenance}.")
    if (split := found.split) is not None and split.share == split.share:
        low, high = (100 * end for end in split.share_range)
        share = f"{max(100 * split.share, 0):.0f} % ({max(low, 0):.0f} to {high:.0f})"
        page.add().add(
            f"The assumptions cause {share} of the variance of the outcome. Random draws cause the rest, which better "
            f"assumptions do not reduce. Estimated from {split.draws:,} draws of the assumptions, each with "
            f"{split.lucks} sets of random draws."
        )
    effects = found.effects.set_index("factor")
    percent = not cases.outcome.days and cases.outcome.issue is not None
    columns, rows = _COLUMNS[found.method], []
    for row in found.table.head(top).to_dict("records"):
        end = effects.loc[row["factor"]]
        levels = (
            f"{_level(end[what], percent)} at {cases.amount(row['factor'], end[f'{what}_end'])}"
            for what in ("low", "high")
        )
        figures = [_figure(row, key, share) for _, key, share in columns]
        rows.append((cases.label(row["factor"]), figures, " -> ".join(levels)))
    page.add().table(("factor", *(title for title, _, _ in columns)), (18,) * len(columns), rows)
    if (rest := len(found.table) - top) > 0:
        page.add(f"{rest} more factors have smaller effects; --top prints them.")
    note = (
        f'{found.meaning} In brackets: 95 % intervals. "a at x -> b at y": a is the mean outcome of the fifth '
        f"of the {cases.each}s with the lowest values of the factor (up to x), b that of the fifth with the highest "
        "values (from y)."
    )
    return page.add().note(note).text


def discovery_text(found: Discovery, look: TextStyle) -> str:
    """One sentence for each region."""
    cases = found.cases
    page = TextPage(look).title(cases.scenario.title).add(f"Of {cases.provenance}.")
    page.add(f"In {100 * found.base:.1f} % of all {cases.each}s, {found.happens}.").add().items(found.sentences)
    if not found.boxes:
        page.add("No region is much better than all cases together. Try a smaller --density or --mass.")
    note = (
        "The region is fitted to these cases; in others the share is a little lower. It shows where the outcome "
        "happens, not what causes it."
    )
    return page.add().note(note).text


def _figure(row: Mapping[Any, Any], key: str, share: bool) -> str:
    times, digits = (100, 0) if share else (1, 3)
    text = f"{times * row[key]:.{digits}f}"
    if f"{key}_low" not in row:
        return text
    low, high = (times * row[f"{key}_{end}"] for end in ("low", "high"))
    return f"{text} ({low:.{digits}f} to {high:.{digits}f})" if share else f"{text} ±{(high - low) / 2:.{digits}f}"


def _level(value: float, percent: bool) -> str:
    return f"{100 * value:.0f} %" if percent else f"{value:.3g}"
