import { join } from "node:path";
import { type Graph, importOnnx, normalise } from "@matchmul/model";
import { loadQuantizedModel, quantizeInput } from "@matchmul/quantizer";
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
import { executableTarget } from "./emit.js";
import { loadEngine } from "./engine.js";
import { count } from "./format.js";
import { runFloat } from "./frontend.js";
import { countRight, firstImages, type Images, image, modelInput, readImages } from "./images.js";
import { type PlanDocument, parsePlan } from "./plan-document.js";
import type { Accuracy, Check } from "./report/page.js";
import type { Terminal } from "./terminal.js";

export interface VerifyOptions {
  /** Of the archive, the first so many images; all unless given. */
  limit?: number;
  /** Table entries to break on purpose; 0 leaves that out. */
  mutations: number;
  seed: number;
  /** Also send every image through BMv2's simple_switch. */
  on?: "engine" | "bmv2";
}

/** Everything a verification found. */
export interface Verification {
  plan: PlanDocument;
  target: string;
  images: number;
  /** True when nothing differed and every broken entry was reported. */
  ok: boolean;
  /** Right answers by level; without labels, empty. */
  accuracy: Accuracy[];
  /** Images for which float and int8 give the same class: quantization may change an answer, lowering may not. */
  sameClassAsFloat: number;
  report: VerifyReport;
  mutation?: MutationReport;
  bmv2?: Bmv2Report;
  /** Images a second through the P4 engine here, which says nothing about a switch. */
  engineImagesPerSecond: number;
}

/**
 * Executes every level of a bundle on the images and compares each with the level above.
 * @throws MatchMulError bundle-*, inputs-*, bundle-target
 */
export async function verifyBundle(
  terminal: Terminal,
  bundle: Bundle,
  inputsPath: string,
  options: VerifyOptions,
): Promise<Verification> {
  const { targets } = bundle.manifest;
  if (!targets.includes(executableTarget))
    throw error("bundle-target", bundle.directory, executableTarget, targets);
  const where = (path: string) => `${bundle.directory}/${path}`;
  const model = loadQuantizedModel(bundle.bytes(layout.int8), where(layout.int8));
  const plan = parsePlan(bundle.text(layout.plan), where(layout.plan));
  const graph = normalise(importOnnx(bundle.bytes(layout.onnx), { source: where(layout.onnx) }));
  const images = firstImages(
    readImages(inputsPath, modelInput(graph)),
    options.limit ?? Number.POSITIVE_INFINITY,
  );
  const program = programOf(model, plan, where(layout.plan));

  const pipe = layout.pipe(plan.pipes[0].name, executableTarget);
  const engine = await terminal.step(
    "load",
    () => loadEngine(bundle.folder(pipe), where(pipe)),
    ({ tables }) =>
      `${executableTarget}: ${tables.length} tables, ${count(tables.reduce((sum, t) => sum + t.entries, 0))} entries`,
  );
  const subject = { model, program, engine };
  const inputs = Array.from({ length: images.count }, (_, i) => quantizeInput(model, image(images, i)));
  const report = await terminal.step(
    "verify",
    () => verify(subject, inputs, terminal.progress),
    (r) => `${count(r.images)} images, ${r.exact ? "every level equal to the one above" : "levels differ"}`,
  );
  let mutation: MutationReport | undefined;
  if (options.mutations > 0)
    mutation = await terminal.step(
      "mutate",
      () => mutationCheck(subject, inputs, options.mutations, options.seed, terminal.progress),
      (m) => `${m.reported}/${m.flips} flipped bits reported`,
    );
  let bmv2: Bmv2Report | undefined;
  if (options.on === "bmv2") {
    const path = (name: string) => join(bundle.directory, pipe, name);
    const p4 = path([...bundle.folder(pipe).keys()].find((name) => name.endsWith(".p4"))!);
    bmv2 = await terminal.step(
      "bmv2",
      () => verifyOnBmv2({ model, program, p4, entries: path("entries.txt") }, inputs, terminal),
      (b) => `${b.answers} answers, ${b.exactImages}/${b.images} exact`,
    );
  }
  return { plan, target: executableTarget, ...conclude(terminal, graph, images, { report, mutation, bmv2 }) };
}

function conclude(
  terminal: Terminal,
  graph: Graph,
  images: Images,
  { report, mutation, bmv2 }: { report: VerifyReport; mutation?: MutationReport; bmv2?: Bmv2Report },
): Omit<Verification, "plan" | "target"> {
  const float = runFloat(terminal, graph, images);
  const { int8, inSwitch } = report.classes;
  const accuracy: Accuracy[] = [];
  for (const [level, executedBy, classes] of [
    ["float32", "float executor", float.classes],
    ["int8", "reference executor", int8],
    ["P4", "embedded P4 engine", inSwitch],
  ] as const) {
    const right = countRight(images, classes);
    if (right !== undefined) accuracy.push({ level, executedBy, right, images: images.count });
  }
  const allReported = mutation === undefined || (mutation.flips > 0 && mutation.reported === mutation.flips);
  return {
    images: images.count,
    ok: report.exact && allReported && bmv2?.exact !== false,
    accuracy,
    sameClassAsFloat: int8.reduce((sum, c, i) => sum + (c === float.classes[i] ? 1 : 0), 0),
    report,
    ...(mutation === undefined ? {} : { mutation }),
    ...(bmv2 === undefined ? {} : { bmv2 }),
    engineImagesPerSecond: (report.images / report.engineMs) * 1000,
  };
}

/** The comparisons as rows for people: the whole first, then level by level. */
export function checksOf({
  report,
  mutation,
  bmv2,
}: Pick<Verification, "report" | "mutation" | "bmv2">): Check[] {
  const checks: Check[] = [
    {
      name: "switch = int8, class and every logit",
      unit: "images",
      equal: report.exactImages,
      compared: report.images,
    },
    { name: "switch = int8", unit: "logits", equal: report.exactLogits, compared: report.logits },
    ...report.levels.map(({ level, unit, checked, different }) => ({
      name: level.replace(" to ", " = "),
      unit,
      equal: checked - different,
      compared: checked,
    })),
  ];
  if (mutation)
    checks.push({
      name: "table bits flipped on purpose are reported",
      unit: "flips",
      equal: mutation.reported,
      compared: mutation.flips,
    });
  if (bmv2)
    checks.push(
      {
        name: "BMv2 = int8, class and every logit",
        unit: "images",
        equal: bmv2.exactImages,
        compared: bmv2.images,
      },
      { name: "BMv2 = int8", unit: "logits", equal: bmv2.exactLogits, compared: bmv2.logits },
    );
  return checks;
}
