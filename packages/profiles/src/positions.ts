import type { ErrorObject } from "ajv/dist/2020.js";
import { type Document, isMap, isNode, isPair, isSeq, LineCounter, parseDocument } from "yaml";

/** Something wrong in a YAML file, where it is, and what was expected. Line and column count from 1. */
export interface YamlIssue {
  file: string;
  line: number;
  column: number;
  /** Keys and indexes from the top, such as `pipeline.perStage.sram.blocks`; empty at the top. */
  path: string;
  message: string;
}

/** `file:line:column: path: message`, as compilers write it. */
export function formatIssue(issue: YamlIssue): string {
  const where = issue.path === "" ? "" : `${issue.path}: `;
  return `${issue.file}:${issue.line}:${issue.column}: ${where}${issue.message}`;
}

/** A YAML text with the positions of its parts. */
export class YamlSource {
  readonly #document: Document;
  readonly #lines = new LineCounter();
  constructor(
    readonly file: string,
    text: string,
  ) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  /** What the YAML reader itself refuses. */
  syntaxIssues(): YamlIssue[] {
    return this.#document.errors.map((e) => ({
      ...this.#at(e.pos[0]),
      path: "",
      message: `not YAML: ${e.message}`,
    }));
  }

  /** The plain value; at most 100 aliases are followed, so that a small file stays small. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: 100 });
  }

  /** An issue at a path: at the value, or (`atKey`) at the key that holds it. */
  issue(path: readonly (string | number)[], message: string, atKey = false): YamlIssue {
    let node: unknown = this.#document.contents;
    let offset = 0;
    const seen = (n: unknown) => {
      if (isNode(n) && n.range) offset = n.range[0];
    };
    seen(node);
    path.forEach((step, i) => {
      if (isMap(node)) {
        const pair = node.items.find((p) => isPair(p) && String(p.key) === String(step));
        if (pair === undefined) return;
        if (atKey && i === path.length - 1) seen(pair.key);
        else {
          seen(pair.key);
          seen(pair.value);
        }
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        seen(node);
      }
    });
    return { ...this.#at(offset), path: formatPath(path), message };
  }

  #at(offset: number): { file: string; line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

function formatPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : text === "" ? step : `.${step}`;
  return text;
}

/** Turns a JSON pointer into keys and indexes. */
function stepsOf(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((s) => s.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((s) => (/^\d+$/.test(s) ? Number(s) : s));
}

/** What a value is, in the words of the schema. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return String(value);
}

const typeNames: Record<string, string> = {
  integer: "a whole number",
  number: "a number",
  string: "text",
  object: "a mapping",
  array: "a list",
  boolean: "true or false",
};

/** One issue for each thing ajv found, in the order of the file. */
export function schemaIssues(source: YamlSource, errors: readonly ErrorObject[]): YamlIssue[] {
  const issues = errors.map((e) => {
    const path = stepsOf(e.instancePath);
    const found = kindOf(e.data);
    switch (e.keyword) {
      case "additionalProperties": {
        const key = String(e.params.additionalProperty);
        const known = Object.keys((e.parentSchema?.properties as object | undefined) ?? {});
        const near = nearest(key, known);
        const advice =
          near === undefined ? `known keys here: ${known.join(", ")}` : `did you mean \`${near}\`?`;
        return source.issue([...path, key], `unknown key; ${advice}`, true);
      }
      case "required":
        return source.issue(path, `the key \`${e.params.missingProperty}\` is missing`, true);
      case "type":
        return source.issue(
          path,
          `expected ${typeNames[String(e.params.type)] ?? e.params.type}, found ${found}`,
        );
      case "minimum":
        return source.issue(path, `expected at least ${e.params.limit}, found ${found}`);
      case "exclusiveMinimum":
        return source.issue(path, `expected more than ${e.params.limit}, found ${found}`);
      case "maximum":
        return source.issue(path, `expected at most ${e.params.limit}, found ${found}`);
      case "enum": {
        const allowed = e.params.allowedValues as unknown[];
        const near = nearest(String(e.data), allowed.map(String));
        const advice = near === undefined ? "" : `; did you mean ${near}?`;
        return source.issue(path, `expected one of ${allowed.join(", ")}, found ${found}${advice}`);
      }
      case "const":
        return source.issue(path, `expected ${JSON.stringify(e.params.allowedValue)}, found ${found}`);
      case "pattern":
        return source.issue(path, `expected text like ${e.params.pattern}, found ${found}`);
      default:
        return source.issue(path, e.message ?? "not valid");
    }
  });
  return issues.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** The closest of `candidates` in edits, if it is close enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const d = editDistance(word.toLowerCase().slice(0, 80), candidate.toLowerCase());
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}
