"""A calibration: a scenario made from records, with each changed number, as tables, text and plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.calibration.evidence import NUMBERS
from negsim.calibration.fitting import Fit
from negsim.calibration.partial import Law
from negsim.calibration.patience_law import Patience
from negsim.calibration.record_scenario import LONG_GAP
from negsim.calibration.template import Change, LeftAlone
from negsim.files import TextPage, TextStyle, number_text, to_line, to_yaml, values_table

if TYPE_CHECKING:
    import pandas as pd

    from negsim.scenario import Scenario

HEAD = "# Made by negsim calibrate; every number has its source.\n"
SCHEMA = "../schemas/scenario.schema.json"
#: The quantiles that are shown.
SHOWN = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Calibration:
    """A scenario made from records, as a file says it, with the fit, each change and each number left alone.

    >>> import negsim as ns
    >>> c = ns.calibrate(negotiation="brexit", on="2018-06-19", horizon="1y")
    >>> c.scenario.horizon_days, c.numbers.columns.tolist()
    (366, ['number', 'q10', 'q50', 'q90', 'other_talks', 'own'])
    """

    said: dict[str, Any]
    scenario: Scenario
    fit: Fit
    patience: Patience | None = None
    changes: tuple[Change, ...] = ()
    left: tuple[LeftAlone, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<Calibration of {self.scenario.title!r}, as of {self.scenario.as_of}: {len(self.changes)} numbers "
            f"replaced, {len(self.left)} left alone, learned from {len(self.fit.taught.telling)} talks>"
        )

    def text(self, out: Path | None = None) -> str:
        """The scenario file; its first line names the schema if there is one beside the file."""
        known = out is not None and (out.parent / SCHEMA).is_file()
        return (f"# yaml-language-server: $schema={SCHEMA}\n" if known else "") + HEAD + to_yaml(self.said)

    @property
    def numbers(self) -> pd.DataFrame:
        """A row for each estimated number: its 10, 50 and 90 % quantiles, and the observations behind it."""
        import pandas as pd

        return pd.DataFrame(self._numbers())

    def to_frame(self) -> pd.DataFrame:
        """A row for each number replaced or left alone: path, old and new value, and the evidence or the reason."""
        import pandas as pd

        return pd.DataFrame(self._changes(), columns=["path", "old", "new", "why"])

    @property
    def concluded(self) -> float | None:
        """The probability that the negotiation is concluded at all; None if its scenario has none."""
        return self.fit.concludes() if self._by_end else None

    @property
    def _by_end(self) -> bool:
        return LONG_GAP in self.said.get("parameters", ())

    def _laws(self) -> list[tuple[str, str, Law, int, int]]:
        """The name of each number, its words, its law, and the observations from other negotiations and its own.

        In a scenario whose gaps depend on the end, the gaps have two laws.
        """
        rows = []
        for name, law in self.fit.laws.items():
            words, (others, own) = NUMBERS[name].words, self.fit.observations(name)
            if name == "gap" and self._by_end:
                for concluded, what in ((True, "concluded"), (False, "not")):
                    seen = self.fit.taught.meetings.observations(concluded)
                    rows.append((f"gap_if_{what}", f"{words}, if {what}", self.fit.gaps(concluded), seen, own))
            else:
                rows.append((name, words, law, others, own))
        return rows

    def _numbers(self) -> list[dict[str, Any]]:
        return [
            {"number": words, **_quantiles(law), "other_talks": others, "own": own}
            for _, words, law, others, own in self._laws()
        ]

    def _changes(self) -> list[dict[str, Any]]:
        replaced = [{"path": c.path, "old": _line(c.old), "new": _line(c.new), "why": c.evidence} for c in self.changes]
        return [*replaced, *({"path": c.path, "old": "", "new": "left alone", "why": c.why} for c in self.left)]

    def _repr_html_(self) -> str:
        learned = f"learned from {', '.join(talks.id for talks in self.fit.taught.telling)}."
        parts = [values_table(repr(self)[1:-1], self._numbers(), learned)]
        if rows := self._changes():
            parts.append(values_table("Replaced and left alone", rows, "old -> new, with the evidence or the reason."))
        return "".join(parts)

    def data(self) -> dict[str, Any]:
        """The numbers with their quantiles and observations, the changes, and the scenario as plain data."""
        return {
            "title": self.scenario.title,
            "as_of": str(self.scenario.as_of),
            "learned_from": [talks.id for talks in self.fit.taught.telling],
            "numbers": [
                {
                    "number": name,
                    "words": words,
                    **_quantiles(law),
                    "observations": {"other_talks": others, "own": own},
                }
                for name, words, law, others, own in self._laws()
            ],
            "concluded": self.concluded,
            "changes": [{"path": c.path, "old": c.old, "new": c.new, "evidence": c.evidence} for c in self.changes],
            "left_alone": [{"path": each.path, "why": each.why} for each in self.left],
            "patience": None if self.patience is None else self.patience.data(),
            "scenario": self.said,
        }

    def summary(self, look: TextStyle) -> str:
        """The numbers for a terminal, the checks of the numbers, then the changes."""
        others = self.fit.taught.telling
        page = TextPage(look).add(
            f"{self.scenario.title}, as of {self.scenario.as_of}. Learned from {len(others)} talks: "
            f"{', '.join(talks.id for talks in others)}."
            + (f" The ends of {self.fit.taught.outlines} more are known." if self.fit.taught.outlines else "")
        )
        rows = []
        for row in self._numbers():
            words, *figures = row.values()
            cells = [number_text(figure) for figure in figures[: len(SHOWN)]] + [str(count) for count in figures[-2:]]
            rows.append((words, cells, ""))
        page.add().table(("", "10 %", "50 %", "90 %", "others", "own"), (8,) * 5, rows)
        if self.concluded is not None:
            page.add().add(f"Probability that it is concluded at all: {self.concluded:.2f}.")
        if self.patience is not None:
            self.patience.add_to(page.add())
        note = (
            "10 %, 50 %, 90 %: quantiles of the number for this negotiation. others, own: observations from other "
            "talks and from this one."
        )
        return page.add().note(note).text + self.changed(look)

    def changed(self, look: TextStyle) -> str:
        """Old -> new with the evidence for each replaced number, then each number left alone with the reason."""
        page = TextPage(look)
        if self.changes:
            page.add().title("Replaced")
        for each in self.changes:
            page.add(f"{each.path}: {_line(each.old)} -> {_line(each.new)}", "    ", "  ")
            page.add(each.evidence, "    ", "    ")
        if self.left:
            page.add().title("Left alone")
        for left in self.left:
            page.add(f"{left.path}: {left.why}", "    ", "  ")
        return page.text


def _quantiles(law: Law) -> dict[str, float]:
    return {f"q{round(100 * p)}": float(f"{law.ppf(p):.6g}") for p in SHOWN}


def _line(value: Any) -> str:
    return "none" if value is None else to_line(dict(value) if isinstance(value, Mapping) else value)
