"""Contents of the page as plain values for its template."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from negsim.analysis import all_of, terms_words, until, waits_words
from negsim.errors import NegsimError
from negsim.files import render
from negsim.plots import KINDS
from negsim.reporting.picture import embedded
from negsim.reporting.timeline_section import timeline_section
from negsim.scenario import describe

if TYPE_CHECKING:
    from negsim.agenda import Agenda, Announced
    from negsim.analysis import Chance
    from negsim.monitoring import Timeline
    from negsim.projection import Projection

#: The pictures of the first projection and of the others, the most important first.
FIRST = (
    "burndown", "calendar", "terms", "waiting", "flow", "frontier", "gap", "survival", "burnup", "last", "climate",
    "trace",
)  # fmt: skip
#: The pictures that show base rates of other negotiations too.
WITH_OTHERS = ("burndown", "calendar", "survival")
OTHERS = ("burndown", "calendar", "terms", "waiting")


def page(
    projections: Sequence[Projection],
    most: int,
    others: Sequence[Projection | None] | None = None,
    timeline: Timeline | None = None,
) -> str:
    """The page as text; ``others`` are the base rates of other negotiations beside each projection.

    Raises:
        NegsimError: there is nothing to report on, or the timeline is of another negotiation.
    """
    if not projections:
        raise NegsimError("a report needs a projection")
    others = others or [None] * len(projections)
    style, script = _resource("page.css"), _resource("page.js")
    data: dict[str, Any] = {
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "talks": projections[0].context.talks,
        "scenarios": [_scenario(k, projection, projections[0], others[k]) for k, projection in enumerate(projections)],
        "agendas": list(_agendas(projections)),
        "timeline": timeline and timeline_section(timeline, projections[0].context.talks),
    }
    bare = render("reporting/page.html", **data, pictures={}, left_out={})
    pictures, left_out = _pictures(projections, most - len(bare.encode()) - 4000, others)
    return render("reporting/page.html", **data, pictures=pictures, left_out=left_out)


def _resource(name: str) -> str:
    return files("negsim.reporting").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _pictures(
    projections: Sequence[Projection], room: int, others: Sequence[Projection | None]
) -> tuple[dict[int, list[dict[str, str]]], dict[int, list[str]]]:
    """The pictures that fit, the most important first, and the kinds left out."""
    shown: dict[int, list[dict[str, str]]] = {k: [] for k in range(len(projections))}
    left_out: dict[int, list[str]] = {k: [] for k in range(len(projections))}
    wanted = [(k, kind) for kind in OTHERS for k in range(len(projections))]
    wanted += [(0, kind) for kind in FIRST if kind not in OTHERS]
    for k, kind in wanted:
        if not _says_something(projections[k], kind):
            continue
        view = projections[k].view(kind)
        if (kind == "gap" and view.rows.empty) or (kind == "terms" and not view.rows["settled"].any()):
            continue  # settled by chance: no offers, no terms
        beside = [other] if (other := others[k]) is not None and kind in WITH_OTHERS else []
        svg = embedded(projections[k].plot(kind, others=beside).svg, f"p{k}-{kind}-", f"{KINDS[kind]} {view.verdict}")
        if len(svg.encode()) + 600 > room:
            left_out[k].append(kind)
            continue
        room -= len(svg.encode()) + 600
        shown[k].append({"question": KINDS[kind], "svg": svg})
    return shown, left_out


def _says_something(projection: Projection, kind: str) -> bool:
    """Whether a picture has contents: a frontier needs a package, a climate two regimes."""
    names = projection.context.names
    return {"frontier": bool(names.packages), "climate": len(names.regimes) > 1}.get(kind, True)


def _scenario(number: int, projection: Projection, first: Projection, other: Projection | None) -> dict[str, Any]:
    context, digest, scenario = projection.context, projection.digest, projection.scenario
    milestones, unit = [milestone.words for milestone in context.milestones], digest.unit
    rows = [
        {
            "id": issue.facts.id,
            "title": issue.facts.title,
            "status": issue.facts.status,
            "chances": [_chance(c) for c in (*issue.by.values(), issue.resolved)],
            "p50": until(issue.p50, context, unit),
            "p80": until(issue.p80, context, unit),
            "terms": terms_words(issue, context),
            "waits": waits_words(issue, context),
            "others": _base_rates(other, issue.facts.id, unit),
        }
        for issue in digest.issues
    ]
    every = {
        "title": all_of(len(rows)),
        "chances": [_chance(c) for c in (*digest.all_by.values(), digest.all_resolved)],
        "p50": until(digest.all_p50, context, unit),
        "p80": until(digest.all_p80, context, unit),
        "others": _base_rates(other, None, unit) if other and len(other.digest.issues) == len(rows) else None,
    }
    return {
        "number": number,
        "title": context.title,
        "question": scenario.question or "",
        "description": scenario.description,
        "as_of": context.as_of,
        "horizon": context.horizon,
        "short": "; ".join(projection.view(kind).verdict for kind in ("burndown", "calendar", "waiting")),
        "columns": [*milestones, "horizon"],
        "rows": rows,
        "every": every,
        "notes": projection.notes,
        "warnings": [problem.message for problem in scenario.warnings],
        "sections": describe(scenario),
        "provenance": _provenance(projection),
        **_compared(number, projection, first),
    }


def _base_rates(other: Projection | None, name: str | None, unit: str) -> dict[str, Any] | None:
    """The base rates of an issue, or of all of them; None if there are none, as for a dormant issue."""
    if other is None:
        return None
    found, context = other.digest, other.context
    if name is None:
        chances, p50, p80 = (*found.all_by.values(), found.all_resolved), found.all_p50, found.all_p80
    else:
        issue = next((issue for issue in found.issues if issue.facts.id == name), None)
        if issue is None:
            return None
        chances, p50, p80 = (*issue.by.values(), issue.resolved), issue.p50, issue.p80
    return {
        "chances": [_chance(c) for c in chances],
        "p50": until(p50, context, unit),
        "p80": until(p80, context, unit),
    }


def _compared(number: int, projection: Projection, first: Projection) -> dict[str, Any]:
    """The differences from the first scenario; nothing for the first itself."""
    from negsim.analysis import issue_verdicts
    from negsim.experiments import compare

    found: dict[str, Any] = {"verdict": "", "differences": [], "compared": [], "no_comparison": ""}
    if number:
        try:
            comparison = compare(first, projection)
        except NegsimError as error:
            return found | {"no_comparison": str(error)}
        found["verdict"] = comparison.verdict
        found["differences"] = [difference.words for difference in comparison.differences()]
        found["compared"] = issue_verdicts(comparison.pairs[0])
    return found


def _chance(chance: Chance) -> dict[str, Any]:
    return {"p": f"{100 * chance.p:.0f}", "se": f"{100 * chance.se:.1f}"}


def _provenance(projection: Projection) -> list[tuple[str, str]]:
    versions = ", ".join(f"{name} {version}" for name, version in projection.versions.items())
    return [
        ("Scenario", f"{projection.scenario.title}, SHA-256 {projection.hash}"),
        ("Runs", f"{projection.runs:,} with seed {projection.seed}, luck {projection.luck}"),
        ("Engine", projection.engine),
        ("Versions", versions),
    ]


def _agendas(projections: Sequence[Projection]) -> Iterator[dict[str, Any]]:
    """Each agenda once, as known on the as-of date of its first scenario."""
    seen: list[Agenda] = []
    for projection in projections:
        agenda, as_of = projection.scenario.agenda, projection.context.as_of
        if agenda in seen:
            continue
        seen.append(agenda)
        yield {
            "record": agenda,
            "as_of": as_of,
            "announced": [_announced(agenda, one) for one in agenda.announced(as_of)],
            "sources": [(name, _about(source)) for name, source in agenda.sources.items()],
        }


def _about(source: Any) -> str:
    data = source.model_dump(mode="json", exclude_none=True)
    known = [str(data[key]) for key in ("title", "subtitle", "publisher", "author", "date", "about") if data.get(key)]
    return "; ".join(known)


def _announced(agenda: Agenda, one: Announced) -> tuple[Announced, str]:
    """An announced date, and the issues that it names as words that begin with a comma."""
    titles = [agenda.issues[each].title for each in one.target.issues]
    named = "all issues" if len(titles) == len(agenda.issues) else ", ".join(titles)
    return one, f", on {named}" if named else ""
