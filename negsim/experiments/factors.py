"""Factors of a sweep: a path of the scenario and its values, listed or from a distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from negsim.errors import ArgumentTypeError, ComplaintsError, InputError, NegsimError, one_of
from negsim.files import read_yaml_text, to_line
from negsim.quantities import DISTRIBUTIONS, Draw, Fixed, Rule, head, kind_of, parse, parse_plain

#: The canonical unit of each kind of number.
UNIT = {"duration": "days", "hours": "hours", "rounds": "rounds", "rate": "per year", "number": ""}


@dataclass(frozen=True)
class Factor:
    """A path to vary and its values.

    ``values`` lists them as a file states them; ``draw`` is a distribution instead. ``kind`` is the kind of number,
    None for categories. ``own``: an assumption that the scenario itself draws, with the name ``path``.

    >>> f = Factor.of("tactics.us.patience", {"uniform": {"low": "6 months", "high": "36 months"}})
    >>> f.at(0.5), f.unit
    ('639.1875 days', 'days')
    >>> Factor.of("tactics.us.beta", [0.1, 0.5, 1]).at(0.5)
    0.5
    """

    path: str
    kind: str | None
    values: tuple[Any, ...] = ()
    draw: Draw | None = None
    own: bool = False

    @classmethod
    def of(cls, path: str, given: object) -> Factor:
        """A factor from a list of values, or from a distribution in the form of a file.

        Raises:
            NegsimError: it is neither, or nothing varies.
        """
        if head(given) in DISTRIBUTIONS:
            kind = kind_of(given) or "number"
            try:
                draw = parse(given, Rule(kind))
            except ComplaintsError as error:
                text = "; ".join(item.message.replace("{what}", path) for item in error.items)
                raise NegsimError(f"--vary {path}: {text}") from None
            assert isinstance(draw, Draw)
            return cls(path, kind, draw=draw)
        if not isinstance(given, Sequence) or isinstance(given, str) or not path:
            families = one_of(DISTRIBUTIONS)
            raise NegsimError(f"{path or 'a path'} is varied over a list of values or a distribution ({families})")
        values = tuple(given)
        kinds = {kind_of(value) if isinstance(value, int | float | str) else None for value in values}
        factor = cls(path, kinds.pop() if len(kinds) == 1 else None, values)
        if len({factor.column(value) for value in values}) < max(len(values), 2):
            raise NegsimError(
                f"--vary {path}: two or more different values are needed, but was {to_line(list(values))}"
            )
        return factor

    def at(self, u: float) -> Any:
        """The value, as a file states it, at quantile ``u`` (0 to 1) of the distribution or of the list."""
        if self.draw is None:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        return Fixed(float(self.law.ppf(u)), self.draw.rule).text

    @cached_property
    def law(self) -> Any:
        """The distribution as a frozen distribution of `scipy.stats`."""
        from negsim.quantities import law

        assert self.draw is not None
        return law(self.draw)

    def column(self, value: Any) -> Any:
        """The value in tables: a number in the canonical unit, or a word."""
        if self.own:
            return float(value)
        if self.kind is None:
            return value if isinstance(value, str) else to_line(value)
        return parse_plain(value, self.kind)

    @property
    def unit(self) -> str:
        """The unit of the numbers in tables; empty for plain ones and for words."""
        return UNIT[self.kind] if self.kind else ""

    def data(self) -> dict[str, Any]:
        """As plain data; `of_data` takes it back."""
        given: Any = {"own": self.kind} if self.own else list(self.values) if self.draw is None else self.draw.text
        return {"path": self.path, "unit": self.unit, "values": given}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Factor:
        """The factor of its plain data."""
        given = data["values"]
        if isinstance(given, dict) and "own" in given:
            return cls(data["path"], given["own"], own=True)
        return cls.of(data["path"], given)


def read_vary(text: str) -> tuple[str, Any]:
    """Read ``path=values``: the path, and a list of values or a distribution.

    Raises:
        NegsimError: there is no ``=``, or the values are not valid YAML.

    >>> read_vary("tactics.us.beta=0.1,0.5")
    ('tactics.us.beta', [0.1, 0.5])
    >>> read_vary("tactics.us.beta=[0.1, 0.5]")
    ('tactics.us.beta', [0.1, 0.5])
    >>> read_vary("horizon={uniform: {low: 2 years, high: 3 years}}")
    ('horizon', {'uniform': {'low': '2 years', 'high': '3 years'}})
    >>> read_vary("leave_out=[],[flights, visas]")
    ('leave_out', [[], ['flights', 'visas']])
    """
    path, equals, given = text.partition("=")
    if not equals:
        raise NegsimError(
            f"write --vary path=value,value or --vary path={{uniform: {{low: 1, high: 2}}}}; it was {text!r}"
        )
    try:
        data = read_yaml_text(f"[{given}]", f"--vary {path}").data
    except InputError as error:
        raise NegsimError(f"--vary {path}: {error.problems[0].message}") from None
    # One list in brackets holds the values; without a second value, it cannot be a value itself.
    alone = len(data) == 1 and (head(data[0]) in DISTRIBUTIONS or (isinstance(data[0], list) and len(data[0]) > 1))
    return path.strip(), data[0] if alone else data


def factors_of(vary: Mapping[str, object] | Sequence[Factor]) -> tuple[Factor, ...]:
    """Factors from paths and their values.

    Raises:
        NegsimError: a factor is not valid, or there is none.
    """
    if not isinstance(vary, Mapping) and not all(isinstance(each, Factor) for each in vary):
        takes = 'values by path, such as {"tactics.us.beta": [0.2, 1]}'
        raise ArgumentTypeError(f"vary takes {takes}, but was {vary!r:.60}")
    found = [Factor.of(path, given) for path, given in vary.items()] if isinstance(vary, Mapping) else list(vary)
    if not found:
        raise NegsimError("nothing is varied; give --vary path=values")
    return tuple(found)
