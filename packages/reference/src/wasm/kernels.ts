/**
 * The kernels in WebAssembly text, unrolled by templates. All sums are of 16-bit products in 32 bits
 * (i32x4.dot_i16x8_s: eight multiply-accumulates an instruction), so they are exact, and the order in which
 * they are added does not matter. Weights lie in rows padded with zeros to a multiple of 8, so what the
 * activations hold beyond a row's end does not matter either.
 */

const get = (x: string) => `(local.get $${x})`;
const add = (x: string, by: string) => `(local.set $${x} (i32.add ${get(x)} ${by}))`;
const constant = (n: number) => `(i32.const ${n})`;
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const each = (n: number, f: (i: number) => string) => range(n).map(f).join("\n");
const zero = "(i32x4.splat (i32.const 0))";

/** Lanes a[0] b[0] a[1] b[1], and a[2] b[2] a[3] b[3]. */
const lowLanes = "0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23";
const highLanes = "8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31";
/** Lanes a[0] a[1] b[0] b[1], and a[2] a[3] b[2] b[3]. */
const lowHalves = "0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23";
const highHalves = "8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31";

const pairSums = (a: string, b: string) =>
  `(i32x4.add (i8x16.shuffle ${lowLanes} ${get(a)} ${get(b)}) (i8x16.shuffle ${highLanes} ${get(a)} ${get(b)}))`;

/** The sums over each of four vectors' lanes, as the four lanes of one; $u and $v are overwritten. */
const laneSums = ([a, b, c, d]: string[]) => `
  (local.set $u ${pairSums(a, b)})
  (local.set $v ${pairSums(c, d)})
  (local.set $u (i32x4.add
    (i8x16.shuffle ${lowHalves} ${get("u")} ${get("v")})
    (i8x16.shuffle ${highHalves} ${get("u")} ${get("v")})))`;

/** Weights are 8 bits wide, or 16 in models quantized elsewhere. */
const widths = [
  { suffix: "8", load: "v128.load8x8_s", bytes: 8 },
  { suffix: "16", load: "v128.load", bytes: 16 },
];

/**
 * One block of a convolution: 4 positions (rows of 16-bit activations, one after another at $rows) times
 * $outputs rows of weights (an even number), to accumulators [output][position].
 */
const block = ({ suffix, load, bytes }: (typeof widths)[0]) => `
(func $block${suffix}
  (param $rows i32) (param $rowBytes i32) (param $w i32) (param $bias i32)
  (param $acc i32) (param $accStride i32) (param $outputs i32)
  (local $a0 i32) (local $a1 i32) (local $a2 i32) (local $a3 i32)
  (local $w1 i32) (local $end i32) (local $wStride i32)
  (local $u v128) (local $v v128) (local $x v128)
  ${each(2, (n) => each(4, (p) => `(local $s${n}${p} v128)`))}
  (local.set $wStride (i32.mul (i32.shr_u ${get("rowBytes")} (i32.const 4)) (i32.const ${bytes})))
  (loop $next
    ${each(4, (p) => `(local.set $a${p} (i32.add ${get("rows")} (i32.mul ${get("rowBytes")} (i32.const ${p}))))`)}
    (local.set $w1 (i32.add ${get("w")} ${get("wStride")}))
    (local.set $end ${get("w1")})
    ${each(2, (n) => each(4, (p) => `(local.set $s${n}${p} ${zero})`))}
    ;; One step a round: written out several times it is slower, since V8 then runs out of registers.
    (loop $sum
      (local.set $u (${load} ${get("w")}))
      (local.set $v (${load} ${get("w1")}))
      ${each(
        4,
        (p) => `
      (local.set $x (v128.load ${get(`a${p}`)}))
      (local.set $s0${p} (i32x4.add ${get(`s0${p}`)} (i32x4.dot_i16x8_s ${get("x")} ${get("u")})))
      (local.set $s1${p} (i32x4.add ${get(`s1${p}`)} (i32x4.dot_i16x8_s ${get("x")} ${get("v")})))`,
      )}
      ${each(4, (p) => add(`a${p}`, constant(16)))}
      ${add("w1", constant(bytes))}
      ${add("w", constant(bytes))}
      (br_if $sum (i32.lt_u ${get("w")} ${get("end")})))
    ${each(
      2,
      (n) => `
    ${laneSums(range(4).map((p) => `s${n}${p}`))}
    (v128.store ${get("acc")} (i32x4.add ${get("u")} (i32x4.splat (i32.load offset=${4 * n} ${get("bias")}))))
    ${add("acc", get("accStride"))}`,
    )}
    (local.set $w ${get("w1")})
    ${add("bias", constant(8))}
    (br_if $next (local.tee $outputs (i32.sub ${get("outputs")} (i32.const 2))))))`;

/**
 * One group of a convolution: for every four positions their windows are gathered into rows, then multiplied.
 * The image is 16 bits wide and padded; a window is $segments pieces of $segmentBytes at $offsets.
 */
const convolution = ({ suffix }: (typeof widths)[0]) => `
(func $convolution${suffix}
  (param $image i32) (param $offsets i32) (param $segments i32) (param $segmentBytes i32)
  (param $rows i32) (param $rowBytes i32) (param $w i32) (param $bias i32)
  (param $acc i32) (param $accStride i32) (param $outputs i32)
  (param $positions i32) (param $outWidth i32) (param $stepY i32) (param $stepX i32)
  (local $position i32) (local $row i32) (local $base i32)
  (local $to i32) (local $offset i32) (local $last i32) (local $done i32)
  (local.set $last (i32.add ${get("offsets")} (i32.shl ${get("segments")} (i32.const 2))))
  (loop $next
    (local.set $row (i32.const 0))
    (loop $gather
      (local.set $base (i32.add ${get("image")} (i32.add
        (i32.mul (i32.div_u ${get("position")} ${get("outWidth")}) ${get("stepY")})
        (i32.mul (i32.rem_u ${get("position")} ${get("outWidth")}) ${get("stepX")}))))
      (local.set $to (i32.add ${get("rows")} (i32.mul ${get("row")} ${get("rowBytes")})))
      (local.set $offset ${get("offsets")})
      (loop $copy
        (v128.store ${get("to")} (v128.load (i32.add ${get("base")} (i32.load ${get("offset")}))))
        ${add("to", get("segmentBytes"))}
        ${add("offset", constant(4))}
        (br_if $copy (i32.lt_u ${get("offset")} ${get("last")})))
      ;; Beyond the last position the last one is gathered again, and its sums are ignored.
      (local.set $position (i32.add ${get("position")}
        (i32.lt_u ${get("position")} (i32.sub ${get("positions")} (i32.const 1)))))
      (local.set $row (i32.add ${get("row")} (i32.const 1)))
      (br_if $gather (i32.lt_u ${get("row")} (i32.const 4))))
    (call $block${suffix} ${["rows", "rowBytes", "w", "bias", "acc", "accStride", "outputs"].map(get).join(" ")})
    ${add("acc", constant(16))}
    ${add("done", constant(4))}
    (br_if $next (i32.lt_u ${get("done")} ${get("positions")}))))`;

/** A matrix ($outputs rows of weights, a multiple of 4) times one row of 16-bit activations. */
const product = ({ suffix, load, bytes }: (typeof widths)[0]) => `
(func $product${suffix}
  (param $row i32) (param $rowBytes i32) (param $w i32) (param $bias i32) (param $acc i32) (param $outputs i32)
  (local $w1 i32) (local $w2 i32) (local $w3 i32) (local $a i32) (local $end i32) (local $wStride i32)
  (local $x v128) (local $u v128) (local $v v128)
  ${each(4, (n) => `(local $s${n} v128)`)}
  (local.set $wStride (i32.mul (i32.shr_u ${get("rowBytes")} (i32.const 4)) (i32.const ${bytes})))
  (local.set $end (i32.add ${get("row")} ${get("rowBytes")}))
  (loop $next
    (local.set $w1 (i32.add ${get("w")} ${get("wStride")}))
    (local.set $w2 (i32.add ${get("w1")} ${get("wStride")}))
    (local.set $w3 (i32.add ${get("w2")} ${get("wStride")}))
    (local.set $a ${get("row")})
    ${each(4, (n) => `(local.set $s${n} ${zero})`)}
    (loop $sum
      (local.set $x (v128.load ${get("a")}))
      ${["w", "w1", "w2", "w3"]
        .map(
          (w, n) =>
            `(local.set $s${n} (i32x4.add ${get(`s${n}`)} (i32x4.dot_i16x8_s ${get("x")} (${load} ${get(w)}))))`,
        )
        .join("\n")}
      ${["w", "w1", "w2", "w3"].map((w) => add(w, constant(bytes))).join("\n")}
      ${add("a", constant(16))}
      (br_if $sum (i32.lt_u ${get("a")} ${get("end")})))
    ${laneSums(range(4).map((n) => `s${n}`))}
    (v128.store ${get("acc")} (i32x4.add ${get("u")} (v128.load ${get("bias")})))
    (local.set $w ${get("w3")})
    ${add("acc", constant(16))}
    ${add("bias", constant(16))}
    (br_if $next (local.tee $outputs (i32.sub ${get("outputs")} (i32.const 4))))))`;

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

/** acc = bias + m * a + n * b. */
const sum = (aSign: "s" | "u", bSign: "s" | "u") => `
(func $sum_${aSign}${bSign}
  (param $acc i32) (param $count i32) (param $a i32) (param $b i32) (param $m i32) (param $n i32) (param $bias i32)
  (loop $next
    (i32.store ${get("acc")} (i32.add ${get("bias")} (i32.add
      (i32.mul ${get("m")} (i32.load8_${aSign} ${get("a")}))
      (i32.mul ${get("n")} (i32.load8_${bSign} ${get("b")})))))
    ${add("acc", constant(4))}
    ${add("a", constant(1))}
    ${add("b", constant(1))}
    (br_if $next (local.tee $count (i32.sub ${get("count")} (i32.const 1))))))`;

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

/** All kernels, as the assembler reads them. */
export const kernelText: string = [
  ...widths.map(block),
  ...widths.map(convolution),
  ...widths.map(product),
  widen("s"),
  widen("u"),
  shiftLut,
  threshold,
  ...poolElements.map(maxPool),
  average("s"),
  average("u"),
  sum("s", "s"),
  sum("s", "u"),
  sum("u", "s"),
  sum("u", "u"),
  copyRows,
  lookup,
  gather,
].join("\n");
