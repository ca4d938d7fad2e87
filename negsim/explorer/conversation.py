"""What a browser asks of an exploration, and the answers: one protocol for the notebook and the app.

A question is a mapping with the key ``do``; an answer is a mapping with the key ``what``. Both are plain data (JSON).
A question that cannot be answered gets an answer ``error`` with a text, and nothing changes.

=========  ===============================================  ==============================
``do``     more keys                                        answer
=========  ===============================================  ==============================
``hello``                                                   ``levers``: all levers
``set``    ``moved``: option by lever; ``joined``: issues;  ``state``
           ``pins``: states to pin (optional)
``pin``    ``name`` (optional)                              ``state``
``unpin``  ``name``                                         ``state``
``others`` ``show``: whether base rates are shown           ``state``
``save``   ``form``: ``yaml``, ``csv`` or ``page``          ``file``: ``name`` and ``text``
=========  ===============================================  ==============================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from negsim.errors import NegsimError
from negsim.explorer.changes import Moved, means_something
from negsim.explorer.exploration import Exploration, Pin
from negsim.reporting import CHARTS, side_by_side

#: The most pins and joins that a question can ask for.
_MOST = 12


class Conversation:
    """Answers questions about an exploration.

    >>> import negsim as ns
    >>> talk = Conversation(Exploration(ns.load("scenarios/baseline.yaml"), runs=20, engine="reference"))
    >>> talk.answer({"do": "set", "moved": {"us.beta": 16}, "joined": []})["words"]
    ['United States beta: 4 conceder']
    >>> talk.answer({"do": "set", "moved": {"us.beat": 15}})["text"]
    'there is no lever "us.beat"'
    """

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        self._answers = {
            "hello": self._hello,
            "set": self._set,
            "pin": self._pin,
            "unpin": self._unpin,
            "others": self._others,
            "save": self._save,
        }

    def answer(self, question: Any) -> dict[str, Any]:
        """The answer to a question; an error is an answer, too."""
        do = question.get("do") if isinstance(question, Mapping) else None
        found = self._answers.get(do) if isinstance(do, str) else None
        if found is None:
            return {"what": "error", "text": f"allowed questions: {', '.join(self._answers)}"}
        try:
            return found(question)
        except NegsimError as error:
            return {"what": "error", "text": str(error)}

    def _hello(self, _: Mapping[str, Any]) -> dict[str, Any]:
        now = self.exploration
        levers = [
            {
                "key": lever.key,
                "group": lever.group,
                "label": lever.label,
                "form": lever.form,
                "options": [option.label for option in lever.options],
                "start": lever.start,
            }
            for lever in now.levers
        ]
        return {"what": "levers", "title": now.scenario.title, "levers": levers, "state": self.state()}

    def state(self) -> dict[str, Any]:
        """What is shown now: the moved levers, the notes, the pins, the charts."""
        now = self.exploration
        pins = [(pin.name, pin.projection) for pin in now.pins]
        titles = now.scenario.agenda.issues
        others, notes = None, list(now.variant.notes)
        if now.reference:
            try:
                others = now.others()
            except NegsimError as error:
                notes.append(f"No base rates of other negotiations: {error}.")
        return {
            "what": "state",
            "moved": self._options(now.moved),
            "joined": [list(names) for names in now.moved.joined],
            "words": list(now.variant.words),
            "notes": notes,
            "reference": now.reference,
            "hidden": [lever.key for lever in now.levers if not means_something(now.scenario, lever, now.moved)],
            "free": [[name, titles[name].short_title] for name in now.free()],
            "pins": [self._pinned(pin) for pin in now.pins],
            "side_by_side": side_by_side(now.projection, pins) if pins else None,
            "charts": [
                CHARTS["burndown"](now.projection, pins, others),
                CHARTS["calendar"](now.projection, pins, others),
            ],
            "provenance": now.projection.provenance,
        }

    def _options(self, moved: Moved) -> dict[str, int]:
        """The number of the option of each moved lever."""
        return {
            key: next(n for n, option in enumerate(self.exploration.lever(key).options) if option.value is value
                      or (option.value == value and type(option.value) is type(value)))
            for key, value in moved.values.items()
        }  # fmt: skip

    def _pinned(self, pin: Pin) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": pin.name,
            "words": list(pin.variant.words),
            "moved": self._options(pin.moved),
            "joined": [list(names) for names in pin.moved.joined],
        }
        try:
            comparison = self.exploration.comparison(pin)
        except NegsimError as error:  # no issue in common
            return found | {"verdict": str(error), "issues": []}
        from negsim.analysis import issue_verdicts

        return found | {"verdict": comparison.verdict, "issues": issue_verdicts(comparison.pairs[0])}

    def _set(self, question: Mapping[str, Any]) -> dict[str, Any]:
        now = self.exploration
        before = now.moved
        try:
            for each in _list(question.get("pins", []), "pins"):
                now.turn(self._read(each))
                name = _text(each.get("name", ""), "name")
                if name not in [pin.name for pin in now.pins]:
                    now.pin(name)
            now.turn(self._read(question))
        except NegsimError:
            now.turn(before)
            raise
        return self.state()

    def _read(self, data: Any) -> Moved:
        """The moved levers that a question names.

        Raises:
            NegsimError: it names a lever, an option or an issue that does not exist.
        """
        moved = data.get("moved", {}) if isinstance(data, Mapping) else None
        if not isinstance(moved, Mapping):
            raise NegsimError("moved gives the number of an option for each lever")
        known = {lever.key: lever for lever in self.exploration.levers}
        values = {}
        for key, number in moved.items():
            if key not in known:
                raise NegsimError(f'there is no lever "{str(key)[:80]}"')
            options = known[key].options
            if type(number) is not int or not 0 <= number < len(options):
                raise NegsimError(f'"{key}" has the options 0 to {len(options) - 1}')
            if options[number].value is not None:
                values[key] = options[number].value
        issues = list(self.exploration.scenario.agenda.issues)
        joined = []
        for names in _list(data.get("joined", []), "joined"):
            mine = tuple(name for name in issues if name in _list(names, "joined"))
            if len(mine) < 2:
                raise NegsimError("a package takes two issues or more")
            joined.append(mine)
        return Moved(values, tuple(joined))

    def _pin(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if len(self.exploration.pins) >= _MOST:
            raise NegsimError(f"at most {_MOST} pins; unpin one first")
        self.exploration.pin(_text(question.get("name", ""), "name"))
        return self.state()

    def _unpin(self, question: Mapping[str, Any]) -> dict[str, Any]:
        self.exploration.unpin(_text(question.get("name", ""), "name"))
        return self.state()

    def _others(self, question: Mapping[str, Any]) -> dict[str, Any]:
        show = question.get("show")
        if not isinstance(show, bool):
            raise NegsimError("show is true or false")
        self.exploration.reference = show
        return self.state()

    def _save(self, question: Mapping[str, Any]) -> dict[str, Any]:
        now = self.exploration
        form = question.get("form")
        if form == "yaml":
            # Whole, because a browser saves it in a folder of its own.
            return {"what": "file", "name": "explored.yaml", "text": now.variant.scenario.to_yaml()}
        if form == "csv":
            return {"what": "file", "name": "explored.csv", "text": str(now.projection.to_csv())}
        if form == "page":
            from negsim.reporting import report

            text = report([pin.projection for pin in now.pins] + [now.projection])
            return {"what": "file", "name": "explored.html", "text": text}
        raise NegsimError("form is yaml, csv or page")


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > 10 * _MOST:
        raise NegsimError(f"{what} is a list")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise NegsimError(f"{what} is a text of at most 200 letters")
    return value
