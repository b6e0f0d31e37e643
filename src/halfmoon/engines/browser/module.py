"""From the entry points and the loops to one object file for WebAssembly.

numba's LLVM modules are put together, given WebAssembly's layout, and compiled. What
numba calls a function has two hidden arguments, so a thunk stands before each: an entry
point's, with the types that JavaScript gives, and a loop's, which takes 64-bit integers
only, as `native.call` passes them.
"""

import ctypes
import re
import struct
from functools import partial
from typing import Any

import llvmlite.binding as llvm
import numba
from numba import types

from halfmoon.engines.browser import (
    contents,
    curvature,
    drawing,
    maps,
    setup,
    updates,
)
from halfmoon.engines.browser.memory import (
    ARENA,
    ENTRIES,
    FUNCTIONS,
    NUMBERS,
    START,
    areas,
)
from halfmoon.engines.browser.powers import power
from halfmoon.engines.compiled import native

TRIPLE = "wasm32-unknown-unknown"
FEATURES = "+simd128,+bulk-memory"
NUMBA = {
    "i": types.int32,
    "d": types.float64,
    "l": types.int64,
    "T": types.CPointer(types.float64),
    "n": types.CPointer(types.int64),
    "h": types.CPointer(types.float64),
}
LLVM = {"i": "i32", "d": "double", "l": "i64"}
# whose entry points the module has
MODULES = (curvature, drawing, maps, setup, updates)
# as `native.address` compiles them; they make arrays of pointers
loop_options = partial(
    numba.njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
_unused = ctypes.create_string_buffer(64)


def compiled(function: Any, kinds: str) -> tuple[str, str]:
    """A function's name in LLVM and the text of its module."""
    signature = tuple(NUMBA[kind] for kind in kinds)
    function.compile(signature)
    result = function.overloads[signature]
    return result.fndesc.llvm_func_name, result.library.get_llvm_str()


def thunk(name: str, inner: str, kinds: str, given: str, gives: str) -> str:
    """A function that calls numba's, in LLVM's language.

    kinds  what the inner function takes; given, what this one is given for it
    gives  what this one returns
    """
    taken = []
    passed = []
    lines = []
    for index, (kind, outside) in enumerate(zip(kinds, given, strict=True)):
        taken.append(f"{LLVM[outside]} %a{index}")
        if kind in "Tnh":
            lines.append(f"%p{index} = inttoptr {LLVM[outside]} %a{index} to ptr")
            passed.append(f"ptr %p{index}")
        else:
            passed.append(f"{LLVM[kind]} %a{index}")
    # numba returns integers of 64 bits
    returned = {"i": "i64", "d": "double"}[gives]
    arguments = ", ".join(["ptr %result", "ptr %raised", *passed])
    lines = [
        f"%result = alloca {returned}",
        "%raised = alloca ptr",
        *lines,
        f'%status = call i32 @"{inner}"({arguments})',
        f"%value = load {returned}, ptr %result",
    ]
    if gives == "i":
        lines.append("%short = trunc i64 %value to i32")
        lines.append("ret i32 %short")
    else:
        lines.append("ret double %value")
    body = "\n  ".join(lines)
    # a declaration, so that the text can be read by itself
    inside = ["ptr", "ptr", *("ptr" if k in "Tnh" else LLVM[k] for k in kinds)]
    return (
        f'declare i32 @"{inner}"({", ".join(inside)})\n'
        f'define {LLVM[gives]} @"{name}"({", ".join(taken)}) {{\n  {body}\n}}\n'
    )


def declarations(loops: dict[Any, str]) -> str:
    """The loops' thunks, for the table that names them."""
    lines = []
    for function, name in loops.items():
        taken = ", ".join(["i64"] * len(function.kinds))
        lines.append(f'declare double @"{name}"({taken})\n')
    return "".join(lines)


def data(table: list[str]) -> str:
    """The arena, the table of functions and that of the components' numbers."""
    rows = contents.NUMBERS
    kind = f"[{len(rows[0])} x double]"
    written = []
    for row in rows:
        numbers = ", ".join(f"double {hexadecimal(x)}" for x in row)
        written.append(f"{kind} [{numbers}]")
    return (
        f'@"{ARENA}" = global [{areas.size} x i8] zeroinitializer, align 64\n'
        f'@"{START}" = global ptr @"{ARENA}"\n'
        f'@"{FUNCTIONS}" = constant [{len(table)} x ptr] [{", ".join(table)}]\n'
        f'@"{NUMBERS}" = constant [{len(rows)} x {kind}] [{", ".join(written)}]\n'
    )


def hexadecimal(x: float) -> str:
    """A float64 as LLVM reads it, to the last bit."""
    return "0x" + struct.pack(">d", x).hex().upper()


def for_wasm(text: str, layout: str) -> str:
    """LLVM's text of a numba module, as WebAssembly's."""
    text = re.sub(r"^target .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(
        r'"(target-cpu|target-features|prefer-vector-width)"="[^"]*"', "", text
    )
    text = re.sub(r"(attributes #\d+ = \{)\s*\}", r"\1 nounwind }", text)
    # arrays over memory that is nobody's are not counted
    text = re.sub(r"^ +(tail )?call void @NRT_(inc|dec)ref.*$", "", text, flags=re.M)
    # what numba keeps by address: nothing that runs may need it
    text = re.sub(
        r"^(@numba.dynamic.globals\S+) = .*$",
        r"\1 = external global ptr",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(r"= common (local_unnamed_addr )?global", "= internal global", text)
    head = f'target datalayout = "{layout}"\ntarget triple = "{TRIPLE}"\n'
    return head + text


def texts() -> tuple[list[str], list[str]]:
    """The LLVM texts of all parts, and the names of the entry points."""
    # numba wants an address for every name, though nobody will call these
    for name in (START, FUNCTIONS, NUMBERS):
        llvm.add_symbol(name, ctypes.addressof(_unused))
    parts = []
    for name, function in ENTRIES.items():
        kinds, gives = function.kinds.split(">")
        inner, text = compiled(native.jit(function), kinds)
        parts.append(text)
        parts.append(thunk(name, inner, kinds, kinds, gives))
    table = []
    known = {}
    for name, function in contents.LOOPS.items():
        if function not in known:
            known[function] = f"loop.{name}"
            jitted = loop_options(fastmath=function.flags)(function)
            kinds = function.kinds.replace("i", "l")
            inner, text = compiled(jitted, kinds)
            parts.append(text)
            parts.append(thunk(known[function], inner, kinds, "l" * len(kinds), "d"))
        table.append(f'ptr @"{known[function]}"')
    inner, text = compiled(power, "dd")
    parts.append(text)
    parts.append(thunk("pow", inner, "dd", "dd", "d"))
    parts.append(data(table) + declarations(known))
    return parts, list(ENTRIES)


def object_file() -> tuple[bytes, list[str]]:
    """The object file, and the names of the entry points."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(
        cpu="generic", features=FEATURES, opt=3, reloc="static", codemodel="default"
    )
    layout = str(machine.target_data)
    parts, names = texts()
    whole = llvm.parse_assembly("")
    whole.triple = TRIPLE
    whole.data_layout = layout
    for part in parts:
        module = llvm.parse_assembly(for_wasm(part, layout))
        whole.link_in(module)
    kept = {*names, START, "pow"}
    for value in [*whole.functions, *whole.global_variables]:
        if not value.is_declaration and value.name not in kept:
            value.linkage = "internal"
            value.visibility = "default"
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(whole, builder)
    whole.verify()
    return machine.emit_object(whole), names
