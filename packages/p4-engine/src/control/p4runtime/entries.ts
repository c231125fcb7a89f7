/** Table entries of P4Runtime. */
import type { Bits, MatchKey } from "../../api.js";
import { P4Error } from "../../errors.js";
import type { MatchTable, ProfileReference } from "../../tables/index.js";
import type { TableHandle } from "../device.js";
import type { P4InfoAction, P4InfoTable } from "./p4info.js";
import { bits, integer, type Message, message, messages } from "./textproto.js";

/** The key of an entry, in the table's order; a field that is not there matches anything. */
export function entryKey(entry: Message, handle: TableHandle, info: P4InfoTable): MatchKey[] {
  const given = new Map(messages(entry, "match").map((m) => [integer(m, "field_id"), m]));
  for (const id of given.keys())
    if (!info.fieldIds.includes(id))
      throw new P4Error("unknown-key", `table '${info.name}' has no match field ${id}`);
  return handle.keys.map((key, i) => matchOf(key, given.get(info.fieldIds[i])));
}

export function matchOf(key: TableHandle["keys"][number], match: Message | undefined): MatchKey {
  const { name, kind, widthBits } = key;
  const part = match && message(match, kind);
  if (match && !part)
    throw new P4Error("key-kind", `key '${name}' is matched ${kind}, the entry gives another kind`);
  const need = (field: string): Bits => {
    const value = part && bits(part, field);
    if (value === undefined) throw new P4Error("missing-field", `key '${name}' lacks '${field}'`);
    return value;
  };
  switch (kind) {
    case "exact":
      return { kind, value: need("value") };
    case "ternary":
      return part ? { kind, value: need("value"), mask: need("mask") } : { kind, value: 0, mask: 0 };
    case "lpm":
      return part
        ? { kind, value: need("value"), prefixLength: integer(part, "prefix_len") }
        : { kind, value: 0, prefixLength: 0 };
    case "range":
      return part
        ? { kind, low: need("low"), high: need("high") }
        : { kind, low: 0, high: (1n << BigInt(widthBits)) - 1n };
    case "optional":
      return { kind, value: part ? need("value") : null };
    default:
      throw new P4Error("key-kind", `key '${name}' is not matched`);
  }
}

/** An action's arguments in the order of its parameters. */
export function argumentsOf(action: Message, info: P4InfoAction): Bits[] {
  const given = new Map(messages(action, "params").map((p) => [integer(p, "param_id"), bits(p, "value")]));
  for (const id of given.keys())
    if (!info.paramIds.includes(id))
      throw new P4Error("unknown-argument", `action '${info.name}' has no parameter ${id}`);
  return info.paramIds.map((id) => {
    const value = given.get(id);
    if (value === undefined)
      throw new P4Error("argument-count", `action '${info.name}' needs a value for parameter ${id}`);
    return value;
  });
}

/** What an entry does: an action of its own or a reference into the table's profile. */
export type EntryAction = { action: string; args: Bits[] } | ProfileReference;

/** Puts an entry in, changes or removes it, or sets the default action. */
export function applyEntry(
  table: MatchTable,
  update: "INSERT" | "MODIFY" | "DELETE",
  key: MatchKey[] | "default",
  what: EntryAction | null,
  priority: number,
): void {
  const { name, actions } = table.shape;
  const need = (): EntryAction => {
    if (what === null) throw new P4Error("missing-field", `the entry of table '${name}' has no action`);
    return what;
  };
  const index = (action: string): number => {
    const i = actions.findIndex((a) => a.name === action);
    if (i < 0) throw new P4Error("unknown-action", `table '${name}' has no action '${action}'`);
    return i;
  };
  if (key === "default") {
    const todo = need();
    if ("action" in todo) table.setDefault(index(todo.action), todo.args);
    else table.setDefaultReference(todo);
    return;
  }
  if (update === "INSERT") {
    const todo = need();
    if ("action" in todo) table.insert(key, index(todo.action), todo.args, priority);
    else table.insertReference(key, todo, priority);
    return;
  }
  const handle = table.find(key, priority);
  if (handle < 0)
    throw new P4Error("unknown-entry", `table '${name}' has no entry with this key and priority`);
  if (update === "DELETE") {
    table.remove(handle);
    return;
  }
  const todo = need();
  if ("action" in todo) table.modify(handle, index(todo.action), todo.args);
  else table.modifyReference(handle, todo);
}
