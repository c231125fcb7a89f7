/** Left-hand sides: what can be assigned or passed for an out parameter, slices included. */
import type { Expr } from "../frontend/ast.js";
import { assign } from "./composites.js";
import { type Effects, fixPlace, locate, value } from "./expressions.js";
import type { Fn } from "./generator.js";
import { loadCode, type Place, storeCode } from "./places.js";
import { flatten, loadSlice, storeSlice } from "./slices.js";

export interface LValue {
  /** To be done once, before anything else. */
  readonly effects: Effects;
  /** Null where only a slice of a place is meant. */
  readonly place: Place | null;
  /** Canonical code of a scalar. */
  load(): string;
  /** Effects that store canonical code. */
  store(code: string): Effects;
}

export function lvalue(fn: Fn, e: Expr): LValue {
  const slice = e.kind === "slice" ? flatten(e) : null;
  const found = locate(fn, slice ? slice.object : e, "write");
  const fixed = fixPlace(fn, found.place);
  const place = fixed.place;
  const effects = [...found.effects, ...fixed.effects];
  if (!slice)
    return { effects, place, load: () => loadCode(place), store: (code) => [storeCode(place, code)] };
  const { hi, lo } = slice;
  return {
    effects,
    place: null,
    load: () => loadSlice(place, hi, lo),
    store: (code) => storeSlice(fn, place, hi, lo, code),
  };
}

/** The statement `target = e;`. */
export function assignment(fn: Fn, target: Expr, e: Expr): Effects {
  const to = lvalue(fn, target);
  return [...to.effects, ...(to.place ? assign(fn, to.place, e) : to.store(value(fn, e)))];
}
