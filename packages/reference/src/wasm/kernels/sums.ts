import { add, constant, get } from "./text.js";

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

export const sums: string[] = [sum("s", "s"), sum("s", "u"), sum("u", "s"), sum("u", "u")];
