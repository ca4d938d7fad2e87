"""What agenda, issue and scenario show in a notebook."""

import re

import pytest

from negsim.agenda.agenda import Agenda
from negsim.scenario.scenario import from_mapping
from tests.kit import talks

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def words(html):
    return re.sub(r"<[^>]*>", " ", html)


def test_an_agenda_shows_its_board_on_the_last_day_on_record(baseline):
    html = baseline.agenda._repr_html_()
    assert "as of 2025-04-10" in html
    assert html.count("<tr>") == 1 + len(baseline.agenda.issues)
    assert "payments of its missions without hindrance" in html
    assert "no public position" in html


def test_an_issue_shows_both_demands_its_history_with_sentences_and_its_disputes(baseline):
    html = baseline.agenda.issue("banking")._repr_html_()
    for text in ("United States", "Russia", "converging", "2025-02", "002_12e822de3faa7a01#13"):
        assert text in html
    for name in baseline.agenda.issues["banking"].disputed:
        assert baseline.agenda.disputed[name].question in html
    assert "Disputed: nothing" in from_mapping(talks()).agenda.issue("a")._repr_html_()


def announcing(*targets):
    data = talks("a b")["agenda"]
    said = {"who": "A minister", "said": "2024-12-01", "what": "It is done."}
    return Agenda.model_validate(data | {"targets": [said | target for target in targets]})


def test_announced_dates_stand_below_the_board_and_with_their_issue():
    dates = {"by": "2024-12-24", "issues": ["a"]}, {"by": "2025-03", "issues": ["a", "b"]}, {"by": "2025-02-01"}
    agenda = announcing(*dates)
    shown = [words(part) for part in agenda._repr_html_().split("<caption")[2].split("<tr>")[2:]]
    assert [[word in row for word in ("passed", "ahead", "all issues")] for row in shown] == [
        [True, False, False],
        [False, True, False],
        [False, True, True],
    ]
    assert all("A minister" in row and "2024-12-01" in row for row in shown)
    one, other = (agenda.issue(name)._repr_html_() for name in "ab")
    assert ("2024-12-24" in one, "2025-03" in one, "2025-02-01" in one) == (True, True, False)
    assert ("2024-12-24" in other, "2025-03" in other, "A minister" in other) == (False, True, True)
    assert "Announced" not in announcing()._repr_html_()


def test_a_scenario_shows_its_headline_assumptions_with_their_sources(baseline):
    html = baseline._repr_html_()
    for text in (baseline.question, "us_patience", "7.3 months", "negsim calibrate", "Turkey", "presidents"):
        assert text in html, text
    for name in baseline.issues:
        assert baseline.agenda.issues[name].title in html


def test_a_scenario_says_what_is_unlike_the_usual():
    more = {"b": {"settle": {"chance": 0.2}}, "c": {"tactics": {"us": {"kind": "fixed", "aspiration": 0.7}}}, "d": {}}
    deadline = {"date": "2026-01-01", "source": "judgement: ours"}
    html = from_mapping(talks({"a": {}, **more}, undertaking="single", deadline=deadline))._repr_html_()
    assert "by chance" in html
    assert "2026-01-01" in html
    assert "until everything is agreed" in words(html)


@pytest.fixture
def hostile():
    data = talks("a b", title=HOSTILE, question=HOSTILE, description=HOSTILE)
    data["agenda"]["title"] = HOSTILE
    data["agenda"]["sides"]["us"]["title"] = HOSTILE
    issue = data["agenda"]["issues"]["a"]
    issue |= {"title": HOSTILE, "summary": HOSTILE, "resolves_when": HOSTILE, "disputed": ["d"]}
    issue["demands"] = {side: {"text": HOSTILE} for side in ("us", "russia")}
    issue["history"][0]["what"] = HOSTILE
    version = {"text": HOSTILE, "says": HOSTILE}
    dispute = {"question": HOSTILE, "date": "2025-01-01", "versions": [version] * 2, "we_take": "x", "why": "y"}
    data["agenda"]["disputed"] = {"d": dispute}
    data["channels"]["rounds"] |= {"title": HOSTILE, "source": [f"judgement: {HOSTILE}"] * 2}
    mark = {"kind": "suspend", "duration": "9 days"}
    data["shocks"] = {"s": {"title": HOSTILE, "marks": [mark], "source": f"judgement: {HOSTILE}"}}
    return from_mapping(data)


def test_nothing_from_a_file_becomes_markup(hostile):
    for shown in (hostile, hostile.agenda, hostile.agenda.issue("a")):
        html = shown._repr_html_()
        assert "&lt;script&gt;" in html
        assert "<script" not in html
        assert "<img" not in html


def test_what_is_shown_needs_nothing_from_outside_and_suits_any_theme(baseline):
    for shown in (baseline, baseline.agenda, baseline.agenda.issue("flights")):
        html = shown._repr_html_()
        assert not re.search(r"https?:|url\(|src=|href=|[^-]color:|background", html)
        assert html.count("<table>") == html.count("</table>") > 0
