"""The script that reads charts in a browser."""

from __future__ import annotations

from importlib.resources import files


def reading_script() -> str:
    """The text of ``reading.js``, which the page, the app and the notebook's panel share."""
    return files("negsim.reporting").joinpath("reading.js").read_text(encoding="utf-8")
