import { MatchMulError } from "@matchmul/common";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantizeInput } from "../src/quantize-input.js";
import type { QuantizedTensor } from "../src/quantized-model.js";
import { randomModel } from "../src/testing/models.js";

function model(tensor: Partial<QuantizedTensor>) {
  const made = randomModel(1, 1);
  Object.assign(made.tensors.image, tensor);
  return made;
}

describe("quantizeInput", () => {
  it("rounds halves to even and saturates at the tensor's range", () => {
    const one = (x: number, tensor: Partial<QuantizedTensor>) => quantizeInput(model(tensor), [x])[0];
    const signed: Partial<QuantizedTensor> = { scale: 0.5, range: [-128, 127] };
    expect([0.25, 0.75, 1.25, -0.25, -0.75].map((x) => one(x, signed))).toEqual(
      [0, 2, 2, 0, -2].map((v) => v + 0),
    );
    expect([1e30, -1e30, 63.6, -64.3].map((x) => one(x, signed))).toEqual([127, -128, 127, -128]);
    expect([-5, 0.4, 80].map((x) => one(x, { scale: 0.5, range: [0, 127] }))).toEqual([0, 1, 127]);
  });

  it("divides in float32 and adds the zero point, as ONNX QuantizeLinear", () => {
    const scale = fc.float({ noNaN: true, min: Math.fround(1e-6), max: 1000 });
    const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(value, scale, fc.integer({ min: 0, max: 255 }), (x, s, zeroPoint) => {
        const bytes = quantizeInput(model({ dtype: "uint8", scale: s, zeroPoint, range: [0, 255] }), [x]);
        const quotient = Math.fround(x / s);
        const below = Math.floor(quotient);
        const rest = quotient - below;
        const rounded = rest === 0.5 ? below + Math.abs(below % 2) : rest < 0.5 ? below : below + 1;
        expect(new Uint8Array(bytes.buffer)[0]).toBe(Math.max(0, Math.min(255, rounded + zeroPoint)));
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses images of another size, NaN and infinity", () => {
    const code = (values: number[]) => {
      try {
        quantizeInput(randomModel(1, 2), values);
      } catch (cause) {
        return cause instanceof MatchMulError ? cause.code : String(cause);
      }
      return "accepted";
    };
    expect(code([1])).toBe("input-shape");
    expect(code([1, Number.NaN])).toBe("input-not-finite");
    expect(code([Number.NEGATIVE_INFINITY, 1])).toBe("input-not-finite");
    expect(code([1e39, 1])).toBe("input-not-finite");
    expect(code([1, 1])).toBe("accepted");
  });
});
