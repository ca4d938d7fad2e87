"""Sweeps, sensitivities and corners for people at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from negsim.files import TextStyle, clean, pad, wrap

if TYPE_CHECKING:
    from negsim.experiments import Discovery, Sensitivity, Sweep

_FIGURE = 18
#: The columns of each method: heading, figure, and whether it is a share.
_COLUMNS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "given": (("first order, %", "first", True),),
    "sobol": (("first order, %", "first", True), ("total, %", "total", True)),
    "morris": (("mu*", "mu_star", False), ("sigma", "sigma", False)),
}


def sweep_words(sweep: Sweep, look: TextStyle) -> str:
    """What a sweep says at a glance: per issue the least, middle and largest chance over its experiments."""
    from negsim.experiments import ALL

    lines = [look.bold(line) for line in wrap(sweep.scenario.title, look.width)]
    lines += wrap(f"{sweep.provenance}.", look.width)
    column = "p_24m" if sweep.table["p_24m"].notna().any() else "p_horizon"
    when = "24 months" if column == "p_24m" else "the horizon"
    left = look.width - 3 * 8
    lines += [
        "",
        pad(f"% of runs resolved within {when}", left) + "".join(h.rjust(8) for h in ("least", "half", "most")),
    ]
    lines.append(look.faint("─" * look.width))
    titles = {name: issue.title for name, issue in sweep.scenario.agenda.issues.items()} | {ALL: "all issues"}
    for issue, rows in sweep.table.groupby("issue", sort=False):
        p = rows[column].dropna()
        figures = "".join(f"{100 * value:.0f}".rjust(8) for value in (p.min(), p.median(), p.max()))
        names = wrap(titles.get(str(issue), str(issue)), left - 1, "  ")
        lines += [pad(names[0], left) + figures, *names[1:]]
    lines.append("")
    lines += [look.faint(line) for line in wrap(
        "least, half, most: over the experiments. All share their luck, so that they differ by what is varied alone. "
        "With --out DIR the table of all outcomes is kept, for sensitivity and discover.", look.width)]  # fmt: skip
    return "\n".join(line.rstrip() for line in lines) + "\n"


def sensitivity_words(found: Sensitivity, look: TextStyle, top: int) -> str:
    """Which factors matter, the strongest first."""
    cases = found.cases
    lines = [look.bold(line) for line in wrap(cases.scenario.title, look.width)]
    lines += wrap(f"Outcome: {cases.words}.", look.width) + wrap(f"From {cases.provenance}.", look.width)
    if (split := found.split) is not None and split.share == split.share:
        low, high = (100 * end for end in split.share_range)
        share = f"{max(100 * split.share, 0):.0f} % ({max(low, 0):.0f} to {high:.0f})"
        lines += ["", *wrap(
            f"Of its variance {share} lies in the assumptions, the rest is chance, which no better assumption removes: "
            f"{split.draws:,} draws of the assumptions, each under {split.lucks} lucks.", look.width)]  # fmt: skip
    columns = _COLUMNS[found.method]
    left = look.width - _FIGURE * len(columns)
    lines += ["", pad("factor", left) + "".join(title.rjust(_FIGURE) for title, _, _ in columns)]
    lines.append(look.faint("─" * look.width))
    effects = found.effects.set_index("factor")
    percent = not cases.outcome.days and cases.outcome.issue is not None
    for row in found.table.head(top).to_dict("records"):
        figures = "".join(_figure(row, key, share).rjust(_FIGURE) for _, key, share in columns)
        names = wrap(cases.label(row["factor"]), left - 1, "  ")
        lines += [look.bold(pad(names[0], left)) + figures, *(look.bold(name) for name in names[1:])]
        end = effects.loc[row["factor"]]
        said = " -> ".join(
            f"{_level(end[what], percent)} at {cases.amount(row['factor'], end[f'{what}_end'])}"
            for what in ("low", "high")
        )
        lines += [look.faint(line) for line in wrap(clean(said), look.width, "  ", "  ")]
    if (rest := len(found.table) - top) > 0:
        lines += wrap(f"and {rest} more that matter less; --top shows them.", look.width)
    lines.append("")
    note = f"{found.meaning} In brackets: 95 % intervals. a at x -> b at y: the mean outcome of the fifth of the "
    note += f"{cases.each}s where the factor is lowest (up to x) and highest (from y)."
    lines += [look.faint(line) for line in wrap(note, look.width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def discovery_words(found: Discovery, look: TextStyle) -> str:
    """Each corner in a sentence."""
    cases = found.cases
    lines = [look.bold(line) for line in wrap(cases.scenario.title, look.width)]
    lines += wrap(f"Of {cases.provenance}.", look.width)
    lines += [*wrap(f"In {100 * found.base:.1f} % of all {cases.each}s, {found.happens}.", look.width), ""]
    for sentence in found.sentences:
        lines += [*wrap(f"- {clean(sentence)}", look.width, "  ")]
    if not found.boxes:
        lines += wrap("No corner is much better than the whole; try a smaller --density or --mass.", look.width)
    lines.append("")
    note = (
        "A corner is found by looking at these cases, so it holds for them and a little less for others. It says where "
        "it happens, not that a side could bring it about."
    )
    lines += [look.faint(line) for line in wrap(note, look.width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _figure(row: Mapping[Any, Any], key: str, share: bool) -> str:
    times, digits = (100, 0) if share else (1, 3)
    text = f"{times * row[key]:.{digits}f}"
    if f"{key}_low" not in row:
        return text
    low, high = (times * row[f"{key}_{end}"] for end in ("low", "high"))
    return f"{text} ({low:.{digits}f} to {high:.{digits}f})" if share else f"{text} ±{(high - low) / 2:.{digits}f}"


def _level(value: float, percent: bool) -> str:
    return f"{100 * value:.0f} %" if percent else f"{value:.3g}"
