"""The backtest: past negotiations are forecast from fixed days, and the forecasts are scored."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from negsim.errors import NegsimError, checks_arguments
from negsim.evaluation.evaluation import REPORTED, Evaluation, evaluate
from negsim.evaluation.track_record import write_page
from negsim.files import find_data
from negsim.history import Histories, as_histories, days_of, load, read_origins
from negsim.projection import Workers, day_of_text

_Path = str | os.PathLike[str]


@checks_arguments
def backtest(
    negotiations: str | Sequence[str] | None = None,
    *,
    origins: _Path | Mapping[str, Sequence[str | date]] | None = None,
    horizon: str = "3y",
    histories: _Path | None = None,
    memory: bool = False,
    report: str | os.PathLike[str] | None = None,
    updated: bool = False,
    out: str | os.PathLike[str] | None = None,
    workers: Workers = 1,
    progress: Callable[[int, int], object] | None = None,
) -> Evaluation:
    """Forecast past negotiations by every method, and score the forecasts.

    Each forecast starts on a fixed day and uses nothing after it. Seven simple forecasts are scored beside ours.

    Args:
        negotiations: ids of the negotiations to forecast; default: all with origins.
        origins: the days to forecast from, by negotiation, or a file of them; default: ``origins.yaml`` of the record.
        horizon: the horizon of each forecast: ``3y``, ``18 months``.
        histories: the folder of the record; default: the built-in one.
        memory: whether dates that are recorded from memory only are used, too.
        report: a file for the track record, a page with pictures; it takes four times as long.
        updated: also score two forecasts by an update: scenarios of a year before, conditioned on what happened since.
        out: a folder for all scores. A stopped backtest resumes there.
        workers: number of processes, or any `concurrent.futures.Executor`. A script calls this under
            ``if __name__ == "__main__":``, because each process imports the script.
        progress: called with the number of newly finished origins and that of all; first with those finished before.

    Raises:
        NegsimError: there is no such negotiation, or it has no origins; a file cannot be read or written; or ``report``
            is asked for some negotiations only.

    >>> import negsim as ns
    >>> found = ns.backtest(origins={"brexit": ["2018-06-19"]}, horizon="90 days")
    >>> found
    <Evaluation: 3 forecasts by each method at 1 origins of 1 talks>
    """
    if report is not None and negotiations is not None:
        raise NegsimError("a report covers all negotiations with origins; leave their names out")
    if report is not None and updated:
        raise NegsimError("a report has no rows of updated forecasts; leave one of them out")
    days, record = days_of(horizon), load(histories, memory)
    folder = find_data("seeds/histories").path if histories is None else Path(histories)
    wanted = _chosen(record, negotiations, folder / "origins.yaml" if origins is None else origins)
    total = sum(map(len, wanted.values())) * (1 + len(REPORTED) if report is not None else 1)
    remembered = load(histories, memory=True) if report is not None else None

    def advance(some: int) -> None:
        if progress is not None:
            progress(some, total)

    found = evaluate(
        record, wanted, days, advance, remembered, updated=updated, workers=workers,
        out=None if out is None else Path(out),
    )  # fmt: skip
    if report is not None:
        found = replace(found, files=tuple(write_page(found, as_histories(record), Path(report))))
    return found


def _chosen(
    record: Histories,
    negotiations: str | Sequence[str] | None,
    origins: _Path | Mapping[str, Sequence[str | date]],
) -> dict[str, list[date]]:
    """The days to forecast from, by negotiation."""
    if isinstance(origins, Mapping):
        every = {record[name].id: [day_of_text(day) for day in days] for name, days in origins.items()}
    else:
        every = read_origins(origins, record)
    names = [negotiations] if isinstance(negotiations, str) else negotiations
    chosen = [record[name].id for name in names or every]
    if missing := [name for name in chosen if name not in every]:
        raise NegsimError(f"there are no origins for {', '.join(missing)}; give a file that has some with --origins")
    return {name: every[name] for name in dict.fromkeys(chosen)}
