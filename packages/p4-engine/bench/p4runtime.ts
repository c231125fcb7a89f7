/** How long entries in P4Runtime text take to load, and the memory: `npx tsx --conditions=@matchmul/source FILE [entries]`. */
import { Device, loadEntries, loadProgram } from "../src/index.js";

const entries = Number(process.argv[2] ?? 33_000);
const words = Array.from({ length: 16 }, (_, i) => i);
const program = `
#include <core.p4>
#include <v1model.p4>
header h_t { bit<32> k; ${words.map((i) => `bit<32> w${i};`).join(" ")} }
struct headers_t { h_t h; }
struct metadata_t {}
parser P(packet_in pkt, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
  state start { pkt.extract(hdr.h); transition accept; }
}
control V(inout headers_t hdr, inout metadata_t meta) { apply {} }
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {
  action put(${words.map((i) => `bit<32> w${i}`).join(", ")}) { ${words.map((i) => `hdr.h.w${i} = w${i};`).join(" ")} }
  table t { key = { hdr.h.k: exact; } actions = { put; NoAction; } size = ${entries}; }
  apply { t.apply(); }
}
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) { apply {} }
control C(inout headers_t hdr, inout metadata_t meta) { apply {} }
control D(packet_out pkt, in headers_t hdr) { apply { pkt.emit(hdr); } }
V1Switch(P(), V(), I(), E(), C(), D()) main;`;
const p4info = `tables { preamble { id: 1 name: "I.t" } match_fields { id: 1 name: "hdr.h.k" } }
actions { preamble { id: 2 name: "I.put" } ${words.map((i) => `params { id: ${i + 1} }`).join(" ")} }`;

const quoted = (value: number): string =>
  `"${[24, 16, 8, 0].map((s) => `\\x${((value >>> s) & 255).toString(16).padStart(2, "0")}`).join("")}"`;
function update(i: number): string {
  const params = words
    .map(
      (w) =>
        `        params {\n          param_id: ${w + 1}\n          value: ${quoted(Math.imul(i + 1, w * 7919 + 1))}\n        }`,
    )
    .join("\n");
  return `updates {
  type: INSERT
  entity {
    table_entry {
      table_id: 1
      match {
        field_id: 1
        exact { value: ${quoted(i)} }
      }
      action {
        action {
          action_id: 2
${params}
        }
      }
    }
  }
}`;
}

// Through bytes, so that the text is one flat string as a file's is.
const text = Buffer.from(Array.from({ length: entries }, (_, i) => update(i)).join("\n")).toString("latin1");
const engine = loadProgram(program, { file: "program.p4" });
const before = process.resourceUsage().maxRSS / 1024;
const start = performance.now();
const loaded = loadEntries(new Device(engine), text, { p4info });
const seconds = (performance.now() - start) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
console.log(
  `${loaded} entries, ${(text.length / 1e6).toFixed(0)} MB of text: ${seconds.toFixed(1)} s; ` +
    `most memory ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at the end`,
);
