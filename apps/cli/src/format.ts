import Table from "cli-table3";

/** 1234567 as "1,234,567". */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A fraction as "97.78 %". */
export function percent(fraction: number, digits = 2): string {
  return `${(fraction * 100).toFixed(digits)} %`;
}

/** `right` of `total` as "440/450 = 97.78 %". */
export function ratio(right: number, total: number): string {
  return `${right}/${total} = ${percent(total === 0 ? 0 : right / total)}`;
}

/** Bytes in the unit that reads best. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** Nanoseconds in the unit that reads best. */
export function duration(ns: number): string {
  if (ns < 1000) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1000).toFixed(1)} us`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(2)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}

/** A rate in words: 45_200_000 gives "45.2 million". */
export function rate(perSecond: number): string {
  for (const [limit, word] of [
    [1e9, "billion"],
    [1e6, "million"],
    [1e3, "thousand"],
  ] as const)
    if (perSecond >= limit) return `${(perSecond / limit).toFixed(1)} ${word}`;
  return perSecond.toFixed(1);
}

/** Rows under a head, without vertical rules; columns whose cells are numbers are right-aligned. */
export function table(head: string[], rows: (string | number)[][]): string {
  const numeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[\d.,/ %<]*$/.test(`${row[column]}`)),
  );
  const grid = new Table({
    head,
    colAligns: numeric.map((n) => (n ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2, compact: true },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "",
    },
  });
  grid.push(...rows.map((row) => row.map(String)));
  return grid
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
