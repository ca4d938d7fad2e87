"""The files of the panel in the browser."""

from __future__ import annotations

from importlib.resources import files

from negsim.reporting import reading_script


def panel_source(name: str) -> str:
    """The text of ``charts.js``, with what reads a chart before it, ``panel.js`` or ``panel.css``."""
    text = files("negsim.explorer").joinpath(name).read_text(encoding="utf-8")
    return reading_script() + text if name == "charts.js" else text
