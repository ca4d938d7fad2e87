"""Offers: what is read and refused, the shares that follow from it, and what the record holds."""

import csv
import json
import math
import shutil
from collections import Counter

import pytest

from negsim.errors import InputError, NegsimError
from negsim.history import dance_table, load_offers

FOLDER = "seeds/offers"
RECORDS = load_offers(FOLDER)
HEAD = "id,negotiation,field,side_a,side_b,end,until,note\n"
ROW = "negotiation,date,known,side,issue,value,unit,kind,source,confidence,note\n"


def problems(folder):
    with pytest.raises(InputError) as raised:
        load_offers(folder)
    return [(each.file.rsplit("/", 1)[-1], each.line, each.col, each.message) for each in raised.value.problems]


def test_every_mistake_of_the_invalid_files_is_named_with_its_place(root):
    found = problems(root / "tests" / "invalid" / "offers")
    assert [(file, line, col) for file, line, col, _ in found if file == "negotiations.csv"] == [
        ("negotiations.csv", 3, 1),
        ("negotiations.csv", 4, 27),
        ("negotiations.csv", 5, 38),
        ("negotiations.csv", 6, 1),
        ("negotiations.csv", 7, 35),
        ("negotiations.csv", 8, 41),
        ("negotiations.csv", 9, 54),
        ("negotiations.csv", 9, 59),
        ("negotiations.csv", 9, 65),
    ]
    assert [(line, col) for file, line, col, _ in found if file == "offers.csv"] == [
        (2, 1),
        (3, 9),
        (4, 20),
        (5, 24),
        (6, 34),
        (7, 34),
        (8, 42),
        (9, 49),
        (10, 71),
        (12, 34),
        (13, 36),
        (14, 24),
        (15, 24),
        (17, 44),
        (18, 9),
        (19, 9),
        (20, 1),
    ]
    said = " | ".join(message for *_, message in found)
    for part in (
        "names no negotiation", "is not a day", "cannot be the side if the kind is demand", "is not a number",
        "is not an address", "a second time", 'the unit of this issue is "euros" in line 5',
        "cannot be the side if the kind is mediator's proposal", "is settled already in line 16",
        "after the settlement in line 16", "after the end of the record", "both sides have the same name",
        "cannot be the name of a side", "is no id", "10 fields, but the header has 11",
    ):  # fmt: skip
        assert part in said, part


@pytest.fixture
def own(tmp_path):
    """A folder with a negotiation and these offers."""

    def write(*offers, end="failed"):
        (tmp_path / "negotiations.csv").write_text(f"{HEAD}dam,A dam,water,Up,Down,{end},2024-12-31,\n", "utf-8")
        rows = [f"dam,{row},https://example.org/dam,{conf},\n" for row, conf in offers]
        (tmp_path / "offers.csv").write_text(ROW + "".join(rows), "utf-8")
        return tmp_path

    return write


A, B = "2024-01-01,day,Up,flow,20,m3/s,demand", "2024-01-02,day,Down,flow,60,m3/s,demand"
DEAL = "2024-03-01,day,both,flow,45,m3/s,settlement"


def test_the_ending_agrees_with_the_settlement(own):
    assert "so it has no settlement" in problems(own((A, "verified"), (DEAL, "verified")))[0][3]
    assert "offers.csv has no settlement" in problems(own((A, "verified"), end="concluded"))[0][3]


def test_shares_go_from_the_first_demand_of_one_side_to_that_of_the_other(own):
    later = ("2024-02-01,by,Up,flow,30,m3/s,offer", "2024-02-02,month,mediator,flow,50,m3/s,mediator's proposal")
    rows = [(row, "verified") for row in (*later, DEAL, B, A)]
    (dance,) = load_offers(own(*rows, end="concluded"))["A dam"].dances
    assert dance.firsts == (20, 60)
    assert [(move.offer.when, move.share) for move in dance.moves] == [
        ("2024-01-01", 0),
        ("2024-01-02", 1),
        ("by 2024-02-01", 0.25),
        ("2024-02", 0.75),
        ("2024-03-01", 0.625),
    ]
    assert dance.settlement.share == 0.625


def test_without_two_different_first_demands_there_is_no_share(own):
    alone = load_offers(own((A, "verified")))["dam"].dance("flow")
    assert (alone.firsts, alone.moves[0].share) == ((20, None), None)
    same = load_offers(own((A, "verified"), (B.replace("60", "20"), "verified")))["dam"].dance("flow")
    assert [move.share for move in same.moves] == [None, None]


def test_values_from_memory_are_left_out_unless_they_are_asked_for(own):
    folder = own((A, "memory"), (B, "verified"))
    assert [offer.side for offer in load_offers(folder)["dam"].offers] == ["Down"]
    assert [offer.side for offer in load_offers(folder, memory=True)["dam"].offers] == ["Up", "Down"]


def test_known_shares_of_the_record():
    cap = RECORDS["nhl_2004"].dance("salary cap per team")
    assert cap.settlement.share == pytest.approx((39 - 31) / (52 - 31))
    grants = RECORDS["eu_budget_2021"].dance("grants of the recovery fund")
    assert grants.settlement.share == pytest.approx(110 / 500)
    assert math.copysign(1, grants.moves[0].share) == 1  # no -0.0


def test_the_record_is_large_and_its_page_counts_it(root):
    records = load_offers(FOLDER, memory=True).negotiations.values()
    offers = [offer for record in records for offer in record.offers]
    fields = Counter(record.field for record in records)
    ends = Counter(record.end for record in records)
    sure = Counter(offer.confidence for offer in offers)
    assert (len(records) >= 15, len(offers) >= 200, len(fields) >= 4, ends["failed"] >= 3) == (True,) * 4
    page = " ".join((root / "docs" / "offers.md").read_text(encoding="utf-8").split())
    dances = [dance for record in RECORDS.negotiations.values() for dance in record.dances]
    due = [len(record.deadlines) for record in records]
    shown = sum(dance.moves[0].share is not None for dance in dances)
    for text in (
        f"{shown} of {len(dances)} issues have one",
        f"{len(records)} negotiations with {len(offers)} values",
        f"{fields['labour']} in labour, {fields['sovereign debt']} in sovereign debt, {fields['states']} between",
        f"{fields['sports']} in sports. {ends['failed']} failed, and {ends['running']} were running",
        f"{sure['verified']} are verified, {sure['partly']} in part, and {sure['memory']} are from memory",
        f"{sum(map(bool, due))} negotiations have {sum(due)} deadlines on record",
        f"Of {ends['concluded'] + ends['failed']} negotiations that ended, {ends['concluded']} were concluded",
    ):
        assert text in page


def test_the_examination_is_not_in_the_record(root):
    """MLB 2021-22 and Argentina 2020 are for others to score."""
    for name in ("negotiations", "offers", "deadlines"):
        with open(root / FOLDER / f"{name}.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                words = " ".join(value for key, value in row.items() if key != "source").lower()
                assert not any(
                    word in words for word in ("argentin", "montenegro", "serbia", "albania", "nafta", "usmca")
                )
                assert "mlb" not in words or (row.get("until") or row.get("date") or row["deadline"]) < "2021"


def test_negotiations_and_issues_that_are_not_there_are_named_with_what_was_meant():
    with pytest.raises(NegsimError, match='did you mean "nba_2011"'):
        RECORDS["nba_2012"]
    with pytest.raises(NegsimError, match='did you mean "payment"'):
        RECORDS["brexit_bill"].dance("payments")


def test_the_command_shows_all_and_one_as_text_and_json(negsim):
    table = negsim("offers")
    assert table.code == 0
    assert "nhl_2004" in table.out
    data = json.loads(negsim("offers", "--json").out)["negotiations"]
    assert sum(each["offers"] for each in data) == sum(len(each.offers) for each in RECORDS.negotiations.values())
    text = negsim("offers", "boeing_2024").out
    assert "2024-09-23, final offer" in text
    assert "13 %" in text  # (38 - 40) / (25 - 40)
    one = json.loads(negsim("offers", "boeing_2024", "--json").out)
    wage = one["issues"][0]
    assert wage["first"] == {"IAM": 40, "Boeing": 25}
    assert [round(each["share"], 3) for each in wage["offers"]] == [0, 1, 0.667, 0.333, 0.133, 0.133]


def test_the_picture_has_its_data_beside_it(negsim, tmp_path):
    ended = negsim("offers", "eu_budget_2021", "-o", tmp_path / "budget.svg")
    assert ended.code == 0
    with open(tmp_path / "budget.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = dance_table(RECORDS["eu_budget_2021"])
    assert [row["value"] for row in rows if row["kind"] != "deadline"] == [str(value) for value in table["value"]]
    assert [row["date"] for row in rows if row["kind"] == "deadline"] == ["2020-07-18", "2020-12-31"]
    picture = (tmp_path / "budget.svg").read_text(encoding="utf-8")
    for text in ("EU budget 2021-27", "Frugal states", "mediator's proposal", "deadline", ">390<"):
        assert text in picture
    assert "final offer" not in picture  # the legend names only what is drawn


def test_a_picture_needs_a_negotiation_and_a_folder_must_exist(negsim, tmp_path):
    assert "name it" in negsim("offers", "-o", tmp_path / "x.svg").err
    assert "there is no folder" in negsim("offers", "--offers", tmp_path / "none").err
    ended = negsim("offers", "nhl_2004", "-o", tmp_path / "x.gif")
    assert (ended.code, list(tmp_path.iterdir())) == (2, [])


def test_a_folder_of_offers_can_be_checked(negsim, root, tmp_path):
    assert negsim("check", FOLDER).code == 0
    shutil.copytree(root / "tests" / "invalid" / "offers", tmp_path / "offers")
    assert negsim("check", tmp_path / "offers").code == 2
