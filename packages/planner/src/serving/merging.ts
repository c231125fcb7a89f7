import type { PipeAt } from "../fabric/assign.js";
import { mergeShares } from "../fabric/links.js";
import type { PipeBuilder } from "./pipe-builder.js";

/** One of the things that mergers do for a layer. */
export interface Merging {
  operation: "add" | "max";
  /** Packets that merge into one. */
  parts: number;
  /** Rows of accumulators, by merger. */
  rows: Map<PipeBuilder, number>;
  /** By pipe of the layer and unit: where it is merged. */
  places: { merger: PipeBuilder; address: number }[][];
}

/** Gives the units of each pipe to mergers, as the plan reckons with it: as many as can to those of their own switch. */
export function shareOut(
  operation: "add" | "max",
  parts: number,
  units: number[],
  pipes: PipeBuilder[],
  mergers: PipeBuilder[],
): Merging {
  const switches = [...new Set([...pipes, ...mergers].map((p) => p.ports.switch))];
  const at = ({ ports }: PipeBuilder): PipeAt => [switches.indexOf(ports.switch), ports.pipe];
  const shares = mergeShares(pipes.map(at), mergers.map(at));
  const rows = new Map(mergers.map((merger) => [merger, 0]));
  const places = pipes.map((pipe, p) => {
    const own = shares.filter((s) => String(s.pipe) === String(at(pipe)));
    const whole = own.reduce((sum, s) => sum + s.share, 0);
    return Array.from({ length: units[p] }, (_, unit) => {
      let left = ((unit + 0.5) / units[p]) * whole;
      const share = own.find((s) => (left -= s.share) <= 0) ?? own[own.length - 1];
      const merger = mergers.find((m) => String(at(m)) === String(share.merger))!;
      const address = rows.get(merger)!;
      rows.set(merger, address + 1);
      return { merger, address };
    });
  });
  return { operation, parts, rows, places };
}
