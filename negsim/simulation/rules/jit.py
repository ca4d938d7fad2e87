"""What marks a function as a rule. A rule is compiled on first use; numba is imported only to compile.

``jit`` marks a rule that other rules call. ``entry`` marks one that Python calls too: the machine code of all entries
is one file in the cache, which `machine_code` loads without numba. Any other rule can be called from Python as well,
for tests; numba then compiles it alone.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cached_property, update_wrapper
from importlib import import_module
from typing import Any, TypeVar, cast

import numpy as np

_F = TypeVar("_F", bound=Callable[..., Any])
_ROOM = __name__.rpartition(".")[0]

#: The types of an entry's arguments and result, by their names in its signature.
C_TYPES: dict[str, Any] = {"int": ctypes.c_int64, "float": ctypes.c_double, "None": None}


#: Attributes of rules for LLVM, by their names.
ATTRIBUTES: dict[str, tuple[str, ...]] = {}


class Rule:
    """A function that other rules call in machine code."""

    #: Whether a product and a sum may be one instruction, which rounds once.
    fused = False

    def __init__(self, function: Callable[..., Any], inline: bool, *attributes: str) -> None:
        update_wrapper(self, function)
        self.function, self.inline = function, inline
        if attributes:
            ATTRIBUTES[function.__name__] = attributes

    def __call__(self, *arguments: Any) -> Any:
        """Call it from Python, alone."""
        return import_module(f"{_ROOM}.compiling").called_from_python(self)(*arguments)


class Entry(Rule):
    """A rule that Python calls at its address, with a fixed signature."""

    def __init__(self, function: Callable[..., Any], signature: str, alone: bool) -> None:
        super().__init__(function, inline=False)
        arguments, self.result = signature.split(" -> ")
        self.arguments = tuple(arguments.split(", "))
        self.alone = alone
        ENTRIES[self.name] = self

    @property
    def name(self) -> str:
        """The name in the file of machine code."""
        return f"{self.__module__}.{self.function.__name__}"

    @cached_property
    def native(self) -> Callable[..., Any]:
        """The machine code as a function of Python."""
        # A short call keeps Python's lock; releasing it would take longer than the call.
        kind = ctypes.CFUNCTYPE if self.alone else ctypes.PYFUNCTYPE
        prototype = kind(C_TYPES[self.result], *(C_TYPES[name] for name in self.arguments))
        return prototype(import_module(f"{_ROOM}.machine_code").address(self.name))

    def __call__(self, *arguments: Any) -> Any:
        """Call its machine code."""
        return self.native(*arguments)


#: The C functions that rules may call.
C_FUNCTIONS = ("exp", "exp2", "expm1", "free", "log", "log1p", "malloc", "pow", "sqrt")

#: Every entry by its name in the file of machine code.
ENTRIES: dict[str, Entry] = {}


class Rows:
    """Rows of a table in memory: ``rows(at, i)`` is row ``i``, to read and to write. Only rules can call it.

    ``at`` is the address of the first row. With a ``slot``, it is the address of a list of addresses; with an
    ``offset``, the row is so many bytes behind it (see ``state``). A table with a ``name`` shares no memory with
    others, except with the table that it is a ``part`` of. Rules only read one that is ``fixed``.
    """

    def __init__(
        self,
        row: np.dtype[Any],
        name: str = "",
        slot: int | None = None,
        offset: int = 0,
        part: str = "",
        fixed: bool = False,
    ) -> None:
        self.row, self.name, self.slot, self.offset, self.part, self.fixed = row, name, slot, offset, part, fixed

    def __call__(self, at: int, index: int) -> Any:
        """Not for Python: it has no addresses."""
        raise TypeError("only rules read rows in place")


class Primitive:
    """A function of the C library, for rules."""

    def __init__(self, name: str, signature: str) -> None:
        self.name, self.signature = name, signature

    def __call__(self, argument: int) -> Any:
        """Not for Python."""
        raise TypeError(f"only rules call {self.name}")


class Product:
    """The upper and lower 64 bits of the product of two unsigned 64-bit integers: one instruction. For rules."""

    def __call__(self, a: Any, b: Any) -> Any:
        """Not for Python."""
        raise TypeError("only rules multiply in machine code")


class Prefetch:
    """Bring the line of memory at an address, which is written later, into the processor's cache. For rules."""

    def __call__(self, address: Any) -> Any:
        """Not for Python."""
        raise TypeError("only rules prefetch")


full_product, prefetch = Product(), Prefetch()

#: Memory for a number of bytes, and its release.
allocate, release = Primitive("malloc", "int -> int"), Primitive("free", "int -> None")

#: Numbers in a row, at an address.
real, whole = Rows(np.dtype([("value", "f8")])), Rows(np.dtype([("value", "i8")]))


def jit(function: _F) -> _F:
    """Mark a rule: strict IEEE arithmetic, no exceptions from division.

    >>> from negsim.simulation.rules.draws import uniform_at
    >>> uniform_at(1, 0, 7, 42, 0, 0) == uniform_at(1, 0, 7, 42, 0, 0)
    True
    """
    return cast(_F, Rule(function, inline=False))


def jit_inline(function: _F) -> _F:
    """Like ``jit``, and inlined into the callers: for short functions that are called very often."""
    return cast(_F, Rule(function, inline=True))


def jit_approximate(function: _F) -> _F:
    """Like ``jit_inline``, for an approximation: its last bits depend on the processor, so no result may."""
    rule = Rule(function, inline=True)
    rule.fused = True
    return cast(_F, rule)


def jit_rare(function: _F) -> _F:
    """Like ``jit``, and never inlined: the code of its callers stays short, and the path around the call is quick."""
    return cast(_F, Rule(function, False, "noinline", "cold"))


def jit_apart(function: _F) -> _F:
    """Like ``jit``, and never inlined: its callers share one copy of its code, which stays in the processor's cache."""
    return cast(_F, Rule(function, False, "noinline"))


def entry(signature: str, alone: bool = False) -> Callable[[Callable[..., Any]], Entry]:
    """Mark a rule that Python calls, with its types: ``int, float -> None``; ``alone`` releases Python's lock."""
    return lambda function: Entry(function, signature, alone)
