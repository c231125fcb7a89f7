import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/control/commands/index.js";
import { runCommands } from "../../src/control/index.js";
import { P4Error } from "../../src/errors.js";
import { device, outOf, send } from "./program.js";

const EXACT = 1;
const TERNARY = 2;
const RANGE = 3;
const LPM = 4;
const COUNTED = 5;
const METERED = 6;
const SELECTED = 7;
const GROUP = 9;
const CLONE = 10;

const setup = (text = "") => {
  const d = device();
  const printed: string[] = [];
  const run = (more: string) => runCommands(d, more, { file: "cmds.txt", print: (l) => printed.push(l) });
  run(text);
  return { d, run, printed };
};

const code = (text: string) => {
  try {
    setup(text);
  } catch (e) {
    if (e instanceof P4Error) return [e.code, e.line];
    throw e;
  }
  return null;
};

describe("simple_switch_CLI commands", () => {
  it("add, change and remove entries", () => {
    const { d, run, printed } = setup(`
      # a comment
      table_add exact_t set 1 => 0x11
      table_add I.exact_t I.wide 0x02 => 00:00:00:00:ab:cd 10.0.0.1   # and one behind
    `);
    expect(outOf(d, 1, 0, EXACT)).toBe(0x11);
    expect(send(d, 2, 0, EXACT)).toEqual([[1, 0, 0xabcd]]);
    run("table_modify exact_t set 0 0x22");
    expect(outOf(d, 1, 0, EXACT)).toBe(0x22);
    run("table_modify exact_t set 0 => 0x23");
    expect(outOf(d, 1, 0, EXACT)).toBe(0x23);
    run("table_set_default exact_t set 0x33");
    run("table_delete exact_t 0");
    expect(outOf(d, 1, 0, EXACT)).toBe(0x33);
    run("table_delete_match exact_t 2\ntable_num_entries exact_t");
    expect(printed).toEqual(["0"]);
    run("table_add exact_t set 1 => 1\ntable_clear exact_t");
    expect(outOf(d, 1, 0, EXACT)).toBe(0x33);
  });

  it("match ternary and lpm keys, the smallest priority first", () => {
    const { d, run } = setup(`
      table_add ternary_t set 0x10&&&0xf0 10.0.0.0/8 => 0x51 20
      table_add ternary_t set 0x11&&&0xff 0x0a000000/8 => 0x52 10
      table_add ternary_t set 0&&&0 0/0 => 0x53 30
      table_add lpm_t set 10.1.0.0/16 => 0x61
      table_add lpm_t set 10.0.0.0/8 => 0x62
    `);
    expect([outOf(d, 0x11, 0x0a000001, TERNARY), outOf(d, 0x12, 0x0affffff, TERNARY)]).toEqual([0x52, 0x51]);
    expect(outOf(d, 0x12, 0x0b000000, TERNARY)).toBe(0x53);
    run("table_delete_match ternary_t 0&&&0 0/0 30");
    expect(outOf(d, 0x12, 0x0b000000, TERNARY)).toBe(1);
    expect([0x0a010203, 0x0a020203, 0x0b000000].map((ip) => outOf(d, 0, ip, LPM))).toEqual([0x61, 0x62, 3]);
  });

  it("match ranges and optional keys", () => {
    const { d } = setup(`
      table_add range_t set 10->20 0&&&0 => 0x71 2
      table_add range_t set 15->15 0x0a000001 => 0x72 1
    `);
    expect(outOf(d, 15, 0x0a000001, RANGE)).toBe(0x72);
    expect(outOf(d, 15, 0x0a000002, RANGE)).toBe(0x71);
    expect(outOf(d, 21, 0, RANGE)).toBe(2);
  });

  it("show tables", () => {
    const { run, printed } = setup(`
      table_add ternary_t set 0x10&&&0xf0 10.0.0.0/8 => 0x51 20
    `);
    run("table_dump ternary_t");
    expect(printed).toEqual([
      "==========",
      "TABLE ENTRIES",
      "**********",
      "Dumping entry 0x0",
      "Match key:",
      "* hdr.h.k             : TERNARY   10 &&& f0",
      "* hdr.h.ip            : LPM       0a000000/8",
      "Priority: 20",
      "Action entry: I.set - 51",
      "==========",
      "Dumping default entry",
      "Action entry: I.set - 01",
      "==========",
    ]);
    printed.length = 0;
    run("table_info lpm_t\nshow_tables");
    expect(printed.slice(0, 2)).toEqual(["I.lpm_t [hdr.h.ip(lpm, 32)]", "  I.set [v(8)]"]);
    expect(printed).toContain("I.range_t");
  });

  it("select among members", () => {
    const { d, run } = setup(`
      act_prof_create_member sel set 0x41
      act_prof_create_member sel set 0x42
      act_prof_create_group sel
      act_prof_add_member_to_group sel 0 0
      act_prof_add_member_to_group sel 1 0
      table_indirect_add_with_group selected_t 1 => 0
      table_indirect_add selected_t 2 => 1
      table_indirect_set_default selected_t 0
    `);
    expect([0, 1].map((ip) => outOf(d, 1, ip, SELECTED))).toEqual([0x41, 0x42]);
    expect([outOf(d, 2, 0, SELECTED), outOf(d, 3, 0, SELECTED)]).toEqual([0x42, 0x41]);
    run("act_prof_modify_member sel set 1 0x44\nact_prof_remove_member_from_group sel 0 0");
    expect([0, 1].map((ip) => outOf(d, 1, ip, SELECTED))).toEqual([0x44, 0x44]);
    run("table_indirect_delete selected_t 1\nact_prof_delete_group sel 0\nact_prof_delete_member sel 0");
    expect(outOf(d, 2, 0, SELECTED)).toBe(0);
  });

  it("replicate packets", () => {
    const { d, run, printed } = setup(`
      mc_mgrp_create 5
      mc_node_create 1 3 2
      mc_node_create 2 4 |
      mc_node_associate 5 0
      mc_node_associate 5 1
      mirroring_add 8 6
      mirroring_add_mc 9 5
    `);
    expect(send(d, 5, 0, GROUP).map(([port, rid]) => [port, rid])).toEqual([
      [2, 1],
      [3, 1],
      [4, 2],
    ]);
    expect(
      send(d, 8, 0, CLONE)
        .map(([port]) => port)
        .sort(),
    ).toEqual([1, 6]);
    expect(
      send(d, 9, 0, CLONE)
        .map(([port]) => port)
        .sort(),
    ).toEqual([1, 2, 3, 4]);
    run("mc_node_update 0 7\nmc_node_dissociate 5 1\nmirroring_delete 8\nmirroring_get 9");
    expect(printed.at(-1)).toBe("multicast group 5");
    expect(send(d, 5, 0, GROUP).map(([port]) => port)).toEqual([7]);
    expect(send(d, 8, 0, CLONE).map(([port]) => port)).toEqual([1]);
    run("mc_node_destroy 0\nmc_dump\nmc_mgrp_destroy 5");
    expect(printed.at(-1)).toBe("mgrp(5)");
    expect(send(d, 5, 0, GROUP)).toEqual([]);
  });

  it("read and write state", () => {
    const { d, run, printed } = setup("register_write r 0 41\ntable_add counted_t count_it 3 => 7");
    send(d, 3, 0, COUNTED);
    send(d, 3, 0, COUNTED);
    run("register_read r 0\nregister_read I.r\ncounter_read c 3\ncounter_read dc 0");
    expect(printed).toEqual([
      "r[0]= 43",
      "I.r= 43, 0, 0, 0",
      "c[3]= (packets=2, bytes=24)",
      "dc[0]= (packets=2, bytes=24)",
    ]);
    run("register_reset r\ncounter_reset c\ncounter_write c 1 5 6\ncounter_reset dc");
    printed.length = 0;
    run("register_read r 0\ncounter_read c 3\ncounter_read c 1\ncounter_read dc 0");
    expect(printed).toEqual([
      "r[0]= 0",
      "c[3]= (packets=0, bytes=0)",
      "c[1]= (packets=5, bytes=6)",
      "dc[0]= (packets=0, bytes=0)",
    ]);
  });

  it("set meters", () => {
    const { d, run, printed } = setup(`
      table_add metered_t colour 3 =>
      meter_set_rates dm 0 0.1:1 0.2:2
      meter_array_set_rates me 1:100 2:200
    `);
    expect([0, 1, 2].map(() => outOf(d, 3, 0, METERED))).toEqual([0, 1, 2]);
    run("meter_get_rates me 1");
    expect(printed).toEqual(["0: info rate = 1, burst size = 100", "1: info rate = 2, burst size = 200"]);
  });

  it("fill value sets", () => {
    const { d, run, printed } = setup("pvs_add P.special 0x0500000007");
    expect([outOf(d, 5, 7, 0), outOf(d, 5, 8, 0)]).toEqual([0xaa, 0]);
    run("pvs_get special\npvs_remove special 0x0500000007");
    expect(printed).toEqual(["500000007"]);
    expect(outOf(d, 5, 7, 0)).toBe(0);
  });

  it("say what is wrong, and where", () => {
    expect(code("\n\n  table_ad t x 1 => 2")).toEqual(["unknown-command", 3]);
    expect(code("table_add nowhere set 1 => 2")).toEqual(["unknown-table", 1]);
    expect(code("table_add exact_t nothing 1 => 2")).toEqual(["unknown-action", 1]);
    expect(code("table_add exact_t set 1 2 => 2")).toEqual(["key-count", 1]);
    expect(code("table_add exact_t set 1 => 2 3")).toEqual(["argument-count", 1]);
    expect(code("table_add exact_t set 256 => 2")).toEqual(["value-range", 1]);
    expect(code("table_add exact_t set x => 2")).toEqual(["bad-value", 1]);
    expect(code("table_add exact_t set 1 => 300")).toEqual(["value-range", 1]);
    expect(code("table_add exact_t set 1 => 2\ntable_add exact_t set 1 => 3")).toEqual([
      "duplicate-entry",
      2,
    ]);
    expect(code("table_add ternary_t set 1 0/0 => 2 1")).toEqual(["bad-value", 1]);
    expect(code("table_add ternary_t set 1&&&1 0/0 => 2")).toEqual(["argument-count", 1]);
    expect(code("table_add lpm_t set 10.0.0.256/8 => 2")).toEqual(["bad-value", 1]);
    expect(code("table_add lpm_t set 10.0.0.0/33 => 2")).toEqual(["value-range", 1]);
    expect(code("table_add fixed_t set 2 => 2")).toEqual(["frozen-table", 1]);
    expect(code("table_set_default fixed_t set 2")).toEqual(["frozen-default", 1]);
    expect(code("table_delete exact_t 3")).toEqual(["unknown-handle", 1]);
    expect(code("table_delete exact_t")).toEqual(["argument-count", 1]);
    expect(code("register_read nothing 1")).toEqual(["unknown-register", 1]);
    expect(code("register_write r 9 1")).toEqual(["unknown-index", 1]);
    expect(code("counter_read c 9")).toEqual(["unknown-index", 1]);
    expect(code("mc_node_associate 1 0")).toEqual(["unknown-handle", 1]);
    expect(code("mc_mgrp_create 1\nmc_mgrp_create 1")).toEqual(["duplicate-entry", 2]);
    expect(code("table_indirect_add exact_t 1 => 0")).toEqual(["no-profile", 1]);
    expect(code("set_queue_depth 1000000")).toBe(null);
  });

  it("throw nothing but P4Error, whatever the text", () => {
    const names = [
      "exact_t",
      "ternary_t",
      "I.lpm_t",
      "selected_t",
      "r",
      "c",
      "dc",
      "dm",
      "me",
      "sel",
      "special",
      "set",
      "wide",
    ];
    const word = fc.oneof(
      fc.constantFrom(
        ...commands.keys(),
        ...names,
        "=>",
        "|",
        "0",
        "1",
        "-1",
        "0x10&&&0xff",
        "10.0.0.0/8",
        "1->2",
        "0.5:3",
      ),
      fc.string({ maxLength: 6 }),
    );
    // A dump of a register array takes as long as the array is; these are small.
    const line = fc.tuple(fc.constantFrom(...commands.keys()), fc.array(word, { maxLength: 6 }));
    const { run } = setup();
    fc.assert(
      fc.property(line, ([command, words]) => {
        try {
          run([command, ...words].join(" "));
        } catch (e) {
          expect(e).toBeInstanceOf(P4Error);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
