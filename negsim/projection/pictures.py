"""The pictures of a projection, as ``p.plot(kind)`` and as one method per kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from matplotlib.axes import Axes

    from negsim.projection.results import Results


class Plots:
    """Pictures of a projection; ``dir(p.plot)`` lists the kinds.

    >>> import negsim as ns
    >>> p = ns.run("baseline", runs=20)
    >>> p.plot.burndown().svg == p.plot("burndown").svg
    True
    """

    def __init__(self, projection: Results) -> None:
        self._projection = projection

    def __call__(
        self,
        kind: str | None = None,
        ax: Axes | None = None,
        *,
        run: int | None = None,
        of: str | None = None,
        since: str | date | None = None,
        others: Sequence[Results] = (),
    ) -> Any:
        """A picture; a notebook shows it, ``.save("x.svg")`` writes it with its data beside it.

        Without a kind: the burndown beside the calendar, in one figure.

        Args:
            kind: one of `negsim.plots.KINDS`: burndown, burnup, flow, survival, calendar, gap, terms, frontier,
                waiting, last, climate, trace. Axes without a kind get the burndown.
            ax: axes to draw on; they are returned instead of a picture. A figure with several axes needs
                ``layout="constrained"``, so that text has room. A figure with a title of its own (``suptitle``) gets
                no other.
            run: for ``trace`` and ``climate``, the run to show.
            of: for ``frontier``, the package or issue.
            since: for ``burndown``, ``burnup``, ``flow`` and ``calendar``, the first day of the record shown.
            others: for ``burndown``, ``calendar`` and ``survival``, projections that the picture shows too.

        Raises:
            NegsimError: there is no such kind of picture, nothing to show, or the kind shows one projection only.
        """
        from negsim.plots import draw, overview_picture

        data = partial(self.data, run=run, of=of, since=since, others=others)
        if kind is None and ax is None:
            return overview_picture(data("burndown"), data("calendar"))
        return draw(kind or "burndown", data(kind or "burndown"), ax)

    def data(
        self,
        kind: str,
        *,
        run: int | None = None,
        of: str | None = None,
        since: str | date | None = None,
        others: Sequence[Results] = (),
    ) -> Any:
        """The data that a kind of picture shows; the arguments and errors are those of the picture."""
        from negsim.projection.scenario_context import day_of_text
        from negsim.projection.views import overlay, view

        shown, first = self._projection, None if since is None else day_of_text(since)
        return overlay(shown, kind, others, first) if others else view(shown, kind, run, of, first)

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        from negsim.errors import did_you_mean
        from negsim.plots import KINDS

        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS)
            raise AttributeError(f'there is no picture "{kind}"' + (f"; did you mean {hint}?" if hint else ""))
        return partial(self, kind)

    def __dir__(self) -> list[str]:
        from negsim.plots import KINDS

        return sorted(KINDS)
