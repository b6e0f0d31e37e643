"""What the browser's engine asks of LLVM: addresses, tables, and entry points."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj

from halfmoon.engines.browser.areas import SETTINGS

# what `module` defines for all parts
ARENA = "halfmoon.arena"
START = "halfmoon.start"  # holds the arena's address
FUNCTIONS = "halfmoon.functions"
NUMBERS = "halfmoon.numbers"
# all entry points by name, in the order in which their modules are read
ENTRIES: dict[str, Any] = {}

_LONG = ir.IntType(64)
_POINTER = ir.IntType(8).as_pointer()
# a component's row in `contents.NUMBERS`
_ROW = ir.ArrayType(ir.DoubleType(), 1 + SETTINGS)


def entry(kinds: str) -> Callable[[Any], Any]:
    """Mark a function that JavaScript calls.

    kinds  what it takes, and after ">" what it gives: i is an integer of 32 bits, and d
           a float64
    """

    def mark(function: Any) -> Any:
        function.kinds = kinds
        ENTRIES[function.__name__] = function
        return function

    return mark


def _global(builder: Any, name: str, kind: Any) -> Any:
    """A variable that `module` defines."""
    module = builder.module
    if name in module.globals:
        return module.globals[name]
    return ir.GlobalVariable(module, kind, name)


@intrinsic
def place(typing_context: Any, area: Any) -> Any:
    """An area's address."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        # read from memory, so that LLVM does not reckon with distances between areas:
        # its version 22 fails for WebAssembly where one is negative
        start = builder.load(_global(builder, START, _POINTER))
        return builder.add(builder.ptrtoint(start, _LONG), values[0])

    return types.int64(types.int64), generate


@intrinsic
def function(typing_context: Any, index: Any) -> Any:
    """A loop's address for `native.call`, from its index in `contents.LOOPS`."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        # its elements are as wide as pointers are in WebAssembly
        table = _global(builder, FUNCTIONS, ir.ArrayType(_POINTER, 1))
        element = builder.gep(table, [_LONG(0), values[0]])
        return builder.ptrtoint(builder.load(element), _LONG)

    return types.int64(types.int64), generate


@intrinsic
def number(typing_context: Any, row: Any, column: Any) -> Any:
    """A number of `contents.NUMBERS`."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        table = _global(builder, NUMBERS, ir.ArrayType(_ROW, 1))
        return builder.load(builder.gep(table, [_LONG(0), *values]))

    return types.float64(types.int64, types.int64), generate


@intrinsic
def records(typing_context: Any, address: Any, count: Any, dtype: Any) -> Any:
    """The rows of a table at an address, as an array that owns nothing."""
    kind = types.Array(dtype.dtype, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array = arrayobj.make_array(kind)(context, builder)
        size = _LONG(dtype.dtype.size)
        data = builder.inttoptr(values[0], array.data.type)
        arrayobj.populate_array(array, data, [values[1]], [size], size, None)
        return array._getvalue()

    return kind(types.int64, types.int64, dtype), generate
