/** Names by which the control plane knows tables, actions and extern instances. */
import type { DeclBase } from "../frontend/ast.js";

/** `@name` replaces the declared name; with a leading dot it is the whole name. */
export function controlPlaneName(prefix: string, decl: DeclBase): string {
  const given = decl.annotations.find((a) => a.name === "name")?.values[0];
  const own = typeof given === "string" ? given : decl.name;
  if (own.startsWith(".")) return own.slice(1);
  return prefix === "" ? own : `${prefix}.${own}`;
}
