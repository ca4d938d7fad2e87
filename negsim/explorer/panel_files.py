"""The files of the panel in the browser."""

from __future__ import annotations

from importlib.resources import files


def panel_source(name: str) -> str:
    """The text of ``charts.js``, ``panel.js`` or ``panel.css``."""
    return files("negsim.explorer").joinpath(name).read_text(encoding="utf-8")
