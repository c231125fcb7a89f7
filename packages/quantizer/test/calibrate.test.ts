import { MatchMulError } from "@matchmul/common";
import { describe, expect, it } from "vitest";
import { calibrate, samplesOf } from "../src/calibrate.js";
import { GraphBuilder, randomImages } from "../src/testing/graphs.js";

function graph() {
  const g = new GraphBuilder("x", ["N", 4]);
  g.constant("w", [4, 2], [1, 0, 0, 1, 1, 0, 0, -1]);
  g.node("Relu", "y", [g.node("MatMul", "m", ["x", "w"])]);
  return g.graph("y");
}

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (cause) {
    return cause instanceof MatchMulError ? cause.code : String(cause);
  }
  return "accepted";
};

describe("calibrate", () => {
  it("keeps the statistics of the input and of every node's output", () => {
    const { statistics, samples } = calibrate(graph(), [
      [1, 2, 3, 4],
      [-5, 0, 0.5, 8],
    ]);
    expect(samples).toBe(2);
    const ranges = Object.fromEntries([...statistics].map(([name, s]) => [name, [s.min, s.max]]));
    expect(ranges).toEqual({ x: [-5, 8], m: [-8, 4], y: [0, 4] });
  });

  it("takes single images from an archive's array", () => {
    const data = Float32Array.from({ length: 8 }, (_, i) => i);
    expect(samplesOf(graph(), { shape: [2, 4], data }).map((s) => Array.from(s))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(code(() => samplesOf(graph(), { shape: [4, 2], data }))).toBe("calibration-shape");
    expect(code(() => samplesOf(graph(), { shape: [8], data }))).toBe("calibration-shape");
  });

  it("runs a graph whose batch is fixed", () => {
    const g = new GraphBuilder("x", [3, 4]);
    g.constant("w", [4, 2], [1, 0, 0, 1, 1, 0, 0, -1]);
    const { statistics } = calibrate(g.graph(g.node("MatMul", "m", ["x", "w"])), [[1, 2, 3, 4]]);
    expect(statistics.get("m")!.count).toBe(2);
  });

  it("says in one error what is wrong with the samples", () => {
    expect(code(() => calibrate(graph(), []))).toBe("calibration-empty");
    expect(code(() => calibrate(graph(), [[1, 2, 3]]))).toBe("calibration-shape");
    expect(code(() => calibrate(graph(), [[1, 2, Number.NaN, 3]]))).toBe("calibration-not-finite");
    expect(code(() => calibrate(graph(), [[1, 2, Number.POSITIVE_INFINITY, 3]]))).toBe(
      "calibration-not-finite",
    );
    // Finite samples whose activations overflow float32.
    expect(code(() => calibrate(graph(), [[3e38, 0, 3e38, 0]]))).toBe("calibration-not-finite");
    const options = [{ percentile: 10 }, { percentile: Number.NaN }, { method: "guess" as "min-max" }];
    expect(options.map((o) => code(() => calibrate(graph(), randomImages(1, 4, 0, 1), o)))).toEqual([
      "calibration-percentile",
      "calibration-percentile",
      "quantize-option",
    ]);
  });
});
