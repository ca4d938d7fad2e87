"""Issues of a tracker become a record that boards, scenarios and backtests work on."""

import json
from datetime import date

import pytest

import negsim as ns
from negsim.exchange import read_issue_list

pytestmark = pytest.mark.slow

GITHUB = """number,title,state,createdAt,closedAt,labels
1,Crash on start,CLOSED,2024-01-03T10:00:00Z,2024-01-20T09:00:00Z,"bug,urgent"
2,Dark mode,OPEN,2024-02-01T10:00:00Z,,feature
3,Docs are thin,CLOSED,2024-02-11T10:00:00Z,2024-06-02T00:00:00Z,docs
4,Slow search,OPEN,2024-05-01T10:00:00Z,,bug
5,Export,CLOSED,2024-05-09T10:00:00Z,2024-12-24T10:00:00Z,feature
6,Import,OPEN,2025-01-05T10:00:00Z,,feature
"""
GITLAB = """Title,Description,Issue ID,URL,State,Created At (UTC),Closed At (UTC),Labels
"One, two",long text,7,https://gitlab.com/o/r/-/issues/7,Closed,2023-08-01 12:30:11,2023-09-01 08:00:00,"a,b"
Three,,8,https://gitlab.com/o/r/-/issues/8,Open,2023-08-02 12:30:11,,
"""
JIRA = """Summary,Issue key,Issue id,Status,Created,Resolved,Labels,Labels
Login,AB-1,1001,Done,01/Aug/23 3:21 PM,11/Sep/23 9:00 AM,auth,web
Tokens,AB-2,1002,To Do,02/Sep/23 3:21 PM,,auth,
"""


def write(folder, text, name="issues.csv"):
    path = folder / name
    path.write_text(text)
    return path


def days(record):
    return [(issue.title, str(issue.opened), issue.closed and str(issue.closed)) for issue in record.issues]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GITLAB, [("One, two (#7)", "2023-08-01", "2023-09-01"), ("Three (#8)", "2023-08-02", None)]),
        (JIRA, [("Login", "2023-08-01", "2023-09-11"), ("Tokens", "2023-09-02", None)]),
    ],
    ids=["gitlab", "jira"],
)
def test_exports_of_trackers_are_read(tmp_path, text, expected):
    assert days(read_issue_list(write(tmp_path, text)).record) == expected


def test_a_label_and_a_day_choose_and_what_is_left_out_is_counted(tmp_path):
    path = write(tmp_path, GITHUB)
    found = read_issue_list(path, label="feature", on=date(2024, 6, 1))
    assert days(found.record) == [("Dark mode (#2)", "2024-02-01", None), ("Export (#5)", "2024-05-09", None)]
    assert (found.other_label, found.later) == (3, 1)
    assert days(read_issue_list(write(tmp_path, JIRA, "j.csv"), label="web").record) == [
        ("Login", "2023-08-01", "2023-09-11")
    ]
    with pytest.raises(ns.NegsimError, match='did you mean "feature"'):
        read_issue_list(path, label="featur")


def test_the_folder_has_an_agenda_a_scenario_and_a_backtest(negsim, tmp_path):
    path, out = write(tmp_path, GITHUB), tmp_path / "talks"
    ended = negsim("import", path, "-o", out, "--json")
    assert (ended.code, ended.err) == (0, "")
    facts = json.loads(ended.out)
    assert (facts["issues"], facts["closed"], facts["until"]) == (6, 3, "2025-01-05")
    assert any("demands" in each for each in facts["lost"])
    agenda = ns.load_agenda(out / "agenda.yaml")
    statuses = [row.status.label for row in agenda.board(date(2024, 6, 2))]
    assert statuses == ["resolved", "raised", "resolved", "raised", "raised"]
    p = ns.run(out / "scenario.yaml", runs=100)
    assert [facts.id for facts in p.context.issues] == ["dark_mode_2", "slow_search_4", "import_6"]
    recorded = p.burndown().query("part == 'recorded'").set_index("date")["high"]
    assert (recorded.iloc[0], recorded.iloc[-2], recorded.iloc[-1]) == (2, 2, 3)  # of the issues in play
    ended = negsim("backtest", "--histories", out / "histories", "--json")
    assert ended.code == 0
    scored = json.loads(ended.out)
    assert scored
    again = negsim("import", path, "-o", out)
    assert (again.code, "exists; name a new folder" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "i.csv:1:1: no column holds the title of an issue; allowed: a column such as title, summary"),
        ("title,created\nx,03/04/2025\n", 'i.csv:2:3: created: "03/04/2025" is no date, or an ambiguous one'),
        ("title,created\nx,\n", "i.csv:2:3: the issue has no day of creation"),
        ("title,created\n,2025-01-01\n", "i.csv:2:1: the issue has no title"),
        ("title,created,closed\nx,2025-01-02,2025-01-01\n", "i.csv:2:14: it was closed before it was created"),
        ("title,created\nx,2025-01-02,3\n", "i.csv:2:1: the row has 3 fields, but the header has 2"),
        ("title,created\n", "i.csv has no issues"),
    ],
)
def test_mistakes_are_told_with_their_place(negsim, tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, text, "i.csv")
    ended = negsim("import", "i.csv", "-o", "out")
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert not (tmp_path / "out").exists()


def test_titles_that_occur_twice_are_told_apart_and_many_issues_are_refused(tmp_path):
    text = "title,created\nx,2025-01-01\nx,2025-01-02\n"
    assert [title for title, *_ in days(read_issue_list(write(tmp_path, text)).record)] == ["x", "x (2)"]
    many = "title,created\n" + "\n".join(f"x{n},2025-01-01" for n in range(101))
    with pytest.raises(ns.NegsimError, match="an agenda takes at most 100"):
        read_issue_list(write(tmp_path, many))


def test_a_backtest_of_one_negotiation_says_what_it_needs(negsim, tmp_path):
    folder = tmp_path / "h"
    assert negsim("import", write(tmp_path, GITHUB), "-o", tmp_path / "t").code == 0
    (tmp_path / "t" / "histories").rename(folder)
    for name in ("talks.csv", "issues.csv", "rounds.csv", "announced_targets.csv"):
        lines = (folder / name).read_text().splitlines()
        kept = [lines[0], *(line for line in lines[1:] if line.startswith("tracker"))]
        (folder / name).write_text("\n".join(kept) + "\n")
    ended = negsim("backtest", "--histories", folder)
    assert (ended.code, "needs at least two" in ended.err) == (2, True)
