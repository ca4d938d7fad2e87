"""Compile rules with numba: all entries into one piece of machine code, or one rule for a call from Python.

numba compiles each rule to unoptimised code. LLVM then optimises and translates all of them once, in one module.
numba's own way optimises each rule together with everything it calls, so the same code many times.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # vectorised mathematics differs in the last bit

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba.core import codegen
from numba.core.registry import cpu_target
from numba.extending import intrinsic, typeof_impl

from negsim.simulation.cache import cache_folder
from negsim.simulation.rules.jit import C_FUNCTIONS, ENTRIES, RARE, Entry, Primitive, Product, Rows, Rule

TYPES = {"int": numba.int64, "float": numba.float64, "None": numba.void}

#: Strict arithmetic: division by zero gives an infinity, and nothing is reordered.
_STRICT: dict[str, Any] = {"error_model": "numpy", "nogil": True}


@typeof_impl.register(Rule)
def _type_of_rule(rule: Rule, context: Any) -> Any:
    return numba.types.Dispatcher(_dispatcher(rule))


@typeof_impl.register(Rows)
def _type_of_rows(rows: Rows, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(_row(rows))


@typeof_impl.register(Primitive)
def _type_of_primitive(primitive: Primitive, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(_primitive(primitive))


@typeof_impl.register(Product)
def _type_of_product(product: Product, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(_product())


@cache
def _dispatcher(rule: Rule) -> Any:
    """The rule for other rules: without the code by which Python would call it."""
    compiled = numba.njit(
        forceinline=rule.inline, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False, **_STRICT
    )(rule.function)
    return _one_template(compiled)


@cache
def called_from_python(rule: Rule) -> Any:
    """The rule compiled alone, with a place in numba's cache."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())  # read when a function is decorated; restored for other packages
    try:
        return _one_template(numba.njit(cache=True, **_STRICT)(rule.function))
    finally:
        numba.config.CACHE_DIR = before


def _one_template(compiled: Any) -> Any:
    template = compiled.get_call_template

    def one_template(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Compile once per types, not once per constant that a caller passes."""
        return template(
            tuple(numba.types.unliteral(a) for a in arguments),
            {name: numba.types.unliteral(a) for name, a in keywords.items()},
        )

    compiled.get_call_template = one_template
    return compiled


@cache
def _row(rows: Rows) -> Any:
    """Row ``index`` of a table: a reference, to read and to write."""
    row, width, slot = numba.from_dtype(rows.row), rows.row.itemsize, rows.slot

    @intrinsic
    def at(typing: Any, x: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word, start = context.get_value_type(numba.types.int64), arguments[0]
            if slot is not None:
                start = builder.load(builder.inttoptr(builder.add(start, word(8 * slot)), word.as_pointer()))
                # a table does not move during a call: its address need not be read again after every write
                start.set_metadata("invariant.load", builder.module.add_metadata([]))
            offset = builder.mul(arguments[1], word(width))
            return builder.inttoptr(builder.add(start, offset), context.get_value_type(row))

        return row(numba.types.int64, numba.types.int64), generate

    cpu_target.typing_context.refresh()
    return at


@cache
def _primitive(primitive: Primitive) -> Any:
    result = TYPES[primitive.signature.split(" -> ")[1]]

    @intrinsic
    def call(typing: Any, argument: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(64)
            kind = ir.FunctionType(word if result == numba.int64 else ir.VoidType(), [word])
            function = builder.module.globals.get(primitive.name) or ir.Function(builder.module, kind, primitive.name)
            called = builder.call(function, arguments)
            return called if result == numba.int64 else context.get_dummy_value()

        return result(numba.types.int64), generate

    cpu_target.typing_context.refresh()
    return call


@cache
def _product() -> Any:
    """LLVM finds the one instruction for both halves only if they come from one wide product."""

    @intrinsic
    def full(typing: Any, a: Any, b: Any) -> Any:
        halves = numba.types.UniTuple(numba.uint64, 2)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            wide, word = ir.IntType(128), ir.IntType(64)
            product = builder.mul(*(builder.zext(each, wide) for each in arguments))
            upper = builder.trunc(builder.lshr(product, wide(64)), word)
            return context.make_tuple(builder, halves, (upper, builder.trunc(product, word)))

        return halves(numba.uint64, numba.uint64), generate

    cpu_target.typing_context.refresh()
    return full


def object_code(machine: Any) -> bytes:
    """The machine code of all entries, for a target machine."""
    whole, done = llvm.parse_assembly(""), set[int]()
    with _untranslated():
        for each in ENTRIES.values():
            rule, types = _dispatcher(each), tuple(TYPES[name] for name in each.arguments)
            rule.compile(types)
            overload = rule.overloads[types]
            for library in _libraries(overload.library, done):
                whole.link_in(llvm.parse_assembly(library.get_llvm_str()))
            function = _function_of_c(each, overload.fndesc.llvm_func_name)
            whole.link_in(llvm.parse_assembly(str(function)))
    for function in whole.functions:
        if not function.is_declaration and function.name not in ENTRIES:
            function.linkage = "internal"  # may be inlined and left out
            if any(f"{len(name)}{name}B" in function.name for name in RARE):  # the name is mangled
                function.add_function_attribute("noinline")
                function.add_function_attribute("cold")
    _optimise(whole, machine)
    lacking = {one.name for one in whole.functions if one.is_declaration and not one.name.startswith("llvm.")}
    assert lacking <= set(C_FUNCTIONS), f"a rule calls what is not in C: {sorted(lacking)}"
    code: bytes = machine.emit_object(whole)
    return code


@contextmanager
def _untranslated() -> Iterator[None]:
    """Let numba make the code of each rule, and neither link nor optimise nor translate it.

    `object_code` does this once with all of it. numba does it again for each rule with everything that the rule calls.
    """
    level, library, engine = numba.config.OPT, codegen.JITCodeLibrary, codegen.JITCPUCodegen
    left: list[Any] = []

    def leave(code: Any) -> None:
        code._finalized = True
        left.append(code)

    instead = {
        (codegen.CPUCodeLibrary, "finalize"): leave,
        (library, "get_pointer_to_function"): lambda self, name: 0,  # as for any function without a wrapper
        (engine, "set_env"): lambda self, name, env: None,
    }
    before = {(owner, name): owner.__dict__[name] for owner, name in instead}
    cpu_target.target_context.refresh()  # numba's own run-time library is translated as always
    numba.config.OPT = type(level)(0)
    collects = gc.isenabled()
    gc.disable()  # numba makes millions of objects and little garbage: an eighth of the time
    try:
        for (owner, name), method in instead.items():
            setattr(owner, name, method)
        yield
    finally:
        numba.config.OPT = level
        for (owner, name), method in before.items():
            setattr(owner, name, method)
        for code in left:
            code._finalized = False  # numba does the rest when something else calls it
        if collects:
            gc.enable()


def _libraries(library: Any, done: set[int]) -> Iterator[Any]:
    """The code of a rule and of all that it calls, each once; ``done`` holds those that were given before."""
    if id(library) in done:
        return
    done.add(id(library))
    yield library
    for called in library._linking_libraries:
        yield from _libraries(called, done)


def _function_of_c(each: Entry, name: str) -> ir.Module:
    """Call numba's function: it writes its result to an address and returns a status. Rules raise no exceptions."""
    kinds = {"int": ir.IntType(64), "float": ir.DoubleType(), "None": ir.IntType(8).as_pointer()}
    module, result, arguments = ir.Module(), kinds[each.result], [kinds[name] for name in each.arguments]
    error = ir.IntType(8).as_pointer()
    numbas = ir.Function(
        module, ir.FunctionType(ir.IntType(32), [result.as_pointer(), error.as_pointer(), *arguments]), name
    )
    ours = ir.Function(
        module, ir.FunctionType(ir.VoidType() if each.result == "None" else result, arguments), each.name
    )
    builder = ir.IRBuilder(ours.append_basic_block())
    place = builder.alloca(result)
    builder.call(numbas, [place, builder.alloca(error), *ours.args])
    if each.result == "None":
        builder.ret_void()
    else:
        builder.ret(builder.load(place))
    return module


def _optimise(module: Any, machine: Any) -> None:
    options = llvm.PipelineTuningOptions(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
