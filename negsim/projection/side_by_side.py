"""Two or more projections in one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from negsim.errors import check_name, checks_arguments
from negsim.projection.arguments import ScenarioLike
from negsim.projection.executors import Workers
from negsim.projection.running import as_projections

if TYPE_CHECKING:
    import pandas as pd


@checks_arguments
def table(
    projections: ScenarioLike | Sequence[ScenarioLike],
    show: str = "p50",
    *,
    runs: int | None = None,
    seed: int | None = None,
    workers: Workers = 1,
) -> pd.DataFrame:
    """One figure of several projections: a row per scenario, a column per issue and one for ``all``.

    Args:
        projections: projections or results folders; scenarios, files and names are run.
        show: a column of `Projection.summary`, such as ``p_resolved``, ``p50``, ``p80`` or ``terms``.
        runs: number of runs of what is run, as for `negsim.run`.
        seed: seed of what is run, as for `negsim.run`.
        workers: as for `negsim.run`.

    Raises:
        NegsimError: there is no such column, or anything that `negsim.run` raises.

    >>> import negsim as ns
    >>> ns.table(["baseline", "both_boulware"], "p_resolved", runs=200)["banking"].tolist()
    [...]
    """
    import pandas as pd

    found = as_projections(projections, runs, seed, workers)
    rows: list[pd.Series[Any]] = []
    titles: list[str] = []
    for projection in found:
        summary = projection.summary()
        check_name(show, summary.columns, f'there is no column "{show}"')
        title = projection.scenario.title + (f" ({projection.condition})" if projection.condition else "")
        titles.append(title if title not in titles else f"{title} #{len(titles) + 1}")
        rows.append(summary[show])
    issues = list(dict.fromkeys(issue for row in rows for issue in row.index if issue != "all"))
    frame = pd.DataFrame(rows, index=pd.Index(titles, name="scenario"))
    return frame[[*issues, "all"]]
