// Carries out steps on halfmoon.wasm: from standard input to standard output.
//
// A step is ["call", name, ...arguments], ["write", name, kind, numbers] to where the
// entry point `name` says, ["read", name, kind, count, ...arguments] from there, or
// ["parts"] for the names that the file imports and exports.
import { readFileSync } from "node:fs";

const { wasm, steps } = JSON.parse(readFileSync(0, "utf8"));
const module = new WebAssembly.Module(readFileSync(wasm));
const { exports } = new WebAssembly.Instance(module, {});
const kinds = { d: Float64Array, i: Int32Array };

function array(name, kind, count, values) {
  const address = exports[name](...values) >>> 0;
  return address ? new kinds[kind](exports.memory.buffer, address, count) : [];
}

// JSON has no NaN and no infinity
function plain(x) {
  return Number.isFinite(x) ? x : String(x);
}

const actions = {
  call: (name, ...values) => plain(exports[name](...values)),
  read: (name, kind, count, ...values) => Array.from(array(name, kind, count, values), plain),
  write(name, kind, numbers) {
    array(name, kind, numbers.length, []).set(numbers);
    return null;
  },
  parts: () => ({
    imports: WebAssembly.Module.imports(module).map((part) => part.name),
    exports: Object.keys(exports),
  }),
};

const results = steps.map(([action, ...values]) => actions[action](...values));
process.stdout.write(JSON.stringify(results));
