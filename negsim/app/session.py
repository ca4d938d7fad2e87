"""One tab of the browser: its scenario, its levers and pins, and the answers to its questions.

The questions of the explorer (`negsim.explorer.conversation`) are answered for the open scenario. The others:

===========  ====================================================  =====================================
``do``       more keys                                             answer
===========  ====================================================  =====================================
``open``     ``scenario``: its number                              ``opened``
``board``    ``on``: a date; ``whole``: the whole record           ``board``
``table``                                                          ``table``
``chart``    ``kind``; for survival ``issue``                      ``chart``
``when``     ``probability``; ``issues`` (default: all)            ``when``
``history``                                                        ``history``: the timeline, if known
``explain``  ``issue``; ``side`` (optional)                        ``explanation``; takes seconds
``timeline`` ``days``: month, quarter, year or a number of days    ``history``; takes seconds
===========  ====================================================  =====================================
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.app import views
from negsim.app.history_view import days_of, history
from negsim.app.library import Library
from negsim.errors import NegsimError
from negsim.explorer import Conversation, Exploration
from negsim.projection import sizes
from negsim.reporting import CHARTS, survival
from negsim.simulation import COMPILING, is_compiled, load_rules

if TYPE_CHECKING:
    from negsim.monitoring import Timeline
    from negsim.scenario import Scenario

Progress = Callable[[int, int, str], None]
#: Questions that take seconds, and those that need no runs: both are answered beside the others.
LONG, QUICK = ("explain", "timeline"), ("board",)


class StoppedError(NegsimError):
    """The person stopped the work."""

    def __init__(self) -> None:
        super().__init__("Stopped. Nothing changed. To continue, choose the view or ask again.")


class Session:
    """Answers the questions of one tab; a tab does not see the levers of another."""

    def __init__(self, library: Library, runs: int, seed: int) -> None:
        self.library, self._runs, self._seed = library, runs, seed
        self._scenario: Scenario = library.entries[0].scenario
        self._talk: Conversation | None = None
        self._opening = threading.Lock()
        self._progress: Callable[[int], object] | None = None
        self._timeline: Timeline | None = None
        self._answers = {
            "open": self._open,
            "table": self._table,
            "chart": self._chart,
            "when": self._when,
            "history": self._history,
        }
        self._long = {"explain": self._explain, "timeline": self._compute}

    def answer(self, question: Any, progress: Progress) -> dict[str, Any]:
        """The answer to a question; an error is an answer, too.

        ``progress`` gets what is done, all there is, and its unit; without a total, words. It may raise `StoppedError`.
        """
        do = question.get("do") if isinstance(question, Mapping) else None
        do = do if isinstance(do, str) else None
        try:
            if do in QUICK:
                return self._board(question)
            if do != "open":  # every other question needs runs
                load_rules(lambda: progress(0, 0, "Running …" if is_compiled() else COMPILING))
            if do in self._long:
                return self._long[do](question, progress)
            self._follow(progress)
            if do in self._answers:
                return self._answers[do](question)
            return self.talk.answer(question)
        except StoppedError:
            return stopped_answer(do)
        except NegsimError as error:
            return {"what": "error", "text": str(error)}

    def _follow(self, progress: Progress) -> None:
        """Let projections tell their progress, if they have more than one chunk of runs."""
        self._progress = _counted(progress, self._runs, "runs") if len(sizes(self._runs)) > 1 else None
        if self._talk is not None:
            self._talk.exploration.progress = self._progress

    @property
    def talk(self) -> Conversation:
        """The explorer of the open scenario; its first runs begin when a question needs them."""
        with self._opening:  # long work asks from a thread of its own
            if self._talk is None:
                first = Exploration(self._scenario, self._runs, self._seed, progress=self._progress)
                self._talk = Conversation(first)
            return self._talk

    def _open(self, question: Mapping[str, Any]) -> dict[str, Any]:
        number = question.get("scenario")
        if type(number) is not int or not 0 <= number < len(self.library.entries):
            raise NegsimError(f"there are {len(self.library.entries)} scenarios")
        entry = self.library.entries[number]
        self._scenario, self._talk = entry.scenario, None
        scenario = entry.scenario
        return {
            "what": "opened",
            "scenario": number,
            "scenarios": [each.scenario.title for each in self.library.entries],
            "title": scenario.title,
            "question": scenario.question or "",
            "description": scenario.description or "",
            "as_of": str(scenario.as_of),
            "horizon": str(scenario.horizon_date),
            "issues": [[name, scenario.agenda.issues[name].short_title] for name in scenario.issues],
            "sides": [[name, side.title] for name, side in scenario.agenda.sides.items()],
            "mistakes": entry.mistakes,
            "warnings": [problem.message for problem in scenario.warnings],
        }

    def _board(self, question: Mapping[str, Any]) -> dict[str, Any]:
        scenario, on = self._scenario, question.get("on")
        if question.get("whole") is True:
            return views.board(scenario, max(scenario.record.last_day, scenario.as_of)) | {"whole": True}
        if on is None:
            return views.board(scenario, scenario.as_of)
        try:
            return views.board(scenario, date.fromisoformat(on))
        except (TypeError, ValueError):
            raise NegsimError("on is a date such as 2025-04-10") from None

    def _table(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return views.table(self.talk.exploration.projection)

    def _chart(self, question: Mapping[str, Any]) -> dict[str, Any]:
        projection, kind = self.talk.exploration.projection, question.get("kind")
        if kind == "survival":
            try:
                return {"what": "chart", "kind": kind, "chart": survival(projection, str(question.get("issue", "all")))}
            except KeyError:
                raise NegsimError("there is no such issue") from None
        if not isinstance(kind, str) or kind not in CHARTS:
            raise NegsimError(f"kind is survival or one of {', '.join(CHARTS)}")
        return {"what": "chart", "kind": kind, "chart": CHARTS[kind](projection)}

    def _when(self, question: Mapping[str, Any]) -> dict[str, Any]:
        probability, issues = question.get("probability"), question.get("issues")
        if isinstance(probability, bool) or not isinstance(probability, int | float):
            raise NegsimError("probability is a number above 0 and at most 1")
        if issues is not None and not (isinstance(issues, list) and all(isinstance(name, str) for name in issues)):
            raise NegsimError("issues is a list of ids")
        return views.when(self.talk.exploration.projection, float(probability), issues or None)

    def _explain(self, question: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        from negsim.experiments import explain, variants

        scenario = self.talk.exploration.variant.scenario
        issue, side = question.get("issue"), question.get("side") or None
        if not isinstance(issue, str) or not isinstance(side, str | None):
            raise NegsimError("issue and side are ids")
        advance = _counted(progress, variants(scenario, issue, side) * self._runs, "runs")
        found = explain(scenario, issue, side=side, runs=self._runs, seed=self._seed, progress=advance)
        data = found.data()
        return {"what": "explanation", "issue": issue, "title": data["title"], "sentences": data["sentences"],
                "notes": data["notes"]}  # fmt: skip

    def _history(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """The timeline of what is shown: the one computed last, or one of those that the app was started with."""
        scenario = self.talk.exploration.variant.scenario
        known = (self._timeline, *self.library.timelines)
        found = (each for each in known if each is not None and each.scenario.hash == scenario.hash)
        return history(scenario, next(found, None))

    def _compute(self, question: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        from negsim.monitoring import timeline

        scenario = self.talk.exploration.variant.scenario
        dates = days_of(scenario, question.get("days"))
        advance = _counted(progress, len(dates), "days")
        self._timeline = timeline(scenario, dates=dates, runs=self._runs, seed=self._seed, progress=advance)
        return history(scenario, self._timeline)


def stopped_answer(do: str | None) -> dict[str, Any]:
    """The answer to a question that was stopped."""
    return {"what": "stopped" if do in LONG else "error", "text": str(StoppedError())}


def _counted(progress: Progress, total: int, unit: str) -> Callable[[int], None]:
    """A callback for newly finished parts that passes on how many are done."""
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        progress(done, total, unit)

    return advance
