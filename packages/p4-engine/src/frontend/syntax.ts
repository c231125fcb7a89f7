/** The parse tree: what the parser makes of the text, before names and types mean anything. Internal to the front
 * end: code generation reads ast.ts, which the checker makes of this. */
import type { Pos } from "./ast.js";

export interface SAnnotation {
  pos: Pos;
  name: string;
  text: string;
  values: (string | bigint | boolean)[];
  /** Of `values`, those that are names (`A`, `E.B`) and may be constants. */
  names: number[];
  pairs: Map<string, string | bigint | boolean>;
}

// ---- Types ----

export type SType =
  /** `bit` alone has no width (1), `int` alone is infinite precision. */
  | { kind: "base"; pos: Pos; name: "bit" | "int" | "varbit"; width: SExpr | null }
  | { kind: "basic"; pos: Pos; name: "bool" | "error" | "match_kind" | "string" | "void" }
  | { kind: "named"; pos: Pos; name: string; global: boolean; args: SType[] | null }
  | { kind: "stack"; pos: Pos; element: SType; size: SExpr }
  | { kind: "tuple"; pos: Pos; args: SType[] }
  | { kind: "list"; pos: Pos; arg: SType }
  | { kind: "dontCare"; pos: Pos }
  /** `typedef struct S { ... } T`. */
  | { kind: "declared"; pos: Pos; decl: SDecl };

// ---- Expressions ----

export interface SArg {
  pos: Pos;
  name: string | null;
  /** null: `_`. */
  value: SExpr | null;
}
export type SExpr =
  | { kind: "int"; pos: Pos; value: bigint /** null: no width */; width: number | null; signed: boolean }
  | { kind: "bool"; pos: Pos; value: boolean }
  | { kind: "string"; pos: Pos; value: string }
  | SName
  | { kind: "this"; pos: Pos }
  | SMember
  | { kind: "error"; pos: Pos; name: string }
  | { kind: "index"; pos: Pos; object: SExpr; index: SExpr }
  | { kind: "slice"; pos: Pos; object: SExpr; hi: SExpr; lo: SExpr }
  /** `x[base+:width]` */
  | { kind: "plusSlice"; pos: Pos; object: SExpr; base: SExpr; width: SExpr }
  | { kind: "unary"; pos: Pos; op: string; operand: SExpr }
  | { kind: "binary"; pos: Pos; op: string; left: SExpr; right: SExpr }
  | { kind: "ternary"; pos: Pos; condition: SExpr; whenTrue: SExpr; whenFalse: SExpr }
  | { kind: "cast"; pos: Pos; type: SType; operand: SExpr }
  | { kind: "list"; pos: Pos; items: SExpr[]; rest: boolean }
  | { kind: "struct"; pos: Pos; items: { pos: Pos; name: string; value: SExpr }[]; rest: boolean }
  | { kind: "invalid"; pos: Pos }
  /** `...` alone. */
  | { kind: "default"; pos: Pos }
  | SCall
  /** A specialised type where a value could stand: `Foo<bit<8>>(x)`, `Foo<bit<8>>.apply(x)`. */
  | { kind: "type"; pos: Pos; type: SType };
export interface SName {
  kind: "name";
  pos: Pos;
  name: string;
  global: boolean;
}
export interface SMember {
  kind: "member";
  /** Of the member's name. */
  pos: Pos;
  object: SExpr;
  name: string;
}
export interface SCall {
  kind: "call";
  pos: Pos;
  callee: SExpr;
  typeArgs: SType[] | null;
  args: SArg[];
}
export type SKeyset =
  | { kind: "any"; pos: Pos }
  | { kind: "value"; pos: Pos; value: SExpr }
  | { kind: "mask"; pos: Pos; value: SExpr; mask: SExpr }
  | { kind: "range"; pos: Pos; low: SExpr; high: SExpr };

// ---- Statements ----

export interface SBlock {
  kind: "block";
  pos: Pos;
  annotations: SAnnotation[];
  statements: SStatement[];
}
export type SStatement =
  | SBlock
  /** `op` is "" for plain assignment. */
  | { kind: "assign"; pos: Pos; target: SExpr; op: string; value: SExpr }
  | { kind: "call"; pos: Pos; call: SCall }
  | { kind: "if"; pos: Pos; condition: SExpr; whenTrue: SStatement; whenFalse: SStatement | null }
  | {
      kind: "switch";
      pos: Pos;
      value: SExpr;
      /** `label` null: default; `body` null: falls through. */
      cases: { pos: Pos; label: SExpr | null; body: SBlock | null }[];
    }
  | { kind: "return"; pos: Pos; value: SExpr | null }
  | { kind: "exit" | "break" | "continue" | "empty"; pos: Pos }
  | {
      kind: "for";
      pos: Pos;
      init: SStatement[];
      condition: SExpr;
      update: SStatement[];
      body: SStatement;
    }
  | { kind: "forIn"; pos: Pos; type: SType; name: string; low: SExpr; high: SExpr | null; body: SStatement }
  | { kind: "decl"; pos: Pos; decl: SVariable | SConst | SInstance };

// ---- Declarations ----

export interface SDeclBase {
  pos: Pos;
  name: string;
  annotations: SAnnotation[];
}
export interface SParam extends SDeclBase {
  direction: "in" | "out" | "inout" | "none";
  type: SType;
  defaultValue: SExpr | null;
}
export interface SVariable extends SDeclBase {
  kind: "variable";
  type: SType;
  init: SExpr | null;
}
export interface SConst extends SDeclBase {
  kind: "const";
  type: SType;
  value: SExpr;
}
export interface SInstance extends SDeclBase {
  kind: "instance";
  type: SType;
  args: SArg[];
  methods: (SFunction | SInstance)[] | null;
}
export interface SFunction extends SDeclBase {
  kind: "function";
  typeParams: STypeParam[];
  params: SParam[];
  returnType: SType;
  body: SBlock;
}
export interface STypeParam {
  pos: Pos;
  name: string;
}
/** Without `methods`: `extern E;`. */
export interface SExtern extends SDeclBase {
  kind: "extern";
  typeParams: STypeParam[];
  methods: SMethod[];
}
export interface SMethod extends SDeclBase {
  kind: "method";
  isAbstract: boolean;
  isConstructor: boolean;
  typeParams: STypeParam[];
  params: SParam[];
  returnType: SType | null;
}
export interface SExternFunction extends SDeclBase {
  kind: "externFunction";
  typeParams: STypeParam[];
  params: SParam[];
  returnType: SType;
}
export interface SAction extends SDeclBase {
  kind: "action";
  params: SParam[];
  body: SBlock;
}
export interface SField extends SDeclBase {
  type: SType;
}
export interface SRecord extends SDeclBase {
  kind: "header" | "union" | "struct";
  typeParams: STypeParam[];
  fields: SField[];
}
export interface SEnum extends SDeclBase {
  kind: "enum";
  underlying: SType | null;
  members: { pos: Pos; name: string; value: SExpr | null }[];
}
export interface SNames extends SDeclBase {
  kind: "errors" | "matchKinds";
  members: { pos: Pos; name: string }[];
}
export interface STypedef extends SDeclBase {
  kind: "typedef" | "newtype";
  type: SType;
}
export interface SPackage extends SDeclBase {
  kind: "package";
  typeParams: STypeParam[];
  params: SParam[];
}
export interface SValueSet extends SDeclBase {
  kind: "valueSet";
  type: SType;
  size: SExpr;
}
export interface SState extends SDeclBase {
  statements: SStatement[];
  transition: STransition | null;
}
export type STransition =
  | { kind: "direct"; pos: Pos; next: string }
  | {
      kind: "select";
      pos: Pos;
      keys: SExpr[];
      cases: { pos: Pos; keysets: SKeyset[]; next: string; nextPos: Pos }[];
    };
export interface SParser extends SDeclBase {
  kind: "parser";
  typeParams: STypeParam[];
  params: SParam[];
  /** null: only the type. */
  body: {
    ctorParams: SParam[];
    locals: (SVariable | SConst | SInstance | SValueSet)[];
    states: SState[];
  } | null;
}
export interface SControl extends SDeclBase {
  kind: "control";
  typeParams: STypeParam[];
  params: SParam[];
  body: {
    ctorParams: SParam[];
    locals: (SVariable | SConst | SInstance | SAction | STable)[];
    apply: SBlock;
  } | null;
}
export interface SActionRef {
  pos: Pos;
  name: string;
  global: boolean;
  args: SArg[] | null;
  annotations: SAnnotation[];
}
export interface SEntry {
  pos: Pos;
  isConst: boolean;
  priority: SExpr | null;
  keysets: SKeyset[];
  action: SActionRef;
  annotations: SAnnotation[];
}
export type SProperty =
  | {
      kind: "key";
      pos: Pos;
      elements: { pos: Pos; expr: SExpr; matchKind: string; matchPos: Pos; annotations: SAnnotation[] }[];
    }
  | { kind: "actions"; pos: Pos; actions: SActionRef[] }
  | { kind: "entries"; pos: Pos; isConst: boolean; entries: SEntry[] }
  | { kind: "other"; pos: Pos; name: string; isConst: boolean; value: SExpr; annotations: SAnnotation[] };
export interface STable extends SDeclBase {
  kind: "table";
  properties: SProperty[];
}
export type SDecl =
  | SConst
  | SVariable
  | SInstance
  | SFunction
  | SExtern
  | SExternFunction
  | SAction
  | SRecord
  | SEnum
  | SNames
  | STypedef
  | SPackage
  | SParser
  | SControl
  | STable
  | SValueSet;
