// Reads vitest's JSON report and prints one line: "N passed, N failed", with ", N skipped" if there are any.
// A test file that cannot even be loaded has no tests to count, so it counts as one failure.
// usage: node scripts/test-summary.mjs REPORT.json
import { readFileSync } from "node:fs";

/** @param {object} report what `vitest --reporter=json` writes. */
export function summary(report) {
  const files = report.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults ?? []);
  const count = (...states) => tests.filter((test) => states.includes(test.status)).length;
  const unloadable = files.filter(
    (file) => file.status === "failed" && !file.assertionResults?.some((test) => test.status === "failed"),
  ).length;
  const passed = count("passed");
  const failed = count("failed") + unloadable;
  const skipped = tests.length - passed - count("failed");
  return { passed, failed, skipped };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  let counts;
  try {
    counts = summary(JSON.parse(readFileSync(process.argv[2], "utf8")));
  } catch (cause) {
    console.error(`no test report: ${cause.message}`);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}
