"""State of the installation: packages, compiled engines, data. Packages are looked up, never imported."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path
from typing import Any

from negsim.cli.output import count
from negsim.files import TextPage, TextStyle, data_folder, size_text
from negsim.simulation import __version__

#: The oldest Python that is supported.
PYTHON = (3, 11)

_HOME = Path(__file__).parents[2]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_LABEL = 10


def examine() -> dict[str, Any]:
    """The state of this installation as plain data; nothing is changed."""
    requirements, package = _requirements(_HOME / "pyproject.toml")
    packages = list(map(_package, requirements))
    needed = [data for extra, data in packages if not extra]
    extras: dict[str, list[dict[str, Any]]] = {}
    for extra, data in packages:
        extras.setdefault(extra, []).append(data)
    extras.pop("", None)
    folder = next((place for place in (Path.cwd(), data_folder()) if (place / "scenarios").is_dir()), data_folder())
    problems = list(_problems(needed))
    return {
        "ok": not problems,
        "verdict": _verdict(problems, package),
        "negsim": {"version": __version__, "folder": str(_HOME / "negsim")},
        "python": {"version": platform.python_version(), "executable": sys.executable},
        "needed": needed,
        "extras": {
            name: {"complete": all(one["ok"] for one in each), "install": _pip(package, name), "packages": each}
            for name, each in extras.items()
        },
        "cache": _cache(),
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processors": _processors(),
            "memory": _memory(),
        },
        "font": _font(),
        "browser": next((path for name in _BROWSERS if (path := shutil.which(name))), None),
        "scenarios": len([*folder.glob("scenarios/*.yaml"), *folder.glob("scenarios/gallery/*/scenario.yaml")]),
        "agenda": str(agenda) if (agenda := folder / "seeds" / "agenda.yaml").is_file() else None,
    }  # fmt: skip


def doctor_text(found: dict[str, Any], style: TextStyle) -> str:
    """The state of the installation as lines with labels, then the verdict."""
    page = TextPage(style)
    for label, text in _rows(found):
        page.labelled(label, text, _LABEL, "bold")
    page.add()
    (page.add if found["ok"] else page.title)(found["verdict"])
    return page.text


def _rows(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "negsim", f"{found['negsim']['version']}, {found['negsim']['folder']}"
    yield "Python", f"{found['python']['version']}, {found['python']['executable']}"
    wrong = [_lack(one) for one in found["needed"] if not one["ok"]]
    yield "packages", "; ".join(wrong) or f"all {len(found['needed'])} required packages are installed"
    complete = [name for name, extra in found["extras"].items() if extra["complete"]]
    yield "extras", f"complete: {', '.join(complete) or 'none'}"
    for extra in found["extras"].values():
        if not extra["complete"]:
            lacking = ", ".join(one["name"] for one in extra["packages"] if not one["ok"])
            yield "", f"{extra['install']} installs {lacking}"
    yield from _cache_rows(found["cache"])
    machine = found["machine"]
    memory = "" if machine["memory"] is None else f", {machine['memory'] / 2**30:.1f} GB of memory"
    yield "machine", f"{count(machine['processors'], 'processor')}{memory}, {machine['system']}"
    yield "font", "DejaVu Sans" if found["font"] else "DejaVu Sans is missing, pictures use another font"
    yield "browser", found["browser"] or "none (only the browser tests need one)"
    yield "data", f"{count(found['scenarios'], 'scenario')}; agenda: {found['agenda'] or 'none'}"


def _cache_rows(cache: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if cache["folder"] is None:
        yield "cache", cache.get("problem") or "none without numba and platformdirs"
        return
    yield (
        "compiled",
        "yes"
        if cache["compiled"]
        else "no (the first run compiles: about 10 seconds, up to a minute on a busy computer)",
    )
    yield "", "Machine code belongs to the text of the rules: all clones of this version share it."
    yield "cache", f"{cache['folder']}, {size_text(cache['bytes'])}{'' if cache['writable'] else ', not writable'}"
    if others := cache["others"]:
        size = size_text(sum(other["bytes"] for other in others))
        yield "", f"{size} of other versions beside it in {count(len(others), 'folder')}, safe to delete"


def _problems(needed: list[dict[str, Any]]) -> Iterator[str]:
    if sys.version_info < PYTHON:
        yield f"Python {platform.python_version()} is too old ({'.'.join(map(str, PYTHON))} or later is needed)"
    yield from (_lack(one) for one in needed if not one["ok"])
    if not needed:
        yield "its list of required packages is not found"


def _verdict(problems: list[str], package: str) -> str:
    return f"negsim cannot run: {'; '.join(problems)}. To repair: {_pip(package)}" if problems else "negsim can run."


def _lack(package: dict[str, Any]) -> str:
    wanted = f"{package['least']} or later" if package["least"] else "any version"
    state = "is missing" if package["version"] is None else f"is {package['version']}"
    return f"{package['name']} {state} ({wanted} is needed)"


def _pip(package: str, extra: str = "") -> str:
    """The command that installs negsim, or one of its extras.

    >>> _pip("/clone", "dask")
    "pip install -e '/clone[dask]'"
    """
    what = shlex.quote(f"{package}[{extra}]" if extra else package)
    return f"pip install {'' if package == 'negsim' else '-e '}{what}"


def _requirements(project: Path) -> tuple[list[str], str]:
    """The requirements of negsim and the package to install: from a clone's project file, else as installed."""
    import tomllib

    said = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {}) if project.is_file() else {}
    if said.get("name") == "negsim":
        extras = said["optional-dependencies"].items()
        more = [f'{requirement}; extra == "{name}"' for name, each in extras for requirement in each]
        return [*said["dependencies"], *more], str(project.parent)
    try:
        return metadata.requires("negsim") or [], "negsim"
    except metadata.PackageNotFoundError:
        return [], "negsim"


def _package(requirement: str) -> tuple[str, dict[str, Any]]:
    """The extra that needs a package, and the state of the package."""
    found = re.match(r"([A-Za-z0-9._-]+)[^;>]*(?:>=([0-9.]+))?", requirement)
    assert found is not None
    extra = re.search(r"""extra == ['"]([^'"]+)""", requirement)
    try:
        version = metadata.version(found[1])
    except metadata.PackageNotFoundError:
        version = None
    ok = version is not None and _numbers(version) >= _numbers(found[2] or "")
    return extra[1] if extra else "", {"name": found[1], "least": found[2], "version": version, "ok": ok}


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, to compare.

    >>> _numbers("2.10.1rc1") > _numbers("2.9"), _numbers("")
    (True, ())
    """
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _cache() -> dict[str, Any]:
    """The folder of the compiled engines, and folders of other versions."""
    if util.find_spec("numba") is None or util.find_spec("platformdirs") is None:
        return {"folder": None, "writable": False, "bytes": 0, "compiled": False, "others": []}
    from negsim.simulation import cache_folder, is_compiled, other_folders

    try:
        folder = cache_folder()
    except PermissionError as error:
        return {"folder": None, "problem": str(error), "writable": False, "bytes": 0, "compiled": False, "others": []}
    return {
        "folder": str(folder),
        "writable": os.access(folder, os.W_OK),
        "bytes": _size(folder),
        "compiled": is_compiled(),
        "others": [{"folder": str(other), "bytes": _size(other)} for other in other_folders()],
    }


def _font() -> str | None:
    """The font of the pictures, which comes with matplotlib."""
    spec = util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return str(file) if file.is_file() else None


def _processors() -> int:
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
