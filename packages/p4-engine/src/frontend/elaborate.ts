/** Elaboration (P4_16 18.3): from declarations to the tree of instances, constructor arguments evaluated. */
import type { Annotation, ConstValue, DeclBase, Expr, Instance, InstanceArg, InstanceDecl } from "./ast.js";
import type { Context, Mutable } from "./context.js";
import { FoldError, foldBinary, foldCast, foldUnary } from "./fold.js";
import { typeName } from "./types.js";

/** Instances in one program, at most: nested controls multiply. */
const MAX_INSTANCES = 100_000;

export interface Elaborated {
  main: Instance;
  instances: Map<InstanceDecl, Instance>;
}

export function elaborate(cx: Context, endPos: number): Elaborated {
  const instances = new Map<InstanceDecl, Instance>();
  const counter = { made: 0 };
  for (const decl of cx.instances) instances.set(decl, make(cx, decl, null, instances, "", counter));
  const sym = cx.global.find("main");
  if (sym?.kind !== "instance" || sym.decl.type.kind !== "package") {
    throw cx.error("no-main", "the program has no package instance named 'main'", endPos);
  }
  return { main: instances.get(sym.decl)!, instances };
}

function make(
  cx: Context,
  decl: InstanceDecl,
  parent: Instance | null,
  globals: ReadonlyMap<InstanceDecl, Instance>,
  prefix: string,
  counter: { made: number },
): Instance {
  if (++counter.made > MAX_INSTANCES) {
    throw cx.error("program-too-large", `the program has more than ${MAX_INSTANCES} instances`, decl.pos);
  }
  const args = decl.args.map((a): InstanceArg => {
    if (!a.value) return null;
    const value = evaluate(a.value, parent, globals);
    if (value === undefined) {
      const message = `constructor argument '${a.param.name}' must be known at compile time`;
      throw cx.error("not-compile-time", message, a.value.pos);
    }
    return value;
  });
  const own = decl.name === "" ? decl.type.decl : decl;
  const name = joinName(prefix, own);
  const children = new Map<InstanceDecl, Instance>();
  const instance: Mutable<Instance> = { kind: "instanceNode", decl, type: decl.type, name, args, children };
  if (decl.type.kind === "parser" || decl.type.kind === "control") {
    for (const child of decl.type.decl.instances) {
      children.set(child, make(cx, child, instance, globals, name, counter));
    }
  }
  return instance;
}

/** Control-plane name of what is declared under `prefix`: its `@name`, absolute with a leading dot, or its own. */
function joinName(prefix: string, decl: { name: string; annotations: readonly Annotation[] }): string {
  const given = decl.annotations.find((a) => a.name === "name")?.values[0];
  const name = typeof given === "string" ? given : decl.name;
  if (name.startsWith(".")) return name.slice(1);
  return prefix === "" ? name : `${prefix}.${name}`;
}

/**
 * Full control-plane name of a table, action, value set or other declaration inside an instance; `null` for one at
 * top level.
 */
export const controlPlaneName = (instance: Instance | null, decl: DeclBase): string =>
  joinName(instance?.name ?? "", decl);

/**
 * The value of an expression that is known once constructor parameters are: those of `instance`, in whose parser or
 * control the expression stands (null: at top level). undefined: it is not known at compile time.
 */
export function evaluate(
  e: Expr,
  instance: Instance | null,
  globals: ReadonlyMap<InstanceDecl, Instance>,
): InstanceArg | undefined {
  const constant = (x: Expr): ConstValue | undefined => {
    const value = evaluate(x, instance, globals);
    return isConstant(value) ? value : undefined;
  };
  switch (e.kind) {
    case "literal":
      return e.value;
    case "ctorParam":
      return instance ? instance.args[e.decl.index] : undefined;
    case "instance":
    case "construct":
      return instance?.children.get(e.decl) ?? globals.get(e.decl);
    case "cast": {
      const value = constant(e.operand);
      return value === undefined ? undefined : attempt(() => foldCast(value, e.type));
    }
    case "unary": {
      const value = constant(e.operand);
      return value === undefined ? undefined : attempt(() => foldUnary(e.op, value, e.type));
    }
    case "binary": {
      const left = constant(e.left);
      const right = constant(e.right);
      if (left === undefined || right === undefined) return undefined;
      return attempt(() => foldBinary(e.op, left, right, e.left.type, e.right.type));
    }
    case "ternary": {
      const condition = constant(e.condition);
      if (condition === undefined) return undefined;
      return evaluate(condition === true ? e.whenTrue : e.whenFalse, instance, globals);
    }
    case "slice": {
      const value = constant(e.object);
      return typeof value === "bigint" ? BigInt.asUintN(e.hi - e.lo + 1, value >> BigInt(e.lo)) : undefined;
    }
    case "member":
      return part(evaluate(e.object, instance, globals), e.field.index);
    case "index":
      return part(evaluate(e.object, instance, globals), Number(constant(e.index) ?? -1));
    case "aggregate": {
      const parts = e.fields.map((f) => evaluate(f, instance, globals));
      if (parts.some((p) => p === undefined)) return undefined;
      if (parts.every(isConstant)) return { kind: "aggregate", type: e.type, fields: parts as ConstValue[] };
      return parts as InstanceArg[];
    }
    default:
      return undefined;
  }
}

function part(value: InstanceArg | undefined, index: number): InstanceArg | undefined {
  if (Array.isArray(value)) return value[index];
  return isConstant(value) && typeof value === "object" && value.kind === "aggregate"
    ? value.fields[index]
    : undefined;
}

function isConstant(value: InstanceArg | undefined): value is ConstValue {
  if (value === undefined || value === null || Array.isArray(value)) return false;
  return typeof value !== "object" || value.kind !== "instanceNode";
}

function attempt<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (problem) {
    if (problem instanceof FoldError) return undefined;
    throw problem;
  }
}

/** How an instance is called in messages. */
export const describeInstance = (i: Instance): string => `${typeName(i.type)} '${i.name}'`;
