import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MatchMulError } from "@matchmul/common";
import { nearest, type YamlIssue, type YamlSource } from "./positions.js";
import { YamlFormat } from "./yaml-format.js";

/** Where shipped files lie: beside an installed package's dist, or at the top of a checkout. */
const directories = ["../hardware-profiles/", "../../../hardware-profiles/"].map((d) =>
  fileURLToPath(new URL(d, import.meta.url)),
);

/** A shipped file's name, description and path. */
export interface CatalogEntry {
  name: string;
  description: string;
  path: string;
}

/** YAML files of one kind: shipped ones by name, others by path, all validated by one JSON Schema. */
export class Catalog<T extends { description: string }> {
  readonly #format: YamlFormat<T>;

  /**
   * @param folder below hardware-profiles/, empty for itself
   * @param semantics what the schema cannot say
   */
  constructor(
    schema: object,
    readonly folder: string,
    semantics: (source: YamlSource, value: T) => YamlIssue[],
    readonly errors: {
      notFound: (name: string, known: string[], nearest?: string) => MatchMulError;
      invalid: (issues: string[]) => MatchMulError;
    },
  ) {
    this.#format = new YamlFormat(schema, semantics, errors.invalid);
  }

  /** The directory of the shipped files, with a slash at its end. */
  get directory(): string {
    return `${directories.find((d) => existsSync(d)) ?? directories[1]}${this.folder}`;
  }

  /** Every shipped file, by name. */
  list(): CatalogEntry[] {
    return this.#names().map((name) => {
      const path = this.#path(name);
      return { name, description: this.#format.read(path).description, path };
    });
  }

  /** By name, or from a file: anything with a slash, or that ends in .yaml or .yml. */
  load(nameOrPath: string): T {
    if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return this.#format.read(nameOrPath);
    const names = this.#names();
    if (!names.includes(nameOrPath))
      throw this.errors.notFound(nameOrPath, names, nearest(nameOrPath, names));
    return this.#format.read(this.#path(nameOrPath));
  }

  /** Everything wrong with a file, in its order; empty when it is valid. */
  check(path: string): YamlIssue[] {
    return this.#format.check(path);
  }

  #names(): string[] {
    const { directory } = this;
    if (!existsSync(directory)) return [];
    return readdirSync(directory)
      .filter((f) => f.endsWith(".yaml"))
      .map((f) => f.slice(0, -5))
      .sort();
  }

  #path(name: string): string {
    return `${this.directory}${name}.yaml`;
  }
}
