import { type MatchMulError, readFileOrFail } from "@matchmul/common";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { formatIssue, schemaIssues, type YamlIssue, YamlSource } from "./positions.js";

/** A file larger than this is no description of anything. */
const maximumBytes = 4 << 20;

/** YAML files of one kind: a JSON Schema, and what it cannot say. */
export class YamlFormat<T> {
  readonly #validate: ValidateFunction<T>;

  constructor(
    schema: object,
    readonly semantics: (source: YamlSource, value: T) => YamlIssue[],
    readonly invalid: (issues: string[]) => MatchMulError,
  ) {
    this.#validate = new Ajv2020({ allErrors: true, verbose: true }).compile<T>(schema);
  }

  /** A file's value. @throws MatchMulError file-not-found, and what `invalid` makes of its issues */
  read(path: string): T {
    const { issues, value } = this.#inspect(path);
    if (issues.length > 0) throw this.invalid(issues.map(formatIssue));
    return value as T;
  }

  /** Everything wrong with a file, in its order; empty when it is valid. @throws MatchMulError file-not-found */
  check(path: string): YamlIssue[] {
    return this.#inspect(path).issues;
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
