"""The docs site in a real browser: every page opens, asks no other host, and fits a phone."""

import functools
import http.server
import json
import os
import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", folder]
    subprocess.run(build, cwd=ROOT, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_no_page_asks_another_host_or_complains_and_all_fit_a_phone(chromium, site):
    folder, address = site
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    assert len(pages) > 20
    view = chromium.new_page(viewport={"width": 390, "height": 844})
    asked, heard = [], []
    view.on("request", lambda request: asked.append(request.url))
    view.on("pageerror", lambda error: heard.append(str(error)))
    for page in pages:
        view.goto(f"{address}/{page}")
        assert view.evaluate("document.documentElement.scrollWidth") <= 390, page
    view.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert heard == []


def test_the_search_finds_a_field_and_a_command(chromium, site):
    view = chromium.new_page(viewport={"width": 1280, "height": 900})
    view.goto(f"{site[1]}/index.html")
    view.fill("input[name=query]", "reservation")
    view.wait_for_selector(".md-search-result__link")
    found = [link.get_attribute("href") for link in view.query_selector_all(".md-search-result__link")]
    assert any("scenario" in href for href in found)
    view.close()


def test_the_reference_lists_every_key_and_every_command(site):
    from negsim.cli import app

    folder, _ = site
    for kind in ("scenario", "agenda"):
        page = (folder / "reference" / f"{kind}-fields.html").read_text(encoding="utf-8")
        schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
        for block in (schema, *schema["$defs"].values()):
            for key in block.get("properties", ()):
                assert f"<code>{key}</code>" in page, key
    page = (folder / "reference" / "commands.html").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"negsim {command.name or command.callback.__name__}</code>" in page
