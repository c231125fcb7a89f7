import { type Context, isInteger, isRecord, isSize } from "./context.js";

const isPair = (value: unknown, check: (v: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === 2 && value.every(check);

/** Checks that every member is a pair of sensible numbers, and that each window touches the image or its border. */
export function checkWindow(value: unknown, context: Context): void {
  if (!isRecord(value)) throw context.fail("it has no window");
  const positive = (v: unknown) => isSize(v) && v < 2 ** 20;
  for (const member of ["inSize", "outSize", "kernel", "stride", "dilation"])
    if (!isPair(value[member], positive))
      throw context.fail(`its window's ${member} is not two positive integers`);
  if (!isPair(value.padBefore, (v) => isInteger(v, 0, 2 ** 20)))
    throw context.fail("its window's padBefore is not two integers");
}
