"""The app as a person uses it: by pointer and by keyboard, wide and narrow, light and dark, with no other host."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent.parent
VIEWS = ("Board", "Projection", "What if", "Why", "When", "History")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("app")
    (place / "mine.yaml").write_text("extends: baseline\ntitle: Mine\n")
    return place


def started(folder):
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "negsim", "app", "mine.yaml", "expert_calls", "--no-browser"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    line = server.stdout.readline()
    assert line.startswith("negsim app: http://127.0.0.1:"), line
    return server, line.split()[-1]


def ended(server):
    server.wait(timeout=20)
    server.stdout.close()


@pytest.fixture(scope="module")
def address(folder):
    server, found = started(folder)
    yield found
    server.send_signal(signal.SIGINT)
    ended(server)


def opened(chromium, address, **options):
    page = chromium.new_page(**{"viewport": {"width": 1280, "height": 900}, **options})
    page.heard, page.away, page.sent = [], [], []
    page.on("websocket", lambda socket: socket.on("framesent", lambda text: page.sent.append(text)))
    page.on("console", lambda message: page.heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    here = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(here) else page.away.append(request.url))
    page.goto(address)
    page.get_by_role("heading", name="Mine", exact=True).wait_for(timeout=60_000)
    page.locator("article.card").first.wait_for(timeout=60_000)
    return page


@pytest.fixture(scope="module")
def page(chromium, address):
    found = opened(chromium, address)
    yield found
    assert found.away == []
    assert found.heard == []
    found.close()


def view(page, name):
    page.get_by_role("tab", name=name, exact=True).click()
    return page.get_by_role("tabpanel", name=name, exact=True)


def settled(page):
    page.locator("#view-What-if:not([aria-busy=true])").wait_for(state="attached")


def test_the_board_of_another_day_by_keyboard_and_citations_on_a_click(page):
    board = view(page, "Board")
    assert "converging" in board.locator("article").first.inner_text()
    board.get_by_text("2 citations").first.click()
    assert board.locator("details.cite[open] li").first.is_visible()
    day = board.get_by_role("slider", name="Day of the board")
    day.focus()
    page.keyboard.press("Home")
    board.get_by_text("Nothing is on the agenda on that day.").wait_for()
    page.keyboard.press("End")
    board.locator("article").first.wait_for()
    day.press("Home")
    later = board.get_by_role("button", name="Next change")
    board.get_by_text("Nothing is on the agenda on that day.").wait_for()
    later.focus()
    page.keyboard.press("Enter")
    board.locator("output", has_text="2025-02-28").wait_for()
    page.keyboard.press("Enter")
    board.locator("output", has_text="2025-04-10").wait_for()
    board.get_by_text("the as-of date of the scenario").wait_for()


def test_the_projection_is_sorted_and_read_by_pointer_and_keyboard(page):
    shown = view(page, "Projection")
    shown.locator("tbody tr").first.wait_for()
    shown.get_by_role("button", name="horizon").click()
    cells = [float(text.split()[0]) for text in shown.locator("tbody tr td:nth-child(6)").all_inner_texts()]
    assert cells == sorted(cells)
    chart = shown.locator("figure", has_text="Unresolved issues").first
    chart.locator("svg[role=img]").hover(position={"x": 400, "y": 100})
    said = chart.locator("output").inner_text()
    assert "median" in said
    assert "2,000 runs" in said
    chart.locator("svg[role=img]").focus()
    page.keyboard.press("ArrowRight")
    assert chart.locator("output").inner_text() != said
    rows = shown.locator("figure", has_text="Dates of each issue").first
    rows.get_by_role("listbox").focus()
    page.keyboard.press("ArrowDown")
    assert "resolved in" in rows.locator("output").inner_text()
    assert "95 %" in rows.locator("output").inner_text()
    shown.get_by_label("Issue of the next picture").select_option("flights")
    shown.get_by_text("Unresolved: Direct flights").wait_for()


def test_ten_quick_moves_end_in_the_result_of_the_last(page):
    shown = view(page, "What if")
    slider = shown.get_by_role("slider", name="United States: Beta (hard to soft)")
    slider.focus()
    page.sent.clear()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    label = slider.get_attribute("aria-valuetext")
    shown.get_by_text(f"Moved: United States beta: {label}.").wait_for()
    settled(page)
    assert slider.get_attribute("aria-valuetext") == label
    asked = [text for text in page.sent if '"do":"set"' in text]
    assert 1 <= len(asked) < 10  # presses that come faster than pictures are merged


def test_every_slider_has_a_name_and_says_its_value(page):
    shown = view(page, "What if")
    shown.locator("details.group").evaluate_all("all => all.forEach(each => { each.open = true; })")
    names = [slider.get_attribute("aria-label") for slider in shown.get_by_role("slider").all()]
    assert len(names) == len(set(names)) >= 6
    assert all(": " in name for name in names)
    assert all(slider.get_attribute("aria-valuetext") for slider in shown.get_by_role("slider").all())


def test_a_variant_is_pinned_compared_saved_and_restored_by_its_link(page, chromium):
    shown = view(page, "What if")
    shown.get_by_role("textbox", name="Name of the pin").fill("soft")
    shown.get_by_role("button", name="Pin", exact=True).click()
    shown.get_by_role("region", name="soft").wait_for()
    shown.get_by_role("button", name="Reset").click()
    shown.get_by_text("Moved: nothing.").wait_for()
    settled(page)
    verdict = shown.get_by_role("region", name="soft").inner_text()
    assert "points" in verdict
    side_by_side = shown.get_by_role("region", name="Table of the pins")
    assert side_by_side.locator("thead th").all_inner_texts() == ["issue", "now", "soft"]
    assert side_by_side.locator("tbody tr").count() == 9
    for button, name in (
        ("Save scenario", "explored.yaml"),
        ("Save table", "explored.csv"),
        ("Save report", "explored.html"),
    ):
        shown.get_by_role("button", name=button).click()
        ready = shown.get_by_role("link", name=name)
        ready.wait_for(timeout=90_000)  # the report takes seconds, and Chromium may refuse a download so long after
        with page.expect_download() as download:
            ready.click()
        assert download.value.suggested_filename == name
    other = opened_from(chromium, page.url)
    other.get_by_role("region", name="soft").wait_for(timeout=30_000)
    assert other.get_by_role("region", name="soft").inner_text() == verdict
    other.close()


def opened_from(chromium, address):
    found = chromium.new_page()
    found.goto(address)
    found.get_by_role("heading", name="Mine", exact=True).wait_for(timeout=60_000)
    return found


def test_why_is_asked_from_the_table_and_stopped(page):
    shown = view(page, "Projection")
    shown.get_by_role("button", name="Why: Direct flights").click()
    page.get_by_role("button", name="Stop").click(timeout=20_000)
    why = page.get_by_role("tabpanel", name="Why")
    why.get_by_text("Stopped.").wait_for(timeout=30_000)
    why.get_by_label("Issue", exact=True).select_option("banking")
    why.get_by_role("button", name="Explain").click()
    why.get_by_text("Tried:").wait_for(timeout=120_000)


def test_when_follows_the_probability_and_the_subset(page):
    shown = view(page, "When")
    shown.get_by_role("rowheader", name="all 9").wait_for()
    for box in shown.get_by_role("checkbox").all()[2:]:
        box.uncheck()
    shown.get_by_label("Probability, %").fill("50")
    page.keyboard.press("Tab")
    shown.get_by_role("rowheader", name="both").wait_for()
    shown.get_by_text("Resolved in 50 % of the runs").wait_for()
    shown.get_by_label("Probability, %").fill("0")
    page.keyboard.press("Tab")
    shown.get_by_role("alert").wait_for()


def test_the_history_is_computed_read_and_restored_by_its_link(page, chromium):
    shown = view(page, "History")
    shown.get_by_role("heading", name="Record up to").wait_for()
    assert "Second round" in shown.inner_text()
    assert shown.locator("figure").count() == 0
    shown.get_by_label("Days", exact=True).select_option("quarter")
    shown.get_by_role("button", name="Compute").click()
    chart = shown.locator("figure", has_text="Probability that an issue is resolved by").first
    chart.wait_for(timeout=60_000)
    picture = chart.locator("svg[role=img]")
    picture.hover(position={"x": 300, "y": 100})
    said = chart.locator("output").inner_text()
    assert "Banking" in said
    assert "2,000 runs" in said
    picture.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert chart.locator("output").inner_text().startswith("2025-07-10: ")
    assert "Since 2025-04-10: announcement of 2025-06-10" in chart.locator("output").inner_text()
    table = shown.get_by_role("region", name="Table of the timeline").inner_text()
    other = opened_from(chromium, page.url)
    other.get_by_role("region", name="Table of the timeline").wait_for(timeout=60_000)
    assert other.get_by_role("region", name="Table of the timeline").inner_text() == table
    other.close()


def test_a_link_restores_what_is_chosen_in_every_view(page, chromium):
    board = view(page, "Board")
    board.get_by_role("slider", name="Day of the board").focus()
    page.keyboard.press("End")
    board.get_by_text("the projection does not know it").wait_for()
    view(page, "When").get_by_label("Probability, %").fill("40")
    page.keyboard.press("Tab")
    view(page, "Projection").get_by_label("Issue of the next picture").select_option("visas")
    other = opened_from(chromium, page.url)
    other.get_by_text("Unresolved: Visa processing").wait_for(timeout=30_000)
    assert view(other, "When").get_by_label("Probability, %").input_value() == "40"
    view(other, "Board").get_by_text("the projection does not know it").wait_for()
    other.close()


def test_a_file_with_mistakes_shows_them_and_the_last_good_state_stays(page, folder):
    view(page, "Board")
    (folder / "mine.yaml").write_text("extends: baseline\ntitle: Mine\nhorizn: 3 years\n")
    page.locator("#mistakes").get_by_text("mine.yaml:3:1").wait_for(timeout=20_000)
    assert "^" in page.locator("#mistakes").inner_text()
    assert page.locator("article.card").count() > 5
    (folder / "mine.yaml").write_text("extends: baseline\ntitle: Mine, changed\n")
    page.get_by_role("heading", name="Mine, changed").wait_for(timeout=30_000)
    assert page.locator("#mistakes").is_hidden()
    (folder / "mine.yaml").write_text("extends: baseline\ntitle: Mine\n")
    page.get_by_role("heading", name="Mine", exact=True).wait_for(timeout=30_000)


def test_tabs_are_chosen_by_arrow_keys_and_another_scenario_opens(page):
    view(page, "Board")
    page.get_by_role("tab", name="Board").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Projection").get_attribute("aria-selected") == "true"
    page.locator("#scenario").select_option("1")
    page.locator("h1", has_not_text="Mine").wait_for()
    page.locator("#scenario").select_option("0")
    page.get_by_role("heading", name="Mine", exact=True).wait_for()


#: Whether a choice is as wide as its longest option needs.
WHOLE = """e => {
  const own = e.cloneNode(true);
  own.style.cssText = "position: absolute; max-width: none; font-size: " + getComputedStyle(e).fontSize;
  e.parentNode.append(own);
  const wide = own.offsetWidth;
  own.remove();
  return e.offsetWidth >= wide;
}"""
#: Where the words of a panel without levers begin, from its left edge.
LEFT = """() => {
  const own = document.createElement("div");
  own.className = "negsim panel";
  own.innerHTML = "<div class=levers></div><div class=results>Compiling</div>";
  document.body.append(own);
  const left = own.lastChild.getBoundingClientRect().x - own.getBoundingClientRect().x;
  own.remove();
  return left;
}"""


def test_a_panel_that_waits_begins_at_the_left_and_its_choices_are_readable_whole(page):
    shown = view(page, "What if")
    shown.get_by_text("Moved: ").wait_for(timeout=30_000)
    choices = shown.locator("select:visible:not([multiple])").all()
    assert [choice.get_attribute("aria-label") for choice in choices if not choice.evaluate(WHOLE)] == []
    assert len(choices) >= 3
    assert page.evaluate(LEFT) < 10


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (400, "light"), (400, "dark")])
def test_every_view_fits_and_can_be_read_by_everybody(chromium, address, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(chromium, address, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name in VIEWS:
        shown = view(page, name)
        shown.locator("h2, .group, figure").first.wait_for(timeout=30_000)
        if name == "What if":
            shown.get_by_role("button", name="Pin", exact=True).click()
            shown.get_by_role("region", name="Table of the pins").wait_for(timeout=30_000)
        if name == "History":
            shown.get_by_role("button", name="Compute").click()
            shown.get_by_role("region", name="Table of the timeline").wait_for(timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], name
    assert page.away == []
    page.close()


def test_a_stopped_app_is_told(chromium, folder):
    server, address = started(folder)
    page = opened(chromium, address)
    server.kill()
    ended(server)
    page.get_by_text("negsim app has stopped").wait_for(timeout=20_000)
    assert page.locator("article.card").count() > 5
    page.close()


def test_a_worker_that_does_not_answer_is_told(chromium, folder):
    server, address = started(folder)
    page = opened(chromium, address)
    shown = view(page, "What if")
    shown.get_by_text("Moved: nothing.").wait_for(timeout=30_000)
    settled(page)
    page.clock.install()
    server.send_signal(signal.SIGSTOP)
    shown.get_by_role("slider", name="Russia: Patience").press("ArrowRight")
    page.clock.fast_forward(16_000)
    page.clock.fast_forward(16_000)
    shown.get_by_text("No answer for 15 seconds.").wait_for()
    server.send_signal(signal.SIGCONT)
    shown.get_by_text("Moved: Russia patience").wait_for(timeout=30_000)
    assert shown.get_by_text("No answer for 15 seconds.").is_hidden()
    server.kill()
    ended(server)
    page.close()


def test_ctrl_c_stops_it_within_two_seconds(chromium, folder):
    server, address = started(folder)
    page = opened(chromium, address)
    begun = time.monotonic()
    server.send_signal(signal.SIGINT)
    ended(server)
    assert time.monotonic() - begun < 5
    page.close()
