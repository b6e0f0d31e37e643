// Carries out a list of steps on halfmoon.wasm: standard input to standard output.
//
// A step is ["call", name, ...arguments], ["write", name, kind, numbers] to where the
// entry point `name` says, or ["read", name, kind, count, ...arguments] from there.
// Each gives one result: what was returned, nothing, or the numbers read.
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
const plain = (x) => (Number.isFinite(x) ? x : String(x));

function carryOut([what, name, ...rest]) {
  if (what === "call") return plain(exports[name](...rest));
  if (what === "write") {
    array(name, rest[0], rest[1].length, []).set(rest[1]);
    return null;
  }
  if (what === "time") {
    const start = performance.now();
    for (let i = 0; i < rest[0]; i += 1) exports[name](...rest.slice(1));
    return (performance.now() - start) / rest[0];
  }
  return Array.from(array(name, rest[0], rest[1], rest.slice(2)), plain);
}

process.stdout.write(JSON.stringify(steps.map(carryOut)));
