import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readFileOrFail } from "@matchmul/common";
import { Ajv2020 } from "ajv/dist/2020.js";
import { error } from "./diagnostics.js";
import { formatIssue, nearest, schemaIssues, type YamlIssue, YamlSource } from "./positions.js";
import { type HardwareProfile, profileSchema } from "./schema.js";
import { semanticIssues } from "./semantics.js";

const validate = new Ajv2020({ allErrors: true, verbose: true }).compile<HardwareProfile>(profileSchema);

/** Where shipped profiles lie: beside an installed package's dist, or at the top of a checkout. */
const directories = ["../hardware-profiles/", "../../../hardware-profiles/"].map((d) =>
  fileURLToPath(new URL(d, import.meta.url)),
);

/** A profile larger than this is not one. */
const maximumBytes = 1 << 20;

/** The directory of the shipped profiles. */
export function profileDirectory(): string {
  return directories.find((d) => existsSync(d)) ?? directories[1];
}

/** A shipped profile's name, description and file. */
export interface ProfileEntry {
  name: string;
  description: string;
  path: string;
}

/** Every shipped profile, by name. @throws MatchMulError profile-invalid if one of them is broken */
export function listProfiles(): ProfileEntry[] {
  return profileNames().map((name) => {
    const path = pathOf(name);
    return { name, description: read(path).description, path };
  });
}

/**
 * Loads a profile by name (`tofino`) or from a file (anything with a slash, or that ends in .yaml or .yml).
 * @throws MatchMulError profile-not-found, file-not-found, profile-invalid
 */
export function loadProfile(nameOrPath: string): HardwareProfile {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return read(nameOrPath);
  const names = profileNames();
  if (!names.includes(nameOrPath))
    throw error("profile-not-found", nameOrPath, names, nearest(nameOrPath, names));
  return read(pathOf(nameOrPath));
}

/** Everything wrong with a profile file, in its order; empty when it is valid. @throws MatchMulError file-not-found */
export function checkProfile(path: string): YamlIssue[] {
  return inspect(path).issues;
}

function profileNames(): string[] {
  const directory = profileDirectory();
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((f) => f.endsWith(".yaml"))
    .map((f) => f.slice(0, -5))
    .sort();
}

function pathOf(name: string): string {
  return `${profileDirectory()}${name}.yaml`;
}

function read(path: string): HardwareProfile {
  const { issues, value } = inspect(path);
  if (issues.length > 0) throw error("profile-invalid", issues.map(formatIssue));
  return value as HardwareProfile;
}

function inspect(path: string): { issues: YamlIssue[]; value: unknown } {
  const bytes = readFileOrFail(path);
  const whole = (message: string): YamlIssue => ({ file: path, line: 1, column: 1, path: "", message });
  if (bytes.length > maximumBytes)
    return {
      issues: [whole(`expected a profile of less than 1 MiB, found ${bytes.length} bytes`)],
      value: undefined,
    };
  const source = new YamlSource(path, new TextDecoder().decode(bytes));
  const syntax = source.syntaxIssues();
  if (syntax.length > 0) return { issues: syntax, value: undefined };
  let value: unknown;
  try {
    value = source.value();
  } catch (cause) {
    return { issues: [whole(`not YAML: ${(cause as Error).message}`)], value: undefined };
  }
  if (!validate(value)) return { issues: schemaIssues(source, validate.errors ?? []), value };
  return { issues: semanticIssues(source, value), value };
}
