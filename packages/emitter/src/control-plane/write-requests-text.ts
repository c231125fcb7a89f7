import type { EmittedEntry } from "../entries.js";
import { quotedNumber } from "./text-format.js";
import { batches, PRIORITY, type Writer } from "./updates.js";

function matchText(fieldId: number, key: EmittedEntry["keys"][number]): string {
  if (typeof key === "number") return `match{field_id:${fieldId} exact{value:${quotedNumber(key)}}}`;
  // A field that matches anything is left out.
  if (key.mask === 0) return "";
  return `match{field_id:${fieldId} ternary{value:${quotedNumber(key.value)} mask:${quotedNumber(key.mask)}}}`;
}

function updateText(entry: EmittedEntry, writer: Writer): string {
  const table = writer.table(entry);
  let text = `updates{type:INSERT entity{table_entry{table_id:${table.id} `;
  for (let i = 0; i < entry.keys.length; i++) text += matchText(i + 1, entry.keys[i]);
  text += `action{action{action_id:${writer.action(entry)}`;
  for (let i = 0; i < entry.params.length; i++)
    text += ` params{param_id:${i + 1} value:${quotedNumber(entry.params[i])}}`;
  return `${text}}}${table.prioritised ? `priority:${PRIORITY}` : ""}}}}\n`;
}

/**
 * Entries as P4Runtime WriteRequests in protocol buffers' text format, one update a line. Each chunk is one request
 * and begins with the line `# WriteRequest n`; all chunks together are valid as one request, too. `device_id` and
 * `election_id` are the client's to add.
 */
export function* writeRequestsText(entries: Iterable<EmittedEntry>, writer: Writer): Generator<Uint8Array> {
  let n = 0;
  for (const batch of batches(entries)) {
    const head =
      n++ === 0 ? "# proto-file: p4/v1/p4runtime.proto\n# proto-message: p4.v1.WriteRequest\n" : "";
    let text = `${head}# WriteRequest ${n}\n`;
    for (const entry of batch) text += updateText(entry, writer);
    yield Buffer.from(text, "latin1");
  }
}
