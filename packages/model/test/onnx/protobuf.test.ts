import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteList, MessageReader } from "../../src/onnx/protobuf.js";
import { MessageWriter } from "../support/protobuf-writer.js";

test("int64 fields keep their sign and, up to 2^53, their value", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const r = new MessageReader(new MessageWriter().int(3, value).finish(), "test");
      expect(r.next()).toBe(true);
      expect([r.field, r.int(), r.next()]).toEqual([3, value, false]);
    }),
  );
});

test("packed and single numbers of a repeated field come out the same", () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (values) => {
      const packed = new MessageWriter();
      for (const v of values) packed.varint(v);
      const single = new MessageWriter();
      for (const v of values) single.int(7, v);
      for (const bytes of [new MessageWriter().bytes(7, packed.finish()).finish(), single.finish()]) {
        const list = new ByteList();
        const r = new MessageReader(bytes, "test");
        while (r.next()) r.pushVarints(list, 8);
        expect([...new BigInt64Array(list.bytes().slice().buffer)]).toEqual(values);
      }
    }),
  );
});

test("unknown fields of every wire type are passed over", () => {
  const bytes = new MessageWriter().int(100, 5).float(101, 1).string(102, "x").int(1, 9).finish();
  const r = new MessageReader(bytes, "test");
  const seen: number[] = [];
  while (r.next()) {
    seen.push(r.field);
    if (r.field === 1) expect(r.int()).toBe(9);
    else r.skip();
  }
  expect(seen).toEqual([100, 101, 102, 1]);
});

test.each<[what: string, bytes: number[], message: string]>([
  ["a length past the end", [0x0a, 0x05, 1, 2], "m is cut off: field 1 needs 5 bytes, 2 are left"],
  ["a number cut off", [0x08, 0x80], "m is cut off: a number needs 1 bytes, 0 are left"],
  [
    "a number without end",
    [0x08, ...new Array(11).fill(0x80)],
    "m is damaged: a number of more than 10 bytes",
  ],
  ["field 0", [0x00], "m is damaged: field number 0"],
  ["a group", [0x0b], "m is damaged: wire type 3"],
])("%s ends in one message", (_, bytes, message) => {
  const r = new MessageReader(Uint8Array.from(bytes), "m");
  const readAll = () => {
    while (r.next()) r.skip();
  };
  expect(readAll).toThrow(message);
});
