"""A comparison for people at a terminal: two lines an issue, then sentences, what is assumed otherwise, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from negsim.analysis import comparison_sentences as verdicts
from negsim.files import TextStyle, clean, pad, wrap

if TYPE_CHECKING:
    from negsim.analysis import IssueComparison, Paired
    from negsim.experiments import Comparison

_CHANCE, _POINTS, _DATE = 5, 23, 14


def comparison_table(comparison: Comparison, look: TextStyle) -> str:
    """All of a comparison as text that fits the width."""
    context = comparison.baseline.context
    lines = [look.bold(line) for line in wrap(context.talks, look.width)]
    for label, projection in zip(comparison.labels, comparison.projections, strict=True):
        lines += wrap(f"{label}: {projection.scenario.title}", look.width, "   ")
    lines += [look.faint(line) for line in wrap(f"{comparison.provenance}.", look.width)]
    for number, (label, pair) in enumerate(zip(comparison.labels[1:], comparison.pairs, strict=True)):
        lines += ["", *_figures(label, pair, look), ""]
        lines += wrap(verdicts.verdict(pair), look.width)
        lines += _bullets(verdicts.issue_verdicts(pair), look)
        assumed = [difference.words for difference in comparison.differences(number)]
        lines += ["", look.bold(f"Assumed otherwise in {label}{'' if assumed else ': nothing'}")]
        lines += [*_bullets(assumed, look), "", *wrap(verdicts.saved_words(pair), look.width)]
    lines.append("")
    for note in comparison.notes:
        lines += [look.faint(line) for line in wrap(note, look.width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _bullets(texts: list[str], look: TextStyle) -> list[str]:
    return [line for text in texts for line in wrap(f"- {clean(text)}", look.width, "  ")]


def _figures(label: str, pair: Paired, look: TextStyle) -> list[str]:
    left = look.width - 2 * _CHANCE - _POINTS - 2 * _DATE
    rule = look.faint("─" * look.width)
    heads = _columns("A", label, f"{label} - A (95 %)", "50 % in A", f"50 % in {label}")
    lines = [*wrap(f"{label} against A: % of runs resolved by {pair.on}", look.width), pad("issue", left) + heads, rule]
    for issue in pair.issues:
        lines += _row(issue, label, pair, left, look)
    return [*lines, rule, *_row(pair.every, label, pair, left, look)]


def _row(issue: IssueComparison, label: str, pair: Paired, left: int, look: TextStyle) -> list[str]:
    found = issue.by[pair.on]
    a, b = (f"{100 * chance.p:.0f}" for chance in (found.base, found.other))
    dates = (verdicts.month(day, pair) for day in (issue.p50.base, issue.p50.other))
    figures = _columns(a, b, verdicts.signed_points(found.difference), *dates)
    detail = f"{label} earlier in {verdicts.percent_range(issue.earlier)} % of runs, later in "
    detail += f"{verdicts.percent_range(issue.later)} %, the same in {100 * issue.same.value:.0f} %"
    if issue.neither:
        detail += f" (never in either {100 * issue.neither:.0f} %)"
    names, beside = wrap(issue.facts.title, left - 1, "  "), wrap(detail, look.width - left - 2)
    lines = [look.bold(pad(names[0], left)) + figures]
    for n in range(1, max(len(names), len(beside) + 1)):
        name = pad(names[n] if n < len(names) else "", left)
        lines.append(look.bold(name) + look.faint(f"  {beside[n - 1]}" if n <= len(beside) else ""))
    return lines


def _columns(a: str, b: str, points: str, before: str, after: str) -> str:
    return a.rjust(_CHANCE) + b.rjust(_CHANCE) + points.rjust(_POINTS) + before.rjust(_DATE) + after.rjust(_DATE)
