"""The track record: one page and two pictures, made from a backtest alone."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import numpy as np

from negsim.evaluation.evaluation import LESS, Evaluation
from negsim.evaluation.evaluation_tables import CAUTION, interval_text
from negsim.evaluation.results_store import fingerprint
from negsim.files import write_file
from negsim.history import BRIER_DAYS, KINDS, Case, Difference, Histories, Scored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

TEMPLATE = Path(__file__).parent / "track_record.md"

#: The methods in the pictures.
DRAWN = ("per meeting", "target x slip", "ours", "simulated")
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
#: The aims: method, baseline, the ratio of CRPS that is aimed at, and the least that counts.
AIMS = (
    ("one, no targets", "per meeting", 0.75, 0.90),
    ("ours, one variant", "target x slip", 0.85, 0.95),
    ("ours, no targets", "per meeting", 0.75, 0.90),
    ("ours", "target x slip", 0.85, 0.95),
    ("sim., no targets", "per meeting", 0.75, 0.90),
    ("simulated", "target x slip", 0.85, 0.95),
)
#: In each negotiation at most this multiple of the baseline, or at most so many days more.
TIMES, DAYS = 1.25, 10.0
COVER = (0.75, 0.88)
#: For the simulated forecast of negotiations that were not concluded, and of issues not yet opened: the baseline, and
#: the multiple of its CRPS that is aimed at.
STALLED, WAITING = ("constant hazard", 1.2), ("throughput", 1.5)
#: The CRPS of open issues of concluded negotiations, and the aim. On the first record, with three of them; then with
#: the model before movers and stayers on the complete record of November 2026, for all and for these three.
FIRST, BEFORE, BEFORE_THREE = 169.0, 298.6, 320.6
WORSE = 1.05
NO = "**no**"


def write_page(found: Evaluation, histories: Histories, path: Path) -> list[Path]:
    """Write the page, and its pictures with their data beside it; the paths that were written."""
    from negsim.plots import by_talks, record_picture, reliability

    beside = path.with_suffix("")
    pictures = {
        f"{beside.name}-talks.svg": record_picture(by_talks, talks_table(found.scored)),
        f"{beside.name}-reliability.svg": record_picture(
            reliability, reliability_table(found.scored, "simulated"), 6.0
        ),
    }
    written = []
    for name, drawn in pictures.items():
        written += [path.with_name(name), drawn.save(path.with_name(name))]
    write_file(path, page(found, histories, list(pictures)).encode())
    return [path, *written]


def talks_table(scored: Scored) -> pd.DataFrame:
    """The CRPS of open issues by talks and method."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"talks": talks, "method": method, "crps": round(value, 2)}
            for talks in scored.ends
            for method in DRAWN
            if math.isfinite(value := scored.of_talks(method, talks))
        ]
    )


def reliability_table(scored: Scored, method: str) -> pd.DataFrame:
    """Mean forecast and frequency of a closing within some days, by bins of the forecast.

    Cases count that are followed for so many days; of these each negotiation has the same weight.
    """
    import pandas as pd

    row = scored.methods.index(method)
    found = []
    for n, days in enumerate(BRIER_DAYS):
        usable = [k for k, case in enumerate(scored.cases) if case.horizon >= days]
        usable = [k for k in usable if np.isfinite(scored.at_days[row, k, n])]
        cases = [scored.cases[k] for k in usable]
        p, weights = scored.at_days[row, usable, n], _weights(cases)
        happened = np.asarray([case.outcome is not None and case.outcome <= days for case in cases], dtype=bool)
        for low, high in pairwise(BINS):
            mine = (p >= low) & ((p < high) | (high == 1.0))
            weight = weights[mine].sum()
            if weight > 0:
                given = (weights[mine] * p[mine]).sum() / weight
                came = (weights[mine] * happened[mine]).sum() / weight
                found.append((days, round(given, 4), round(came, 4), round(weight, 4), int(mine.sum())))
    return pd.DataFrame(found, columns=["days", "forecast", "happened", "weight", "cases"])


def _weights(cases: Sequence[Case]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Weights that sum to 1: the same for each negotiation, in it for each origin, and there for each case."""
    at_origin = Counter((case.talks, case.origin) for case in cases)
    origins = Counter(talks for talks, _ in at_origin)
    return np.asarray([1.0 / at_origin[case.talks, case.origin] / origins[case.talks] / len(origins) for case in cases])


def page(found: Evaluation, histories: Histories, pictures: list[str]) -> str:
    """The page as Markdown; its words are in ``track_record.md``."""
    scored, ablation, early = found.scored, found.ablation, found.early
    assert ablation is not None
    assert early is not None
    assert found.remembered is not None
    tables = {
        f"{key}_{name}": make(scored, kind)
        for key, kind in zip(("open", "waiting"), KINDS, strict=True)
        for name, make in (("scores", _scores), ("by_talks", _by_talks))
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        tables,
        fingerprint=fingerprint(histories)[:12],
        names=", ".join(histories[name].title for name in scored.ends),
        open=sum(case.kind == KINDS[0] for case in scored.cases),
        waiting=sum(case.kind == KINDS[1] for case in scored.cases),
        horizon=found.horizon,
        count=len(scored.ends),
        caution=CAUTION,
        early=f"{early.mean('ours'):.0f}",
        early_cover=f"{early.mean('ours', 'cover_80'):.2f}",
        ours=f"{scored.mean('ours'):.0f}",
        aims=_aims(scored),
        talks_picture=pictures[0],
        reliability_picture=pictures[1],
        brier=", ".join(map(str, BRIER_DAYS)),
        pit=_pit(scored, "ours"),
        pit_simulated=_pit(scored, "simulated"),
        differences=_differences(found.differences),
        ablation=_ablation(scored, ablation, "ours", [name for name in ablation.methods if not name.startswith(LESS)]),
        ablation_simulated=_ablation(
            scored, ablation, "simulated", [name for name in ablation.methods if name.startswith(LESS)]
        ),
        **{
            f"now_{name}": f"{scored.mean('simulated', talks=of):.0f}"
            for name, of in (
                ("concluded", scored.ended("concluded") or None),
                ("stalled", scored.ended("other") or None),
                ("all", None),
            )
        },
        early_scores=_short(early),
        remembered_scores=_short(found.remembered),
        remembered=sum(case.kind == KINDS[0] for case in found.remembered.cases),
        concluded=len(scored.ended("concluded")),
        others=len(scored.ended("other")),
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _figure(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else ""


def _aims(scored: Scored) -> str:
    rows = []
    for method, base, goal, least in AIMS:
        ratio = scored.mean(method) / scored.mean(base)
        how = "yes" if ratio <= goal else "the least" if ratio <= least else NO
        rows.append((f"{method}: CRPS at most {goal:.2f} of {base} ({least:.2f} the least)", f"{ratio:.2f}", how))
    for method, base, *_ in AIMS:
        for talks in scored.ends:
            one, other = scored.of_talks(method, talks), scored.of_talks(base, talks)
            fine = one <= TIMES * other or one <= other + DAYS
            what = f"{method}, {talks}: at most {TIMES} times {base} or {DAYS:.0f} days more"
            rows.append((what, f"{one:.0f} against {other:.0f} days", "yes" if fine else NO))
    for method, *_ in AIMS:
        cover = scored.mean(method, "cover_80")
        fine = COVER[0] <= cover <= COVER[1]
        what = f"{method}: 80 % intervals cover {COVER[0]} to {COVER[1]}"
        rows.append((what, f"{cover:.3f}", "yes" if fine else NO))
    for method, base, *_ in AIMS:
        one, other = (scored.mean(name, kind=KINDS[1]) for name in (method, base))
        what = f"{method}, issues not yet opened: no worse than {base}"
        rows.append((what, f"{one:.0f} against {other:.0f} days", "yes" if one <= other else NO))
    return _table(("what was aimed at", "reached", ""), [*rows, *_aims_of_stayers(scored)])


def _aims_of_stayers(scored: Scored) -> list[tuple[str, str, str]]:
    """The aims of 2026 for `simulated`: negotiations that stand still, issues not yet opened, concluded ones."""
    rows = []
    stalled, base = scored.ended("other"), STALLED[0]
    if stalled:
        for kind in KINDS:
            one, other = (scored.mean(name, kind=kind, talks=stalled) for name in ("simulated", base))
            what = f"simulated, stalled negotiations, issues {kind}: CRPS at most {STALLED[1]} times {base}"
            rows.append((what, f"{one:.0f} against {other:.0f} days", "yes" if one <= STALLED[1] * other else NO))
    one, other = (scored.mean(name, kind=KINDS[1]) for name in ("simulated", WAITING[0]))
    what = f"simulated, issues not yet opened: CRPS at most {WAITING[1]} times {WAITING[0]}"
    rows.append((what, f"{one:.0f} against {other:.0f} days", "yes" if one <= WAITING[1] * other else NO))
    three = [name for name in ("croatia", "colombia", "brexit") if name in scored.ends]
    for names, what, before in (
        (scored.ended("concluded"), "concluded negotiations: not more than 5 % worse than the model before", BEFORE),
        (three, "concluded ones of the first record: not more than 5 % worse than the model before", BEFORE_THREE),
        (three, "the same, against the score on the first record, with other teachers", FIRST),
    ):
        if names:
            one = scored.mean("simulated", talks=names)
            row = (f"simulated, {what}", f"{one:.0f} against {before:.0f} days")
            rows.append((*row, "yes" if one <= WORSE * before else NO))
    return rows


def _scores(scored: Scored, kind: str) -> str:
    heads = ["", "CRPS", "log", *(f"Brier {day}" for day in BRIER_DAYS), "50 %", "80 %", "concluded", "others"]
    names = ("crps", "log", *(f"brier_{day}" for day in BRIER_DAYS), "cover_50", "cover_80")
    rows = []
    for method in scored.methods:
        values = [scored.mean(method, name, kind) for name in names]
        texts = [_figure(value, digits) for value, digits in zip(values, (1, 2, 3, 3, 3, 2, 2), strict=True)]
        ended = (scored.ended("concluded"), scored.ended("other"))
        texts += [_figure(scored.mean(method, "crps", kind, of)) if of else "" for of in ended]
        rows.append((method, *texts))
    return _table(heads, rows)


def _by_talks(scored: Scored, kind: str) -> str:
    rows = []
    for method in scored.methods:
        values = [scored.of_talks(method, talks, kind=kind) for talks in scored.ends]
        rows.append((method, *map(_figure, values)))
    return _table(["", *scored.ends], rows)


def _pit(scored: Scored, method: str) -> str:
    """Five bins of the randomised transform, in expectation over the randomisation."""
    row, weights = scored.methods.index(method), _weights(scored.cases)
    low, high = scored.values[row, :, -2], np.maximum(scored.values[row, :, -1], scored.values[row, :, -2] + 1e-9)
    shares = []
    for left, right in pairwise(np.linspace(0, 1, 6)):
        inside = np.clip(np.minimum(high, right) - np.maximum(low, left), 0, None) / (high - low)
        shares.append(f"{100 * float((weights * inside).sum() / weights.sum()):.0f} %")
    return ", ".join(shares)


def _differences(differences: list[Difference]) -> str:
    rows = []
    for each in differences:
        name = f"{each.method} - {each.against}"
        rows.append((name, each.kind, f"{each.days:+.0f}", f"{each.ratio:.2f}", interval_text(each)))
    return _table(("", "issues", "days", "ratio", "90 % interval"), rows)


def _ablation(scored: Scored, without: Scored, whole: str, less: list[str]) -> str:
    rows = []
    for name, which in ((whole, scored), *((name, without) for name in less)):
        by_talks = (f"{which.of_talks(name, talks):.0f}" for talks in which.ends)
        words = "(nothing is off)" if which is scored else name.removeprefix(LESS)
        rows.append((words, f"{which.mean(name):.1f}", *by_talks, f"{which.mean(name, kind=KINDS[1]):.1f}"))
    return _table((f"{whole} without", "open", *scored.ends, "not yet opened"), rows)


def _short(scored: Scored) -> str:
    rows = []
    for method in scored.methods:
        values = [scored.mean(method), *(scored.of_talks(method, talks) for talks in scored.ends)]
        cover = f"{scored.mean(method, 'cover_80'):.2f}"
        rows.append((method, *map(_figure, values), cover))
    return _table(("CRPS", "all", *scored.ends, "80 % cover"), rows)
