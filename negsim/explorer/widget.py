"""The explorer as a widget of a notebook."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import anywidget

from negsim.errors import NegsimError
from negsim.explorer.conversation import Conversation
from negsim.explorer.exploration import Exploration
from negsim.explorer.panel_files import panel_source
from negsim.simulation import COMPILING, is_compiled, pick_engine

_RENDER = "export default { render({ model, el }) { panel(model, el); } };"


class Explorer(anywidget.AnyWidget):
    """Levers on the left, the burndown and the dates of each issue on the right.

    The first runs begin when the panel is on the screen, so that it can say what it waits for.
    """

    _esm = panel_source("charts.js") + panel_source("panel.js") + _RENDER
    _css = panel_source("panel.css")

    def __init__(self, start: Callable[[], Exploration], engine: str, runs: int) -> None:
        self._start = start
        pick_engine(engine)  # an unknown one is an error now
        super().__init__()
        self.on_msg(self._answer)

    @cached_property
    def exploration(self) -> Exploration:
        """The state: the changed scenario (``variant.scenario``), its projection, the pins."""
        return self._start()

    @cached_property
    def _talk(self) -> Conversation:
        return Conversation(self.exploration)

    def _answer(self, _: Any, question: Any, __: Any) -> None:
        if "exploration" not in self.__dict__:
            self.send({"what": "wait", "text": "Running …" if is_compiled() else COMPILING})
        try:
            answer = self._talk.answer(question)
        except NegsimError as error:  # the first runs
            answer = {"what": "error", "text": str(error)}
        self.send(answer)
