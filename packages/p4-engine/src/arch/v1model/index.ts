/** v1model: a V1Switch package becomes an engine that behaves as BMv2's simple_switch. */
import type { Engine, LoadOptions } from "../../api.js";
import type { Callable } from "../../compile/calls.js";
import { fieldsOf, offsetOf } from "../../compile/composites.js";
import { compileControl } from "../../compile/controls.js";
import { type Binding, Generator } from "../../compile/generator.js";
import { compileParser } from "../../compile/parsers.js";
import type { SlotPlace } from "../../compile/places.js";
import { P4Error } from "../../errors.js";
import type { CheckedProgram, Instance, InstanceArg, Param } from "../../frontend/ast.js";
import type { Type } from "../../frontend/types.js";
import { ProgramEngine } from "../../runtime/engine.js";
import { Machine } from "../../runtime/machine.js";
import { loadedTable, objectsOf, observed } from "../engine.js";
import { V1modelLibrary } from "./library.js";
import { type V1Blocks, V1Switch } from "./switch.js";

const BLOCKS = ["parse", "verify", "ingress", "egress", "update", "deparse"] as const;

export function compileV1model(program: CheckedProgram, options: LoadOptions): Engine {
  const began = performance.now();
  const clock = options.clock ?? (() => (performance.now() - began) * 1000);
  const library = new V1modelLibrary(options.seed ?? 1, clock);
  const g = new Generator(program, library, { loopLimit: options.loopLimit ?? 2 ** 16 });
  const [parser, ...controls] = program.main.args.map((arg) => blockOf(program, arg));
  const shape = [parser, ...controls].map((block) => paramsOf(block).length).join();
  if (shape !== "4,2,3,3,2,2") {
    throw new P4Error("unsupported", "this V1Switch is not that of v1model.p4", undefined, true);
  }

  // Headers and metadata come first, so that they can be cleared and copied as one run of slots.
  const params = paramsOf(parser);
  const place = (type: Type): SlotPlace => ({
    kind: "slot",
    dyn: null,
    off: g.module.allocateType(type),
    type,
  });
  const headers = place(params[1].type);
  const user = place(params[2].type);
  const standard = place(params[3].type);
  const stateSize = g.module.slots;
  library.user = user;
  library.standard = standard;

  const packet: Binding = { kind: "packet" };
  const bindings: readonly (readonly Binding[])[] = [
    [packet, headers, user, standard],
    [headers, user],
    [headers, user, standard],
    [headers, user, standard],
    [headers, user],
    [packet, headers],
  ];
  const exported: Record<string, string> = {};
  [parser, ...controls].forEach((instance, i) => {
    exported[BLOCKS[i]] = compileBlock(g, instance, bindings[i]).name;
  });

  const code = g.module.text(exported);
  const machine = new Machine(g.module.slots);
  const blocks = g.module.link<V1Blocks>(code, machine);
  const std = Object.fromEntries(
    fieldsOf(standard.type).map((f, i) => [f.name, standard.off + offsetOf(standard.type, i)]),
  );
  const limits = { passes: options.passLimit ?? 2 ** 20, queue: options.queueLimit ?? 2 ** 16 };
  const noError = Math.max(0, program.errors.indexOf("NoError"));
  const names = g.tables.map(observed);
  const target = new V1Switch(machine, blocks, std, stateSize, library, noError, limits, names);
  const loaded = g.tables.map(loadedTable);
  return new ProgramEngine("v1model", loaded, objectsOf(g, library), target, code);
}

function blockOf(program: CheckedProgram, arg: InstanceArg): Instance {
  if (arg && typeof arg === "object" && "kind" in arg && arg.kind === "instanceNode") return arg;
  throw new P4Error("package-argument", `'${program.main.name}' lacks a parser or control`);
}

function paramsOf(instance: Instance): readonly Param[] {
  const type = instance.type;
  if (type.kind === "parser" || type.kind === "control") return type.decl.params;
  throw new P4Error("package-argument", `'${instance.name}' is neither a parser nor a control`);
}

function compileBlock(g: Generator, instance: Instance, places: readonly Binding[]): Callable {
  const bound = new Map<Param, Binding>();
  paramsOf(instance).forEach((param, i) => {
    bound.set(param, places[i]);
  });
  return instance.type.kind === "parser"
    ? compileParser(g, instance, bound)
    : compileControl(g, instance, bound);
}
