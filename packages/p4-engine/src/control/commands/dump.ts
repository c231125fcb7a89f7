/** How table_dump shows entries. */
import type { Bits, MatchKey } from "../../api.js";
import type { StoredEntry } from "../../tables/index.js";
import { MAX_PRIORITY } from "../device.js";
import type { TableTarget } from "./tables.js";

const hex = (value: Bits, widthBits: number): string =>
  value.toString(16).padStart(2 * Math.ceil(widthBits / 8), "0");

function keyText(key: MatchKey, widthBits: number): string {
  switch (key.kind) {
    case "exact":
      return hex(key.value, widthBits);
    case "lpm":
      return `${hex(key.value, widthBits)}/${key.prefixLength}`;
    case "ternary":
      return `${hex(key.value, widthBits)} &&& ${hex(key.mask, widthBits)}`;
    case "range":
      return `${hex(key.low, widthBits)} -> ${hex(key.high, widthBits)}`;
    case "optional":
      return key.value === null ? "*" : hex(key.value, widthBits);
  }
}

function actionText(target: TableTarget, action: number, args: readonly Bits[]): string {
  const shape = target.table.shape.actions[action];
  if (!shape) return "EMPTY";
  const values = args.map((value, i) => hex(value, shape.params[i].widthBits));
  return `Action entry: ${shape.name} - ${values.join(", ")}`;
}

export function dumpEntry(target: TableTarget, entry: StoredEntry, print: (line: string) => void): void {
  print(`Dumping entry 0x${entry.handle.toString(16)}`);
  print("Match key:");
  const width = Math.max(20, ...target.keys.map((k) => k.name.length));
  entry.key.forEach((key, i) => {
    const { name, kind, widthBits } = target.keys[i];
    print(`* ${name.padEnd(width)}: ${kind.toUpperCase().padEnd(10)}${keyText(key, widthBits)}`);
  });
  if (target.prioritised) print(`Priority: ${MAX_PRIORITY - entry.priority}`);
  const { reference } = entry;
  if (!reference) print(actionText(target, entry.action, entry.args));
  else
    print("member" in reference ? `Index: member(${reference.member})` : `Index: group(${reference.group})`);
}

export function dumpTable(target: TableTarget, print: (line: string) => void): void {
  print("==========");
  print("TABLE ENTRIES");
  for (const entry of target.table.entries()) {
    print("**********");
    dumpEntry(target, entry, print);
  }
  print("==========");
  print("Dumping default entry");
  const { action, args } = target.table.defaultEntry();
  print(actionText(target, action, args));
  print("==========");
}
