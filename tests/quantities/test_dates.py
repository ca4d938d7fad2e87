"""Partial dates: what is known is kept, and nothing is made up."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from negsim.errors import ComplaintsError
from negsim.quantities.dates import WORDS_PATTERN, PartialDate

FORMS = "2025-04-10, or 2025-02 if only the month is known, or 2025 if only the year is"


class _Holder(BaseModel):
    when: PartialDate


@pytest.mark.parametrize("text", ["2025", "2025-02", "2025-04-10", "0999-12-31"])
def test_text_comes_back_as_it_was_known(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("2025-04-10", date(2025, 4, 10), date(2025, 4, 10)),
    ],
)
def test_bounds(text: str, earliest: date, latest: date) -> None:
    when = PartialDate.parse(text)
    assert (when.earliest, when.latest) == (earliest, latest)
    assert when.exact is (earliest == latest)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "25-04-10",
        "2025-4-1",
        "2025-13",
        "2025-00",
        "2025-04-32",
        "2025/04/10",
        " 2025",
        "2025\n",
        25,
        True,
        None,
        2.5,
    ],
)
def test_other_forms_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        PartialDate.parse(value)


@pytest.mark.parametrize("text", ["2025-02-29", "2025-04-31"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"there is no such day as {text}"):
        PartialDate.parse(text)


def test_a_day_without_its_month_is_refused() -> None:
    with pytest.raises(ValueError, match="a day needs its month"):
        PartialDate(2025, None, 3)


def test_there_is_no_order_between_partial_dates() -> None:
    with pytest.raises(TypeError):
        PartialDate(2025, 2) < PartialDate(2025, 3)  # type: ignore[operator]  # noqa: B015


def test_a_month_counts_when_it_is_over() -> None:
    assert not PartialDate(2025, 2).certainly_by(date(2025, 2, 27))
    assert PartialDate(2025, 2).certainly_by(date(2025, 2, 28))


def test_before_is_certain_or_not() -> None:
    assert not PartialDate(2025).certainly_before(PartialDate(2025, 12, 31))
    assert PartialDate(2025).certainly_before(PartialDate(2026))


def test_in_a_model_it_is_read_from_text_years_and_dates_and_written_as_text() -> None:
    for value, text in [
        ("2025-02", "2025-02"),
        (2021, "2021"),
        (date(2025, 4, 10), "2025-04-10"),
        (PartialDate(2025), "2025"),
    ]:
        assert _Holder.model_validate({"when": value}).model_dump(mode="json") == {"when": text}
    with pytest.raises(ValidationError, match="is not a date"):
        _Holder.model_validate({"when": "soon"})


def test_the_json_schema_takes_text_and_years() -> None:
    schema = _Holder.model_json_schema()["properties"]["when"]
    assert schema["type"] == ["string", "integer"]
    assert "pattern" in schema


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day_survives_text_and_lies_in_its_month_and_year(day: date) -> None:
    when = PartialDate.parse(day)
    assert PartialDate.parse(str(when)) == when
    for wider in (PartialDate(day.year), PartialDate(day.year, day.month)):
        assert wider.earliest <= day <= wider.latest
        assert not wider.certainly_before(when)
        assert not when.certainly_before(wider)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("10 April 2025", "2025-04-10"),
        ("April 10, 2025", "2025-04-10"),
        ("10 Apr 2025", "2025-04-10"),
        ("Thursday 10 April 2025", "2025-04-10"),
        ("Thu, 10 Apr. 2025", "2025-04-10"),
        ("Sept 2024", "2024-09"),
        ("may 2024", "2024-05"),
    ],
)
def test_a_month_may_be_given_in_words(text: str, iso: str) -> None:
    assert str(PartialDate.parse(text)) == iso
    assert re.fullmatch(f"(?:{WORDS_PATTERN})", text) or text.islower()


@pytest.mark.parametrize(
    ("text", "message", "allowed", "suggestion"),
    [
        ("03/04/2024", "is not a date that can be read in one way only", "2024-04-03 or 2024-03-04", ""),
        ("3.4.2024", "is not a date that can be read in one way only", "2024-04-03 or 2024-03-04", ""),
        ("31/12/2024", "is not a date", FORMS, "2024-12-31"),
        ("2025-4-1", "is not a date", FORMS, "2025-04-01"),
        ("03/04/24", "is not a date", FORMS, ""),
        ("10 Foo 2025", "is not a date", FORMS, ""),
        ("Ju 2025", "is not a date", FORMS, ""),
        ("Friday 10 April 2025", "2025-04-10 is a Thursday, not a Friday", "the right day of the week, or none", ""),
    ],
)
def test_other_dates_are_refused_with_what_they_may_mean(
    text: str, message: str, allowed: str, suggestion: str
) -> None:
    with pytest.raises(ComplaintsError) as caught:
        PartialDate.parse(text)
    (item,) = caught.value.items
    assert item.message.endswith(message)
    assert (item.allowed, item.suggestion) == (allowed, suggestion)
