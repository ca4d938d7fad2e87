"""The server of the app: one page and one WebSocket per tab, for this machine only."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence

from negsim.errors import NegsimError
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED

#: The address of this machine that no other machine reaches.
LOCAL = "127.0.0.1"
#: The shortest token that is accepted with ``host``.
_TOKEN = 16


def serve(
    scenarios: Sequence[str | os.PathLike[str]],
    *,
    port: int = 0,
    host: str = LOCAL,
    token: str | None = None,
    runs: int = DEFAULT_RUNS,
    seed: int = DEFAULT_SEED,
    timelines: Sequence[str | os.PathLike[str]] = (),
    ready: Callable[[str], object] = print,
) -> None:
    """Serve the app until it is interrupted (Ctrl-C).

    The page and each WebSocket need the token of this launch. The server refuses a request with another ``Host``, and
    a WebSocket with another ``Origin``, so that pages of other sites cannot reach it through the browser.

    Args:
        scenarios: files or names of scenarios.
        port: port; 0 takes a free one.
        host: address to listen on; any other than 127.0.0.1 needs a token.
        token: secret in the address; default: a new one.
        runs: number of runs of each projection.
        seed: seed of all random draws.
        timelines: folders of ``negsim timeline --out``, shown with the scenario that they are of.
        ready: called with the address once the server answers.

    Raises:
        NegsimError: the extra ``app`` is not installed, a scenario or a timeline cannot be read, the port is taken,
            or ``host`` is given without a token of at least 16 characters.
    """
    try:
        import uvicorn

        from negsim.app.web import application
    except ModuleNotFoundError as error:
        if error.name not in ("uvicorn", "starlette", "anyio", "websockets"):
            raise
        raise NegsimError("the app needs Starlette and uvicorn: pip install 'negsim[app]'") from None
    from negsim.app.library import Library

    if host != LOCAL and token is None:
        raise NegsimError(f"--host {host} lets other machines in, so it needs --token with a secret of your own")
    if token is not None and len(token) < _TOKEN:
        raise NegsimError(f"a token has at least {_TOKEN} characters")
    library = Library(scenarios, timelines)
    secret = token or secrets.token_urlsafe(24)
    with _listening(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        number = listener.getsockname()[1]
        hosts = {f"{shown}:{number}"} | ({f"localhost:{number}"} if host == LOCAL else set())
        app = application(library, hosts, secret, runs, seed, lambda: ready(f"http://{shown}:{number}/?token={secret}"))
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, ws_max_size=100_000, ws="websockets-sansio", lifespan="on",
            server_header=False, timeout_graceful_shutdown=1, ws_per_message_deflate=False,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # a browser that is faster than the server waits
    except OSError as error:
        listener.close()
        raise NegsimError(f"the app cannot listen on {host}:{port}: {error.strerror or error}") from None
    return listener
