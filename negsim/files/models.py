"""The base of all models of files: frozen, strict about keys; their mistakes become problems with a place."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sized
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from negsim.errors import Complaint, ComplaintsError, Problem, did_you_mean, one_of, was
from negsim.files.nodes import Node, Step, raise_problems, rewritten

Key = TypeVar("Key")
Value = TypeVar("Value")
M = TypeVar("M", bound=BaseModel)


class Model(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)


class FrozenDict(dict[Key, Value]):
    """A dict that cannot be changed, so that a frozen model stays valid.

    >>> FrozenDict({"us": 1})["us"]
    1
    """

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise TypeError("this mapping is frozen; make a changed copy of its model")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[FrozenDict[Key, Value]], tuple[dict[Key, Value]]]:
        return type(self), (dict(self),)


def _text(value: object) -> object:
    if isinstance(value, str):
        if value.strip():
            return value.strip()
        raise ComplaintsError([Complaint("{what} must not be empty")])
    hint = ' in quotes, such as "42"' if isinstance(value, int | float) else ""
    raise ComplaintsError([Complaint(f"{{what}} must be text, but was {was(value)}", allowed=f"text{hint}")])


#: Text that is not empty.
Text = Annotated[str, BeforeValidator(_text)]


def validate(model: type[M], node: Node, context: Mapping[str, Any] | None = None) -> M:
    """The model of the data in ``node``.

    Raises:
        InputError: the data is invalid; it lists every problem with its place in the file.
    """
    found, problems = try_validate(model, node, context)
    raise_problems(problems)
    assert found is not None
    return found


def try_validate(
    model: type[M], node: Node, context: Mapping[str, Any] | None = None, path: tuple[Step, ...] = ()
) -> tuple[M | None, list[Problem]]:
    """The model of the data at ``path`` in ``node``; problems are returned, not raised."""
    part = node.find(*path)
    data = part.data if part is not None else None
    try:
        return model.model_validate(data, context=dict(context or {})), []
    except ValidationError as errors:
        problems: list[Problem] = []
        for error in errors.errors(include_url=False):
            for complaint in _complaints(model, error, node, path):
                place = node.at((*path, *complaint.path), complaint.on_key)
                problems.append(place.problem(complaint))
        return None, problems


def _complaints(model: type[BaseModel], error: Any, node: Node, path: tuple[Step, ...]) -> list[Complaint]:
    """One pydantic error as complaints."""
    loc: tuple[Step, ...] = tuple(error["loc"])
    kind, value, ctx = error["type"], error["input"], error.get("ctx", {})

    def named(*more: Step) -> str:
        return _name(_in_file(node, (*path, *loc, *more)))

    what = named()
    cause = ctx.get("error")
    if isinstance(cause, ComplaintsError):
        # A key of a mapping that did not validate is marked by pydantic's "[key]" at the end.
        return [
            Complaint(
                item.message.replace("{what}", named(*item.path)),
                (*loc, *item.path),
                item.allowed,
                item.suggestion,
                item.on_key or loc[-1:] == ("[key]",),
                item.warning,
            )
            for item in cause.items
        ]
    if kind == "extra_forbidden":
        if (message := rewritten(loc[-1], (*path, *loc[:-1]))) is not None:
            return [Complaint(message, loc, on_key=True)]
        if _is_cut(node, (*path, *loc)):
            message = f'"{loc[-1]}" is read as a key, because a comma ends a text inside braces'
            return [Complaint(message, loc, "quotes around a text with a comma", on_key=True)]
        known = _keys_at(model, loc[:-1])
        return [Complaint(f'unknown key "{loc[-1]}"', loc, one_of(known, 30), did_you_mean(loc[-1], known), True)]
    if kind == "missing":
        owner = _name(_in_file(node, (*path, *loc[:-1])))
        return [Complaint(f'{owner} has no "{loc[-1]}"' if owner else f'there is no "{loc[-1]}"', loc[:-1])]
    if kind in ("literal_error", "enum"):
        names = [name.strip("'") for name in str(ctx["expected"]).replace(" or ", ", ").split(", ")]
        return [Complaint(f"{what} was {was(value)}", loc, one_of(names, 20), did_you_mean(value, names))]
    if kind == "union_tag_invalid":
        tag = ctx["discriminator"].strip("'")
        names = [name.strip("'") for name in ctx["expected_tags"].split(", ")]
        message = f"{tag} was {was(ctx['tag'])}"
        return [Complaint(message, (*loc, tag), one_of(names, 20), did_you_mean(ctx["tag"], names))]
    if kind == "union_tag_not_found":
        tag = ctx["discriminator"].strip("'")
        return [Complaint(f'{what or "this"} has no "{tag}"', loc)]
    if kind == "too_short":
        # Pydantic does not count invalid elements. Those are reported already.
        if isinstance(value, Sized) and len(value) >= ctx["min_length"]:
            return []
        return [Complaint(f"{what} is too short", loc, f"at least {ctx['min_length']}")]
    if kind == "too_long":
        return [Complaint(f"{what} is too long", loc, f"at most {ctx['max_length']}")]
    if kind == "string_pattern_mismatch":
        return [Complaint(f"{what} was {was(value)}", loc, f"text of the form {ctx['pattern'].strip('^$')}")]
    wanted = _WANTED.get(kind)
    if wanted:
        return [Complaint(f"{what or 'this'} must be {wanted}, but was {was(value)}", loc)]
    message = str(cause) if cause is not None else str(error["msg"])
    message = message.removeprefix("Value error, ").replace("{what}", what)
    if kind.endswith(("greater_than", "greater_than_equal", "less_than", "less_than_equal")):
        allowed = message.removeprefix("Input should be ")
        return [Complaint(f"{what} was {was(value)}", loc, allowed)]
    return [Complaint(message, loc)]


_WANTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}


def _is_cut(node: Node, path: tuple[Step, ...]) -> bool:
    """Whether a key without a value follows a comma inside braces: the rest of a text."""
    child, place = node.find(*path), node.at(path, on_key=True)
    before = place.text[: place.col - 1].rstrip()
    return child is not None and child.value is None and before.endswith(",") and before.rfind("{") > before.rfind("}")


def _in_file(node: Node, path: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a path that exist in the file; pydantic adds steps of its own."""
    steps: list[Step] = []
    for step in path:
        child = node.find(step)
        if child is not None:
            node = child
            steps.append(step)
    return tuple(steps)


#: Mappings whose entries are named with the mapping: `reservation.us`.
_BY_NAME = ("clock", "demands", "next", "offers", "quantiles", "reservation", "stances", "tactics", "terms", "weights")


def _name(path: tuple[Step, ...]) -> str:
    """The last named step, with the numbers after it: ``marks[2]``, ``reservation.us``."""
    name = ""
    for number, step in reversed(list(enumerate(path))):
        if isinstance(step, str):
            owner = path[number - 1] if number else ""
            return f"{owner}.{step}{name}" if owner in _BY_NAME else step + name
        name = f"[{step}]{name}"
    return name


def _keys_at(model: object, loc: tuple[str | int, ...]) -> list[str]:
    """The keys of the model at the end of ``loc``."""
    current: Any = model
    for step in loc:
        current = _step_into(current, step)
    current = _plain(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [name for name, field in current.model_fields.items() if not field.exclude]
    return []


def _plain(hint: Any) -> Any:
    """A type without ``Annotated`` and without ``| None``."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif get_origin(hint) in (Union, types.UnionType):
            others = [arg for arg in get_args(hint) if arg is not type(None)]
            if len(others) != 1:
                return hint
            hint = others[0]
        else:
            return hint


def _step_into(hint: Any, step: str | int) -> Any:
    hint = _plain(hint)
    origin = get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        field = hint.model_fields.get(str(step))
        return field.annotation if field else hint
    if origin in (Union, types.UnionType):
        return next((arg for arg in get_args(hint) if _carries_tag(_plain(arg), step)), hint)
    args = [arg for arg in get_args(hint) if arg is not Ellipsis]
    return args[-1] if args else hint


def _carries_tag(model: Any, tag: str | int) -> bool:
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return False
    literals = [field.annotation for field in model.model_fields.values() if get_origin(field.annotation) is Literal]
    return model.__name__ == tag or any(tag in get_args(literal) for literal in literals)
