import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type PlanDocument, parsePlan } from "../../src/plan-document.js";
import { reportPage } from "../../src/report/page.js";
import { describe as describePass } from "../../src/report/timeline.js";
import { resourceUse } from "../../src/resources.js";
import { planInWords } from "../../src/words.js";
import { calibration, matchmul, model, temporaryDirectory } from "../support/matchmul.js";

const work = temporaryDirectory();
const plans: Record<string, PlanDocument> = {};
beforeAll(async () => {
  const int8 = join(work, "int8.safetensors");
  await matchmul("quantize", model, "--calibration", calibration, "--out", int8, "--quiet");
  for (const profile of ["tofino2", "bmv2"]) {
    const path = join(work, `${profile}.json`);
    expect((await matchmul("plan", int8, "--profile", profile, "--out", path, "--quiet")).code).toBe(0);
    plans[profile] = parsePlan(readFileSync(path, "utf8"), path);
  }
});
const page = (profile: string) => reportPage({ plan: plans[profile], command: "matchmul compile" });
const occurrences = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

describe("the page of a plan", () => {
  test("has every table in each of its stages, and every pass", () => {
    const html = page("tofino2");
    const { placement } = plans.tofino2.pipes[0];
    const parts = placement.tables.reduce((sum, table) => sum + table.parts.length, 0);
    expect(occurrences(html, /<em class="chip /g)).toBe(parts);
    expect(occurrences(html, /<g data-tip="pass /g)).toBe(plans.tofino2.program.passes.length);
    expect(occurrences(html, /<b role="columnheader">/g)).toBe(placement.stagesAvailable);
  });

  test("shows the sums of the placement", () => {
    const html = page("tofino2");
    const { placement } = plans.tofino2.pipes[0];
    for (const { name, used, available } of resourceUse(placement)) {
      const numbers = `${used.toLocaleString("en-US")}<i> / ${available.toLocaleString("en-US")}</i>`;
      expect(html).toContain(`${name}</span>`);
      expect(html).toContain(numbers);
    }
    expect(html).toContain(`${placement.stagesUsed} of ${placement.stagesAvailable}`);
  });

  test("has no resources where the switch has no limits", () => {
    const html = page("bmv2");
    expect(html).not.toContain("SRAM");
    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(planInWords(plans.bmv2).join(" ")).toContain("bmv2 has no stages to fill");
  });

  test("shows a failed check as failed", () => {
    const checks = [
      { name: "P4 = int8", unit: "images", equal: 450, compared: 450 },
      { name: "entries", unit: "entries", equal: 9, compared: 10 },
    ];
    const accuracy = [{ level: "P4", executedBy: "engine", right: 440, images: 450 }];
    const html = reportPage({ plan: plans.bmv2, command: "x", checks, accuracy });
    expect(html).toMatch(/class="tile bad"><b>9\/10<\/b>/);
    expect(occurrences(html, /class="no">no</g)).toBe(1);
    expect(occurrences(html, /class="yes">yes</g)).toBe(1);
  });

  test("is well-formed: each tag that is opened is closed", () => {
    const open: string[] = [];
    const body = page("tofino2").replace(/<(style|script)>[\s\S]*?<\/\1>/g, "");
    for (const [, closing, name, selfClosing] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
      if (selfClosing || ["meta", "br"].includes(name)) continue;
      if (closing) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});

test("every pass is described in words", () => {
  for (const pass of plans.tofino2.program.passes) {
    const text = describePass(pass);
    expect(text).not.toMatch(/undefined|NaN/);
    expect(text.length).toBeGreaterThan(10);
  }
});
