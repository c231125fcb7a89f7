import { coreP4 } from "./core.p4.js";
import { t2naP4, tnaP4 } from "./tna.p4.js";
import { tofinoBaseP4 } from "./tofino-base.p4.js";
import { v1modelP4 } from "./v1model.p4.js";

/**
 * The package's own architecture declarations, by the name a program includes (`#include <v1model.p4>`).
 * They are kept as text in modules, so that they are found alike from source, from dist and in a bundle.
 */
export const p4include: ReadonlyMap<string, string> = new Map([
  ["core.p4", coreP4],
  ["v1model.p4", v1modelP4],
  ["tna.p4", tnaP4],
  ["t2na.p4", t2naP4],
  ["tofino_base.p4", tofinoBaseP4],
]);
