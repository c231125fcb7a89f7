import type { ServeNetwork, ServePipe } from "@matchmul/planner";
import { type HardwareProfile, loadProfile, type Topology } from "@matchmul/profiles";
import { error } from "./diagnostics.js";
import { modelledTimings, type PipeTiming } from "./timing.js";

/** One direction of a cable, or a port in loopback: a queue, a rate, a delay. */
export interface Channel {
  id: number;
  kind: "loopback" | "link" | "uplink" | "downlink";
  /** `leaf0:12 -> spine1:3`. */
  name: string;
  /** Infinity: no limit. */
  gbps: number;
  /** After the last bit has left. */
  delayNs: number;
  /** Number of the switch whose port it is; -1 for a host. */
  fromSwitch: number;
  /** Number of the pipe that receives, and the port it receives by; -1 for a host. */
  toPipe: number;
  toPort: number;
  /** Number of the host that receives; -1 for a pipe. */
  toHost: number;
}

export interface WiredPipe extends PipeTiming {
  name: string;
  /** Number of its switch. */
  at: number;
  program: ServePipe["program"];
}

/** A network of pipes, channels and hosts by number, each list in the order of the network's own: plain data. */
export interface Wiring {
  switches: string[];
  pipes: WiredPipe[];
  channels: Channel[];
  /** By switch: the channel of each port, -1 for none. */
  ports: Int32Array[];
  hosts: { name: string; uplink: number; hostNs: number }[];
  /** Whatever a pipe or host does, it touches no other earlier than this. */
  lookaheadNs: number;
}

export interface WiringOptions {
  profileOf?: (name: string) => HardwareProfile;
  /** Timings of pipes, where something better than the model's is known. */
  timingOf?: (pipe: ServePipe) => PipeTiming | undefined;
  /** What a host takes from a packet's arrival, or its own decision, to the first bit of a packet it sends. */
  hostNs?: number;
}

/** The greatest port number that is looked at: 9 bits. */
const mostPorts = 512;

/**
 * Joins the pipes of a network by the topology's rates and delays.
 * @throws MatchMulError fabric-switch, fabric-port
 */
export async function wire(
  network: ServeNetwork,
  topology: Topology,
  options: WiringOptions = {},
): Promise<Wiring> {
  const { profileOf = loadProfile, timingOf, hostNs = 1000 } = options;
  const switches = topology.switches.map((s) => s.name);
  const switchNumber = new Map(switches.map((name, i) => [name, i]));
  const numberOf = (name: string): number => {
    const i = switchNumber.get(name);
    if (i === undefined) throw error("fabric-switch", network.name, topology.name, name);
    return i;
  };
  const timings = new Map<string, Awaited<ReturnType<typeof modelledTimings>>>();
  const pipes: WiredPipe[] = [];
  for (const pipe of network.pipes) {
    const at = numberOf(pipe.switch);
    const profile = profileOf(topology.switches[at].profile);
    let timing = timingOf?.(pipe);
    if (timing === undefined) {
      if (!timings.has(profile.name)) timings.set(profile.name, await modelledTimings(profile));
      timing = timings.get(profile.name)!(pipe.program);
    }
    pipes.push({ name: pipe.name, at, program: pipe.program, ...timing });
  }
  const channels: Channel[] = [];
  const ports = switches.map(() => new Int32Array(mostPorts).fill(-1));
  const owner = portOwner(network, numberOf);
  const add = (channel: Omit<Channel, "id">, at: number, port: number): number => {
    const id = channels.length;
    if (at >= 0) {
      if (!(port >= 0 && port < mostPorts) || ports[at][port] >= 0)
        throw error("fabric-port", channel.name, switches[at], port);
      ports[at][port] = id;
    }
    channels.push({ id, ...channel });
    return id;
  };
  network.pipes.forEach((pipe, p) => {
    const at = pipes[p].at;
    const { rates } = profileOf(topology.switches[at].profile);
    const gbps = loopbackGbps(rates, topology.switches[at].loopbackPorts ?? 0, pipe.loopbacks.length);
    for (const port of pipe.loopbacks)
      add(
        {
          kind: "loopback",
          name: `${pipe.name} loopback ${port}`,
          gbps,
          delayNs: pipes[p].recirculationNs,
          fromSwitch: at,
          toPipe: p,
          toPort: port,
          toHost: -1,
        },
        at,
        port,
      );
  });
  const ends = ({ switch: name, port }: { switch: string; port: number }) => ({
    at: numberOf(name),
    port,
    name: `${name}:${port}`,
  });
  for (const link of network.links) {
    const a = ends(link.from);
    const b = ends(link.to);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ])
      add(
        {
          kind: "link",
          name: `${from.name} -> ${to.name}`,
          gbps: link.gbps,
          delayNs: link.delayNs,
          fromSwitch: from.at,
          toPipe: owner(to.at, to.port),
          toPort: to.port,
          toHost: -1,
        },
        from.at,
        from.port,
      );
  }
  const hosts = network.hosts.map((host, h) => {
    const at = numberOf(host.switch);
    const cable = topology.hosts.find((t) => t.name === host.name) ?? { gbps: 100, delayNs: 50 };
    const name = `${host.switch}:${host.port}`;
    const common = { gbps: cable.gbps, delayNs: cable.delayNs };
    const down = { kind: "downlink", name: `${name} -> ${host.name}`, ...common } as const;
    add({ ...down, fromSwitch: at, toPipe: -1, toPort: 0, toHost: h }, at, host.port);
    const up = { kind: "uplink", name: `${host.name} -> ${name}`, ...common } as const;
    const toPipe = owner(at, host.port);
    const uplink = add({ ...up, fromSwitch: -1, toPipe, toPort: host.port, toHost: -1 }, -1, 0);
    return { name: host.name, uplink, hostNs };
  });
  const lookaheadNs = Math.min(...pipes.map((p) => p.throughNs), hostNs);
  if (!(lookaheadNs > 0))
    throw error("fabric-option", "the least time of a pass or host", lookaheadNs, "more than 0 ns");
  return { switches, pipes, channels, ports, hosts, lookaheadNs };
}

/** Which pipe receives what comes by a port of a switch. */
function portOwner(network: ServeNetwork, numberOf: (name: string) => number) {
  const bySwitch = new Map<number, number[]>();
  network.pipes.forEach((pipe, p) => {
    const at = numberOf(pipe.switch);
    bySwitch.set(at, [...(bySwitch.get(at) ?? []), p]);
  });
  return (at: number, port: number): number => {
    const here = bySwitch.get(at) ?? [];
    const found =
      here.find((p) => network.pipes[p].admissions.some((a) => a.port === port)) ??
      // Tofino: 128 port numbers a pipe.
      here.find((p) => network.pipes[p].pipe === port >> 7) ??
      (here.length === 1 ? here[0] : undefined);
    if (found === undefined) throw error("fabric-port", "a cable ends", network.pipes[0].switch, port);
    return found;
  };
}

/** Rate of each loopback port: the bandwidth that the planner counts on, shared; of hardware ports no more than a port's. */
function loopbackGbps(rates: HardwareProfile["rates"], frontPorts: number, loopbacks: number): number {
  // Recirculation within memory has no rate.
  if (rates.recirculationGbps === 0) return Number.POSITIVE_INFINITY;
  return Math.min(rates.portGbps, (rates.recirculationGbps + frontPorts * rates.portGbps) / loopbacks);
}
