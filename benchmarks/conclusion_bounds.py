"""Bounds of the CRPS of stalled and of concluded talks: python benchmarks/conclusion_bounds.py (a few minutes).

The table stands in docs/track-record.md ("Negotiations that stand still").

Estimator. The simulated forecast of an issue is ``F = (1 - w) F_0 + w F_1``, where ``w`` is the probability that the
negotiation is concluded at all. ``F_0`` and ``F_1`` are runs of the record scenario, calibrated on the other
negotiations, with ``w`` set to 0 and to 1: the first has the gaps between meetings of a negotiation that is not
concluded, the second those of one that is. The CRPS of ``F`` is quadratic in ``w``, so three numbers for each origin
give it for every ``w``, and every law of ``w`` can be fitted to the score itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from negsim.calibration.by_end import Meetings
from negsim.calibration.fitting import Fit, Teaching
from negsim.calibration.simulated import RUNS, SEED, scenario_of
from negsim.history import Histories, Snapshot, load, read_origins
from negsim.history.backtest import HORIZON, Case, cases_of
from negsim.history.conclusion import concluding, signs, unannounced
from negsim.projection import Job, play
from negsim.simulation import compile as compiled_of

Floats = npt.NDArray[np.float64]
#: The aim for concluded negotiations, in days: 5 % above the model before movers and stayers, on the same record.
MOST = 313.0


@dataclass(frozen=True)
class Told(Fit):
    """A fit whose probability of a conclusion is given."""

    share: float = 0.0

    def concludes(self) -> float:
        """The given probability."""
        return self.share


def forecasts(snapshot: Snapshot, fit: Fit, share: float) -> dict[str, Floats]:
    """The simulated forecast of each issue, told the probability of a conclusion."""
    told = Told(**{each.name: getattr(fit, each.name) for each in fields(fit)}, share=share)
    made, ids = scenario_of(snapshot, told)
    compiled = compiled_of(made)
    tally = play(Job(compiled, "batch", SEED), 0, 0, RUNS, keep=False).tally
    curves = np.cumsum(tally.resolved, axis=1)[:, : snapshot.horizon + 1] / RUNS
    by_id = dict(zip(compiled.issues, curves, strict=True))
    return {issue.name: by_id[ids[issue.name]] for issue in snapshot.targeted}


def quadratic(still: Floats, moves: Floats, case: Case) -> Floats:
    """The numbers ``a, b, c`` of the CRPS ``a + b w + c w^2`` of ``(1 - w) still + w moves``.

    >>> from datetime import date
    >>> case = Case("x", date(2020, 1, 1), "open", "y", 2, 4)
    >>> quadratic(np.zeros(5), np.array([0, 0, 1, 1, 1.0]), case).tolist()
    [2.0, -4.0, 2.0]
    """
    y = case.horizon if case.outcome is None else case.outcome
    error = still[: case.horizon] - (np.arange(case.horizon) >= y)
    step = (moves - still)[: case.horizon]
    return np.array([error @ error, 2.0 * error @ step, step @ step])


@dataclass(frozen=True)
class Origin:
    """An origin: its negotiation, whether that was concluded, mean numbers of `quadratic`, ``w`` and its signs."""

    talks: str
    concluded: bool
    numbers: Floats
    share: float
    signs: Floats


def origins(record: Histories) -> list[Origin]:
    """All origins with an open issue."""
    found = []
    for name, days in read_origins(Path("seeds/histories/origins.yaml"), record).items():
        teaching = Teaching([each for each in record.all if each.id != name])
        for day in days:
            snapshot = Snapshot.of(record[name], day, HORIZON)
            cases = [case for case in cases_of(record[name], snapshot) if case.kind == "open"]
            if cases:
                fit = teaching.of(snapshot)
                still, moves = (forecasts(snapshot, fit, share) for share in (0.0, 1.0))
                numbers = np.mean([quadratic(still[case.issue], moves[case.issue], case) for case in cases], axis=0)
                ended = record[name].end == "concluded"
                evidence = teaching.meetings.evidence(snapshot.talks)
                known = np.array([*signs(snapshot.talks.start, unannounced(snapshot)), evidence])
                found.append(Origin(name, ended, numbers, fit.concludes(), known))
    return found


def weights(found: Sequence[Origin], concluded: bool) -> Floats:
    """Weights for the mean over the origins of a negotiation, then over negotiations of one kind."""
    names = [each.talks for each in found if each.concluded == concluded]
    many = len(set(names))
    return np.array([(each.concluded == concluded) / (many * max(names.count(each.talks), 1)) for each in found])


def scores(found: Sequence[Origin], shares: Floats) -> tuple[float, float]:
    """The mean CRPS of concluded and of stalled negotiations."""
    numbers = np.array([each.numbers for each in found])
    crps = numbers[:, 0] + numbers[:, 1] * shares + numbers[:, 2] * shares**2
    return float(weights(found, True) @ crps), float(weights(found, False) @ crps)


def fitted(found: Sequence[Origin], x: Floats, trade: float) -> Floats:
    """The shares ``w`` with ``logit w = x b`` and the least ``trade`` stalled + (1 - trade) concluded CRPS."""
    from scipy.optimize import minimize
    from scipy.special import expit

    numbers = np.array([each.numbers for each in found])
    weight = trade * weights(found, False) + (1.0 - trade) * weights(found, True)

    def loss(b: Floats) -> tuple[float, Floats]:
        w = expit(x @ b)
        value = weight @ (numbers[:, 0] + numbers[:, 1] * w + numbers[:, 2] * w**2) + 1e-3 * b @ b
        slope = weight * (numbers[:, 1] + 2.0 * numbers[:, 2] * w) * w * (1.0 - w)
        return float(value), x.T @ slope + 2e-3 * b

    starts = np.random.default_rng(0).standard_normal((6, x.shape[1]))
    best = min((minimize(loss, start, jac=True) for start in starts), key=lambda one: float(one.fun))
    return np.asarray(expit(x @ best.x))


def least(found: Sequence[Origin], x: Floats, most: float) -> tuple[float, float]:
    """The scores with the least stalled CRPS among fits whose concluded CRPS is at most ``most``."""
    tried = [scores(found, fitted(found, x, trade)) for trade in np.linspace(0.005, 0.995, 199)]
    inside = [each for each in tried if each[0] <= most]
    return min(inside or tried, key=lambda each: each[1] if inside else each[0])


def best_shares(found: Sequence[Origin]) -> Floats:
    """The share at each origin with the least CRPS there: the least of a parabola on [0, 1]."""
    numbers = np.array([each.numbers for each in found])
    return np.asarray(np.clip(-numbers[:, 1] / np.maximum(2.0 * numbers[:, 2], 1e-9), 0.0, 1.0))


def in_sample(record: Histories, found: Sequence[Origin]) -> Floats:
    """The shares of the model's own law of ``w``, fitted by likelihood to all negotiations."""
    law = concluding(record.all, further=Meetings(list(record.talks.values())).evidence_at_landmarks)
    return np.array([law.law.probability(each.signs) for each in found])


def table(record: Histories, found: Sequence[Origin], most: float) -> str:
    """The table as Markdown; ``most`` is the aim for concluded negotiations."""
    x = np.array([each.signs for each in found])
    ended, shares = (np.array([float(value) for value in column]) for column in
                     zip(*((each.concluded, each.share) for each in found), strict=True))  # fmt: skip
    names = list(dict.fromkeys(each.talks for each in found))
    own = np.array([[float(each.talks == name) for name in names] for each in found])
    first = np.array([n == 0 or found[n - 1].talks != each.talks for n, each in enumerate(found)])
    share = float(np.mean(ended[first]))
    rows: list[tuple[str, Callable[[], tuple[float, float]]]] = [
        ("the law of this page: coefficients from the other negotiations", lambda: scores(found, shares)),
        *((f"one probability for all: {share}", lambda share=share: scores(found, np.full(len(found), share)))
          for share in (0.1, 0.3, 0.5, 0.7, 0.9)),
        ("one probability for all, chosen by the score", lambda: least(found, x[:, :1], most)),
        ("the same, with the negotiation itself", lambda: scores(found, in_sample(record, found))),
        ("its signs, chosen by the score", lambda: least(found, x, most)),
        ("a probability for each negotiation, chosen by the score", lambda: least(found, own, most)),
        ("a probability for each origin, chosen by the score", lambda: scores(found, best_shares(found))),
        ("told from the second origin on; on the first, the law of this page",
         lambda: scores(found, np.where(first, shares, ended))),
        ("told from the second origin on; on the first, the share of these negotiations",
         lambda: scores(found, np.where(first, share, ended))),
        ("told which negotiations are concluded", lambda: scores(found, ended)),
    ]  # fmt: skip
    lines = ["| how the probability of conclusion is found | concluded | stalled |", "|---|---|---|"]
    for name, make in rows:
        concluded, stalled = make()
        lines.append(f"| {name} | {concluded:.0f} | {stalled:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table; with a file name, keep the numbers of all origins there."""
    record = load()
    found = origins(record)
    if len(sys.argv) > 1:
        kept: list[Mapping[str, object]] = [
            {"talks": each.talks, "concluded": each.concluded, "numbers": each.numbers.tolist(), "share": each.share,
             "signs": each.signs.tolist()} for each in found
        ]  # fmt: skip
        Path(sys.argv[1]).write_text(json.dumps(kept), encoding="utf-8")
    print(table(record, found, MOST))


if __name__ == "__main__":
    main()
