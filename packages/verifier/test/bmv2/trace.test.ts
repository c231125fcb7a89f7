import { Random } from "@matchmul/common";
import { emit } from "@matchmul/emitter";
import { lower } from "@matchmul/planner";
import { randomModel } from "@matchmul/planner/testing";
import { describe, expect, it } from "vitest";
import { traceCommands, traced, tracePort } from "../../src/bmv2/trace.js";

describe("a program that shows its passes", () => {
  const model = randomModel(new Random(1), [6, 3], false);
  const program = lower(model, { slots: 2, encoding: "bytes", layers: [{ g: 3, planesPerPass: 1 }] });
  const [, text] = [...emit(program, { target: "v1model" })].find(([name]) => name.endsWith(".p4"))!;

  it("is the emitted one with a clone in front of what recirculates, and nothing else", () => {
    const changed = traced(`${text}`);
    expect(changed.match(/clone\(/g)).toHaveLength(1);
    expect(changed.replace("clone(CloneType.E2E, 1); recirculate", "recirculate")).toBe(`${text}`);
  });

  it("is refused where nothing recirculates", () => {
    expect(() => traced("control c() { apply { } }")).toThrow(
      expect.objectContaining({ code: "not-traceable" }),
    );
  });

  it("sends its copies out of a port that nothing else uses", () => {
    expect(tracePort([])).toBe(510);
    expect(tracePort([1, 510, 509])).toBe(508);
    expect(traceCommands(508)).toBe("mirroring_add 1 508\n");
  });
});
