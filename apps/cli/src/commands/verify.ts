import { writeFileAtomically } from "@matchmul/common";
import { type Command, Option } from "commander";
import { Bundle } from "../bundle.js";
import { act, command, number } from "../command.js";
import { error } from "../diagnostics.js";
import { exitCode } from "../exit.js";
import { count, percent, table } from "../format.js";
import { reportPage } from "../report/page.js";
import type { Terminal } from "../terminal.js";
import { checksOf, type Verification, type VerifyOptions, verifyBundle } from "../verify.js";
import { verifyMergeCommand } from "./verify-merge.js";

interface Flags extends VerifyOptions {
  inputs?: string;
  allowChanged?: boolean;
  report?: string;
}

/** `matchmul verify`: every level of a bundle against the level above. */
export function verifyCommand(): Command {
  return (
    command("verify", "execute every level of a bundle and compare each with the one above")
      .argument("<dir>", "a bundle of `matchmul compile`")
      // Required, but not of `verify merge`.
      .option("--inputs <file>", "images, and labels where known: a .npz (required)")
      .option("--target <name>", "execute only this of the bundle's targets")
      .option("--limit <n>", "only the first so many images", number(1, 1e9, "integer"))
      .option(
        "--mutations <n>",
        "then flip a bit in so many entries, and demand a report",
        number(0, 1e6, "integer"),
        0,
      )
      .option("--seed <n>", "of the choice of entries", number(0, 2 ** 32 - 1, "integer"), 1)
      .addOption(
        new Option(
          "--on <executor>",
          "bmv2: also send every image through simple_switch, which must be on PATH; bmv2-passes: and compare every packet it recirculates",
        )
          .choices(["engine", "bmv2", "bmv2-passes"])
          .default("engine"),
      )
      .option("--allow-changed", "verify files that were edited after compiling")
      .option("--report <file>", "also write the page with accuracy and checks, *.html")
      .addCommand(verifyMergeCommand())
      .action(act(run))
  );
}

async function run(terminal: Terminal, directory: string, flags: Flags): Promise<number> {
  const { inputs } = flags;
  if (inputs === undefined)
    throw error("usage", "required option '--inputs <file>' not specified", "matchmul verify");
  const bundle = Bundle.open(directory, { allowChanged: flags.allowChanged });
  const found = await verifyBundle(terminal, bundle, inputs, flags);
  if (flags.report !== undefined)
    writeFileAtomically(
      flags.report,
      reportPage({
        plan: found.plan,
        accuracy: found.accuracy,
        checks: checksOf(found),
        files: bundle.list(),
        command: `matchmul verify ${directory} --inputs ${inputs}`,
      }),
    );
  const { plan, ...facts } = found;
  terminal.result({ bundle: directory, model: plan.model.name, ...facts }, () =>
    describeVerification(terminal, found),
  );
  return found.ok ? exitCode.ok : exitCode.negative;
}

/** The verification for people. */
export function describeVerification(terminal: Terminal, found: Verification): string {
  const { targets, accuracy, images, sameClassAsFloat } = found;
  const { green, red } = terminal.out;
  const lines = [
    table(
      ["check", "equal", "of", ""],
      checksOf(found).map(({ name, unit, equal, compared }) => [
        name,
        count(equal),
        `${count(compared)} ${unit}`,
        equal === compared ? green("equal") : red(`${count(compared - equal)} differ`),
      ]),
    ),
    "",
  ];
  for (const { target, report } of targets)
    for (const { level, first } of report.levels)
      if (first !== undefined) {
        const image = first.image === undefined ? "" : `image ${first.image}, `;
        lines.push(
          red(
            `${target}, ${level}: first difference at ${image}${first.where}: expected ${first.expected}, got ${first.actual}`,
          ),
        );
      }
  for (const first of [found.bmv2?.first, found.bmv2?.packets?.first])
    if (first !== undefined) {
      const image = first.image === undefined ? "" : `image ${first.image}, `;
      lines.push(
        red(
          `BMv2: first difference at ${image}${first.where}: expected ${first.expected}, got ${first.actual}`,
        ),
      );
    }
  for (const missed of found.mutation?.missed ?? []) lines.push(red(`not reported: ${missed}`));
  for (const { level, right } of accuracy)
    lines.push(`${level.padEnd(14)} ${percent(right / images)} of ${count(images)} images right`);
  lines.push(`int8 and float agree on ${count(sameClassAsFloat)} of ${count(images)} classes`);
  lines.push(found.ok ? green("verified") : red("not verified"));
  return lines.join("\n");
}
