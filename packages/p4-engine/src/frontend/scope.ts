/** Names and what they stand for (P4_16 6.8). A declaration is in scope after it is complete. */
import type {
  ActionDecl,
  ConstValue,
  ControlDecl,
  Expr,
  ExternDecl,
  ExternFunctionDecl,
  FunctionDecl,
  InstanceDecl,
  PackageDecl,
  Param,
  ParserDecl,
  TableDecl,
  ValueSetDecl,
  VariableDecl,
} from "./ast.js";
import type { SFunction, SRecord } from "./syntax.js";
import type { Type } from "./types.js";

/** A function of the program's own: generic ones are checked anew for each list of type arguments. */
export interface FunctionTemplate {
  kind: "template";
  syntax: SFunction;
  scope: Scope;
  /** By type arguments; key "" of a function that is not generic. */
  made: Map<string, FunctionDecl>;
}
export type Callable = ExternFunctionDecl | FunctionTemplate;

export type Sym =
  | { kind: "type"; type: Type }
  | { kind: "genericRecord"; syntax: SRecord; scope: Scope; owner: number }
  | { kind: "typeDecl"; decl: ExternDecl | ParserDecl | ControlDecl | PackageDecl }
  | { kind: "const"; type: Type; value: ConstValue }
  /** A constant that depends on constructor parameters. */
  | { kind: "alias"; expr: Expr }
  | { kind: "variable"; decl: VariableDecl }
  | { kind: "param"; decl: Param }
  | { kind: "ctorParam"; decl: Param }
  | { kind: "instance"; decl: InstanceDecl }
  | { kind: "functions"; list: Callable[] }
  | { kind: "action"; decl: ActionDecl }
  | { kind: "table"; decl: TableDecl }
  | { kind: "valueSet"; decl: ValueSetDecl };

export class Scope {
  private readonly names = new Map<string, Sym>();
  constructor(readonly parent: Scope | null = null) {}

  find(name: string): Sym | undefined {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      const found = scope.names.get(name);
      if (found) return found;
    }
    return undefined;
  }
  /** In this scope itself. */
  own(name: string): Sym | undefined {
    return this.names.get(name);
  }
  set(name: string, sym: Sym): void {
    this.names.set(name, sym);
  }
  get root(): Scope {
    let scope: Scope = this;
    while (scope.parent) scope = scope.parent;
    return scope;
  }
}

const WHAT: Record<Sym["kind"], string> = {
  type: "type",
  genericRecord: "generic type",
  typeDecl: "type",
  const: "constant",
  alias: "constant",
  variable: "variable",
  param: "parameter",
  ctorParam: "constructor parameter",
  instance: "instance",
  functions: "function",
  action: "action",
  table: "table",
  valueSet: "value set",
};
/** `what` in messages: "a table", ... */
export const describeSym = (sym: Sym): string => `${sym.kind === "alias" ? "a" : article(WHAT[sym.kind])}`;
const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
