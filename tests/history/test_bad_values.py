"""A wrong value in any field of a CSV, and any bytes, give errors with their place, or a record that can be used."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from negsim.errors import InputError, NegsimError
from negsim.files import TextStyle
from negsim.history import (
    dance_text,
    descriptions_table,
    load,
    load_offers,
    offers_table,
    state,
    state_text,
    to_agenda,
)
from tests.bad_values import has_places

#: What a field may hold by mistake or by malice.
BAD = (
    "", " ", "x", "-1", "0", "1e308", "nan", "true", "2025-02-30", "0000-01-01", "9999-12-31", "2025", "[]", "{}",
    "5000" * 1000, "<script>", "=1+1", "\u202ea", "\x1b[2J", "a\nb", "a\x00b", '"', "é", "١٢", "both", "mediator",
)  # fmt: skip

HISTORIES = {
    "talks": "id,talks,side_a,side_b,end\nx,Talks,A,B,concluded\ny,More,A,C,running\n",
    "issues": (
        "talks,issue_no,issue,opened,opened_conf,closed,closed_conf,status,censor_date,source,note\n"
        "x,1,Fish,2010-01-05,verified,2010-06-01,partly,closed,2011-06-30,https://example.org,a note\n"
        "x,2,Coal,2010-02-05,memory,,,open,2011-06-30,https://example.org,\n"
        "x,3,Steel,,,,,not opened,2011-06-30,https://example.org,\n"
    ),
    "rounds": (
        "talks,round,start,end,venue,held,planned_start,source,confidence,note\n"
        "x,1,2010-01-05,2010-01-06,Here,yes,,https://example.org,verified,\n"
        "x,2,,,There,cancelled,2010-03-01,https://example.org,partly,\n"
    ),
    "announced_targets": (
        "talks,statement_date,who,event,about,target_earliest,target_latest,actual,outcome,source,confidence,note\n"
        "x,2010-01-05,A,done,end,2010-01-05,2010-12-31,2011-02-01,missed,https://example.org,verified,\n"
    ),
}
OFFERS = {
    "negotiations": "id,negotiation,field,side_a,side_b,end,until,note\nx,Strike,sports,A,B,concluded,2020-06-01,\n",
    "offers": (
        "negotiation,date,known,side,issue,value,unit,kind,source,confidence,note\n"
        "x,2020-01-01,day,A,pay,2,percent,demand,https://example.org,verified,\n"
        "x,2020-02-01,day,B,pay,9,percent,offer,https://example.org,verified,\n"
        "x,2020-04-01,month,mediator,pay,5,percent,mediator's proposal,https://example.org,partly,\n"
        "x,2020-05-01,day,both,pay,4,percent,settlement,https://example.org,verified,\n"
    ),
    "deadlines": (
        "negotiation,stated_on,deadline,then,source,confidence,note\n"
        "x,2020-01-01,2020-03-01,strike,https://example.org,verified,\n"
        "x,2020-03-01,2020-05-02,law,https://example.org,partly,\n"
    ),
}


def use_histories(folder: Path) -> None:
    record = load(folder, memory=True)
    descriptions_table(record.talks.values(), TextStyle())
    for talks in record.talks.values():
        state_text(talks, state(talks, talks.until), TextStyle())
        with suppress(NegsimError):
            to_agenda(talks)


def use_offers(folder: Path) -> None:
    records = load_offers(folder, memory=True)
    offers_table(records, TextStyle())
    for record in records.negotiations.values():
        dance_text(record, TextStyle())


KINDS: dict[str, tuple[dict[str, str], Callable[[Path], None]]] = {
    "histories": (HISTORIES, use_histories),
    "offers": (OFFERS, use_offers),
}


def changed(content: str) -> Iterator[str]:
    """The table with a wrong value in each field of two rows, without a column, or with a row twice."""
    rows = list(csv.reader(io.StringIO(content)))
    tables = [
        [[bad if (i, j) == (r, c) else value for j, value in enumerate(row)] for i, row in enumerate(rows)]
        for r in range(2) for c in range(len(rows[0])) for bad in BAD
    ]  # fmt: skip
    tables += [[row[:c] + row[c + 1 :] for row in rows] for c in range(len(rows[0]))]
    tables += [[*rows, row] for row in rows]
    tables += [rows[:1], [], [[*rows[0], rows[0][0]], *rows[1:]], [row[:-1] for row in rows[:1]] + rows[1:]]
    for table in tables:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table)
        yield text.getvalue()


def try_out(folder: Path, kind: str, name: str, content: bytes) -> bool:
    """Whether the record is used."""
    tables, use = KINDS[kind]
    for each, text in tables.items():
        (folder / f"{each}.csv").write_bytes(content if each == name else text.encode())
    try:
        use(folder)
    except InputError as error:
        return not has_places(error, str(folder))
    except Exception as error:
        raise AssertionError(f"{name}.csv: {content!r:.400}") from error
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_the_tables_themselves_are_used(tmp_path: Path, kind: str) -> None:
    for name, text in KINDS[kind][0].items():
        assert try_out(tmp_path, kind, name, text.encode())


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_of_bad_values(tmp_path: Path, kind: str) -> None:
    every = [(name, table) for name, text in KINDS[kind][0].items() for table in changed(text)]
    used = [try_out(tmp_path, kind, name, table.encode()) for name, table in Random(17).sample(every, 40)]
    assert not all(used)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, (tables, _) in KINDS.items() for name in tables])
def test_a_bad_value_in_every_field(tmp_path: Path, kind: str, name: str) -> None:
    used = [try_out(tmp_path, kind, name, table.encode()) for table in changed(KINDS[kind][0][name])]
    assert not all(used)
