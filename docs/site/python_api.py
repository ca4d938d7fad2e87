"""The public names of the package, each with its docstring."""

from __future__ import annotations

import inspect

import negsim


def python_page() -> str:
    """Return the page: functions first, then classes, each where it is defined."""
    names = {name: getattr(negsim, name) for name in negsim.__all__ if not name.startswith("_")}
    parts = ["# Python API", "Import the package as `ns`: `import negsim as ns`. Every name below is `ns.NAME`."]
    for heading, kind in (("Functions", inspect.isfunction), ("Classes", inspect.isclass)):
        parts.append(f"## {heading}")
        parts += [f"::: {thing.__module__}.{thing.__qualname__}" for thing in names.values() if kind(thing)]
    return "\n\n".join(parts) + "\n"
