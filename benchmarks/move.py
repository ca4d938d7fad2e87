"""From a moved slider to the new picture: ``python -m benchmarks move`` drives the app in headless Chromium.

The app runs in this process, so that the time of an answer is known. A script in the page notes four moments of each
move: the key press, the question, the answer, and the frame with the new picture. Then it
drags the slider for two seconds. It needs the extras ``app`` and ``test-slow``, and a Chromium of the system.
"""

from __future__ import annotations

import shutil
import threading
from queue import Queue
from time import perf_counter
from typing import Any

from benchmarks.measure import BASELINE, TURNS, median, table

#: Notes the moments of a move, in milliseconds.
_NOTES = """
window.moved = {};
addEventListener("input", () => { window.last = performance.now(); }, true);
window.pictures = [];
addEventListener("keydown", () => {
  window.moved = { press: performance.now() };
  window.drawn = new Promise((resolve) => { window.done = resolve; });
}, true);
const sent = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  if (JSON.parse(text).do === "set") window.moved.ask = performance.now();
  if (!this.noted) {
    this.noted = true;
    this.addEventListener("message", (event) => {
      if (JSON.parse(event.data).what !== "state" || !window.moved.ask) return;
      requestAnimationFrame(() => setTimeout(() => window.pictures.push(performance.now())));
      const now = window.moved;
      now.answer ??= performance.now();
      // The page draws between here and the next frame.
      requestAnimationFrame(() => setTimeout(() => { now.drawn ??= performance.now(); window.done(now); }));
    }, true);
  }
  sent.call(this, text);
};
"""


def move(turns: int = TURNS) -> None:
    """Print the medians of the parts, and the slowest move."""
    from playwright.sync_api import sync_playwright

    answered: list[float] = []
    address = _served(answered)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(_NOTES)
        page.goto(address)
        page.get_by_role("tab", name="What if").click()
        slider = page.get_by_role("slider", name="Beta (hard to soft)").first
        slider.wait_for(timeout=120_000)
        page.locator(".said p").wait_for()
        slider.focus()
        found = [_moved(page, answered, "ArrowRight" if turn % 16 < 8 else "ArrowLeft") for turn in range(turns + 1)]
        dragged, lag = _dragged(page, slider)
        browser.close()
    found = found[1:]  # the first one warms up
    names = {
        "before": "browser, before the question",
        "server": "server",
        "transfer": "transfer",
        "draw": "browser, drawing",
    }
    rows: list[tuple[Any, ...]] = [(words, median(each[name] for each in found)) for name, words in names.items()]
    every = [sum(each.values()) for each in found]
    rows += [("slider to picture", median(every)), ("the slowest move", max(every))]
    rows += [("pictures per second of a drag", dragged), ("end of the drag to its picture", lag)]
    table(f"A moved slider, baseline, 2,000 runs, {turns} moves", ("part", "median (ms)"), rows)


def _served(answered: list[float]) -> str:
    """Serve the app in a thread; return its address. ``answered`` gets the milliseconds of each changed projection."""
    from negsim.app import serve
    from negsim.app.session import Session

    plain = Session.answer

    def timed(self: Session, question: Any, progress: Any) -> dict[str, Any]:
        start = perf_counter()
        answer = plain(self, question, progress)
        if question.get("do") == "set":
            answered.append(1000 * (perf_counter() - start))
        return answer

    Session.answer = timed  # type: ignore[method-assign]
    address: Queue[str] = Queue()
    threading.Thread(target=serve, args=([BASELINE],), kwargs={"ready": address.put}, daemon=True).start()
    return address.get(timeout=60)


def _moved(page: Any, answered: list[float], key: str) -> dict[str, float]:
    """The milliseconds of the parts of one move."""
    before = len(answered)
    page.keyboard.press(key)
    at = page.evaluate("window.drawn")
    assert len(answered) == before + 1
    return {
        "before": at["ask"] - at["press"],
        "server": answered[-1],
        "transfer": at["answer"] - at["ask"] - answered[-1],
        "draw": at["drawn"] - at["answer"],
    }


def _dragged(page: Any, slider: Any, seconds: float = 2) -> tuple[float, float]:
    """Drag a slider: the pictures per second, and the milliseconds from the end to the last picture."""
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.evaluate("window.pictures = []")
    page.mouse.move(box["x"] + 5, middle)
    page.mouse.down()
    start = perf_counter()
    while (part := (perf_counter() - start) / seconds) < 1:
        page.mouse.move(box["x"] + 5 + part * (box["width"] - 10), middle)
    drawn = page.evaluate("window.pictures.length")
    page.mouse.up()
    page.locator("[aria-busy=true]").wait_for(state="detached")
    page.wait_for_timeout(200)
    return drawn / seconds, page.evaluate("window.pictures.at(-1) - window.last")
