"""Notes on the figures of a projection: how to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from negsim.projection.results import Results


def notes(results: Results) -> list[str]:
    """How to read the figures, in sentences."""
    only = [f"Only the {results.runs:,} runs {results.condition} count."] if results.condition else []
    said = [
        *only,
        "± is one standard error of the simulation, rounded up; terms say how much of the way to its demand a "
        f"side gets; {_dates(results)}. All of it holds if the sides concede as the scenario assumes: it is no "
        "forecast of what they will do.",
    ]
    if (aim := results.precision_data) is not None:
        how = f"reached after {results.runs:,} runs" if aim["reached"] else f"NOT reached within {results.runs:,} runs"
        said.append(
            f"Precision requested: {aim['goal']}; {how}. It was checked every {aim['every']:,} runs, "
            f"from {aim['least']:,} to {aim['most']:,}."
        )
    said += [f"Assumed by default: {line}." for line in results.scenario.assumed]
    if clipped := results.tally.clipped:
        said.append(f"{clipped:,} drawn numbers lay outside their range and were clipped to it.")
    return said


def _dates(results: Results) -> str:
    digest = results.digest
    if digest.unit != "day":
        return f"dates are to the {digest.unit}"
    beyond = None in [*(issue.p80 for issue in digest.issues), digest.all_p80]
    return f"later: after {results.context.last_day}, the last day of the runs" if beyond else "dates are days"
