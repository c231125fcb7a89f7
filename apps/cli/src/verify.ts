import { join } from "node:path";
import { type Graph, importOnnx, normalise } from "@matchmul/model";
import { loadQuantizedModel, type QuantizedModel, quantizeInput } from "@matchmul/quantizer";
import {
  type Bmv2Report,
  type MutationReport,
  mutationCheck,
  type VerifyReport,
  verify,
  verifyOnBmv2,
} from "@matchmul/verifier";
import { type Bundle, layout } from "./bundle.js";
import { programOf } from "./commands/emit.js";
import { error } from "./diagnostics.js";
import { loadEngine, pipeFiles } from "./engine.js";
import { count } from "./format.js";
import { runFloat } from "./frontend.js";
import { countRight, firstImages, type Images, image, modelInput, readImages } from "./images.js";
import { type PlanDocument, parsePlan } from "./plan-document.js";
import type { Accuracy, Check } from "./report/page.js";
import type { Terminal } from "./terminal.js";

export interface VerifyOptions {
  /** Of the archive, the first so many images; all unless given. */
  limit?: number;
  /** One of the bundle's targets; all unless given. */
  target?: string;
  /** Table entries to break on purpose, in the first target; 0 leaves that out. */
  mutations: number;
  seed: number;
  /** `bmv2`: also send every image through BMv2's simple_switch; `bmv2-passes`: and compare the packet of every pass. */
  on?: "engine" | "bmv2" | "bmv2-passes";
}

/** What executing one target's text showed. */
export interface TargetVerification {
  target: string;
  report: VerifyReport;
  /** Through the embedded engine on this machine, which says nothing about a switch. */
  engineImagesPerSecond: number;
}

/** Everything a verification found. */
export interface Verification {
  plan: PlanDocument;
  images: number;
  /** True when nothing differed and every broken entry was reported. */
  ok: boolean;
  /** Right answers by level; without labels, empty. */
  accuracy: Accuracy[];
  /** Images for which float and int8 give the same class: quantization may change an answer, lowering may not. */
  sameClassAsFloat: number;
  targets: TargetVerification[];
  mutation?: MutationReport;
  bmv2?: Bmv2Report;
}

/** A bundle's levels, opened. */
interface Levels {
  graph: Graph;
  model: QuantizedModel;
  plan: PlanDocument;
  images: Images;
}

/**
 * Executes every level of a bundle on the images and compares each with the level above.
 * @throws MatchMulError bundle-*, inputs-*; P4Error for P4 text or entries that are wrong
 */
export async function verifyBundle(
  terminal: Terminal,
  bundle: Bundle,
  inputsPath: string,
  options: VerifyOptions,
): Promise<Verification> {
  const targets = targetsOf(bundle, options);
  const levels = openLevels(bundle, inputsPath, options.limit);
  const { model, plan, images } = levels;
  const program = programOf(model, plan, join(bundle.directory, layout.plan));
  const inputs = Array.from({ length: images.count }, (_, i) => quantizeInput(model, image(images, i)));
  const folderOf = (target: string) => layout.pipe(plan.pipes[0].name, target);

  const verified: TargetVerification[] = [];
  let mutation: MutationReport | undefined;
  for (const target of targets) {
    const files = pipeFiles(bundle, folderOf(target));
    const engine = await terminal.step(
      "load",
      () => loadEngine(bundle, files),
      ({ tables }) =>
        `${target}: ${tables.length} tables, ${count(tables.reduce((sum, t) => sum + t.entries, 0))} entries`,
    );
    const subject = { model, program, engine };
    const report = await terminal.step(
      "verify",
      () => verify(subject, inputs, terminal.progress),
      (r) => `${count(r.images)} images, ${r.exact ? "every level equal to the one above" : "levels differ"}`,
    );
    verified.push({ target, report, engineImagesPerSecond: (report.images / report.engineMs) * 1000 });
    if (options.mutations > 0 && mutation === undefined)
      mutation = await terminal.step(
        "mutate",
        () => mutationCheck(subject, inputs, options.mutations, options.seed, terminal.progress),
        (m) => `${m.reported}/${m.flips} flipped bits reported`,
      );
  }
  let bmv2: Bmv2Report | undefined;
  if (runsOnBmv2(options)) {
    const files = pipeFiles(bundle, folderOf("v1model"));
    const path = (name: string) => join(bundle.directory, files.folder, name);
    const subject = { model, program, p4: path(files.program), entries: path(files.entries) };
    bmv2 = await terminal.step(
      "bmv2",
      () =>
        verifyOnBmv2(subject, inputs, { progress: terminal.progress, passes: options.on === "bmv2-passes" }),
      (b) => `${b.answers} answers, ${b.exactImages}/${b.images} exact${passesOf(b)}`,
    );
  }
  return { plan, ...conclude(terminal, levels, { targets: verified, mutation, bmv2 }) };
}

const runsOnBmv2 = ({ on }: VerifyOptions): boolean => on === "bmv2" || on === "bmv2-passes";

const passesOf = ({ packets }: Bmv2Report): string =>
  packets === undefined
    ? ""
    : `, ${count(packets.checked - packets.different)}/${count(packets.checked)} packets equal`;

/** The targets to execute. @throws MatchMulError bundle-target */
function targetsOf(bundle: Bundle, options: VerifyOptions): string[] {
  const { target } = options;
  const { targets } = bundle.manifest;
  for (const wanted of [target, runsOnBmv2(options) ? "v1model" : undefined])
    if (wanted !== undefined && !targets.includes(wanted))
      throw error("bundle-target", bundle.directory, wanted, targets);
  return target === undefined ? targets : [target];
}

function openLevels(bundle: Bundle, inputsPath: string, limit = Number.POSITIVE_INFINITY): Levels {
  const where = (path: string) => join(bundle.directory, path);
  const graph = normalise(importOnnx(bundle.bytes(layout.onnx), { source: where(layout.onnx) }));
  return {
    graph,
    model: loadQuantizedModel(bundle.bytes(layout.int8), where(layout.int8)),
    plan: parsePlan(bundle.text(layout.plan), where(layout.plan)),
    images: firstImages(readImages(inputsPath, modelInput(graph)), limit),
  };
}

function conclude(
  terminal: Terminal,
  { graph, images }: Levels,
  found: Pick<Verification, "targets" | "mutation" | "bmv2">,
): Omit<Verification, "plan"> {
  const { targets, mutation, bmv2 } = found;
  const float = runFloat(terminal, graph, images).classes;
  const { int8 } = targets[0].report.classes;
  const accuracy: Accuracy[] = [];
  const add = (level: string, executedBy: string, classes: ArrayLike<number>) => {
    const right = countRight(images, classes);
    if (right !== undefined) accuracy.push({ level, executedBy, right, images: images.count });
  };
  add("float32", "float executor", float);
  add("int8", "reference executor", int8);
  for (const { target, report } of targets)
    add(`P4, ${target}`, "embedded P4 engine", report.classes.inSwitch);
  const noticed = mutation === undefined || (mutation.flips > 0 && mutation.reported === mutation.flips);
  return {
    images: images.count,
    ok: targets.every(({ report }) => report.exact) && noticed && bmv2?.exact !== false,
    accuracy,
    sameClassAsFloat: int8.reduce((sum, c, i) => sum + (c === float[i] ? 1 : 0), 0),
    ...found,
  };
}

/** The comparisons as rows for people: for each target the whole first, then level by level. */
export function checksOf({
  targets,
  mutation,
  bmv2,
}: Pick<Verification, "targets" | "mutation" | "bmv2">): Check[] {
  const checks: Check[] = [];
  const whole = (name: string, r: VerifyReport | Bmv2Report) =>
    checks.push(
      {
        name: `${name} = int8, class and every logit`,
        unit: "images",
        equal: r.exactImages,
        compared: r.images,
      },
      { name: `${name} = int8`, unit: "logits", equal: r.exactLogits, compared: r.logits },
    );
  for (const [i, { target, report }] of targets.entries()) {
    whole(`P4 (${target})`, report);
    for (const { level, unit, checked, different } of report.levels) {
      // The microcode is the same for every target.
      if (i > 0 && level === "int8 to microcode") continue;
      const name = level
        .replace(" to ", " = ")
        .replace("P4", `P4 (${target})`)
        .replace("entries", `entries (${target})`);
      checks.push({ name, unit, equal: checked - different, compared: checked });
    }
  }
  if (bmv2) whole("BMv2", bmv2);
  if (bmv2?.packets)
    checks.push({
      name: "microcode = BMv2, the packet after every pass",
      unit: "packets",
      equal: bmv2.packets.checked - bmv2.packets.different,
      compared: bmv2.packets.checked,
    });
  if (mutation)
    checks.push({
      name: "table bits flipped on purpose are reported",
      unit: "flips",
      equal: mutation.reported,
      compared: mutation.flips,
    });
  return checks;
}
