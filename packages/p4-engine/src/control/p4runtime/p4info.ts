/** A program's P4Info (P4Runtime specification, section "P4Info Message Definition"), as far as writes need it. */
import { P4Error } from "../../errors.js";
import { integer, integers, type Message, message, messages, parseTextProto, text } from "./textproto.js";

export interface P4InfoTable {
  name: string;
  /** Field ids of the match fields, in the order of the table's keys. */
  fieldIds: number[];
}

export interface P4InfoAction {
  name: string;
  paramIds: number[];
}

/** Objects by id. */
export interface P4Info {
  tables: ReadonlyMap<number, P4InfoTable>;
  actions: ReadonlyMap<number, P4InfoAction>;
  /** Names of counters, meters (direct ones too), registers, action profiles and value sets. */
  names: ReadonlyMap<number, string>;
}

const OTHERS = [
  "action_profiles",
  "counters",
  "direct_counters",
  "meters",
  "direct_meters",
  "registers",
  "value_sets",
  "digests",
];

/** @throws P4Error textproto-syntax, bad-field, bad-p4info */
export function parseP4Info(source: string, file = "p4info"): P4Info {
  const info = parseTextProto(source, file);
  const tables = new Map<number, P4InfoTable>();
  for (const table of messages(info, "tables")) {
    const fieldIds = messages(table, "match_fields").map((f) => integer(f, "id"));
    tables.set(idOf(table), { name: nameOf(table), fieldIds });
  }
  const actions = new Map<number, P4InfoAction>();
  for (const action of messages(info, "actions")) {
    const paramIds = messages(action, "params").map((p) => integer(p, "id"));
    actions.set(idOf(action), { name: nameOf(action), paramIds });
  }
  const names = new Map<number, string>();
  for (const kind of OTHERS)
    for (const object of messages(info, kind)) names.set(idOf(object), nameOf(object));
  return { tables, actions, names };
}

const preamble = (object: Message): Message => {
  const found = message(object, "preamble");
  if (!found) throw new P4Error("bad-p4info", "an object of the P4Info has no preamble");
  return found;
};
const idOf = (object: Message) => integers(preamble(object), "id")[0] ?? 0;
const nameOf = (object: Message) => text(preamble(object), "name");
