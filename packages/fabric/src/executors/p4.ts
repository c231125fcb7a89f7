import { servePipes } from "@matchmul/emitter";
import { Device, loadEntries, loadProgram } from "@matchmul/p4-engine";
import type { ServeNetwork } from "@matchmul/planner";
import type { ExecutorSpec, PipeExecutor } from "../executor.js";
import { engineExecutor } from "./engine.js";

interface P4Pipe {
  name: string;
  text: string;
  entries: string;
}

/** Executors that run the emitted P4 text and entries of each pipe, and nothing else of the network. */
export function p4Executors(network: ServeNetwork, target: "v1model" | "tna" | "t2na"): ExecutorSpec[] {
  return servePipes(network, { target, recirculates: false }).map(({ pipe, program, entries }) => {
    const argument: P4Pipe = { name: pipe.name, text: program.text, entries: entries().toString("latin1") };
    return { module: import.meta.url, argument };
  });
}

export default function p4({ name, text, entries }: P4Pipe): PipeExecutor {
  return engineExecutor(() => {
    // A pass at a time: nothing comes back by itself.
    const engine = loadProgram(text, { file: `${name}.p4`, recirculationPorts: [] });
    loadEntries(new Device(engine), entries, { file: `${name}/entries.txt` });
    return engine;
  });
}
