import type { EmittedEntry, EmittedKey } from "../entries.js";

const formatKey = (key: EmittedKey): string => {
  if (typeof key === "number") return `${key}`;
  return `0x${key.value.toString(16)}&&&0x${key.mask.toString(16)}`;
};

/** Entries as commands of BMv2's simple_switch_CLI, one a line; `control` is the P4 control that holds the tables. */
export function simpleSwitchCommands(entries: Iterable<EmittedEntry>, control: string): string {
  const lines: string[] = [];
  for (const { table, action, keys, params } of entries) {
    // Ternary tables want a priority at the end.
    const priority = keys.some((key) => typeof key !== "number") ? " 1" : "";
    const line = `table_add ${control}.${table} ${control}.${action} ${keys.map(formatKey).join(" ")} => ${params.join(" ")}`;
    lines.push(line.trimEnd() + priority);
  }
  return `${lines.join("\n")}\n`;
}
