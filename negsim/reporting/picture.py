"""Pictures as elements of a page: without inline styles, which a strict policy refuses, and with unique ids."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


def embedded(svg: str, prefix: str, title: str) -> str:
    """An SVG file as an element: styles become attributes, ids get a prefix, metadata is dropped.

    Args:
        svg: text of a file made by `negsim.plots`.
        prefix: of all ids, different for each picture of a page.
        title: text for screen readers.
    """
    root = ElementTree.fromstring(svg)
    used = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'xlink:href="#([^"]+)"', svg))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _plain(element, prefix, used)
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


def _plain(element: ElementTree.Element, prefix: str, used: set[str]) -> None:
    name = element.attrib.pop("id", None)
    if name in used:
        element.set("id", prefix + name)
    for rule in element.attrib.pop("style", "").split(";"):
        key, _, value = rule.partition(":")
        if value:
            element.set(key.strip(), value.strip())
    for key, value in list(element.attrib.items()):
        if value.startswith("url(#"):
            element.set(key, value.replace("url(#", f"url(#{prefix}"))
        elif key == f"{{{_LINK}}}href":
            element.set(key, value.replace("#", f"#{prefix}"))
        elif key == "transform" and value.startswith("rotate(-0 "):
            del element.attrib[key]
        elif key == "d":
            element.set(key, _path(value))
    element.attrib.pop("font-family", None)  # the page's own


def _path(d: str) -> str:
    """The commands of a path, to a tenth of a point. Lines along an axis are short, and those in a row are one.

    >>> _path("M 1 2.04 L 5 2.04 L 7.01 2.04 L 7.01 9 Q 1 2 3 4 z")
    'M1 2H7V9Q1 2 3 4z'
    """
    parts: list[tuple[str, str]] = []
    at: list[float] = []
    before = 0.0
    for command, text in re.findall(r"([MLCQZz])([^MLCQZz]*)", d):
        numbers = [round(float(number), 1) for number in text.split()]
        said = (command, " ".join(f"{number:g}" for number in numbers))
        if command == "L" and len(numbers) == 2 and (numbers[0] == at[0] or numbers[1] == at[1]):
            axis = int(numbers[0] == at[0])
            step, name = numbers[axis] - at[axis], "HV"[axis]
            if step == 0:
                continue
            if parts[-1][0] == name and step * before > 0:
                parts.pop()
            said, before = (name, f"{numbers[axis]:g}"), step
        parts.append(said)
        at = numbers[-2:] or at
    return "".join(command + text for command, text in parts)


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
