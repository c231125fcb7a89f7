import type { EmittedEntry, EmittedKey } from "../entries.js";
import { ReverseWriter } from "./protobuf.js";
import { batches, PRIORITY, type Writer } from "./updates.js";

/** Field numbers of p4/v1/p4runtime.proto. */
const WRITE_REQUEST = { updates: 4 };
const UPDATE = { type: 1, entity: 2 };
const INSERT = 1;
const ENTITY = { tableEntry: 2 };
const TABLE_ENTRY = { tableId: 1, match: 2, action: 3, priority: 4 };
const FIELD_MATCH = { fieldId: 1, exact: 2, ternary: 3 };
const EXACT = { value: 1 };
const TERNARY = { value: 1, mask: 2 };
const TABLE_ACTION = { action: 1 };
const ACTION = { actionId: 1, params: 4 };
const PARAM = { paramId: 2, value: 3 };

// Everything is put last first.

function putMatch(out: ReverseWriter, fieldId: number, key: EmittedKey): void {
  // A field that matches anything is left out.
  if (typeof key !== "number" && key.mask === 0) return;
  const match = out.length;
  if (typeof key === "number") {
    out.canonical(EXACT.value, key);
    out.lengthDelimited(FIELD_MATCH.exact, match);
  } else {
    out.canonical(TERNARY.mask, key.mask);
    out.canonical(TERNARY.value, key.value);
    out.lengthDelimited(FIELD_MATCH.ternary, match);
  }
  out.number(FIELD_MATCH.fieldId, fieldId);
  out.lengthDelimited(TABLE_ENTRY.match, match);
}

function putAction(out: ReverseWriter, id: number, params: readonly number[]): void {
  const action = out.length;
  for (let i = params.length - 1; i >= 0; i--) {
    const param = out.length;
    out.canonical(PARAM.value, params[i]);
    out.number(PARAM.paramId, i + 1);
    out.lengthDelimited(ACTION.params, param);
  }
  out.number(ACTION.actionId, id);
  out.lengthDelimited(TABLE_ACTION.action, action);
  out.lengthDelimited(TABLE_ENTRY.action, action);
}

function putUpdate(out: ReverseWriter, entry: EmittedEntry, writer: Writer): void {
  const table = writer.table(entry);
  const update = out.length;
  if (table.prioritised) out.number(TABLE_ENTRY.priority, PRIORITY);
  putAction(out, writer.action(entry), entry.params);
  for (let i = entry.keys.length - 1; i >= 0; i--) putMatch(out, i + 1, entry.keys[i]);
  out.number(TABLE_ENTRY.tableId, table.id);
  out.lengthDelimited(ENTITY.tableEntry, update);
  out.lengthDelimited(UPDATE.entity, update);
  out.number(UPDATE.type, INSERT);
  out.lengthDelimited(WRITE_REQUEST.updates, update);
}

/**
 * Entries as P4Runtime WriteRequests in protocol buffers' binary format, each with its length as a varint in front
 * (what `writeDelimitedTo` writes). Each chunk is one request. `device_id` and `election_id` are the client's to add.
 */
export function* writeRequestsBinary(entries: Iterable<EmittedEntry>, writer: Writer): Generator<Uint8Array> {
  const out = new ReverseWriter();
  for (const batch of batches(entries)) {
    for (let i = batch.length - 1; i >= 0; i--) putUpdate(out, batch[i], writer);
    out.varint(out.length);
    yield out.take();
  }
}
