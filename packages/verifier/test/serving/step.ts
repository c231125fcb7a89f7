import { existsSync } from "node:fs";
import { servePipes } from "@matchmul/emitter";
import { Device, type Engine, loadEntries, loadProgram, type OutputPacket } from "@matchmul/p4-engine";
import type { ServeNetwork } from "@matchmul/planner";

const template = (target: string): URL =>
  new URL(`../../../../p4src/${target === "v1model" ? "v1model" : "tna"}/serve.p4`, import.meta.url);

/** The targets there are templates for. */
export const servingTargets = ["v1model", "tna", "t2na"].filter((target) => existsSync(template(target)));

/** A port that leads back into the first pipe of a switch. */
export const loopbackOf: Record<string, number> = { v1model: 510, tna: 68, t2na: 6 };

/** A pipe that takes one packet through one pass: packets to loopback ports come out of them. */
export interface Stepper {
  engine: Engine;
  process(port: number, packet: Uint8Array): OutputPacket[];
}

/** The emitted text and entries of each pipe, in the engine. */
export function steppers(network: ServeNetwork, target: string): Stepper[] {
  return servePipes(network, { target, recirculates: false }).map(({ program, entries }) => {
    const engine = loadProgram(program.text, { file: `${program.name}.p4`, recirculationPorts: [] });
    loadEntries(new Device(engine), entries().toString("latin1"));
    return { engine, process: (port, packet) => engine.process(port, packet) };
  });
}
