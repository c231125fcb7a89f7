import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@matchmul/common";
import { Device, type Engine, loadEntries, loadProgram } from "@matchmul/p4-engine";
import { type Choice, lower, lowerShiftAdd, type MicroProgram, type VerdictAction } from "@matchmul/planner";
import { randomConvolutional, randomModel } from "@matchmul/planner/testing";
import type { QuantizedModel } from "@matchmul/quantizer";
import { onTestFinished } from "vitest";
import { type EmittedFiles, emit, identifier } from "../../src/index.js";

const layers = (model: QuantizedModel, g: number): Choice["layers"] =>
  model.layers
    .filter(({ kind }) => ["fully-connected", "convolution", "average-pool"].includes(kind))
    .map(() => ({ g, planesPerPass: 1 }));

/** Two fully connected layers; keys of one byte. */
export function denseProgram(verdicts: Record<number, VerdictAction> = {}): MicroProgram {
  const model = randomModel(new Random(3), [4, 3, 3], true);
  return lower(model, { slots: 2, encoding: "bytes", layers: layers(model, 4) }, verdicts);
}

export const dense = denseProgram();

/** Keys that the client makes, of two bytes: page and row. */
export const wide = ((model) => lower(model, { slots: 2, encoding: "planes", layers: layers(model, 9) }))(
  randomModel(new Random(8), [9, 3], false),
);

/** A convolution, requantization by thresholds (ternary keys), max pooling, a fully connected layer. */
export const thresholds = ((model) =>
  lower(model, { slots: 2, encoding: "planes", layers: layers(model, 2) }))(
  randomConvolutional(new Random(414)),
);

export const shiftAdd = lowerShiftAdd(randomModel(new Random(3), [7, 6, 4], true));

export const shiftAddConstants = lowerShiftAdd(randomModel(new Random(3), [7, 6, 4], true), {}, true);

export const programs: [name: string, program: MicroProgram][] = [
  ["fully connected layers", dense],
  ["keys of two bytes", wide],
  ["thresholds and pooling", thresholds],
  ["shift-and-add", shiftAdd],
  ["shift-and-add of constants", shiftAddConstants],
];

export interface Emitted {
  program: MicroProgram;
  files: EmittedFiles;
  /** Content of a text file. */
  text(path: string): string;
  bytes(path: string): Uint8Array;
  /** The .p4 file's text. */
  p4: string;
}

const cache = new Map<MicroProgram, Map<string, Emitted>>();

/** A program's files; the same object for the same program and target. */
export function emitted(program: MicroProgram, target = "v1model"): Emitted {
  const known = cache.get(program) ?? new Map<string, Emitted>();
  cache.set(program, known);
  const found = known.get(target) ?? emitNow(program, target);
  known.set(target, found);
  return found;
}

function emitNow(program: MicroProgram, target: string): Emitted {
  const files = emit(program, { target });
  const get = (path: string): string | Uint8Array => {
    const content = files.get(path);
    if (content === undefined) throw new Error(`no ${path} among ${[...files.keys()]}`);
    return content;
  };
  const text = (path: string): string => Buffer.from(get(path)).toString();
  return {
    program,
    files,
    text,
    bytes: (path) => Buffer.from(get(path)),
    p4: text(`${identifier(program.name)}.p4`),
  };
}

/** The program in the embedded engine, with entries. */
export function engineWith(p4: string, entries: string, p4info?: string): Engine {
  const engine = loadProgram(p4, { file: "program.p4" });
  loadEntries(new Device(engine), entries, { file: "entries", p4info });
  return engine;
}

/** Whether a program on PATH runs; tests that need it are skipped where it does not. */
export function has(tool: string): boolean {
  try {
    execFileSync(tool, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs a tool in a folder that holds the files and goes when the test ends; returns what it prints, and the folder. */
export function runIn(
  files: Record<string, string | Uint8Array>,
  tool: string,
  args: string[],
): { out: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "matchmul-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return {
    out: execFileSync(tool, args, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      maxBuffer: 2 ** 27,
    }),
    folder,
  };
}
