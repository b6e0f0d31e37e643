"""All that knows numba's and BLAS's inner life: memory and calls by address,
attributes, atomics, BLAS's threads.

Kernels are given everything by address, so that one compiled main loop serves every
depth, width and block. With NUMBA_DISABLE_JIT=1 the same names work in plain Python, on
the same memory.
"""

import ctypes
import os
import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import NumbaError
from numba.extending import intrinsic
from numba.np import arrayobj
from scipy.linalg import cython_blas
from threadpoolctl import ThreadpoolController

_config: Any = numba.config
_njit: Any = numba.njit  # its types do not know all of its options
JIT = not _config.DISABLE_JIT
CPU = _config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
FEATURES = _config.CPU_FEATURES or llvmlite.binding.get_host_cpu_features().flatten()
X86 = platform.machine().lower() in ("x86_64", "amd64")
# told of another processor, we cannot go by this one's
AVX512 = "+avx512f" in FEATURES and not _config.CPU_NAME
OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
# loops only: sums are reordered to fill vectors; NaN and infinity stay
FAST = {"contract", "nsz", "reassoc", "arcp"}

_INT = ir.IntType(64)
_DOUBLE = ir.DoubleType()
_FLOAT = ir.FloatType()
_LLVM = {types.float64: _DOUBLE, types.float32: _FLOAT}


def jit(function: Callable[..., Any], **options: Any) -> Any:
    """numba's njit for a part of a kernel: called by kernels only, so nothing is made
    for Python. IEEE arithmetic.
    """
    return _njit(
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
        error_model="numpy",
        _nrt=False,
        **options,
    )(function)


def part(function: Callable[..., Any]) -> Any:
    """The same for a part of a loop."""
    return jit(function, fastmath=FAST)


def kernel(function: Callable[..., Any]) -> Any:
    """numba's njit for what Python calls: cached on disk, without the GIL."""
    return _njit(nogil=True, no_cfunc_wrapper=True, _nrt=False, **OPTIONS)(function)


def compile_for(function: Any, *arguments: Any) -> None:
    """Compile a kernel without calling it; one set of types is all it ever sees."""
    if JIT and not function.signatures:
        kinds = tuple(numba.typeof(argument) for argument in arguments)
        _retried(lambda: function.compile(kinds), function.py_func)


def _retried(compile_it: Callable[[], Any], function: Any) -> Any:
    """What numba makes of a function in one of these modules; if what it kept is
    damaged, that is removed first.
    """
    try:
        return compile_it()
    except NumbaError:
        raise
    except Exception:  # whatever reading a damaged file may raise
        for kept in Path(function.__code__.co_filename).parent.glob(
            f"__pycache__/{function.__module__}.*.nb?"
        ):
            kept.unlink(missing_ok=True)
        return compile_it()


def _code(build: Callable[..., Any]) -> Any:
    """An intrinsic's code generator, from `build(builder, *arguments)`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = build(builder, *arguments)
        return (
            context.get_dummy_value() if signature.return_type == types.none else made
        )

    return generate


@intrinsic
def vector(typing_context: Any, address: Any, count: Any, dtype: Any) -> Any:
    """The `count` numbers of `dtype` at an address, as an array that owns nothing."""
    kind = types.Array(dtype.dtype, 1, "C")
    target = _LLVM.get(dtype.dtype, _INT)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = arrayobj.make_array(kind)(context, builder)
        size = _INT(context.get_abi_sizeof(target))
        data = builder.inttoptr(arguments[0], target.as_pointer())
        arrayobj.populate_array(made, data, [arguments[1]], [size], size, None)
        return made._getvalue()

    return kind(types.int64, types.int64, dtype), generate


@intrinsic
def call(typing_context: Any, address: Any, *arguments: Any) -> Any:
    """Call the `loop` at an address with addresses and integers; it gives a float64."""
    target = ir.FunctionType(_DOUBLE, [_INT] * len(arguments)).as_pointer()

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        values = cgutils.unpack_tuple(builder, given[1], len(arguments))
        whole = [
            context.cast(builder, v, kind, types.int64)
            for v, kind in zip(values, arguments, strict=True)
        ]
        return builder.call(builder.inttoptr(given[0], target), whole)

    return types.float64(
        types.int64, types.StarArgTuple.from_types(arguments)
    ), generate


@intrinsic
def fast(typing_context: Any) -> Any:
    """Tell LLVM about the function this stands in: its pointers do not overlap, and
    512-bit vectors pay.
    """

    def build(builder: Any) -> None:
        # the set itself: LLVM knows more than it
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        for argument in builder.function.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")

    return types.void(), _code(build)


@intrinsic
def atomic_add(typing_context: Any, address: Any, value: Any) -> Any:
    """Add to the integer at `address`, undivided even among threads; gives what was
    there before.
    """

    def build(builder: Any, a: Any, v: Any) -> Any:
        return builder.atomic_rmw(
            "add", builder.inttoptr(a, _INT.as_pointer()), v, "seq_cst"
        )

    return types.int64(types.int64, types.int64), _code(build)


@intrinsic
def atomic_load(typing_context: Any, address: Any) -> Any:
    """The integer at `address`, as other threads left it."""

    def build(builder: Any, a: Any) -> Any:
        return builder.load_atomic(builder.inttoptr(a, _INT.as_pointer()), "acquire", 8)

    return types.int64(types.int64), _code(build)


@intrinsic
def set_mxcsr(typing_context: Any, value: Any) -> Any:
    """Write x86's floating-point control register; gives what it held. On other
    processors nothing happens.
    """

    def build(builder: Any, wanted: Any) -> Any:
        if not X86:
            return wanted
        word = ir.IntType(32)
        pointer = ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer])
        name = "llvm.x86.sse.{}mxcsr"
        store, load = (
            cgutils.get_or_insert_function(builder.module, kind, name.format(way))
            for way in ("st", "ld")
        )
        place = cgutils.alloca_once(builder, word)
        builder.call(store, [builder.bitcast(place, pointer)])
        before = builder.zext(builder.load(place), _INT)
        builder.store(builder.trunc(wanted, word), place)
        builder.call(load, [builder.bitcast(place, pointer)])
        return before

    return types.int64(types.int64), _code(build)


@intrinsic
def gemm(
    typing_context: Any,
    routine: Any,
    ta: Any,
    tb: Any,
    m: Any,
    n: Any,
    k: Any,
    a: Any,
    lda: Any,
    b: Any,
    ldb: Any,
    beta: Any,
    c: Any,
    ldc: Any,
) -> Any:
    """C <- op(A) op(B) + beta C by BLAS's Fortran routine at an address: columns first,
    all by reference.
    """
    number = _LLVM[beta]
    array = number.as_pointer()
    size = ir.IntType(32)
    char = ir.IntType(8)
    kinds = [
        char,
        char,
        size,
        size,
        size,
        number,
        array,
        size,
        array,
        size,
        number,
        array,
        size,
    ]

    def build(builder: Any, routine: Any, *values: Any) -> None:
        given = []
        for kind, value in zip(
            kinds, [*values[:5], number(1.0), *values[5:]], strict=True
        ):
            if kind == array:
                given.append(builder.inttoptr(value, array))
                continue
            place = cgutils.alloca_once(builder, kind)
            builder.store(
                value if kind == number else builder.trunc(value, kind), place
            )
            given.append(place)
        signature = ir.FunctionType(
            ir.VoidType(), [value.type for value in given]
        ).as_pointer()
        builder.call(builder.inttoptr(routine, signature), given)

    return types.void(*[types.int64] * 10, beta, types.int64, types.int64), _code(build)


def loop(
    kinds: str, sums: bool = False
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """Mark a function's arguments: T for a pointer to numbers, n to integers, h to
    float64; i for an integer.

    Only where it `sums` over what it loops, LLVM may take sums in another order than
    written.
    """

    def marked(function: Any) -> Any:
        function.kinds = kinds
        function.flags = FAST if sums else FAST - {"reassoc"}
        return function

    return marked


@cache
def address(function: Any, dtype: str) -> int:
    """Compile a `loop` for one number type, if this has not been done; gives its
    address for `call`.
    """
    numbers = types.float64 if dtype == "float64" else types.float32
    kinds = {
        "T": types.CPointer(numbers),
        "n": types.CPointer(types.int64),
        "h": types.CPointer(types.float64),
    }
    signature = types.float64(
        *[kinds.get(kind, types.int64) for kind in function.kinds]
    )
    make: Any = numba.cfunc(signature, fastmath=function.flags, **OPTIONS)
    _KEPT.append(_retried(lambda: make(function), function))
    return int(_KEPT[-1].address)


_KEPT: list[Any] = [None]  # what an address leads to must not be forgotten

# the same names for debugging and coverage: arrays over the same memory, functions by
# number
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
        kinds = _POINTERS | {"T": ctypes.POINTER(_NUMBERS[dtype])}
        _KEPT.append((function, [kinds.get(kind) for kind in function.kinds]))
        return len(_KEPT) - 1

    def call(address: int, *arguments: int) -> float:
        function, kinds = _KEPT[address]
        pairs = zip(kinds, arguments, strict=True)
        return float(
            function(
                *[v if kind is None else ctypes.cast(int(v), kind) for kind, v in pairs]
            )
        )

    def set_mxcsr(value: int) -> int:
        return value

    def fast() -> None:
        return None

    def gemm(routine: int, ta: int, tb: int, *rest: Any) -> None:
        m, n, k, a, lda, b, ldb, beta, c, ldc = rest
        number = _NUMBERS[beta.dtype.name]
        sizes = [
            ctypes.byref(ctypes.c_int(value)) for value in (m, n, k, lda, ldb, ldc)
        ]
        chars = [ctypes.byref(ctypes.c_char(value)) for value in (ta, tb)]
        one = ctypes.byref(number(1.0))
        factor = ctypes.byref(number(beta))
        first, second, out = (ctypes.c_void_p(int(value)) for value in (a, b, c))
        given = (
            *chars,
            *sizes[:3],
            one,
            first,
            sizes[3],
            second,
            sizes[4],
            factor,
            out,
            sizes[5],
        )
        ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 13)(int(routine))(*given)


@cache
def blas(dtype: Any) -> int:
    """The address of the matrix product in the BLAS that SciPy brings."""
    capsule = cython_blas.__pyx_capi__[
        "dgemm" if np.dtype(dtype).itemsize == 8 else "sgemm"
    ]
    name = ctypes.pythonapi.PyCapsule_GetName
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    name.restype = ctypes.c_char_p
    name.argtypes = [ctypes.py_object]
    pointer.restype = ctypes.c_void_p
    pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    return int(pointer(capsule, name(capsule)))


@cache
def rest() -> int:
    """The address of the system's call that lets other threads go first."""
    library = ctypes.WinDLL("kernel32") if os.name == "nt" else ctypes.CDLL(None)  # type: ignore[attr-defined]
    function = library.SwitchToThread if os.name == "nt" else library.sched_yield
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


_users = 0
_limit = None
_lock = threading.Lock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """While anybody is inside, BLAS starts no threads of its own: ours would fight with
    them.
    """
    global _users, _limit  # noqa: PLW0603
    with _lock:
        _users += 1
        if _users == 1:
            _limit = _controller().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0 and _limit is not None:
                _limit.restore_original_limits()


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
