"""Field types that the models of a scenario share: values by name, words with an alternative, statuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Discriminator, WithJsonSchema

from negsim.agenda import Status
from negsim.errors import Complaint, ComplaintsError, did_you_mean, one_of, was
from negsim.files import FrozenDict, Model
from negsim.quantities import Name

V = TypeVar("V")
#: Values by name: of a side, an issue, a regime ...
ByName = Annotated[dict[Name, V], AfterValidator(FrozenDict)]


def _parameter_name(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(PARAMETER_PATTERN, value):
        return value
    allowed = "lower-case letters, digits and _, a letter first"
    raise ComplaintsError([Complaint(f"{was(value)} is not a valid name", (), allowed)])


#: The name of a parameter: plain, or the path of the number that it stands for.
PARAMETER_PATTERN = r"^[a-z][a-z0-9_]*$|^(tactics|defaults)(\.[a-z][a-z0-9_]*)+$"
ParameterName = Annotated[
    str, BeforeValidator(_parameter_name), WithJsonSchema({"type": "string", "pattern": PARAMETER_PATTERN})
]


def word_or(other: str, *words: str) -> BeforeValidator:
    """Accept one of a few words, where a file may also give another form."""

    def check(value: object) -> object:
        if value in words:
            return value
        allowed = f"{', '.join(words)}, or {other}"
        raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), allowed, did_you_mean(value, words))])

    return BeforeValidator(check)


def form(mapping_is: str) -> Discriminator:
    """Choose between a word and a mapping of one model."""
    return Discriminator(lambda value: mapping_is if isinstance(value, Mapping | Model) else "word")


def _status_word(value: object) -> object:
    words = [status.label for status in Status]
    if value in words:
        return value
    raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), one_of(words), did_you_mean(value, words))])


StatusWord = Annotated[
    str,
    BeforeValidator(_status_word),
    WithJsonSchema({"type": "string", "enum": [status.label for status in Status]}),
]
