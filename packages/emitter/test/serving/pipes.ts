import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  CONTINUE,
  type MergePipe,
  SERVE_LANES,
  ServeKind,
  type ServeNetwork,
  type ServePipe,
  type ServeStep,
  type TilePipe,
  type TransitPipe,
} from "@matchmul/planner";
import { targets } from "../../src/index.js";
import { p4SourceFolder } from "../../src/template.js";

/** The targets that have all three templates. */
export const servingTargets = targets
  .map(({ name }) => name)
  .filter((name) => {
    const folder = join(p4SourceFolder(), name === "v1model" ? "v1model" : "tna");
    return ["serve.p4", "merge.p4", "transit.p4"].every((file) => existsSync(join(folder, file)));
  });

const common = {
  node: 1,
  name: "leaf0-pipe0",
  switch: "leaf0",
  pipe: 0,
  loopbacks: [68],
  links: [8],
  groups: [
    { id: 1, copies: [{ port: 68, rid: 1 }] },
    {
      id: 2,
      copies: [
        { port: 8, rid: 2 },
        { port: 4, rid: 2 },
        { port: 68, rid: CONTINUE },
      ],
    },
  ],
  routes: [{ destination: 2, port: 8 }],
  clients: [4, 12].map((port, i) => ({
    port,
    address: {
      mac: "02:00:00:00:00:07",
      ip: ["192.0.2.7", "2001:db8::7"][i],
      serverMac: "02:00:00:00:88:b5",
      serverIp: ["192.0.2.1", "2001:db8::1"][i],
    },
  })),
  admissions: [{ port: 4, slot: 0, reply: 3 }],
  requests: [{ index: 0, address: 0, pc: 1, parse: 2, group: 1 }],
  slots: [{ layer: 0, slot: 0, base: 0, arrivals: 0, state: 0 }],
  states: 1,
  arrivals: 1,
};

export interface Features {
  lookups?: number;
  banked?: boolean;
  pools?: boolean;
  merges?: boolean;
}

/** A pipe with one layer's steps, and what else is asked for. */
export function tilePipe({ lookups = 2, banked, pools, merges }: Features = {}): TilePipe {
  const next = { pc: 1, parse: 3 };
  const steps: ServeStep[] = [
    { op: "load" },
    { op: "sum", ...next, shiftLeft: 0, dAddress: 1, dRow: 16, offsets: null },
    {
      op: "sum",
      ...next,
      shiftLeft: 1,
      dAddress: -3,
      dRow: -16,
      offsets: banked ? Array.from({ length: lookups }, (_, s) => s - 1) : null,
    },
    { op: "bias", ...next, answer: null },
    { op: "bias", ...next, answer: { index: 0 } },
    { op: "scale", ...next, shift: 7 },
    { op: "convert", ...next, row: 256, send: false },
    { op: "convert", ...next, row: 256, send: true },
  ];
  const parses: TilePipe["parses"][number]["parse"][] = [
    { kind: "skip", skip: 0 },
    { kind: "skip", skip: 4 * SERVE_LANES },
    { kind: "store", first: 0, count: lookups, skip: 0 },
    { kind: "lanes" },
    { kind: "narrow", lanes: SERVE_LANES, keys: lookups },
    { kind: "keys", keys: lookups },
  ];
  if (pools) {
    steps.push({ op: "pool", ...next, last: false }, { op: "pool", ...next, last: true });
    parses.push(
      { kind: "pool", first: 0, count: 16, fresh: true },
      { kind: "pool", first: 16, count: 16, fresh: false },
      { kind: "narrow-best", lanes: 20, keys: 2 },
    );
  }
  if (merges) steps.push({ op: "merge", ...next });
  const words = Array.from({ length: lookups }, (_, s) =>
    Int32Array.from({ length: 512 * SERVE_LANES }, (_, i) => (i < SERVE_LANES ? 0 : (i * (s + 1)) % 7)),
  );
  return {
    ...common,
    program: "tile",
    lookups,
    rowBits: 9,
    storeRows: 20,
    banked: banked ?? false,
    parses: parses.map((parse, id) => ({ id, parse })),
    sequencer: [
      {
        kind: ServeKind.store,
        layer: 0,
        pc: 1,
        step: { op: "store", pc: 0, parse: 0, dAddress: 1, last: { total: 1, group: 1 } },
        label: "fc1, store",
      },
      {
        kind: ServeKind.store,
        layer: 0,
        pc: 2,
        step: { op: "store", pc: 1, parse: 2, dAddress: 1, last: null },
        label: "fc1, store",
      },
      ...steps.map((step, pc) => ({ kind: ServeKind.work, layer: 0, pc, step, label: `fc1, ${step.op}` })),
    ],
    tasks: [
      {
        id: 1,
        layer: 0,
        label: "tile 1",
        load: { pc: 1, parse: 3, address: 0, row: 0 },
        bias: { row: 3 },
        pool: pools ? { pc: 1, parse: 3, task: 2 } : null,
        send: { pc: 1, parse: 2, address: 4, index: 0, group: 2, task: 1 },
        merge: merges ? { address: 0, index: 1, group: 2, task: 0, source: 1 } : null,
      },
    ],
    words: () => words,
  };
}

export const mergePipe: MergePipe = {
  ...common,
  name: "leaf0-pipe1",
  program: "merge",
  accumulatorRows: 3,
  merges: [
    { layer: 0, operation: "add", parts: 2 },
    { layer: 1, operation: "max", parts: 4 },
  ],
};

export const transitPipe: TransitPipe = { ...common, name: "spine0-pipe0", program: "transit", slots: [] };

export function networkOf(...pipes: ServePipe[]): ServeNetwork {
  return {
    name: "small",
    topology: "one",
    pipes,
    hosts: [],
    links: [],
    request: { packets: [] },
    logits: 10,
    slots: 1,
    layers: ["conv1", "fc1"],
  };
}

/** Every kind of program, with and without what the templates leave out where it is not used. */
export const variants: [name: string, pipe: ServePipe][] = [
  ["tile", tilePipe()],
  ["tile with banks of their own", tilePipe({ banked: true })],
  ["tile with max pooling", tilePipe({ pools: true, lookups: 3 })],
  ["tile with partial sums", tilePipe({ merges: true })],
  ["tile with everything", tilePipe({ banked: true, pools: true, merges: true, lookups: 4 })],
  ["merge", mergePipe],
  ["transit", transitPipe],
];
