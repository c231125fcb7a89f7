import { stringify } from "yaml";
import { Catalog, type CatalogEntry } from "../catalog.js";
import { error } from "../diagnostics.js";
import { loadProfile } from "../load.js";
import { type YamlIssue, YamlSource } from "../positions.js";
import { makeTopology, type TopologyKind, type TopologyOptions } from "./generate.js";
import { type Topology, topologySchema } from "./schema.js";
import { topologyIssues } from "./semantics.js";

const catalog = new Catalog<Topology>(topologySchema, "topologies/", topologyIssues, {
  notFound: (name, known, near) => error("topology-not-found", name, known, near),
  invalid: (issues) => error("topology-invalid", issues),
});

/** The directory of the shipped topologies. */
export function topologyDirectory(): string {
  return catalog.directory;
}

/** Every shipped topology, by name. @throws MatchMulError topology-invalid if one of them is broken */
export function listTopologies(): CatalogEntry[] {
  return catalog.list();
}

/**
 * Loads a topology by name (`leaf-spine-8`) or from a file (anything with a slash, or that ends in .yaml or .yml).
 * @throws MatchMulError topology-not-found, file-not-found, topology-invalid
 */
export function loadTopology(nameOrPath: string): Topology {
  return catalog.load(nameOrPath);
}

/** Everything wrong with a topology file, in its order; empty when it is valid. @throws MatchMulError file-not-found */
export function checkTopology(path: string): YamlIssue[] {
  return catalog.check(path);
}

/**
 * Makes a topology as `makeTopology` does, and checks it as a file is checked: the profile exists and has the ports.
 * @throws MatchMulError topology-size, profile-not-found, profile-invalid
 */
export function makeCheckedTopology(
  kind: TopologyKind,
  sizes: Partial<Record<string, number>>,
  options: TopologyOptions,
): Topology {
  const topology = makeTopology(kind, sizes, options);
  loadProfile(topology.switches[0].profile);
  const [issue] = topologyIssues(new YamlSource("", formatTopology(topology)), topology);
  if (issue !== undefined) throw error("topology-size", kind, issue.message);
  return topology;
}

/** A topology as the YAML that `loadTopology` reads: one line for each switch, link and host. */
export function formatTopology({ switches, links, hosts, ...head }: Topology): string {
  const list = (key: string, items: readonly object[]) => {
    if (items.length === 0) return `${key}: []\n`;
    const lines = items.map((item) => {
      const flow = stringify(item, {
        collectionStyle: "flow",
        lineWidth: 0,
        flowCollectionPadding: true,
      }).trim();
      return `  - ${flow}\n`;
    });
    return `${key}:\n${lines.join("")}`;
  };
  return [
    "# yaml-language-server: $schema=../topology.schema.json\n",
    stringify(head),
    list("switches", switches),
    list("links", links),
    list("hosts", hosts),
  ].join("");
}
