"""Write a projection in the forms of other tools."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from negsim.errors import NegsimError, checks_arguments

if TYPE_CHECKING:
    from negsim.projection import Projection, ScenarioLike, Workers

_Path = str | os.PathLike[str]


@checks_arguments
def export(
    projection: ScenarioLike,
    *,
    ics: _Path | None = None,
    questions: _Path | None = None,
    cdf: _Path | None = None,
    hubverse: _Path | None = None,
    by: str | date | None = None,
    name: str | None = None,
    runs: int | None = None,
    seed: int | None = None,
    workers: Workers = 1,
) -> list[Path]:
    """Write a projection as calendar entries, forecast questions, distributions or a forecast hub.

    Each file is written whole or not at all. The same projection gives the same bytes.

    Args:
        projection: a projection or results folder; a scenario, file or name is run.
        ics: calendar file to write (see `negsim.exchange.calendar_file`).
        questions: file of forecast questions to write, ``.md`` or ``.json`` (see `negsim.exchange.questions`).
        cdf: CSV file of distributions to write (see `negsim.exchange.date_distribution`).
        hubverse: folder of a forecast hub to write (see `negsim.exchange.hub_files`); an existing one is replaced if
            it is such a folder.
        by: the date that the questions ask about; default: the last simulated one.
        name: the name of the model in the hub; default: the name of the file, else the title.
        runs: number of runs of what is run, as for `negsim.run`.
        seed: seed of what is run, as for `negsim.run`.
        workers: as for `negsim.run`.

    Returns:
        The files and folders written.

    Raises:
        NegsimError: nothing is asked for, a name has a wrong ending, or something cannot be written.

    >>> import negsim as ns, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> [path.name for path in ns.export("baseline", cdf=f"{folder}/dates.csv", runs=50)]
    ['dates.csv']
    """
    from negsim.projection import as_projections, as_source

    source = as_source(projection)
    wanted = {"ics": ics, "questions": questions, "cdf": cdf, "hubverse": hubverse}
    targets = {name: Path(path) for name, path in wanted.items() if path is not None}
    if not targets:
        raise NegsimError(f"nothing to export; name at least one of {', '.join(wanted)}")
    endings = {"ics": (".ics",), "questions": (".md", ".json"), "cdf": (".csv",)}
    for each, allowed in endings.items():
        if each in targets and targets[each].suffix not in allowed:
            raise NegsimError(f"{each} takes a file that ends in {' or '.join(allowed)}, but was {targets[each]}")
    if by is not None and "questions" not in targets:
        raise NegsimError("by is the date of the questions; name a file for them too")
    if name is None:
        name = Path(projection).stem if isinstance(projection, str | os.PathLike) else ""
    found = as_projections(source, runs, seed, workers)[0]
    contents = {each: _content(each, found, targets[each], by) for each in targets if each != "hubverse"}
    if "hubverse" in targets:
        _write_hub(found, name, targets["hubverse"])
    from negsim.files import write_file

    for each, content in contents.items():
        write_file(targets[each], content)
    return list(targets.values())


def _content(kind: str, projection: Projection, path: Path, by: str | date | None) -> bytes:
    from negsim.exchange.distribution import date_distribution
    from negsim.exchange.forecast_questions import questions, questions_text
    from negsim.exchange.ics import calendar_file
    from negsim.projection import day_of_text

    if kind == "ics":
        return calendar_file(projection)
    if kind == "cdf":
        return str(date_distribution(projection).to_csv(index=False, lineterminator="\n")).encode()
    found = questions(projection, None if by is None else day_of_text(by))
    as_json = path.suffix == ".json"
    return (json.dumps(found, indent=2, ensure_ascii=False) + "\n" if as_json else questions_text(found)).encode()


def _write_hub(projection: Projection, name: str, folder: Path) -> None:
    from negsim.exchange.hub import hub_files
    from negsim.files import new_folder

    if folder.exists() and not (folder / "hub-config" / "tasks.json").is_file():
        raise NegsimError(f"{folder} exists and is no hub; name a new folder")
    files = hub_files(projection, name or projection.scenario.title.lower())
    with new_folder(folder) as place:
        for path, content in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
