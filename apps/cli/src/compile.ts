import { dirname, join } from "node:path";
import { readFileOrFail, refuseForeign } from "@matchmul/common";
import { makePlan, type Plan } from "@matchmul/planner";
import { type HardwareProfile, loadProfile, profileDirectory } from "@matchmul/profiles";
import { type QuantizationReport, type QuantizedModel, saveQuantizedModel } from "@matchmul/quantizer";
import { layout, type Manifest, writeBundle } from "./bundle.js";
import { error } from "./diagnostics.js";
import { chooseTargets, emitTargets } from "./emit.js";
import { bytes, count } from "./format.js";
import { loadGraph, modelName, quantizeGraph } from "./frontend.js";
import { type PlanFlags, planOptions, type QuantizeFlags } from "./options.js";
import { formatPlan, type PlanDocument, planDocument } from "./plan-document.js";
import { bundleReadme } from "./readme.js";
import { reportPage } from "./report/page.js";
import type { Terminal } from "./terminal.js";

export interface CompileOptions extends QuantizeFlags, PlanFlags {
  calibration: string;
  target?: string;
  /** Of the entries' formats only the one that the embedded engine and BMv2 read. */
  entriesOnly?: boolean;
  out: string;
}

export interface Compiled {
  model: QuantizedModel;
  quantization: QuantizationReport;
  plan: PlanDocument;
  manifest: Manifest;
}

/** The whole compiler: an ONNX file to a bundle on disk. Nothing is written before the last step. */
export async function compile(
  terminal: Terminal,
  onnxPath: string,
  options: CompileOptions,
): Promise<Compiled> {
  refuseForeign(options.out);
  const profile = loadProfile(options.profile);
  const targets = chooseTargets(profile, options.target);
  const onnx = readFileOrFail(onnxPath);

  // Import, normalise; calibrate, quantize.
  const graph = await loadGraph(terminal, onnx, { source: onnxPath, folder: dirname(onnxPath) });
  const { model, report } = await quantizeGraph(terminal, graph, options.calibration, {
    ...options,
    name: modelName(onnxPath),
  });

  // Lower to passes and place the program's tables, for the first choice of kernels that fits.
  const plan = await planStep(terminal, model, profile, options);
  const document = planDocument(model, profile, plan);

  const emitted = await terminal.step(
    "emit",
    () => emitTargets(plan.program, document, targets, options.entriesOnly),
    (files) => `${targets.join(", ")}: ${files.size} files, ${bytes(sizeOf(files.values()))}`,
  );

  const files = new Map(emitted);
  files.set(layout.onnx, onnx);
  files.set(layout.int8, saveQuantizedModel(model));
  files.set(layout.profile, readFileOrFail(profilePath(options.profile)));
  files.set(layout.plan, formatPlan(document));
  files.set(layout.report, reportPage({ plan: document, command: `matchmul compile` }));
  files.set(layout.readme, bundleReadme(document, targets));
  const about = { model: model.name, profile: profile.name, targets };
  const manifest = await terminal.step(
    "write",
    () => writeBundle(options.out, about, files),
    () => options.out,
  );
  return { model, quantization: report, plan: document, manifest };
}

/** Lowering and placement as one step: the planner lowers again for each choice it tries. */
export function planStep(
  terminal: Terminal,
  model: QuantizedModel,
  profile: HardwareProfile,
  flags: PlanFlags,
): Promise<Plan> {
  const classes = model.tensors[model.logits].shape.reduce((a, b) => a * b, 1);
  for (const given of Object.keys(flags.onClass))
    if (Number(given) >= classes) throw error("verdict-class", given, classes);
  return terminal.step(
    "plan",
    () => makePlan(model, profile, { ...planOptions(flags), progress: terminal.progress }),
    ({ program, placement }) =>
      `${count(program.passes.length)} passes${program.slots > 0 ? `, ${program.slots} lookups each` : ""}; ${placement.stagesUsed} of ` +
      `${placement.stagesAvailable} stages, bound ${placement.bound}`,
  );
}

/** The file of a profile given by name or path. */
function profilePath(nameOrPath: string): string {
  return /[/\\]|\.ya?ml$/.test(nameOrPath) ? nameOrPath : join(profileDirectory(), `${nameOrPath}.yaml`);
}

function sizeOf(contents: Iterable<string | Uint8Array>): number {
  let sum = 0;
  for (const content of contents) sum += Buffer.byteLength(content);
  return sum;
}
