"""Pictures as elements of a page: without inline styles, which a strict policy refuses, and with unique ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.etree import ElementTree

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
#: A tag of an element, and an attribute that a class replaces; a fill by a pattern stays.
_TAG = re.compile(r'<(path|text|use|g|rect|circle)((?: [\w:-]+="[^"]*")*)(/?)>')
_LOOK = re.compile(
    r" (fill|fill-opacity|stroke|stroke-opacity|stroke-width|stroke-linecap|stroke-linejoin|stroke-dasharray|"
    r'stroke-dashoffset|font-size|font-weight|font-style|text-anchor)="(?!url)([^"]*)"'
)


class Looks:
    """The classes that the pictures of a page share, each for a combination of attributes.

    >>> looks = Looks()
    >>> looks.named('<path d="M0 0" fill="#fff"/><text x="1" fill="#fff">1</text><path stroke="#000" fill="url(#a)"/>')
    '<path d="M0 0" class="k0"/><text x="1" class="k0">1</text><path fill="url(#a)" class="k1"/>'
    >>> looks.style
    '.k0{fill:#fff}.k1{stroke:#000}'
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def named(self, svg: str) -> str:
        """An element of `embedded` with classes instead of attributes; new classes are added."""
        return _TAG.sub(self._tag, svg)

    def _tag(self, tag: re.Match[str]) -> str:
        rules: list[str] = []

        def take(found: re.Match[str]) -> str:
            rules.append(f"{found[1]}:{found[2]}")
            return ""

        rest = _LOOK.sub(take, tag[2])
        if not rules:
            return tag[0]
        name = self._names.setdefault(";".join(rules), f"k{len(self._names)}")
        return f'<{tag[1]}{rest} class="{name}"{tag[3]}>'

    @property
    def style(self) -> str:
        """The style sheet of the classes."""
        return "".join(f".{name}{{{rule}}}" for rule, name in self._names.items())


def embedded(svg: str, prefix: str, title: str) -> str:
    """An SVG file as an element: styles become attributes, ids get a prefix, metadata is dropped.

    Args:
        svg: text of a file made by `negsim.plots`.
        prefix: of all ids, different for each picture of a page.
        title: text for screen readers.
    """
    root = ElementTree.fromstring(svg)
    named = re.findall(r'url\(#([^)]+)\)|xlink:href="#([^"]+)"', svg)
    ids = {name: f"{prefix}{n}" for n, name in enumerate(dict.fromkeys(one or other for one, other in named))}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _plain(element, ids)
    for group in list(root.iter()):
        _unwrap(group)
    width, height = root.get("viewBox", "0 0 1 1").split()[2:]
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    # The style sheet of the file, as attributes.
    attributes = {
        "id": f"{prefix}picture",
        "role": "img",
        "aria-label": title,
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    root.attrib.update(attributes | {"data-width": width, "data-height": height})
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    text = ElementTree.tostring(root, encoding="unicode")
    return re.sub(r">\s+<", "><", re.sub(r"\s*\n\s*", " ", text)).replace(" />", "/>")


def _plain(element: ElementTree.Element, ids: Mapping[str, str]) -> None:
    name = element.attrib.pop("id", None)
    if name is not None and name in ids:
        element.set("id", ids[name])
    for rule in element.attrib.pop("style", "").split(";"):
        key, _, value = rule.partition(":")
        if value:
            element.set(key.strip(), value.strip())
    element.attrib.pop("font-family", None)  # the page's own
    for key, value in list(element.attrib.items()):
        if value.startswith("url(#"):
            element.set(key, f"url(#{ids[value[5:-1]]})")
        elif key == f"{{{_LINK}}}href":
            element.set(key, f"#{ids[value[1:]]}")
        elif key == "transform" and value.startswith("rotate(-0 "):
            del element.attrib[key]
        elif key == "d":
            element.set(key, _path(value))


def _path(d: str) -> str:
    """The commands of a path, to a tenth of a point, each relative to the point before it.

    Lines along an axis are short, and those in a row are one.

    >>> _path("M 1 2.04 L 5 2.04 L 7.01 2.04 L 7.01 9 Q 1 2 3 4.5 z M 3 3 L 2 2.5")
    'M1 2h6v7q-6-7-4-4.5zm2 1l-1-.5'
    """
    parts: list[tuple[str, list[int]]] = []
    at, start = (0, 0), (0, 0)
    for command, text in re.findall(r"([MLCQZz])([^MLCQZz]*)", d):
        tenths = [round(10 * float(number)) for number in text.split()]
        points = list(zip(tenths[::2], tenths[1::2], strict=True))
        if command in "Zz":
            parts.append(("z", []))
            at = start
            continue
        steps = [number for x, y in points for number in (x - at[0], y - at[1])]
        at = points[-1]
        if command == "M":
            start = at
            parts.append(("m", steps) if parts else ("M", tenths))
        elif command == "L" and 0 in steps:
            _along(parts, *steps)
        else:
            parts.append((command.lower(), steps))
    return "".join(command + _numbers(steps) for command, steps in parts)


def _along(parts: list[tuple[str, list[int]]], across: int, down: int) -> None:
    """Add a line along an axis; one that goes on in the same direction is longer instead."""
    command, step = ("h", across) if across else ("v", down)
    if step and parts[-1][0] == command and step * parts[-1][1][0] > 0:
        step += parts.pop()[1][0]
    if step:
        parts.append((command, [step]))


def _numbers(tenths: list[int]) -> str:
    """Numbers as a path has them: without leading zeros, and without a space before a sign."""
    return " ".join(map(_number, tenths)).replace(" -", "-")


@lru_cache(maxsize=1 << 16)
def _number(tenths: int) -> str:
    text = f"{tenths / 10:g}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _unwrap(element: ElementTree.Element) -> None:
    """Replace groups without attributes by their contents."""
    children: list[ElementTree.Element] = []
    for child in element:
        bare = child.tag in (f"{{{_SVG}}}g", f"{{{_SVG}}}defs") and not child.attrib
        if bare and child.tag.endswith("}g"):
            _unwrap(child)
            children += list(child)
        elif not (bare and not len(child)):
            children.append(child)
    element[:] = children
