import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fabricLayers, multiplyAccumulates, weightsOf } from "@matchmul/planner";
import { argMax, loadGraph, runFloat } from "../frontend.js";
import { type Images, image } from "../images.js";
import type { Terminal } from "../terminal.js";
import { deploy } from "./deploy.js";
import { imagesFor } from "./inputs.js";
import { openServed, simulateBundle } from "./simulate.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const models = join(root, "models");

/** A model that is served by a fabric, and what is published about it. */
export interface CaseStudy {
  name: string;
  /** Committed files. The float model of mini-AlexNet is too large for that. */
  int8: string;
  onnx?: string;
  inputs: string;
  topology: string;
  /** The class of an answer's logits. */
  classOf: (logits: ArrayLike<number>) => number;
  /** What the source says of it. */
  published?: { text: string; latencyNs?: number; bytes?: number };
}

const largest = (logits: ArrayLike<number>): number => argMax(logits, 0, logits.length);

/** The case studies: a new one is one more entry. */
export const caseStudies: readonly CaseStudy[] = [
  {
    name: "mini-alexnet",
    int8: join(models, "mini-alexnet", "mini-alexnet.int8.safetensors"),
    inputs: join(models, "mini-alexnet", "mini-alexnet-synthetic.npz"),
    topology: "leaf-spine-8",
    classOf: largest,
    published: {
      text: "Distributed DNN Serving in the Network Data Plane (EuroP4 2022)",
      latencyNs: 2e6,
      bytes: 16e6,
    },
  },
  {
    name: "netnn",
    int8: join(models, "netnn", "netnn.int8.safetensors"),
    onnx: join(models, "netnn", "netnn.onnx"),
    inputs: join(models, "netnn", "netnn-test.npz"),
    topology: "leaf-spine-8",
    // The sign of the one logit is the verdict.
    classOf: (logits) => Number(logits[0] > 0),
  },
  {
    name: "digits-cnn",
    int8: join(models, "digits", "digits-cnn.int8.safetensors"),
    onnx: join(models, "digits", "digits-cnn.onnx"),
    inputs: join(models, "digits", "digits-cnn-test.npz"),
    topology: "single",
    classOf: largest,
  },
];

export interface CaseOptions {
  images: number;
  /** This share of the images: i of n, from 1. */
  shard: [i: number, n: number];
  /** Instead of the committed inputs. */
  inputs?: string;
  /** The float model, where it is not committed. */
  onnx?: string;
  topology?: string;
  target?: string;
  concurrency: number;
  threads: number;
  /** Folder for the bundle. */
  out: string;
}

/** What a run of a case study found; those of several shards can be merged. */
export interface CaseResult {
  format: "matchmul-case";
  version: 1;
  model: string;
  topology: string;
  profile: string;
  target: string;
  weights: number;
  multiplyAccumulates: number;
  switches: number;
  pipes: number;
  /** Images of this shard, and of the whole set. */
  images: number;
  of: number;
  shard: [i: number, n: number];
  /** Right answers by level; null without labels, or without the float model. */
  right: { float: number | null; int8: number | null; network: number | null };
  exactImages: number;
  exactLogits: number;
  logits: number;
  timedOut: number;
  /** Bytes of lookup tables on all pipes; of the int8 weights. */
  sramBytes: number;
  weightBytes: number;
  passes: number;
  packets: number;
  latencyNs: { modelled: number; p50: number; p99: number };
  throughputPerSecond: number;
  ms: { plan: number; lower: number; emit: number; load: number; run: number };
}

/** Plans, emits, loads what was emitted, and sends the images through it packet by packet. */
export async function runCase(
  terminal: Terminal,
  study: CaseStudy,
  options: CaseOptions,
): Promise<CaseResult> {
  const { model, topology, plan, target, ms } = await deploy(terminal, study.int8, {
    topology: options.topology ?? study.topology,
    target: options.target,
    requestSlots: options.concurrency,
    timeLimit: 10,
    out: options.out,
  });
  const started = performance.now();
  const served = openServed(options.out);
  const all = imagesFor(model, options.inputs ?? study.inputs, options.images);
  const images = shardOf(all, options.shard);
  const opened = performance.now() - started;
  const {
    report,
    answers,
    reference,
    loadMs,
    ms: run,
  } = await simulateBundle(terminal, served, images, {
    restart: [],
    concurrency: options.concurrency,
    threads: options.threads,
  });
  const expected = Array.from({ length: images.count }, (_, i) => reference(i));
  const exact = expected.map((logits, i) => logits.reduce((n, v, k) => n + Number(answers[i]?.[k] === v), 0));
  const right = (classes: readonly (number | undefined)[]): number | null =>
    images.labels === undefined ? null : classes.filter((c, i) => c === images.labels![i]).length;
  const layers = fabricLayers(model);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    format: "matchmul-case",
    version: 1,
    model: study.name,
    topology: topology.name,
    profile: plan.profile,
    target,
    weights: sum(layers.map(weightsOf)),
    multiplyAccumulates: sum(layers.map(multiplyAccumulates)),
    switches: plan.switches,
    pipes: plan.pipes,
    images: images.count,
    of: all.count,
    shard: options.shard,
    right: {
      float: await floatRight(terminal, study, options, images),
      int8: right(expected.map(study.classOf)),
      network: right(answers.map((logits) => logits && study.classOf(logits))),
    },
    exactImages: expected.filter((logits, i) => exact[i] === logits.length).length,
    exactLogits: sum(exact),
    logits: sum(expected.map((logits) => logits.length)),
    timedOut: report.timedOut,
    sramBytes: plan.sramBytes,
    weightBytes: sum(layers.map(weightsOf)),
    passes: report.passes,
    packets: sum(report.channels.map((c) => c.packets)),
    latencyNs: { modelled: plan.latencyNs, p50: report.latencyNs.p50, p99: report.latencyNs.p99 },
    throughputPerSecond: report.throughputPerSecond,
    ms: { ...ms, load: opened + loadMs, run },
  };
}

/** Every n-th image: shards are equally mixed. */
function shardOf(images: Images, [i, n]: [number, number]): Images {
  const chosen = Array.from({ length: images.count }, (_, k) => k).filter((k) => k % n === i - 1);
  const values = new Float32Array(chosen.length * images.size);
  for (const [at, k] of chosen.entries()) values.set(image(images, k), at * images.size);
  const labels = images.labels && Int32Array.from(chosen, (k) => images.labels![k]);
  return { ...images, count: chosen.length, values, labels };
}

async function floatRight(
  terminal: Terminal,
  study: CaseStudy,
  options: CaseOptions,
  images: Images,
): Promise<number | null> {
  const path = options.onnx ?? study.onnx;
  const { labels } = images;
  if (path === undefined || labels === undefined || !existsSync(path)) return null;
  const { logits, width } = runFloat(terminal, await loadGraph(terminal, path), images);
  let right = 0;
  for (let i = 0; i < images.count; i++)
    if (study.classOf(logits.subarray(i * width, (i + 1) * width)) === labels[i]) right++;
  return right;
}
