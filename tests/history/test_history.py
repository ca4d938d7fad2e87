"""Histories: what is read and refused, what can be known on a day, and that what scenarios quote stands there."""

import csv
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import mean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negsim.agenda.status import Status
from negsim.calibration.evidence import announced, between_meetings, closings, stalls
from negsim.errors import InputError, NegsimError
from negsim.files import to_yaml
from negsim.history import Issue, Target, known_by, load, load_offers, state
from negsim.history.as_agenda import agenda_data, to_agenda
from negsim.history.describe import describe
from negsim.history.snapshot import durations
from negsim.history.start import Start

FOLDER = "seeds/histories"
HISTORIES = load(FOLDER)
#: The record on which the published projection rests; later records do not change what its scenarios quote.
QUOTED = (
    "croatia", "iceland", "turkey", "colombia", "brexit", "new_start", "uk_eu_2020", "jcpoa", "tpp", "uk_india",
    "us_iran_2025", "us_russia_2025",
)  # fmt: skip
REMEMBERED = load(FOLDER, memory=True)


def first_record(talks):
    """A negotiation without the rounds and announcements that were added to the record later."""
    return replace(
        talks,
        meetings=tuple(meeting for meeting in talks.meetings if not meeting.added),
        targets=tuple(target for target in talks.targets if not target.added),
    )


def replayable(talks):
    """The issues that took talks, which patience is fitted to."""
    return [issue for issue in talks.sure if issue.opened and not issue.at_once]


# --- what is read and refused ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, root):
    shutil.copytree(root / FOLDER, tmp_path / "histories")
    return tmp_path / "histories"


def edit(path, line, old, new):
    """Replace a text in a line, given by its number or by its beginning."""
    lines = path.read_text(encoding="utf-8").split("\n")
    if isinstance(line, str):
        line = 1 + next(n for n, each in enumerate(lines) if each.startswith(line))
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")


def places(folder):
    with pytest.raises(InputError) as raised:
        load(folder)
    return [
        (problem.file.rsplit("/", 1)[-1], problem.line, problem.col, problem.message)
        for problem in raised.value.problems
    ]


def test_all_that_is_wrong_in_all_files_is_said_at_once_with_its_place(folder):
    edit(folder / "issues.csv", 2, "2008-07-25", "2008-07-32")
    edit(folder / "issues.csv", 4, "partly", "partley")
    edit(folder / "issues.csv", 5, "croatia", "kroatia")
    edit(folder / "issues.csv", 6, ",closed,", ",open,")
    edit(folder / "rounds.csv", 2, ",yes,", ",no,")
    edit(folder / "announced_targets.csv", 2, "2014-03-25", "2013-03-25")
    edit(folder / "talks.csv", 3, "stalled", "stuck")
    edit(folder / "ends.csv", 2, "trade_two", "trade_too")
    assert [place[:3] for place in places(folder)] == [
        ("announced_targets.csv", 2, 69),
        ("ends.csv", 2, 42),
        ("issues.csv", 2, 34),
        ("issues.csv", 4, 77),
        ("issues.csv", 5, 1),
        ("issues.csv", 6, 66),
        ("rounds.csv", 2, 64),
        ("talks.csv", 3, 53),
    ]


def test_a_word_that_was_probably_meant_is_named(folder):
    edit(folder / "issues.csv", 5, "croatia", "kroatia")
    with pytest.raises(InputError, match='did you mean "croatia"'):
        load(folder)


@pytest.mark.parametrize(
    ("name", "line", "old", "new", "message"),
    [
        ("issues.csv", 1, "opened,", "opend,", "unknown column"),
        ("issues.csv", 1, ",note", "", "is missing"),
        ("issues.csv", 2, "2010-04-19", "2007-04-19", "closed before it was opened"),
        ("issues.csv", 2, "2010-04-19,verified", ",verified", "a confidence and no day"),
        ("issues.csv", 2, "2008-07-25,verified", "2008-07-25,", "a day and no confidence"),
        ("issues.csv", 2, "2008-07-25,verified", ",", "so it was opened"),
        ("issues.csv", 2, "2011-06-30", "2011-06-29", "the same talks end on"),
        ("issues.csv", 2, "2010-04-19", "2012-04-19", "after the end of the record"),
        ("issues.csv", 2, ",1,Free", ",1,x,Free", "12 fields, but the header has 11"),
        ("issues.csv", 3, "Freedom of movement for workers", "Free movement of goods", "a second time"),
        ("rounds.csv", "us_russia_2025,1,", "2025-02-27,2025-02-27", "2025-02-27,2025-02-26", "ended before it began"),
        ("rounds.csv", "us_russia_2025,1,", "2025-02-27,2025-02-27", ",", "has a first day"),
        ("rounds.csv", "us_russia_2025,Riyadh", "2026-11", "2026-13", "is no day, month or year"),
        ("announced_targets.csv", 2, "2015-07-14", "2012-07-14", "before the statement"),
        ("announced_targets.csv", 2, "self-imposed", "imposed", "then"),
        ("talks.csv", 3, "iceland", "Ice land", "is no id"),
        ("talks.csv", 3, ",2,no,no", ",1,no,no", "no number of sides"),
        ("ends.csv", 2, "us_israel", "croatia", "is an id of talks.csv, too"),
        ("ends.csv", 3, "us_canada", "us_israel", "a second time"),
        ("ends.csv", 2, "1985-04-22", "1983", "ended before it began"),
        ("ends.csv", 2, "1984-01", "1984-13", "is no day, month or year"),
    ],
)
def test_what_cannot_be_is_refused(folder, name, line, old, new, message):
    edit(folder / name, line, old, new)
    found = places(folder)
    assert any(message in said for *_, said in found), found


def test_a_missing_file_and_other_letters_are_errors_and_no_tracebacks(folder):
    (folder / "rounds.csv").unlink()
    (folder / "issues.csv").write_bytes(b"\xff\xfe")
    assert {place[0] for place in places(folder)} >= {"rounds.csv", "issues.csv"}


def test_further_talks_are_just_further_rows(folder):
    with open(folder / "talks.csv", "a", encoding="utf-8") as file:
        file.write('river,"Two towns, one river",Upper,Lower,running\n')
    with open(folder / "issues.csv", "a", encoding="utf-8") as file:
        file.write("river,,Weir,2024-01-05,verified,,,open,2025-01-05,minutes,\n")
    river = load(folder)["Two towns, one river"]
    assert (river.id, river.first, river.until, river.end) == ("river", date(2024, 1, 5), date(2025, 1, 5), "running")


def test_a_record_without_the_newer_columns_and_files_reads_as_before(folder):
    """Files that were made before there were such columns."""
    (folder / "ends.csv").unlink()
    for name, columns in (("talks", 4), ("rounds", 1), ("announced_targets", 2)):
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row[:-columns] for row in csv.reader(file)]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    record = load(folder)
    assert record.outlines == () == load(folder, memory=True).outlines
    for talks in record.talks.values():
        known = HISTORIES[talks.id]
        assert talks.start == Start()
        assert not any(target.lawful or target.added for target in talks.targets)
        assert replace(talks, start=known.start, meetings=(), targets=()) == replace(known, meetings=(), targets=())


def test_starts_and_ends_of_further_negotiations():
    outlines = {talks.id: talks for talks in HISTORIES.outlines}
    korea = outlines["us_korea"]
    assert (korea.outline, korea.end, korea.until, korea.meeting_days()) == (True, "concluded", date(2007, 4, 2), [])
    assert korea.start == Start("trade_two", announced=True, lawful=True, on=date(2006, 6, 5))
    assert known_by(korea, date(2007, 4, 1)).end == "running"
    assert len(HISTORIES.all) == len(HISTORIES) + len(outlines)
    assert not set(outlines) & set(HISTORIES.talks)
    from_memory = {talks.id for talks in REMEMBERED.outlines} - set(outlines)
    assert len(from_memory) > 100


def test_an_id_of_the_starts_and_ends_names_no_negotiation_of_the_offers():
    offers = load_offers("seeds/offers", memory=True).negotiations
    assert not {talks.id for talks in REMEMBERED.outlines} & set(offers)


def test_history_counts_the_starts_and_ends_by_subject(negsim, folder):
    with open(folder / "ends.csv", encoding="utf-8") as file:
        header = file.readline().strip()
    made = Counter(talks.start.subject for talks in HISTORIES.outlines)
    data = json.loads(negsim("history", "--json").out)["starts_and_ends"]
    assert {subject: of["of"] for subject, of in data.items()} == made
    ended = Counter(talks.start.subject for talks in HISTORIES.outlines if talks.end == "concluded")
    assert {subject: of["concluded"] for subject, of in data.items()} == {subject: ended[subject] for subject in made}

    def row(name, subject, end, confidence="verified"):
        return f"{name},Weir,{subject},2,no,no,2001,2002,{end},,,all weirs,https://example.org,{confidence},"

    rows = [row("a", "resources", "concluded"), row("b", "resources", "stalled"), row("c", "arms", "stalled"),
            row("d", "arms", "concluded", "memory")]  # fmt: skip
    (folder / "ends.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    said = " ".join(negsim("history", "--histories", folder).out.split())
    assert "3 more with only the start and the end on record. Concluded: resources 1 of 2, arms 0 of 1." in said
    said = " ".join(negsim("history", "--memory", "--histories", folder).out.split())
    assert "4 more with only the start and the end on record. Concluded: resources 1 of 2, arms 1 of 2." in said
    (folder / "ends.csv").unlink()
    assert "on record. Concluded:" not in " ".join(negsim("history", "--histories", folder).out.split())


@pytest.mark.parametrize("name", ["Montenegro", "Serbia", "Albania", "NAFTA", "USMCA", "Mexico-US"])
def test_the_negotiations_of_the_examination_are_not_on_record(name):
    assert not [talks.title for talks in REMEMBERED.all if name in talks.title]


def test_talks_that_are_not_on_record_are_named_with_what_was_meant():
    with pytest.raises(NegsimError, match='did you mean "iceland"'):
        HISTORIES["island"]


# --- what can be known on a day --------------------------------------------------------------------------------------


def test_the_state_of_croatia_in_the_middle():
    now = state(REMEMBERED["croatia"], date(2009, 12, 31))
    assert (len(now.open) + len(now.closed), len(now.closed)) == (28, 17)  # as the union said at the end of 2009
    assert now.last_meeting == date(2009, 12, 21)
    assert [target.latest.year for target in now.targets] == [2007, 2009, 2009, 2009, 2009, 2009, 2009, 2009, 2010]


def test_a_day_in_doubt_hides_what_came_after_it_and_is_used_for_nothing_else():
    talks = HISTORIES["croatia"]
    (issue,) = [issue for issue in talks.issues if issue.title == "Intellectual property law"]
    assert issue.closed == date(2008, 12, 19)
    assert issue.closed_unsure
    before, after = (state(talks, issue.closed + timedelta(days=days)) for days in (-1, 0))
    assert issue.title in [each.title for each in before.open]
    assert issue.title in [each.title for each in after.unsure]
    assert issue.title not in [each.title for each in (*after.open, *after.closed)]
    moved = replace(talks, issues=tuple(replace(i, closed=date(2010, 1, 3)) if i is issue else i for i in talks.issues))
    assert date(2010, 1, 3) not in known_by(moved, date(2011, 1, 1)).meeting_days()


def test_nobody_can_say_what_came_after_a_record_that_broke_off():
    with pytest.raises(NegsimError, match="ends on 2013-05-23"):
        state(HISTORIES["iceland"], date(2014, 1, 1))
    assert len(state(REMEMBERED["croatia"], date(2014, 1, 1)).closed) == 35


def planted(talks, on, draw):
    """The same talks with other days after ``on``: of openings, closings, meetings, announcements."""

    def later():
        return on + timedelta(days=draw(st.integers(1, 2000)))

    def other(issue):
        if issue.opened is None or issue.opened > on:
            opened = later() if draw(st.booleans()) else None
            closed = opened + timedelta(days=draw(st.integers(0, 900))) if opened and draw(st.booleans()) else None
        else:
            opened = issue.opened
            closed = issue.closed if issue.closed and issue.closed <= on else later() if draw(st.booleans()) else None
        unsure = draw(st.booleans())
        return replace(
            issue,
            opened=opened,
            closed=closed,
            opened_unsure=unsure if opened != issue.opened else issue.opened_unsure,
            closed_unsure=unsure if closed != issue.closed else issue.closed_unsure,
            source="",
            note="planted",
        )

    days = [later() for _ in range(draw(st.integers(0, 2)))]
    said = [Target(day, "x", "y", "end", day, day + timedelta(days=9), None) for day in days]
    targets = tuple(
        replace(target, actual=later()) if target.actual is None or target.actual > on else target
        for target in talks.targets
        if target.said <= on
    )
    end = draw(st.sampled_from(["concluded", "stalled", "running"]))
    until = on + timedelta(days=draw(st.integers(3000, 4000)))
    issues = tuple(map(other, talks.issues))
    return replace(talks, issues=issues, targets=(*targets, *said), end=end, until=until)


def blank(talks):
    return replace(talks, issues=tuple(replace(issue, source="") for issue in talks.issues))


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_planted_after_a_day_changes_nothing_that_is_known_on_it(data):
    talks = HISTORIES[data.draw(st.sampled_from([talks.id for talks in HISTORIES.with_issues]))]
    on = talks.first + timedelta(days=data.draw(st.integers(0, (talks.until - talks.first).days - 1)))
    other = planted(talks, on, data.draw)
    assert blank(known_by(other, on)) == blank(known_by(talks, on))
    assert blank(known_by(known_by(talks, on), on)) == blank(known_by(talks, on))


# --- as a record of the tracker --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [talks.id for talks in HISTORIES.with_issues])
def test_the_board_of_the_agenda_says_what_the_state_says(name):
    talks = REMEMBERED[name]
    for days in (0, 400, 900, 1300):
        on = min(talks.first + timedelta(days=days), talks.until - timedelta(days=1))
        now, board = state(talks, on), to_agenda(talks).board(on)
        resolved = [row for row in board if row.status is Status.RESOLVED]
        dormant = [row for row in board if row.status is Status.DORMANT]
        assert (len(resolved), len(dormant)) == (len(now.closed), len(now.waiting))
        assert len(board) == len(talks.issues)


def test_what_was_open_when_talks_stalled_is_suspended():
    agenda = to_agenda(HISTORIES["iceland"])
    statuses = [row.status for row in agenda.board(date(2013, 5, 23))]
    assert statuses.count(Status.SUSPENDED) == 16


@pytest.mark.parametrize("talks", HISTORIES.with_issues, ids=lambda talks: talks.id)
def test_an_agenda_of_a_middle_day_is_a_file_that_reads_and_knows_nothing_later(negsim, tmp_path, talks):
    on = talks.first + (talks.until - talks.first) / 2
    path = tmp_path / "agenda.yaml"
    assert negsim("history", "agenda", talks.id, "--on", on, "-o", path).code == 0
    ended = negsim("agenda", "--agenda", path, "--json")
    shown = json.loads(ended.out)
    assert len(shown["issues"]) == len(known_by(talks, on).sure)
    days = [one["since"] for one in shown["issues"]] + [one["said"] for one in shown["announced"]]
    assert max(days) <= str(on)
    assert max(map(len, negsim("agenda", "--agenda", path).out.splitlines())) <= 80


def test_announced_dates_come_with_an_agenda_and_say_what_became_of_them():
    brexit = first_record(HISTORIES["brexit"])
    end = to_agenda(brexit).announced(date(2018, 11, 30))[-1]
    assert (end.state, str(end.target.by)) == ("passed", "2018-10-31")
    assert end.what == "whole WA by October 2018 (came 2018-11-14)"
    # The same agenda on an earlier day knows nothing of it.
    before = to_agenda(brexit).announced(date(2018, 11, 13))[-1]
    assert (before.what, before.target.came, before.state) == ("whole WA by October 2018", None, "passed")
    assert len(end.target.issues) == len(to_agenda(brexit).issues)
    then = to_agenda(brexit, date(2018, 3, 20))
    assert [one.state for one in then.announced(then.last_day)] == ["passed", "ahead"]
    assert [str(target.came) for target in then.targets] == ["2017-09-25", "None"]
    assert to_agenda(brexit, date(2018, 3, 18)).announced(date(2019, 1, 1))[-1].state == "passed"


@pytest.fixture
def by_chance(tmp_path):
    """A scenario on the agenda of talks of the past, with what a history can tell."""
    agenda = to_agenda(HISTORIES["brexit"], date(2018, 3, 20))
    (tmp_path / "agenda.yaml").write_text(
        to_yaml(agenda_data(HISTORIES["brexit"], date(2018, 3, 20))), encoding="utf-8"
    )
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "title: by chance\nagenda: agenda.yaml\nas_of: 2018-03-20\nhorizon: 2 years\n"
        "channels:\n  rounds: {title: Rounds, gap: 30 days, session: 6 hours, source: 'judgement: x'}\n"
        "defaults: {hours: 2 hours, settle: {chance: 0.2}, source: 'judgement: x'}\n",
        encoding="utf-8",
    )
    return path, agenda


@pytest.mark.slow
def test_pictures_report_when_trace_and_explorer_work_on_a_history(negsim, tmp_path, by_chance):
    import negsim as ns
    from negsim.explorer.conversation import Conversation
    from negsim.explorer.exploration import Exploration

    path, agenda = by_chance
    projection = ns.run(ns.load(path), runs=20)
    page = ns.report([projection], tmp_path / "page.html")
    assert "whole WA by October 2018" in page
    assert "round 4 week of 18 Sept (came 2017-09-25)" in page
    # By chance no offers are made, there are no terms, and there is one climate: these pictures would be empty.
    empty = {"gap", "terms", "climate", "frontier"}
    for kind, question in ns.plots.KINDS.items():
        assert (f'aria-label="{question}' in page) == (kind not in empty), kind
    for kind in ("gap", "terms"):
        assert projection.plot(kind).svg
    for command in (("when", path, "--runs", 20), ("trace", path), ("run", path, "--runs", 20)):
        ended = negsim(*command)
        assert ended.code == 0, ended.err
        assert "Ireland" in ended.out
    hello = Conversation(Exploration(ns.load(path), runs=20)).answer({"do": "hello"})
    assert {f"issue.{name}" for name in projection.scenario.issues} <= {lever["key"] for lever in hello["levers"]}
    assert len(projection.scenario.issues) == 3 < len(agenda.issues)


@pytest.mark.slow
def test_board_burndown_and_report_work_on_a_history(negsim, tmp_path):
    agenda, scenario = tmp_path / "brexit.yaml", tmp_path / "scenario.yaml"
    assert negsim("history", "agenda", "brexit", "--on", "2018-03-31", "-o", agenda).code == 0
    ended = negsim("agenda", "--agenda", agenda, "--as-of", "2018-03-19")
    assert ended.code == 0
    assert "resolved" in ended.out
    scenario.write_text(
        "title: as it went\nagenda: brexit.yaml\nas_of: 2018-03-31\nhorizon: 2 years\n"
        "tactics:\n  european_union: {kind: time, beta: 0.5, patience: 1 year, source: 'judgement: x'}\n"
        "  united_kingdom: {kind: time, beta: 0.5, patience: 1 year, source: 'judgement: x'}\n"
        "channels:\n  rounds: {title: Rounds, gap: 30 days, session: 6 hours, source: 'judgement: x'}\n"
        "defaults: {hours: 2 hours, reservation: {european_union: 0.3, united_kingdom: 0.3}, source: 'judgement: x'}\n",
        encoding="utf-8",
    )
    picture = tmp_path / "burndown.svg"
    ended = negsim("plot", scenario, "burndown", "-o", picture, "-n", 20)
    assert ended.code == 0, ended.err
    with open(tmp_path / "burndown.csv", encoding="utf-8") as file:
        recorded = {row["part"] for row in csv.DictReader(file)}
    assert "recorded" in recorded
    assert negsim("report", scenario, "-n", 20, "-o", tmp_path / "page.html").code == 0


# --- what scenarios quote --------------------------------------------------------------------------------------------


def quoted_record(histories):
    """The negotiations on which the quoted numbers rest, as they were on record then."""
    return [first_record(histories[name]) for name in QUOTED]


def quoted(root, *words):
    """Whether some scenario says this under ``history:``."""
    texts = [" ".join(path.read_text(encoding="utf-8").split()) for path in (root / "scenarios").glob("*.yaml")]
    return any("history:" in text and all(word in text for word in words) for text in texts)


def test_the_records_that_scenarios_quote(root):
    others = [talks for talks in quoted_record(HISTORIES) if talks.id != "us_russia_2025"]
    assert sum(len(closings(talks)) for talks in others) == 56
    assert quoted(root, "56 items of other talks that were open at meetings")
    gaps_seen = [len(between_meetings(talks)) for talks in others]
    assert (sum(gaps_seen), sum(number > 0 for number in gaps_seen)) == (67, 9)
    assert quoted(root, "67 gaps of nine other talks, and the 42 days between the first two rounds of these")
    watched = [stalls(talks) for talks in quoted_record(HISTORIES)]
    assert (sum(map(len, watched)), sum(each.happened for each in watched)) == (10, 2)
    assert quoted(root, "ten records of talks, two of which stalled permanently")
    took = [issue for talks in others for issue in replayable(talks)]
    assert (len(took), sum(bool(replayable(talks)) for talks in others)) == (55, 5)
    assert quoted(root, "55 items of five talks")


def test_the_gaps_between_rounds_that_scenarios_quote(root):
    starts = {
        talks.id: [meeting.start for meeting in talks.meetings if meeting.held] for talks in quoted_record(REMEMBERED)
    }
    by_talks = {name: np.diff([day.toordinal() for day in days]) for name, days in starts.items() if len(days) > 1}
    gaps = np.concatenate(list(by_talks.values()))
    assert (len(gaps), len(by_talks), median(gaps), round(mean(gaps))) == (38, 6, 29.5, 46)
    assert (round(np.quantile(gaps, 0.9)), np.quantile(gaps, 0.25)) == (104, 21)
    assert (len(by_talks["new_start"]), mean(by_talks["new_start"]), by_talks["us_russia_2025"].tolist()) == (
        9,
        36,
        [42],
    )
    days = starts["new_start"]
    assert round((days[-1] - days[0]).days / 30.44) == 11
    assert quoted(root, "21 days is the lower quartile of the 38 gaps")
    assert quoted(root, "the gaps of New START: nine, with a mean of 36 days")
    assert quoted(root, "New START took nine rounds and eleven months until it was signed")
    meetings = [meeting for talks in quoted_record(REMEMBERED) for meeting in talks.meetings if meeting.planned]
    assert (len(meetings), sum(not meeting.held for meeting in meetings)) == (14, 1)
    assert quoted(root, "of 14 rounds with a plan on record one was cancelled")


def test_the_announced_dates_that_scenarios_quote(root):
    targets = [target for talks in quoted_record(REMEMBERED) for target in talks.targets]
    slips = [target.slip for target in targets if target.slip is not None]
    later = [target for target in targets if target.actual and target.actual > date(2025, 4, 10)]
    kept = [target for target in targets if target.actual and target.actual <= target.latest]
    assert (len(targets), len(slips), round(median(slips), 2), len(later), len(kept)) == (24, 22, 1.91, 4, 1)
    assert quoted(root, "of 24 announced dates one was met")
    ends = [len(announced(talks)) for talks in quoted_record(HISTORIES)]
    assert (sum(ends), sum(number > 0 for number in ends)) == (19, 6)
    assert quoted(root, "19 announcements in six talks")


# --- figures ---------------------------------------------------------------------------------------------------------


def test_descriptions_count_what_is_there():
    iceland = describe(HISTORIES["iceland"])
    assert (iceland.issues, iceland.opened, iceland.closed, iceland.at_once) == (33, 27, 11, 10)
    croatia = describe(HISTORIES["croatia"])
    assert (croatia.in_doubt, croatia.targets, croatia.first) == (11, 23, date(2006, 6, 12))


def test_durations_know_what_is_seen_what_runs_on_and_what_lies_between():
    talks = replace(
        HISTORIES["brexit"],
        until=date(2020, 1, 1),
        issues=(
            Issue("1", "seen", date(2019, 1, 1), date(2019, 1, 11)),
            Issue("2", "open", date(2019, 1, 1), None),
            Issue("3", "from memory", date(2019, 1, 1), date(2019, 3, 1), closed_unsure=True),
            Issue("4", "opened from memory", date(2019, 1, 1), date(2019, 3, 1), opened_unsure=True),
            Issue("5", "at once", date(2019, 2, 1), date(2019, 2, 1)),
            Issue("6", "waiting", None, None),
        ),
    )
    found = durations([talks])
    assert (found.seen.tolist(), found.running.tolist(), found.within.tolist()) == ([10], [365], [365])
    whole = durations([talks], whole=True)
    assert (sorted(whole.seen), whole.running.tolist(), whole.within.tolist()) == ([10, 31, 59], [365, 365], [365])
