import { createHash } from "node:crypto";
import type { ServeNetwork, ServePipe } from "@matchmul/planner";
import { error } from "../diagnostics.js";
import { targets } from "../targets.js";
import { serveContext } from "./context.js";
import { renderServing } from "./render.js";
import { type PipeShape, shapeKey, shapeOf, unite } from "./shape.js";
import { serveCommands } from "./text.js";

export interface ServeEmitOptions {
  /** `v1model`, `tna` or `t2na`. */
  target: string;
  /**
   * v1model: false makes a copy whose loopback ports are front ports, to look at pass by pass. Default: packets to a
   * loopback port recirculate.
   */
  recirculates?: boolean;
}

/** A pipe's program; pipes with equal names have equal texts, so each is compiled once. */
export interface ServeProgram {
  /** Kind of program and hash of the text: `tile_3f2a9c1b`. */
  name: string;
  text: string;
}

/** What is emitted for one pipe. */
export interface EmittedServePipe {
  pipe: ServePipe;
  program: ServeProgram;
  /** Made anew at each call: together they may be gigabytes. */
  entries(): Buffer;
}

const templates = { tile: "serve.p4", merge: "merge.p4", transit: "transit.p4" } as const;

/**
 * The programs of a network's pipes, in their order. Pipes with as many lookups of equal size share one.
 *
 * @throws MatchMulError unknown-target
 */
export function servePipes(network: ServeNetwork, options: ServeEmitOptions): EmittedServePipe[] {
  const target = targets.find(({ name }) => name === options.target);
  if (target === undefined)
    throw error(
      "unknown-target",
      options.target,
      targets.map(({ name }) => name),
    );
  const shapes = new Map<string, PipeShape>();
  const keys = network.pipes.map((pipe) => {
    const shape = shapeOf(pipe, target.name);
    const key = shapeKey(shape);
    const known = shapes.get(key);
    shapes.set(key, known === undefined ? shape : unite(known, shape));
    return key;
  });
  const programs = new Map(
    [...shapes].map(([key, shape]): [string, ServeProgram] => {
      const context = serveContext(shape, {
        title: network.name,
        layers: network.layers,
        architecture: target.name,
        recirculates: options.recirculates,
      });
      const folder = target.name === "v1model" ? "v1model" : "tna";
      const text = renderServing(`${folder}/${templates[shape.program]}`, context);
      const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
      return [key, { name: `${shape.program}_${hash}`, text }];
    }),
  );
  return network.pipes.map((pipe, i) => ({
    pipe,
    program: programs.get(keys[i])!,
    entries: () => serveCommands(pipe, target.name),
  }));
}

/**
 * The files of a network, one after the other: for each pipe `<pipe>/<program>.p4` and `<pipe>/entries.txt`, commands
 * of simple_switch_CLI. They are made as they are asked for, so that only one is in memory.
 *
 * @throws MatchMulError unknown-target
 */
export function* emitServing(
  network: ServeNetwork,
  options: ServeEmitOptions,
): Generator<{ path: string; content: string | Uint8Array }> {
  for (const { pipe, program, entries } of servePipes(network, options)) {
    yield { path: `${pipe.name}/${program.name}.p4`, content: program.text };
    yield { path: `${pipe.name}/entries.txt`, content: entries() };
  }
}
