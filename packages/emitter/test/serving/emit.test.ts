import { describe, expect, it } from "vitest";
import { emitServing, servePipes } from "../../src/index.js";
import { mergePipe, networkOf, servingTargets, tilePipe, transitPipe, variants } from "./pipes.js";

/** Text without comments and types. */
const code = (text: string): string =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "")
    .replace(/<[\w<>, ]+>(?=\s*\()/g, "");

describe.each(servingTargets)("serving programs for %s", (target) => {
  describe.each(variants)("%s", (_, pipe) => {
    const [{ program, entries }] = servePipes(networkOf(pipe), { target });
    const { text } = program;

    it("have no remains of the template, and the network and its layers on top", () => {
      expect(text).not.toMatch(/<%|%>|undefined|\[object|NaN/);
      expect(text).not.toMatch(/[ \t]+$/m);
      expect(text).toMatch(/^\/\*\n \* small: /);
      if (pipe.program === "tile") expect(text.slice(0, 300)).toContain("layer 1: fc1");
    });

    it("use nothing a Tofino lacks: no product, no shift by a variable", () => {
      expect(code(text)).not.toMatch(/\*/);
      for (const [, distance] of code(text).matchAll(/(?:<<|>>)\s*(\S+?)[;)]/g))
        expect(distance).toMatch(/^\d+$/);
    });

    it("declare each table the entries name, and each of its actions with as many parameters", () => {
      const lines = entries().toString().trim().split("\n");
      for (const line of lines.filter((l) => l.startsWith("table_add"))) {
        const [, table, action, ...rest] = line.split(" ");
        const params = rest.slice(rest.indexOf("=>") + 1);
        expect(text).toContain(`table ${table.split(".")[1]} {`);
        const declared = new RegExp(`action ${action.split(".")[1]}\\(([^)]*)\\)`).exec(text)![1];
        expect(params, line).toHaveLength(declared === "" ? 0 : declared.split(",").length);
      }
    });

    it("size every table", () => {
      const tables = text.match(/\btable \w+ \{/g)!.length;
      expect(text.match(/\bsize = \d+;/g)!).toHaveLength(tables);
    });
  });

  it("are shared by pipes of one shape, whatever their weights and numbers of entries", () => {
    const other = tilePipe({ pools: true });
    other.storeRows = 500;
    other.loopbacks = [target === "v1model" ? 68 : 68 + 128];
    other.words = () => [];
    const programs = servePipes(networkOf(tilePipe(), tilePipe({ lookups: 3 }), other, mergePipe), {
      target,
    });
    const names = programs.map(({ program }) => program.name);
    expect(names[0]).toBe(names[2]);
    expect(programs[0].program.text).toBe(programs[2].program.text);
    expect(new Set(names).size).toBe(3);
    // The shared program can do what either needs.
    expect(programs[0].program.text).toContain("action pool_lanes");
  });

  it("are the same for another model of about the same size: only entries differ", () => {
    const other = tilePipe();
    other.states = other.arrivals = 5;
    other.storeRows = 30;
    other.slots = [0, 1, 2].map((slot) => ({ layer: 0, slot, base: slot, arrivals: slot, state: slot }));
    const [[a], [b]] = [tilePipe(), other].map((pipe) => servePipes(networkOf(pipe), { target }));
    expect(b.program).toEqual(a.program);
    expect(b.entries().equals(a.entries())).toBe(false);
  });

  it("come with their entries in a folder for each pipe, one file after the other", () => {
    let made = 0;
    const counted = tilePipe();
    const { words } = counted;
    counted.words = () => {
      made++;
      return words();
    };
    const files = emitServing(networkOf(counted, { ...transitPipe, name: "spine0-pipe3" }), { target });
    const first = files.next().value!;
    expect(first.path).toMatch(/^leaf0-pipe0\/tile_[0-9a-f]{8}\.p4$/);
    expect(made).toBe(0);
    const paths = [...files].map(({ path }) => path.replace(/_\w{8}/, ""));
    expect(paths).toEqual(["leaf0-pipe0/entries.txt", "spine0-pipe3/transit.p4", "spine0-pipe3/entries.txt"]);
    expect(made).toBe(1);
  });
});

describe("servePipes for t2na", () => {
  it("gives an even number of lookups, since two banks share a cell", () => {
    const [odd, banked] = [tilePipe({ lookups: 3 }), tilePipe({ lookups: 3, banked: true })].map(
      (pipe) => servePipes(networkOf(pipe), { target: "t2na" })[0].program.text,
    );
    expect(odd).toContain("table lookup_3 {");
    expect(banked).not.toContain("table lookup_3 {");
  });
});

describe("emitServing", () => {
  it("refuses an unknown target", () => {
    expect(() => [...emitServing(networkOf(), { target: "ebpf" })]).toThrow(
      expect.objectContaining({ code: "unknown-target" }),
    );
  });
});
