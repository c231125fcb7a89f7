import type { Progress } from "@matchmul/common";
import { readAnswer, requestPacket, Schedule, type SentPacket } from "@matchmul/emitter";
import type { MicroProgram } from "@matchmul/planner";
import type { QuantizedModel } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import { type ExpectedRun, expectedRun, RECIRCULATED } from "../packets.js";
import { type Difference, Tally } from "../report.js";
import { CLIENT_PORT, comparePackets } from "../verify.js";
import { runOnBmv2 } from "./switch.js";
import { traceCommands, traced, tracePort } from "./trace.js";

/** What BMv2 made of the images, held against the int8 model. */
export interface Bmv2Report {
  exact: boolean;
  images: number;
  /** Packets that came out. */
  answers: number;
  exactImages: number;
  logits: number;
  exactLogits: number;
  /** The packet after every pass, all bytes, held against the one the microcode expects; where that was asked for. */
  packets?: { checked: number; different: number; first?: Difference };
  first?: Difference;
}

export interface Bmv2Options {
  /** Compare the packet after every pass too. */
  passes?: boolean;
  progress?: Progress;
  signal?: AbortSignal;
}

type Subject = { model: QuantizedModel; program: MicroProgram; p4: string; entries: string };

/** Where the header has the client's number of the request, which is the image's. */
const REQUEST_OFFSET = 22;

/** Packets by the image they belong to; those too short for a header belong to image -1. */
function byImage(packets: readonly SentPacket[]): Map<number, SentPacket[]> {
  const images = new Map<number, SentPacket[]>();
  for (const packet of packets) {
    const { bytes } = packet;
    const whole = bytes.length >= REQUEST_OFFSET + 4;
    const image = whole ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(REQUEST_OFFSET) : -1;
    if (!images.has(image)) images.set(image, []);
    images.get(image)!.push(packet);
  }
  return images;
}

/** What is to leave the switch: without the packets that go around again. */
const leaving = ({ packets }: ExpectedRun): SentPacket[] =>
  packets.filter(({ port }) => port !== RECIRCULATED);

/**
 * Sends every image through the emitted program on BMv2 and holds what comes out against the int8 model: class, every
 * logit, and the port it leaves by. With `passes` they are sent once more, through a copy of the program that also shows
 * each packet it recirculates (`traced`), and all bytes of each are compared, pass by pass.
 *
 * @throws MatchMulError tool-missing, tool-failed, not-traceable
 */
export async function verifyOnBmv2(
  subject: Subject,
  inputs: readonly (Int8Array | Uint8Array)[],
  options: Bmv2Options = {},
): Promise<Bmv2Report> {
  const { model, program } = subject;
  const schedule = new Schedule(program);
  const requests = inputs.map((input, image) => requestPacket(program, input, image));
  const runs = requests.map((request) => expectedRun(schedule, request, CLIENT_PORT));
  const forwards = Object.values(program.verdicts).flatMap((v) => (v.kind === "forward" ? [v.port] : []));
  const common = {
    program: subject.p4,
    entries: subject.entries,
    packets: requests,
    port: CLIENT_PORT,
    progress: options.progress,
    signal: options.signal,
  };
  const count = (packets: (run: ExpectedRun) => SentPacket[]): number =>
    runs.reduce((sum, run) => sum + packets(run).length, 0);

  const out = await runOnBmv2({ ...common, outputs: forwards, expected: count(leaving) });
  const answers = byImage(out);
  const report: Bmv2Report = {
    exact: false,
    images: inputs.length,
    answers: out.length,
    exactImages: 0,
    logits: 0,
    exactLogits: 0,
  };
  for (const [image, input] of inputs.entries()) {
    const reference = runInt8(model, input);
    const [wanted] = leaving(runs[image]);
    const [sent, ...more] = answers.get(image) ?? [];
    const answer = sent === undefined ? null : readAnswer(sent.bytes, program.classes, program.lanes);
    const same = reference.logits.reduce((n, value, o) => n + (answer?.logits[o] === value ? 1 : 0), 0);
    const right =
      wanted === undefined
        ? sent === undefined
        : same === program.classes && answer?.class === reference.class && sent.port === wanted.port;
    if (wanted !== undefined) {
      report.logits += program.classes;
      report.exactLogits += same;
    }
    if (right && more.length === 0) report.exactImages++;
    else
      report.first ??= {
        image,
        where: "answer of BMv2",
        expected:
          wanted === undefined
            ? "no answer"
            : `class ${reference.class}, logits ${reference.logits.join(" ")}, port ${wanted.port}`,
        actual:
          sent === undefined
            ? "no answer"
            : answer === null
              ? `a packet of ${sent.bytes.length} bytes that is no answer`
              : `class ${answer.class}, logits ${answer.logits.join(" ")}, port ${sent.port}${more.length > 0 ? ", more than once" : ""}`,
      };
  }
  report.exact = report.exactImages === inputs.length && out.length === count(leaving);
  if (!options.passes) return report;

  const port = tracePort([CLIENT_PORT, ...forwards]);
  const shown = await runOnBmv2({
    ...common,
    change: traced,
    commands: traceCommands(port),
    outputs: [...forwards, port],
    expected: count((run) => run.packets),
  });
  const seen = byImage(shown.map((p) => (p.port === port ? { ...p, port: RECIRCULATED } : p)));
  const tally = new Tally("microcode to P4", "packets");
  for (const [image, { packets }] of runs.entries()) {
    const each = seen.get(image) ?? [];
    // The copies in their order; what leaves the switch comes last.
    const around = each.filter((p) => p.port === RECIRCULATED);
    comparePackets(
      schedule,
      image,
      packets,
      [...around, ...each.filter((p) => p.port !== RECIRCULATED)],
      tally,
    );
  }
  const stray = [...seen].filter(([image]) => image < 0 || image >= inputs.length).flatMap(([, p]) => p);
  tally.add(stray.length, stray.length, () => ({
    where: "a packet of no request",
    expected: "none",
    actual: `${stray.length}`,
  }));
  report.packets = { checked: tally.checked, different: tally.different, first: tally.first };
  report.exact &&= tally.different === 0;
  return report;
}
