import { servePipes } from "@matchmul/emitter";
import { Device, type Engine, loadEntries, loadProgram } from "@matchmul/p4-engine";
import type { ServeNetwork } from "@matchmul/planner";

/** The targets that the tests run. */
export const servingTargets = ["v1model", "tna", "t2na"];

/** A port that leads back into the first pipe of a switch. */
export const loopbackOf: Record<string, number> = { v1model: 510, tna: 68, t2na: 6 };

/**
 * The emitted text and entries of each pipe, in an engine.
 *
 * @param recirculates false: packets to a loopback port come out of it, so a packet makes one pass
 */
export function enginesOf(network: ServeNetwork, target: string, recirculates: boolean): Engine[] {
  const texts = new Map<string, string>();
  return servePipes(network, { target, recirculates }).map(({ pipe, program, entries }) => {
    // Equal names mean equal texts.
    if ((texts.get(program.name) ?? program.text) !== program.text) throw new Error(program.name);
    texts.set(program.name, program.text);
    const engine = loadProgram(program.text, {
      file: `${program.name}.p4`,
      recirculationPorts: recirculates ? pipe.loopbacks : [],
    });
    loadEntries(new Device(engine), entries().toString("latin1"));
    return engine;
  });
}

/** Packets as text, in an order of their own: copies of a multicast leave in any. */
export function readable(packets: readonly { port: number; bytes: Uint8Array }[]): string[] {
  return packets.map(({ port, bytes }) => `${port}: ${Buffer.from(bytes).toString("hex")}`).sort();
}

/** The content of every register. */
export function registersOf(engine: Engine): Map<string, string> {
  return new Map(
    [...engine.objects.registers].map(([name, { cells, wide }]) => [name, `${cells.join()} ${wide.join()}`]),
  );
}
