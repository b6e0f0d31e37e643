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
    areas,
    contents,
    curvature,
    drawing,
    maps,
    memory,
    powers,
    setup,
    updates,
)
from halfmoon.engines.compiled import native

TRIPLE = "wasm32-unknown-unknown"
FEATURES = "+simd128,+bulk-memory"
# the modules whose entry points JavaScript calls
ENTRIES = (setup, updates, curvature, maps, drawing)
# kinds of arguments and results: those of `memory.entry` and `native.loop`, where l is
# an integer of 64 bits
NUMBA = {
    "i": types.int32,
    "d": types.float64,
    "l": types.int64,
    "T": types.CPointer(types.float64),
    "n": types.CPointer(types.int64),
    "h": types.CPointer(types.float64),
}
LLVM = {"i": "i32", "d": "double", "l": "i64", "T": "ptr", "n": "ptr", "h": "ptr"}
# as `native.address` compiles them; they make arrays of pointers
loop_options = partial(
    numba.njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
_unused = ctypes.create_string_buffer(64)


def object_file() -> tuple[bytes, list[str]]:
    """The object file, and the names of its entry points."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(
        cpu="generic", features=FEATURES, opt=3, reloc="static", codemodel="default"
    )
    whole = llvm.parse_assembly("")
    whole.triple = TRIPLE
    whole.data_layout = str(machine.target_data)
    for part in parts():
        text = for_wasm(part, whole.data_layout)
        whole.link_in(llvm.parse_assembly(text))
    names = list(memory.ENTRIES)
    hide(whole, {*names, memory.START, "pow"})
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_unrolling = False  # it costs bytes, and gains no time
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(whole, builder)
    whole.verify()
    return machine.emit_object(whole), names


def hide(module: Any, seen: set[str]) -> None:
    """Make all but these names internal, so that what nobody needs is left out."""
    for value in [*module.functions, *module.global_variables]:
        if not value.is_declaration and value.name not in seen:
            value.linkage = "internal"


def parts() -> list[str]:
    """The texts of all LLVM modules."""
    # numba looks for an address of each name, though here nobody calls anything
    for name in (memory.START, memory.FUNCTIONS, memory.NUMBERS):
        llvm.add_symbol(name, ctypes.addressof(_unused))
    texts = []
    for name, function in memory.ENTRIES.items():
        kinds, gives = function.kinds.split(">")
        inner, text = compiled(native.jit(function), kinds)
        texts += [text, thunk(name, inner, kinds, kinds, gives)]
    inner, text = compiled(powers.power, "dd")
    texts += [text, thunk("pow", inner, "dd", "dd", "d")]
    thunks: dict[Any, str] = {}  # two rules may share a loop
    for name, function in contents.LOOPS.items():
        if function in thunks:
            continue
        thunks[function] = f"loop.{name}"
        kinds = function.kinds.replace("i", "l")
        inner, text = compiled(loop_options(fastmath=function.flags)(function), kinds)
        texts += [text, thunk(f"loop.{name}", inner, kinds, "l" * len(kinds), "d")]
    table = [f'ptr @"{thunks[function]}"' for function in contents.LOOPS.values()]
    return [*texts, declarations(thunks) + data(table)]


def compiled(function: Any, kinds: str) -> tuple[str, str]:
    """A function's name in LLVM, and the text of its module."""
    signature = tuple(NUMBA[kind] for kind in kinds)
    function.compile(signature)
    result = function.overloads[signature]
    return result.fndesc.llvm_func_name, result.library.get_llvm_str()


def thunk(name: str, inner: str, kinds: str, given: str, gives: str) -> str:
    """The text of a function that calls one of numba's.

    kinds  what the inner function takes
    given  what this one takes for it: an integer may stand for a pointer
    gives  what this one returns
    """
    lines = []
    passed = ["ptr %result", "ptr %raised"]
    for index, (kind, outside) in enumerate(zip(kinds, given, strict=True)):
        value = f"%a{index}"
        if LLVM[kind] != LLVM[outside]:
            lines.append(f"%p{index} = inttoptr {LLVM[outside]} {value} to ptr")
            value = f"%p{index}"
        passed.append(f"{LLVM[kind]} {value}")
    returned = {"i": "i64", "d": "double"}[gives]  # numba's integers have 64 bits
    lines += [
        f"%result = alloca {returned}",
        "%raised = alloca ptr",
        f'%status = call i32 @"{inner}"({", ".join(passed)})',
        f"%value = load {returned}, ptr %result",
    ]
    if gives == "i":
        lines += ["%short = trunc i64 %value to i32", "ret i32 %short"]
    else:
        lines += ["ret double %value"]
    inside = ", ".join(["ptr", "ptr", *(LLVM[kind] for kind in kinds)])
    taken = ", ".join(f"{LLVM[kind]} %a{index}" for index, kind in enumerate(given))
    body = "\n".join(lines)
    return (
        f'declare i32 @"{inner}"({inside})\n'
        f'define {LLVM[gives]} @"{name}"({taken}) {{\n{body}\n}}\n'
    )


def declarations(thunks: dict[Any, str]) -> str:
    """The loops' thunks, as the table names them."""
    lines = []
    for function, name in thunks.items():
        taken = ", ".join(["i64"] * len(function.kinds))
        lines.append(f'declare double @"{name}"({taken})\n')
    return "".join(lines)


def data(table: list[str]) -> str:
    """The arena, the table of functions, and the components' numbers."""
    rows = contents.NUMBERS
    kind = f"[{len(rows[0])} x double]"
    written = []
    for row in rows:
        numbers = ", ".join(f"double {hexadecimal(x)}" for x in row)
        written.append(f"{kind} [{numbers}]")
    arena = f"[{areas.ARENA.size} x i8] zeroinitializer, align {areas.LINE}"
    functions = f"[{len(table)} x ptr] [{', '.join(table)}]"
    numbers = f"[{len(rows)} x {kind}] [{', '.join(written)}]"
    return (
        f'@"{memory.ARENA}" = global {arena}\n'
        f'@"{memory.START}" = global ptr @"{memory.ARENA}"\n'
        f'@"{memory.FUNCTIONS}" = constant {functions}\n'
        f'@"{memory.NUMBERS}" = constant {numbers}\n'
    )


def hexadecimal(x: float) -> str:
    """A float64 as LLVM reads it, to the last bit."""
    return "0x" + struct.pack(">d", x).hex().upper()


def for_wasm(text: str, layout: str) -> str:
    """The text of a numba module, for WebAssembly and not for this processor."""
    lines = re.sub(r"^target .*\n", "", text, flags=re.MULTILINE)
    host = "target-cpu|target-features|prefer-vector-width"
    lines = re.sub(f'"({host})"="[^"]*"', "", lines)
    lines = re.sub(r"(attributes #\d+ = \{)\s*\}", r"\1 nounwind }", lines)
    # our arrays own nothing, so nobody counts who uses them
    count = r"^ +(tail )?call void @NRT_(incref|decref).*$"
    lines = re.sub(count, "", lines, flags=re.MULTILINE)
    # what numba keeps by its address in this process: where anything that runs needs
    # it, the linker will say so
    kept = r"^(@numba.dynamic.globals\S+) = .*$"
    lines = re.sub(kept, r"\1 = external global ptr", lines, flags=re.MULTILINE)
    # errors as numba would raise them, with the places of files on this machine
    lines = re.sub(
        r"^(@\.const\.pickledata\S+ = internal constant) \[\d+ x i8\] c\".*$",
        r"\1 [1 x i8] zeroinitializer",
        lines,
        flags=re.MULTILINE,
    )
    lines = re.sub(
        r"^(@\.const\.picklebuf\S+ = internal constant \{[^{}]*\}) \{.*\}",
        r"\1 zeroinitializer",
        lines,
        flags=re.MULTILINE,
    )
    # WebAssembly knows no common linkage
    lines = lines.replace("= common ", "= internal ")
    head = f'target datalayout = "{layout}"\ntarget triple = "{TRIPLE}"\n'
    return head + lines
