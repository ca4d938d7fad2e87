"""Expert judgements and the distributions that they imply: those of a scenario, or some judgements alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from negsim.errors import ArgumentTypeError, ComplaintsError, InputError, NegsimError, checks_arguments, did_you_mean
from negsim.experiments.expert_feedback import CHANCES, Elicitation, elicitations
from negsim.files import Place, values_table
from negsim.projection import ScenarioLike, as_scenario
from negsim.quantities import ELICIT, Rule, kind_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Elicitations(Sequence[Elicitation]):
    """Elicitations, by number or path; ``unused`` lists the paths of those from which nothing is drawn.

    >>> import negsim as ns
    >>> ns.elicit(low="1 year", mode="2 years", high="5 years").to_frame()["50 %"].round(0).tolist()
    [930.0]
    """

    each: tuple[Elicitation, ...]
    unused: tuple[str, ...] = ()
    title: str = "Elicitation"

    def __len__(self) -> int:
        return len(self.each)

    def __iter__(self) -> Iterator[Elicitation]:
        return iter(self.each)

    def __getitem__(self, which: Any) -> Any:
        """An elicitation by its number, or by its path in the scenario.

        Raises:
            NegsimError: there is none of that path.
        """
        if not isinstance(which, str):
            return self.each[which]
        by_path = {one.path: one for one in self.each}
        if which not in by_path:
            hint = did_you_mean(which, by_path)
            raise NegsimError(f'nothing is elicited at "{which}"' + (f"; did you mean {hint}?" if hint else ""))
        return by_path[which]

    def __repr__(self) -> str:
        return f"<Elicitations: {len(self.each)} of {self.title}, {len(self.unused)} unused>"

    def to_frame(self) -> pd.DataFrame:
        """A row for each expert and pool: path, name, statement, implied quantiles and mean, in canonical units."""
        import pandas as pd

        return pd.DataFrame(self._rows(), columns=["path", "name", "says", *_HEADS, "mean", "unit"])

    def _rows(self) -> list[dict[str, Any]]:
        return [row for one in self.each for row in one.rows()]

    def _repr_html_(self) -> str:
        unused = f"Nothing is drawn from {', '.join(self.unused)}." if self.unused else ""
        remarks = [remark for one in self.each for remark in one.remarks]
        return values_table(self.title, self._rows(), " ".join([*remarks, unused]).strip())


_HEADS = [f"{100 * p:g} %" for p in CHANCES]


@checks_arguments
def elicit(
    source: ScenarioLike | Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    *,
    low: Any = None,
    mode: Any = None,
    high: Any = None,
    confidence: float | None = None,
    quantiles: Mapping[float, Any] | None = None,
    share: bool = False,
) -> Elicitations:
    """Show the distributions that expert judgements imply.

    Args:
        source: a scenario, a file or a name: all elicitations in it. Or judgements, as a file states them under
            ``elicit``: one expert as a mapping, several as a list; several are pooled.
        low: the lowest plausible value of one expert, such as ``"1 year"``.
        mode: the most plausible value.
        high: the highest plausible value.
        confidence: the probability that the value lies between low and high; default: 0.9.
        quantiles: quantiles of one expert instead, such as ``{0.5: "90 days", 0.9: "1 year"}``.
        share: whether the number is a share from 0 to 1.

    Raises:
        InputError: a scenario or a judgement is not valid.
        NegsimError: both a source and judgements are given, or neither.

    >>> import negsim as ns
    >>> found = ns.elicit([{"low": 10, "mode": 20, "high": 50}, {"quantiles": {0.5: 30, 0.9: 60}}])
    >>> found.to_frame()["name"].tolist()
    ['expert 1', 'expert 2', 'pool']
    """
    points = {"low": low, "mode": mode, "high": high, "confidence": confidence}
    own: dict[str, Any] = {name: value for name, value in points.items() if value is not None}
    if quantiles is not None:
        own["quantiles"] = {str(p): value for p, value in quantiles.items()}
    if bool(own) == (source is not None):
        raise NegsimError("elicit takes a scenario, or judgements such as low, mode and high, or quantiles")
    if source is None or isinstance(source, Mapping) or (isinstance(source, Sequence) and not isinstance(source, str)):
        return Elicitations((_stated(own if source is None else source, share),))
    if share:
        raise NegsimError("share is for judgements; a scenario states what its numbers are")
    scenario = as_scenario(source)
    found, unused = elicitations(scenario)
    return Elicitations(tuple(found), tuple(unused), scenario.title)


def _stated(stated: Any, share: bool) -> Elicitation:
    for each in stated if isinstance(stated, Sequence) else [stated]:
        if not isinstance(each, Mapping):
            raise ArgumentTypeError(f"a judgement is a mapping with low, mode and high, or quantiles, but was {each!r}")
    plain = [_texts(each) for each in stated] if isinstance(stated, Sequence) else _texts(stated)
    rule = Rule("number", 0.0, 1.0) if share else Rule(kind_of({ELICIT: plain}) or "number")
    one = Elicitation(plain, rule)
    try:
        _ = one.experts
    except ComplaintsError as error:
        here = Place("elicit")
        named = [
            replace(item, message=item.message.replace("{what}", str(item.path[-1]) if item.path else ELICIT))
            for item in error.items
        ]
        raise InputError([here.problem(item) for item in named]) from None
    return one


def _texts(expert: Mapping[str, Any]) -> dict[str, Any]:
    """The judgement of an expert with probabilities as text, as a file has them."""
    quantiles = expert.get("quantiles")
    if not isinstance(quantiles, Mapping):
        return dict(expert)
    return {**expert, "quantiles": {str(p): value for p, value in quantiles.items()}}
