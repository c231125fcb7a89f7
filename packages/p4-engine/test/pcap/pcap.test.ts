import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { P4Error } from "../../src/errors.js";
import { readPcap, writePcap } from "../../src/pcap/index.js";

describe("pcap", () => {
  it("reads what it wrote", () => {
    const packet = fc.record({
      bytes: fc.uint8Array({ maxLength: 80 }),
      timeNs: fc.bigInt(0n, (1n << 32n) - 1n).map((s) => s * 1_000_000_000n + (s % 1_000_000n) * 1000n),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 6 }), fc.nat(0xfff), (packets, linkType) => {
        const back = readPcap(writePcap(packets, linkType));
        expect(back.linkType).toBe(linkType);
        expect(back.packets.map((p) => [[...p.bytes], p.timeNs, p.originalLength])).toEqual(
          packets.map((p) => [[...p.bytes], p.timeNs, p.bytes.length]),
        );
      }),
    );
  });

  it("reads big-endian files with nanoseconds", () => {
    const file = new Uint8Array(24 + 16 + 2);
    const view = new DataView(file.buffer);
    view.setUint32(0, 0xa1b23c4d);
    view.setUint32(20, 1);
    view.setUint32(24, 5);
    view.setUint32(28, 7);
    view.setUint32(32, 2);
    view.setUint32(36, 60);
    file.set([0xab, 0xcd], 40);
    expect(readPcap(file).packets).toEqual([
      { bytes: Uint8Array.of(0xab, 0xcd), timeNs: 5_000_000_007n, originalLength: 60 },
    ]);
  });

  it("refuses what is damaged", () => {
    const file = writePcap([{ bytes: Uint8Array.of(1, 2, 3), timeNs: 0n }]);
    for (const length of [0, 23, 30, 41]) expect(() => readPcap(file.subarray(0, length))).toThrow(P4Error);
    expect(() => readPcap(new Uint8Array(30))).toThrow(/magic/);
    expect(() => readPcap(Uint8Array.from([0x0a, 0x0d, 0x0d, 0x0a, ...new Array(30).fill(0)]))).toThrow(
      /pcapng/,
    );
    const huge = file.slice();
    new DataView(huge.buffer).setUint32(32, 0xffffff, true);
    expect(() => readPcap(huge)).toThrow(/record/);
  });
});
