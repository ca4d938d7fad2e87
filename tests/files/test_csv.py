"""CSV files that are read: periods, and columns that a file may lack."""

from datetime import date

import pytest

from negsim.files import FieldError, day, optional_day, period, read_table, text

COLUMNS = {"id": text, "began": period, "ended": optional_day}


@pytest.fixture
def read(tmp_path):
    """The values of the rows of a table, and the messages of what is wrong with it."""

    def rows(content, columns=COLUMNS, optional=()):
        (tmp_path / "table.csv").write_text(content, encoding="utf-8")
        problems = []
        found = read_table(tmp_path / "table.csv", columns, problems, optional)
        return [dict(row.values) for row in found], [problem.message for problem in problems]

    return rows


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2011-06-30", date(2011, 6, 30), date(2011, 6, 30)),
        ("2011-12", date(2011, 12, 1), date(2011, 12, 31)),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29)),
        ("2013-02", date(2013, 2, 1), date(2013, 2, 28)),
        ("2011", date(2011, 1, 1), date(2011, 12, 31)),
    ],
)
def test_a_period_has_a_first_and_a_last_day(value, first, last):
    assert period(value) == (first, last)


def test_an_empty_period_is_none():
    assert period("") is None


@pytest.mark.parametrize(
    "value",
    ["2011-02-30", "2011-13", "2011-00", "0000", "11", "2011-6", "2011-6-5", "20110630", "June 2011", "2011-W05"],
)
def test_what_is_no_period_is_refused(value):
    with pytest.raises(FieldError, match="is no day, month or year") as raised:
        period(value)
    assert raised.value.allowed == "such as 2011-06-30, 2011-06 or 2011"


def test_an_optional_column_that_a_file_lacks_is_empty_in_every_row(read):
    rows, problems = read("id,began\na,2011\nb,2012-02\n", optional=("ended",))
    assert problems == []
    assert [(row["id"], row["began"][1], row["ended"]) for row in rows] == [
        ("a", date(2011, 12, 31), None),
        ("b", date(2012, 2, 29), None),
    ]


def test_an_optional_column_that_a_file_has_is_read_and_checked(read):
    assert read("id,began,ended\na,2011,2012-05-01\n", optional=("ended",))[0][0]["ended"] == date(2012, 5, 1)
    rows, problems = read("id,began,ended\na,2011,May\n", optional=("ended",))
    assert (rows, len(problems)) == ([], 1)
    assert problems[0].startswith('ended: "May" is not a day')


def test_a_row_may_leave_out_optional_columns_at_its_end_and_no_others(read):
    table = "id,began,ended\na,2011\nb,2012,2012-05-01\n"
    rows, problems = read(table, optional=("ended",))
    assert (problems, [row["ended"] for row in rows]) == ([], [None, date(2012, 5, 1)])
    problem = "the row has 2 fields, but the header has 3"
    assert [said for optional in ((), ("began",)) for said in read(table, optional=optional)[1]] == [problem] * 2


def test_a_column_that_is_not_optional_is_missing(read):
    assert read("id,began\na,2011\n") == ([], ['the column "ended" is missing'])
    # The parser of an optional column accepts an empty field; that of the others may not.
    assert read("id\na\n", {"id": text, "on": day}) == ([], ['the column "on" is missing'])
