"""What is numba's and BLAS's own: calls by address, attributes, atomics, threads.

Kernels are given everything by address, so that one compiled main loop serves every
depth, width and component. With NUMBA_DISABLE_JIT=1 the same names work in plain
Python, on the same memory.
"""

import ctypes
import os
import platform
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.ccallback import CFunc
from numba.core.sigutils import normalize_signature
from numba.core.types import DType, Type
from numba.core.typing.context import Context
from numba.core.typing.templates import Signature
from numba.extending import intrinsic
from numba.np import arrayobj
from scipy.linalg import cython_blas

from halfmoon.engines.threads import uninterrupted

_config: Any = numba.config
_njit: Any = numba.njit  # its types do not know all of its options
JIT = not _config.DISABLE_JIT
CPU = _config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
FEATURES = _config.CPU_FEATURES or llvmlite.binding.get_host_cpu_features().flatten()
X86 = platform.machine().lower() in ("x86_64", "amd64")
# compiling for another processor: we do not know what it has
AVX512 = "+avx512f" in FEATURES and not _config.CPU_NAME
# the name under which a module holds the class of its functions' caches, if it has one
CACHE = "HALFMOON_CACHE"
# only one thread compiles at a time, and no process is forked meanwhile: numba's own
# locks would stay closed in the child
compiling = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=compiling.acquire,
        after_in_parent=compiling.release,
        after_in_child=compiling.release,
    )
# loops only: sums are reordered to fill vectors; NaN and infinity stay
FAST = {"contract", "nsz", "reassoc", "arcp"}

_INT = ir.IntType(64)
_DOUBLE = ir.DoubleType()
_FLOAT = ir.FloatType()
_LLVM = {types.float64: _DOUBLE, types.float32: _FLOAT}

# what an intrinsic returns: its signature, and what writes its code
CodeGenerator = Callable[..., ir.Value]
Intrinsic = tuple[Signature, CodeGenerator]


def jit(function: Callable[..., Any], **options: Any) -> Any:
    """numba's njit for a part of a kernel, with IEEE arithmetic."""
    return _njit(
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        error_model="numpy",
        _nrt=False,
        **options,
    )(function)


def part(function: Callable[..., Any]) -> Any:
    """numba's njit for a part of a loop, with the arithmetic of loops."""
    return jit(function, fastmath=FAST)


def kernel(function: Callable[..., Any]) -> Any:
    """numba's njit for what Python calls: kept on disk, and run without the GIL."""
    compiled = _njit(
        nogil=True, no_cfunc_wrapper=True, error_model="numpy", _nrt=False
    )(function)
    return _kept(compiled, function)


def _kept(compiled: Any, function: Any) -> Any:
    """`compiled`, which is to look for itself in the cache of its module."""
    make_cache = function.__globals__.get(CACHE)
    if make_cache is not None:
        compiled._cache = make_cache(function)
    return compiled


def compile_for(function: Any, *arguments: Any) -> None:
    """Compile a kernel for these arguments' types, without calling it."""
    if JIT and not function.signatures:
        kinds = tuple(numba.typeof(argument) for argument in arguments)
        uninterrupted(lambda: _compile(function, kinds))


def _compile(function: Any, *arguments: Any) -> None:
    """numba's `compile`, one at a time."""
    with compiling:
        function.compile(*arguments)


def _code(build: Callable[..., ir.Value | None]) -> CodeGenerator:
    """An intrinsic's code generator, from `build(builder, *arguments)`."""

    def generate(
        context: BaseContext,
        builder: ir.IRBuilder,
        signature: Signature,
        arguments: Sequence[ir.Value],
    ) -> ir.Value:
        value = build(builder, *arguments)
        if signature.return_type == types.none:
            return context.get_dummy_value()
        return value

    return generate


@intrinsic
def vector(
    typing_context: Context, address: Type, count: Type, dtype: DType
) -> Intrinsic:
    """The `count` numbers of `dtype` at an address, as an array that owns nothing."""
    kind = types.Array(dtype.dtype, 1, "C")
    target = _LLVM.get(dtype.dtype, _INT)

    def generate(
        context: BaseContext,
        builder: ir.IRBuilder,
        signature: Signature,
        arguments: Sequence[ir.Value],
    ) -> ir.Value:
        array = arrayobj.make_array(kind)(context, builder)
        size = _INT(context.get_abi_sizeof(target))
        data = builder.inttoptr(arguments[0], target.as_pointer())
        arrayobj.populate_array(array, data, [arguments[1]], [size], size, None)
        return array._getvalue()

    return kind(types.int64, types.int64, dtype), generate


@intrinsic
def call(typing_context: Context, address: Type, *arguments: Type) -> Intrinsic:
    """Call the `loop` at an address with addresses and integers; returns a float64."""
    target = ir.FunctionType(_DOUBLE, [_INT] * len(arguments)).as_pointer()

    def generate(
        context: BaseContext,
        builder: ir.IRBuilder,
        signature: Signature,
        values: Sequence[ir.Value],
    ) -> ir.Value:
        called, packed = values
        numbers = cgutils.unpack_tuple(builder, packed, len(arguments))
        whole = [
            context.cast(builder, v, kind, types.int64)
            for v, kind in zip(numbers, arguments, strict=True)
        ]
        return builder.call(builder.inttoptr(called, target), whole)

    rest = types.StarArgTuple.from_types(arguments)
    return types.float64(types.int64, rest), generate


@intrinsic
def fast(typing_context: Context) -> Intrinsic:
    """Let LLVM assume of the function it stands in that its pointers do not overlap.

    It may use vectors of 512 bits, too.
    """

    def build(builder: ir.IRBuilder) -> None:
        # llvmlite's own `add` refuses what it does not know, LLVM knows it
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        for argument in builder.function.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")

    return types.void(), _code(build)


@intrinsic
def atomic_add(typing_context: Context, address: Type, value: Type) -> Intrinsic:
    """Add to the integer at `address` in one step; returns what it was before."""

    def build(builder: ir.IRBuilder, a: ir.Value, v: ir.Value) -> ir.Value:
        pointer = builder.inttoptr(a, _INT.as_pointer())
        return builder.atomic_rmw("add", pointer, v, "seq_cst")

    return types.int64(types.int64, types.int64), _code(build)


@intrinsic
def atomic_load(typing_context: Context, address: Type) -> Intrinsic:
    """The integer at `address`, as other threads left it."""

    def build(builder: ir.IRBuilder, a: ir.Value) -> ir.Value:
        return builder.load_atomic(builder.inttoptr(a, _INT.as_pointer()), "acquire", 8)

    return types.int64(types.int64), _code(build)


@intrinsic
def set_mxcsr(typing_context: Context, value: Type) -> Intrinsic:
    """Write x86's floating-point control register; returns what it held.

    On other processors nothing happens.
    """

    def build(builder: ir.IRBuilder, wanted: ir.Value) -> ir.Value:
        if not X86:
            return wanted
        word = ir.IntType(32)
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer])
        insert = cgutils.get_or_insert_function
        store = insert(builder.module, kind, "llvm.x86.sse.stmxcsr")
        load = insert(builder.module, kind, "llvm.x86.sse.ldmxcsr")
        memory = cgutils.alloca_once(builder, word)
        builder.call(store, [builder.bitcast(memory, pointer)])
        before = builder.zext(builder.load(memory), _INT)
        builder.store(builder.trunc(wanted, word), memory)
        builder.call(load, [builder.bitcast(memory, pointer)])
        return before

    return types.int64(types.int64), _code(build)


# fmt: off
@intrinsic
def gemm(
    typing_context: Context, routine: Type, ta: Type, tb: Type,
    m: Type, n: Type, k: Type, a: Type, lda: Type, b: Type, ldb: Type,
    beta: Type, c: Type, ldc: Type,
) -> Intrinsic:
    # fmt: on
    """C <- op(A) op(B) + beta C by BLAS's Fortran routine at an address.

    ta, tb         ord("N") for op(A) = A, ord("T") for its transpose
    m, n, k        C is (m, n), op(A) (m, k) and op(B) (k, n), columns first
    a, b, c        addresses of the matrices
    lda, ldb, ldc  entries from one column to the next
    """
    number = _LLVM[beta]
    array = number.as_pointer()
    size = ir.IntType(32)
    char = ir.IntType(8)
    matrix = [array, size]
    # ta, tb; m, n, k; alpha; a, lda; b, ldb; beta; c, ldc
    kinds = [char, char, size, size, size, number, *matrix, *matrix, number, *matrix]

    def build(builder: ir.IRBuilder, routine: ir.Value, *values: ir.Value) -> None:
        alpha = number(1.0)
        references = []
        for kind, value in zip(kinds, [*values[:5], alpha, *values[5:]], strict=True):
            if kind == array:
                references.append(builder.inttoptr(value, array))
                continue
            # Fortran takes numbers by reference
            reference = cgutils.alloca_once(builder, kind)
            exact = value if kind == number else builder.trunc(value, kind)
            builder.store(exact, reference)
            references.append(reference)
        reference_types = [value.type for value in references]
        signature = ir.FunctionType(ir.VoidType(), reference_types)
        builder.call(builder.inttoptr(routine, signature.as_pointer()), references)

    return types.void(*[types.int64] * 10, beta, types.int64, types.int64), _code(build)


def loop(
    kinds: str, sums: bool = False
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Mark a function's arguments, one letter each, for `address`.

    T is a pointer to numbers, n to integers, h to float64; i is an integer. Only where
    it `sums` over what it loops, LLVM may take sums in another order than written.
    """

    def mark(function: Any) -> Any:
        function.kinds = kinds
        function.flags = FAST if sums else FAST - {"reassoc"}
        return function

    return mark


@cache
def address(function: Any, dtype: str) -> int:
    """Compile a `loop` for one number type, once; returns its address for `call`."""
    numbers = types.float64 if dtype == "float64" else types.float32
    pointers = {
        "T": types.CPointer(numbers),
        "n": types.CPointer(types.int64),
        "h": types.CPointer(types.float64),
    }
    arguments = [pointers.get(kind, types.int64) for kind in function.kinds]
    signature = normalize_signature(types.float64(*arguments))
    options = {"fastmath": function.flags, "error_model": "numpy"}
    compiled = _kept(CFunc(function, signature, locals={}, options=options), function)
    uninterrupted(lambda: _compile(compiled))
    _LOOPS.append(compiled)
    return int(compiled.address)


_LOOPS: list[Any] = [None]  # never removed: kernels hold their addresses

# The same names without JIT, for debugging and coverage: arrays over the same memory,
# and functions by their index in _LOOPS.
if not JIT:
    _POINTERS = {
        "n": ctypes.POINTER(ctypes.c_int64),
        "h": ctypes.POINTER(ctypes.c_double),
    }
    _NUMBERS = {"float64": ctypes.c_double, "float32": ctypes.c_float}

    def vector(address: int, count: int, dtype: Any) -> Any:
        pointer = ctypes.POINTER(np.ctypeslib.as_ctypes_type(np.dtype(dtype)))
        return np.ctypeslib.as_array(ctypes.cast(int(address), pointer), (count,))

    def address(function: Any, dtype: str) -> int:
        pointers = _POINTERS | {"T": ctypes.POINTER(_NUMBERS[dtype])}
        _LOOPS.append((function, [pointers.get(kind) for kind in function.kinds]))
        return len(_LOOPS) - 1

    def call(address: int, *arguments: int) -> float:
        function, pointers = _LOOPS[address]
        values = [
            value if pointer is None else ctypes.cast(int(value), pointer)
            for pointer, value in zip(pointers, arguments, strict=True)
        ]
        return float(function(*values))

    def set_mxcsr(value: int) -> int:
        return value

    def fast() -> None:
        return None

    def gemm(routine: int, ta: int, tb: int, *rest: Any) -> None:
        m, n, k, a, lda, b, ldb, beta, c, ldc = rest
        number = _NUMBERS[beta.dtype.name]

        def char(value: int) -> Any:
            return ctypes.byref(ctypes.c_char(value))

        def size(value: int) -> Any:
            return ctypes.byref(ctypes.c_int(value))

        def matrix(address: int, ld: int) -> list[Any]:
            return [ctypes.c_void_p(int(address)), size(ld)]

        arguments = [char(ta), char(tb), size(m), size(n), size(k)]
        arguments += [ctypes.byref(number(1.0)), *matrix(a, lda), *matrix(b, ldb)]
        arguments += [ctypes.byref(number(beta)), *matrix(c, ldc)]
        ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 13)(int(routine))(*arguments)


@cache
def blas(dtype: Any) -> int:
    """The address of the matrix product in the BLAS that SciPy brings."""
    routine = "dgemm" if np.dtype(dtype).itemsize == 8 else "sgemm"
    capsule = cython_blas.__pyx_capi__[routine]
    name = ctypes.pythonapi.PyCapsule_GetName
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    name.restype = ctypes.c_char_p
    name.argtypes = [ctypes.py_object]
    pointer.restype = ctypes.c_void_p
    pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return int(pointer(capsule, name(capsule)))


@cache
def yield_core() -> int:
    """The address of the system's call that lets other threads go first."""
    if os.name == "nt":
        kernel32 = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
        function = kernel32.SwitchToThread
    else:
        function = ctypes.CDLL(None).sched_yield
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)
