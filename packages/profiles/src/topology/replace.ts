import type { HardwareProfile } from "../schema.js";
import type { Topology, TopologySwitch } from "./schema.js";

/**
 * The same network of other switches: each has all pipes of the profile that it had of its own, and as many ports in
 * loopback, or as many as links and hosts leave. Switches that were equal stay so: the one with fewest ports left decides.
 *
 * @param nameOrPath what `loadProfile` takes for the profile
 */
export function withProfile(topology: Topology, nameOrPath: string, profile: HardwareProfile): Topology {
  const ports = new Map<string, number>();
  const use = (name: string, count: number) => ports.set(name, (ports.get(name) ?? 0) + count);
  for (const { from, to, count = 1 } of topology.links) {
    use(from, count);
    use(to, count);
  }
  for (const host of topology.hosts) use(host.switch, 1);
  const perPipe = profile.rates.portsPerPipe ?? Number.POSITIVE_INFINITY;
  const pipesOf = ({ pipes = profile.pipes }: TopologySwitch) => Math.min(pipes, profile.pipes);
  const kindOf = (at: TopologySwitch) => `${at.profile} ${at.pipes ?? "all"} ${at.loopbackPorts ?? 0}`;
  const loopback = new Map<string, number>();
  for (const at of topology.switches) {
    const free = perPipe * profile.pipes - (ports.get(at.name) ?? 0);
    const most = Math.min(at.loopbackPorts ?? 0, perPipe, Math.max(0, Math.floor(free / pipesOf(at))));
    loopback.set(kindOf(at), Math.min(loopback.get(kindOf(at)) ?? most, most));
  }
  return {
    ...topology,
    switches: topology.switches.map((at) => {
      const { pipes, loopbackPorts: _, ...rest } = at;
      const looped = loopback.get(kindOf(at))!;
      return {
        ...rest,
        profile: nameOrPath,
        ...(pipes !== undefined && { pipes: pipesOf(at) }),
        ...(looped > 0 && { loopbackPorts: looped }),
      };
    }),
  };
}
