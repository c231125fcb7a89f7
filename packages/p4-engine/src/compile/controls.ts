/** Controls: one function per instance and application; their locals live in slots, where actions see them. */
import type { Instance, Param } from "../frontend/ast.js";
import { bindParams, boundKey, type Callable } from "./calls.js";
import { type Binding, Fn, type Generator, Scope } from "./generator.js";
import { initialise, localPlace, perform, statement } from "./statements.js";
import { compileTable } from "./tables.js";

/**
 * The control as something to call. `bound` gives extern objects, and for the controls of a pipeline the
 * places of their parameters, which are then used where they are, without a copy.
 */
export function compileControl(
  g: Generator,
  instance: Instance,
  bound: ReadonlyMap<Param, Binding>,
): Callable {
  const type = instance.type;
  if (type.kind !== "control") throw new TypeError("not a control");
  const decl = type.decl;
  const key = `control ${g.id(instance)} ${boundKey(g, bound)}`;
  const known = g.callables.get(key);
  if (known) return known;
  if (g.controls.has(instance)) {
    throw g.unsupported(instance.decl.pos, `applying '${instance.name}' to different objects`);
  }

  const scope = new Scope();
  const params = bindParams(g, scope, decl.params, byIndex(decl.params, bound), true);
  const control = { instance, decl, scope, tables: new Map() };
  g.controls.set(instance, control);
  for (const child of instance.children.values())
    if (child.type.kind === "extern") g.externs.object(g, child);

  g.externs.onBlock(g, instance, scope);
  const fn = new Fn(g, "control", instance, scope);
  // Actions and tables see the variables; so they are bound before anything is compiled.
  for (const v of decl.variables) scope.bind(v, localPlace(fn, v, true));
  for (const v of decl.variables) {
    const place = scope.find(v);
    if (place && place.kind === "slot") perform(fn, initialise(fn, v, place));
  }
  statement(fn, decl.body);
  for (const table of decl.tables) if (!control.tables.has(table)) compileTable(g, control, table);

  const name = g.module.names.unique(instance.name);
  g.module.add(fn.text(name, []));
  const callable: Callable = { name, params, returnPlace: null, exits: fn.exits, isParser: false };
  g.callables.set(key, callable);
  return callable;
}

/** Bindings given for a type's parameters, for the declaration's parameters of the same position. */
function byIndex(params: readonly Param[], bound: ReadonlyMap<Param, Binding>): Map<Param, Binding> {
  const result = new Map<Param, Binding>();
  for (const [param, binding] of bound) result.set(params[param.index] ?? param, binding);
  return result;
}
