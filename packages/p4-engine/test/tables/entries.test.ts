import { describe, expect, it } from "vitest";
import { P4Error } from "../../src/errors.js";
import { ActionProfile, createTable, entryPriorities, type TableShape } from "../../src/tables/index.js";

const shape: TableShape = {
  name: "ingress.t",
  keys: [{ name: "hdr.h.a", kind: "ternary", widthBits: 8 }],
  actions: [
    {
      name: "set",
      params: [
        { name: "narrow", widthBits: 9 },
        { name: "wide", widthBits: 100 },
      ],
    },
    { name: "NoAction", params: [], scope: "default-only" },
    { name: "only", params: [], scope: "table-only" },
  ],
  size: 2,
};

const code = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    if (e instanceof P4Error) return e.code;
    throw e;
  }
  return "none";
};

const exact = (value: number) => [{ kind: "exact" as const, value }];

describe("entries", () => {
  it("give back what was put in", () => {
    const t = createTable(shape);
    t.setDefault(1, []);
    const handle = t.insert([{ kind: "ternary", value: 0xff, mask: 0xf0 }], 0, [511, (1n << 99n) + 5n], 7);
    expect(t.entry(handle)).toEqual({
      handle,
      key: [{ kind: "ternary", value: 0xf0, mask: 0xf0 }],
      action: 0,
      args: [511, (1n << 99n) + 5n],
      priority: 7,
    });
    expect(t.lookup(0xf3 as never)).toBe(handle + 1);
    expect(t.defaultEntry()).toEqual({ action: 1, args: [] });
    t.modify(handle, 0, [-1, -1n]);
    expect(t.entry(handle).args).toEqual([511, (1n << 100n) - 1n]);
  });

  it("refuse what does not fit, and change nothing then", () => {
    const t = createTable(shape);
    expect(code(() => t.insert(exact(256), 0, [0, 0]))).toBe("value-range");
    expect(code(() => t.insert(exact(1), 0, [512, 0]))).toBe("value-range");
    expect(code(() => t.insert(exact(1), 0, [0.5, 0]))).toBe("value-range");
    expect(code(() => t.insert(exact(1), 0, [0]))).toBe("argument-count");
    expect(code(() => t.insert(exact(1), 3, []))).toBe("unknown-action");
    expect(code(() => t.insert(exact(1), 1, []))).toBe("action-scope");
    expect(code(() => t.setDefault(2, []))).toBe("action-scope");
    expect(code(() => t.insert([], 0, [0, 0]))).toBe("key-count");
    expect(code(() => t.insert([{ kind: "range", low: 0, high: 1 }], 0, [0, 0]))).toBe("key-kind");
    expect(code(() => t.insert([{ kind: "lpm", value: 0, prefixLength: 9 }], 0, [0, 0]))).toBe("value-range");
    expect(code(() => t.insert(exact(1), 0, [0, 0], -1))).toBe("value-range");
    expect(t.count).toBe(0);
    t.insert(exact(1), 0, [3, 4]);
    expect(code(() => t.insert(exact(1), 2, []))).toBe("duplicate-entry");
    expect(code(() => t.modify(0, 0, [9, 1n << 100n]))).toBe("value-range");
    expect(t.entry(0).args).toEqual([3, 4n]);
    t.insert(exact(1), 2, [], 1);
    expect(code(() => t.insert(exact(2), 2, []))).toBe("table-full");
    expect(code(() => t.remove(2))).toBe("unknown-handle");
    t.frozen = true;
    for (const f of [
      () => t.remove(0),
      () => t.modify(0, 2, []),
      () => t.clear(),
      () => t.insert(exact(9), 2, []),
    ])
      expect(code(f)).toBe("frozen-table");
    t.frozenDefault = true;
    expect(code(() => t.setDefault(0, [1, 1]))).toBe("frozen-default");
  });

  it("are counted, with the slot reset for a new entry", () => {
    const t = createTable(shape);
    t.enableCounters();
    t.insert(exact(1), 0, [0, 0]);
    t.hit(t.lookup(1 as never), 100);
    t.hit(t.lookup(1 as never), 60);
    t.hit(t.lookup(2 as never), 1);
    expect([t.packets[1], t.bytes[1], t.packets[0]]).toEqual([2, 160, 1]);
    t.remove(0);
    t.insert(exact(3), 0, [0, 0]);
    expect([t.packets[1], t.bytes[1]]).toEqual([0, 0]);
  });

  it("are listed oldest first though slots are used again", () => {
    const t = createTable(shape);
    t.insert(exact(1), 2, []);
    t.insert(exact(2), 2, []);
    t.remove(0);
    t.insert(exact(3), 2, []);
    expect(t.entries().map((e) => [e.handle, e.key[0]])).toEqual([
      [1, { kind: "ternary", value: 2, mask: 255 }],
      [0, { kind: "ternary", value: 3, mask: 255 }],
    ]);
    t.clear();
    expect(t.count).toBe(0);
    expect(t.lookup(2 as never)).toBe(0);
    expect(t.insert(exact(2), 2, [])).toBe(0);
  });

  it("without keys are one at most", () => {
    const t = createTable({ ...shape, keys: [] });
    expect(t.lookup()).toBe(0);
    t.insert([], 0, [1, 2]);
    expect(t.lookup()).toBe(1);
    expect(code(() => t.insert([], 0, [1, 2]))).toBe("duplicate-entry");
  });

  it("with two lpm keys are named unsupported", () => {
    const key = { name: "k", kind: "lpm" as const, widthBits: 8 };
    expect(() => createTable({ ...shape, keys: [key, key] })).toThrow(P4Error);
  });
});

describe("action profiles", () => {
  const actions = [{ name: "port", params: [{ name: "p", widthBits: 9 }] }];
  const setup = () => {
    const profile = new ActionProfile("ingress.as", actions, 8);
    const table = createTable({
      name: "ingress.t",
      keys: [{ name: "k", kind: "exact", widthBits: 8 }],
      actions,
      size: 8,
      profile,
    });
    const chosen = (k: number, hash = 0) => {
      const m = profile.resolve(table.data[table.lookup(k as never) * table.stride], hash);
      return profile.action[m] === ActionProfile.NO_ACTION ? -1 : profile.data[m * profile.stride];
    };
    return { profile, table, chosen };
  };

  it("share members among entries and groups", () => {
    const { profile, table, chosen } = setup();
    const [a, b, c] = [10, 11, 12].map((p) => profile.addMember(0, [p]));
    const group = profile.createGroup();
    table.insertReference(exact(1), { member: a });
    table.insertReference(exact(2), { group });
    expect([chosen(0), chosen(1), chosen(2)]).toEqual([-1, 10, -1]);
    for (const m of [c, a, b]) profile.addToGroup(group, m);
    expect([0, 1, 2, 3, -1].map((h) => chosen(2, h))).toEqual([10, 11, 12, 10, 10]);
    profile.modifyMember(a, 0, [20]);
    expect([chosen(1), chosen(2, 0)]).toEqual([20, 20]);
    profile.removeMember(a);
    expect([chosen(1), chosen(2, 0)]).toEqual([-1, 11]);
    expect(table.entries()[1].reference).toEqual({ group });
    expect(code(() => table.insertReference(exact(3), { member: 7 }))).toBe("unknown-handle");
    expect(code(() => profile.addToGroup(group, b))).toBe("duplicate-entry");
  });

  it("keep a member of its own for an entry that names an action", () => {
    const { profile, table, chosen } = setup();
    table.setDefault(0, [1]);
    const handle = table.insert(exact(5), 0, [2]);
    expect([chosen(0), chosen(5)]).toEqual([1, 2]);
    expect(table.entry(handle)).toMatchObject({ action: 0, args: [2] });
    table.modify(handle, 0, [3]);
    expect(chosen(5)).toBe(3);
    table.remove(handle);
    expect(chosen(5)).toBe(1);
    expect(profile.members()).toEqual([]);
  });
});

describe("entryPriorities", () => {
  const order = (p: number[]) => p.map((_, i) => i).sort((a, b) => p[b] - p[a]);
  it("lets the text's order decide without priorities", () => {
    expect(order(entryPriorities([undefined, undefined, undefined]))).toEqual([0, 1, 2]);
    expect(order(entryPriorities([undefined, undefined], { largestWins: false }))).toEqual([0, 1]);
  });
  it("continues stated priorities by the delta", () => {
    const p = entryPriorities([11, undefined, undefined, undefined, 40, undefined], {
      largestWins: false,
      delta: 10,
    });
    // Priorities 11, 21, 31, 41, 40, 50: the smallest wins.
    expect(order(p)).toEqual([0, 1, 2, 4, 3, 5]);
    expect(entryPriorities([100, undefined, 95], { delta: 3 })).toEqual([100, 97, 95]);
  });
  it("reads annotations as BMv2 does", () => {
    expect(
      order(entryPriorities([undefined, undefined, undefined], { annotated: [3, undefined, 1] })),
    ).toEqual([2, 1, 0]);
  });
});
