"""The records of several negotiations."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from negsim.errors import NegsimError, did_you_mean, one_of
from negsim.history.describe import describe
from negsim.history.negotiations import Talks

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Histories:
    """The records of several negotiations by id, in the order of their file.

    ``outlines`` are negotiations of which only the start and the end are on record.
    """

    talks: dict[str, Talks]
    outlines: tuple[Talks, ...] = ()

    def __len__(self) -> int:
        return len(self.talks)

    def to_frame(self) -> pd.DataFrame:
        """The figures of each negotiation, as `negsim history` prints them: a row each."""
        import pandas as pd

        return pd.DataFrame([asdict(describe(talks)) for talks in self.talks.values()]).set_index("id")

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        rows = [asdict(describe(talks)) for talks in self.talks.values()]
        return values_table("Past negotiations", rows, "days, gap and slip are medians.")

    def __getitem__(self, name: str) -> Talks:
        """The negotiation with that id or title.

        Raises:
            NegsimError: There are none.
        """
        if name in self.talks:
            return self.talks[name]
        for talks in self.talks.values():
            if talks.title == name:
                return talks
        hint = did_you_mean(name, [*self.talks, *(talks.title for talks in self.talks.values())])
        raise NegsimError(
            f'there are no talks "{name}" on record; allowed: {one_of(self.talks, 20)}'
            + (f"; did you mean {hint}?" if hint else "")
        )

    @property
    def all(self) -> tuple[Talks, ...]:
        """All negotiations, also those of which only the start and the end are on record."""
        return (*self.talks.values(), *self.outlines)

    @property
    def with_issues(self) -> list[Talks]:
        """The negotiations with issues on record; others have meetings or announced dates only."""
        return [talks for talks in self.talks.values() if talks.issues]
