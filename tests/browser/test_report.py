"""The page in a real browser: it opens, filters and switches, asks nobody for anything, and everybody can read it."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader

import negsim as ns
from tests.reporting.test_report import hostile

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def path(tmp_path_factory, baseline):
    target = tmp_path_factory.mktemp("report") / "page.html"
    package = ns.load("scenarios/package.yaml")
    ns.report([ns.run(s, runs=300, seed=1) for s in (baseline, package)], target)
    return target


@pytest.fixture
def opened(chromium, path):
    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    page.heard, page.asked = [], []
    page.on("console", lambda message: page.heard.append(message.text))
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(".read")
    yield page
    page.close()


def shown(page, selector):
    return [each for each in page.query_selector_all(selector) if each.is_visible()]


def test_it_opens_without_a_complaint_and_asks_nobody(opened, path):
    assert opened.inner_text("h1") == "United States and Russia, talks on the working of their embassies"
    assert len(shown(opened, "svg")) == 11
    assert opened.heard == []
    assert opened.asked == [path.as_uri()]


def test_pictures_are_drawn_with_their_colours(opened):
    colours = opened.eval_on_selector_all("svg path", "all => new Set(all.map(e => getComputedStyle(e).fill)).size")
    assert colours > 20
    assert opened.eval_on_selector("figure svg", "e => e.getBoundingClientRect().height") > 300


def test_typing_filters_the_issues(opened):
    opened.fill("#filter", "property")
    assert opened.inner_text("#count") == "1 of 9 issues"
    assert [row.inner_text() for row in shown(opened, "tbody th a:first-child")] == ["Russian diplomatic property"]
    assert len(shown(opened, "article")) == 1
    opened.fill("#filter", "no such thing")
    assert opened.inner_text("#count") == "0 of 9 issues"
    opened.fill("#filter", "")
    assert len(shown(opened, "tbody tr")) == 9


def test_the_switch_shows_the_other_scenario_alone(opened):
    assert {h.inner_text() for h in shown(opened, "#pictures h3")} == {"Baseline"}
    opened.select_option("#scenario", "1")
    assert {h.inner_text() for h in shown(opened, "#pictures h3")} == {"Packages"}
    assert "Compared with Baseline" in opened.inner_text("#figures")
    assert len(shown(opened, "svg")) == 4


def test_everything_can_be_reached_with_the_keyboard(opened):
    reached = []
    for _ in range(12):
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate("document.activeElement.id || document.activeElement.className || 'link'"))
    assert reached[0] == "skip"
    assert {"scenario", "filter", "wide"} <= set(reached)
    opened.focus("#scenario")
    opened.keyboard.press("ArrowDown")
    assert {h.inner_text() for h in shown(opened, "#pictures h3")} == {"Packages"}


def readout(page, kind):
    return page.locator(f"#scenario-1-picture-{kind} output").inner_text()


def picture(page, kind):
    return page.locator(f"#scenario-1-picture-{kind} svg")


def test_pictures_are_read_by_pointer_and_keyboard(opened):
    said = {}
    for kind, words in (("burndown", "median"), ("calendar", "resolved by"), ("survival", "95 % interval"),
                        ("terms", "of the way to its demand")):  # fmt: skip
        svg = picture(opened, kind)
        box = svg.bounding_box()
        svg.hover(position={"x": 0.6 * box["width"], "y": 0.4 * box["height"]})
        said[kind] = readout(opened, kind)
        assert words in said[kind]
        assert "300 runs" in said[kind]
        svg.focus()
        opened.keyboard.press("ArrowRight" if kind == "burndown" else "ArrowDown")
        assert readout(opened, kind) not in (said[kind], "")
    picture(opened, "survival").focus()
    opened.keyboard.press("End")
    assert "2028-04-08" in readout(opened, "survival")  # the last simulated day


def test_a_readout_agrees_with_the_table(opened):
    picture(opened, "calendar").focus()
    opened.keyboard.press("End")
    row = opened.locator("#scenario-1-banking td:nth-child(6)")
    share = float(row.get_attribute("data-value"))
    assert f"resolved by 2028-04-08 in {100 * share:.1f} % of 300 runs" in readout(opened, "calendar")


def test_a_finger_reads_a_picture(chromium, path):
    context = chromium.new_context(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".read")
    picture(page, "survival").tap(position={"x": 250, "y": 120})
    assert "unresolved" in readout(page, "survival")
    context.close()


def test_the_headline_table_is_sorted_by_its_buttons(opened):
    def shares():
        cells = opened.locator('#figures [data-scenario="0"] tbody td:nth-child(6)')
        return cells.evaluate_all("all => all.map(e => Number(e.dataset.value))")

    head = opened.locator('#figures [data-scenario="0"] th', has=opened.get_by_role("button", name="horizon"))
    first = shares()
    for order, expected in (("descending", sorted(first)[::-1]), ("ascending", sorted(first)), (None, first)):
        head.get_by_role("button").focus()
        opened.keyboard.press("Enter")
        assert (head.get_attribute("aria-sort"), shares()) == (order, expected)


def test_the_sections_of_assumptions_leave_no_gaps_and_dates_are_not_broken(opened):
    boxes = [each.bounding_box() for each in shown(opened, ".columns > div > details")]
    below = [(a, b) for a, b in pairwise(boxes) if a["x"] == b["x"]]
    assert len(boxes) - len(below) == 2  # two columns
    assert all(0 <= b["y"] - a["y"] - a["height"] < 40 for a, b in below)
    assert all(each.evaluate("e => e.getClientRects().length") == 1 for each in shown(opened, "article h4 small"))


def test_a_link_leads_to_an_issue_of_the_other_scenario(opened, path):
    opened.goto("about:blank")
    opened.goto(path.as_uri() + "#scenario-2-flights")
    row = opened.locator("#scenario-2-flights")
    row.wait_for()
    assert opened.input_value("#scenario") == "1"
    assert 0 <= row.bounding_box()["y"] < 900
    row.get_by_role("link", name="Direct flights", exact=True).click()
    assert opened.url.endswith("#issue-flights")
    article = opened.locator("#issue-flights")
    assert 0 <= article.bounding_box()["y"] < 900
    cited = article.locator("details.cite").first
    assert not cited.locator("li").first.is_visible()
    cited.locator("summary").click()
    assert "sentence" in cited.locator("li").first.inner_text()


def test_the_data_of_a_picture_are_saved_as_csv(opened):
    with opened.expect_download() as download:
        opened.locator("#scenario-1-picture-calendar a.data").click()
    assert download.value.suggested_filename == "baseline-calendar.csv"
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("issue,title,part,status,")
    assert opened.heard == []


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (400, "dark")])
def test_axe_finds_nothing(opened, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    opened.emulate_media(color_scheme=scheme)
    paper = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 26, 26)"}[scheme]
    opened.set_viewport_size({"width": width, "height": 900})
    opened.eval_on_selector_all("details", "all => all.forEach(e => e.open = true)")
    found = Axe().run(opened)
    assert found.violations_count == 0, found.generate_report()


def test_a_narrow_screen_scrolls_down_and_not_across(opened):
    opened.set_viewport_size({"width": 400, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") == 400
    assert opened.eval_on_selector("p", "e => parseFloat(getComputedStyle(e).fontSize)") >= 14
    # What is wider scrolls in its own frame, and its letters stay large enough to be read.
    heights = "all => all.map(e => e.getBoundingClientRect().height).filter(h => h > 0)"
    assert opened.eval_on_selector("figure svg", "e => e.getBoundingClientRect().width") >= 600
    assert min(opened.eval_on_selector_all("svg text", heights)) > 6


def test_on_paper_all_chapters_are_open_and_the_controls_gone(opened):
    opened.emulate_media(media="print")
    assert not opened.is_visible(".bar")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.eval_on_selector_all("details", "all => all.every(e => e.open)")
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not opened.eval_on_selector_all("details", "all => all.every(e => e.open)")


def test_a_print_begins_with_a_summary_of_one_page(opened):
    """The first page ends with the provenance; the second one begins with the results."""
    pages = [each.extract_text() for each in PdfReader(BytesIO(opened.pdf(format="A4"))).pages]
    assert "All 9 issues are resolved by the horizon" in pages[0]
    assert "Framework of further meetings" in pages[0]
    assert pages[0].replace("\n", "").split("SHA-256")[1].strip().endswith(".")
    assert pages[1].startswith("Results")


def test_a_hostile_agenda_does_nothing(chromium, tmp_path):
    target = tmp_path / "evil.html"
    ns.report([ns.run(hostile(), runs=40, seed=1)], target)
    page = chromium.new_page()
    heard = []
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: heard.append(message.text))
    page.goto(target.as_uri())
    assert heard == []
    assert page.query_selector("img") is None
    assert "<script>alert(1)" in page.inner_text("h1")
    page.close()
