"""Widgets of the explorer. Each reports a move to the exploration and draws the new result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import shorten
from typing import Any

import ipywidgets as w

from negsim.errors import NegsimError
from negsim.explorer import show
from negsim.explorer.changes import means_something
from negsim.explorer.exploration import Exploration
from negsim.explorer.levers import Lever

_WIDE = "880px"
#: Largest number of letters in the label of a check box.
_LETTERS = 50
_LABEL = {"description_width": "135px"}


class Explorer(w.VBox):  # type: ignore[misc]
    """Levers above, the burndown and the dates of each issue below."""

    def __init__(self, exploration: Exploration) -> None:
        self.exploration = exploration
        self.controls: dict[str, Any] = {lever.key: _control(lever) for lever in exploration.levers}
        self._quiet = False
        for key, control in self.controls.items():
            control.observe(self._moved(key), "value")
        self.joining = w.SelectMultiple(description="Join issues", rows=4, style=_LABEL, layout=_half())
        self.join_button = _button("Join", "Settle the chosen issues as a package with equal weights", self._join)
        self.part_button = _button("Undo joins", "Remove the packages joined in the explorer", self._part)
        self.reset_button = _button("Reset", "Restore the values of the scenario", self._reset)
        self.pin_name = w.Text(description="Name of pin", placeholder="Pin 1, Pin 2 ...", style=_LABEL, layout=_half())
        self.pin_button = _button("Pin", "Pin the current variant for comparison", self._pin)
        self.pins = w.Dropdown(description="Pinned", style=_LABEL, layout=_half())
        self.unpin_button = _button("Unpin", "Remove the chosen pin", self._unpin)
        self.pinned = w.HTML()
        self.path = w.Text(value="explored.yaml", description="Export to", style=_LABEL, layout=_half())
        self.export_button = _button("Export", "Write the current scenario to this file", self._export)
        self.said = w.HTML()
        self.picture = w.HTML()
        self.table = w.HTML()
        below = [w.HBox([self.reset_button, self.said]), self.picture, self.table]
        super().__init__([self._tabs(), *below], layout=w.Layout(max_width=_WIDE))
        self._draw()

    def _tabs(self) -> w.Tab:
        groups: dict[str, list[Lever]] = {}
        for lever in self.exploration.levers:
            groups.setdefault(lever.group, []).append(lever)
        sides = [
            w.VBox(
                [w.HTML(show.words("heading", text=group)), *self._of(groups.pop(group))], layout=w.Layout(width="50%")
            )
            for group in list(groups)
            if group not in ("Talks", "Issues", "Packages")
        ]
        joining = w.HBox([self.joining, w.VBox([self.join_button, self.part_button])])
        pages = {
            "Sides": w.VBox([w.HBox(sides), w.HTML(show.words("hint"))])
            if sides
            else w.HTML(show.words("paragraph", text="No issue is settled by concession.")),
            "Talks": w.VBox([*self._of(groups["Talks"]), w.HTML(show.words("hint"))]),
            "Issues": _columns(self._of(groups["Issues"])),
            "Packages": w.VBox([*self._of(groups.get("Packages", [])), joining]),
            "Pin and export": w.VBox(
                [
                    w.HBox([self.pin_name, self.pin_button]),
                    w.HBox([self.pins, self.unpin_button]),
                    self.pinned,
                    w.HBox([self.path, self.export_button]),
                ]
            ),
        }
        return w.Tab(list(pages.values()), titles=tuple(pages), selected_index=0 if sides else 1)

    def _of(self, found: Sequence[Lever]) -> list[Any]:
        return [self.controls[lever.key] for lever in found]

    def _moved(self, key: str) -> Callable[[Any], None]:
        lever = self.exploration.lever(key)

        def turned(change: Any) -> None:
            if self._quiet:
                return
            if lever.form == "switch":
                value = next((o.value for n, o in enumerate(lever.options) if n == int(change["new"])), None)
            else:
                value = lever.options[change["new"]].value
            self._do(lambda: self.exploration.move(key, value))

        return turned

    def _do(self, action: Callable[[], object], said: str = "") -> None:
        """Perform an action and draw the result. After an error the message is shown and the picture stays."""
        try:
            action()
        except NegsimError as error:
            self.said.value = show.words("complaint", text=str(error))
            return
        self._draw(said)

    def _draw(self, said: str = "") -> None:
        exploration = self.exploration
        for lever in exploration.levers:
            shown = means_something(exploration.scenario, lever, exploration.moved)
            self.controls[lever.key].layout.display = None if shown else "none"
        titles = exploration.scenario.agenda.issues
        self.joining.options = [(titles[name].short_title, name) for name in exploration.free()]
        self.pins.options = [pin.name for pin in exploration.pins]
        self.pins.index = len(exploration.pins) - 1 if exploration.pins else None
        self.pinned.value = show.pinned(exploration)
        self.part_button.disabled = not exploration.moved.joined
        self.unpin_button.disabled = not exploration.pins
        self.said.value = said + show.status(exploration)
        self.picture.value = show.picture(exploration)
        self.table.value = show.table(exploration)

    def _join(self, _: Any) -> None:
        chosen = self.joining.value
        self._do(lambda: self.exploration.join(*chosen))

    def _part(self, _: Any) -> None:
        self._do(self.exploration.part)

    def _reset(self, _: Any) -> None:
        self._quiet = True
        for lever in self.exploration.levers:
            self.controls[lever.key].value = bool(lever.start) if lever.form == "switch" else lever.start
        self._quiet = False
        self._do(self.exploration.reset)

    def _pin(self, _: Any) -> None:
        name = self.pin_name.value
        self.pin_name.value = ""
        self._do(lambda: self.exploration.pin(name))

    def _unpin(self, _: Any) -> None:
        name = self.pins.value
        self._do(lambda: self.exploration.unpin(name))

    def _export(self, _: Any) -> None:
        path = self.path.value
        self._do(lambda: self.exploration.export(path), show.words("paragraph", text=f"Written: {path}"))


def _half() -> w.Layout:
    # A new layout each time: a shared one would hide all its widgets at once.
    return w.Layout(width="98%", max_width="430px")


def _control(lever: Lever) -> Any:
    options = [(option.label, number) for number, option in enumerate(lever.options)]
    if lever.form == "switch":
        short = shorten(lever.label, _LETTERS, placeholder=" …")
        return w.Checkbox(value=bool(lever.start), description=short, indent=False, tooltip=lever.label, layout=_half())
    if lever.form == "choice":
        kind, more = w.Dropdown, {}
    else:
        kind, more = w.SelectionSlider, {"continuous_update": False}
    tip = f"{lever.group}: {lever.label}"
    return kind(
        options=options, value=lever.start, description=lever.label, tooltip=tip, style=_LABEL, layout=_half(), **more
    )


def _columns(controls: list[Any]) -> w.HBox:
    half = -(-len(controls) // 2)
    column = w.Layout(width="50%")
    return w.HBox([w.VBox(controls[:half], layout=column), w.VBox(controls[half:], layout=column)])


def _button(description: str, tooltip: str, clicked: Callable[[Any], None]) -> w.Button:
    button = w.Button(description=description, tooltip=tooltip, layout=w.Layout(width="110px"))
    button.on_click(clicked)
    return button
