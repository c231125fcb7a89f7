import { error } from "../diagnostics.js";
import type { Topology, TopologyHost, TopologyLink, TopologySwitch } from "./schema.js";

/** What all generated topologies have in common. */
export interface TopologyOptions {
  /** Hardware profile of every switch; default `tofino`. */
  profile?: string;
  /** Front ports of each pipe in loopback; default 0. */
  loopbackPorts?: number;
  /** Rate of links and hosts in Gb/s; default 100. */
  gbps?: number;
  /** Equal links side by side, wherever there is one; default 1. */
  linkCount?: number;
  /** Delay of links and hosts in ns; default 50, about ten metres. */
  delayNs?: number;
  /** Hosts of each switch that has any; default 1. */
  hosts?: number;
}

/** Sizes a generator takes, with their defaults. */
export const topologyKinds = {
  single: {},
  chain: { switches: 4 },
  "leaf-spine": { leaves: 4, spines: 4 },
  "fat-tree": { k: 4 },
} as const satisfies Record<string, Record<string, number>>;

export type TopologyKind = keyof typeof topologyKinds;

/** No generated network has more switches. */
const mostSwitches = 10_000;

/** Switches and links of a kind; hosts are put at the switches named in `edges`. */
interface Frame {
  name: string;
  description: string;
  switches: { name: string; tier: number }[];
  links: [from: string, to: string][];
  edges: string[];
}

const range = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

const frames: Record<TopologyKind, (sizes: Record<string, number>) => Frame> = {
  single: () => ({
    name: "single",
    description: "one switch",
    switches: [{ name: "switch0", tier: 0 }],
    links: [],
    edges: ["switch0"],
  }),
  chain: ({ switches: n }) => ({
    name: `chain-${n}`,
    description: `${n} switches in a row, hosts at the first`,
    switches: range(n, (i) => ({ name: `switch${i}`, tier: i })),
    links: range(n - 1, (i) => [`switch${i}`, `switch${i + 1}`]),
    edges: ["switch0"],
  }),
  "leaf-spine": ({ leaves, spines }) => ({
    name: `leaf-spine-${leaves + spines}`,
    description: `${leaves} leaves, each linked to ${spines} spines; hosts at the leaves`,
    switches: [
      ...range(leaves, (i) => ({ name: `leaf${i}`, tier: 0 })),
      ...range(spines, (i) => ({ name: `spine${i}`, tier: 1 })),
    ],
    links: range(leaves, (l) => range(spines, (s): [string, string] => [`leaf${l}`, `spine${s}`])).flat(),
    edges: range(leaves, (i) => `leaf${i}`),
  }),
  "fat-tree": ({ k }) => {
    const half = k / 2;
    const edge = (pod: number, i: number) => `edge${pod}.${i}`;
    const aggregation = (pod: number, i: number) => `aggregation${pod}.${i}`;
    const core = (i: number, j: number) => `core${i}.${j}`;
    const pods = <T>(make: (pod: number, i: number) => T) =>
      range(k, (pod) => range(half, (i) => make(pod, i))).flat();
    return {
      name: `fat-tree-${k}`,
      description: `fat tree of ${k}-port switches: ${k} pods of ${k} switches, ${half * half} core switches`,
      switches: [
        ...pods((pod, i) => ({ name: edge(pod, i), tier: 0 })),
        ...pods((pod, i) => ({ name: aggregation(pod, i), tier: 1 })),
        ...range(half, (i) => range(half, (j) => ({ name: core(i, j), tier: 2 }))).flat(),
      ],
      links: [
        ...pods((pod, e) => range(half, (a): [string, string] => [edge(pod, e), aggregation(pod, a)])).flat(),
        // Aggregation switch i of every pod is linked to the i-th group of core switches.
        ...pods((pod, a) => range(half, (j): [string, string] => [aggregation(pod, a), core(a, j)])).flat(),
      ],
      edges: pods(edge),
    };
  },
};

/**
 * A network of one of the usual kinds: `single`; `chain` of `switches`; `leaf-spine` of `leaves` and `spines`;
 * `fat-tree` of `k`-port switches. The same sizes give the same topology.
 * @throws MatchMulError topology-size
 */
export function makeTopology(
  kind: TopologyKind,
  sizes: Partial<Record<string, number>> = {},
  options: TopologyOptions = {},
): Topology {
  const all: Record<string, number> = { ...topologyKinds[kind] };
  for (const [size, n] of Object.entries(sizes)) {
    if (n === undefined) continue;
    if (!(size in all)) throw error("topology-size", kind, `it has no size \`${size}\``);
    if (!Number.isInteger(n) || n < 1)
      throw error("topology-size", kind, `${size} is ${n}; 1 or more is expected`);
    all[size] = n;
  }
  if (kind === "fat-tree" && all.k % 2 === 1)
    throw error("topology-size", kind, `k is ${all.k}; it must be even`);
  const count = {
    single: 1,
    chain: all.switches,
    "leaf-spine": all.leaves + all.spines,
    "fat-tree": 1.25 * all.k ** 2,
  };
  if (count[kind] > mostSwitches)
    throw error("topology-size", kind, `it would have ${count[kind]} switches, more than ${mostSwitches}`);
  const {
    profile = "tofino",
    loopbackPorts = 0,
    gbps = 100,
    delayNs = 50,
    hosts = 1,
    linkCount = 1,
  } = options;
  if (!Number.isInteger(hosts) || hosts < 0 || hosts > 1000)
    throw error("topology-size", kind, `hosts is ${hosts}; 0 to 1000 is expected`);
  if (!Number.isInteger(linkCount) || linkCount < 1 || linkCount > 1000)
    throw error("topology-size", kind, `linkCount is ${linkCount}; 1 to 1000 is expected`);
  const frame = frames[kind](all);
  const side = linkCount > 1 ? { count: linkCount } : {};
  return {
    topology: 1,
    name: frame.name,
    description: `${frame.description}; ${profile} switches`,
    switches: frame.switches.map(
      ({ name, tier }): TopologySwitch => ({
        name,
        profile,
        ...(loopbackPorts > 0 && { loopbackPorts }),
        tier,
      }),
    ),
    links: frame.links.map(([from, to]): TopologyLink => ({ from, to, gbps, delayNs, ...side })),
    hosts: frame.edges.flatMap((edge, e) =>
      range(hosts, (h): TopologyHost => ({ name: `host${e * hosts + h}`, switch: edge, gbps, delayNs })),
    ),
  };
}
