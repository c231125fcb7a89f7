import type { Engine } from "@matchmul/p4-engine";
import type { PipeExecutor } from "../executor.js";

/** An engine as an executor: `load` makes it with all its entries, and its `process` makes one pass. */
export function engineExecutor(load: () => Engine): PipeExecutor {
  const engine = load();
  return {
    process: (port, bytes) => engine.process(port, bytes),
    // Of what a switch holds, packets change its registers alone: program and entries are those it comes back with.
    restart() {
      const { registers, records } = engine.objects;
      for (const register of [...registers.values(), ...records.values()]) register.clear();
    },
  };
}
