import { MatchMulError } from "@matchmul/common";
import { type QuantizedModel, validateModel } from "@matchmul/quantizer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runInt8, runInt8Batch, runInt8Parallel } from "../src/run.js";
import { naiveInt8 } from "./naive.js";
import { randomChain, randomInput, randomNetwork } from "./random-model.js";

const widths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 });

describe("runInt8", () => {
  const equalsNaive = (model: QuantizedModel, seed: number, extreme: boolean) => {
    validateModel(model, `seed ${seed}`);
    const input = randomInput(seed + 1, model, extreme);
    const expected = naiveInt8(model, input);
    const result = runInt8(model, input, { tensors: true });
    expect(runInt8(model, input)).toEqual({ logits: result.logits, class: result.class });
    for (const [name, values] of expected)
      expect(Array.from(result.tensors![name], BigInt), `tensor ${name}`).toEqual(values);
    expect(Array.from(result.logits, BigInt)).toEqual(expected.get(model.logits));
    expect(BigInt(result.class)).toBe(expected.get(model.layers.at(-1)!.output)![0]);
  };

  it("equals the naive bigint model in every tensor of fully connected chains, extremes included", () => {
    fc.assert(
      fc.property(fc.nat(), widths, fc.boolean(), (seed, w, extreme) =>
        equalsNaive(randomChain(seed, w, extreme), seed, extreme),
      ),
      { numRuns: 200 },
    );
  });

  it("equals the naive bigint model in every tensor of networks with all kinds of layers", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, extreme) =>
        equalsNaive(randomNetwork(seed, extreme), seed, extreme),
      ),
      { numRuns: 300 },
    );
  });

  it("gives the lowest class on a tie", () => {
    const model = randomChain(1, [2, 4], false);
    const [layer] = model.layers;
    if (layer.kind !== "fully-connected") throw new Error("not a fully connected layer");
    layer.weights.fill(0);
    layer.bias.set([-7, 5, 5, 4]);
    expect(runInt8(model, Int8Array.of(3, 4)).class).toBe(1);
  });

  it("keeps intermediate tensors only when asked, accumulators before requantization included", () => {
    const model = randomChain(5, [6, 4, 3], false);
    const input = randomInput(2, model, false);
    expect(runInt8(model, input)).not.toHaveProperty("tensors");
    const { accumulators, logits } = runInt8(model, input, { tensors: true });
    expect(Object.keys(accumulators!)).toEqual(["layer0", "layer1"]);
    expect(accumulators!.layer1).toEqual(logits);
  });

  it("runs a batch as its images one by one", () => {
    const model = randomChain(9, [6, 4, 3], false);
    const inputs = [1, 2, 3].map((seed) => randomInput(seed, model, false));
    expect(runInt8Batch(model, inputs)).toEqual(inputs.map((input) => runInt8(model, input)));
  });

  it("gives the same results from worker threads", async () => {
    for (const seed of [4, 5, 6]) {
      const model = validateModel(randomNetwork(seed, false), "test");
      const inputs = Array.from({ length: 29 }, (_, i) => randomInput(seed + i, model, false));
      const expected = inputs.map((input) => runInt8(model, input, { kernels: "portable" }));
      expect(await runInt8Parallel(model, inputs, 3)).toEqual(expected);
    }
  });

  it("refuses inputs of another length or outside the range", () => {
    const model = randomChain(3, [4, 2], false);
    Object.assign(model.tensors[model.input], { dtype: "int8", range: [0, 127] });
    const code = (input: Int8Array) => {
      try {
        runInt8(model, input);
      } catch (cause) {
        return cause instanceof MatchMulError ? cause.code : "another error";
      }
      return "accepted";
    };
    expect(code(Int8Array.of(1, 2, 3))).toBe("int8-input-length");
    expect(code(Int8Array.of(1, 2, -3, 4))).toBe("int8-input-range");
    expect(code(Int8Array.of(1, 2, 3, 4))).toBe("accepted");
  });
});
