import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { parseIp } from "../../src/index.js";

const hex = (text: string): string | undefined => {
  const bytes = parseIp(text);
  return bytes && Buffer.from(bytes).toString("hex");
};

describe("parseIp", () => {
  it("reads what RFC 4291 writes", () => {
    expect(hex("192.0.2.255")).toBe("c00002ff");
    expect(hex("2001:db8::7")).toBe("20010db8000000000000000000000007");
    expect(hex("::")).toBe("0".repeat(32));
    expect(hex("1::")).toBe(`0001${"0".repeat(28)}`);
    expect(hex("1:2:3:4:5:6:7:8")).toBe("00010002000300040005000600070008");
    expect(hex("::FFFF:192.0.2.1")).toBe("00000000000000000000ffffc0000201");
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.5",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "1:2:3:4:5:6:7::8:9",
    "12345::",
    "g::",
    "1.2.3.4::",
    "::1.2.3",
    "fe80::1%eth0",
    "host",
  ])("refuses %j", (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it("takes what the platform takes", () => {
    for (const text of ["1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "0.0.0.0", "a::b"])
      expect([isIP(text), parseIp(text)!.length]).toEqual([
        text.includes(":") ? 6 : 4,
        text.includes(":") ? 16 : 4,
      ]);
  });
});
