"""What is installed, cached and missing: looked up without importing any of it, so that a broken part is only named."""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata, util
from pathlib import Path
from typing import Any

from negsim.files import WIDTH, TextStyle, data_folder, pad, wrap
from negsim.simulation import __version__
from negsim.simulation.engines import ENGINES

#: The oldest Python that will do.
PYTHON = (3, 11)

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_LABEL = 13


@dataclass(frozen=True)
class Need:
    """A package that is needed, with the version that is there; ``extra`` is empty for what everybody needs."""

    name: str
    least: str
    extra: str
    version: str | None

    @property
    def ok(self) -> bool:
        """Whether it is there and new enough."""
        return self.version is not None and _numbers(self.version) >= _numbers(self.least)

    @property
    def text(self) -> str:
        """Name and version, or what is wrong."""
        if self.ok:
            return f"{self.name} {self.version}"
        wanted = f"{self.least} or later" if self.least else "any version"
        return f"{self.name} {'is missing' if self.version is None else f'is {self.version}'} ({wanted} is needed)"


@dataclass(frozen=True)
class Examination:
    """What was found; ``clone`` is the folder of scenarios and record; ``package`` is what pip is to install."""

    needs: tuple[Need, ...]
    clone: Path
    package: str = "negsim"

    @property
    def missing(self) -> list[str]:
        """What keeps negsim from running."""
        wrong = [need.text for need in self.needs if not need.extra and not need.ok]
        if sys.version_info < PYTHON:
            wrong.insert(0, f"Python {platform.python_version()} is too old (3.11 or later is needed)")
        if not self.needs:
            wrong.append("nothing says what negsim needs: it is neither installed nor run from a clone")
        return wrong

    @property
    def verdict(self) -> str:
        """Whether negsim can run, in one sentence."""
        if not self.missing:
            return "negsim can run."
        return f"negsim cannot run: {'; '.join(self.missing)}. To mend it: {self.pip()}"

    def pip(self, extra: str = "") -> str:
        """What to type to install negsim, or one of its extras.

        >>> Examination((), Path("."), "/clone").pip("dask")
        "pip install -e '/clone[dask]'"
        """
        what = shlex.quote(f"{self.package}[{extra}]" if extra else self.package)
        return f"pip install {'' if self.package == 'negsim' else '-e '}{what}"

    @property
    def extras(self) -> dict[str, list[Need]]:
        """The needs of each extra."""
        names = dict.fromkeys(need.extra for need in self.needs if need.extra)
        return {name: [need for need in self.needs if need.extra == name] for name in names}

    @cached_property
    def cache(self) -> dict[str, Any]:
        """Where machine code is kept, what of it is there, and what other versions left."""
        if util.find_spec("numba") is None or util.find_spec("platformdirs") is None:
            return {"folder": None, "writable": False, "bytes": 0, "compiled": {}, "others": []}
        from negsim.simulation import cache_folder, is_compiled, other_folders

        folder = cache_folder()
        return {
            "folder": str(folder),
            "writable": os.access(folder, os.W_OK),
            "bytes": _size(folder),
            "compiled": {engine: is_compiled(engine) for engine in ENGINES},
            "others": [{"folder": str(other), "bytes": _size(other)} for other in other_folders()],
        }

    @cached_property
    def font(self) -> Path | None:
        """The font of the pictures, which comes with matplotlib."""
        spec = util.find_spec("matplotlib")
        if spec is None or spec.origin is None:
            return None
        file = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
        return file if file.is_file() else None

    @property
    def scenarios(self) -> int:
        """How many scenarios there are."""
        return len(list((self.clone / "scenarios").glob("*.yaml")))

    @property
    def agenda(self) -> Path | None:
        """The record beside them."""
        path = self.clone / "seeds" / "agenda.yaml"
        return path if path.is_file() else None

    def data(self) -> dict[str, Any]:
        """What was found, for programs."""
        return {
            "ok": not self.missing,
            "verdict": self.verdict,
            "negsim": {"version": __version__, "folder": str(Path(__file__).parent.parent)},
            "python": {"version": platform.python_version(), "executable": sys.executable},
            "needed": [_need_data(need) for need in self.needs if not need.extra],
            "extras": {
                name: {"complete": all(need.ok for need in needs), "packages": [_need_data(need) for need in needs]}
                for name, needs in self.extras.items()
            },
            "cache": self.cache,
            "machine": {"system": platform.platform(), "processors": processors(), "memory": memory()},
            "font": None if self.font is None else str(self.font),
            "browser": browser(),
            "scenarios": self.scenarios,
            "agenda": None if self.agenda is None else str(self.agenda),
        }

    def text(self, look: TextStyle) -> str:
        """What was found, for people: a label and what there is to say, then the verdict."""
        lines = []
        for label, said in self._rows():
            first, *more = wrap(said, min(look.width, WIDTH), " " * _LABEL, pad("", _LABEL))
            lines += [look.bold(pad(label, _LABEL)) + first[_LABEL:], *more]
        ok = not self.missing
        return "\n".join([*lines, "", *(look.bold(line) if not ok else line for line in wrap(self.verdict, WIDTH)), ""])

    def _rows(self) -> Iterator[tuple[str, str]]:
        yield "negsim", f"{__version__}, from {Path(__file__).parent.parent}"
        yield "Python", f"{platform.python_version()}, {sys.executable}"
        yield "needed", ", ".join(need.text for need in self.needs if not need.extra) or "unknown"
        for name, needs in self.extras.items():
            lacking = ", ".join(need.text for need in needs if not need.ok)
            yield f"  [{name}]", f"{lacking}; {self.pip(name)}" if lacking else "complete"
        yield from self._cached()
        size = memory()
        room = "" if size is None else f", {size / 2**30:.1f} GB of memory"
        yield "machine", f"{_count(processors(), 'processor')}{room}, {platform.system()} {platform.machine()}"
        yield "pictures", "DejaVu Sans is there" if self.font else "DejaVu Sans is not there; pictures differ"
        yield "browser", browser() or "none; only browser tests need Chromium"
        record = "no record" if self.agenda is None else "the record"
        yield "data", f"{_count(self.scenarios, 'scenario')} and {record} in {self.clone}"

    def _cached(self) -> Iterator[tuple[str, str]]:
        cache = self.cache
        if cache["folder"] is None:
            yield "cache", "none without numba and platformdirs"
            return
        state = [f"{name}: {'yes' if done else 'not yet'}" for name, done in cache["compiled"].items()]
        later = "" if all(cache["compiled"].values()) else "; the first use takes about half a minute more"
        yield "compiled", ", ".join(state) + later
        writable = "" if cache["writable"] else ", cannot be written"
        yield "cache", f"{cache['folder']}: {_megabytes(cache['bytes'])}{writable}"
        if others := cache["others"]:
            size = _megabytes(sum(other["bytes"] for other in others))
            parent = Path(cache["folder"]).parent
            yield "", f"{_count(len(others), 'folder')} of other versions in {parent}: {size}, may be deleted"


def examine() -> Examination:
    """Look at this machine and this installation; nothing is changed."""
    home = Path(__file__).parent.parent.parent
    clone = next((place for place in (Path.cwd(), data_folder()) if (place / "scenarios").is_dir()), data_folder())
    package = str(home) if _is_ours(home / "pyproject.toml") else "negsim"
    return Examination(tuple(_needs(home / "pyproject.toml")), clone, package)


def processors() -> int:
    """How many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def memory() -> int | None:
    """Bytes of memory, where the system says so."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def browser() -> str | None:
    """A browser of the Chromium family, which the browser tests drive."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def _needs(project: Path) -> Iterator[Need]:
    """What negsim says it needs: in the clone's own words, else in those of the installed package."""
    for requirement in _requirements(project):
        found = re.match(r"([A-Za-z0-9._-]+)[^;>]*(?:>=([0-9.]+))?", requirement)
        extra = re.search(r"""extra == ['"]([^'"]+)""", requirement)
        if found is None:
            continue
        try:
            version = metadata.version(found[1])
        except metadata.PackageNotFoundError:
            version = None
        yield Need(found[1], found[2] or "", extra[1] if extra else "", version)


def _requirements(project: Path) -> list[str]:
    if _is_ours(project):
        said = _project(project)
        more = said["optional-dependencies"].items()
        return [*said["dependencies"], *(f'{need}; extra == "{name}"' for name, needs in more for need in needs)]
    try:
        return metadata.requires("negsim") or []
    except metadata.PackageNotFoundError:
        return []


def _is_ours(project: Path) -> bool:
    return _project(project).get("name") == "negsim"


def _project(path: Path) -> dict[str, Any]:
    import tomllib

    if not path.is_file():
        return {}
    found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    return found


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, to compare.

    >>> _numbers("2.10.1rc1") > _numbers("2.9"), _numbers("")
    (True, ())
    """
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _need_data(need: Need) -> dict[str, Any]:
    return {"name": need.name, "least": need.least or None, "version": need.version, "ok": need.ok}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
