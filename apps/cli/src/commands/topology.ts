import { resolve } from "node:path";
import { writeFileAtomically } from "@matchmul/common";
import {
  checkTopology,
  formatTopology,
  listTopologies,
  loadTopology,
  makeCheckedTopology,
  type Topology,
  type TopologyKind,
  topologyKinds,
} from "@matchmul/profiles";
import type { Command } from "commander";
import { act, command, number } from "../command.js";
import { exitCode } from "../exit.js";
import { table } from "../format.js";
import type { Terminal } from "../terminal.js";

const summaries: Record<TopologyKind, string> = {
  single: "one switch",
  chain: "switches in a row, hosts at the first",
  "leaf-spine": "leaves, each linked to every spine; hosts at the leaves",
  "fat-tree": "k pods of k switches and k²/4 core switches; hosts at the pods' edges",
};
const sizeWords: Record<string, string> = {
  switches: "switches of the chain",
  leaves: "leaf switches",
  spines: "spine switches",
  k: "ports of a switch, an even number",
};

/** `matchmul topology`: list, show or check topologies; or make one of a usual kind. */
export function topology(): Command {
  const all = command("topology", "list the topologies; check or show one; or make one of any size")
    .action(act(list))
    .addCommand(command("list", "list the shipped topologies").action(act(list)))
    .addCommand(
      command("check", "validate a topology file").argument("<path>", "a .yaml file").action(act(check)),
    )
    .addCommand(
      command("show", "print a topology as YAML, with its sizes")
        .argument("<topology>", "a name, or a .yaml file")
        .action(act(show)),
    );
  for (const kind of Object.keys(topologyKinds) as TopologyKind[]) all.addCommand(generator(kind));
  return all;
}

interface MakeFlags {
  profile: string;
  loopbackPorts: number;
  linkCount: number;
  gbps: number;
  delay: number;
  hosts: number;
  out?: string;
}

function generator(kind: TopologyKind): Command {
  const made = command(kind, `make: ${summaries[kind]}`);
  for (const [size, fallback] of Object.entries(topologyKinds[kind]))
    made.option(`--${size} <n>`, sizeWords[size], number(1, 10_000, "integer"), fallback);
  return made
    .option("--profile <name>", "hardware profile of every switch", "tofino")
    .option("--loopback-ports <n>", "front ports of each pipe in loopback", number(0, 1000, "integer"), 0)
    .option(
      "--link-count <n>",
      "equal links side by side, wherever there is one",
      number(1, 1000, "integer"),
      1,
    )
    .option("--gbps <rate>", "rate of links and hosts", number(0.001, 1e6), 100)
    .option("--delay <ns>", "delay of links and hosts", number(0, 1e9), 50)
    .option("--hosts <n>", "hosts of each switch that has any", number(0, 1000, "integer"), 1)
    .option("--out <file>", "the .yaml file to write; default: print it")
    .action(act((terminal, flags: MakeFlags & Record<string, number>) => make(terminal, kind, flags)));
}

function make(terminal: Terminal, kind: TopologyKind, flags: MakeFlags & Record<string, number>): undefined {
  const { profile, loopbackPorts, linkCount, gbps, delay: delayNs, hosts, out } = flags;
  const sizes = Object.fromEntries(Object.keys(topologyKinds[kind]).map((size) => [size, flags[size]]));
  const made = makeCheckedTopology(kind, sizes, { profile, loopbackPorts, linkCount, gbps, delayNs, hosts });
  const text = formatTopology(made);
  if (out !== undefined) writeFileAtomically(out, text);
  terminal.result(made, () => (out === undefined ? text.trimEnd() : `${out}: ${inWords(made)}`));
}

const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : noun.endsWith("ch") ? "es" : "s"}`;

function inWords({ switches, links, hosts }: Topology): string {
  const kinds = new Map<string, number>();
  for (const { profile } of switches) kinds.set(profile, (kinds.get(profile) ?? 0) + 1);
  const each = [...kinds].map(([profile, n]) => plural(n, `${profile} switch`)).join(", ");
  return `${each}, ${plural(links.length, "link")}, ${plural(hosts.length, "host")}`;
}

function list(terminal: Terminal): undefined {
  const entries = listTopologies().map((entry) => {
    const { switches, links, hosts } = loadTopology(entry.path);
    return { ...entry, switches: switches.length, links: links.length, hosts: hosts.length };
  });
  terminal.result(entries, () =>
    table(
      ["topology", "switches", "links", "hosts", "what it is"],
      entries.map((e) => [e.name, e.switches, e.links, e.hosts, e.description]),
    ),
  );
}

function show(terminal: Terminal, nameOrPath: string): undefined {
  const shown = loadTopology(nameOrPath);
  terminal.result(shown, () => `# ${inWords(shown)}\n${formatTopology(shown).trimEnd()}`);
}

/** With --json the issues come as a list; otherwise as the error any command would give for this topology. */
function check(terminal: Terminal, path: string): number {
  const issues = checkTopology(path);
  if (issues.length > 0 && !terminal.json) loadTopology(resolve(path));
  terminal.result({ path, valid: issues.length === 0, issues }, () => `${path}: valid`);
  return issues.length === 0 ? exitCode.ok : exitCode.badInput;
}
