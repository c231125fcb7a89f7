/** What an STF test expects on each port, against what came. */
import type { OutputPacket } from "../api.js";
import type { StfStatement } from "./test.js";

type Expected = Extract<StfStatement, { kind: "expect" }>;

interface Received {
  hex: string;
  /** Line of the packet that caused it. */
  line: number;
}

export class Expectations {
  received = 0;
  private readonly expected = new Map<number, Expected[]>();
  private readonly packets = new Map<number, Received[]>();
  private failure: string | null = null;

  expect(expected: Expected): void {
    listAt(this.expected, expected.port).push(expected);
  }

  receive(packet: OutputPacket, line: number): void {
    this.received++;
    const hex = Array.from(packet.bytes, (b) => b.toString(16).toUpperCase().padStart(2, "0")).join("");
    listAt(this.packets, packet.port).push({ hex, line });
  }

  /** Records a difference other than in packets. */
  fail(message: string): void {
    this.failure ??= message;
  }

  /** The first difference, by the order of the test's expectations, then unexpected packets; null for none. */
  difference(): string | null {
    if (this.failure) return this.failure;
    const found: { line: number; message: string }[] = [];
    for (const [port, expected] of this.expected) {
      const packets = this.packets.get(port) ?? [];
      expected.forEach((e, i) => {
        const message = i < packets.length ? compare(e, packets[i]) : nothingCame(e);
        if (message) found.push({ line: e.line, message });
      });
    }
    if (found.length > 0) return found.sort((a, b) => a.line - b.line)[0].message;
    for (const [port, packets] of this.packets) {
      const extra = packets[this.expected.get(port)?.length ?? 0];
      if (extra)
        return `line ${extra.line}: the packet made port ${port} send what is not expected there: ${extra.hex}`;
    }
    return null;
  }
}

const nothingCame = ({ line, port, pattern }: Expected) =>
  `line ${line}: port ${port} should send ${pattern ?? "a packet"}, and sent no more packets`;

function compare(
  { line, port, pattern, exactLength }: Expected,
  { hex, line: from }: Received,
): string | null {
  if (pattern === null) return null;
  const differs = (why: string) =>
    `line ${line}: port ${port} sent another packet than expected (${why})\n` +
    `  expected ${pattern}${exactLength ? " and no more" : ""}\n  sent     ${hex} (from line ${from})`;
  for (let i = 0; i < Math.min(pattern.length, hex.length); i++)
    if (pattern[i] !== "*" && pattern[i] !== hex[i]) return differs(`byte ${i >> 1} differs`);
  if (hex.length < pattern.length) return differs(`${hex.length / 2} bytes, expected ${pattern.length / 2}`);
  if (exactLength && hex.length > pattern.length)
    return differs(`${hex.length / 2} bytes, expected ${pattern.length / 2}`);
  return null;
}

function listAt<T>(map: Map<number, T[]>, key: number): T[] {
  let list = map.get(key);
  if (!list) map.set(key, (list = []));
  return list;
}
