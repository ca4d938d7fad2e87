"""HTML of a comparison for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from negsim.analysis import Paired
from negsim.analysis import comparison_sentences as verdicts
from negsim.scenario import Difference


def comparison_html(
    labels: Sequence[str],
    pairs: Sequence[Paired],
    assumed: Sequence[Sequence[Difference]],
    provenance: str,
    notes: Sequence[str],
) -> str:
    """For each of the others: a table of the issues, the verdict and the different assumptions; then notes."""
    parts = []
    for label, pair, different in zip(labels[1:], pairs, assumed, strict=True):
        items = "".join(f"<li>{escape(difference.words)}</li>" for difference in different)
        parts.append(
            f"{_differences(label, pair)}<p>{escape(verdicts.verdict(pair))}</p>"
            f"<p>Different assumptions in {escape(label)}:</p><ul>{items or '<li>none</li>'}</ul>"
            f"<p>{escape(verdicts.saved_words(pair))}</p>"
        )
    foot = " ".join([f"{provenance}.", *notes])
    return "".join(parts) + f'<p style="font-size:smaller">{escape(foot)}</p>'


def _differences(label: str, pair: Paired) -> str:
    caption = f"A {pair.base.title}, {label} {pair.other.title}: resolved by {pair.on}"
    heads = ["issue", "A, %", f"{label}, %", "difference in points (95 %)", "50 % in A", f"50 % in {label}"]
    heads += [f"earlier in {label}, %", "verdict"]
    body = ""
    for issue in (*pair.issues, pair.every):
        found = issue.by[pair.on]
        cells = [issue.facts.title, f"{100 * found.base.p:.0f}", f"{100 * found.other.p:.0f}"]
        cells += [verdicts.signed_points(found.difference)]
        cells += [verdicts.date_of_pair(day, pair) for day in (issue.p50.base, issue.p50.other)]
        cells += [verdicts.percent_range(issue.earlier), verdicts.issue_verdict(issue, pair)]
        figures = "".join(f"<td>{escape(cell)}</td>" for cell in cells[1:-1])
        first, last = (f'<td style="text-align:left">{escape(cell)}</td>' for cell in (cells[0], cells[-1]))
        body += f"<tr>{first}{figures}{last}</tr>"
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(caption)}</caption>'
        f"<thead><tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr></thead><tbody>{body}</tbody></table>"
    )
