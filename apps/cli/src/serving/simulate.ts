import { join } from "node:path";
import { p4FileExecutors, type SimulateOptions, type SimulationReport, simulate } from "@matchmul/fabric";
import { loadTopology, type Topology } from "@matchmul/profiles";
import { loadQuantizedModel, type QuantizedModel, quantizeInput } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import { Bundle } from "../bundle.js";
import { error } from "../diagnostics.js";
import { type Images, image } from "../images.js";
import type { Terminal } from "../terminal.js";
import { servedLayout } from "./deploy.js";
import { parseNetwork, type StoredNetwork } from "./network-file.js";

/** What `matchmul simulate` takes; the rest as in `SimulateOptions`. */
export interface SimulateFlags
  extends Pick<
    SimulateOptions,
    "requests" | "concurrency" | "loss" | "duplicate" | "reorder" | "stale" | "malformed" | "seed" | "threads"
  > {
  /** Of the archive, the first so many images. */
  limit?: number;
  /** SWITCH@MICROSECONDS. */
  restart: { switch: string; atNs: number }[];
  allowChanged?: boolean;
}

/** A served network's bundle, opened. */
export interface ServedBundle {
  bundle: Bundle;
  stored: StoredNetwork;
  topology: Topology;
  model: QuantizedModel;
}

/** @throws MatchMulError bundle-missing, bundle-invalid, bundle-changed, bundle-not-served */
export function openServed(directory: string, options: { allowChanged?: boolean } = {}): ServedBundle {
  const bundle = Bundle.open(directory, options);
  const path = (name: string) => join(bundle.directory, name);
  if (!Object.hasOwn(bundle.manifest.files, servedLayout.network))
    throw error("bundle-not-served", bundle.directory);
  return {
    bundle,
    stored: parseNetwork(bundle.text(servedLayout.network), bundle.directory),
    topology: loadTopology(path(servedLayout.topology)),
    model: loadQuantizedModel(bundle.bytes(servedLayout.int8), path(servedLayout.int8)),
  };
}

export interface Simulated {
  report: SimulationReport;
  /** Logits of the accepted answers by request. */
  answers: (Int32Array | undefined)[];
  /** The int8 model's logits for an image. */
  reference: (image: number) => Int32Array;
  /** Wall-clock milliseconds: until programs and entries are loaded, and from then on. */
  loadMs: number;
  ms: number;
}

/** Sends requests through the emitted programs of a bundle, and compares every logit with the int8 model's. */
export async function simulateBundle(
  terminal: Terminal,
  { bundle, stored, topology, model }: ServedBundle,
  images: Images,
  flags: SimulateFlags,
): Promise<Simulated> {
  const inputs = Array.from({ length: images.count }, (_, i) => quantizeInput(model, image(images, i)));
  const expected = new Map<number, Int32Array>();
  const reference = (input: number): Int32Array => {
    let logits = expected.get(input);
    if (logits === undefined) {
      logits = runInt8(model, inputs[input]).logits;
      expected.set(input, logits);
    }
    return logits;
  };
  const answers: (Int32Array | undefined)[] = [];
  const executors = p4FileExecutors(
    stored.network.pipes.map((pipe, i) => ({
      program: join(bundle.directory, stored.texts.simulated[i]),
      entries: join(bundle.directory, servedLayout.entries(pipe.name)),
    })),
  );
  const { limit: _, restart, allowChanged: __, ...options } = flags;
  const started = performance.now();
  let ready = started;
  const report = await terminal.step(
    "simulate",
    () =>
      simulate({
        ...options,
        network: stored.network,
        topology,
        executors,
        inputs,
        reference,
        restarts: restart,
        onReady: () => {
          ready = performance.now();
        },
        progress: terminal.progress,
        onAnswer: (request, logits) => {
          answers[request] = logits.slice();
        },
      }),
    (r) => `${r.accepted} of ${r.requests} answers, ${r.wrong} wrong, ${r.timedOut} timed out`,
  );
  return { report, answers, reference, loadMs: ready - started, ms: performance.now() - ready };
}
