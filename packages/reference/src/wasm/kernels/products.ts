import { add, constant, each, get, range, zero } from "./text.js";

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

export const products: string[] = [...widths.map(block), ...widths.map(convolution), ...widths.map(product)];
