import { readFileSync } from "node:fs";
import { Device, loadEntries, loadProgram } from "@matchmul/p4-engine";
import type { ExecutorSpec, PipeExecutor } from "../executor.js";
import { engineExecutor } from "./engine.js";

/** A pipe's program and entries, as files: each thread reads those of its own pipes. */
export interface P4Files {
  program: string;
  entries: string;
}

/** Executors that run the files of a bundle, and know nothing else of the network. */
export function p4FileExecutors(pipes: readonly P4Files[]): ExecutorSpec[] {
  return pipes.map((files) => ({ module: import.meta.url, argument: files }));
}

export default function p4({ program, entries }: P4Files): PipeExecutor {
  return engineExecutor(() => {
    // A pass at a time: nothing comes back by itself.
    const engine = loadProgram(readFileSync(program, "utf8"), { file: program, recirculationPorts: [] });
    loadEntries(new Device(engine), readFileSync(entries, "latin1"), { file: entries });
    return engine;
  });
}
