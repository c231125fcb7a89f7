import type { Progress } from "@matchmul/common";
import { readAnswer, requestPacket } from "@matchmul/emitter";
import type { MicroProgram } from "@matchmul/planner";
import type { QuantizedModel } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import type { Difference } from "../report.js";
import { CLIENT_PORT } from "../verify.js";
import { runOnBmv2 } from "./switch.js";

export interface Bmv2Report {
  exact: boolean;
  images: number;
  answers: number;
  exactImages: number;
  logits: number;
  exactLogits: number;
  first?: Difference;
}

/** Sends every image through BMv2 and holds class and logits against the int8 model's. */
export async function verifyOnBmv2(
  subject: { model: QuantizedModel; program: MicroProgram; p4: string; entries: string },
  inputs: readonly (Int8Array | Uint8Array)[],
  options: { progress?: Progress; signal?: AbortSignal } = {},
): Promise<Bmv2Report> {
  const { model, program } = subject;
  const packets = inputs.map((input, image) => requestPacket(program, input, image));
  const out = await runOnBmv2({
    program: subject.p4,
    entries: subject.entries,
    packets,
    port: CLIENT_PORT,
    ...options,
  });
  const answers = new Map(
    out.map((packet) => readAnswer(packet, program.classes, program.lanes)).map((a) => [a?.request, a]),
  );
  const report: Bmv2Report = {
    exact: false,
    images: inputs.length,
    answers: out.length,
    exactImages: 0,
    logits: inputs.length * program.classes,
    exactLogits: 0,
  };
  for (const [image, input] of inputs.entries()) {
    const reference = runInt8(model, input);
    const answer = answers.get(image);
    const same = answer ? answer.logits.filter((value, o) => value === reference.logits[o]).length : 0;
    report.exactLogits += same;
    if (same === program.classes && answer?.class === reference.class) report.exactImages++;
    else
      report.first ??= {
        image,
        where: "answer of BMv2",
        expected: `class ${reference.class}, logits ${reference.logits.join(" ")}`,
        actual: answer ? `class ${answer.class}, logits ${answer.logits.join(" ")}` : "no answer",
      };
  }
  report.exact = report.exactImages === inputs.length && out.length === inputs.length;
  return report;
}
