"""Answers about a negotiation, and the commented files that they give."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Final

import yaml

from negsim.agenda import NO_POSITION, RESOLVED_WHEN
from negsim.errors import ComplaintsError, NegsimError, check_name, one_of
from negsim.files import clean, new_folder
from negsim.quantities import PartialDate, parse_plain
from negsim.scenario.starter import refuse_what_is_there, write_schemas

#: Statuses that an issue of a new negotiation may have.
STATUSES: Final = ("raised", "discussing", "converging", "stalled")
_WHAT = {
    "raised": "Put on the agenda.",
    "discussing": "The sides discuss it.",
    "converging": "Little is missing.",
    "stalled": "The talks on it stand still.",
}
BOTH: Final = "both"
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class NewIssue:
    """An issue: title, what each side wants ("" if unknown), status and since when."""

    title: str
    wants: tuple[str, str] = ("", "")
    status: str = "raised"
    since: str = ""

    @classmethod
    def parse(cls, text: str) -> NewIssue:
        """Read ``TITLE | WHAT A WANTS | WHAT B WANTS | STATUS [DATE]``; all but the title may be left out.

        Raises:
            NegsimError: there is no title, or too many parts, or the status or date is none.

        >>> NewIssue.parse("Wages | 9 % | 46 % | discussing 2023-08")
        NewIssue(title='Wages', wants=('9 %', '46 %'), status='discussing', since='2023-08')
        """
        parts = [part.strip() for part in text.split("|")]
        if not parts[0] or len(parts) > 4:
            raise NegsimError(f'an issue is "TITLE | WHAT A WANTS | WHAT B WANTS | STATUS", but was "{text}"')
        title, mine, other, standing = (*parts, "", "", "")[:4]
        status, _, since = standing.partition(" ")
        return cls(title, (mine, other), checked_status(status or "raised"), checked_date(since))


@dataclass(frozen=True)
class Answers:
    """What `negsim new` asks about a negotiation.

    ``gap`` and ``length`` are durations as a file writes them. ``patient`` is the title of the side that can wait
    longer, or "both". ``source`` says where the numbers of the scenario come from.
    """

    title: str
    sides: tuple[str, str]
    issues: tuple[NewIssue, ...]
    as_of: date
    gap: str
    length: str
    patient: str = BOTH
    source: str = "judgement: the answers given to negsim new"

    def __post_init__(self) -> None:
        if len({side.casefold() for side in self.sides}) < 2 or not self.issues:
            raise NegsimError("a negotiation has two sides with different names and at least one issue")
        if days(self.gap) > days(self.length):
            raise NegsimError(f"the sides meet every {self.gap}, which is longer than the horizon of {self.length}")
        if self.patient not in (BOTH, *self.sides):
            raise NegsimError(
                f'the side that can wait longer is {one_of([*self.sides, BOTH])}, but was "{self.patient}"'
            )


def template_answers() -> dict[str, Answers]:
    """Answers for an invented negotiation of each kind: diplomacy, labour, trade, purchase, peace.

    >>> sorted(template_answers())
    ['diplomacy', 'labour', 'peace', 'purchase', 'trade']
    """
    text = files("negsim.scenario").joinpath("kinds.yaml").read_text(encoding="utf-8")
    found = {}
    for kind, data in yaml.safe_load(text).items():
        issues = tuple(NewIssue.parse(issue) for issue in data.pop("issues"))
        source = "judgement: an invented example of negsim init"
        found[kind] = Answers(**{**data, "sides": tuple(data["sides"])}, issues=issues, source=source)
    return found


def start_template(kind: str, target: Path) -> list[str]:
    """Make a folder with the files of one of the `template_answers`; returns their names.

    Raises:
        NegsimError: there is no such kind, the place is taken, or it cannot be written.
    """
    known = template_answers()
    check_name(kind, known, f'there is no template "{kind}"')
    return write_answers(known[kind], target)


def write_answers(answers: Answers, target: Path) -> list[str]:
    """Make a folder with agenda, scenario and schemas from answers; all or nothing. Returns the names of the files.

    Raises:
        NegsimError: the place is taken, or it cannot be written.
    """
    refuse_what_is_there(target)
    with new_folder(target) as folder:
        for name, text in (("agenda.yaml", agenda_text(answers)), ("scenario.yaml", scenario_text(answers))):
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        write_schemas(folder)
        return sorted(path.name for path in folder.iterdir())


def agenda_text(answers: Answers) -> str:
    """The agenda file of the answers, with comments."""
    sides = _ids(answers.sides, "side")
    lines = [
        "# yaml-language-server: $schema=agenda.schema.json",
        "# The record: who negotiates about what, who wants what, and what has happened.",
        "# Replace each summary, stance and resolves_when with your own words.",
        f"title: {_text(answers.title)}",
        "sides:",
        *(f"  {name}: {_text(title)}" for name, title in zip(sides, answers.sides, strict=True)),
        "",
        "issues:",
    ]
    for name, issue in zip(_ids([issue.title for issue in answers.issues], "issue"), answers.issues, strict=True):
        lines += [f"  {name}:", f"    title: {_text(issue.title)}"]
        lines.append(f"    summary: {_text(f'{issue.title}, between {answers.sides[0]} and {answers.sides[1]}.')}")
        for key, said in (("demands", issue.wants), ("stances", ("", ""))):
            texts = zip(sides, (text or NO_POSITION for text in said), strict=True)
            lines += [f"    {key}:", *(f"      {side}: {_text(text)}" for side, text in texts)]
        since = issue.since or answers.as_of.isoformat()
        what = _text(_WHAT[issue.status])
        lines.append("    history:")
        lines.append(f"      - {{date: {since}, status: {issue.status}, what: {what}}}")
        lines.append(f"    resolves_when: {_text(RESOLVED_WHEN)}")
    lines += [
        "",
        "# Add a line to `history` whenever a status changes, and a round whenever the sides meet:",
        "# rounds:",
        "#   first: {title: First round, date: 2026-01-31, what: What happened.}",
    ]
    return "\n".join(lines) + "\n"


def scenario_text(answers: Answers) -> str:
    """The scenario file of the answers, with comments."""
    length, gap = days(answers.length), days(answers.gap)
    lines = [
        "# yaml-language-server: $schema=scenario.schema.json",
        "# Assumptions. Each number is a guess until you know better: change it, and run again.",
        "title: As it stands",
        "agenda: agenda.yaml",
        f"as_of: {answers.as_of.isoformat()}",
        f"horizon: {answers.length}",
        f"source: {_text(answers.source)}",
        "",
        "channels:",
        "  # Days between two meetings: half of the gaps are shorter than the median, nine in ten shorter than q90.",
        f"  meetings: {{gap: {{lognormal: {{median: {spoken(gap)}, q90: {spoken(2.5 * gap)}}}}}}}",
        "",
        "tactics:",
        "  # A side concedes step by step until its patience ends. beta below 1: late, above 1: early.",
    ]
    for name, title in zip(_ids(answers.sides, "side"), answers.sides, strict=True):
        waits = answers.patient in (title, BOTH)
        low, mode, high = (share * length for share in ((0.3, 0.6, 1.5) if waits else (0.15, 0.3, 0.8)))
        patience = f"{{pert: {{low: {spoken(low)}, mode: {spoken(mode)}, high: {spoken(high)}}}}}"
        lines.append(f"  {name}: {{beta: {{uniform: {{low: 0.4, high: 1.2}}}}, patience: {patience}}}")
    lines += [
        "",
        "# More keys: reservation values, the time to implement, climate, shocks.",
        "# `negsim show scenario.yaml` prints the defaults in force.",
    ]
    return "\n".join(lines) + "\n"


def days(duration: str) -> float:
    """The days of a duration as a file writes it.

    Raises:
        NegsimError: it is no duration above 0.

    >>> days("6 weeks")
    42.0
    """
    try:
        value = parse_plain(duration, "duration")
    except ComplaintsError:
        value = 0.0
    if not value > 0:
        raise NegsimError(f'a duration is a number and a unit, such as "6 weeks" or "18 months", but was "{duration}"')
    return value


def spoken(length: float) -> str:
    """A number of days as a duration with two digits.

    >>> spoken(42.0), spoken(400.0), spoken(0.75), spoken(1.0)
    ('6 weeks', '13 months', '0.75 days', '1 day')
    """
    for unit, size, least in (("months", 365.25 / 12, 4), ("weeks", 7.0, 4), ("days", 1.0, 0)):
        if length / size >= least:
            number = f"{float(f'{length / size:.2g}'):g}"
            return f"{number} {unit.removesuffix('s') if number == '1' else unit}"
    raise ValueError(f"a length is not negative, but was {length}")


def checked_status(text: str) -> str:
    """A status of a new issue.

    Raises:
        NegsimError: there is no such status.
    """
    if text not in STATUSES:
        raise NegsimError(f'a status is {one_of(STATUSES)}, but was "{text}"')
    return text


def checked_date(text: str) -> str:
    """A date known in part, or nothing.

    Raises:
        NegsimError: it is no date.
    """
    try:
        return str(PartialDate.parse(text)) if text else ""
    except ValueError:
        raise NegsimError(f'a date is written 2026-01-31, 2026-01 or 2026, but was "{text}"') from None


def _ids(titles: tuple[str, ...] | list[str], kind: str) -> list[str]:
    """Ids from titles, all different: ASCII letters and digits, or the kind and a number."""
    found: list[str] = []
    for number, title in enumerate(titles, 1):
        name = _NOT_LETTERS.sub("_", title.lower()).strip("_").lstrip("0123456789_")[:24].rstrip("_")
        name = name or f"{kind}_{number}"
        found.append(name if name not in found else f"{name}_{number}")
    return found


def _text(text: str) -> str:
    """A text in double quotes; YAML reads the escapes of JSON."""
    return json.dumps(clean(text), ensure_ascii=False)
