"""Tactics: how a side concedes over time, in answer to the other side, by both, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from negsim.errors import Complaint, ComplaintsError, Problem, did_you_mean, one_of, was
from negsim.files import Model, Node
from negsim.quantities import Amount, Beta, Day, PatienceSpan, Positive, Share, Source, parse_day
from negsim.scenario.node_tools import at


def _deadline_or_day(value: object) -> object:
    if value == "deadline":
        return value
    try:
        return parse_day(value)
    except ComplaintsError:
        guess = did_you_mean(value, ["deadline"])
        complaint = Complaint(f"{{what}} was {was(value)}", (), "deadline, or a day such as 2026-06-30", guess)
        raise ComplaintsError([complaint]) from None


class Until(Model):
    """Patience that ends with a date: the clock at ``as_of`` + ``times`` x the days from ``as_of`` to the date."""

    until: Annotated[
        Literal["deadline"] | Day,
        BeforeValidator(_deadline_or_day),
        WithJsonSchema({"type": "string", "description": "The scenario's deadline, or a day such as 2026-06-30."}),
    ]
    times: Positive = Field(description="Factor by which such dates slip: 1 means that the date holds.")


def _until_or_span(value: object) -> str:
    return "Until" if isinstance(value, Until) or (isinstance(value, Mapping) and "until" in value) else "span"


_CURVE = ("curve", "beta", "kappa", "clock", "patience")
_ANSWER = ("aspiration", "reciprocity", "window")
#: The keys of each kind of tactic, besides ``kind`` and ``source``.
TACTIC_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "time": _CURVE,
    "reciprocal": _ANSWER,
    "mixed": (*_CURVE, *_ANSWER, "weight"),
    "fixed": ("aspiration",),
}
#: Values of keys that a file leaves out.
TACTIC_DEFAULTS: Final[dict[str, object]] = {
    "curve": "polynomial",
    "kappa": 0,
    "clock": "calendar",
    "aspiration": 1,
    "reciprocity": 1,
    "window": 1,
    "weight": 0.5,
}


class Tactic(Model):
    """How one side concedes; keys that its kind does not use are ``None``.

    ``time``: concedes by its clock (Faratin, Sierra, Jennings 1998); ``reciprocal``: answers the other side's
    concessions, tit for tat in utilities; ``mixed``: a weighted sum of both steps; ``fixed``: never concedes.
    """

    kind: Literal["time", "reciprocal", "mixed", "fixed"] = Field(description="What makes the side concede.")
    curve: Literal["polynomial", "exponential"] | None = Field(None, description="The form of the concession curve.")
    beta: Beta | None = Field(
        None, description="Exponent: below 1 late (boulware 0.25), 1 linear, above 1 early (conceder 4)."
    )
    kappa: Share | None = Field(None, description="Share conceded at once; above 0 for the exponential curve.")
    clock: Literal["calendar", "rounds"] | None = Field(None, description="Unit of the clock: days or discussions.")
    patience: (
        Annotated[Annotated[PatienceSpan, Tag("span")] | Annotated[Until, Tag("Until")], Discriminator(_until_or_span)]
        | None
    ) = Field(
        None,
        description="Time until the side reaches its reservation value: a duration, rounds, or until a date.",
    )
    aspiration: Share | None = Field(None, description="Aspiration at the start.")
    reciprocity: Amount | None = Field(None, description="Own concession per concession received: 1 matches it.")
    window: int | None = Field(
        None, ge=1, le=20, strict=True, description="Number of offers over which a concession is measured."
    )
    weight: Share | None = Field(None, description="Weight of the time part; the rest is the reciprocal part.")
    source: Source


def tactic_complaints(data: Mapping[str, object]) -> list[Complaint]:
    """Keys of a tactic that do not fit its kind: unknown, missing, or in conflict with the clock."""
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in TACTIC_KEYS:
        return []
    keys = TACTIC_KEYS[kind]
    every = dict.fromkeys(key for names in TACTIC_KEYS.values() for key in names)
    found = [
        Complaint(f'a tactic of kind {kind} does not use "{key}"', (key,), one_of(keys), on_key=True)
        for key in every
        if key in data and key not in keys
    ]
    found += [
        Complaint(f'a tactic of kind {kind} has no "{key}"', (), _NEEDED[key])
        for key in ("beta", "patience")
        if key in keys and key not in data
    ]
    if "kappa" in keys and data.get("curve") == "exponential" and data.get("kappa", 0) == 0:
        found.append(Complaint("an exponential curve needs a kappa above 0", ("kappa",), "kappa above 0, to 1"))
    patience = data.get("patience")
    if isinstance(patience, Mapping) and "until" in patience and data.get("clock") == "rounds":
        message = "patience until a date needs a calendar clock, but the clock counts rounds"
        found.append(Complaint(message, ("patience",), 'clock: calendar, or patience such as "12 rounds"'))
    return found


_NEEDED = {
    "beta": "beta: a number above 0, or boulware, linear, conceder",
    "patience": 'patience: a duration, "12 rounds" for a clock of rounds, or {until: a date}',
}


def tactic_problems(full: Node) -> list[Problem]:
    """Keys that do not fit the kind of their tactic."""
    found = []
    for section in ("issues", "packages"):
        for name in at(full, section).mapping:
            for side, tactic in at(full, section, name, "tactics").mapping.items():
                if tactic.mapping:
                    path = (section, name, "tactics", side)
                    for item in tactic_complaints(tactic.data):
                        found.append(full.at((*path, *item.path), item.on_key).problem(item))
    return found
