import type { EmittedEntry } from "../entries.js";

/** Entries as commands of BMv2's simple_switch_CLI, one a line; `control` is the P4 control that holds the tables. */
export function simpleSwitchCommands(entries: Iterable<EmittedEntry>, control: string): string {
  const lines: string[] = [];
  for (const { table, action, keys, params } of entries)
    lines.push(
      `table_add ${control}.${table} ${control}.${action} ${keys.join(" ")} => ${params.join(" ")}`.trimEnd(),
    );
  return `${lines.join("\n")}\n`;
}
