/** What the control plane calls a table's key that has no `@name` (P4Runtime's rule: the expression's text). */
import type { Expr } from "./ast.js";
import type { SExpr } from "./syntax.js";

/** `hdr.ipv4.dst`, `hdr.vlan[0].id`, `hdr.ipv4.$valid$`, `x[7:4]`, `a & 0xf`; "" for what has no such name. */
export function keyName(s: SExpr, e: Expr): string {
  return nameOf(s, e) ?? "";
}

function nameOf(s: SExpr, e: Expr | null): string | null {
  switch (s.kind) {
    case "name":
      return s.name;
    case "this":
      return "this";
    case "int":
      return String(s.value);
    case "member": {
      const own =
        e?.kind === "member" ? e.field.annotations.find((a) => a.name === "name")?.values[0] : undefined;
      const name = typeof own === "string" ? own : s.name;
      if (name.startsWith(".")) return name.slice(1);
      const object = nameOf(s.object, e && "object" in e ? e.object : null);
      return object === null ? null : `${object}.${name}`;
    }
    case "index": {
      const object = nameOf(s.object, e && "object" in e ? e.object : null);
      const index = nameOf(s.index, null);
      return object === null || index === null ? null : `${object}[${index}]`;
    }
    case "slice": {
      const object = nameOf(s.object, e && "object" in e ? e.object : null);
      if (object === null || e?.kind !== "slice") return null;
      return `${object}[${e.hi}:${e.lo}]`;
    }
    case "binary": {
      if (s.op !== "&" || e?.kind !== "binary") return null;
      const left = nameOf(s.left, e.left);
      const right = nameOf(s.right, e.right);
      return left === null || right === null ? null : `${left} & ${right}`;
    }
    case "call": {
      if (e?.kind !== "builtin" || e.op !== "isValid" || s.callee.kind !== "member") return null;
      const object = nameOf(s.callee.object, e.object);
      return object === null ? null : `${object}.$valid$`;
    }
    default:
      return null;
  }
}
