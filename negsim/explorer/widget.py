"""The explorer as a widget of a notebook."""

from __future__ import annotations

from typing import Any

import anywidget

from negsim.explorer.conversation import Conversation
from negsim.explorer.exploration import Exploration
from negsim.explorer.panel_source import panel_source

_RENDER = "export default { render({ model, el }) { panel(model, el); } };"


class Explorer(anywidget.AnyWidget):  # type: ignore[misc]
    """Levers on the left, the burndown and the dates of each issue on the right."""

    _esm = panel_source("charts.js") + panel_source("panel.js") + _RENDER
    _css = panel_source("panel.css")

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        self._talk = Conversation(exploration)
        super().__init__()
        self.on_msg(self._answer)

    def _answer(self, _: Any, question: Any, __: Any) -> None:
        self.send(self._talk.answer(question))
