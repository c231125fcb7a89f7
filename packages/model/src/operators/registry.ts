import { add } from "./add.js";
import { argMax } from "./argmax.js";
import { flatten } from "./flatten.js";
import { gemm } from "./gemm.js";
import { identity } from "./identity.js";
import { matmul } from "./matmul.js";
import type { Operator } from "./operator.js";
import { relu } from "./relu.js";
import { reshape } from "./reshape.js";
import { logSoftmax, softmax } from "./softmax.js";

/** Every operator the package knows. To add one: write its file, and list it here. */
const all: Operator[] = [add, argMax, flatten, gemm, identity, logSoftmax, matmul, relu, reshape, softmax];

const byName = new Map(all.map((operator) => [key(operator.type, operator.domain ?? ""), operator]));

function key(type: string, domain: string): string {
  return domain === "" ? type : `${domain}.${type}`;
}

/** The operator of a node, or undefined when it is not supported. */
export function findOperator(type: string, domain = ""): Operator | undefined {
  return byName.get(key(type, domain));
}

/** Names of all supported operators, sorted; those of other domains as "domain.Name". Constant is read on import. */
export function supportedOperators(): string[] {
  return ["Constant", ...byName.keys()].sort();
}
