import type { ServePipe } from "@matchmul/planner";
import { serveMachine } from "@matchmul/planner";
import type { PipeExecutor } from "../src/index.js";
import { readField, writeField } from "../src/packets.js";

/**
 * A pipe that tells requests apart badly: inside the network two successive requests of a slot have the same epoch, with the
 * real one kept in bytes that nothing looks at. What the protocol's checks are good for shows when they are weakened so.
 */
export default function sharedEpochs({
  tables,
  ...pipe
}: ServePipe & { tables: Int32Array[] }): PipeExecutor {
  const machine = serveMachine({ ...pipe, words: () => tables } as ServePipe);
  const hosts = new Set(pipe.admissions.map((a) => a.port));
  return {
    process(port, bytes) {
      const packet = bytes.slice();
      if (hosts.has(port)) {
        // The source address goes through the network as it came.
        packet.set(packet.subarray(24, 28), 8);
        writeField(packet, "epoch", (readField(packet, "epoch") + 1) >> 1);
      }
      return machine.process(port, packet).map((out) => {
        if (hosts.has(out.port) && out.bytes.length > 28 && readField(out.bytes, "kind") === 5)
          out.bytes.set(out.bytes.subarray(8, 12), 24);
        return out;
      });
    },
    restart: () => machine.restart(),
  };
}
