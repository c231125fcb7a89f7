import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "@matchmul/common";
import { Command, InvalidArgumentError } from "commander";
import { number } from "./command.js";
import { exitCode, reportFailure } from "./exit.js";
import { caseInWords, isExact } from "./serving/case-report.js";
import { type CaseOptions, caseStudies, runCase } from "./serving/case-study.js";
import { jsonNumbers, Terminal } from "./terminal.js";

/**
 * `npm run case-study`: a network onto the switches of a topology, then images through every emitted program and table,
 * packet by packet. The exit code says whether all logits were the int8 model's.
 */
const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Flags extends Omit<CaseOptions, "out"> {
  out?: string;
  result?: string;
  json?: boolean;
  quiet?: boolean;
}

function shard(text: string): [number, number] {
  const [, i, n] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  if (i === undefined || Number(i) < 1 || Number(i) > Number(n))
    throw new InvalidArgumentError("Expected I/N, I from 1 to N.");
  return [Number(i), Number(n)];
}

const program = new Command("case-study")
  .description("serve a network from the switches of a fabric and compare every logit")
  .argument("[name]", `one of ${caseStudies.map((c) => c.name).join(", ")}`, caseStudies[0].name)
  .option("--images <n>", "the first n images", number(1, 1e6, "integer"), 1)
  .option("--shard <i/n>", "every n-th image, from the i-th: a test set spread over machines", shard, [1, 1])
  .option("--inputs <file>", "other inputs: CIFAR-10's test_batch.bin, or a .npz")
  .option("--onnx <file>", "the float model, for its accuracy, where it is not in the repository")
  .option("--topology <name>", "instead of the study's own")
  .option("--target <name>", "tna, t2na or v1model")
  .option("--concurrency <n>", "requests in flight", number(1, 4096, "integer"), 1)
  .option("--threads <n>", "that pipes run on", number(1, 64, "integer"), Math.min(2, availableParallelism()))
  .option("--out <dir>", "the bundle; default out/NAME")
  .option("--result <file>", "the result as JSON, for `matchmul verify merge`")
  .option("--json", "print the result as one JSON document")
  .option("-q, --quiet", "no steps on stderr")
  .action(async (name: string, { out, result: file, json, quiet, ...options }: Flags) => {
    const study = caseStudies.find((c) => c.name === name);
    if (study === undefined)
      return program.error(`error: there is no case study ${name}`, { exitCode: exitCode.badInput });
    const terminal = new Terminal(json === true, quiet === true);
    const result = await runCase(terminal, study, { ...options, out: out ?? join(root, "out", name) });
    if (file !== undefined) writeFileAtomically(file, `${JSON.stringify(result, jsonNumbers, 2)}\n`);
    terminal.result(result, () => caseInWords(result, study.published));
    process.exitCode = isExact(result) ? exitCode.ok : exitCode.negative;
  });

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = reportFailure(thrown).exit;
}
