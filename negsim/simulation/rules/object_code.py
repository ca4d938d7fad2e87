"""Compile entries, and all rules that they call, into one piece of machine code, in a process of its own.

numba turns each rule into unoptimised code, and does nothing else. LLVM then links, optimises and translates all of it
once. numba's own way optimises each rule together with everything it calls, so the same code many times.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Set
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

from negsim.simulation.rules.jit import ATTRIBUTES, C_FUNCTIONS, ENTRIES, Entry
from negsim.simulation.rules.machine_code import import_entries, target

_HAPPENING = "negsim.simulation.rules.happening"

#: The entries of the first of two shares of about the same work. The second has all others.
FIRST = frozenset({f"{_HAPPENING}.happen"})

#: Entries that a rule of the other share calls.
_BETWEEN = FIRST | {f"{_HAPPENING}.happen_beside"}


def write(share: int, shares: int) -> None:
    """Write the machine code of a share to standard output."""
    sys.modules["scipy"] = None  # type: ignore[assignment]  # numba imports it and uses none of it for rules
    import_entries()
    names = set(ENTRIES) if shares == 1 else FIRST if share == 0 else set(ENTRIES) - FIRST
    sys.stdout.buffer.write(object_code(target()[0], names))


def object_code(machine: Any, names: Set[str]) -> bytes:
    """The machine code of some entries, for a target machine. It calls those of the other share by their names.

    It changes numba, so the process must not use numba for anything else.
    """
    from negsim.simulation.rules.compiling import ELSEWHERE, TYPES, dispatcher

    gc.disable()  # numba makes millions of objects and little garbage: an eighth of the time
    elsewhere = _BETWEEN - names
    ELSEWHERE.update(elsewhere)
    texts = _only_texts()
    for name, each in ENTRIES.items():
        if name in names:
            rule, types = dispatcher(each), tuple(TYPES[kind] for kind in each.arguments)
            rule.compile(types)
            texts.append(str(_function_of_c(each, rule.overloads[types].fndesc.llvm_func_name)))
    whole = llvm.parse_assembly("")
    for text in texts:
        whole.link_in(llvm.parse_assembly(text))
    for function in whole.functions:
        if not function.is_declaration and function.name not in ENTRIES:
            function.linkage = "internal"  # may be inlined and left out
            for name, attributes in ATTRIBUTES.items():
                if f"{len(name)}{name}B" in function.name:  # the name is mangled
                    for attribute in attributes:
                        function.add_function_attribute(attribute)
    _optimise(whole, machine)
    lacking = {one.name for one in whole.functions if one.is_declaration and not one.name.startswith("llvm.")}
    assert lacking <= {*C_FUNCTIONS, *elsewhere}, f"a rule calls what is not in C: {sorted(lacking)}"
    code: bytes = machine.emit_object(whole)
    return code


def _only_texts() -> list[str]:
    """Let numba do no more than is needed, for the rest of this process; the list grows by the code of each rule."""
    import numba
    from numba.core import cgutils, codegen, compiler, typed_passes, types, untyped_passes
    from numba.core.compiler_machinery import PassManager
    from numba.core.registry import cpu_target

    from negsim.simulation.rules.compiling import OPTIONS

    cpu_target.target_context.refresh()  # numba's own run-time library is translated as always
    texts: list[str] = []

    class Passes(compiler.CompilerBase):  # type: ignore[misc]
        """The passes of numba that rules need."""

        def define_pipelines(self) -> list[Any]:
            manager = PassManager("rules")
            for each in (
                untyped_passes.TranslateByteCode,
                untyped_passes.FixupArgs,
                untyped_passes.IRProcessing,
                untyped_passes.ReconstructSSA,
                typed_passes.NopythonTypeInference,
                typed_passes.PreLowerStripPhis,
                typed_passes.NativeLowering,
                typed_passes.NoPythonBackend,
            ):
                manager.add_pass(each, each.__name__)
            manager.finalize()
            return [manager]

    def finalize(library: Any) -> None:
        library._finalized = True

    def add_ir_module(library: Any, module: Any) -> None:
        texts.append(cgutils.normalize_ir_text(str(module)))

    def call_type(function: Any, context: Any, arguments: Any, keywords: Any) -> Any:
        """Remember the meaning: numba tries all meanings of ``a + b`` each time anew."""
        if keywords:
            return resolved(function, context, arguments, keywords)
        known = vars(function).setdefault("known", {})
        if arguments not in known:
            known[arguments] = resolved(function, context, arguments, keywords)
        return known[arguments]

    OPTIONS["pipeline_class"] = Passes
    numba.config.OPT = type(numba.config.OPT)(0)
    resolved = types.BaseFunction.get_call_type
    changes: list[tuple[Any, str, Any]] = [
        (codegen.CPUCodeLibrary, "finalize", finalize),
        (codegen.CPUCodeLibrary, "add_ir_module", add_ir_module),
        (codegen.JITCodeLibrary, "get_pointer_to_function", lambda library, name: 0),  # as for all without a wrapper
        (codegen.JITCPUCodegen, "set_env", lambda engine, name, env: None),
        (types.BaseFunction, "get_call_type", call_type),
    ]
    for owner, name, method in changes:
        setattr(owner, name, method)
    return texts


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
    # Most loops have few turns: long code for many turns would only leave the processor's cache to less of the rest.
    options = llvm.PipelineTuningOptions(speed_level=3)
    options.loop_unrolling = options.loop_vectorization = options.loop_interleaving = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
