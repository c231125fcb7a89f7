import { type ServeNetwork, type ServePipe, serveMachine } from "@matchmul/planner";
import type { ExecutorSpec, PipeExecutor } from "../executor.js";

/** A pipe as data: lookup tables are in buffers that threads share. */
type PlainPipe = Omit<ServePipe, "words"> & { tables: Int32Array[] };

/** Executors that interpret the microcode of each pipe. */
export function machineExecutors(network: ServeNetwork): ExecutorSpec[] {
  return network.pipes.map((pipe) => {
    if (pipe.program !== "tile") return { module: import.meta.url, argument: { ...pipe, tables: [] } };
    const { words, ...rest } = pipe;
    const argument: PlainPipe = { ...rest, tables: words().map(shared) };
    return { module: import.meta.url, argument };
  });
}

function shared(words: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(words.byteLength));
  copy.set(words);
  return copy;
}

export default function machine({ tables, ...pipe }: PlainPipe): PipeExecutor {
  const made = serveMachine({ ...pipe, words: () => tables } as ServePipe);
  return {
    process: (port, bytes) => made.process(port, bytes),
    restart: () => made.restart(),
    counters: () => ({ ...made.drops }),
  };
}
