"""Results of sweeps, sensitivities and discoveries as text and data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from negsim.analysis import Chance
from negsim.cli.projection_table import percent
from negsim.files import TextPage, TextStyle, number_text

if TYPE_CHECKING:
    from negsim.experiments import Discovery, Sensitivity, Sweep

#: The columns of each method: heading, key of the figure, whether it is a share.
_COLUMNS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "grid": (("main effect, %", "first", True), ("total, %", "total", True)),
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


def sweep_text(sweep: Sweep, style: TextStyle, by: str | None = None, dates: str | None = None) -> str:
    """A table for each factor of a sweep: a row for each value, with the probability of each issue by a milestone.

    The default milestone is the one at which the probabilities are nearest to one half.
    """
    from negsim.analysis import nearest_half
    from negsim.experiments import column, within_words

    page = TextPage(style).title(sweep.scenario.title).add(f"{sweep.provenance}.")
    chances = {each: sweep.table[column(each)] for each in (*sweep.milestones, "horizon")}
    day = by or nearest_half({each: p for each, p in chances.items() if p.notna().all()} or {"horizon": [0.0]})
    found = sweep.by_value(column(day))
    end = within_words(day, sweep.scenario, sweep.paths, dates or "day")
    page.add(f"% of runs that resolve an issue within {end}").add()
    for factor in sweep.factors:
        values = found.loc[factor.path]
        names = list(dict.fromkeys(values.index.get_level_values("value")))
        first = max(len(factor.path), *map(len, names)) + 2
        for issues in _blocks(sweep, style.width - min(first, style.width // 2)):
            rows = [(name, [_share(values, name, issue, column(day)) for issue in issues], "") for name in names]
            page.table((factor.path, *issues), [max(len(issue), 5) + 2 for issue in issues], rows)
            page.add()
    note = "± is the standard error of the simulation, rounded up"
    note += ". " if sweep.design == "grid" else ", and of the sample of experiments. "
    if len(sweep.factors) > 1:
        note += "Each row is a mean over the values of the other factors. "
    note += "All experiments use the same random draws, so they differ only in the varied values. "
    return page.note(f"{note}--out DIR saves all outcomes for sensitivity and discover.").text


def _blocks(sweep: Sweep, room: int) -> list[list[str]]:
    """Issues in groups whose columns fit the room."""
    blocks: list[list[str]] = [[]]
    used = 0
    for issue in map(str, sweep.table["issue"].unique()):
        width = max(len(issue), 5) + 2
        if blocks[-1] and used + width > room:
            blocks.append([])
            used = 0
        blocks[-1].append(issue)
        used += width
    return blocks


def _share(values: Any, value: str, issue: str, column: str) -> str:
    if (value, issue) not in values.index:
        return "-"
    row = values.loc[(value, issue)]
    p, error = row[column], row["se"]
    return "-" if p != p else percent(Chance(p, 0.0 if error != error else error))


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
    elif split is not None:
        page.add().add(
            f"The share of the assumptions in its variance is not estimable: the outcome is too rare or too common in "
            f"{split.draws:,} draws of the assumptions, each with {split.lucks} sets of random draws."
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
        rows.append((cases.label(row["factor"]), figures, f"{row['factor']}: {' -> '.join(levels)}"))
    widths = [18 if share else 26 for _, _, share in columns]
    page.add().table(("factor", *(title for title, _, _ in columns)), widths, rows)
    if (rest := len(found.table) - top) > 0:
        page.add(f"{rest} more factors have smaller effects; --top prints them.")
    known = all(
        math.isfinite(row[f"{key}_high"]) for row in found.table.to_dict("records") for key in _bounded(columns)
    )
    interval = (
        "In brackets: 95 % intervals." if known else "Too few samples or runs for a 95 % interval of each figure."
    )
    note = (
        f'{found.meaning} {interval} "a at x -> b at y": a is the mean outcome of the fifth '
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
        "In brackets: 95 % intervals. Cases that did not select a region measure it, because those that did promise "
        "too much. A region shows where the outcome happens, not what causes it."
    )
    return page.add().note(note).text


def _figure(row: Mapping[Any, Any], key: str, share: bool) -> str:
    times, digits = (100, 0) if share else (1, 3)
    text = f"{times * row[key]:z.{digits}f}"
    if not math.isfinite(row.get(f"{key}_high", math.inf)):
        return text
    low, high = (times * row[f"{key}_{end}"] for end in ("low", "high"))
    return f"{text} ({low:z.{digits}f} to {high:z.{digits}f})"


def _bounded(columns: tuple[tuple[str, str, bool], ...]) -> list[str]:
    """The figures that have an interval."""
    return [key for _, key, _ in columns if key != "sigma"]


def _level(value: float, percent: bool) -> str:
    return f"{100 * value:.0f} %" if percent else number_text(value)
