import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatNpz, type NdArray, readNpz } from "@matchmul/common";
import { beforeEach, describe, expect, test } from "vitest";
import {
  calibration,
  inRepository,
  listing,
  matchmul,
  model,
  spawnMatchmul,
  temporaryDirectory,
} from "./support/matchmul.js";

const work = temporaryDirectory();
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(work, name);
  writeFileSync(path, content);
  return path;
};
const onnx = readFileSync(model);
const tofino = readFileSync(inRepository("hardware-profiles/tofino.yaml"), "utf8");

/** The model with each occurrence of one operator renamed: names of the same length keep the file well-formed. */
function withOperator(from: string, to: string): Uint8Array {
  return Buffer.from(onnx.toString("latin1").replaceAll(from, to), "latin1");
}

function images(change: (array: NdArray) => NdArray): Uint8Array {
  return formatNpz({ images: change(readNpz(calibration).images) });
}

function edited(text: string, from: RegExp, to: string): string {
  const result = text.replace(from, to);
  if (result === text) throw new Error(`${from} is not in the text`);
  return result;
}

/** What a case changes of a good compilation, and what it must lead to. */
interface Case {
  name: string;
  args: () => { model?: string; calibration?: string; profile?: string; more?: string[] };
  code: string;
  says: RegExp;
}

const cases: Case[] = [
  {
    name: "a missing model",
    args: () => ({ model: join(work, "nowhere.onnx") }),
    code: "file-not-found",
    says: /nowhere\.onnx does not exist/,
  },
  {
    name: "a truncated model",
    args: () => ({ model: file("cut.onnx", onnx.subarray(0, onnx.length / 2)) }),
    code: "onnx-truncated",
    says: /cut\.onnx/,
  },
  {
    name: "an empty model",
    args: () => ({ model: file("empty.onnx", "") }),
    code: "onnx-empty",
    says: /empty\.onnx/,
  },
  {
    name: "a model that is no ONNX",
    args: () => ({ model: calibration }),
    code: "onnx-not-onnx",
    says: /digits-calibration\.npz/,
  },
  {
    name: "an unsupported operator, with those that are supported",
    args: () => ({ model: file("odd.onnx", withOperator("Relu", "Rule")) }),
    code: "operator-unsupported",
    says: /Rule[\s\S]*Gemm[\s\S]*Relu/,
  },
  {
    name: "calibration images of the wrong shape",
    args: () => ({
      calibration: file(
        "square.npz",
        images(({ data, shape }) => ({ data, shape: [shape[0], 8, 8] })),
      ),
    }),
    code: "inputs-shape",
    says: /shape \(200, 8, 8\).*\(N, 64\)/,
  },
  {
    name: "calibration images with NaN",
    args: () => ({
      calibration: file(
        "nan.npz",
        images(({ data, shape }) => {
          const values = Float32Array.from(data);
          values[3 * 64 + 5] = Number.NaN;
          return { shape, data: values };
        }),
      ),
    }),
    code: "inputs-not-finite",
    says: /NaN or infinity, first in image 3/,
  },
  {
    name: "a calibration file without images",
    args: () => ({
      calibration: file("other.npz", formatNpz({ weights: { shape: [1], data: new Float32Array(1) } })),
    }),
    code: "inputs-array",
    says: /weights.*images/,
  },
  {
    name: "a calibration file that is no archive",
    args: () => ({ calibration: model }),
    code: "npz-invalid",
    says: /digits-mlp\.onnx/,
  },
  {
    name: "a truncated calibration file",
    args: () => ({ calibration: file("cut.npz", readFileSync(calibration).subarray(0, 3000)) }),
    code: "npz-invalid",
    says: /cut\.npz/,
  },
  {
    name: "an unknown profile",
    args: () => ({ profile: "tofimo" }),
    code: "profile-not-found",
    says: /tofimo[\s\S]*tofino/,
  },
  {
    name: "a profile with an unknown key, by line and column",
    args: () => ({ profile: file("key.yaml", edited(tofino, /^pipes:/m, "colour: red\npipes:")) }),
    code: "profile-invalid",
    says: /key\.yaml:\d+:\d+: colour: unknown key/,
  },
  {
    name: "a profile with a negative number, by line and column",
    args: () => ({ profile: file("negative.yaml", edited(tofino, /blocks: 80/, "blocks: -80")) }),
    code: "profile-invalid",
    says: /negative\.yaml:\d+:\d+: .*-80/,
  },
  {
    name: "a switch too small for the model",
    args: () => ({ profile: file("small.yaml", edited(tofino, /blocks: 80/, "blocks: 2")) }),
    code: "does-not-fit",
    says: /table \S+ of \S+ needs \d+ SRAM blocks in one stage; tofino has 2, \d+ too few/,
  },
  {
    name: "a target the profile does not have",
    args: () => ({ profile: "bmv2", more: ["--target", "tna"] }),
    code: "profile-target",
    says: /bmv2 has no target tna[\s\S]*v1model/,
  },
  { name: "an unknown option", args: () => ({ more: ["--colour"] }), code: "usage", says: /--colour/ },
  {
    name: "an option's number out of range",
    args: () => ({ more: ["--percentile", "12"] }),
    code: "usage",
    says: /percentile[\s\S]*from 50 to 100/,
  },
];

describe("matchmul compile", () => {
  let out: string;
  let n = 0;
  beforeEach(() => {
    out = join(work, `out-${n++}`, "bundle");
  });

  const commandLine = (args: ReturnType<Case["args"]>) => [
    "compile",
    args.model ?? model,
    "--calibration",
    args.calibration ?? calibration,
    "--profile",
    args.profile ?? "tofino",
    ...(args.more ?? []),
    "--out",
    out,
  ];

  test.each(cases)("refuses $name", async ({ args, code, says }) => {
    const outcome = await matchmul(...commandLine(args()), "--quiet");
    expect(outcome.stderr).toMatch(new RegExp(`^error\\[${code}\\]: `));
    expect(outcome.stderr).toMatch(says);
    expect(outcome.stderr.match(/error\[/g)).toHaveLength(1);
    expect(outcome.stderr).not.toMatch(/^\s+at /m);
    expect(outcome.stdout).toBe("");
    expect(outcome.code).toBe(2);
    expect(() => listing(out)).toThrow(/ENOENT/);
  });

  test("tells programs the same, with --json", async () => {
    const outcome = await matchmul(...commandLine({ profile: "tofimo" }), "--json");
    expect(JSON.parse(outcome.stdout)).toEqual({
      error: {
        code: "profile-not-found",
        message: expect.stringContaining("tofimo"),
        hint: expect.any(String),
      },
    });
  });

  test("leaves a directory that is no bundle alone", async () => {
    const notOurs = file("precious.txt", "precious");
    out = work;
    const outcome = await matchmul(...commandLine({}), "--quiet");
    expect(outcome.stderr).toMatch(/^error\[output-foreign\]/);
    expect(outcome.code).toBe(2);
    expect(readFileSync(notOurs, "utf8")).toBe("precious");
  });

  test("as a process: one message, exit 2, no stack trace", async () => {
    const outcome = await spawnMatchmul(commandLine({ model: join(work, "nowhere.onnx") }));
    expect(outcome.code).toBe(2);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(2);
    expect(outcome.stderr).toMatch(/^error\[file-not-found\]: .*\nhint: .*\n$/);
    expect(outcome.stdout).toBe("");
  });
});

test("an unknown command is named, and --help is pointed at", async () => {
  const outcome = await matchmul("compille");
  expect(outcome.stderr).toMatch(/^error\[usage\]: unknown command 'compille'/);
  expect(outcome.stderr).toContain("Did you mean compile?");
  expect(outcome.code).toBe(2);
});
