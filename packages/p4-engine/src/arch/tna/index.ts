/** tna and t2na: a Switch of pipelines becomes an engine that behaves as a Tofino. */
import type { Engine, LoadOptions } from "../../api.js";
import { compileControl } from "../../compile/controls.js";
import { type Binding, Generator } from "../../compile/generator.js";
import { compileParser } from "../../compile/parsers.js";
import type { SlotPlace } from "../../compile/places.js";
import { P4Error } from "../../errors.js";
import type { CheckedProgram, Instance, InstanceArg, Param } from "../../frontend/ast.js";
import { representation, type Type, typeName } from "../../frontend/types.js";
import { ProgramEngine } from "../../runtime/engine.js";
import { Machine } from "../../runtime/machine.js";
import { loadedTable, objectsOf, observed } from "../engine.js";
import { fieldSlots } from "../metadata.js";
import { TnaLibrary } from "./library.js";
import { type GressState, type Pipe, type TofinoModule, TofinoSwitch } from "./switch.js";

/** Names of the generated blocks of a pipe's gress. */
interface BlockNames {
  readonly parse: string;
  readonly control: string;
  readonly deparse: string;
  readonly state: GressState;
}

export function compileTna(
  program: CheckedProgram,
  options: LoadOptions,
  architecture: "tna" | "t2na",
): Engine {
  const began = performance.now();
  const clock = options.clock ?? (() => (performance.now() - began) * 1000);
  const library = new TnaLibrary(architecture, options.seed ?? 1, clock);
  const g = new Generator(program, library, { loopLimit: options.loopLimit ?? 2 ** 16 });
  const exported: Record<string, string> = {};
  const made = new Map<Instance, { ingress: BlockNames; egress: BlockNames }>();
  const pipelines = program.main.args.map(instanceOf).filter((p): p is Instance => p !== null);
  for (const pipeline of pipelines) {
    if (made.has(pipeline)) continue;
    const [ig, eg] = gresses(g, pipeline);
    const n = made.size;
    const pipe = {
      ingress: compileGress(g, library, "ingress", ig),
      egress: compileGress(g, library, "egress", eg),
    };
    made.set(pipeline, pipe);
    for (const [gress, names] of Object.entries(pipe)) {
      for (const block of ["parse", "control", "deparse"] as const)
        exported[`${gress}${n}${block}`] = names[block];
    }
  }

  const code = g.module.text(exported);
  const machine = new Machine(g.module.slots);
  const module = g.module.link<TofinoModule & Record<string, () => boolean>>(code, machine);
  const linked = [...made.values()].map((pipe, n): Pipe => {
    const blocks = (gress: "ingress" | "egress") => ({
      state: pipe[gress].state,
      parse: module[`${gress}${n}parse`],
      control: module[`${gress}${n}control`],
      deparse: module[`${gress}${n}deparse`],
    });
    return { ingress: blocks("ingress"), egress: blocks("egress") };
  });
  const order = [...made.keys()];
  const pipes = pipelines.map((p) => linked[order.indexOf(p)]);
  const target = new TofinoSwitch(
    machine,
    module,
    pipes,
    program.errors,
    library,
    {
      architecture,
      recirculationPorts: options.recirculationPorts ? new Set(options.recirculationPorts) : null,
      passes: options.passLimit ?? 2 ** 20,
      queue: options.queueLimit ?? 2 ** 16,
    },
    g.tables.map(observed),
  );
  return new ProgramEngine(architecture, g.tables.map(loadedTable), objectsOf(g, library), target, code);
}

function instanceOf(arg: InstanceArg | undefined): Instance | null {
  return arg && typeof arg === "object" && "kind" in arg && arg.kind === "instanceNode" ? arg : null;
}

const packageName = (instance: Instance): string =>
  instance.type.kind === "package" ? instance.type.decl.name : "";

/** Parser, control and deparser of each gress of a pipeline. */
function gresses(g: Generator, pipeline: Instance): [Instance[], Instance[]] {
  const args = pipeline.args.map(instanceOf);
  const need = (i: number): Instance => {
    const found = args[i];
    if (found) return found;
    throw new P4Error("package-argument", `pipeline '${pipeline.name}' lacks a parser or control`);
  };
  if (packageName(pipeline) === "MultiParserPipeline") {
    const single = (i: number): Instance => {
      const parsers = need(i)
        .args.map(instanceOf)
        .filter((p): p is Instance => p !== null);
      if (parsers.length === 1) return parsers[0];
      throw g.unsupported(pipeline.decl.pos, "a pipeline whose ports have different parsers");
    };
    return [
      [single(0), need(1), need(2)],
      [single(3), need(4), need(5)],
    ];
  }
  if (args[6]) throw g.unsupported(pipeline.decl.pos, "a ghost control");
  return [
    [need(0), need(1), need(2)],
    [need(3), need(4), need(5)],
  ];
}

function paramsOf(instance: Instance): readonly Param[] {
  const type = instance.type;
  if (type.kind === "parser" || type.kind === "control") return type.decl.params;
  throw new P4Error("package-argument", `'${instance.name}' is neither a parser nor a control`);
}

/** Structs of intrinsic metadata that a gress has, whether or not the program names them. */
const INTRINSIC = {
  ingress: {
    parser: "ingress_intrinsic_metadata_from_parser_t",
    deparser: "ingress_intrinsic_metadata_for_deparser_t",
    tm: "ingress_intrinsic_metadata_for_tm_t",
  },
  egress: {
    parser: "egress_intrinsic_metadata_from_parser_t",
    deparser: "egress_intrinsic_metadata_for_deparser_t",
    tm: "egress_intrinsic_metadata_for_output_port_t",
  },
} as const;

/**
 * Compiles a gress. Headers and metadata are the second and third parameters of each block; intrinsic metadata,
 * which is optional, is recognised by its type.
 */
function compileGress(
  g: Generator,
  library: TnaLibrary,
  gress: "ingress" | "egress",
  [parser, control, deparser]: readonly Instance[],
): BlockNames {
  const from = g.module.allocate(0);
  const places = new Map<string, SlotPlace>();
  const place = (type: Type, key = typeName(type)): SlotPlace => {
    let found = places.get(key);
    if (!found) {
      found = { kind: "slot", dyn: null, off: g.module.allocateType(type), type };
      places.set(key, found);
    }
    return found;
  };
  const blocks = [parser, control, deparser];
  const bindings = blocks.map((block) => {
    const params = paramsOf(block);
    const packets = params.filter((p) => representation(p.type).kind === "extern").length;
    return new Map(
      params.map((p, i): [Param, Binding] => {
        if (i < packets) return [p, { kind: "packet" }];
        return [
          p,
          i === packets ? place(p.type, "H") : i === packets + 1 ? place(p.type, "M") : place(p.type),
        ];
      }),
    );
  });
  // Types the program does not name are found through those of the package.
  for (const name of Object.values(INTRINSIC[gress])) {
    if (places.has(name)) continue;
    const type = intrinsicType(g, name);
    if (type) place(type);
  }
  const to = g.module.allocate(0);
  const slots = (name: string) => {
    const found = places.get(name);
    if (!found) throw new P4Error("package-argument", `the program does not know ${name}`);
    return found;
  };
  const names = INTRINSIC[gress];
  library.gress = { gress, forDeparser: slots(names.deparser) };
  const callables = blocks.map((block, i) =>
    block.type.kind === "parser"
      ? compileParser(g, block, bindings[i])
      : compileControl(g, block, bindings[i]),
  );
  const state: GressState = {
    from,
    to,
    parser: fieldSlots(slots(names.parser)),
    deparser: fieldSlots(slots(names.deparser)),
    tm: fieldSlots(slots(names.tm)),
  };
  return { parse: callables[0].name, control: callables[1].name, deparse: callables[2].name, state };
}

/** A type of the architecture by name: blocks of the program may leave out the parameters that have it. */
function intrinsicType(g: Generator, name: string): Type | null {
  for (const decl of [...g.program.parsers, ...g.program.controls]) {
    for (const p of decl.params) if (typeName(p.type) === name) return p.type;
  }
  return null;
}
