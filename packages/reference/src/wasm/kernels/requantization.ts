import { add, constant, each, get } from "./text.js";

/**
 * table[clamp(acc >> shift, low, low + 255) - low] of $count accumulators, 16 at a time (the buffers have room):
 * the indices are written where the outputs go, then each is looked up.
 */
const shiftLut = `
(func $shift_lut
  (param $acc i32) (param $to i32) (param $count i32) (param $shift i32) (param $low i32) (param $table i32)
  (local $at i32) (local $end i32) (local $lows v128) (local $highs v128)
  ${each(4, (i) => `(local $i${i} v128)`)}
  (local.set $lows (i32x4.splat ${get("low")}))
  (local.set $highs (i32x4.splat (i32.add ${get("low")} (i32.const 255))))
  (local.set $end (i32.add ${get("to")} ${get("count")}))
  (loop $sixteen
    ${each(
      4,
      (i) => `
    (local.set $i${i} (i32x4.sub
      (i32x4.min_s (i32x4.max_s
        (i32x4.shr_s (v128.load offset=${16 * i} ${get("acc")}) ${get("shift")}) ${get("lows")}) ${get("highs")})
      ${get("lows")}))`,
    )}
    (v128.store ${get("to")} (i8x16.narrow_i16x8_u
      (i16x8.narrow_i32x4_s ${get("i0")} ${get("i1")})
      (i16x8.narrow_i32x4_s ${get("i2")} ${get("i3")})))
    ${each(16, (i) => `(i32.store8 offset=${i} ${get("to")} (i32.load8_u (i32.add ${get("table")} (i32.load8_u offset=${i} ${get("to")}))))`)}
    ${add("to", constant(16))}
    ${add("acc", constant(64))}
    (br_if $sixteen (i32.lt_u ${get("to")} ${get("end")}))))`;

/**
 * lowest + the number of ascending thresholds that are <= acc. $steps halvings of a row of 2^$steps - 1 thresholds,
 * filled up with 2^31 - 1, find it without a branch.
 */
const threshold = `
(func $threshold
  (param $acc i32) (param $to i32) (param $count i32) (param $lowest i32) (param $row i32) (param $half i32)
  (local $end i32) (local $at i32) (local $step i32) (local $value i32)
  (local.set $end (i32.add ${get("to")} ${get("count")}))
  (loop $next
    (local.set $value (i32.load ${get("acc")}))
    (local.set $at ${get("row")})
    (local.set $step ${get("half")})
    (loop $halve
      (local.set $at (select
        (i32.add ${get("at")} ${get("step")})
        ${get("at")}
        (i32.le_s (i32.load (i32.sub (i32.add ${get("at")} ${get("step")}) (i32.const 4))) ${get("value")})))
      (br_if $halve (local.tee $step (i32.and (i32.shr_u ${get("step")} (i32.const 1)) (i32.const -4)))))
    (i32.store8 ${get("to")} (i32.add ${get("lowest")}
      (i32.shr_u (i32.sub ${get("at")} ${get("row")}) (i32.const 2))))
    ${add("to", constant(1))}
    ${add("acc", constant(4))}
    (br_if $next (i32.lt_u ${get("to")} ${get("end")}))))`;

export const requantizations: string[] = [shiftLut, threshold];
