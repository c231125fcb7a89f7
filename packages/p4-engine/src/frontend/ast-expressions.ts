/** Values and expressions of the checked program; ast.ts says what can be relied on, and re-exports all of this. */
import type {
  ActionDecl,
  ExternFunctionDecl,
  FunctionDecl,
  InstanceDecl,
  MethodDecl,
  Param,
  Pos,
  TableDecl,
  VariableDecl,
} from "./ast.js";
import type { EnumType, ExternType, Field, Type } from "./types.js";

// ---- Values ---------------------------------------------------------------------------------------------

export interface EnumValue {
  readonly kind: "enum";
  readonly type: EnumType;
  readonly index: number;
  readonly name: string;
}
/** An error; `index` in `program.errors`. */
export interface ErrorValue {
  readonly kind: "error";
  readonly index: number;
  readonly name: string;
}
export interface MatchKindValue {
  readonly kind: "matchKind";
  readonly name: string;
}
/** A constant struct, tuple, header (valid), stack or list: one value per field or element. */
export interface AggregateValue {
  readonly kind: "aggregate";
  readonly type: Type;
  readonly fields: readonly ConstValue[];
}
/** `{#}`, and what `...` gives a header or header union. */
export interface InvalidValue {
  readonly kind: "invalid";
  readonly type: Type;
}
/** Numbers are bigint and within their type's range (bit, int, integer, serEnum, newtypes of them; varbit never). */
export type ConstValue =
  | bigint
  | boolean
  | string
  | EnumValue
  | ErrorValue
  | MatchKindValue
  | AggregateValue
  | InvalidValue;

// ---- Expressions ----------------------------------------------------------------------------------------

interface ExprBase {
  readonly pos: Pos;
  readonly type: Type;
}
export interface LiteralExpr extends ExprBase {
  readonly kind: "literal";
  readonly value: ConstValue;
}
/** A local variable, also one of an enclosing control or parser, or a `for (x in ...)` variable. */
export interface VariableExpr extends ExprBase {
  readonly kind: "variable";
  readonly decl: VariableDecl;
}
/** A parameter of the enclosing function, action, parser or control (an action sees its control's). */
export interface ParamExpr extends ExprBase {
  readonly kind: "param";
  readonly decl: Param;
}
/** A constructor parameter of the enclosing parser or control. */
export interface CtorParamExpr extends ExprBase {
  readonly kind: "ctorParam";
  readonly decl: Param;
}
/** An extern, parser or control instance; `Instance.children` or `program.instances` has its elaboration. */
export interface InstanceExpr extends ExprBase {
  readonly kind: "instance";
  readonly decl: InstanceDecl;
}
/** `this` in the implementation of an abstract method. */
export interface ThisExpr extends ExprBase {
  readonly kind: "this";
}
/** A field of a struct, header, header union or tuple (`t[1]`). */
export interface MemberExpr extends ExprBase {
  readonly kind: "member";
  readonly object: Expr;
  readonly field: Field;
}
/** An element of a stack or array; the index may be any bit, int or integer expression. */
export interface IndexExpr extends ExprBase {
  readonly kind: "index";
  readonly object: Expr;
  readonly index: Expr;
}
/** `stack.next`, `stack.last` (headers) and `stack.lastIndex` (bit<32>); 8.18. Only in parsers. */
export interface StackExpr extends ExprBase {
  readonly kind: "stackElement";
  readonly object: Expr;
  readonly which: "next" | "last" | "lastIndex";
}
/** `x[hi:lo]`; of type bit<hi-lo+1>. An lvalue when `object` is. */
export interface SliceExpr extends ExprBase {
  readonly kind: "slice";
  readonly object: Expr;
  readonly hi: number;
  readonly lo: number;
}
export interface UnaryExpr extends ExprBase {
  readonly kind: "unary";
  readonly op: "-" | "~" | "!";
  readonly operand: Expr;
}
export type BinaryOp =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "|+|"
  | "|-|"
  | "<<"
  | ">>"
  | "&"
  | "|"
  | "^"
  | "++"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "&&"
  | "||";
/** Operand types are equal except for shifts (any unsigned amount) and `++`. `==` and `!=` also compare structs,
 * headers, tuples, stacks and varbits. `&&` and `||` do not evaluate the right side needlessly. */
export interface BinaryExpr extends ExprBase {
  readonly kind: "binary";
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}
export interface TernaryExpr extends ExprBase {
  readonly kind: "ternary";
  readonly condition: Expr;
  readonly whenTrue: Expr;
  readonly whenFalse: Expr;
}
/** bit/int of any widths, bit<1> and bool, serEnum, newtype and their representation; tuple or struct to a struct,
 * header or tuple of the same shape; 8.11. */
export interface CastExpr extends ExprBase {
  readonly kind: "cast";
  readonly operand: Expr;
  readonly implicit: boolean;
}
/** A struct, tuple, header (becomes valid) or stack made of values; one per field or element, in order. */
export interface AggregateExpr extends ExprBase {
  readonly kind: "aggregate";
  readonly fields: readonly Expr[];
}
/** `_` as the argument of an out parameter. */
export interface DontCareExpr extends ExprBase {
  readonly kind: "dontCare";
}
/** isValid, setValid, setInvalid of a header or (isValid only) union; push_front and pop_front of a stack. */
export interface BuiltinExpr extends ExprBase {
  readonly kind: "builtin";
  readonly op: "isValid" | "setValid" | "setInvalid" | "push_front" | "pop_front";
  readonly object: Expr;
  /** Of push_front and pop_front. */
  readonly count: number;
}
/** `t.apply()`; `result` says what of it is used: a bool, or nothing (type void). `action_run`: see SwitchActionStatement. */
export interface TableApplyExpr extends ExprBase {
  readonly kind: "tableApply";
  readonly table: TableDecl;
  readonly result: "hit" | "miss" | "none";
}
export interface Arg {
  /** With its type specialised for this call. */
  readonly param: Param;
  /** An lvalue (or dontCare) for out and inout. null: an `@optional` parameter left out. */
  readonly value: Expr | null;
}
export type CallTarget =
  /** A method of an extern object, which is an `instance`, `param` (packet_in), `ctorParam` or `this` expression. */
  | {
      readonly kind: "externMethod";
      readonly object: Expr;
      readonly extern: ExternType;
      readonly method: MethodDecl;
    }
  | { readonly kind: "externFunction"; readonly function: ExternFunctionDecl }
  | { readonly kind: "function"; readonly function: FunctionDecl }
  | { readonly kind: "action"; readonly action: ActionDecl }
  /** `instance.apply(...)` of a parser or control; `instance` is an `instance` or `ctorParam` expression. */
  | { readonly kind: "apply"; readonly instance: Expr };
export interface CallExpr extends ExprBase {
  readonly kind: "call";
  readonly target: CallTarget;
  readonly typeArgs: readonly Type[];
  readonly args: readonly Arg[];
}
/** `C(args)` as a constructor argument, and a list of instances. Elaboration makes it an Instance. */
export interface ConstructExpr extends ExprBase {
  readonly kind: "construct";
  readonly decl: InstanceDecl;
}

export type Expr =
  | LiteralExpr
  | VariableExpr
  | ParamExpr
  | CtorParamExpr
  | InstanceExpr
  | ThisExpr
  | MemberExpr
  | IndexExpr
  | StackExpr
  | SliceExpr
  | UnaryExpr
  | BinaryExpr
  | TernaryExpr
  | CastExpr
  | AggregateExpr
  | DontCareExpr
  | BuiltinExpr
  | TableApplyExpr
  | CallExpr
  | ConstructExpr;
