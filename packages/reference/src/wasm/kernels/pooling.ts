import { add, constant, get } from "./text.js";

/**
 * acc = bias + multiplier * (sum over the window) for each position of each plane of a padded image. Distances
 * are in bytes; each position has its multiplier.
 */
const average = (sign: "s" | "u") => `
(func $average_${sign}
  (param $acc i32) (param $from i32) (param $planes i32) (param $planeBytes i32) (param $multipliers i32)
  (param $bias i32) (param $rowTaps i32) (param $rowDilation i32) (param $rowStep i32) (param $outRows i32)
  (param $columnTaps i32) (param $columnDilation i32) (param $columnStep i32) (param $outColumns i32)
  (local $row i32) (local $rows i32) (local $column i32) (local $columns i32) (local $multiplier i32)
  (local $line i32) (local $at i32) (local $i i32) (local $j i32) (local $sum i32)
  (loop $plane
    (local.set $row ${get("from")})
    (local.set $rows ${get("outRows")})
    (local.set $multiplier ${get("multipliers")})
    (loop $nextRow
      (local.set $column ${get("row")})
      (local.set $columns ${get("outColumns")})
      (loop $nextColumn
        (local.set $sum (i32.const 0))
        (local.set $line ${get("column")})
        (local.set $i ${get("rowTaps")})
        (loop $rowTap
          (local.set $at ${get("line")})
          (local.set $j ${get("columnTaps")})
          (loop $columnTap
            ${add("sum", `(i32.load8_${sign} ${get("at")})`)}
            ${add("at", get("columnDilation"))}
            (br_if $columnTap (local.tee $j (i32.sub ${get("j")} (i32.const 1)))))
          ${add("line", get("rowDilation"))}
          (br_if $rowTap (local.tee $i (i32.sub ${get("i")} (i32.const 1)))))
        (i32.store ${get("acc")}
          (i32.add ${get("bias")} (i32.mul ${get("sum")} (i32.load ${get("multiplier")}))))
        ${add("acc", constant(4))}
        ${add("multiplier", constant(4))}
        ${add("column", get("columnStep"))}
        (br_if $nextColumn (local.tee $columns (i32.sub ${get("columns")} (i32.const 1)))))
      ${add("row", get("rowStep"))}
      (br_if $nextRow (local.tee $rows (i32.sub ${get("rows")} (i32.const 1)))))
    ${add("from", get("planeBytes"))}
    (br_if $plane (local.tee $planes (i32.sub ${get("planes")} (i32.const 1))))))`;

/** What is pooled: bytes, or accumulators before their requantization. */
const poolElements = [
  { suffix: "s", max: "i8x16.max_s", load: "i32.load8_s", store: "i32.store8", size: 1 },
  { suffix: "u", max: "i8x16.max_u", load: "i32.load8_u", store: "i32.store8", size: 1 },
  { suffix: "i32", max: "i32x4.max_s", load: "i32.load", store: "i32.store", size: 4 },
];

/**
 * Max pooling of images without padding: the rows of each window first, 16 bytes at a time, into $temp; then the
 * columns. Distances are in bytes.
 */
const maxPool = ({ suffix, max, load, store, size }: (typeof poolElements)[0]) => `
(func $max_pool_${suffix}
  (param $from i32) (param $to i32) (param $planes i32) (param $planeBytes i32)
  (param $rowTaps i32) (param $rowDilation i32) (param $rowStep i32) (param $outRows i32) (param $width i32)
  (param $columnTaps i32) (param $columnDilation i32) (param $columnStep i32) (param $outColumns i32)
  (param $temp i32)
  (local $row i32) (local $rows i32) (local $column i32) (local $at i32) (local $tap i32) (local $columns i32)
  (local $best i32) (local $value i32) (local $m v128)
  (loop $plane
    (local.set $row ${get("from")})
    (local.set $rows ${get("outRows")})
    (loop $nextRow
      (local.set $column (i32.const 0))
      (loop $sixteen
        (local.set $at (i32.add ${get("row")} ${get("column")}))
        (local.set $m (v128.load ${get("at")}))
        (local.set $tap (i32.sub ${get("rowTaps")} (i32.const 1)))
        (block $single
          (br_if $single (i32.eqz ${get("tap")}))
          (loop $nextTap
            ${add("at", get("rowDilation"))}
            (local.set $m (${max} ${get("m")} (v128.load ${get("at")})))
            (br_if $nextTap (local.tee $tap (i32.sub ${get("tap")} (i32.const 1))))))
        (v128.store (i32.add ${get("temp")} ${get("column")}) ${get("m")})
        ${add("column", constant(16))}
        (br_if $sixteen (i32.lt_u ${get("column")} ${get("width")})))
      (local.set $column ${get("temp")})
      (local.set $columns ${get("outColumns")})
      (loop $nextColumn
        (local.set $at ${get("column")})
        (local.set $best (${load} ${get("at")}))
        (local.set $tap (i32.sub ${get("columnTaps")} (i32.const 1)))
        (block $single
          (br_if $single (i32.eqz ${get("tap")}))
          (loop $nextTap
            ${add("at", get("columnDilation"))}
            (local.set $value (${load} ${get("at")}))
            (local.set $best (select ${get("value")} ${get("best")} (i32.gt_s ${get("value")} ${get("best")})))
            (br_if $nextTap (local.tee $tap (i32.sub ${get("tap")} (i32.const 1))))))
        (${store} ${get("to")} ${get("best")})
        ${add("to", constant(size))}
        ${add("column", get("columnStep"))}
        (br_if $nextColumn (local.tee $columns (i32.sub ${get("columns")} (i32.const 1)))))
      ${add("row", get("rowStep"))}
      (br_if $nextRow (local.tee $rows (i32.sub ${get("rows")} (i32.const 1)))))
    ${add("from", get("planeBytes"))}
    (br_if $plane (local.tee $planes (i32.sub ${get("planes")} (i32.const 1))))))`;

export const pooling: string[] = [...poolElements.map(maxPool), average("s"), average("u")];
