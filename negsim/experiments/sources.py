"""What a path or a name stands for: a scenario, a projection or a sweep."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from negsim.errors import checks_arguments
from negsim.files import read_manifest
from negsim.projection import ScenarioLike, as_source, is_results_folder
from negsim.scenario import from_mapping
from negsim.scenario import load as load_scenario

if TYPE_CHECKING:
    from negsim.experiments.sweeps import Sweep
    from negsim.projection import Projection
    from negsim.scenario import Scenario

#: What experiments are analysed from.
CasesLike: TypeAlias = Union[ScenarioLike, "Sweep"]


@checks_arguments
def load(path: str | os.PathLike[str] | Mapping[str, Any], *, strict: bool = False) -> Scenario | Any:
    """Load a scenario from a file or by a name such as ``baseline``; a results folder gives its projection or sweep.

    A mapping in the form of a file gives the scenario that the file would.

    A path has precedence over a name, and a file in the current folder (``NAME.yaml``, ``scenarios/NAME.yaml``) over a
    built-in scenario.

    Args:
        path: a file, a name, a folder that ``run`` or ``sweep`` has written, or a mapping.
        strict: refuse what a default or a missing source would only be listed for, as `strict: true` in the file does.

    Raises:
        InputError: the scenario has problems: all at once, each with its place.
        NegsimError: the folder holds no result, or does not fit its manifest.

    >>> load("baseline").title
    'Baseline'
    >>> agenda = {"sides": ["Ford", "UAW"], "issues": ["Wages", "Pensions"]}
    >>> load({"agenda": agenda, "as_of": "2023-09-16", "horizon": "15 weeks"}).sides
    ('ford', 'uaw')
    """
    if isinstance(path, Mapping):
        return from_mapping({**path, "strict": True} if strict else path)
    return cases_source(path) if is_results_folder(path) else load_scenario(path, strict=strict)


def cases_source(value: CasesLike) -> Scenario | Projection | Sweep:
    """The scenario, projection or sweep that a value stands for.

    Raises:
        NegsimError: as for `load`.
    """
    from negsim.experiments.sweep_storage import FORMAT
    from negsim.experiments.sweeps import Sweep

    if isinstance(value, Sweep):
        return value
    if isinstance(value, str | os.PathLike) and is_results_folder(value) and _is(Path(value), FORMAT):
        return Sweep.load(value)
    return as_source(value)


def _is(folder: Path, form: str) -> bool:
    from negsim.errors import NegsimError

    try:
        read_manifest(folder, form)
    except NegsimError:
        return False
    return True
