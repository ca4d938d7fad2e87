"""What was known of a negotiation on its first day, and how files say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from negsim.errors import was
from negsim.files import FieldError, Parser, Row, word

#: What a negotiation is about, and what that means.
SUBJECTS = {
    "accession": "joining a union or a treaty",
    "trade_two": "trade of two sides; a bloc counts as one",
    "trade_many": "trade of more sides",
    "status": "status of a territory, self-determination",
    "civil_peace": "end of an armed conflict inside a state",
    "arms": "arms control, a nuclear programme",
    "government": "forming or restoring a government",
    "exit": "leaving or replacing a treaty",
    "institutions": "rules and institutions of sides that keep their relation",
    "dispute": "other disputes of states, and normalisation",
    "private_pay": "pay and conditions in a firm, also a state-owned one",
    "public_pay": "pay and conditions of people whom the public pays",
    "sports": "agreements of leagues and players",
    "bonds": "public debt with private creditors",
    "official_loans": "debt with governments or international lenders",
    "budget": "a common budget, or a bill shared by states",
    "price_or_rent": "prices, rents and fees between states",
    "resources": "fish, water and other resources",
    "other": "anything else",
}
#: Who approves a deal of the negotiators.
APPROVALS = ("none", "members", "parliament", "voters", "holders", "court")


@dataclass(frozen=True, slots=True)
class Start:
    """What was known of a negotiation on its first day. A fact that is not on record is empty, False or None.

    Attributes:
        subject: one of `SUBJECTS`.
        many: there are more than two sides.
        earlier: earlier talks on the subject had ended without agreement.
        mediator: a third party led or mediated the talks.
        alone: one side could set the terms without the other if the talks failed.
        political: a parliament or voters had to approve a deal.
        announced: an end had been announced, if it is not among dated announcements.
        lawful: a law, a treaty or a measure in force set a date for the end, if it is not among dated announcements.
        on: the first day, if only the start and the end are on record; the latest possible one.
    """

    subject: str = ""
    many: bool = False
    earlier: bool = False
    mediator: bool = False
    alone: bool = False
    political: bool = False
    announced: bool = False
    lawful: bool = False
    on: date | None = None


#: The start of a negotiation of which nothing is known.
NOTHING_KNOWN = Start()


def sides(value: str) -> int:
    """A number of sides; 2 for an empty field.

    Raises:
        FieldError: it is no number from 2 on.
    """
    if value and (not value.isdecimal() or int(value) < 2):
        raise FieldError(f"{was(value)} is no number of sides", "a whole number from 2 on")
    return int(value or 2)


_YES_NO = word("yes", "no", "")
#: The columns of the facts of the first day. A file may lack them, or leave fields empty.
COLUMNS: dict[str, Parser] = {
    "subject": word(*SUBJECTS, ""),
    "sides": sides,
    "earlier": _YES_NO,
    "mediator": _YES_NO,
    "alone": _YES_NO,
    "approval": word(*APPROVALS, ""),
}


def start_of(row: Row) -> Start:
    """The facts of the first day in a row; columns that its file does not have are empty."""

    def yes(column: str) -> bool:
        return row.values.get(column) == "yes"

    return Start(
        row.values.get("subject", ""),
        row.values.get("sides", 2) > 2,
        yes("earlier"),
        yes("mediator"),
        yes("alone"),
        row.values.get("approval") in ("parliament", "voters"),
    )
