"""Who may ask: the token of the launch, the address, the origin; and that nothing else is served."""

import json
import re
import socket
import threading
from contextlib import contextmanager
from functools import cache

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

import negsim as ns
from negsim.app import serve, serving, session
from negsim.app.library import Library
from negsim.app.web import application, page
from negsim.explorer import panel_source
from negsim.simulation.rules import machine_code

TOKEN = "a-token-of-this-launch"
HERE = "http://127.0.0.1:8001"
# The test client sends another host to WebSockets.
OURS = {"origin": HERE, "host": "127.0.0.1:8001"}


@pytest.fixture(scope="module")
def library():
    return Library(["baseline"])


@contextmanager
def client(library, base=HERE):
    app = application(library, {"127.0.0.1:8001", "localhost:8001"}, TOKEN, 20, 1, lambda: None)
    with TestClient(app, base_url=base) as found:
        yield found


def answer(socket):
    """The next answer; progress comes before it while the rules compile or load."""
    while (found := socket.receive_json())["what"] == "progress":
        pass
    return found


def test_the_page_needs_the_token_and_allows_only_its_own_script(library):
    with client(library) as asked:
        page = asked.get(f"/?token={TOKEN}")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"(src|href)=[\"']?(https?:)?//", page.text)
        for path in ("/", "/?token=", "/?token=wrong", f"/?token={TOKEN}x"):
            assert asked.get(path).status_code == 403
        for path in ("/etc/passwd", "/../pyproject.toml", "/%2e%2e/pyproject.toml", "/ws", "/static/app.js"):
            assert asked.get(f"{path}?token={TOKEN}").status_code == 404


def test_the_app_and_the_notebook_have_the_same_panel():
    from negsim.explorer.widget import Explorer

    parts = [panel_source(name) for name in ("charts.js", "panel.js", "panel.css")]
    notebook, app = Explorer._esm + Explorer._css, page()[0]
    assert all(part in notebook and part in app for part in parts)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8002", "evil.example:8001", ""])
def test_another_host_is_refused(library, host):
    with client(library) as asked:
        assert asked.get(f"/?token={TOKEN}", headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("wrong", {"origin": HERE}),
        ("", {"origin": HERE}),
        (TOKEN, {"origin": "http://evil.example"}),
        (TOKEN, {"origin": "null"}),
        (TOKEN, {"origin": "https://127.0.0.1:8001"}),
        (TOKEN, {}),
        (TOKEN, {"origin": HERE, "host": "evil.example"}),
    ],
)
def test_a_websocket_of_another_site_or_without_the_token_is_refused(library, token, headers):
    with (
        client(library) as asked,
        pytest.raises(WebSocketDisconnect),
        asked.websocket_connect(f"/ws?token={token}", headers={"host": OURS["host"], **headers}),
    ):
        pass


def test_a_websocket_answers_and_survives_whatever_it_is_sent(library):
    with client(library) as asked, asked.websocket_connect(f"/ws?token={TOKEN}", headers=OURS) as socket:
        socket.send_text(json.dumps({"do": "open", "scenario": 0, "ask": 1}))
        assert (found := answer(socket))["what"] == "opened"
        assert found["ask"] == 1
        for text in (
            "",
            "[]",
            "null",
            "{",
            '{"do": "open", "scenario": "../x"}',
            '{"do": "save", "form": "/etc/passwd"}',
            "\x00",
        ):
            socket.send_text(text)
            assert answer(socket)["what"] == "error"
        socket.send_text(json.dumps({"do": "table", "ask": 9}))
        assert (found := answer(socket))["what"] == "table"
        assert found["ask"] == 9


def test_levers_that_moved_on_make_the_earlier_question_idle(library):
    with client(library) as asked, asked.websocket_connect(f"/ws?token={TOKEN}", headers=OURS) as socket:
        for at in range(10):
            socket.send_text(json.dumps({"do": "set", "moved": {"us.beta": at}, "ask": at}))
        found = [answer(socket)]
        while found[-1]["ask"] != 9:
            found.append(answer(socket))
        assert found[-1]["moved"] == {"us.beta": 9}


def test_stop_ends_the_wait_for_the_first_compilation_and_the_next_question_is_answered(library, monkeypatch):
    compiled, engine = threading.Event(), machine_code._engine
    monkeypatch.setattr(machine_code, "_engine", lambda: compiled.wait(20) and engine())
    monkeypatch.setattr(machine_code, "_loading", cache(machine_code._loading.__wrapped__))
    monkeypatch.setattr(session, "is_compiled", lambda: False)
    with client(library) as asked, asked.websocket_connect(f"/ws?token={TOKEN}", headers=OURS) as socket:
        explain = {"do": "explain", "issue": "banking"}
        questions = [{"do": "hello"}, explain, {"do": "table"}, {"do": "set", "moved": {}}]
        for number, question in enumerate(questions):
            socket.send_text(json.dumps(question | {"ask": number}))
        assert socket.receive_json()["words"].startswith("Compiling the ")
        socket.send_text(json.dumps({"do": "stop"}))
        found = [answer(socket) for _ in questions]
        assert sorted((each["ask"], each["what"], each["text"][:8]) for each in found) == [
            (0, "error", "Stopped."), (1, "stopped", "Stopped."), (2, "error", "Stopped."), (3, "error", "Stopped."),
        ]  # fmt: skip
        compiled.set()
        socket.send_text(json.dumps({"do": "table"}))
        assert answer(socket)["what"] == "table"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"host": "0.0.0.0"}, "needs --token"),
        ({"host": "0.0.0.0", "token": "short"}, "at least 16 characters"),
        ({"host": "999.1.1.1", "token": TOKEN}, "cannot listen on"),
    ],
)
def test_other_machines_are_let_in_only_with_a_token(asked, message):
    with pytest.raises(ns.NegsimError, match=message):
        serve(["baseline"], **asked)


def test_a_browser_that_is_faster_than_the_server_waits():
    with serving._listening(serving.LOCAL, 0) as listener:
        socket.create_connection(listener.getsockname(), timeout=5).close()


def test_a_scenario_that_cannot_be_read_is_told_before_anything_is_served(negsim, tmp_path):
    ended = negsim("app", tmp_path / "nothing.yaml", "--no-browser")
    assert (ended.code, ended.out) == (2, "")
    assert "nothing.yaml" in ended.err
