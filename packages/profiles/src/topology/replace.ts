import type { HardwareProfile } from "../schema.js";
import type { Topology } from "./schema.js";

/**
 * The same network of other switches: each has all pipes of the profile that it had of its own, and as many ports in
 * loopback, or as many as links and hosts leave.
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
  return {
    ...topology,
    switches: topology.switches.map(({ pipes, loopbackPorts = 0, ...rest }) => {
      const used = Math.min(pipes ?? profile.pipes, profile.pipes);
      const free = perPipe * profile.pipes - (ports.get(rest.name) ?? 0);
      const loopback = Math.max(0, Math.min(loopbackPorts, perPipe, Math.floor(free / used)));
      return {
        ...rest,
        profile: nameOrPath,
        ...(pipes !== undefined && { pipes: used }),
        ...(loopback > 0 && { loopbackPorts: loopback }),
      };
    }),
  };
}
