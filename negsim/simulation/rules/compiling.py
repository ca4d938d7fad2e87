"""What rules are for numba: functions that rules call, rows of tables, and rules that Python calls alone, for tests."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # vectorised mathematics differs in the last bit

import numba
from llvmlite import ir
from numba.core import cgutils
from numba.core.datamodel.models import RecordModel
from numba.core.imputils import lower_getattr_generic, lower_setattr_generic
from numba.core.registry import cpu_target
from numba.extending import intrinsic, register_model, typeof_impl
from numba.np.arrayobj import record_getattr

from negsim.simulation.cache import cache_folder
from negsim.simulation.rules.jit import Entry, Prefetch, Primitive, Product, Rows, Rule

TYPES = {"int": numba.int64, "float": numba.float64, "None": numba.void}

#: Strict arithmetic: division by zero gives an infinity, and nothing is reordered.
_STRICT: dict[str, Any] = {"error_model": "numpy", "nogil": True}

#: How numba compiles a rule for other rules; and the entries that are called by their names, as functions of C.
OPTIONS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False, **_STRICT}
ELSEWHERE: set[str] = set()


@typeof_impl.register(Rule)
def _type_of_rule(rule: Rule, context: Any) -> Any:
    if isinstance(rule, Entry) and rule.name in ELSEWHERE:
        arguments = (TYPES[name] for name in rule.arguments)
        return numba.types.ExternalFunction(rule.name, TYPES[rule.result](*arguments))
    return numba.types.Dispatcher(dispatcher(rule))


@typeof_impl.register(Rows)
def _type_of_rows(rows: Rows, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(_row(rows))


@typeof_impl.register(Primitive)
def _type_of_primitive(primitive: Primitive, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(_primitive(primitive))


@typeof_impl.register(Product)
def _type_of_product(product: Product, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(_product())


@typeof_impl.register(Prefetch)
def _type_of_prefetch(prefetch: Prefetch, context: Any) -> Any:
    return cpu_target.typing_context.resolve_value_type(_prefetch())


@cache
def dispatcher(rule: Rule) -> Any:
    """The rule for other rules: without the code by which Python would call it."""
    return _one_template(numba.njit(forceinline=rule.inline, fastmath=_fast(rule), **OPTIONS)(rule.function))


@cache
def called_from_python(rule: Rule) -> Any:
    """The rule compiled alone, with a place in numba's cache."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())  # read when a function is decorated; restored for other packages
    try:
        return _one_template(numba.njit(cache=True, fastmath=_fast(rule), **_STRICT)(rule.function))
    finally:
        numba.config.CACHE_DIR = before


def _fast(rule: Rule) -> Any:
    return {"contract"} if rule.fused else False


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


class Table(numba.types.Record):  # type: ignore[misc]
    """The type of a row of a table. LLVM learns which reads and writes cannot meet in memory."""

    def __init__(self, rows: Rows) -> None:
        record = numba.from_dtype(rows.row)
        fields = [(name, {"type": kind, "offset": record.offset(name)}) for name, kind in record.members]
        super().__init__(fields, record.size, record.aligned)
        self.name, self.rows = f"Table({rows.name or rows.row})", rows

    def mark(self, access: Any, module: Any, field: str) -> None:
        """Mark a read or write of a field. See TBAA in the reference of LLVM."""
        if not self.rows.name:
            return
        zero = ir.IntType(64)(0)
        place = module.add_metadata(["rules"])
        if self.rows.part:
            place = module.add_metadata([self.rows.part, place, zero])
        place = module.add_metadata([f"{self.rows.name}.{field}", place, zero])
        access.set_metadata("tbaa", module.add_metadata([place, place, zero]))


register_model(Table)(RecordModel)


def _place(context: Any, builder: Any, table: Any, row: Any, field: str) -> Any:
    return cgutils.get_record_member(builder, row, table.offset(field), context.get_data_type(table.typeof(field)))


@lower_getattr_generic(Table)
def _read(context: Any, builder: Any, table: Any, row: Any, field: str) -> Any:
    kind = table.typeof(field)
    if isinstance(kind, numba.types.NestedArray):
        return record_getattr(context, builder, table, row, field)
    found = builder.load(_place(context, builder, table, row, field))
    table.mark(found, builder.module, field)
    if table.rows.fixed:
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return context.data_model_manager[kind].from_data(builder, found)


@lower_setattr_generic(Table)
def _write(context: Any, builder: Any, signature: Any, arguments: Any, field: str) -> Any:
    table, given = signature.args
    kind = table.typeof(field)
    assert not table.rows.fixed, f"a rule writes {table.rows.name}.{field}"
    value = context.data_model_manager[kind].as_data(builder, context.cast(builder, arguments[1], given, kind))
    table.mark(builder.store(value, _place(context, builder, table, arguments[0], field)), builder.module, field)


@cache
def _row(rows: Rows) -> Any:
    """Row ``index`` of a table: a reference, to read and to write."""
    row, width, slot = Table(rows), rows.row.itemsize, rows.slot

    @intrinsic
    def at(typing: Any, x: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word, byte = context.get_value_type(numba.types.int64), ir.IntType(8).as_pointer()
            start = builder.gep(builder.inttoptr(arguments[0], byte), [word(rows.offset if slot is None else 8 * slot)])
            if slot is not None:
                address = builder.load(builder.bitcast(start, word.as_pointer()))
                # a table does not move during a call: its address need not be read again after every write
                address.set_metadata("invariant.load", builder.module.add_metadata([]))
                start = builder.inttoptr(address, byte)
            found = builder.gep(start, [builder.mul(arguments[1], word(width))])
            return builder.bitcast(found, context.get_value_type(row))

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


@cache
def _prefetch() -> Any:
    @intrinsic
    def fetch(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            name, place, number = "llvm.prefetch.p0", ir.IntType(8).as_pointer(), ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [place, number, number, number])
            function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
            # to write, into all caches, data
            builder.call(function, [builder.inttoptr(arguments[0], place), number(1), number(3), number(1)])
            return context.get_dummy_value()

        return numba.types.void(numba.types.int64), generate

    cpu_target.typing_context.refresh()
    return fetch
