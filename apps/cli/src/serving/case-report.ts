import { error } from "../diagnostics.js";
import { bytes, count, duration, percent, rate, ratio } from "../format.js";
import type { CaseResult, CaseStudy } from "./case-study.js";

/**
 * The results of a case study's shards as one.
 * @throws MatchMulError merge-mismatch where they are not shards of one set, or one is there twice
 */
export function mergeCases(results: readonly { path: string; result: CaseResult }[]): CaseResult {
  const [{ result: first }] = results;
  const seen = new Set<number>();
  for (const { path, result } of results) {
    for (const key of ["model", "topology", "target", "of"] as const)
      if (result[key] !== first[key])
        throw error("merge-mismatch", path, `its ${key} is ${result[key]}, not ${first[key]}`);
    const [i, n] = result.shard;
    if (n !== first.shard[1])
      throw error("merge-mismatch", path, `it is one of ${n} shards, not of ${first.shard[1]}`);
    if (seen.has(i)) throw error("merge-mismatch", path, `shard ${i} is there twice`);
    seen.add(i);
  }
  const all = results.map(({ result }) => result);
  const sum = (of: (r: CaseResult) => number) => all.reduce((total, r) => total + of(r), 0);
  const sumOr = (of: (r: CaseResult) => number | null) =>
    all.some((r) => of(r) === null) ? null : sum((r) => of(r) ?? 0);
  const most = (of: (r: CaseResult) => number) => Math.max(...all.map(of));
  const images = sum((r) => r.images);
  return {
    ...first,
    images,
    // Missing shards show: fewer images than the set has.
    shard: images === first.of ? [1, 1] : first.shard,
    right: {
      float: sumOr((r) => r.right.float),
      int8: sumOr((r) => r.right.int8),
      network: sumOr((r) => r.right.network),
    },
    exactImages: sum((r) => r.exactImages),
    exactLogits: sum((r) => r.exactLogits),
    logits: sum((r) => r.logits),
    timedOut: sum((r) => r.timedOut),
    passes: sum((r) => r.passes),
    packets: sum((r) => r.packets),
    latencyNs: {
      modelled: first.latencyNs.modelled,
      p50: sum((r) => r.latencyNs.p50 * r.images) / Math.max(1, images),
      p99: most((r) => r.latencyNs.p99),
    },
    ms: {
      plan: most((r) => r.ms.plan),
      lower: most((r) => r.ms.lower),
      emit: most((r) => r.ms.emit),
      load: most((r) => r.ms.load),
      run: sum((r) => r.ms.run),
    },
  };
}

/** True where every answer came and was the int8 model's. */
export function isExact(r: CaseResult): boolean {
  return r.images > 0 && r.exactImages === r.images && r.exactLogits === r.logits;
}

/** What a case study showed, for people. */
export function caseInWords(r: CaseResult, published?: CaseStudy["published"]): string {
  const accuracy = (right: number | null) => (right === null ? "not known" : ratio(right, r.images));
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const beside = (text: string | undefined) => (text === undefined ? "" : `; the source: ${text}`);
  const latency = published?.latencyNs;
  const memory = published?.bytes;
  return [
    `${r.model} on ${r.topology}: ${r.switches} ${r.profile} switches, ${r.pipes} pipes, ${r.target}`,
    ...(published === undefined ? [] : [`source                 ${published.text}`]),
    "",
    `weights                ${count(r.weights)}; ${count(r.multiplyAccumulates)} multiply-accumulates`,
    `memory                 ${bytes(r.weightBytes)} of int8 weights${beside(memory === undefined ? undefined : `${memory / 1e6} MB`)}`,
    `                       ${bytes(r.sramBytes)} of SRAM in lookup tables on all pipes`,
    `right answers          float     ${accuracy(r.right.float)}`,
    `                       int8      ${accuracy(r.right.int8)}`,
    `                       network   ${accuracy(r.right.network)}`,
    `bit-exact              ${count(r.exactImages)} of ${count(r.images)} images, ${count(r.exactLogits)} of ${count(r.logits)} logits`,
    `latency, simulated     p50 ${duration(r.latencyNs.p50)}, p99 ${duration(r.latencyNs.p99)}${beside(latency === undefined ? undefined : duration(latency))}`,
    `latency, modelled      ${duration(r.latencyNs.modelled)} (${percent(r.latencyNs.modelled / r.latencyNs.p50 - 1, 1)} from the simulated)`,
    `throughput             ${rate(r.throughputPerSecond)} inferences a second`,
    `passes, packets        ${count(Math.round(r.passes / Math.max(1, r.images)))} and ${count(Math.round(r.packets / Math.max(1, r.images)))} an image`,
    `this machine           plan ${seconds(r.ms.plan)}, lower ${seconds(r.ms.lower)}, emit ${seconds(r.ms.emit)}, load ${seconds(r.ms.load)}, run ${seconds(r.ms.run)}`,
    "",
    isExact(r) ? "exact" : `NOT EXACT; ${r.timedOut} requests timed out`,
  ].join("\n");
}
