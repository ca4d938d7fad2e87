"""The command new: questions about a negotiation, files from the answers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from negsim.cli.options import Json
from negsim.cli.start import NEXT, print_created
from negsim.errors import NegsimError

if TYPE_CHECKING:
    from negsim.scenario import NewIssue

T = TypeVar("T")


def new(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="Folder to create.")],
    title: Annotated[str | None, typer.Option("--title", help="Title of the negotiation.")] = None,
    sides: Annotated[list[str] | None, typer.Option("--side", metavar="TITLE", help="A side; give it twice.")] = None,
    issues: Annotated[
        list[str] | None,
        typer.Option(
            "--issue",
            metavar="ISSUE",
            help='An issue, as "TITLE | WHAT A WANTS | WHAT B WANTS | STATUS DATE"; give it once for each.',
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="First day of the projection.  [default: today]")
    ] = None,
    gap: Annotated[str | None, typer.Option("--every", metavar="DURATION", help="How often the sides meet.")] = None,
    length: Annotated[
        str | None, typer.Option("--horizon", metavar="DURATION", help="How long it may take, at most.")
    ] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", metavar="SIDE", help='The side that can wait longer, or "both".')
    ] = None,
    as_json: Json = False,
) -> None:
    """Create an agenda and a scenario from your answers.

    In a terminal the command asks for what no option gives. Elsewhere --side (twice), --issue, --every and --horizon
    are required. The files run as they are, and comments say what to change.
    """
    from negsim.scenario import BOTH, Answers, NewIssue, days, write_answers

    ask = _Questions(sys.stdin.isatty() and not as_json)
    sides = sides or []
    if len(sides) > 2:
        raise NegsimError(f"a negotiation has two sides, but --side was given {len(sides)} times")
    while len(sides) < 2:
        sides.append(ask("--side", f"Side {'AB'[len(sides)]}", _filled))
    title = title or ask("--title", "Title", _filled, " and ".join(sides))
    parsed = [NewIssue.parse(text) for text in issues or ()] or ask.issues(sides)
    answers = Answers(
        title=title,
        sides=(sides[0], sides[1]),
        issues=tuple(parsed),
        as_of=_day(as_of) if as_of else ask("--as-of", "First day of the projection", _day, str(date.today())),
        gap=gap or ask("--every", "How often do they meet, every", _checked(days)),
        length=length or ask("--horizon", "How long may it take, at most", _checked(days)),
        patient=patient or ask("--patient", "Who can wait longer", _one_of([*sides, BOTH]), BOTH),
    )
    print_created(name, write_answers(answers, name), list(NEXT), as_json)


class _Questions:
    """Asks in a terminal; elsewhere takes the default, or raises an error that names the option."""

    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal

    def __call__(self, option: str, question: str, read: Callable[[str], T], default: str | None = None) -> T:
        if self.terminal:
            answer: T = typer.prompt(question, default=default, value_proc=_asked_again(read), err=True)
            return answer
        if default is None:
            raise NegsimError(f"{option} is missing; without a terminal nothing is asked")
        return read(default)

    def issues(self, sides: list[str]) -> list[NewIssue]:
        """Ask for issues until an empty title."""
        from negsim.scenario import STATUSES, NewIssue, checked_date

        if not self.terminal:
            raise NegsimError("--issue is missing; without a terminal nothing is asked")
        found: list[NewIssue] = []
        while True:
            title = self("--issue", f"Issue {len(found) + 1}" + (" (Enter ends the list)" if found else ""), str, "")
            if not title and found:
                return found
            if not title:
                continue
            wants = [self("--issue", f"  What does {side} want", str, "") for side in sides]
            status = self("--issue", f"  How does it stand ({', '.join(STATUSES)})", _one_of(list(STATUSES)), "raised")
            since = self("--issue", "  Since when (a day or a month)", _checked(checked_date), "")
            found.append(NewIssue(title, (wants[0], wants[1]), status, since))


def _asked_again(read: Callable[[str], T]) -> Callable[[str], T]:
    """A reader whose errors make the terminal ask again."""

    def again(text: str) -> T:
        try:
            return read(text.strip())
        except NegsimError as error:
            raise typer.BadParameter(str(error)) from None

    return again


def _checked(check: Callable[[str], object]) -> Callable[[str], str]:
    def read(text: str) -> str:
        check(text)
        return text

    return read


def _filled(text: str) -> str:
    if not text:
        raise NegsimError("it needs a name")
    return text


def _one_of(allowed: list[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise NegsimError(f"one of {', '.join(allowed)}")
        return text

    return read


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NegsimError(f'a day is written 2026-01-31, but was "{text}"') from None
