import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, engineOf, hexOf, send } from "./programs.js";

const up8 = (width: number): number => Math.ceil(width / 8) * 8;

/** Fields of any widths, signed or not, that end at a byte; and bytes for them. */
const layouts = fc
  .array(fc.record({ width: fc.integer({ min: 1, max: 100 }), signed: fc.boolean() }), {
    minLength: 1,
    maxLength: 9,
  })
  .map((fields) => {
    const total = fields.reduce((n, f) => n + f.width, 0);
    const rest = up8(total) - total;
    return rest === 0 ? fields : [...fields, { width: rest, signed: false }];
  })
  .chain((fields) => {
    const size = fields.reduce((n, f) => n + f.width, 0) / 8;
    return fc.tuple(fc.constant(fields), fc.uint8Array({ minLength: size, maxLength: size }));
  });

test("fields of any layout are extracted and emitted bit for bit", () => {
  fc.assert(
    fc.property(layouts, fc.integer({ min: 0, max: 2 }), ([fields, data], element) => {
      const type = (f: { width: number; signed: boolean }) => `${f.signed ? "int" : "bit"}<${f.width}>`;
      const extracts = Array.from({ length: element + 1 }, () => "pkt.extract(hdr.s.next);").join(" ");
      const engine = engineOf({
        top: `
          header h_t { ${fields.map((f, i) => `${type(f)} f${i};`).join(" ")} }
          header wide_t { ${fields.map((f, i) => `bit<${up8(f.width)}> f${i};`).join(" ")} }
          struct headers_t { wide_t wide; h_t one; h_t[3] s; }`,
        states: `state start { pkt.extract(hdr.one); ${extracts} transition accept; }`,
        ingress: `
          hdr.wide.setValid();
          ${fields.map((f, i) => `hdr.wide.f${i} = (bit<${up8(f.width)}>)(bit<${f.width}>)hdr.s[${element}].f${i};`).join("\n")}`,
      });
      const text = Buffer.from(data).toString("hex");
      const whole = BigInt(`0x${text}`);
      let left = data.length * 8;
      const expected = fields.map((f) => {
        left -= f.width;
        return hexOf(BigInt.asUintN(f.width, whole >> BigInt(left)), up8(f.width));
      });
      const packet = text.repeat(element + 2);
      expect(send(engine, 0, `${packet}c0de`)).toEqual([`0:${expected.join("")}${packet}c0de`]);
    }),
    { numRuns: 150 },
  );
});

test("varbits between fields, of every length", () => {
  const engine = engineOf({
    top: `
      header h_t { bit<4> x; bit<12> length; varbit<80> v; bit<3> a; bit<13> b; }
      struct headers_t { h_t copy; h_t h; }`,
    states: "state start { pkt.extract(hdr.h, (bit<32>)hdr.h.length); transition accept; }",
    parserTop: "",
    ingress: "hdr.copy = hdr.h; hdr.copy.x = sm.parser_error == error.NoError ? 4w0xe : 4w0xf;",
  });
  // The length is not yet extracted when the header is: it is what an earlier header said, here nothing.
  expect(send(engine, 0, "1028abcd")).toEqual(["0:e028abcd1028abcd"]);
  const sized = engineOf({
    top: `
      header n_t { bit<16> bits; }
      header h_t { bit<16> x; varbit<80> v; bit<3> a; bit<13> b; }
      struct headers_t { n_t n; h_t h; h_t copy; }`,
    states: "state start { pkt.extract(hdr.n); pkt.extract(hdr.h, (bit<32>)hdr.n.bits); transition accept; }",
    ingress: `
      hdr.copy = hdr.h;
      if (hdr.copy == hdr.h) { hdr.copy.b = hdr.copy.b + 1; }
      if (sm.parser_error == error.ParserInvalidArgument) { hdr.n.bits = 1; }
      if (sm.parser_error == error.HeaderTooShort) { hdr.n.bits = 2; }
      if (sm.parser_error == error.PacketTooShort) { hdr.n.bits = 3; }`,
  });
  for (let n = 0; n <= 10; n++) {
    const v = "a1b2c3d4e5f60718293a".slice(0, 2 * n);
    const bits = (8 * n).toString(16).padStart(4, "0");
    expect(send(sized, 0, `${bits}1234${v}2001ff`)).toEqual([`0:${bits}1234${v}20011234${v}2002ff`]);
  }
  expect(send(sized, 0, `0009${"00".repeat(20)}`)[0].slice(0, 6)).toBe("0:0001");
  expect(send(sized, 0, `0058${"00".repeat(20)}`)[0].slice(0, 6)).toBe("0:0002");
  expect(send(sized, 0, `0050${"00".repeat(8)}`)[0].slice(0, 6)).toBe("0:0003");
});

test("what was extracted before a packet ends stays, what was not is still payload", () => {
  const engine = engineOf({
    top: "header b_t { bit<16> v; } struct headers_t { b_t[3] b; }",
    states: "state start { pkt.extract(hdr.b.next); transition start; }",
    ingress: "hdr.b[0].v = 0x1111;",
  });
  expect(send(engine, 0, "aaaabbbbcc")).toEqual(["0:1111bbbbcc"]);
  expect(engine.process(0, bytes("aa")).map((out) => out.bytes.length)).toEqual([1]);
});
