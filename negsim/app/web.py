"""The web application: checks who asks, serves the page, and runs one session per WebSocket."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib.resources import files
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from negsim.app.library import Library
from negsim.app.session import LONG, QUICK, Session, StoppedError, stopped_answer
from negsim.explorer import panel_source

#: Seconds between two looks at the files on disk, and between two reports of progress.
_LOOK, _REPORT = 1.0, 0.1
#: The most questions of a tab that wait.
_WAITING = 100
#: The most tabs at once.
_TABS = 20


@lru_cache(maxsize=1)
def page() -> tuple[str, str]:
    """The page, and the policy that allows only its own script and style."""
    ours = _file("app.js") + _file("views.js") + "begin();\n"
    script = panel_source("charts.js") + panel_source("panel.js") + ours
    style = panel_source("panel.css") + _file("app.css")
    text = _file("app.html").replace("/*STYLE*/", style).replace("/*SCRIPT*/", script)
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


def _file(name: str) -> str:
    return files("negsim.app").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def application(
    library: Library, hosts: set[str], token: str, runs: int, seed: int, ready: Callable[[], object]
) -> Starlette:
    """The application; ``hosts`` are the values of ``Host`` that it answers to, ``ready`` is called when it starts."""
    tabs: set[_Tab] = set()

    def allowed(connection: HTTPConnection) -> str:
        """Why a connection is refused; empty if it is not."""
        if connection.headers.get("host") not in hosts:
            return "This address is not the one that the app listens on."
        origin = connection.headers.get("origin")
        needs_origin = connection.scope["type"] == "websocket"
        if (origin is not None or needs_origin) and origin not in {f"http://{host}" for host in hosts}:
            return "Another site asked. Open the address that negsim app printed."
        if not secrets.compare_digest(connection.query_params.get("token", "").encode(), token.encode()):
            return "The token is missing or wrong. Open the address that negsim app printed."
        return ""

    async def show(request: Request) -> Response:
        if why := allowed(request):
            return PlainTextResponse(why, 403)
        text, policy = page()
        headers = {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        return HTMLResponse(text, headers=headers)

    async def talk(socket: WebSocket) -> None:
        if allowed(socket) or len(tabs) >= _TABS:
            await socket.close(1008)
            return
        await socket.accept()
        tab = _Tab(socket, Session(library, runs, seed))
        tabs.add(tab)
        try:
            await tab.run()
        finally:
            tabs.discard(tab)

    async def watch() -> None:
        while True:
            await anyio.sleep(_LOOK)
            changed = await anyio.to_thread.run_sync(library.refresh)
            if changed:
                for tab in tuple(tabs):
                    await tab.send({"what": "files", "mistakes": [entry.mistakes for entry in library.entries],
                                    "versions": [entry.version for entry in library.entries]})  # fmt: skip

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            ready()
            yield
            for tab in tabs:
                tab.stop()
            group.cancel_scope.cancel()

    return Starlette(routes=[Route("/", show), WebSocketRoute("/ws", talk)], lifespan=lifespan)


class _Tab:
    """Reads the questions of a WebSocket and answers one at a time, in a thread."""

    def __init__(self, socket: WebSocket, session: Session) -> None:
        self._socket, self._session = socket, session
        #: The questions that wait, each with what stops it.
        self._waiting: deque[tuple[dict[str, Any], threading.Event]] = deque()
        self._more = anyio.Event()
        self._long, self._quick = anyio.CapacityLimiter(1), anyio.CapacityLimiter(1)
        #: What stops the long work under way, and the question under way.
        self._stop_long, self._stop_question = threading.Event(), threading.Event()
        self._told = 0.0

    async def run(self) -> None:
        """Answer until the tab is closed."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._answer)
            try:
                while True:
                    if (question := self._take(await self._socket.receive_text())) is not None:
                        group.start_soon(self._beside, question, self._stop_long)
            except (WebSocketDisconnect, KeyError):  # KeyError: a message of bytes
                self.stop()
                group.cancel_scope.cancel()

    def stop(self) -> None:
        """Stop all work at its next step, and the questions that wait."""
        for each in (self._stop_long, self._stop_question, *(stopped for _, stopped in self._waiting)):
            each.set()

    async def send(self, answer: dict[str, Any]) -> None:
        """Send an answer; a closed tab gets none."""
        try:
            await self._socket.send_text(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        except (WebSocketDisconnect, RuntimeError):
            self.stop()

    def _take(self, text: str) -> dict[str, Any] | None:
        """Put a question in the queue; return it if it is answered beside the others."""
        try:
            question = json.loads(text)
        except ValueError:
            question = None
        if not isinstance(question, dict):
            question = {"do": None}
        if question.get("do") == "stop":
            self.stop()
            return None
        if str(question.get("do")) in QUICK:
            return question
        if str(question.get("do")) in LONG:
            # New long work stops the one before; a stop that follows at once is its own.
            self._stop_long.set()
            self._stop_long = threading.Event()
            return question
        if question.get("do") == "set":  # levers that moved on make the earlier question idle
            self._waiting = deque(each for each in self._waiting if each[0].get("do") != "set")
        if len(self._waiting) < _WAITING:
            self._waiting.append((question, threading.Event()))
        self._more.set()
        return None

    async def _answer(self) -> None:
        while True:
            while not self._waiting:
                self._more = anyio.Event()
                await self._more.wait()
            question, self._stop_question = self._waiting.popleft()
            await self._one(question, self._stop_question)

    async def _beside(self, question: dict[str, Any], stopped: threading.Event) -> None:
        """Answer beside the other questions: one long one, and one quick one, at a time."""
        async with self._quick if question["do"] in QUICK else self._long:
            await self._one(question, stopped)

    async def _one(self, question: dict[str, Any], stopped: threading.Event) -> None:
        def progress(done: int, total: int, words: str) -> None:
            if stopped.is_set():
                raise StoppedError
            self._progress(done, total, words)

        do = str(question.get("do"))
        if stopped.is_set() and do not in (*QUICK, "open"):
            answer = stopped_answer(do)
        else:
            # The thread is left behind if the tab closes; `stop` ends it at its next step.
            answer = await anyio.to_thread.run_sync(self._session.answer, question, progress, abandon_on_cancel=True)
        if isinstance(question.get("ask"), int):
            answer = {**answer, "ask": question["ask"]}
        await self.send(answer)

    def _progress(self, done: int, total: int, words: str) -> None:
        """Called in the thread of the work."""
        if (now := time.monotonic()) - self._told >= _REPORT:
            self._told = now
            anyio.from_thread.run(self.send, {"what": "progress", "done": done, "total": total, "words": words})
