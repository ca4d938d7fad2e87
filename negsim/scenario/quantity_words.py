"""Numbers and distributions in words."""

from __future__ import annotations

from typing import Any

from negsim.quantities import DAYS_PER_YEAR, head

_MONTH = DAYS_PER_YEAR / 12


def quantity(value: Any) -> str:
    """A quantity in words.

    >>> quantity({"lognormal": {"median": "608.75 days", "q90": "2191.5 days"}})
    'median 20 months, one in ten above 6 years'
    >>> quantity({"pert": {"low": 0.1, "mode": 0.35, "high": 0.75}})
    'around 0.35, from 0.1 to 0.75'
    >>> quantity({"parameter": "us_patience", "times": 0.2})
    '0.2 x us_patience'
    >>> quantity("45 days")
    '45 days'
    """
    family = head(value)
    if family is None:
        return number(value)
    if family == "parameter":
        times = f"{value['times']:g} x " if "times" in value else ""
        plus = f" + {number(value['plus'])}" if "plus" in value else ""
        return f"{times}{value['parameter']}{plus}"
    if family == "empirical":
        values = sorted(value[family]["values"], key=lambda each: float(str(each).split()[0]))
        joint = f", drawn together with the others of {value[family]['joint']}" if "joint" in value[family] else ""
        return f"one of {len(values)} values, from {number(values[0])} to {number(values[-1])}{joint}"
    n = {key: f"({quantity(inner)})" if head(inner) else number(inner) for key, inner in value[family].items()}
    match family:
        case "pert" | "triangular":
            return f"around {n['mode']}, from {n['low']} to {n['high']}"
        case "uniform":
            return f"anything from {n['low']} to {n['high']}"
        case "lognormal":
            return f"median {n['median']}, one in ten above {n['q90']}"
        case "exponential":
            return f"mean {n['mean']}, exponential"
        case "gamma":
            return f"gamma, scale {n['scale']} times shape {n['shape']} on average"
        case "weibull":
            return f"Weibull, scale {n['scale']}, shape {n['shape']}"
        case _:
            a, b = value[family]["a"], value[family]["b"]
            if head(a) or head(b) or (value[family].get("low", 0), value[family].get("high", 1)) != (0, 1):
                return f"beta of {n['a']} and {n['b']}, from {n.get('low', '0')} to {n.get('high', '1')}"
            return (
                f"mean {float(a) / (float(a) + float(b)):.2g}, as {n['a']} of {float(a) + float(b):g} cases would show"
            )


def number(value: Any) -> str:
    """A plain number with its unit; long times in months or years.

    >>> number("213.0625 days"), number("0.75 hours"), number(0.35), number("1 days")
    ('7 months', '45 minutes', '0.35', '1 day')
    """
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    amount, _, unit = value.partition(" ")
    try:
        n = float(amount)
    except ValueError:
        return value
    if unit == "days":
        for span, name in ((DAYS_PER_YEAR, "year"), (_MONTH, "month")):
            count = n / span
            if n >= 2 * span and abs(count - round(count, 1)) < 1e-9 and (name == "month" or count >= 3):
                return f"{count:g} {name}s"
        n = round(n, 1)
    if unit == "hours" and n < 1:
        n, unit = n * 60, "minutes"
    return f"{n:g} {unit.removesuffix('s') if n == 1 else unit}"


def share(value: Any) -> str:
    """A share in words; a plain number in per cent.

    >>> share(0.35)
    '35 %'
    """
    return f"{100 * value:g} %" if isinstance(value, int | float) else quantity(value)
