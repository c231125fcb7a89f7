import { Random } from "@matchmul/common";
import { SERVE_LANES } from "@matchmul/planner";
import { describe, expect, it } from "vitest";
import { serveCommands } from "../../src/index.js";
import { tilePipe, transitPipe } from "./pipes.js";

const linesOf = (pipe: Parameters<typeof serveCommands>[0], target = "v1model"): string[] =>
  serveCommands(pipe, target).toString().trimEnd().split("\n");

describe("serveCommands", () => {
  it("writes words of every length as unsigned numbers, and no row of zeros", () => {
    const random = new Random(4);
    const edges = [0, -1, 1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, 100_000, 9_999_999, 10_000_000];
    edges.push(99_999_999, 100_000_000, 999_999_999, 1_000_000_000, 2 ** 31 - 1, -(2 ** 31), -100_000_000);
    const pipe = tilePipe({ lookups: 1 });
    const words = Int32Array.from({ length: 512 * SERVE_LANES }, (_, i) => {
      if (Math.floor(i / SERVE_LANES) % 3 === 1) return 0;
      return i < edges.length ? edges[i] : random.integer(-(2 ** 31), 2 ** 31 - 1) >> random.integer(0, 31);
    });
    pipe.words = () => [words];
    const expected: string[] = [];
    for (let row = 0; row < 512; row++) {
      const values = words.subarray(row * SERVE_LANES, (row + 1) * SERVE_LANES);
      if (values.some((value) => value !== 0))
        expected.push(
          `table_add Serve.lookup_0 Serve.add_0 ${row} => ${[...values].map((v) => v >>> 0).join(" ")}`,
        );
    }
    expect(expected.length).toBeLessThan(400);
    expect(linesOf(pipe).filter((line) => line.includes("lookup_0"))).toEqual(expected);
  });

  it("gives a Tofino a row's page and byte, and the ways of answers", () => {
    const pipe = tilePipe({ lookups: 1 });
    pipe.words = () => [
      Int32Array.from({ length: 512 * SERVE_LANES }, (_, i) => (i === 300 * SERVE_LANES ? 5 : 0)),
    ];
    const words = [5, ...new Array(31).fill(0)].join(" ");
    expect(linesOf(pipe, "tna")).toContain(`table_add Serve.lookup_0 Serve.add_0 1 44 => ${words}`);
    expect(linesOf(pipe, "tna")).toContain("table_add Serve.answers Serve.forward 2 => 8");
    expect(linesOf(pipe)).toContain(`table_add Serve.lookup_0 Serve.add_0 300 => ${words}`);
    expect(linesOf(pipe).join()).not.toContain("answers");
  });

  it("makes a node for each replication id of a group, numbered as the switch numbers them", () => {
    expect(linesOf(transitPipe).filter((line) => line.startsWith("mc_"))).toEqual([
      "mc_mgrp_create 1",
      "mc_node_create 1 68",
      "mc_node_associate 1 0",
      "mc_mgrp_create 2",
      "mc_node_create 2 8 4",
      "mc_node_associate 2 1",
      "mc_node_create 65535 68",
      "mc_node_associate 2 2",
    ]);
  });

  it("writes steps backwards in two's complement, and banks without an offset at the address", () => {
    const pipe = tilePipe({ banked: true, lookups: 3 });
    const [entry] = pipe.sequencer.filter(({ step }) => step.op === "sum" && step.offsets !== null);
    if (entry.step.op === "sum") entry.step.offsets = [-1];
    expect(linesOf(pipe)).toContain(
      "table_add Serve.sequencer Serve.sum_1_banked 4 0 2 => 1 3 65533 65520 65532 65533 65533",
    );
  });

  it("keeps to one line and to ASCII whatever a label says", () => {
    const pipe = tilePipe();
    pipe.sequencer[0].label = "a\nregister_write é";
    const text = serveCommands(pipe, "v1model").toString("latin1");
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).toContain("# a?register_write ?\n");
  });
});
