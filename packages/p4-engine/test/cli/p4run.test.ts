import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommand, UsageError } from "../../src/cli/options.js";
import { run } from "../../src/cli/run.js";
import { runDirectory } from "../../src/cli/stf-dir.js";
import { readPcap, writePcap } from "../../src/pcap/index.js";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const programs = fileURLToPath(new URL("../stf-programs/", import.meta.url));

async function p4run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const status = await run(args, {
    say: (text) => {
      out += `${text}\n`;
    },
    complain: (text) => {
      err += `${text}\n`;
    },
  });
  return { status, out, err };
}

let folder: string;
const inFolder = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "p4run-"));
  mkdirSync(inFolder("include"));
  const program = (body: string) => `
    #include <v1model.p4>
    #include <fields.p4>
    header h_t { FIELDS }
    struct headers_t { h_t h; }
    struct metadata_t {}
    parser P(packet_in p, out headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
      state start { p.extract(hdr.h); transition next; }
      state next { ${body} }
    }
    control V(inout headers_t hdr, inout metadata_t m) { apply {} }
    control I(inout headers_t hdr, inout metadata_t m, inout standard_metadata_t s) {
      action out_to(bit<9> port) { s.egress_spec = port; }
      table t { key = { hdr.h.a: exact; } actions = { out_to; } default_action = out_to(VALUE); }
      apply { t.apply(); }
    }
    control E(inout headers_t hdr, inout metadata_t m, inout standard_metadata_t s) { apply {} }
    control U(inout headers_t hdr, inout metadata_t m) { apply {} }
    control D(packet_out p, in headers_t hdr) { apply { p.emit(hdr); } }
    V1Switch(P(), V(), I(), E(), U(), D()) main;`;
  writeFileSync(
    inFolder("include/fields.p4"),
    "#define FIELDS bit<8> a;\n#ifndef VALUE\n#define VALUE 3\n#endif\n",
  );
  const test = "packet 0 07 aa\nexpect 3 07 aa $\n";
  for (const [name, body] of [
    ["good", "transition accept;"],
    ["wrong", "transition accept;"],
    ["broken", "transition nowhere;"],
    ["alone", "transition accept;"],
    ["psa", "transition accept;"],
  ]) {
    const text = program(body);
    writeFileSync(
      inFolder(`${name}.p4`),
      name === "psa" ? `${text}\nextern void other(); control X() { apply { other(); } }` : text,
    );
    if (name !== "alone")
      writeFileSync(inFolder(`${name}.stf`), name === "wrong" ? "packet 0 07\nexpect 4 07\n" : test);
  }
  writeFileSync(inFolder("bad.stf"), "packit 0 07\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("p4run", () => {
  it("runs a test, with include folders and macros", async () => {
    const include = ["-I", inFolder("include")];
    const stf = ["--stf", inFolder("good.stf")];
    expect(await p4run(inFolder("good.p4"), ...stf, ...include)).toEqual({
      status: 0,
      out: "PASS\n",
      err: "",
    });
    const other = await p4run(inFolder("good.p4"), ...stf, ...include, "-D", "VALUE=5");
    expect(other.status).toBe(1);
    expect(other.out).toMatch(/^FAIL\nline 2: port 3 should send 07AA/);
    const json = await p4run(inFolder("wrong.p4"), "--stf", inFolder("wrong.stf"), ...include, "--json");
    expect([json.status, JSON.parse(json.out).result]).toEqual([1, "fail"]);
    const missing = await p4run(inFolder("good.p4"), ...stf);
    expect(missing.status).toBe(1);
    expect(missing.out).toMatch(/good\.p4:3:.*fields\.p4/);
    expect((await p4run(inFolder("good.p4"), "--stf", inFolder("bad.stf"), ...include)).out).toMatch(
      /bad\.stf:1:.*packit/,
    );
  });

  it("is a command", () => {
    const tsx = createRequire(import.meta.url).resolve("tsx");
    const node = ["--conditions=@matchmul/source", "--import", pathToFileURL(tsx).href, main];
    const wrong = spawnSync(process.execPath, [...node, "--pcap"], { encoding: "utf8" });
    expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toMatch(/--help/);
  });

  it("says how it is used", async () => {
    expect((await p4run("--help")).out).toMatch(/^usage: p4run/);
    const wrong = await p4run("--stf");
    expect([wrong.status, wrong.out]).toEqual([2, ""]);
    expect(wrong.err).toMatch(/--help/);
  });

  it("sends captures through a program", async () => {
    const packets = [7, 8, 9, 7].map((a, i) => ({ bytes: Uint8Array.of(a, i), timeNs: BigInt(i) * 1000n }));
    writeFileSync(inFolder("in.pcap"), writePcap(packets));
    writeFileSync(
      inFolder("entries.txt"),
      "table_add t out_to 7 => 1\ntable_add t out_to 8 => 2\ntable_dump t\n",
    );
    const args = [inFolder("good.p4"), "-I", inFolder("include"), "--pcap", inFolder("in.pcap")];
    const stats = await p4run(
      ...args,
      "--entries",
      inFolder("entries.txt"),
      "--out",
      inFolder("out.pcap"),
      "--stats",
    );
    expect(stats.status).toBe(0);
    expect(stats.out).toMatch(
      /TABLE ENTRIES[\s\S]*entries {6}3\npackets in {3}4 .*\npackets out {2}4\n {2}port 1: 2/,
    );
    expect(stats.out).toMatch(/table I\.t: 4 lookups, 3 hits/);
    const out = readPcap(readFileSync(inFolder("out.pcap"))).packets;
    expect(out.map((p) => [...p.bytes])).toEqual(packets.map((p) => [...p.bytes]));
    expect(out[3].timeNs).toBe(3000n);
    const json = await p4run(
      ...args,
      "--entries",
      inFolder("entries.txt"),
      "--out",
      inFolder("port%p.pcap"),
      "--json",
    );
    expect(JSON.parse(json.out)).toMatchObject({ packetsIn: 4, packetsOut: 4, ports: { 1: 2, 2: 1, 3: 1 } });
    expect(readPcap(readFileSync(inFolder("port1.pcap"))).packets.length).toBe(2);
    expect((await p4run(...args, "--entries", inFolder("nowhere"))).err).toMatch(/cannot read/);
  });
});

describe("directories of tests", () => {
  it("count what passed, failed and was skipped", async () => {
    const result = await p4run("--stf-dir", folder, "-I", inFolder("include"));
    expect(result.status).toBe(1);
    expect(result.out).toMatch(/^FAIL broken\n {2}.*nowhere/);
    expect(result.out).toMatch(/PASS good\n/);
    expect(result.out).toMatch(/FAIL wrong\n {2}line 2/);
    expect(result.out.trimEnd().split("\n").at(-1)).toMatch(/^\d passed, 2 failed, \d skipped$/);
  });

  it("go on after a test that does not end or ends the process", async () => {
    const load = { includePaths: [], defines: {} };
    const outcomes = await runDirectory(programs, { load, only: /^(loops|switch)$/, timeoutMs: 1 });
    expect(outcomes.map((o) => [o.name, o.result, o.message])).toEqual([
      ["loops", "fail", "did not end within 0.001 s"],
      ["switch", "fail", "did not end within 0.001 s"],
    ]);
    const again = await runDirectory(programs, { load, only: /^(loops|switch)$/, timeoutMs: 30000 });
    expect(again.map((o) => o.result)).toEqual(["pass", "pass"]);
  });
});

describe("the command line", () => {
  it("is refused when it makes no sense", () => {
    for (const args of [
      [],
      ["a.p4"],
      ["--stf", "t"],
      ["a.p4", "--stf", "t", "--pcap", "p"],
      ["a.p4", "b.p4", "--stf", "t"],
      ["a.p4", "--stf-dir", "d"],
      ["--stf-dir", "d", "--timeout", "x"],
      ["--stf-dir", "d", "--only", "("],
      ["a.p4", "--pcap", "p", "--port", "-1"],
      ["a.p4", "--unknown"],
    ])
      expect(() => parseCommand(args)).toThrow(UsageError);
  });
});
