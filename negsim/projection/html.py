"""Tables for notebooks; every text that comes from a file is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from negsim.analysis import comparison_sentences as verdicts

if TYPE_CHECKING:
    import pandas as pd

    from negsim.analysis.compare import Paired
    from negsim.experiments.comparison import Comparison


def table(frame: pd.DataFrame, title: str, foot: str) -> str:
    """A table with a caption and a line on where it comes from; chances as percentages with their error.

    A column that is called ``se`` or ``se ...`` is shown beside the one that it belongs to.
    """
    errors = {name for name in frame.columns if name == "se" or name.startswith("se ")}
    shown = [name for name in frame.columns if name not in errors]
    head = "".join(f"<th>{escape(_heading(name))}</th>" for name in shown)
    body = "".join(
        "<tr>" + "".join(_cell(name, row[name], row.get(_error_of(name), None)) for name in shown) + "</tr>"
        for row in frame.to_dict("records")
    )
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f'<p style="font-size:smaller">{escape(foot)}; chances in %, ± one standard error of the simulation</p>'
    )


def _heading(name: str) -> str:
    words = {
        "title": "issue",
        "status_now": "now",
        "p_agreed": "agreed",
        "p_resolved": "resolved",
        "p50": "50 %",
        "p80": "80 %",
    }
    return words.get(name, name.replace("_", " "))


def _error_of(name: str) -> str:
    return "se" if name == "p_resolved" else f"se {name.removeprefix('by ')}"


def _cell(name: str, value: object, error: object) -> str:
    if not isinstance(value, float):
        left = ' style="text-align:left"' if name in ("title", "terms", "waits_for") else ""
        return f"<td{left}>{escape(str(value))}</td>"
    plus_minus = f" ± {100 * error:.1f}" if isinstance(error, float) else ""
    return f"<td>{100 * value:.0f}{plus_minus}</td>"


def comparison(compared: Comparison) -> str:
    """For each of the others a table of the issues, the verdict and what is assumed otherwise; then notes."""
    parts = []
    for number, (label, pair) in enumerate(zip(compared.labels[1:], compared.pairs, strict=True)):
        assumed = "".join(f"<li>{escape(difference.words)}</li>" for difference in compared.differences(number))
        parts.append(
            f"{_differences(label, pair)}<p>{escape(verdicts.verdict(pair))}</p>"
            f"<p>Assumed otherwise in {escape(label)}:</p><ul>{assumed or '<li>nothing</li>'}</ul>"
            f"<p>{escape(verdicts.saved_words(pair))}</p>"
        )
    foot = " ".join([f"{compared.provenance}.", *compared.notes])
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
        cells += [verdicts.month(day, pair) for day in (issue.p50.base, issue.p50.other)]
        cells += [verdicts.percent_range(issue.earlier), verdicts.issue_verdict(issue, pair)]
        figures = "".join(f"<td>{escape(cell)}</td>" for cell in cells[1:-1])
        first, last = (f'<td style="text-align:left">{escape(cell)}</td>' for cell in (cells[0], cells[-1]))
        body += f"<tr>{first}{figures}{last}</tr>"
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(caption)}</caption>'
        f"<thead><tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr></thead><tbody>{body}</tbody></table>"
    )
