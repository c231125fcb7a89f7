import { Catalog, type CatalogEntry } from "./catalog.js";
import { error } from "./diagnostics.js";
import type { YamlIssue } from "./positions.js";
import { type HardwareProfile, profileSchema } from "./schema.js";
import { semanticIssues } from "./semantics.js";

/** A shipped profile's name, description and file. */
export type ProfileEntry = CatalogEntry;

const catalog = new Catalog<HardwareProfile>(profileSchema, "", semanticIssues, {
  notFound: (name, known, near) => error("profile-not-found", name, known, near),
  invalid: (issues) => error("profile-invalid", issues),
});

/** The directory of the shipped profiles. */
export function profileDirectory(): string {
  return catalog.directory;
}

/** Every shipped profile, by name. @throws MatchMulError profile-invalid if one of them is broken */
export function listProfiles(): ProfileEntry[] {
  return catalog.list();
}

/**
 * Loads a profile by name (`tofino`) or from a file (anything with a slash, or that ends in .yaml or .yml).
 * @throws MatchMulError profile-not-found, file-not-found, profile-invalid
 */
export function loadProfile(nameOrPath: string): HardwareProfile {
  return catalog.load(nameOrPath);
}

/** Everything wrong with a profile file, in its order; empty when it is valid. @throws MatchMulError file-not-found */
export function checkProfile(path: string): YamlIssue[] {
  return catalog.check(path);
}
