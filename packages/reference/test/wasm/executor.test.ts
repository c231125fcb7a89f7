import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveQuantizedModel, validateModel } from "@matchmul/quantizer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runInt8 } from "../../src/run.js";
import { WasmExecutor } from "../../src/wasm/executor.js";
import { randomChain, randomInput, randomNetwork, randomPooled } from "../random-model.js";

describe("the WebAssembly kernels", () => {
  it("give the portable executor's bits on fully connected chains, extremes included", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 2, maxLength: 4 }),
        fc.boolean(),
        (seed, widths, extreme) => {
          const model = validateModel(randomChain(seed, widths, extreme), "test");
          const executor = WasmExecutor.of(model);
          for (const k of [1, 2]) {
            const input = randomInput(seed + k, model, extreme);
            expect(executor.run(input)).toEqual(runInt8(model, input, { kernels: "portable" }));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("give the portable executor's bits on networks with all kinds of layers", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, extreme) => {
        const model = validateModel(randomNetwork(seed, extreme), "test");
        const executor = WasmExecutor.of(model);
        for (const k of [1, 2]) {
          const input = randomInput(seed + k, model, extreme);
          expect(executor.run(input)).toEqual(runInt8(model, input, { kernels: "portable" }));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("give the portable executor's bits where a pool is taken before the requantization", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, extreme) => {
        const model = validateModel(randomPooled(seed, extreme), "test");
        const input = randomInput(seed, model, extreme);
        expect(WasmExecutor.of(model).run(input)).toEqual(runInt8(model, input, { kernels: "portable" }));
      }),
      { numRuns: 200 },
    );
  });

  it("run a model file in the memory it is read into", () => {
    const folder = mkdtempSync(join(tmpdir(), "matchmul-"));
    const path = join(folder, "model.safetensors");
    for (const widths of [
      [64, 32, 8],
      [16, 10],
    ]) {
      const model = validateModel(randomChain(3, widths, false), "test");
      writeFileSync(path, saveQuantizedModel(model));
      const { executor } = WasmExecutor.open(path);
      const input = randomInput(5, model, false);
      expect(executor.run(input)).toEqual(runInt8(model, input, { kernels: "portable" }));
    }
    rmSync(folder, { recursive: true });
    expect(() => WasmExecutor.open(path)).toThrow(/cannot be read/);
  });
});
