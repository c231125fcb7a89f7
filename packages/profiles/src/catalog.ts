import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type MatchMulError, readFileOrFail } from "@matchmul/common";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { formatIssue, nearest, schemaIssues, type YamlIssue, YamlSource } from "./positions.js";

/** Where shipped files lie: beside an installed package's dist, or at the top of a checkout. */
const directories = ["../hardware-profiles/", "../../../hardware-profiles/"].map((d) =>
  fileURLToPath(new URL(d, import.meta.url)),
);

/** A file larger than this is no description of hardware. */
const maximumBytes = 4 << 20;

/** A shipped file's name, description and path. */
export interface CatalogEntry {
  name: string;
  description: string;
  path: string;
}

/** YAML files of one kind: shipped ones by name, others by path, all validated by one JSON Schema. */
export class Catalog<T extends { description: string }> {
  readonly #validate: ValidateFunction<T>;

  /**
   * @param folder below hardware-profiles/, empty for itself
   * @param semantics what the schema cannot say
   */
  constructor(
    schema: object,
    readonly folder: string,
    readonly semantics: (source: YamlSource, value: T) => YamlIssue[],
    readonly errors: {
      notFound: (name: string, known: string[], nearest?: string) => MatchMulError;
      invalid: (issues: string[]) => MatchMulError;
    },
  ) {
    this.#validate = new Ajv2020({ allErrors: true, verbose: true }).compile<T>(schema);
  }

  /** The directory of the shipped files, with a slash at its end. */
  get directory(): string {
    return `${directories.find((d) => existsSync(d)) ?? directories[1]}${this.folder}`;
  }

  /** Every shipped file, by name. */
  list(): CatalogEntry[] {
    return this.#names().map((name) => {
      const path = this.#path(name);
      return { name, description: this.#read(path).description, path };
    });
  }

  /** By name, or from a file: anything with a slash, or that ends in .yaml or .yml. */
  load(nameOrPath: string): T {
    if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return this.#read(nameOrPath);
    const names = this.#names();
    if (!names.includes(nameOrPath))
      throw this.errors.notFound(nameOrPath, names, nearest(nameOrPath, names));
    return this.#read(this.#path(nameOrPath));
  }

  /** Everything wrong with a file, in its order; empty when it is valid. */
  check(path: string): YamlIssue[] {
    return this.#inspect(path).issues;
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

  #read(path: string): T {
    const { issues, value } = this.#inspect(path);
    if (issues.length > 0) throw this.errors.invalid(issues.map(formatIssue));
    return value as T;
  }

  #inspect(path: string): { issues: YamlIssue[]; value: unknown } {
    const bytes = readFileOrFail(path);
    const whole = (message: string) => ({
      issues: [{ file: path, line: 1, column: 1, path: "", message }],
      value: undefined,
    });
    if (bytes.length > maximumBytes)
      return whole(`expected a file of at most 4 MiB, found ${bytes.length} bytes`);
    const source = new YamlSource(path, new TextDecoder().decode(bytes));
    const syntax = source.syntaxIssues();
    if (syntax.length > 0) return { issues: syntax, value: undefined };
    let value: unknown;
    try {
      value = source.value();
    } catch (cause) {
      return whole(`not YAML: ${(cause as Error).message}`);
    }
    if (!this.#validate(value)) return { issues: schemaIssues(source, this.#validate.errors ?? []), value };
    return { issues: this.semantics(source, value), value };
  }
}
