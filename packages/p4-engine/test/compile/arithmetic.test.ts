import fc from "fast-check";
import { expect, test } from "vitest";
import { engineOf, hexOf, send } from "./programs.js";
import { type Choose, ExpressionMaker, fit, type IntegerType, nameOf } from "./random-program.js";

const up8 = (width: number): number => Math.ceil(width / 8) * 8;

/** A generator of choices from a seed (sfc32-like), so that fast-check shrinks nothing but the seed. */
function chooser(seed: number): Choose {
  let x = seed | 1;
  return (n) => {
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    x ^= x >>> 15;
    x = (x + 0x9e3779b9) | 0;
    return (x >>> 0) % n;
  };
}

interface Run {
  top: string;
  ingress: string;
  locals: string;
  inputs: { name: string; type: IntegerType }[];
  outputs: { name: string; type: IntegerType }[];
  execute: (env: Map<string, bigint>) => void;
}

/** A program of assignments to variables of random types: locals, metadata-like structs, header fields, slices. */
function randomRun(choose: Choose, maxWidth: number, favourite?: number): Run {
  const shape = new ExpressionMaker(choose, [], maxWidth, favourite);
  const inputs = Array.from({ length: 5 }, (_, i) => ({
    name: `hdr.given.i${i}`,
    type: { signed: choose(3) === 0, width: shape.width() },
  }));
  const places = ["control", "local", "field"] as const;
  const outputs = Array.from({ length: 10 }, (_, i) => {
    const where = places[choose(places.length)];
    return { name: where === "field" ? `meta.v${i}` : `${where}_${i}`, type: shape.type(), where };
  });
  const known = [...inputs];
  const steps: ((env: Map<string, bigint>) => void)[] = [];
  const lines: string[] = [];
  for (const o of outputs) {
    const maker = new ExpressionMaker(choose, known, maxWidth, favourite);
    const e = maker.expression(o.type, 4);
    lines.push(o.where === "local" ? `${nameOf(o.type)} ${o.name} = ${e.text};` : `${o.name} = ${e.text};`);
    steps.push((env) => env.set(o.name, e.value(env)));
    if (choose(2) === 0) {
      const lo = choose(o.type.width);
      const hi = lo + choose(o.type.width - lo);
      const part = maker.expression({ signed: false, width: hi - lo + 1 }, 2);
      lines.push(`${o.name}[${hi}:${lo}] = ${part.text};`);
      const mask = ((1n << BigInt(hi - lo + 1)) - 1n) << BigInt(lo);
      steps.push((env) => {
        const old = env.get(o.name) as bigint;
        env.set(o.name, fit((old & ~mask) | (part.value(env) << BigInt(lo)), o.type));
      });
    }
    known.push({ name: o.name, type: o.type });
  }
  const pad = (w: number, i: number) => (up8(w) > w ? `bit<${up8(w) - w}> pad${i};` : "");
  const top = `
header in_t { ${inputs.map((v, i) => `${nameOf(v.type)} i${i}; ${pad(v.type.width, i)}`).join(" ")} }
header out_t { ${outputs.map((v, i) => `bit<${up8(v.type.width)}> o${i};`).join(" ")} }
struct headers_t { in_t given; out_t result; }`;
  const locals = outputs
    .filter((o) => o.where === "control")
    .map((o) => `${nameOf(o.type)} ${o.name};`)
    .join("\n");
  const results = outputs.map(
    (o, i) => `hdr.result.o${i} = (bit<${up8(o.type.width)}>)(bit<${o.type.width}>)${o.name};`,
  );
  const ingress = [...lines, "hdr.result.setValid();", ...results].join("\n");
  const execute = (env: Map<string, bigint>) => {
    for (const step of steps) step(env);
  };
  return { top, locals, ingress, inputs, outputs, execute };
}

function check(seed: number, maxWidth: number, favourite?: number): void {
  const choose = chooser(seed);
  const run = randomRun(choose, maxWidth, favourite);
  const metadata = run.outputs
    .filter((o) => o.name.startsWith("meta."))
    .map((o) => `${nameOf(o.type)} ${o.name.slice(5)};`)
    .join(" ");
  const engine = engineOf({
    top: run.top,
    metadata,
    locals: run.locals,
    states: "state start { pkt.extract(hdr.given); transition accept; }",
    ingress: run.ingress,
    deparser: "pkt.emit(hdr.result);",
  });
  const maker = new ExpressionMaker(choose, [], maxWidth);
  for (let round = 0; round < 6; round++) {
    const env = new Map<string, bigint>();
    let packet = "";
    for (const v of run.inputs) {
      const value = maker.number(v.type);
      env.set(v.name, value);
      const w = v.type.width;
      packet += hexOf(BigInt.asUintN(w, value) << BigInt(up8(w) - w), up8(w));
    }
    run.execute(env);
    const expected = run.outputs
      .map((o) => hexOf(BigInt.asUintN(o.type.width, env.get(o.name) as bigint), up8(o.type.width)))
      .join("");
    expect(send(engine, 1, packet), `seed ${seed}, packet ${packet}`).toEqual([`0:${expected}`]);
  }
}

test("random programs over widths 1 to 128 compute what bigint arithmetic computes", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => check(seed, 128)),
    { numRuns: 120 },
  );
});

test("random programs over widths 1 to 32, which never leave numbers", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => check(seed, 32)),
    { numRuns: 120 },
  );
});

test("every width from 1 to 128", () => {
  for (let width = 1; width <= 128; width++) check(1000 + width, 128, width);
});
