/** The fewest aligned blocks of int32 values that make up low to high; none where low exceeds high. */
export function prefixesOf(low: number, high: number): { value: number; mask: number }[] {
  const prefixes: { value: number; mask: number }[] = [];
  for (let at = low; at <= high; ) {
    let size = 1;
    // Blocks are aligned as unsigned numbers; the sign bit makes no difference to that.
    while (size < 2 ** 31 && (at / size) % 2 === 0 && at + 2 * size - 1 <= high) size *= 2;
    prefixes.push({ value: at >>> 0, mask: -size >>> 0 });
    at += size;
  }
  return prefixes;
}
