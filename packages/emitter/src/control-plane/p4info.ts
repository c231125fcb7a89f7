import { type ControlPlane, fullActionName, type TableDeclaration } from "./declarations.js";
import type { Ids } from "./ids.js";
import { quoted, quotedPadded } from "./text-format.js";

type Line = string;

/** A message's fields, one to a line, indented under its name. */
const message = (name: string, fields: Line[]): Line[] =>
  fields.length === 0 ? [`${name} {`, "}"] : [`${name} {`, ...fields.map((line) => `  ${line}`), "}"];

const preamble = (id: number, full: string, annotations: string[] = []): Line[] =>
  message("preamble", [
    `id: ${id}`,
    `name: ${quoted(full)}`,
    // The shortest end of the name that nothing else ends with; there is one control, so the last part is.
    `alias: ${quoted(full.slice(full.lastIndexOf(".") + 1))}`,
    ...annotations.map((text) => `annotations: ${quoted(text)}`),
  ]);

function tableMessage(plane: ControlPlane, ids: Ids, table: TableDeclaration): Line[] {
  const { action, args, isConst } = table.default;
  const fallback = ids.actions.get(action)!;
  const { params } = plane.actions.find(({ name }) => name === action)!;
  return message("tables", [
    ...preamble(ids.tables.get(table.name)!, `${plane.control}.${table.name}`),
    ...table.keys.flatMap(({ name, widthBits, match }, i) =>
      message("match_fields", [
        `id: ${i + 1}`,
        `name: ${quoted(name)}`,
        `bitwidth: ${widthBits}`,
        `match_type: ${match.toUpperCase()}`,
      ]),
    ),
    ...table.actions.flatMap((action) => message("action_refs", [`id: ${ids.actions.get(action)!}`])),
    ...(isConst ? [`const_default_action_id: ${fallback}`] : []),
    ...message("initial_default_action", [
      `action_id: ${fallback}`,
      ...args.flatMap((value, i) =>
        message("arguments", [`param_id: ${i + 1}`, `value: ${quotedPadded(value, params[i].widthBits)}`]),
      ),
    ]),
    `size: ${table.size}`,
    ...(table.isConst ? ["is_const_table: true", "has_initial_entries: true"] : []),
  ]);
}

/**
 * P4Info of a program in protocol buffers' text format (P4Runtime specification, "P4Info Message Definition"):
 * the message that p4c makes of the same text.
 */
export function p4info(plane: ControlPlane, ids: Ids, architecture: string): string {
  const lines = [
    "# proto-file: p4/config/v1/p4info.proto",
    "# proto-message: p4.config.v1.P4Info",
    "",
    ...message("pkg_info", [`arch: ${quoted(architecture)}`]),
    ...plane.tables.flatMap((table) => tableMessage(plane, ids, table)),
    ...plane.actions.flatMap(({ name, params }) =>
      message("actions", [
        // NoAction is not ours: P4's core library annotates it.
        ...preamble(
          ids.actions.get(name)!,
          fullActionName(plane, name),
          name === "NoAction" ? ['@noWarn("unused")'] : [],
        ),
        ...params.flatMap((param, i) =>
          message("params", [`id: ${i + 1}`, `name: ${quoted(param.name)}`, `bitwidth: ${param.widthBits}`]),
        ),
      ]),
    ),
    ...message("type_info", []),
  ];
  return `${lines.join("\n")}\n`;
}
