import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPcap, writePcap } from "@matchmul/p4-engine";
import { describe, expect, it } from "vitest";
import { readAnswer, requestPacket } from "../../src/index.js";
import { dense, emitted, engineWith, has, programs, runIn } from "./support.js";

describe.skipIf(!has("python3"))("request.py (python3)", () => {
  it.each(programs)("writes the request that requestPacket makes: %s", (_, program) => {
    const { text } = emitted(program);
    const { folder } = runIn({ "request.py": text("request.py") }, "python3", [
      "request.py",
      "--write",
      "in.pcap",
    ]);
    const { packets } = readPcap(readFileSync(join(folder, "in.pcap")));
    const values = Array(program.input.features).fill(0);
    expect(packets.map(({ bytes }) => Buffer.from(bytes))).toEqual([
      Buffer.from(requestPacket(program, values, 42)),
    ]);
  });

  it("shows an answer", () => {
    const { p4, text } = emitted(dense);
    const engine = engineWith(p4, text("entries.txt"));
    const request = requestPacket(dense, Array(dense.input.features).fill(-3), 77);
    const [{ bytes }] = engine.process(1, request);
    const answer = readAnswer(bytes, dense.classes)!;
    const { out } = runIn(
      { "request.py": text("request.py"), "out.pcap": writePcap([{ bytes, timeNs: 0n }]) },
      "python3",
      ["request.py", "--read", "out.pcap"],
    );
    expect(out.trim()).toBe(`kind 3 request 77 class ${answer.class} logits ${answer.logits.join(" ")}`);
  });
});
