import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReverseWriter } from "../../src/control-plane/protobuf.js";
import { fieldsOf, readVarint } from "./protobuf-reader.js";

const uint32 = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 300 }));

describe("ReverseWriter", () => {
  it("writes varints of seven bits a byte, the least significant first", () => {
    const out = new ReverseWriter();
    out.varint(300);
    expect([...out.take()]).toEqual([0xac, 0x02]);
    fc.assert(
      fc.property(uint32, (n) => {
        out.varint(n);
        const bytes = out.take();
        expect(readVarint(bytes, 0)).toEqual({ value: n, end: bytes.length });
        expect(bytes.length).toBe(Math.max(1, Math.ceil(n.toString(2).length / 7)));
      }),
    );
  });

  it("writes fields that a reader finds in the opposite order", () => {
    const field = fc.record({
      number: fc.integer({ min: 1, max: 2000 }),
      value: uint32,
      asBytes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
        // A capacity this small grows many times.
        const out = new ReverseWriter(1);
        const mark = out.length;
        for (const { number, value, asBytes } of fields)
          asBytes ? out.canonical(number, value) : out.number(number, value);
        out.lengthDelimited(7, mark);
        const [outer] = fieldsOf(out.take());
        expect(outer.number).toBe(7);
        const read = fieldsOf(outer.value as Uint8Array).map(({ number, value }) => ({
          number,
          value: typeof value === "number" ? value : value.reduce((sum, b) => sum * 256 + b, 0),
          asBytes: typeof value !== "number",
        }));
        expect(read.reverse()).toEqual(fields);
        expect(out.length).toBe(0);
      }),
    );
  });
});
