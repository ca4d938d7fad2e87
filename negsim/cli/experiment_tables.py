"""The texts of sweeps, sensitivities and discoveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.experiments import Discovery, Sensitivity, Sweep

#: The columns of each method: heading, figure, and whether it is a share.
_COLUMNS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "given": (("first order, %", "first", True),),
    "sobol": (("first order, %", "first", True), ("total, %", "total", True)),
    "morris": (("mu*", "mu_star", False), ("sigma", "sigma", False)),
}


def sweep_words(sweep: Sweep, look: TextStyle) -> str:
    """For each issue the lowest, the median and the highest probability over the experiments of a sweep."""
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
    note = "lowest, median, highest: over the experiments. All use the same random draws, so that they differ only by "
    note += "what is varied. --out DIR saves the table of all outcomes, for sensitivity and discover."
    return page.add().note(note).text


def sensitivity_words(found: Sensitivity, look: TextStyle, top: int) -> str:
    """The factors that matter, the strongest first."""
    cases = found.cases
    page = TextPage(look).title(cases.scenario.title).add(f"Outcome: {cases.words}.").add(f"From {cases.provenance}.")
    if (split := found.split) is not None and split.share == split.share:
        low, high = (100 * end for end in split.share_range)
        share = f"{max(100 * split.share, 0):.0f} % ({max(low, 0):.0f} to {high:.0f})"
        page.add().add(
            f"{share} of its variance comes from the assumptions. The rest comes from random draws, and better "
            f"assumptions do not reduce it: {split.draws:,} draws of the assumptions, each with {split.lucks} sets of "
            "random draws."
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
        page.add(f"and {rest} more that matter less; --top shows them.")
    note = (
        f"{found.meaning} In brackets: 95 % intervals. a at x -> b at y: the mean outcome of the fifth of the "
        f"{cases.each}s where the factor is lowest (up to x) and highest (from y)."
    )
    return page.add().note(note).text


def discovery_words(found: Discovery, look: TextStyle) -> str:
    """One sentence for each corner."""
    cases = found.cases
    page = TextPage(look).title(cases.scenario.title).add(f"Of {cases.provenance}.")
    page.add(f"In {100 * found.base:.1f} % of all {cases.each}s, {found.happens}.").add().items(found.sentences)
    if not found.boxes:
        page.add("No corner is much better than the whole; try a smaller --density or --mass.")
    note = (
        "A corner is chosen for these cases: expect it to hold a little less for others. It shows where the outcome "
        "happens, not that a side could bring it about."
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
