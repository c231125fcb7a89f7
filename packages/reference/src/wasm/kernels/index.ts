import { movement } from "./movement.js";
import { pooling } from "./pooling.js";
import { products } from "./products.js";
import { requantizations } from "./requantization.js";
import { sums } from "./sums.js";

/**
 * The kernels in WebAssembly text, unrolled by templates. All sums are of 16-bit products in 32 bits
 * (i32x4.dot_i16x8_s: eight multiply-accumulates an instruction), so they are exact, and the order in which
 * they are added does not matter. Weights lie in rows padded with zeros to a multiple of 8, so what the
 * activations hold beyond a row's end does not matter either.
 */
export const kernelText: string = [...products, ...movement, ...sums, ...pooling, ...requantizations].join(
  "\n",
);
