import { error } from "../diagnostics.js";

/** The mirroring session of the copies; the switch is told to send it to the port of `traceCommands`. */
const SESSION = 1;

/**
 * The text of a v1model program that also sends out a copy of each packet it recirculates. Nothing else of the program
 * changes: in front of every statement that recirculates one is put that clones the packet as it leaves egress, which
 * is what the next pass begins with. A clone has no metadata of the packet, so it is not recirculated itself.
 *
 * @throws MatchMulError not-traceable for a program that never recirculates in this way
 */
export function traced(text: string): string {
  const statement = /\brecirculate_preserving_field_list\s*\(/g;
  if (!statement.test(text)) throw error("not-traceable");
  return text.replace(statement, (found) => `clone(CloneType.E2E, ${SESSION}); ${found}`);
}

/** simple_switch_CLI commands that send the copies out of a port. */
export function traceCommands(port: number): string {
  return `mirroring_add ${SESSION} ${port}\n`;
}

/** A port that none of these is: from the largest down, below the one that stands for dropping. */
export function tracePort(taken: Iterable<number>): number {
  const ports = new Set(taken);
  let port = 510;
  while (ports.has(port)) port--;
  return port;
}
