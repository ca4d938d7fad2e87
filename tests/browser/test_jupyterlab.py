"""The explorer where people use it: JupyterLab in a browser, a notebook run to its end, a lever moved by key."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent.parent
PICTURE = ".negsim.panel svg[role=img]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A clone's notebooks, scenarios and seeds, so that nothing is written into this one."""
    target = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "scenarios", "seeds"):
        shutil.copytree(ROOT / name, target / name)
    return target


@pytest.fixture(scope="module")
def lab(folder):
    """The address of a JupyterLab on a free port, with settings of its own and no news from the network."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token, own = secrets.token_hex(16), folder / ".jupyter"
    settings = own / "config" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    settings.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": quiet}))
    places = {f"JUPYTER_{name}_DIR": str(own / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    places |= {f"JUPYTERLAB_{name}_DIR": str(own / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    options = ["--no-browser", "--allow-root", "--ServerApp.port_retries=0", f"--ServerApp.port={port}"]
    options += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    said = folder / "lab.log"
    with said.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            env={**os.environ, **places, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(own / "ipython")},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server, said)
        yield server, f"http://127.0.0.1:{port}/lab/tree/{{}}?reset&token={token}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # with its kernels
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def wait_for(address, server, said):
    for _ in range(600):
        assert server.poll() is None, f"JupyterLab ended:\n{said.read_text()}"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"JupyterLab does not answer:\n{said.read_text()}")


@pytest.fixture(scope="module")
def opened(chromium, lab, folder):
    """The notebook of the explorer, run from top to bottom."""
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    page.heard, page.away = [], []
    page.on("console", lambda message: page.heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.heard.append(str(error)))
    here = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(here) else page.away.append(request.url))
    try:
        page.goto(lab[1].format("notebooks/02_concessions.ipynb"))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        page.get_by_text("| Idle").wait_for(timeout=60_000)  # sooner it would ask for a kernel
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_selector(PICTURE, timeout=90_000)
    except Exception as error:
        page.screenshot(path=folder / "failed.png")
        raise AssertionError(f"the explorer did not come up; see {folder / 'failed.png'}") from error
    yield page
    page.close()


def shown(page):
    return page.locator(f"{PICTURE} path.line").first.get_attribute("d")


def settled(page):
    page.wait_for_function("!document.querySelector('[aria-busy=true]')", timeout=30_000)


def test_all_cells_run_and_the_explorer_comes_up(opened):
    assert not opened.query_selector_all(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']")
    assert not opened.query_selector_all("[data-mime-type='application/vnd.jupyter.error']")
    opened.get_by_text("Moved: nothing.").wait_for()
    assert opened.locator(".negsim.panel.light").is_visible()


def test_key_presses_that_come_faster_than_pictures_end_in_the_last_one_and_moved_back_restores(opened):
    slider = opened.get_by_role("slider", name="United States: Beta (hard to soft)")
    before, place = shown(opened), slider.input_value()
    slider.focus()
    assert slider.evaluate("element => element === document.activeElement")
    for _ in range(6):
        opened.keyboard.press("ArrowRight")
    opened.get_by_text(f"Moved: United States beta: {slider.get_attribute('aria-valuetext')}.").wait_for()
    settled(opened)
    assert int(slider.input_value()) == int(place) + 6
    assert shown(opened) != before
    for _ in range(6):
        opened.keyboard.press("ArrowLeft")
    opened.get_by_text("Moved: nothing.").wait_for()
    settled(opened)
    assert shown(opened) == before


def test_a_day_is_read_by_the_arrow_keys(opened):
    chart = opened.locator("figure.chart", has_text="Unresolved issues").first
    chart.locator("svg").focus()
    opened.keyboard.press("ArrowRight")
    assert "median" in chart.locator("output").inner_text()


def test_a_variant_is_pinned_compared_and_saved(opened):
    opened.get_by_role("button", name="Pin", exact=True).click()
    opened.get_by_role("region", name="Pin 1").wait_for()
    assert "Now against Pin 1" in opened.get_by_role("region", name="Pin 1").inner_text()
    with opened.expect_download() as download:
        opened.get_by_role("button", name="Save scenario").click()
    assert download.value.suggested_filename == "explored.yaml"


def test_it_fits_the_notebook_and_asks_nobody_outside(opened):
    box = opened.locator(".negsim.panel").bounding_box()
    for control in opened.locator(".negsim.panel :is(select, input):visible").all():
        own = control.bounding_box()
        assert box["x"] <= own["x"]
        assert own["x"] + own["width"] <= box["x"] + box["width"] + 1
    assert opened.away == []
    assert opened.heard == []


def test_what_is_shown_can_be_read_by_everybody(opened):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened, context=".negsim.panel").response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_a_killed_kernel_is_told(opened, lab):
    import psutil

    kernels = [one for one in psutil.Process(lab[0].pid).children(recursive=True) if "ipykernel" in str(one.cmdline())]
    assert kernels
    for kernel in kernels:
        kernel.kill()
    dialog = opened.locator(".jp-Dialog")
    dialog.get_by_text("It will restart automatically").wait_for(timeout=30_000)
    dialog.get_by_role("button").last.click()
    opened.get_by_role("slider", name="Russia: Patience").press("ArrowRight")
    opened.get_by_text("No answer for 15 seconds.").wait_for(timeout=30_000)
