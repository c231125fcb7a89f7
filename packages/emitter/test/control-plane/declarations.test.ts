import { describe, expect, it } from "vitest";
import { fullActionName, readControlPlane } from "../../src/control-plane/declarations.js";

const text = `
// table ghost { key = { } }
/* action ghost() { } */
header byte_t { bit<8> value; }
header lanes_t { bit<32> l0; int<32> l1; }
struct headers_t { lanes_t lanes; byte_t[3] key; }
struct metadata_t { bit<5> page; @field_list(0) bit<1> flag; }
control Other(inout headers_t hdr) { action unseen() { } apply { unseen(); } }
control Tile(inout headers_t hdr, inout metadata_t meta) {
    action next(bit<8> pc) { meta.flag = 1; }
    @id(0x10) action go(bit<8> pc, int<32> word) { next(pc); }
    action larger() { }
    bit<32> top;
    @id(7)
    @use_hash_action(1) table first {
        key = {
            hdr.key[1].value: exact;
            hdr.lanes.l1: ternary;
            top[6:4]: exact @name("index");
        }
        actions = { go; NoAction; }
        size = 64;
        default_action = go(3, 9);
    }
    table second {
        key = { meta.page: exact; }
        actions = { NoAction; }
        size = 2;
        const default_action = NoAction();
    }
    apply { if (meta.flag == 1) { larger(); } first.apply(); second.apply(); }
}`;

describe("readControlPlane", () => {
  const plane = readControlPlane(text, "Tile");

  it("reads keys with names, kinds and widths", () => {
    expect(plane.tables[0].keys).toEqual([
      { name: "hdr.key[1].value", match: "exact", widthBits: 8 },
      { name: "hdr.lanes.l1", match: "ternary", widthBits: 32 },
      { name: "index", match: "exact", widthBits: 3 },
    ]);
    expect(plane.tables[1].keys).toEqual([{ name: "meta.page", match: "exact", widthBits: 5 }]);
  });

  it("reads ids, sizes and default actions", () => {
    expect(plane.tables.map(({ name, id, size }) => ({ name, id, size }))).toEqual([
      { name: "first", id: 7, size: 64 },
      { name: "second", id: null, size: 2 },
    ]);
    expect(plane.tables[0].default).toEqual({ action: "go", args: [3, 9], isConst: false });
    expect(plane.tables[1].default).toEqual({ action: "NoAction", args: [], isConst: true });
  });

  it("lists the actions that tables list or the control calls, and leaves out those that are inlined", () => {
    expect(plane.actions).toEqual([
      { name: "NoAction", id: null, params: [] },
      {
        name: "go",
        id: 16,
        params: [
          { name: "pc", widthBits: 8 },
          { name: "word", widthBits: 32 },
        ],
      },
      { name: "larger", id: null, params: [] },
    ]);
    expect(fullActionName(plane, "go")).toBe("Tile.go");
    expect(fullActionName(plane, "NoAction")).toBe("NoAction");
  });

  it.each([
    ["a control that is not there", text, "Ingress", "no control Ingress"],
    ["a kind of match it does not know", text.replace("ternary", "lpm"), "Tile", "hdr.lanes.l1: lpm"],
    ["a key of unknown width", text.replace("top[6:4]", "standard.port"), "Tile", "standard.port"],
    ["a table without size", text.replace("size = 2;", ""), "Tile", "table second"],
    ["a block without an end", text.slice(0, -1), "Tile", "without an end"],
  ])("says what it cannot read: %s", (_, source, control, message) => {
    expect(() => readControlPlane(source, control)).toThrow(message);
  });
});
