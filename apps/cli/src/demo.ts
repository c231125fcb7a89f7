import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "@matchmul/common";
import { Bundle, layout } from "./bundle.js";
import { compile } from "./compile.js";
import { demoSummary } from "./demo-summary.js";
import { exitCode, reportFailure } from "./exit.js";
import { reportPage } from "./report/page.js";
import { Terminal } from "./terminal.js";
import { checksOf, verifyBundle } from "./verify.js";

/**
 * `npm run demo`: the digits classifier into a Tofino's tables, then every test image as a packet through the emitted
 * P4 text. The exit code is that of the verification.
 */
const root = fileURLToPath(new URL("../../..", import.meta.url));
const digits = join(root, "models", "digits");
const out = process.env.MATCHMUL_DEMO_OUT ?? join(root, "out", "demo");
const flips = 200;

async function demo(terminal: Terminal): Promise<number> {
  const started = performance.now();
  const bundlePath = join(out, "bundle");
  const testImages = join(digits, "digits-test.npz");
  mkdirSync(out, { recursive: true });
  await compile(terminal, join(digits, "digits-mlp.onnx"), {
    calibration: join(digits, "digits-calibration.npz"),
    method: "min-max",
    percentile: 99.99,
    scales: "arbitrary",
    weights: "per-tensor",
    requantization: "shift-lut",
    biasCorrection: false,
    quantize: "fixed",
    equalise: false,
    profile: "tofino",
    kernel: "auto",
    inputEncoding: "auto",
    solver: "glpk",
    timeLimit: 5,
    onClass: {},
    entriesOnly: true,
    out: bundlePath,
  });
  const bundle = Bundle.open(bundlePath);
  const found = await verifyBundle(terminal, bundle, testImages, { mutations: flips, seed: 1 });
  const page = join(out, layout.report);
  writeFileAtomically(
    page,
    reportPage({
      plan: found.plan,
      accuracy: found.accuracy,
      checks: checksOf(found),
      files: bundle.list(),
      command: "npm run demo",
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const { plan: _, ...facts } = found;
  terminal.result({ bundle: bundlePath, page, seconds, ...facts }, () =>
    demoSummary(terminal, found, { bundle, page, seconds }),
  );
  return found.ok ? exitCode.ok : exitCode.negative;
}

const args = process.argv.slice(2);
try {
  process.exitCode = await demo(new Terminal(args.includes("--json"), args.includes("--quiet")));
} catch (thrown) {
  process.exitCode = reportFailure(thrown).exit;
}
