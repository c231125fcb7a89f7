import type { Engine } from "@matchmul/p4-engine";
import type { PipeExecutor } from "../executor.js";

/** An engine as an executor. `load` makes one with all its entries, whose `process` makes one pass. */
export function engineExecutor(load: () => Engine): PipeExecutor {
  let engine = load();
  return {
    process: (port, bytes) => engine.process(port, bytes),
    restart() {
      // A Tofino's registers may be pairs, which are no objects of the control plane: only a new engine has them empty.
      if (engine.architecture !== "v1model") engine = load();
      else for (const register of engine.objects.registers.values()) register.fill(0);
    },
  };
}
