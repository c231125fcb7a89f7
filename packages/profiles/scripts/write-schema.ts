/** Writes hardware-profiles/*.schema.json, for editors and other programs, from the schemas in src. */
import { writeFileSync } from "node:fs";
import { profileDirectory } from "../src/load.js";
import { profileSchema } from "../src/schema.js";

writeFileSync(
  `${profileDirectory()}hardware-profile.schema.json`,
  `${JSON.stringify(profileSchema, undefined, 2)}\n`,
);
