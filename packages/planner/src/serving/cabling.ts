import type { HardwareProfile, Topology } from "@matchmul/profiles";
import { error } from "./diagnostics.js";
import { CONTINUE, type HostAddress, type NodeId } from "./types.js";

/** A pipe's ports. */
export interface PipePorts {
  node: NodeId;
  name: string;
  switch: string;
  pipe: number;
  /** Profile of its switch. */
  profile: HardwareProfile;
  loopbacks: number[];
  links: number[];
}

export interface CabledHost {
  node: NodeId;
  name: string;
  switch: string;
  pipe: number;
  port: number;
  address?: HostAddress;
}

interface Cable {
  from: { switch: string; port: number };
  to: { switch: string; port: number };
  gbps: number;
  delayNs: number;
}

/** Of a pipe: front ports before its own numbers repeat, their distance, the first, and the ports that recirculate. */
function portNumbers(
  profile: HardwareProfile,
  pipe: number,
): {
  front: number;
  step: number;
  first: number;
  recirculation: number[];
} {
  const front = profile.rates.portsPerPipe;
  // A target without stages: any numbers, below the 511 that BMv2 keeps for dropping.
  if (profile.pipeline === undefined || front === undefined)
    return { front: 64, step: 1, first: 0, recirculation: [100] };
  // Tofino's ports are channels of 25 Gb/s, Tofino 2's of 50; recirculation has its own (bf_switchd).
  // Port 64 of a Tofino's pipe 0 is the processor's.
  if (front > 8) return { front, step: 4, first: 0, recirculation: pipe === 0 ? [68] : [64, 68] };
  return { front, step: 8, first: 8, recirculation: [6] };
}

/** Ports that recirculate, without front ports, of the pipe that has the fewest: a plan goes at the pace of its slowest. */
export const fewestRecirculationPorts = (profile: HardwareProfile): number =>
  portNumbers(profile, 0).recirculation.length;

/** Port numbers of a pipe begin at a multiple of this. */
const PORTS_PER_PIPE = 128;

/**
 * Which ports of a topology's switches its links, hosts and loopbacks are at, and the ways between them. Cables go to the
 * pipes of a switch in turn, links in the topology's order, then hosts; ports in loopback are the last of each pipe.
 */
export class Cabling {
  readonly pipes: PipePorts[] = [];
  readonly hosts: CabledHost[] = [];
  readonly cables: Cable[] = [];
  /** What a number names; of some a loopback too. */
  readonly #nodes = new Map<NodeId, { end: PipePorts | CabledHost; loopback?: number }>();
  /** By pipe: the numbers that name its loopbacks. */
  readonly #loopbacks = new Map<NodeId, NodeId[]>();
  /** By switch: its neighbours in the network, with the ports of the cables to them. */
  readonly #neighbours = new Map<string, { to: string; delayNs: number; ports: number[] }[]>();
  readonly #distances = new Map<string, Map<string, number>>();

  /**
   * @param needed switches that hold layers; those on the ways between them and the hosts are added
   * @param hosts names of the hosts that take part
   * @throws MatchMulError topology-too-small
   */
  constructor(
    topology: Topology,
    needed: ReadonlySet<string>,
    hosts: readonly string[],
    profileOf: (name: string) => HardwareProfile,
  ) {
    const profiles = new Map(topology.switches.map((s) => [s.name, profileOf(s.profile)]));
    const given = new Map(topology.switches.map((s) => [s.name, s]));
    const pipesOf = (name: string): number => given.get(name)!.pipes ?? profiles.get(name)!.pipes;
    const taken = new Map<string, number>();
    const plug = (name: string): number => {
      const nth = taken.get(name) ?? 0;
      taken.set(name, nth + 1);
      const { front, step, first } = portNumbers(profiles.get(name)!, 0);
      const place = Math.floor(nth / pipesOf(name));
      if (place + (given.get(name)!.loopbackPorts ?? 0) >= front)
        throw error("topology-too-small", name, `each pipe has ${front} ports`);
      return (nth % pipesOf(name)) * PORTS_PER_PIPE + first + place * step;
    };
    for (const s of topology.switches) this.#neighbours.set(s.name, []);
    const all: Cable[] = [];
    for (const { from, to, gbps, delayNs, count = 1 } of topology.links) {
      const ends = Array.from({ length: count }, () => [plug(from), plug(to)] as const);
      for (const [a, b] of ends)
        all.push({ from: { switch: from, port: a }, to: { switch: to, port: b }, gbps, delayNs });
      this.#neighbours.get(from)!.push({ to, delayNs, ports: ends.map(([a]) => a) });
      this.#neighbours.get(to)!.push({ to: from, delayNs, ports: ends.map(([, b]) => b) });
    }
    const wanted = new Set(hosts);
    const plugged = topology.hosts.flatMap((host) => {
      const port = plug(host.switch);
      return wanted.has(host.name) ? [{ ...host, port }] : [];
    });
    const used = this.#closure(new Set([...needed, ...plugged.map((h) => h.switch)]));
    for (const cable of all)
      if (used.has(cable.from.switch) && used.has(cable.to.switch)) this.cables.push(cable);
    let node = 1;
    for (const { name, loopbackPorts = 0 } of topology.switches) {
      if (!used.has(name)) continue;
      const profile = profiles.get(name)!;
      for (let pipe = 0; pipe < pipesOf(name); pipe++) {
        const { front, step, first, recirculation } = portNumbers(profile, pipe);
        const base = pipe * PORTS_PER_PIPE;
        const loopbacks = [
          ...recirculation,
          ...Array.from({ length: loopbackPorts }, (_, i) => first + (front - 1 - i) * step),
        ].map((port) => base + port);
        const links = this.cables.flatMap(({ from, to }) =>
          [from, to]
            .filter((end) => end.switch === name && pipeOfPort(end.port) === pipe)
            .map((end) => end.port),
        );
        this.pipes.push({
          node: node++,
          name: `${name}-pipe${pipe}`,
          switch: name,
          pipe,
          profile,
          loopbacks,
          links,
        });
      }
    }
    for (const { name, switch: at, port, address } of plugged)
      this.hosts.push({
        node: node++,
        name,
        switch: at,
        pipe: pipeOfPort(port),
        port,
        ...(address && { address }),
      });
    for (const end of [...this.pipes, ...this.hosts]) this.#nodes.set(end.node, { end });
    for (const pipe of this.pipes) {
      const only = pipe.loopbacks.length === 1;
      const numbers = pipe.loopbacks.map((port) => {
        if (only) return pipe.node;
        this.#nodes.set(node, { end: pipe, loopback: port });
        return node++;
      });
      this.#loopbacks.set(pipe.node, numbers);
    }
    if (node >= CONTINUE) throw error("serving-too-large", "numbers of nodes", node, CONTINUE - 1);
  }

  /** Every number that a destination may be. */
  get destinations(): NodeId[] {
    return [...this.#nodes.keys()];
  }

  /**
   * A number for a pipe that names one of its loopbacks as well: packets for one number stay on one port, whose rate is
   * a share of the pipe's. `salt` chooses.
   */
  loopbackOf(node: NodeId, salt: number): NodeId {
    const numbers = this.#loopbacks.get(node)!;
    return numbers[salt % numbers.length];
  }

  at(name: string, pipe: number): PipePorts | undefined {
    return this.pipes.find((p) => p.switch === name && p.pipe === pipe);
  }

  /**
   * The port by which a packet for a node leaves a switch.
   * @param salt spreads packets over equal ways and over a pipe's loopbacks
   */
  port(from: string, to: NodeId, salt: number): number {
    const { end, loopback } = this.#nodes.get(to)!;
    if (end.switch === from)
      return "port" in end ? end.port : (loopback ?? end.loopbacks[salt % end.loopbacks.length]);
    const distances = this.#distancesTo(end.switch);
    const here = distances.get(from)!;
    const ways = this.#neighbours
      .get(from)!
      .filter((n) => distances.has(n.to) && distances.get(n.to)! + cost(n.delayNs) === here)
      .flatMap((n) => n.ports);
    return ways[salt % ways.length];
  }

  /** Cost of the cheapest way from every switch to one. */
  #distancesTo(to: string): Map<string, number> {
    let known = this.#distances.get(to);
    if (known !== undefined) return known;
    known = new Map([[to, 0]]);
    const done = new Set<string>();
    for (;;) {
      let next: string | undefined;
      for (const [name, ns] of known)
        if (!done.has(name) && (next === undefined || ns < known.get(next)!)) next = name;
      if (next === undefined) break;
      done.add(next);
      for (const { to: other, delayNs } of this.#neighbours.get(next)!) {
        const ns = known.get(next)! + cost(delayNs);
        if (ns < (known.get(other) ?? Number.POSITIVE_INFINITY)) known.set(other, ns);
      }
    }
    this.#distances.set(to, known);
    return known;
  }

  /** Some switches, and all on any way between two of them that `port` may choose. */
  #closure(ends: ReadonlySet<string>): Set<string> {
    const used = new Set(ends);
    for (const to of ends) {
      const distances = this.#distancesTo(to);
      const seen = new Set(ends);
      const open = [...ends];
      for (let from = open.pop(); from !== undefined; from = open.pop()) {
        const here = distances.get(from);
        if (here === undefined) throw error("topology-too-small", from, `no way leads to ${to}`);
        for (const { to: next, delayNs } of this.#neighbours.get(from)!)
          if (!seen.has(next) && distances.get(next)! + cost(delayNs) === here) {
            seen.add(next);
            used.add(next);
            open.push(next);
          }
      }
    }
    return used;
  }
}

/** Few hops before short delays. */
const cost = (delayNs: number): number => 1e9 + Math.round(delayNs * 1000);

export const pipeOfPort = (port: number): number => Math.floor(port / PORTS_PER_PIPE);
