/** table_* commands. */
import type { Bits, MatchKey } from "../../api.js";
import { P4Error } from "../../errors.js";
import type { MatchTable } from "../../tables/index.js";
import type { ActionInfo, Device, TableHandle } from "../device.js";
import { MAX_PRIORITY } from "../device.js";
import { parseIndex, parseInteger, parseValue } from "../literals.js";
import type { CommandContext, CommandSet } from "./command.js";
import { dumpEntry, dumpTable } from "./dump.js";

export interface TableTarget extends TableHandle {
  table: MatchTable;
}

export function findTable(device: Device, name: string): TableTarget {
  const handle = device.tables.get(name);
  return { ...handle, table: device.objects.tables.get(handle.info.name)! };
}

/** The action's index in the table and its parameters. */
export function findAction(target: TableTarget, name: string): { index: number; action: ActionInfo } {
  const action = target.actions.get(name);
  return { index: target.table.shape.actions.findIndex((a) => a.name === action.name), action };
}

export function parseArguments(action: ActionInfo, texts: readonly string[], from: number): Bits[] {
  const { params } = action;
  if (texts.length - from !== params.length)
    throw new P4Error(
      "argument-count",
      `action '${action.name}' takes ${params.length} arguments, the command gives ${texts.length - from}`,
    );
  const args = new Array<Bits>(params.length);
  for (let i = 0; i < params.length; i++) {
    const text = texts[from + i];
    args[i] = parseInteger(text) ?? parseValue(text, params[i].widthBits);
  }
  return args;
}

/** One key field: `value`, `value/length`, `value&&&mask`, `low->high`. */
export function parseKey(text: string, key: TableHandle["keys"][number]): MatchKey {
  const { widthBits } = key;
  const split = (by: string): [string, string] => {
    const at = text.indexOf(by);
    if (at < 0)
      throw new P4Error("bad-value", `key '${key.name}' is matched ${key.kind}: '${text}' lacks '${by}'`);
    return [text.slice(0, at), text.slice(at + by.length)];
  };
  switch (key.kind) {
    case "lpm": {
      const [value, length] = split("/");
      return {
        kind: "lpm",
        value: parseValue(value, widthBits),
        prefixLength: parseIndex(length, "prefix length"),
      };
    }
    case "ternary": {
      const [value, mask] = split("&&&");
      return { kind: "ternary", value: parseValue(value, widthBits), mask: parseValue(mask, widthBits) };
    }
    case "range": {
      const [low, high] = split("->");
      return { kind: "range", low: parseValue(low, widthBits), high: parseValue(high, widthBits) };
    }
    case "optional":
      return optionalKey(text, widthBits);
    default:
      return { kind: "exact", value: parseValue(text, widthBits) };
  }
}

/** BMv2 knows optional keys as ternary ones whose mask is all or nothing. */
function optionalKey(text: string, widthBits: number): MatchKey {
  const at = text.indexOf("&&&");
  if (at < 0) return { kind: "optional", value: text === "*" ? null : parseValue(text, widthBits) };
  const value = parseValue(text.slice(0, at), widthBits);
  const mask = BigInt(parseValue(text.slice(at + 3), widthBits));
  if (mask === 0n) return { kind: "optional", value: null };
  if (mask === (1n << BigInt(widthBits)) - 1n) return { kind: "optional", value };
  throw new P4Error("bad-value", `an optional key has a mask of all ones or 0, not '${text.slice(at + 3)}'`);
}

/** Key texts between `from` and `to`. */
export function parseKeys(
  target: TableTarget,
  texts: readonly string[],
  from: number,
  to: number,
): MatchKey[] {
  const { keys, info } = target;
  if (to - from !== keys.length)
    throw new P4Error(
      "key-count",
      `table '${info.name}' has ${keys.length} key fields, the command gives ${to - from}`,
    );
  const parsed = new Array<MatchKey>(keys.length);
  for (let i = 0; i < keys.length; i++) parsed[i] = parseKey(texts[from + i], keys[i]);
  return parsed;
}

/** Takes the priority off the end of the arguments where the table has priorities. */
export function takePriority(target: TableTarget, texts: string[]): number {
  if (!target.prioritised) return 0;
  const last = texts.pop() ?? "";
  const priority = parseInteger(last);
  if (typeof priority !== "number" || priority < 0 || priority > MAX_PRIORITY)
    throw new P4Error("bad-value", `table '${target.info.name}' needs a priority, '${last}' is none`);
  return MAX_PRIORITY - priority;
}

export function arrow(texts: readonly string[], from: number): number {
  const at = texts.indexOf("=>", from);
  return at < 0 ? texts.length : at;
}

function add({ device }: CommandContext, args: string[]): void {
  const target = findTable(device, args[0]);
  const { index, action } = findAction(target, args[1]);
  const priority = takePriority(target, args);
  const at = arrow(args, 2);
  const key = parseKeys(target, args, 2, at);
  target.table.insert(key, index, parseArguments(action, args, Math.min(at + 1, args.length)), priority);
}

function modify({ device }: CommandContext, args: string[]): void {
  const target = findTable(device, args[0]);
  const { index, action } = findAction(target, args[1]);
  const from = args[3] === "=>" ? 4 : 3;
  target.table.modify(parseIndex(args[2], "entry handle"), index, parseArguments(action, args, from));
}

function setDefault({ device }: CommandContext, args: string[]): void {
  const target = findTable(device, args[0]);
  const { index, action } = findAction(target, args[1]);
  const from = args[2] === "=>" ? 3 : 2;
  target.table.setDefault(index, parseArguments(action, args, from));
}

/** The handle of the entry that `TABLE KEY... [PRIORITY]` names. */
function handleByKey(target: TableTarget, args: string[]): number {
  const priority = takePriority(target, args);
  const handle = target.table.find(parseKeys(target, args, 1, args.length), priority);
  if (handle < 0)
    throw new P4Error("unknown-entry", `table '${target.info.name}' has no entry with this key`);
  return handle;
}

export const tableCommands: CommandSet = {
  table_add: { usage: "TABLE ACTION KEY... => [ARGUMENT...] [PRIORITY]", least: 2, run: add },
  table_modify: { usage: "TABLE ACTION HANDLE [ARGUMENT...]", least: 3, run: modify },
  table_set_default: { usage: "TABLE ACTION [ARGUMENT...]", least: 2, run: setDefault },
  table_delete: {
    usage: "TABLE HANDLE",
    least: 2,
    most: 2,
    run: ({ device }, [name, handle]) =>
      findTable(device, name).table.remove(parseIndex(handle, "entry handle")),
  },
  table_delete_match: {
    usage: "TABLE KEY... [PRIORITY]",
    least: 1,
    run: ({ device }, args) => {
      const target = findTable(device, args[0]);
      target.table.remove(handleByKey(target, args));
    },
  },
  table_clear: {
    usage: "TABLE",
    least: 1,
    most: 1,
    run: ({ device }, [name]) => findTable(device, name).table.clear(),
  },
  table_num_entries: {
    usage: "TABLE",
    least: 1,
    most: 1,
    run: ({ device, print }, [name]) => print(String(findTable(device, name).table.count)),
  },
  table_dump: {
    usage: "TABLE",
    least: 1,
    most: 1,
    run: ({ device, print }, [name]) => dumpTable(findTable(device, name), print),
  },
  table_dump_entry: {
    usage: "TABLE HANDLE",
    least: 2,
    most: 2,
    run: ({ device, print }, [name, handle]) => {
      const target = findTable(device, name);
      dumpEntry(target, target.table.entry(parseIndex(handle, "entry handle")), print);
    },
  },
  table_dump_entry_from_key: {
    usage: "TABLE KEY... [PRIORITY]",
    least: 1,
    run: ({ device, print }, args) => {
      const target = findTable(device, args[0]);
      dumpEntry(target, target.table.entry(handleByKey(target, args)), print);
    },
  },
  table_info: {
    usage: "TABLE",
    least: 1,
    most: 1,
    run: ({ device, print }, [name]) => {
      const { info } = findTable(device, name);
      const keys = info.keys.map((k) => `${k.name}(${k.kind}, ${k.widthBits})`);
      print(`${info.name} [${keys.join(", ")}]`);
      for (const a of info.actions)
        print(`  ${a.name} [${a.params.map((p) => `${p.name}(${p.widthBits})`).join(", ")}]`);
    },
  },
  show_tables: {
    usage: "",
    least: 0,
    most: 0,
    run: ({ device, print }) => {
      for (const name of device.tables.names().sort()) print(name);
    },
  },
};
