"""The page: what stands on it, that it needs nothing else, that nothing from a file gets out of its place."""

import base64
import gzip
import hashlib
import html.parser
import re
from datetime import date

import pytest

import negsim as ns
from negsim.errors import NegsimError
from negsim.files import csv_text
from negsim.plots import Copies
from negsim.reporting.figures import OTHERS, reading
from negsim.reporting.page import page
from negsim.reporting.picture import Looks, embedded
from negsim.reporting.words import STATUSES
from negsim.scenario.scenario import from_mapping
from tests.kit import talks

pytestmark = pytest.mark.slow

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{ 7*7 }} & </style> $x$"


class Tree(html.parser.HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.ids = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def few(monkeypatch):
    """A page of the pictures that every scenario has: what a test needs that looks at something else."""
    monkeypatch.setattr("negsim.reporting.figures.FIRST", OTHERS)


@pytest.fixture(scope="module")
def one(projection):
    return ns.report([projection])


@pytest.fixture(scope="module")
def both(baseline, projection):
    hard = ns.run(baseline.replace({"title": "Harder", "tactics.us.beta": 0.1}), runs=300, seed=1)
    return ns.report([projection, hard])


def test_it_answers_the_question_for_every_issue(one, projection):
    text = "".join(Tree(one).texts)
    assert projection.scenario.question in text
    for issue in projection.digest.issues:
        assert issue.facts.title in text
    for part in ("50 % of runs by", "do not predict", "SHA-256 " + projection.hash, "± one standard error"):
        assert part in text


def test_it_holds_every_picture_that_says_something(one, projection):
    labels = [value for tag, name, value in Tree(one).attributes if (tag, name) == ("svg", "aria-label")]
    kinds = {kind for kind in ns.plots.KINDS if kind != "frontier"}  # the baseline has no package
    assert len(labels) == len(kinds)
    for kind in kinds:
        assert any(ns.plots.KINDS[kind] in label and projection.view(kind).verdict in label for label in labels)


def test_announced_dates_stand_with_their_issues_and_below_the_agenda(few):
    mapping = talks("a b")
    said = {"who": "<b>A minister</b>", "said": "2025-01-05"}
    mapping["agenda"]["targets"] = [
        {**said, "what": "It is done.", "by": "2025-03-01", "issues": ["a"]},
        {**said, "what": "They meet.", "by": "2025-06"},
        {**said, "what": "Nobody knows yet.", "said": "2025-04-11", "by": "2026"},
    ]
    page = ns.report([ns.run(from_mapping(mapping), runs=5)])
    text = " ".join("".join(Tree(page).texts).split())
    assert "Announced for 2025-03-01, passed<b>A minister</b> (2025-01-05): It is done." in text
    assert "2025-03-01, passed: <b>A minister</b> (2025-01-05), on A: It is done." in text
    assert "2025-06, ahead: <b>A minister</b> (2025-01-05): They meet." in text
    assert "Nobody knows yet" not in text  # it was said a day after the scenario begins
    assert "<b>A minister" not in page


def test_assumptions_come_in_words_with_their_sources(one):
    text = "".join(Tree(one).texts)
    assert "us_patience: median 7.3 months, one in ten above 3.6 years" in text
    assert "history: issues.csv, negsim calibrate: 55 items" in text


def test_the_agenda_comes_with_demands_disputes_and_citations(one, projection):
    text = "".join(Tree(one).texts)
    agenda = projection.scenario.agenda
    for issue in agenda.issues.values():
        for position in issue.demands.values():
            assert (position.text or "no public position") in text
            for cited in position.citations:
                assert cited.place in text
        for name in issue.disputed:
            assert agenda.disputed[name].question in text


@pytest.mark.slow
def test_another_scenario_comes_with_what_differs_and_what_that_does(both):
    text = "".join(Tree(both).texts)
    assert "United States beta: parameter us_beta -> 0.1 (9 issues)" in text
    assert "Compared with Baseline" in text
    assert text.count('With "Harder" instead of "Baseline"') == 1


def test_it_needs_nothing_from_anywhere(both):
    for tag, name, value in Tree(both).attributes:
        assert name not in ("src", "srcset", "action", "style", "data", "background"), (tag, name)
        if name.endswith("href"):
            assert value.startswith(("#", "data:application/gzip;base64,")), (tag, value)
    assert "@import" not in both
    assert "url(http" not in both


def test_the_policy_allows_the_one_style_and_the_one_script_alone(one):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', one)[1].replace("&#39;", "'")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", one, re.S)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_no_id_is_used_twice_and_every_reference_is_there(both):
    tree = Tree(both)
    assert len(tree.ids) == len(set(tree.ids))
    referred = re.findall(r"url\(#([^)]+)\)", both)
    referred += [value[1:] for _, name, value in tree.attributes if name.endswith("href") and value[0] == "#"]
    referred += [value for _, name, value in tree.attributes if name in ("for", "aria-labelledby")]
    assert referred
    assert set(referred) <= set(tree.ids)


@pytest.mark.slow
def test_each_picture_has_its_data(one, projection):
    """The link holds the whole table, so it works without scripts, and with a policy that allows no request."""
    links = [value for tag, name, value in Tree(one).attributes if (tag, name) == ("a", "href") and value[0] != "#"]
    tables = [gzip.decompress(base64.b64decode(link.partition(",")[2])).decode() for link in links]
    assert len(tables) == len(ns.plots.KINDS) - 1
    assert tables[0] == csv_text(projection.plot("burndown").table.round(4))


def test_a_reading_says_what_the_summary_says(projection):
    found = reading(projection)
    table = projection.summary()
    for name, title, survival, dates in zip(
        table.index[:-1], found["labels"], found["survival"], found["calendar"], strict=True
    ):
        assert title == table.at[name, "title"]
        unresolved = sum(survival["series"][1]["y"]["parts"]) / 10_000
        assert unresolved == pytest.approx(1 - table.at[name, "p_resolved"], abs=1e-4)
        assert sum(survival["x"]["days"]) == (projection.context.last_day - date(1970, 1, 1)).days
        assert dates.startswith(f"resolved in {100 * table.at[name, 'p_resolved']:.0f} % of ")


def test_terms_are_explained_where_they_stand(one, projection):
    text = " ".join("".join(Tree(one).texts).split())
    a, b = projection.context.sides
    assert f"Usual terms mean; 100 %: full demand of {a}; 0 %: of {b}" in text
    for status in {issue.facts.status for issue in projection.digest.issues}:
        assert f"{status}{STATUSES[status]}" in text


def test_a_citation_unfolds_to_its_document(one, projection):
    tree, agenda = Tree(one), projection.scenario.agenda
    cited = next(iter(agenda.issues.values())).demands["us"].citations[0]
    assert f"{cited.place}: sentence {cited.sentence} of {agenda.sources[cited.document].sentences}" in "".join(
        tree.texts
    )


def test_every_issue_and_scenario_has_a_link(both, projection):
    tree = Tree(both)
    links = {value for tag, name, value in tree.attributes if (tag, name) == ("a", "href")}
    for issue in projection.context.issues:
        assert {f"#issue-{issue.id}", f"#scenario-1-{issue.id}", f"#scenario-2-{issue.id}"} <= links
    assert {"#scenario-1", "#scenario-2"} <= links


def test_the_same_input_gives_the_same_bytes(few, baseline, projection):
    once = ns.report([projection])
    assert ns.report([ns.run(baseline, runs=300, seed=1)]) == once
    assert ns.report([ns.run(baseline, runs=300, seed=2)]) != once


def hostile():
    mapping = talks({"a": {}, "b": {}}, horizon="300 days")
    mapping["agenda"]["title"] = mapping["title"] = mapping["description"] = mapping["question"] = EVIL
    for side in mapping["agenda"]["sides"].values():
        side["title"] = EVIL[:60]
    for issue in mapping["agenda"]["issues"].values():
        for key in ("title", "summary", "resolves_when"):
            issue[key] = EVIL
        issue["demands"] = {side: {"text": EVIL} for side in ("us", "russia")}
        issue["history"][0]["what"] = EVIL
    mapping["channels"]["rounds"] |= {"title": EVIL, "venue": EVIL, "source": "judgement: " + EVIL}
    return from_mapping(mapping)


def test_a_hostile_agenda_stays_text(few, one):
    text = ns.report([ns.run(hostile(), runs=40, seed=1)])
    plain, evil = Tree(one), Tree(text)
    assert set(evil.tags) <= set(plain.tags)
    assert evil.tags.count("script") == 1
    assert not [name for _, name, _ in evil.attributes if name.startswith("on")]
    assert "alert(2)" in "".join(evil.texts)
    assert "{{ 7*7 }}" in "".join(evil.texts)


def page_of_size(projection, most):
    with Copies() as copies:
        return page([projection], most, copies)


def test_it_stays_small_and_says_what_it_leaves_out(few, one, projection):
    assert len(one.encode()) < 1_000_000
    whole = page_of_size(projection, 1_000_000)
    less = len(whole.encode()) - 6_000
    small = page_of_size(projection, less)
    assert len(small.encode()) < less
    assert "Without data, to keep the page small: " in small
    assert "Left out" not in small
    assert "Without data" not in whole
    least = len(whole.encode()) - 60_000
    tiny = page_of_size(projection, least)
    assert len(tiny.encode()) < least
    assert "Left out to keep the page small: " in tiny


@pytest.mark.slow
def test_a_scenario_that_cannot_be_compared_says_why(few, baseline, projection):
    text = "".join(Tree(ns.report([projection, ns.run(baseline, runs=50, seed=1)])).texts)
    assert "No comparison: " in text


def test_without_projections_there_is_no_page():
    with pytest.raises(NegsimError, match="needs a projection"):
        ns.report([])


def test_an_embedded_picture_has_no_style_and_ids_of_its_own(projection):
    svg = projection.plot("burndown").svg
    looks = Looks()
    once, twice = looks.named(embedded(svg, "x-", 'A "title"')), looks.named(embedded(svg, "y-", "B"))
    assert "style" not in once
    assert set(re.findall(r' class="(k\d+)"', once)) == set(re.findall(r"\.(k\d+)\{", looks.style))
    assert "<metadata" not in once
    assert set(re.findall(r' id="([^"]+)"', once)).isdisjoint(re.findall(r' id="([^"]+)"', twice))
    assert 'aria-label="A &quot;title&quot;"' in once
    assert once.count("<text") == svg.count("<text")
    assert once.count("<path") == svg.count("<path")


@pytest.mark.slow
def test_beside_a_folder_scenarios_are_played_as_often(few, negsim, tmp_path):
    folder, target = tmp_path / "done", tmp_path / "page.html"
    assert negsim("run", "scenarios/package.yaml", "-n", 40, "--seed", 5, "--out", folder).code == 0
    assert negsim("report", folder, "scenarios/baseline.yaml", "-o", target).code == 0
    assert target.read_text(encoding="utf-8").count("40 with seed 5") == 4  # the summary and the provenance of each
    ended = negsim("report", folder, "-n", 50, "-o", target)
    assert (ended.code, "holds finished runs" in ended.err) == (2, True)


def test_the_command_writes_it_and_says_so(few, negsim, tmp_path):
    target = tmp_path / "page.html"
    ended = negsim("report", "scenarios/baseline.yaml", "-n", 60, "-o", target)
    assert ended.code == 0
    assert "1 scenario" in ended.out
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_base_rates_of_other_negotiations_stand_below_each_issue(negsim, tmp_path):
    words = ("report", "baseline", "--runs", 20, "--engine", "reference", "-o", tmp_path / "r.html")
    assert negsim(*words, "--reference").code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.count("other negotiations</th>") == 10  # nine issues and the row of all
    assert page.count("base rates of other negotiations: ") >= 3
    assert negsim(*words).code == 0
    assert "other negotiations" not in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_report_without_base_rates_warns():
    agreed = talks("a", horizon="30 days")
    agreed["agenda"]["issues"]["a"]["history"] = [{"date": "2025-01-01", "status": "agreed", "what": "Agreed."}]
    with pytest.warns(UserWarning, match="no base rates: "):
        page = ns.report(from_mapping(agreed), runs=5, reference=True)
    assert "other negotiations" not in page


def test_a_timeline_has_its_section_and_another_negotiation_none(few, tmp_path):
    mapping = talks("a b")
    rounds = {"one": {"title": "<b>One</b>", "date": "2025-05-10", "what": "Held.", "issues": []}}
    scenario = from_mapping(mapping | {"agenda": mapping["agenda"] | {"rounds": rounds}})
    found = ns.timeline(scenario, dates=["2025-04-10", "2025-06-10"], runs=20, out=tmp_path / "t")
    tree = Tree(ns.report([ns.run(scenario, runs=20)], timeline=tmp_path / "t"))
    text = " ".join("".join(tree.texts).split())
    assert {"timeline", "h-timeline"} <= set(tree.ids)
    for part in ("2025-06-10", "expected number unresolved", "2025-05-10, round: <b>One</b>"):
        assert part in text
    assert "h-timeline" not in ns.report([ns.run(scenario, runs=20)])
    with pytest.raises(NegsimError, match="the report of"):
        ns.report([ns.run("record_alone", runs=20)], timeline=found)
