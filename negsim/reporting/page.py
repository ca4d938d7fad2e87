"""Contents of the page as plain values for its template."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from negsim.agenda import is_link
from negsim.analysis import all_of, until, waits_words
from negsim.errors import NegsimError
from negsim.files import render
from negsim.reporting.figures import Drawing, Figures
from negsim.reporting.picture import Looks
from negsim.reporting.reading import reading_script
from negsim.reporting.timeline_section import timeline_section
from negsim.reporting.words import SECTIONS, percent_words, table_words
from negsim.scenario import describe

if TYPE_CHECKING:
    from datetime import date

    from negsim.agenda import Agenda, Announced, Citation
    from negsim.analysis import Chance, Context, IssueSummary
    from negsim.monitoring import Timeline
    from negsim.plots import Copies
    from negsim.projection import Projection

#: Bytes of the elements that only a page with figures has.
_AROUND = 4000
#: The most issues in the table of the printed summary.
_BRIEF = 14


def page(
    projections: Sequence[Projection],
    most: int,
    copies: Copies,
    others: Sequence[Projection | None] | None = None,
    timeline: Timeline | None = None,
) -> str:
    """The page as text; ``copies`` draw, ``others`` are the base rates of other negotiations beside each projection.

    Raises:
        NegsimError: there is nothing to report on, or the timeline is of another negotiation.
    """
    if not projections:
        raise NegsimError("a report needs a projection")
    others = others or [None] * len(projections)
    drawing = Drawing(projections, others, copies)
    looks, script = Looks(), reading_script() + _resource("page.js")
    style = _resource("page.css")
    agendas = list(_agendas(projections))
    records = [each["record"] for each in agendas]
    anchors = [agendas[records.index(projection.scenario.agenda)]["anchor"] for projection in projections]
    data: dict[str, Any] = {
        "script": script,
        "talks": projections[0].context.talks,
        "scenarios": [
            _scenario(k, projection, projections[0], others[k]) | {"anchor": anchors[k]}
            for k, projection in enumerate(projections)
        ],
        "agendas": agendas,
        "timeline": timeline and timeline_section(timeline, projections[0].context.talks, looks),
    }
    bare = render("reporting/page.html", **data, **_allowed(style + looks.style, script), figures=Figures())
    found = drawing.figures(most - len(bare.encode()) - _AROUND, looks)
    return render("reporting/page.html", **data, **_allowed(style + looks.style, script), figures=found)


def _allowed(style: str, script: str) -> dict[str, str]:
    """The style sheet, and the policy that allows it and the script."""
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"style": style, "policy": policy}


def _resource(name: str) -> str:
    return files("negsim.reporting").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _scenario(number: int, projection: Projection, first: Projection, other: Projection | None) -> dict[str, Any]:
    context, digest, scenario = projection.context, projection.digest, projection.scenario
    milestones, unit = [milestone.words for milestone in context.milestones], digest.unit
    rows = [
        {
            "id": issue.facts.id,
            "title": issue.facts.title,
            "status": issue.facts.status,
            "chances": [_chance(c) for c in (*issue.by.values(), issue.resolved)],
            "dates": [_dated(day, context, unit) for day in (issue.p50, issue.p80)],
            "terms": _terms(issue),
            "waits": waits_words(issue, context),
            "others": _base_rates(other, issue.facts.id, unit),
        }
        for issue in digest.issues
    ]
    every = {
        "title": all_of(len(rows)),
        "chances": [_chance(c) for c in (*digest.all_by.values(), digest.all_resolved)],
        "dates": [_dated(day, context, unit) for day in (digest.all_p50, digest.all_p80)],
        "others": _base_rates(other, None, unit) if other and len(other.digest.issues) == len(rows) else None,
    }
    return {
        "number": number,
        "title": context.title,
        "question": scenario.question or "",
        "description": scenario.description,
        "as_of": context.as_of,
        "horizon": context.horizon,
        "sides": context.sides,
        "words": table_words([issue.facts.status for issue in digest.issues], context.sides),
        "short": _short(projection, every),
        "brief": _BRIEF,
        "columns": [*milestones, "horizon"],
        "rows": rows,
        "every": every,
        "notes": projection.notes,
        "warnings": [problem.message for problem in scenario.warnings],
        "sections": [(section, SECTIONS.get(section.title, "")) for section in describe(scenario)],
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
        "dates": [_dated(day, context, unit) for day in (p50, p80)],
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


def _short(projection: Projection, every: dict[str, Any]) -> list[str]:
    """The answer in a few sentences, the most important first."""
    last = every["chances"][-1]
    title = f"{every['title'][:1].upper()}{every['title'][1:]}"
    verb = "is" if len(projection.context.issues) == 1 else "are"
    told = [f"{title} {verb} resolved by the horizon, {projection.context.horizon}, in {last['p']} % of the runs"]
    kinds = ("burndown", "calendar", "waiting") + (("terms",) if any(i.terms for i in projection.digest.issues) else ())
    return told + [projection.view(kind).verdict for kind in kinds]


def _chance(chance: Chance) -> dict[str, Any]:
    p, error = percent_words(chance)
    return {"p": p, "se": error, "value": f"{chance.p:.4f}"}


def _dated(day: date | None, context: Context, unit: str) -> dict[str, Any]:
    """A date as the table shows it, and the days from the start by which it is sorted."""
    days = context.horizon_days + 1 if day is None else (day - context.as_of).days
    return {"text": until(day, context, unit), "value": days}


def _terms(issue: IssueSummary) -> dict[str, Any] | None:
    """The usual terms of an issue: the share of its demand that the first side gets, or an option."""
    if issue.terms is None:
        return None
    share = f"{100 * issue.terms.share:.0f} %"
    if issue.terms.option >= 0:
        return {"text": f"{issue.facts.options[issue.terms.option]} ({share})", "value": 2}
    scale = issue.facts.scale
    text = share if scale is None else f"{scale.text(issue.terms.share)} ({share})"
    return {"text": text, "value": f"{issue.terms.share:.4f}"}


def _provenance(projection: Projection) -> list[tuple[str, str]]:
    versions = ", ".join(f"{name} {version}" for name, version in projection.versions.items())
    luck = f", luck {projection.luck} (a set of draws of chance)" if projection.luck else ""
    return [
        ("Scenario", f"{projection.scenario.title}, SHA-256 {projection.hash}"),
        (
            "Runs",
            f"{projection.runs:,} with seed {projection.seed}{luck}",
        ),
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
            "anchor": "issue" if len(seen) == 1 else f"agenda-{len(seen)}-issue",
            "as_of": as_of,
            "announced": [_announced(agenda, one) for one in agenda.announced(as_of)],
            "known": partial(_known, agenda),
            "sources": [(name, _about(source)) for name, source in agenda.sources.items()],
        }


def _about(source: Any) -> str:
    data = source.model_dump(mode="json", exclude_none=True)
    known = [str(data[key]) for key in ("title", "subtitle", "publisher", "author", "date", "about") if data.get(key)]
    return "; ".join(known)


def _known(agenda: Agenda, citation: Citation) -> dict[str, str]:
    """What is known of a citation: its sentence and fingerprint, its document, its address."""
    source = agenda.sources.get(citation.document)
    about = [_about(source)] if source is not None else []
    if citation.sentence:
        of = f" of {source.sentences}" if source is not None and source.sentences else ""
        about.insert(0, f"sentence {citation.sentence}{of}")
    if citation.reported:
        about.append(f"reported {citation.date}, {citation.confidence}")
    if citation.sha256:
        about.append(f"SHA-256 {citation.sha256[:12]}…")
    address = citation.document if is_link(citation.document) else source.url if source is not None else ""
    return {"about": "; ".join(filter(None, about)), "url": address or ""}


def _announced(agenda: Agenda, one: Announced) -> tuple[Announced, str]:
    """An announced date, and the issues that it names as words that begin with a comma."""
    titles = [agenda.issues[each].title for each in one.target.issues]
    named = "all issues" if len(titles) == len(agenda.issues) else ", ".join(titles)
    return one, f", on {named}" if named else ""
