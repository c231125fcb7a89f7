import type { Random } from "@matchmul/common";
import {
  CONTINUE,
  type HostAddress,
  type MergePipe,
  requestFromHost,
  SERVE_LANES,
  type SequencerEntry,
  ServeKind,
  type ServeNetwork,
  type ServeParse,
  type ServePipe,
  type ServeStep,
  type Task,
  type TilePipe,
  type TransitPipe,
} from "@matchmul/planner";

export const HOST_PORT = 1;
/** Hosts that speak UDP, over IPv4 and IPv6; the first one does not. */
const V4_PORT = 4;
const V6_PORT = 5;
export const ipv4: HostAddress = {
  mac: "02:00:00:00:00:07",
  ip: "192.0.2.7",
  serverMac: "02:00:00:00:88:b5",
  serverIp: "198.51.100.1",
};
export const ipv6: HostAddress = { ...ipv4, ip: "2001:db8::7", serverIp: "2001:db8:1:2:3:4:192.0.2.1" };
export const LINK_PORT = 2;
export const UNKNOWN_PORT = 3;

/** Cells of every register: what the emitter rounds up to, so that both levels have equally many. */
const CELLS = 16;

const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(0, values.length - 1)];
const word = (random: Random): number => random.integer(0, 0xffff);

function common(random: Random, loopback: number) {
  const rids = [1, 2, 3, CONTINUE];
  const group = (id: number) => ({
    id,
    copies: rids
      .filter(() => random.next() < 0.6)
      .map((rid) => ({ port: rid === CONTINUE ? loopback : pick(random, [loopback, LINK_PORT]), rid })),
  });
  return {
    node: 5,
    name: "pipe",
    switch: "s",
    pipe: 0,
    loopbacks: [loopback],
    links: [LINK_PORT],
    groups: [group(1), group(2), group(3)],
    routes: [
      { destination: 1, port: LINK_PORT },
      { destination: 5, port: loopback },
      { destination: 7, port: HOST_PORT },
      { destination: 8, port: V4_PORT },
      { destination: 10, port: V6_PORT },
    ],
    admissions: [HOST_PORT, V4_PORT, V6_PORT].flatMap((port) =>
      [0, 1].map((slot) => ({ port, slot, reply: 7 })),
    ),
    clients: [
      { port: V4_PORT, address: ipv4 },
      { port: V6_PORT, address: ipv6 },
    ],
    requests: [0, 1].map((index) => ({ index, address: random.integer(0, 8), pc: 0, parse: 2, group: 1 })),
    slots: [0, 1].flatMap((layer) =>
      [0, 1].map((slot) => ({
        layer,
        slot,
        base: random.integer(0, 8),
        arrivals: random.integer(0, 8),
        state: layer * 2 + slot,
      })),
    ),
    states: CELLS,
    arrivals: CELLS,
  };
}

/** The parses a step may meet, by its operation. */
const parsesOf = (op: ServeStep["op"], parses: TilePipe["parses"]) => {
  const kinds: Record<ServeStep["op"], ServeParse["kind"][]> = {
    store: ["store"],
    load: ["skip"],
    sum: ["lanes"],
    bias: ["lanes"],
    scale: ["lanes"],
    pool: ["pool"],
    convert: ["narrow", "narrow-best", "keys"],
    merge: ["lanes"],
  };
  return parses.filter(({ parse }) => kinds[op].includes(parse.kind));
};

/** A pipe of nonsense that has every step, every parse: tables as they come. */
export function randomTile(random: Random, loopback: number, target: string): TilePipe {
  const rowBits = random.integer(9, 10);
  const banked = random.next() < 0.5;
  // Two banks share a cell on Tofino 2 where all are read at one address: they are stored together.
  const together = target === "t2na" && !banked ? 2 : 1;
  const lookups = together * random.integer(1, 4 / together);
  const [pools, merges] = [random.next() < 0.7, random.next() < 0.7];
  const lanes = random.integer(lookups, SERVE_LANES);
  const first = together * random.integer(0, lookups / together - 1);
  const cut = random.integer(1, SERVE_LANES - 1);
  const parses: ServeParse[] = [
    { kind: "skip", skip: 0 },
    { kind: "skip", skip: 4 * SERVE_LANES },
    { kind: "store", first: 0, count: lookups, skip: random.integer(0, 5) },
    { kind: "store", first, count: together * random.integer(1, (lookups - first) / together), skip: 0 },
    { kind: "lanes" },
    // A lookup without a key adds its row 0 on Tofino, where lowered tables have none: here all have keys.
    { kind: "keys", keys: lookups },
    { kind: "narrow", lanes, keys: lookups },
  ];
  if (pools)
    parses.push(
      { kind: "narrow-best", lanes, keys: lookups },
      { kind: "pool", first: 0, count: cut, fresh: true },
      { kind: "pool", first: 0, count: cut, fresh: false },
      { kind: "pool", first: cut, count: SERVE_LANES - cut, fresh: false },
    );
  const next = () => ({ pc: random.integer(0, 9), parse: random.integer(0, parses.length - 1) });
  const task = () => random.integer(0, 4);
  let turn = false;
  const step = (op: ServeStep["op"]): ServeStep => {
    turn = !turn;
    const small = () => random.integer(-3, 3);
    switch (op) {
      case "store": {
        const last =
          random.next() < 0.6 ? { total: random.integer(1, 2), group: random.integer(1, 3) } : null;
        return { op, ...next(), dAddress: small(), last };
      }
      case "load":
        return { op };
      case "sum": {
        const shiftLeft = random.integer(0, 2);
        const offsets = banked && random.next() < 0.7 ? Array.from({ length: lookups }, small) : null;
        return { op, ...next(), shiftLeft, dAddress: small(), dRow: random.integer(0, 256), offsets };
      }
      case "bias":
        return { op, ...next(), answer: turn ? { index: word(random) } : null };
      case "scale":
        return { op, ...next(), shift: random.integer(0, 20) };
      case "pool":
        return { op, ...next(), last: turn };
      case "convert":
        return { op, ...next(), row: 256 * random.integer(0, 2), send: turn };
      case "merge":
        return { op, ...next() };
    }
  };
  const ops: ServeStep["op"][] = ["load", "sum", "sum", "sum", "bias", "bias", "scale", "convert", "convert"];
  if (pools) ops.push("pool", "pool");
  if (merges) ops.push("merge");
  const entry = (kind: SequencerEntry["kind"], layer: number, pc: number, op: ServeStep["op"]) => ({
    kind,
    layer,
    pc,
    step: step(op),
    label: `${op} of layer ${layer}`,
  });
  const sequencer = [0, 1].flatMap((layer) => [
    ...ops.map((op, pc) => entry(ServeKind.work, layer, pc, op)),
    ...[0, 1, 2].map((pc) => entry(ServeKind.store, layer, pc, "store")),
  ]);
  const some = <T>(make: () => T): T | null => (random.next() < 0.8 ? make() : null);
  const tasks: Task[] = [1, 2, 3].map((id) => ({
    id,
    layer: 0,
    label: `tile ${id}`,
    load: { ...next(), address: random.integer(3, 5), row: 256 * random.integer(0, 1) },
    bias: some(() => ({ row: random.integer(0, 2 ** rowBits - 1) })),
    pool: pools ? some(() => ({ ...next(), task: task() })) : null,
    send: some(() => ({
      ...next(),
      address: word(random),
      index: word(random),
      group: random.integer(1, 3),
      task: task(),
    })),
    merge: merges
      ? some(() => ({
          address: word(random),
          index: word(random),
          group: random.integer(1, 3),
          task: task(),
          source: word(random),
        }))
      : null,
  }));
  const seed = random.integer(1, 2 ** 30);
  return {
    ...common(random, loopback),
    program: "tile",
    lookups,
    rowBits,
    storeRows: CELLS,
    banked,
    parses: parses.map((parse, id) => ({ id, parse })),
    sequencer,
    tasks,
    words: () => {
      let state = seed;
      const value = (): number => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        // Some small, some of every size.
        return (state >>> 28) % 3 === 0 ? 0 : state >> ((state >>> 24) & 15);
      };
      return Array.from({ length: lookups }, () =>
        Int32Array.from({ length: 2 ** rowBits * SERVE_LANES }, value),
      );
    },
  };
}

export function randomMerge(random: Random, loopback: number): MergePipe {
  return {
    ...common(random, loopback),
    program: "merge",
    accumulatorRows: CELLS,
    merges: [0, 1].map((layer) => ({
      layer,
      operation: pick(random, ["add", "max"] as const),
      parts: random.integer(1, 3),
    })),
  };
}

export function randomTransit(random: Random, loopback: number): TransitPipe {
  return { ...common(random, loopback), program: "transit", slots: [] };
}

export function networkOf(pipe: ServeNetwork["pipes"][number]): ServeNetwork {
  return {
    name: "random",
    topology: "one",
    pipes: [pipe],
    hosts: [],
    links: [],
    request: { packets: [] },
    logits: 32,
    slots: 2,
    layers: ["fc1", "fc2"],
  };
}

/** Packets after which there is another request. */
const REQUEST = 200;

/** The `nth` packet that a pipe may meet, or may not: most are in order. */
export function randomPacket(
  random: Random,
  pipe: ServePipe,
  nth: number,
): { port: number; bytes: Uint8Array } {
  const odd = (): boolean => random.next() < 0.03;
  const bytes = new Uint8Array(46 + pick(random, [0, 10, 64, 128, 131, 192, 200]));
  for (let i = 46; i < bytes.length; i++) bytes[i] = random.next() < 0.4 ? 0 : random.integer(0, 255);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, odd() ? 0x0800 : 0x88b5);
  bytes[14] = odd() ? 1 : 2;
  const hostPort = pick(random, [HOST_PORT, V4_PORT, V6_PORT]);
  const [loopback] = pipe.loopbacks;
  let port = pick(random, [loopback, loopback, loopback, hostPort, LINK_PORT]);
  if (odd()) port = UNKNOWN_PORT;
  // Nothing comes back to a pipe that sends nothing to be merged.
  const merges = pipe.program !== "tile" || pipe.sequencer.some(({ step }) => step.op === "merge");
  const kinds = Object.values(ServeKind).filter((kind) => merges || kind !== ServeKind.partial);
  bytes[15] = pick(random, kinds);
  bytes[17] = random.integer(0, 1);
  if (port === hostPort && !odd()) bytes[15] = ServeKind.request;
  const orderly = port === pipe.loopbacks[0] && random.next() < 0.8;
  if (orderly) {
    bytes[15] = pipe.program === "tile" ? ServeKind.work : ServeKind.store;
    if (pipe.program === "tile") {
      const { kind, layer, pc, step } = pick(random, pipe.sequencer);
      bytes[15] = kind;
      bytes[16] = pick(random, parsesOf(step.op, pipe.parses)).id;
      // Only what has been clamped is compared: no sign bit.
      if (step.op === "pool") for (let i = 46; i < bytes.length; i += 2) bytes[i] &= 0x7f;
      bytes[17] = layer;
      view.setUint16(30, pc);
    }
  } else if (pipe.program === "tile") {
    // Steps that are not there.
    view.setUint16(30, 99);
    bytes[16] = 2;
  }
  if (odd()) bytes[16] = 77;
  // What a merging pipe stores it has sent to itself, of a layer that it knows.
  if (odd() && !(pipe.program === "merge" && bytes[15] === ServeKind.store)) bytes[17] = 9;
  view.setUint16(18, pick(random, [1, 5, 7, 8, 8, 9, 10, 10]));
  view.setUint16(20, pick(random, [7, 8, 10]));
  view.setUint16(22, odd() ? 9 : random.integer(0, 1));
  // Over the sign bit: epochs are unsigned.
  const epoch = 0x7fff_fffc + Math.floor(nth / REQUEST);
  const later = random.next() < 0.01;
  view.setUint32(24, odd() ? epoch - 1 : later ? epoch + 1 : epoch);
  bytes[28] = random.integer(0, 2);
  bytes[29] = random.integer(0, 255);
  view.setUint16(32, odd() ? 9 : random.integer(1, 3));
  // A layer has its own state, arrivals and accumulators; rows of the store are two steps of 3 away from its ends.
  const state = bytes[17] & 1;
  const row = 2 * state + random.integer(0, 1);
  const arrival =
    pipe.program === "merge" ? 4 * row + random.integer(0, 3) : 8 * state + random.integer(0, 7);
  view.setUint16(34, arrival);
  view.setUint16(36, 6 + row);
  view.setUint16(38, random.integer(0, 3));
  view.setUint16(40, state);
  view.setUint16(42, pick(random, [0, 256]));
  view.setUint16(44, pick(random, [1, 5]));
  if (port === hostPort) view.setUint16(34, random.integer(0, 2));
  // What is behind an answer's logits is padding, which is 0: a Tofino sums it up with them.
  const answer = 46 + 4 * SERVE_LANES;
  if (bytes[15] === ServeKind.answer || bytes[15] === ServeKind.work) bytes.fill(0, answer);
  // Links bring whole answers only.
  const fromLink = port === LINK_PORT;
  if (fromLink && bytes.length < answer && bytes[15] === ServeKind.answer) bytes[15] = ServeKind.data;
  const frame = port !== loopback && random.next() < 0.7 ? overUdp(random, bytes) : bytes;
  return { port, bytes: odd() && !fromLink ? frame.subarray(0, random.integer(0, frame.length)) : frame };
}

/** A packet as a host sends it that speaks UDP, or nearly so. */
export function overUdp(random: Random, bare: Uint8Array): Uint8Array {
  const frame = requestFromHost(bare, pick(random, [ipv4, ipv6]));
  if (random.next() < 0.6) return frame;
  // A bit of the outer headers: often of those bytes that are looked at.
  const looked = frame[12] === 0x08 ? [12, 13, 14, 20, 21, 23, 36, 37] : [12, 13, 14, 20, 56, 57];
  const at = random.next() < 0.6 ? pick(random, looked) : random.integer(0, frame.length - bare.length + 13);
  frame[at] ^= 1 << random.integer(0, 7);
  return frame;
}
