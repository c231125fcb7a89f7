import { MergeMachine } from "./merge-machine.js";
import { PassMachine } from "./pass-machine.js";
import { TileMachine } from "./tile-machine.js";
import type { ServePipe } from "./types.js";

/** A pipe as docs/serving.md has it, with its registers. */
export function serveMachine(pipe: ServePipe): PassMachine {
  if (pipe.program === "tile") return new TileMachine(pipe);
  return pipe.program === "merge" ? new MergeMachine(pipe) : new PassMachine(pipe);
}
