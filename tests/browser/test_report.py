"""The page in a real browser: it opens, filters and switches, asks nobody for anything, and everybody can read it."""

import pytest

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
    assert opened.eval_on_selector("svg", "e => e.getBoundingClientRect().height") > 300


def test_typing_filters_the_issues(opened):
    opened.fill("#filter", "property")
    assert opened.inner_text("#count") == "1 of 9 issues"
    assert [row.inner_text() for row in shown(opened, "tbody th")] == ["Russian diplomatic property"]
    assert len(shown(opened, "article")) == 1
    opened.fill("#filter", "no such thing")
    assert opened.inner_text("#count") == "0 of 9 issues"
    opened.fill("#filter", "")
    assert len(shown(opened, "tbody tr")) == 9


def test_the_switch_shows_the_other_scenario_alone(opened):
    assert {h.inner_text() for h in shown(opened, "#figures h3")} == {"Baseline"}
    opened.select_option("#scenario", "1")
    assert {h.inner_text() for h in shown(opened, "#figures h3")} == {"Packages"}
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
    assert {h.inner_text() for h in shown(opened, "#figures h3")} == {"Packages"}


@pytest.mark.parametrize("width", [1200, 400])
def test_axe_finds_nothing(opened, width):
    from axe_playwright_python.sync_playwright import Axe

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
    assert opened.eval_on_selector("svg", "e => e.getBoundingClientRect().width") >= 600
    assert min(opened.eval_on_selector_all("svg text", heights)) > 6


def test_on_paper_all_chapters_are_open_and_the_controls_gone(opened):
    opened.emulate_media(media="print")
    assert not opened.is_visible(".bar")
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.eval_on_selector_all("details", "all => all.every(e => e.open)")
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not opened.eval_on_selector_all("details", "all => all.every(e => e.open)")
    assert len(opened.pdf()) > 50_000


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
