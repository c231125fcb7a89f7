import { noProgress, type Progress } from "@matchmul/common";
import { readAnswer, requestPacket, Schedule, type SentPacket } from "@matchmul/emitter";
import { type Engine, P4Error } from "@matchmul/p4-engine";
import type { MicroProgram } from "@matchmul/planner";
import type { QuantizedModel } from "@matchmul/quantizer";
import { runInt8 } from "@matchmul/reference";
import { checkEntries, expectedEntries } from "./entries.js";
import { describePacketDifference, expectedRun, RECIRCULATED } from "./packets.js";
import { Tally, type VerifyReport } from "./report.js";

/** The port requests come in on. */
export const CLIENT_PORT = 1;

export interface Subject {
  model: QuantizedModel;
  program: MicroProgram;
  /** The emitted P4 text, loaded, with the emitted entries. */
  engine: Engine;
}

/**
 * What the engine made of one request: every packet that went around again, and those that came out. Where the
 * engine gave the packet up (it goes around for ever, or grows without end), what there was until then.
 */
export function observePackets(engine: Engine, request: Uint8Array): SentPacket[] {
  const packets: SentPacket[] = [];
  engine.observe({ again: (_, packet) => packets.push({ port: RECIRCULATED, bytes: packet.slice() }) });
  try {
    packets.push(...engine.process(CLIENT_PORT, request));
  } catch (cause) {
    if (!(cause instanceof P4Error)) throw cause;
  } finally {
    engine.observe(null);
  }
  return packets;
}

const equal = (a: SentPacket | undefined, b: SentPacket | undefined): boolean =>
  a !== undefined && b !== undefined && a.port === b.port && Buffer.compare(a.bytes, b.bytes) === 0;

/** Compares the packets of one image pass by pass. Returns how many differ. */
export function comparePackets(
  schedule: Schedule,
  image: number,
  expected: SentPacket[],
  actual: SentPacket[],
  tally: Tally,
): void {
  for (let pc = 0; pc < Math.max(expected.length, actual.length); pc++)
    tally.add(1, equal(expected[pc], actual[pc]) ? 0 : 1, () =>
      describePacketDifference(schedule, image, pc, expected[pc], actual[pc]),
    );
}

/**
 * Holds every level against the one above, image by image: int8 model, microcode, table entries, and the P4
 * program's packets after each pass, all bytes.
 *
 * @param inputs int8 images, as the model takes them
 */
export function verify(
  subject: Subject,
  inputs: readonly (Int8Array | Uint8Array)[],
  progress: Progress = noProgress,
): VerifyReport {
  const { model, program, engine } = subject;
  const schedule = new Schedule(program);
  const lowered = new Tally("int8 to microcode", "logits");
  const stored = new Tally("microcode to entries", "entries");
  const emitted = new Tally("microcode to P4", "packets");
  checkEntries(engine, expectedEntries(schedule), stored);
  const report = { exactImages: 0, logits: 0, exactLogits: 0, engineMs: 0 };
  const classes: VerifyReport["classes"] = { int8: [], inSwitch: [] };
  let images = 0;
  for (const input of inputs) {
    if (progress.cancelled) break;
    const image = images++;
    const reference = runInt8(model, input);
    const request = requestPacket(program, input, image);
    const expected = expectedRun(schedule, request, CLIENT_PORT);
    for (let o = 0; o < program.classes; o++)
      lowered.add(1, expected.logits[o] === reference.logits[o] ? 0 : 1, () => ({
        image,
        where: `logit ${o}`,
        expected: `${reference.logits[o]}`,
        actual: `${expected.logits[o]}`,
      }));
    const started = performance.now();
    const packets = observePackets(engine, request);
    report.engineMs += performance.now() - started;
    comparePackets(schedule, image, expected.packets, packets, emitted);
    classes.int8.push(reference.class);
    if (expected.action.kind === "drop") {
      // Nothing is to leave the switch: that is what the packets' comparison looked at.
      classes.inSwitch.push(expected.class);
      if (packets.every(({ port }) => port === RECIRCULATED)) report.exactImages++;
    } else {
      const last = packets.at(-1);
      const answer = last === undefined ? null : readAnswer(last.bytes, program.classes, program.lanes);
      classes.inSwitch.push(answer?.class ?? -1);
      let same = 0;
      for (let o = 0; o < program.classes; o++) if (answer?.logits[o] === reference.logits[o]) same++;
      report.logits += program.classes;
      report.exactLogits += same;
      if (same === program.classes && answer?.class === reference.class && answer.request === image)
        report.exactImages++;
    }
    progress.update("verify", images, inputs.length);
  }
  const levels = [lowered, stored, emitted];
  return {
    exact: levels.every((level) => level.different === 0) && report.exactImages === images,
    images,
    ...report,
    levels,
    classes,
    passes: program.passes.length,
  };
}
