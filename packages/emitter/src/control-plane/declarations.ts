/** What a control plane sees of an emitted program, read out of its text: tables, keys, actions, parameters. */

export type MatchKind = "exact" | "ternary";

export interface KeyField {
  /** As control planes name it: the key's expression, or what `@name` says. */
  name: string;
  match: MatchKind;
  widthBits: number;
}

export interface Parameter {
  name: string;
  widthBits: number;
}

export interface ActionDeclaration {
  name: string;
  /** What `@id` says, or null. */
  id: number | null;
  params: Parameter[];
}

export interface TableDeclaration {
  name: string;
  id: number | null;
  keys: KeyField[];
  /** Names, in the order of the table's list. */
  actions: string[];
  size: number;
  /** True where the text itself holds the entries: no control plane changes them. */
  isConst: boolean;
  default: { action: string; args: number[]; isConst: boolean };
}

export interface ControlPlane {
  /** The P4 control that holds the tables. */
  control: string;
  tables: TableDeclaration[];
  /**
   * Those that a table lists or the control itself calls, NoAction first, the others as the text declares them.
   * Compilers inline the rest into these.
   */
  actions: ActionDeclaration[];
}

const NO_ACTION = "NoAction";

/** What the text means is found by patterns, which fit the templates of p4src and not all of P4. */
function mismatch(what: string): Error {
  return new Error(`The emitted P4 text has ${what}, which the control plane's files cannot describe.`);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, " ");
}

/** The inside of the braces that open at or after `from`. */
function blockAt(text: string, from: number): string {
  const open = text.indexOf("{", from);
  for (let at = open, depth = 0; at >= 0 && at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return text.slice(open + 1, at);
  }
  throw mismatch("a block without an end");
}

type Fields = ReadonlyMap<string, string>;

/** Fields of headers and structs, and variables of the control: type by name, scope by scope. */
class Types {
  readonly #structs = new Map<string, Fields>();
  readonly #variables: Fields;

  constructor(text: string, control: string, parameters: string, body: string) {
    for (const [, name, fields] of text.matchAll(/\b(?:header|struct)\s+(\w+)\s*\{([^}]*)\}/g))
      this.#structs.set(name, Types.#fields(fields.split(";")));
    const declared = parameters.split(",").map((p) => p.trim().replace(/^(?:inout|in|out)\s+/, ""));
    const locals = [...body.matchAll(/^\s*((?:bit|int)<\d+>\s+\w+)\s*;/gm)].map(([, local]) => local);
    this.#variables = Types.#fields([...declared, ...locals]);
    if (declared.length === 0) throw mismatch(`a control ${control} without parameters`);
  }

  static #fields(declarations: string[]): Fields {
    const fields = new Map<string, string>();
    for (const declaration of declarations) {
      const match = /^\s*(?:@\w+\([^)]*\)\s*)*([\w<>[\]]+)\s+(\w+)\s*$/.exec(declaration);
      if (match) fields.set(match[2], match[1]);
    }
    return fields;
  }

  /** Width of an expression such as `hdr.key[0].value` or `top_0[3:0]`. */
  widthBits(expression: string): number {
    const slice = /\[(\d+):(\d+)\]$/.exec(expression);
    if (slice) return Number(slice[1]) - Number(slice[2]) + 1;
    let fields: Fields | undefined = this.#variables;
    let type: string | undefined;
    for (const part of expression.replace(/\[\d+\]/g, "").split(".")) {
      type = fields?.get(part);
      fields = this.#structs.get(type?.replace(/\[\d+\]$/, "") ?? "");
    }
    return widthOf(type ?? "", expression);
  }
}

function widthOf(type: string, what: string): number {
  const match = /^(?:bit|int)<(\d+)>$/.exec(type);
  if (!match) throw mismatch(`${what} of type ${type || "unknown"}`);
  return Number(match[1]);
}

/** Annotations in front of `action` or `table`. */
const ANNOTATIONS = /((?:@\w+\s*(?:\([^)]*\))?\s*)*)/.source;

function idIn(annotations: string): number | null {
  const match = /@id\s*\(\s*(0[xX][0-9a-fA-F]+|\d+)\s*\)/.exec(annotations);
  return match ? Number(match[1]) : null;
}

function readActions(body: string): ActionDeclaration[] {
  const pattern = new RegExp(`${ANNOTATIONS}\\baction\\s+(\\w+)\\s*\\(([^)]*)\\)`, "g");
  return [...body.matchAll(pattern)].map(([, annotations, name, list]) => ({
    name,
    id: idIn(annotations),
    params: list
      .split(",")
      .filter((p) => p.trim() !== "")
      .map((declaration) => {
        const [type, param] = declaration.trim().split(/\s+/);
        return { name: param, widthBits: widthOf(type, `parameter ${param} of action ${name}`) };
      }),
  }));
}

function readKey(declaration: string, types: Types): KeyField {
  const match = /^(.+?)\s*:\s*(exact|ternary)\s*(?:@name\("([^"]+)"\))?$/s.exec(declaration.trim());
  if (!match) throw mismatch(`the key ${declaration.trim()}`);
  const [, expression, kind, name] = match;
  return { name: name ?? expression, match: kind as MatchKind, widthBits: types.widthBits(expression) };
}

function readTables(body: string, types: Types): TableDeclaration[] {
  const tables: TableDeclaration[] = [];
  for (const match of body.matchAll(new RegExp(`${ANNOTATIONS}\\btable\\s+(\\w+)\\s*\\{`, "g"))) {
    const [whole, annotations, name] = match;
    const block = blockAt(body, match.index + whole.length - 1);
    const list = (property: string): string[] => {
      const at = new RegExp(`\\b${property}\\s*=\\s*\\{`).exec(block);
      if (!at) throw mismatch(`the table ${name} without ${property}`);
      const items = blockAt(block, at.index).split(";");
      return items.map((item) => item.trim()).filter((item) => item !== "");
    };
    const size = /\bsize\s*=\s*(\d+)\s*;/.exec(block);
    const fallback = /(\bconst\s+)?\bdefault_action\s*=\s*(\w+)\s*\(([^)]*)\)\s*;/.exec(block);
    const isConst = /\bconst\s+entries\s*=/.test(block);
    if ((!size && !isConst) || !fallback) throw mismatch(`the table ${name} without size or default action`);
    tables.push({
      name,
      id: idIn(annotations),
      keys: list("key").map((key) => readKey(key, types)),
      actions: list("actions"),
      // What p4c takes for a table of constant entries, where a size is of no use.
      size: size ? Number(size[1]) : 1024,
      isConst,
      default: {
        action: fallback[2],
        args: fallback[3].split(",").flatMap((arg) => (arg.trim() === "" ? [] : [Number(arg)])),
        isConst: fallback[1] !== undefined,
      },
    });
  }
  return tables;
}

/**
 * Reads the tables and actions of a control. The text is the only source for them, so that a template may gain a
 * table or an action and every control-plane file follows.
 */
export function readControlPlane(source: string, control: string): ControlPlane {
  const text = withoutComments(source);
  const head = new RegExp(`\\bcontrol\\s+${control}\\s*\\(([^)]*)\\)\\s*\\{`).exec(text);
  if (!head) throw mismatch(`no control ${control}`);
  const body = blockAt(text, head.index + head[0].length - 1);
  const tables = readTables(body, new Types(text, control, head[1], body));
  const apply = blockAt(body, body.search(/\bapply\s*\{/));
  const used = new Set(tables.flatMap((table) => [...table.actions, table.default.action]));
  for (const [, called] of apply.matchAll(/(?<![.\w])(\w+)\s*\(/g)) used.add(called);
  const actions = readActions(body).filter(({ name }) => used.has(name));
  if (used.has(NO_ACTION)) actions.unshift({ name: NO_ACTION, id: null, params: [] });
  return { control, tables, actions };
}

/** Name of an action with its control in front: only those of P4's core library have none. */
export function fullActionName({ control }: ControlPlane, action: string): string {
  return action === NO_ACTION ? action : `${control}.${action}`;
}
