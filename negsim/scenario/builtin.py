"""Built-in scenarios: a list of them, and a copy of one in a folder of your own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from negsim.errors import InputError, NegsimError, Problem, did_you_mean, one_of
from negsim.files import builtin_scenarios, data_folder, new_folder, read_yaml
from negsim.scenario.layering import read_extended
from negsim.scenario.starter import refuse_what_is_there

_PAGE = """# {name}: a copy of the built-in scenario `{scenario}`

- `scenarios/`: the assumptions. One file for `{scenario}` and for each scenario that it extends.
- `seeds/`: the agenda and its sources.
- `schemas/`: schemas with which an editor completes and checks the files.

In this folder:

```sh
negsim check {scenario}
negsim run {scenario}
negsim agenda
```

Here `{scenario}` means `scenarios/{scenario}.yaml`. Change it and run it again.
"""


def builtin_list() -> list[dict[str, str]]:
    """Name, title and question of every built-in scenario.

    >>> next(one["title"] for one in builtin_list() if one["name"] == "baseline")
    'Baseline'
    """
    found = []
    for name, path in builtin_scenarios().items():
        node = read_yaml(path)
        if node.find("title") is None or node.find("question") is None:
            node = read_extended(path)
        said = {key: part.data if (part := node.find(key)) is not None else "" for key in ("title", "question")}
        found.append({"name": name, **{key: str(value) for key, value in said.items()}})
    return found


def copy_builtin(scenario: str, target: Path) -> list[str]:
    """Make a folder with a built-in scenario, all that it extends, its agenda, sources and schemas; all or nothing.

    Returns the names of the files in the folder.

    Raises:
        InputError: there is no such scenario.
        NegsimError: the place is taken, or it cannot be written.
    """
    known = builtin_scenarios()
    if scenario not in known:
        problem = Problem(
            scenario, 0, 0, "there is no built-in scenario of this name", "", one_of(known, 40),
            did_you_mean(scenario, known),
        )  # fmt: skip
        raise InputError([problem])
    refuse_what_is_there(target)
    home = data_folder()
    files = [*_parts(known[scenario]), *(home / "schemas").glob("*.schema.json")]
    with new_folder(target) as folder:
        for file in files:
            place = folder / file.relative_to(home)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
        page = _PAGE.format(name=target.name, scenario=scenario)
        (folder / "README.md").write_text(page, encoding="utf-8", newline="\n")
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _parts(file: Path) -> list[Path]:
    """A scenario file, the scenarios that it extends, the agenda and its sources."""
    found = [file]
    for key in ("extends", "agenda", "sources"):
        node = read_yaml(file).find(key)
        if node is not None and isinstance(node.value, str):
            part = Path(os.path.normpath(file.parent / node.value))
            if not part.is_file():
                raise NegsimError(f"{file} names {part}, and there is no such file")
            found += _parts(part)
    return list(dict.fromkeys(found))
