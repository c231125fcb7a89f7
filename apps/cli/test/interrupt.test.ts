import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  calibration,
  inRepository,
  listing,
  model,
  spawnMatchmul,
  temporaryDirectory,
} from "./support/matchmul.js";

const work = temporaryDirectory();

test("Ctrl-C amid a compilation ends it at once and leaves nothing", async () => {
  const folder = join(work, "interrupted");
  mkdirSync(folder);
  let sent = false;
  const outcome = await spawnMatchmul(
    ["compile", model, "--calibration", calibration, "--out", join(folder, "bundle")],
    (text, kill) => {
      if (sent || !text.includes("quantize")) return;
      sent = true;
      kill("SIGINT");
    },
  );
  expect(sent).toBe(true);
  // A shell reports a death by SIGINT as 130; amid the writing the process says so itself.
  expect(outcome.signal === "SIGINT" || outcome.code === 130).toBe(true);
  expect(outcome.stdout).toBe("");
  expect(listing(folder)).toEqual([]);
});

test("Ctrl-C amid a plan on a fabric ends it at once and leaves nothing", async () => {
  const folder = join(work, "fabric");
  mkdirSync(folder);
  const files = ["--out", join(folder, "plan.json"), "--report", join(folder, "report.html")];
  let sent = false;
  const outcome = await spawnMatchmul(
    ["plan", inRepository("models/mini-alexnet"), "--topology", "leaf-spine-8", ...files],
    (text, kill) => {
      if (sent || !text.includes("model ")) return;
      sent = true;
      // The solver is at work by then, and has seconds to go.
      setTimeout(() => kill("SIGINT"), 300);
    },
  );
  expect(sent).toBe(true);
  expect(outcome.signal === "SIGINT" || outcome.code === 130).toBe(true);
  expect(outcome.stdout).toBe("");
  expect(outcome.stderr).not.toMatch(/✓ plan/);
  expect(listing(folder)).toEqual([]);
});
