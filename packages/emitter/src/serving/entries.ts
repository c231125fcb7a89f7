import {
  type HostAddress,
  type Route,
  SERVE_LANES,
  type ServePipe,
  type ServeStep,
  type Task,
  TaskPart,
  type TilePipe,
} from "@matchmul/planner";
import { parseIp } from "@matchmul/profiles";

/** An entry of any table but the lookups; all keys are exact (context.ts). */
export interface ServeEntry {
  table: string;
  action: string;
  keys: number[];
  /** Unsigned. */
  params: (number | bigint)[];
  /** The P4 control it is in; default SERVE_CONTROL. */
  control?: string;
  /** For people. */
  label?: string;
}

/** Two's complement of 16 bits: steps go backwards, too. */
const word = (value: number): number => value & 0xffff;

function actionOf(step: ServeStep): Pick<ServeEntry, "action" | "params"> {
  if (step.op === "load") return { action: "begin", params: [] };
  const next = [step.pc, step.parse];
  switch (step.op) {
    case "store":
      return step.last === null
        ? { action: "store_row", params: [...next, word(step.dAddress)] }
        : {
            action: "store_last",
            params: [...next, word(step.dAddress), step.last.total, step.last.group],
          };
    case "sum": {
      const moves = [word(step.dAddress), word(step.dRow)];
      return step.offsets === null
        ? { action: `sum_${step.shiftLeft}`, params: [...next, ...moves] }
        : {
            action: `sum_${step.shiftLeft}_banked`,
            // From the address before this pass.
            params: [...next, ...moves, ...step.offsets.map((offset) => word(step.dAddress + offset))],
          };
    }
    case "bias":
      return step.answer === null
        ? { action: "add_bias", params: next }
        : { action: "add_bias_answer", params: [...next, step.answer.index] };
    case "scale":
      return { action: `scale_${step.shift}`, params: next };
    case "pool":
      return { action: step.last ? "pool_last" : "pool_lanes", params: next };
    case "convert":
      return { action: step.send ? "convert_send" : "convert", params: [...next, step.row] };
    case "merge":
      return { action: "merge", params: next };
  }
}

export function* sequencerEntries({ sequencer, lookups }: TilePipe): Generator<ServeEntry> {
  for (const { kind, layer, pc, step, label } of sequencer) {
    const { action, params } = actionOf(step);
    // Banks that a layer has no offset for are read all the same.
    if (step.op === "sum" && step.offsets !== null)
      while (params.length < 4 + lookups) params.push(word(step.dAddress));
    yield { table: "sequencer", action, keys: [kind, layer, pc], params, label };
  }
}

export function* taskEntries(tasks: readonly Task[]): Generator<ServeEntry> {
  for (const { id, label, load, bias, pool, send, merge } of tasks) {
    const table = "tasks";
    yield {
      table,
      action: "task_load",
      keys: [id, TaskPart.load],
      params: [load.pc, load.parse, word(load.address), load.row],
      label,
    };
    if (bias !== null) yield { table, action: "task_bias", keys: [id, TaskPart.bias], params: [bias.row] };
    if (pool !== null)
      yield {
        table,
        action: "task_pool",
        keys: [id, TaskPart.pool],
        params: [pool.pc, pool.parse, pool.task],
      };
    if (send !== null)
      yield {
        table,
        action: "task_send",
        keys: [id, TaskPart.send],
        params: [send.pc, send.parse, word(send.address), send.index, send.group, send.task],
      };
    if (merge !== null)
      yield {
        table,
        action: "task_merge",
        keys: [id, TaskPart.merge],
        params: [word(merge.address), merge.index, merge.group, merge.task, merge.source],
      };
  }
}

/**
 * All entries but the lookups'.
 *
 * @param target `v1model`, `tna` or `t2na`
 */
export function* controlEntries(pipe: ServePipe, target: string): Generator<ServeEntry> {
  for (const port of pipe.links) yield { table: "links", action: "from_link", keys: [port], params: [] };
  for (const { port, slot, reply } of pipe.admissions)
    yield { table: "admit", action: "admit_request", keys: [port, slot], params: [reply] };
  for (const { index, address, pc, parse, group } of pipe.requests)
    yield { table: "requests", action: "place", keys: [index], params: [word(address), pc, parse, group] };
  // A Tofino's unicast passes no egress but where it gets outer headers there.
  const clients = new Set(target === "v1model" ? [] : pipe.clients?.map(({ port }) => port));
  const forward = (table: string, { destination, port }: Route): ServeEntry => {
    const action = clients.has(port) ? "deliver" : "forward";
    return { table, action, keys: [destination], params: [port] };
  };
  for (const route of pipe.routes) yield forward("route", route);
  // A Tofino asks where a packet goes before its pass has made it an answer, or a complete sum.
  const onward =
    target === "v1model"
      ? undefined
      : { tile: "answers", merge: "returns", transit: undefined }[pipe.program];
  if (onward !== undefined)
    // A merged sum goes to no host.
    for (const route of pipe.routes)
      yield { ...forward(onward, route), ...(onward === "returns" && { action: "forward" }) };
  for (const { layer, slot, base, arrivals, state } of pipe.slots)
    yield { table: "slots", action: "locate", keys: [layer, slot], params: [base, arrivals, state] };
  if (pipe.program === "tile") {
    yield* sequencerEntries(pipe);
    yield* taskEntries(pipe.tasks);
  }
  if (pipe.program === "merge")
    for (const { layer, operation, parts } of pipe.merges)
      yield { table: "merges", action: `${operation}_parts`, keys: [layer], params: [parts] };
  for (const { port, address } of pipe.clients ?? []) yield clientEntry(port, address);
}

/** Bytes in network order as one number. */
const numberOf = (bytes: Uint8Array): bigint => bytes.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);

function clientEntry(port: number, { mac, ip, serverMac, serverIp }: HostAddress): ServeEntry {
  const host = parseIp(ip)!;
  const macs = [mac, serverMac].map((m) => BigInt(`0x${m.replaceAll(":", "")}`));
  const ips = [host, parseIp(serverIp)!].map(numberOf);
  const action = host.length === 4 ? "over_ipv4" : "over_ipv6";
  return { control: "Copies", table: "clients", action, keys: [port], params: [...macs, ...ips] };
}

export interface LookupRow {
  row: number;
  /** Where its 32 words begin. */
  at: number;
}

/** Rows of a lookup table with a word that is not 0: the others add nothing, as a miss does. */
export function* lookupRows(words: Int32Array): Generator<LookupRow> {
  for (let at = 0; at < words.length; at += SERVE_LANES) {
    const end = at + SERVE_LANES;
    let used = at;
    while (used < end && words[used] === 0) used++;
    if (used < end) yield { row: at / SERVE_LANES, at };
  }
}
