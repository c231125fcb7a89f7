import { describe, expect, it } from "vitest";
import { servePipes } from "../../src/index.js";
import { has, runIn } from "../control-plane/support.js";
import { networkOf, variants } from "./pipes.js";

describe.skipIf(!has("p4c-bm2-ss"))("p4c-bm2-ss", () => {
  it.each(variants)("accepts the serving program without a warning: %s", (_, pipe) => {
    const [{ program }] = servePipes(networkOf(pipe), { target: "v1model" });
    // Warnings are errors here.
    const options = ["--Werror", "--std", "p4-16", "-o", "program.json", "program.p4"];
    expect(runIn({ "program.p4": program.text }, "p4c-bm2-ss", options).out).toBe("");
  });
});
