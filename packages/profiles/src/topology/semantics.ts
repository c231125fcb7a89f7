import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { MatchMulError } from "@matchmul/common";
import { loadProfile } from "../load.js";
import { nearest, type YamlIssue, type YamlSource } from "../positions.js";
import type { HardwareProfile } from "../schema.js";
import { parseIp } from "./addresses.js";
import type { Topology } from "./schema.js";

/** A switch's profile: by name, or a path from the topology's own file. */
export function profileOf(profile: string, topologyFile: string): HardwareProfile {
  if (!/[/\\]|\.ya?ml$/.test(profile)) return loadProfile(profile);
  const beside = resolve(dirname(topologyFile), profile);
  return loadProfile(existsSync(beside) ? beside : profile);
}

/** What the schema cannot say: names that exist, ports that suffice, a network in one piece. */
export function topologyIssues(source: YamlSource, topology: Topology): YamlIssue[] {
  const issues: YamlIssue[] = [];
  const add = (path: (string | number)[], message: string) => issues.push(source.issue(path, message));
  const names = new Map<string, string>();
  const claim = (name: string, path: (string | number)[]) => {
    const other = names.get(name);
    if (other !== undefined) add(path, `the name ${name} is taken by ${other}`);
    else names.set(name, path.slice(0, 2).join(" "));
  };
  topology.switches.forEach((s, i) => {
    claim(s.name, ["switches", i, "name"]);
  });
  const switches = new Map(topology.switches.map((s, i) => [s.name, i]));
  topology.hosts.forEach((h, i) => {
    claim(h.name, ["hosts", i, "name"]);
  });
  const known = [...switches.keys()];
  const expectSwitch = (name: string, path: (string | number)[]): boolean => {
    if (switches.has(name)) return true;
    const near = nearest(name, known);
    add(path, `there is no switch ${name}${near === undefined ? "" : `; did you mean ${near}?`}`);
    return false;
  };
  const ports = new Map<string, number>();
  const use = (name: string, count: number) => ports.set(name, (ports.get(name) ?? 0) + count);
  const neighbours = new Map<string, string[]>(known.map((n) => [n, []]));
  topology.links.forEach(({ from, to, count = 1 }, i) => {
    const ends = [expectSwitch(from, ["links", i, "from"]), expectSwitch(to, ["links", i, "to"])];
    if (!ends.every(Boolean)) return;
    if (from === to) add(["links", i, "to"], `the link leads from ${from} to itself`);
    use(from, count);
    use(to, count);
    neighbours.get(from)!.push(to);
    neighbours.get(to)!.push(from);
  });
  topology.hosts.forEach((h, i) => {
    if (expectSwitch(h.switch, ["hosts", i, "switch"])) use(h.switch, 1);
    if (h.address === undefined) return;
    const [host, server] = (["ip", "serverIp"] as const).map((key) => {
      const bytes = parseIp(h.address![key]);
      if (bytes === undefined)
        add(["hosts", i, "address", key], `expected an IPv4 or IPv6 address, found ${h.address![key]}`);
      return bytes;
    });
    if (host !== undefined && server !== undefined && host.length !== server.length)
      add(["hosts", i, "address", "serverIp"], "expected an address of the same IP version as ip");
  });
  const profiles = new Map<string, HardwareProfile | undefined>();
  topology.switches.forEach((s, i) => {
    if (!profiles.has(s.profile))
      try {
        profiles.set(s.profile, profileOf(s.profile, source.file));
      } catch (cause) {
        if (!(cause instanceof MatchMulError)) throw cause;
        profiles.set(s.profile, undefined);
        add(["switches", i, "profile"], cause.message);
      }
    const profile = profiles.get(s.profile);
    if (profile === undefined) return;
    const pipes = s.pipes ?? profile.pipes;
    if (pipes > profile.pipes)
      add(
        ["switches", i, "pipes"],
        `expected at most the ${profile.pipes} pipes of ${profile.name}, found ${pipes}`,
      );
    const perPipe = profile.rates.portsPerPipe ?? Number.POSITIVE_INFINITY;
    const loopback = s.loopbackPorts ?? 0;
    if (loopback > perPipe)
      add(
        ["switches", i, "loopbackPorts"],
        `expected at most the ${perPipe} ports of a pipe of ${profile.name}, found ${loopback}`,
      );
    const needed = (ports.get(s.name) ?? 0) + loopback * pipes;
    if (needed > perPipe * profile.pipes)
      add(
        ["switches", i],
        `${s.name} needs ${needed} ports for links, hosts and loopback; ${profile.name} has ${perPipe * profile.pipes}`,
      );
  });
  if (issues.length > 0) return issues;
  const far = unreachable(known, neighbours);
  if (far !== undefined)
    add(["switches", switches.get(far)!, "name"], `no path of links leads from ${known[0]} to ${far}`);
  return issues;
}

/** A switch that no path from the first one reaches. */
function unreachable(
  names: readonly string[],
  neighbours: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const seen = new Set([names[0]]);
  for (const at of seen) for (const next of neighbours.get(at)!) seen.add(next);
  return names.find((n) => !seen.has(n));
}
