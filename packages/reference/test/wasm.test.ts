import { saveQuantizedModel, validateModel } from "@matchmul/quantizer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runInt8 } from "../src/run.js";
import { WasmExecutor } from "../src/wasm/executor.js";
import { randomChain, randomInput, randomNetwork } from "./random-model.js";

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

  it("run a model file in the memory it was read into", () => {
    for (const widths of [
      [64, 32, 8],
      [16, 10],
    ]) {
      const model = validateModel(randomChain(3, widths, false), "test");
      const { executor } = WasmExecutor.ofFile(saveQuantizedModel(model));
      const input = randomInput(5, model, false);
      expect(executor.run(input)).toEqual(runInt8(model, input, { kernels: "portable" }));
    }
  });
});
