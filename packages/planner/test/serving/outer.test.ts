import { describe, expect, it } from "vitest";
import { answerToHost, type HostAddress, requestFromHost, withoutOuter } from "../../src/index.js";

const v4: HostAddress = {
  mac: "02:00:00:00:00:07",
  ip: "192.0.2.7",
  serverMac: "02:00:00:00:88:b5",
  serverIp: "198.51.100.1",
};
const v6: HostAddress = { ...v4, ip: "2001:db8::7", serverIp: "fd00::1:2" };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
/** A bare packet with so many bytes behind its header. */
const bare = (payload: number, fill = 0): Uint8Array => {
  const bytes = new Uint8Array(46 + payload).fill(fill, 46);
  bytes.set([0x88, 0xb5, 2, 5], 12);
  return bytes;
};
/** A sum of 16-bit words by long division, as RFC 1071 says it. */
const isWhole = (bytes: Uint8Array): boolean => {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i] * 256 + (bytes[i + 1] ?? 0);
  return sum > 0 && sum % 0xffff === 0;
};

describe("packets over UDP", () => {
  it.each([
    ["IPv4", v4, 28],
    ["IPv6", v6, 48],
  ])("come out of %s as they went in, with the host's Ethernet addresses", (_, address, outer) => {
    for (const payload of [0, 1, 64, 199]) {
      const packet = bare(payload, 7);
      const frame = requestFromHost(packet, address);
      expect(frame).toHaveLength(packet.length + outer);
      const inner = withoutOuter(frame)!;
      expect(hex(inner.subarray(12))).toBe(hex(packet.subarray(12)));
      expect(hex(inner.subarray(0, 12))).toBe("0200000088b5020000000007");
    }
  });

  it("are answered with headers that a host's sockets take: addresses, lengths, checksums", () => {
    const four = answerToHost(bare(128, 0xa5), v4);
    expect(hex(four.subarray(0, 14))).toBe("0200000000070200000088b50800");
    expect(hex(four.subarray(14, 24))).toBe("450000bc000040004011");
    expect(hex(four.subarray(26, 42))).toBe("c6336401c000020788b588b500a80000");
    expect(isWhole(four.subarray(14, 34))).toBe(true);
    const six = answerToHost(bare(128, 0xa5), v6);
    expect(hex(six.subarray(12, 22))).toBe("86dd6000000000a81140");
    expect(hex(six.subarray(22, 60))).toBe(
      "fd00000000000000000000000001000220010db800000000000000000000000788b588b500a8",
    );
    const pseudo = [...six.subarray(22, 54), 0, 168, 0, 17];
    expect(isWhole(Uint8Array.from([...pseudo, ...six.subarray(54)]))).toBe(true);
  });

  it("have what is behind the logits as padding, outside of lengths and checksum", () => {
    const [short, long] = [128, 140].map((payload) => answerToHost(bare(payload, 9), v6));
    expect(hex(long.subarray(0, short.length))).toBe(hex(short));
  });

  it("never have the checksum 0 over IPv6, which means none", () => {
    const packet = bare(128);
    const view = new DataView(packet.buffer);
    // The logits' last word makes the sum all ones.
    const sum = new DataView(answerToHost(packet, v6).buffer).getUint16(60);
    view.setUint16(packet.length - 2, sum);
    expect(new DataView(answerToHost(packet, v6).buffer).getUint16(60)).toBe(0xffff);
  });
});
