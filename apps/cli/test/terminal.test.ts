import { describe, expect, test } from "vitest";
import { bytes, count, duration, rate, ratio, table } from "../src/format.js";
import { jsonNumbers, Terminal } from "../src/terminal.js";

/** A stream that keeps what is written. */
function stream(isTTY: boolean) {
  const kept = {
    isTTY,
    columns: 60,
    text: "",
    write(text: string) {
      kept.text += text;
      return true;
    },
  };
  return kept as unknown as NodeJS.WriteStream & { text: string };
}

const step = (terminal: Terminal, work: () => void) => terminal.step("place", work, () => "12 of 12 stages");

/** Work that lasts long enough for a bar, and reports as it goes. */
function longWork(terminal: Terminal): void {
  const end = performance.now() + 450;
  while (performance.now() < end) terminal.progress.update("place", 1, 4, "incumbent 13");
}

describe("a terminal", () => {
  test("keeps results on stdout and steps on stderr", async () => {
    const [out, err] = [stream(false), stream(false)];
    const terminal = new Terminal(false, false, out, err);
    await step(terminal, () => {});
    terminal.result({ a: 1 }, () => "a is 1");
    expect(out.text).toBe("a is 1\n");
    expect(err.text).toMatch(/^✓ place +12 of 12 stages \d+\.\d\d s\n$/);
  });

  test("prints JSON when asked, and nothing else on stdout", async () => {
    const out = stream(false);
    const terminal = new Terminal(true, true, out, stream(false));
    terminal.result({ limit: Number.POSITIVE_INFINITY, codes: Int8Array.of(-1, 2), big: 5n }, () => "text");
    expect(JSON.parse(out.text)).toEqual({ limit: null, codes: [-1, 2], big: "5" });
  });

  test("draws a bar on a terminal when work takes long, and takes it away", async () => {
    const err = stream(true);
    const terminal = new Terminal(false, false, stream(true), err);
    await step(terminal, () => longWork(terminal));
    expect(err.text).toMatch(/█+░+ +25% {2}incumbent 13/);
    const last = err.text.lastIndexOf("\r\x1b[2K");
    expect(err.text.slice(last)).toMatch(/place +12 of 12 stages/);
    expect(err.text.slice(last)).not.toContain("█");
  });

  test.each([
    ["where stderr is no terminal", false, false],
    ["with --quiet", true, true],
  ])("draws no bar %s", async (_, isTTY, quiet) => {
    const err = stream(isTTY);
    const terminal = new Terminal(false, quiet, stream(true), err);
    await step(terminal, () => longWork(terminal));
    expect(err.text).not.toContain("█");
    expect(err.text === "").toBe(quiet);
  });
});

test("numbers read well", () => {
  expect(count(1234567)).toBe("1,234,567");
  expect(ratio(440, 450)).toBe("440/450 = 97.78 %");
  expect([bytes(12), bytes(2048), bytes(5 << 20)]).toEqual(["12 B", "2.0 KiB", "5.0 MiB"]);
  expect([duration(548), duration(13_700), duration(1.3e6)]).toEqual(["548 ns", "13.7 us", "1.30 ms"]);
  expect([rate(764), rate(5.2e6), rate(1.2e9)]).toEqual(["764.0", "5.2 million", "1.2 billion"]);
  expect(jsonNumbers("", Number.NaN)).toBe(null);
});

test("tables align numbers to the right, words to the left", () => {
  expect(
    table(
      ["stage", "tables", "SRAM"],
      [
        [0, "sequencer", "8/80"],
        [11, "answer", "64/80"],
      ],
    ),
  ).toBe(["stage  tables      SRAM", "    0  sequencer   8/80", "   11  answer     64/80"].join("\n"));
});
