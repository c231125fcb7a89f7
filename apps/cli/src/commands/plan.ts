import { readFileOrFail, writeFileAtomically } from "@matchmul/common";
import { keyWidths, objectives } from "@matchmul/planner";
import { loadProfile } from "@matchmul/profiles";
import { loadQuantizedModel } from "@matchmul/quantizer";
import { type Command, InvalidArgumentError, Option } from "commander";
import { act, command, number } from "../command.js";
import { planStep } from "../compile.js";
import { error } from "../diagnostics.js";
import { formatFabricPlan } from "../fabric/document.js";
import { type FabricFlags, planOnFabric } from "../fabric/plan.js";
import { fabricInWords, layerTable, paretoTable } from "../fabric/words.js";
import { type PlanFlags, withPlanFlags } from "../options.js";
import { formatPlan, planDocument } from "../plan-document.js";
import { fabricPage } from "../report/fabric-page.js";
import type { Terminal } from "../terminal.js";
import { planInWords } from "../words.js";

type Flags = Omit<PlanFlags, "profile"> &
  Omit<FabricFlags, "topology"> & { topology?: string; out?: string; report?: string };

/** `matchmul plan`: an int8 model's passes on one pipe, or a network of any size on the switches of a topology. */
export function plan(): Command {
  return withPlanFlags(
    command("plan", "plan a model on one pipe, or with --topology on the switches of a network")
      .argument(
        "<model>",
        "a .safetensors of `matchmul quantize`; with --topology also an .onnx file, a model.yaml of sizes, or a folder with one",
      )
      .option("--out <file>", "the plan to write, *.json"),
  )
    .addOption(new Option("--topology <name>", "the network: a name of `matchmul topology`, or a .yaml file"))
    .addOption(
      new Option("--minimise <what>", "with --topology: what is made small")
        .choices([...objectives])
        .default("latency"),
    )
    .addOption(
      new Option(
        "--pareto <objective,switches>",
        "with --topology: the best latency, passes or memory for each number of switches",
      ).argParser(paretoObjective),
    )
    .addOption(
      new Option("--switches <n>", "with --topology: use at most so many switches").argParser(
        number(1, 100_000, "integer"),
      ),
    )
    .addOption(
      new Option(
        "--g <n>",
        "with --topology: activations of a key, for all layers or as LAYER=N; may be repeated",
      ).argParser(keyBits),
    )
    .addOption(new Option("--report <file>", "with --topology: a page that shows the plan, *.html"))
    .hook("preAction", checkFlags)
    .action(act(run));
}

/** Options that are for one pipe alone, and for a network alone. */
const onePipe = ["kernel", "inputEncoding", "slots", "onClass"];
const network = ["minimise", "pareto", "switches", "g", "report"];

/** An option that would be ignored is refused. */
function checkFlags(command: Command): void {
  const onNetwork = command.getOptionValue("topology") !== undefined;
  const given = (name: string) => command.getOptionValueSource(name) === "cli";
  const wrong = (onNetwork ? onePipe : network).find(given);
  if (wrong !== undefined) {
    const long = command.options.find((option) => option.attributeName() === wrong)?.long;
    throw error("usage", `${long} has no meaning with${onNetwork ? "" : "out"} --topology`, "matchmul plan");
  }
  if (!onNetwork && !given("out"))
    throw error("usage", "required option '--out <file>' not specified", "matchmul plan");
  if (onNetwork && !given("profile")) command.setOptionValue("profile", undefined);
}

/** `latency,switches`, `passes,switches` or `memory,switches`, in either order. */
function paretoObjective(text: string): string {
  const both = text.split(",");
  const other = both.find((name) => name !== "switches");
  if (
    both.length !== 2 ||
    !both.includes("switches") ||
    !["latency", "passes", "memory"].includes(other ?? "")
  )
    throw new InvalidArgumentError("Expected latency,switches, passes,switches or memory,switches.");
  return other!;
}

/** One `--g`: `4`, or `fc1=4`; collects repeated ones. */
function keyBits(text: string, others: Record<string, number> = {}): Record<string, number> {
  const [, , name = "*", n] = /^((.+)=)?(\d{1,2})$/.exec(text) ?? [];
  const g = Number(n);
  if (!keyWidths.includes(g))
    throw new InvalidArgumentError(`Expected one of ${keyWidths.join(", ")}, or LAYER=N.`);
  return { ...others, [name]: g };
}

async function run(terminal: Terminal, path: string, flags: Flags): Promise<undefined> {
  const { topology, profile, out } = flags;
  if (topology !== undefined) return onNetwork(terminal, path, { ...flags, topology });
  const target = loadProfile(profile!);
  const model = loadQuantizedModel(readFileOrFail(path), path);
  const placed = await planStep(terminal, model, target, { ...flags, profile: profile! });
  const document = planDocument(model, target, placed);
  writeFileAtomically(out!, formatPlan(document));
  terminal.result(document, () => [...planInWords(document), `${out}: written`].join("\n"));
}

async function onNetwork(
  terminal: Terminal,
  path: string,
  flags: Flags & { topology: string },
): Promise<undefined> {
  const document = await planOnFabric(terminal, path, flags);
  const { out, report } = flags;
  // Both are made before either is written.
  const files: [string, string][] = [];
  if (out !== undefined) files.push([out, formatFabricPlan(document)]);
  if (report !== undefined) files.push([report, fabricPage(document, "matchmul plan --report")]);
  for (const [file, text] of files) writeFileAtomically(file, text);
  terminal.result(document, () => {
    const front = paretoTable(document);
    return [
      fabricInWords(document).join("\n"),
      layerTable(document),
      ...(front === undefined ? [] : [front]),
      ...files.map(([file]) => `${file}: written`),
    ].join("\n\n");
  });
}
