import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readFileOrFail, refuseForeign, writeDirectoryAtomically } from "@matchmul/common";
import { servePipes } from "@matchmul/emitter";
import {
  type FabricPlan,
  fabricLayers,
  lowerServing,
  type Objective,
  planFabric,
  type ServeNetwork,
} from "@matchmul/planner";
import { formatTopology, loadProfile, loadTopology, type Topology, withProfile } from "@matchmul/profiles";
import { loadQuantizedModel, type QuantizedModel, saveQuantizedModel } from "@matchmul/quantizer";
import { layout, type Manifest, version } from "../bundle.js";
import { error } from "../diagnostics.js";
import { bytes, count, duration } from "../format.js";
import { loadGraph, modelName, quantizeGraph } from "../frontend.js";
import type { QuantizeFlags } from "../options.js";
import type { Terminal } from "../terminal.js";
import { formatNetwork } from "./network-file.js";
import { servingReadme } from "./readme.js";

export interface DeployOptions extends Partial<QuantizeFlags> {
  topology: string;
  /** Instead of the topology's own, for every switch. */
  profile?: string;
  /** For an .onnx model. */
  calibration?: string;
  target?: string;
  minimise?: Objective;
  switches?: number;
  /** Requests in flight. */
  requestSlots: number;
  timeLimit: number;
  out: string;
}

export interface Deployed {
  model: QuantizedModel;
  topology: Topology;
  plan: FabricPlan;
  network: ServeNetwork;
  target: Target;
  manifest: Manifest;
  /** Milliseconds of planning, of lowering, and of emitting every pipe's program and entries. */
  ms: { plan: number; lower: number; emit: number };
}

/** Where things lie in a served network's bundle. */
export const servedLayout = {
  ...layout,
  network: "network.json",
  topology: "topology.yaml",
  program: (name: string) => `programs/${name}.p4`,
  entries: (pipe: string) => `pipes/${pipe}/entries.txt`,
} as const;

/**
 * A model onto the switches of a topology: quantize, plan, lower, and write every pipe's program and entries. Large
 * networks have gigabytes of entries, so they go to disk pipe by pipe; the bundle appears when all is there.
 */
export async function deploy(terminal: Terminal, path: string, options: DeployOptions): Promise<Deployed> {
  refuseForeign(options.out);
  const topology = topologyOf(options);
  const model = await modelOf(terminal, path, options);
  const ms = { plan: 0, lower: 0, emit: 0 };
  const timed = async <T>(part: keyof typeof ms, work: () => T | Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    ms[part] = performance.now() - started;
    return result;
  };
  const plan = await terminal.step(
    "plan",
    () =>
      timed("plan", () =>
        planFabric(fabricLayers(model), topology, {
          minimise: options.minimise,
          maxSwitches: options.switches,
          timeLimitMs: options.timeLimit * 1000,
          progress: terminal.progress,
        }),
      ),
    (p) =>
      `${p.pipes} pipes of ${p.switches} switches, ${duration(p.latencyNs)}, ${p.optimal ? "optimal" : `gap ${(100 * p.gap).toFixed(1)} %`}`,
  );
  const network = await terminal.step(
    "lower",
    () => timed("lower", () => lowerServing(model, plan, topology, { slots: options.requestSlots })),
    (n) => `${n.pipes.length} pipes, ${n.slots} requests in flight`,
  );
  const target = targetOf(topology, options.target);
  const manifest = await terminal.step(
    "emit",
    () => timed("emit", () => writeServed(terminal, options.out, { model, topology, plan, network, target })),
    ({ files }) => {
      const sizes = Object.values(files).map((file) => file.bytes);
      return `${options.out}: ${count(sizes.length)} files, ${bytes(sizes.reduce((a, b) => a + b, 0))}`;
    },
  );
  return { model, topology, plan, network, target, manifest, ms };
}

/** The topology, with another profile for its switches where one is given. */
function topologyOf({ topology: name, profile }: DeployOptions): Topology {
  const topology = loadTopology(name);
  if (profile === undefined) return topology;
  return withProfile(topology, profile, loadProfile(profile));
}

async function modelOf(terminal: Terminal, path: string, options: DeployOptions): Promise<QuantizedModel> {
  if (/\.safetensors$/i.test(path)) return loadQuantizedModel(readFileOrFail(path), path);
  if (options.calibration === undefined) throw error("calibration-needed", path);
  const graph = await loadGraph(terminal, path);
  const flags = { ...(options as QuantizeFlags), name: modelName(path) };
  return (await quantizeGraph(terminal, graph, options.calibration, flags)).model;
}

const targets = ["tna", "t2na", "v1model"] as const;
type Target = (typeof targets)[number];

/** The target all of the topology's switches have; the first of the first profile unless one is asked for. */
function targetOf(topology: Topology, asked: string | undefined): Target {
  const profiles = [...new Set(topology.switches.map((s) => s.profile))].map((name) => loadProfile(name));
  const known = targets.filter((t) => t === "v1model" || profiles.every((p) => p.targets.includes(t)));
  const chosen = known.find((t) => (asked === undefined ? profiles[0].targets.includes(t) : t === asked));
  if (chosen === undefined)
    throw error("profile-target", profiles.map((p) => p.name).join(", "), asked ?? "of ours", known);
  return chosen;
}

interface Served {
  model: QuantizedModel;
  topology: Topology;
  plan: FabricPlan;
  network: ServeNetwork;
  target: Target;
}

async function writeServed(
  terminal: Terminal,
  out: string,
  { model, topology, plan, network, target }: Served,
): Promise<Manifest> {
  const manifest: Manifest = {
    format: "matchmul-bundle",
    version: 1,
    matchmul: version,
    model: network.name,
    profile: plan.profile,
    targets: [target],
    files: {},
  };
  await writeDirectoryAtomically(out, async (temporary) => {
    const write = (path: string, content: string | Uint8Array): void => {
      if (Object.hasOwn(manifest.files, path)) return;
      mkdirSync(dirname(join(temporary, path)), { recursive: true });
      writeFileSync(join(temporary, path), content);
      const sha256 = createHash("sha256").update(content).digest("hex");
      manifest.files[path] = { bytes: Buffer.byteLength(content), sha256 };
    };
    const emitted = servePipes(network, { target });
    // BMv2 recirculates inside: what the simulator runs pass by pass is a copy whose loopback ports are front ports.
    const stepped = target === "v1model" ? servePipes(network, { target, recirculates: false }) : emitted;
    const texts = { programs: [] as string[], simulated: [] as string[] };
    for (const [i, { pipe, program, entries }] of emitted.entries()) {
      terminal.progress.update("emit", i, emitted.length, pipe.name);
      // Ctrl-C is heard between two pipes.
      await new Promise((done) => setImmediate(done));
      texts.programs.push(servedLayout.program(program.name));
      texts.simulated.push(servedLayout.program(stepped[i].program.name));
      write(servedLayout.program(program.name), program.text);
      write(servedLayout.program(stepped[i].program.name), stepped[i].program.text);
      write(servedLayout.entries(pipe.name), entries());
    }
    write(servedLayout.network, formatNetwork(network, target, texts));
    write(servedLayout.topology, formatTopology(topology));
    write(servedLayout.plan, `${JSON.stringify(plan, null, 2)}\n`);
    write(servedLayout.int8, saveQuantizedModel(model));
    write(servedLayout.readme, servingReadme(network, plan, target));
    writeFileSync(join(temporary, servedLayout.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
  });
  return manifest;
}
