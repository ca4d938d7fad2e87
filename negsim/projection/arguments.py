"""The first argument of public functions: a scenario, a projection, a path or a name, as people have it at hand."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from negsim.errors import ArgumentTypeError
from negsim.files import MANIFEST, hidden_scenario, read_manifest

if TYPE_CHECKING:
    from negsim.projection.projection import Projection
    from negsim.scenario import Scenario

#: What stands for a scenario: the scenario, a file or name of one, a mapping in the form of a file, or a projection.
ScenarioLike: TypeAlias = Union["Scenario", "Projection", str, "os.PathLike[str]", Mapping[str, Any]]

_ALLOWED = (
    "a scenario, a projection, the path of a scenario file or results folder, a name such as baseline, or a mapping in "
    "the form of a scenario file"
)


def is_results_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a path is a folder with a manifest."""
    return (Path(path) / MANIFEST).is_file()


def as_source(value: ScenarioLike) -> Scenario | Projection:
    """A scenario or projection from whatever stands for one; a results folder gives its projection.

    Raises:
        ArgumentTypeError: the value is none of these.
        NegsimError: the file or folder cannot be read.

    >>> as_source("baseline").title
    'Baseline'
    """
    from negsim.projection.projection import Projection
    from negsim.projection.stored_tables import FORMAT
    from negsim.scenario import Scenario, from_mapping, load

    if isinstance(value, Scenario | Projection):
        return value
    if isinstance(value, Mapping):
        return from_mapping(value)
    if not isinstance(value, str | os.PathLike):
        raise ArgumentTypeError(f"expected {_ALLOWED}, but was {_described(value)}")
    if is_results_folder(value):
        if hides := hidden_scenario(value):
            warnings.warn(hides, stacklevel=2)
        read_manifest(Path(value), FORMAT)
        return Projection.load(value)
    return load(value)


def as_scenario(value: ScenarioLike) -> Scenario:
    """The scenario that a value stands for; of a projection or results folder, the one that was run.

    Raises:
        NegsimError: as for `as_source`.

    >>> as_scenario("baseline").horizon_days
    1095
    """
    from negsim.scenario import Scenario

    source = as_source(value)
    return source if isinstance(source, Scenario) else source.scenario


def several(values: Any) -> list[Any]:
    """A list of one value, or the values of a list or another collection."""
    alone = isinstance(values, str | os.PathLike | Mapping) or not isinstance(values, Iterable)
    from negsim.projection.projection import Projection
    from negsim.scenario import Scenario

    # A scenario is iterable, as every pydantic model.
    return [values] if alone or isinstance(values, Projection | Scenario) else list(values)


def _described(value: object) -> str:
    return f"{type(value).__name__} {value!r:.60}"
