import { add, constant, get } from "./text.js";

/** $count bytes, signed or unsigned, to as many 16-bit numbers. */
const widen = (sign: "s" | "u") => `
(func $widen_${sign} (param $from i32) (param $to i32) (param $count i32)
  (local $end i32)
  (local.set $end (i32.add ${get("from")} ${get("count")}))
  (block $tail
    (br_if $tail (i32.lt_s ${get("count")} (i32.const 8)))
    (loop $eight
      (v128.store ${get("to")} (v128.load8x8_${sign} ${get("from")}))
      ${add("from", constant(8))}
      ${add("to", constant(16))}
      (br_if $eight (i32.le_s (i32.add ${get("from")} (i32.const 8)) ${get("end")}))))
  (block $done
    (br_if $done (i32.ge_s ${get("from")} ${get("end")}))
    (loop $one
      (i32.store16 ${get("to")} (i32.load8_${sign} ${get("from")}))
      ${add("from", constant(1))}
      ${add("to", constant(2))}
      (br_if $one (i32.lt_s ${get("from")} ${get("end")})))))

;; Images into the middle of wider and higher 16-bit images.
(func $pad_${sign}
  (param $from i32) (param $to i32) (param $planes i32) (param $rows i32) (param $width i32)
  (param $toRow i32) (param $toPlane i32)
  (local $row i32) (local $at i32)
  (loop $plane
    (local.set $row ${get("rows")})
    (local.set $at ${get("to")})
    (loop $next
      (call $widen_${sign} ${get("from")} ${get("at")} ${get("width")})
      ${add("from", get("width"))}
      ${add("at", get("toRow"))}
      (br_if $next (local.tee $row (i32.sub ${get("row")} (i32.const 1)))))
    ${add("to", get("toPlane"))}
    (br_if $plane (local.tee $planes (i32.sub ${get("planes")} (i32.const 1))))))`;

/** $rows runs of $width bytes, as they lie one after another, to places $toRow bytes apart. */
const copyRows = `
(func $copy_rows (param $from i32) (param $to i32) (param $rows i32) (param $width i32) (param $toRow i32)
  (loop $next
    (memory.copy ${get("to")} ${get("from")} ${get("width")})
    ${add("from", get("width"))}
    ${add("to", get("toRow"))}
    (br_if $next (local.tee $rows (i32.sub ${get("rows")} (i32.const 1))))))`;

/** A loop over $count output bytes: `body` makes one, `steps` moves what it reads. */
const overBytes = (name: string, parameters: string, body: string, steps: string) => `
(func $${name} (param $to i32) (param $count i32) ${parameters}
  (local $end i32)
  (local.set $end (i32.add ${get("to")} ${get("count")}))
  (loop $next
    ${body}
    ${steps}
    ${add("to", constant(1))}
    (br_if $next (i32.lt_u ${get("to")} ${get("end")}))))`;

/** table[x], x taken as unsigned. */
const lookup = overBytes(
  "lookup",
  "(param $from i32) (param $table i32)",
  `(i32.store8 ${get("to")} (i32.load8_u (i32.add ${get("table")} (i32.load8_u ${get("from")}))))`,
  add("from", constant(1)),
);

/** The bytes at a list of addresses. */
const gather = overBytes(
  "gather",
  "(param $addresses i32)",
  `(i32.store8 ${get("to")} (i32.load8_u (i32.load ${get("addresses")})))`,
  add("addresses", constant(4)),
);

export const movement: string[] = [widen("s"), widen("u"), copyRows, lookup, gather];
