/**
 * The checked program: what `parseProgram` returns and code generation reads.
 *
 * What a reader can rely on:
 * - Every name is resolved: references point at declaration objects, compared with `===`.
 * - Every expression has its `type`, interned (see types.ts). `typedef`s are gone.
 * - **An expression with a compile-time-known value is a `literal`**, whatever was written: constants, enum
 *   members, errors, `sizeof`-like methods, folded arithmetic, aggregates of constants. The only values known
 *   at compile time that are not literals depend on a constructor parameter (`ctorParam`); `evaluate` in
 *   elaborate.ts gives their value in an instance.
 * - Implicit conversions are explicit `cast` nodes; list and struct initialisers are `aggregate` nodes that
 *   already have their target type, with fields in the type's order. So both sides of `=`, of a binary operator
 *   (save shifts and `++`) and of an argument and its parameter have the same type. `int` (infinite precision)
 *   remains only as the type of literals: shift amounts, indices, constructor arguments.
 * - Calls have one argument per parameter, in the parameters' order; named, optional and default arguments are
 *   resolved, type arguments inferred.
 * - Generic functions are specialised: each use with other type arguments has a FunctionDecl of its own.
 * - `x op= y` is `x = x op y`; an empty statement is not there.
 *
 * Where to begin: `program.main` is the elaborated package: an `Instance` whose `args` are instances (parsers,
 * controls, nested packages, externs) or values. An Instance of a control or parser has one child Instance per
 * InstanceDecl below it (and per direct `C.apply()`), so generate code per Instance, resolving `ctorParam` and
 * `instance` expressions through it. Sections named in comments are those of the P4_16 specification.
 */
import type { Arg, BuiltinExpr, CallExpr, ConstValue, Expr, TableApplyExpr } from "./ast-expressions.js";
import type {
  ControlType,
  EnumType,
  ExternType,
  PackageType,
  ParserType,
  SerEnumType,
  Type,
  TypeVar,
} from "./types.js";

export type * from "./ast-expressions.js";

/** A position in the sources: `program.locate(pos)` turns it into file, line and column. */
export type Pos = number;

/** `@name`, `@name(expr, ...)`, `@name[key=expr, ...]`; `text` is what stood between the brackets. */
export interface Annotation {
  readonly pos: Pos;
  readonly name: string;
  readonly text: string;
  /** Its comma-separated parts: literals and names of global constants as their values, other tokens as text. */
  readonly values: readonly (string | bigint | boolean)[];
  /** Its `key = value` parts. */
  readonly pairs: ReadonlyMap<string, string | bigint | boolean>;
}

// ---- Statements -----------------------------------------------------------------------------------------

interface StatementBase {
  readonly pos: Pos;
}
export interface BlockStatement extends StatementBase {
  readonly kind: "block";
  readonly statements: readonly Statement[];
  readonly annotations: readonly Annotation[];
}
/** `target` is an lvalue: variable, param, member, index, stackElement (next, last) or slice of one. */
export interface AssignStatement extends StatementBase {
  readonly kind: "assign";
  readonly target: Expr;
  readonly value: Expr;
}
/** A call, builtin or tableApply for its effect. */
export interface CallStatement extends StatementBase {
  readonly kind: "call";
  readonly call: CallExpr | BuiltinExpr | TableApplyExpr;
}
/** A declaration in a block; without `init` the value is undefined (headers: invalid). */
export interface VariableStatement extends StatementBase {
  readonly kind: "variable";
  readonly decl: VariableDecl;
}
export interface IfStatement extends StatementBase {
  readonly kind: "if";
  readonly condition: Expr;
  readonly whenTrue: Statement;
  readonly whenFalse: Statement | null;
}
/** `switch (t.apply().action_run)`; 12.7. Fall-through is resolved: each case has its own list of labels. */
export interface SwitchActionStatement extends StatementBase {
  readonly kind: "switchAction";
  readonly table: TableDecl;
  readonly cases: readonly {
    readonly actions: readonly ActionDecl[];
    readonly isDefault: boolean;
    readonly body: BlockStatement;
  }[];
}
/** `switch (expression)`: labels are literals of the expression's type. */
export interface SwitchValueStatement extends StatementBase {
  readonly kind: "switchValue";
  readonly value: Expr;
  readonly cases: readonly {
    readonly labels: readonly Expr[];
    readonly isDefault: boolean;
    readonly body: BlockStatement;
  }[];
}
export interface ReturnStatement extends StatementBase {
  readonly kind: "return";
  readonly value: Expr | null;
}
export interface ExitStatement extends StatementBase {
  readonly kind: "exit";
}
/** C-like loop; `init` and `update` are simple statements. */
export interface ForStatement extends StatementBase {
  readonly kind: "for";
  readonly init: readonly Statement[];
  readonly condition: Expr;
  readonly update: readonly Statement[];
  readonly body: Statement;
}
/** `for (x in low..high)`, both ends included, or over the elements of a list, tuple or stack (`elements`). */
export interface ForInStatement extends StatementBase {
  readonly kind: "forIn";
  /** An lvalue: its own new variable, or one that exists. */
  readonly variable: Expr;
  readonly range: { readonly low: Expr; readonly high: Expr } | null;
  readonly elements: readonly Expr[] | null;
  readonly body: Statement;
}
export interface BreakStatement extends StatementBase {
  readonly kind: "break" | "continue";
}
export type Statement =
  | BlockStatement
  | AssignStatement
  | CallStatement
  | VariableStatement
  | IfStatement
  | SwitchActionStatement
  | SwitchValueStatement
  | ReturnStatement
  | ExitStatement
  | ForStatement
  | ForInStatement
  | BreakStatement;

// ---- Declarations ---------------------------------------------------------------------------------------

export interface DeclBase {
  readonly pos: Pos;
  readonly name: string;
  readonly annotations: readonly Annotation[];
}
export type Direction = "in" | "out" | "inout" | "none";
export interface Param extends DeclBase {
  readonly kind: "param";
  readonly direction: Direction;
  readonly type: Type;
  /** A compile-time value given where the caller gives none; already filled into `Arg.value`, which is where to read
   * it: a generic declaration's is not converted yet. */
  readonly defaultValue: Expr | null;
  /** `@optional`. */
  readonly optional: boolean;
  readonly index: number;
}
export interface VariableDecl extends DeclBase {
  readonly kind: "variable";
  readonly type: Type;
  readonly init: Expr | null;
}
/** An instance of an extern, parser, control or package. `name` is "" for constructor-call arguments; a direct
 * application `C.apply()` makes one named after C. */
export interface InstanceDecl extends DeclBase {
  readonly kind: "instance";
  readonly type: ExternType | ParserType | ControlType | PackageType;
  /** Which constructor of an extern; null for the others. */
  readonly constructorDecl: MethodDecl | null;
  readonly args: readonly Arg[];
  /** Implementations of abstract methods, by name. They may lack `@optional` parameters of the abstract method. */
  readonly methods: readonly FunctionDecl[];
}
export interface FunctionDecl extends DeclBase {
  readonly kind: "function";
  readonly params: readonly Param[];
  readonly returnType: Type;
  readonly typeArgs: readonly Type[];
  readonly body: BlockStatement;
}
export interface ActionDecl extends DeclBase {
  readonly kind: "action";
  /** Directionless ones come last: the control plane or an entry gives them (or the caller, as `in`). */
  readonly params: readonly Param[];
  readonly body: BlockStatement;
}
export interface MethodDecl extends DeclBase {
  readonly kind: "method";
  readonly isConstructor: boolean;
  readonly isAbstract: boolean;
  readonly typeParams: readonly TypeVar[];
  readonly params: readonly Param[];
  readonly returnType: Type;
}
export interface ExternDecl extends DeclBase {
  readonly kind: "extern";
  readonly typeParams: readonly TypeVar[];
  readonly methods: readonly MethodDecl[];
}
export interface ExternFunctionDecl extends DeclBase {
  readonly kind: "externFunction";
  readonly typeParams: readonly TypeVar[];
  readonly params: readonly Param[];
  readonly returnType: Type;
}
/** A parser, or only its type (`parser P<H>(...);`), which has no states. */
export interface ParserDecl extends DeclBase {
  readonly kind: "parser";
  readonly isType: boolean;
  readonly typeParams: readonly TypeVar[];
  readonly params: readonly Param[];
  readonly ctorParams: readonly Param[];
  readonly variables: readonly VariableDecl[];
  readonly instances: readonly InstanceDecl[];
  readonly valueSets: readonly ValueSetDecl[];
  /** The first is `start`. `accept` and `reject` are not among them. */
  readonly states: readonly StateDecl[];
}
export interface ValueSetDecl extends DeclBase {
  readonly kind: "valueSet";
  /** bit, int, enum, tuple or struct (one field per select key). `@match` on fields: see their annotations. */
  readonly type: Type;
  readonly size: number;
}
export interface StateDecl extends DeclBase {
  readonly kind: "state";
  readonly statements: readonly Statement[];
  readonly transition: Transition;
}
export type NextState = StateDecl | "accept" | "reject";
export type Transition =
  | { readonly kind: "direct"; readonly next: NextState }
  /** The first case whose keysets all match; none: error.NoMatch and reject; 13.6. */
  | { readonly kind: "select"; readonly keys: readonly Expr[]; readonly cases: readonly SelectCase[] };
export interface SelectCase {
  readonly pos: Pos;
  /** One per key, or a single `valueSet` with `spansKeys`. */
  readonly keysets: readonly Keyset[];
  readonly next: NextState;
}
/** Values are of the key's type. Literals, unless a constructor parameter is involved. `a &&& m` matches k when (k & m) == (a & m). */
export type Keyset =
  | { readonly kind: "any" }
  | { readonly kind: "value"; readonly value: Expr }
  | { readonly kind: "mask"; readonly value: Expr; readonly mask: Expr }
  | { readonly kind: "range"; readonly low: Expr; readonly high: Expr }
  /** `spansKeys`: the scalars of its struct or tuple, nested ones in order, match the keys one by one. */
  | { readonly kind: "valueSet"; readonly valueSet: ValueSetDecl; readonly spansKeys: boolean };

/** A control, or only its type (`control C<H>(...);`), which has an empty body. */
export interface ControlDecl extends DeclBase {
  readonly kind: "control";
  readonly isType: boolean;
  readonly typeParams: readonly TypeVar[];
  readonly params: readonly Param[];
  readonly ctorParams: readonly Param[];
  /** Declared outside `apply`; in order, and initialised in order at each application. */
  readonly variables: readonly VariableDecl[];
  readonly instances: readonly InstanceDecl[];
  readonly actions: readonly ActionDecl[];
  readonly tables: readonly TableDecl[];
  readonly body: BlockStatement;
}
export interface TableKey {
  readonly pos: Pos;
  readonly expr: Expr;
  /** Name of the match_kind: exact, lpm, ternary, range, optional, selector, or another the architecture declares. */
  readonly matchKind: string;
  /** Control-plane name: `@name`, or the expression as written without a leading `hdr.`-like change. */
  readonly name: string;
  readonly annotations: readonly Annotation[];
}
export interface TableAction {
  /** As the list names it; a `switch` on action_run uses that name. */
  readonly name: string;
  readonly pos: Pos;
  readonly action: ActionDecl;
  /** The arguments given in the table's action list: those of the directed parameters, all of them. */
  readonly args: readonly Arg[];
  readonly annotations: readonly Annotation[];
  /** @defaultonly and @tableonly. */
  readonly defaultOnly: boolean;
  readonly tableOnly: boolean;
}
/** An action chosen with values for its directionless parameters, in order (`args`). */
export interface ActionChoice {
  readonly pos: Pos;
  readonly action: TableAction;
  readonly args: readonly Arg[];
}
export interface TableEntryDecl {
  readonly pos: Pos;
  /** One per key. `any` for `_` and `default`. An lpm value with a prefix mask is `mask`. */
  readonly keysets: readonly Keyset[];
  readonly choice: ActionChoice;
  /** As written, or computed from the table's rules (14.2.1.4); null when the table has no priorities written:
   * then the first entry that matches wins. */
  readonly priority: bigint | null;
  readonly isConst: boolean;
  readonly annotations: readonly Annotation[];
}
export interface TableDecl extends DeclBase {
  readonly kind: "table";
  readonly keys: readonly TableKey[];
  readonly actions: readonly TableAction[];
  /** Without one it is NoAction if the list has it; null then means: nothing happens. */
  readonly defaultAction: ActionChoice | null;
  readonly defaultActionConst: boolean;
  readonly entries: readonly TableEntryDecl[];
  readonly entriesConst: boolean;
  readonly largestPriorityWins: boolean;
  readonly size: number | null;
  /** A size that depends on constructor parameters, for `evaluate`; `size` is null then. */
  readonly sizeExpr: Expr | null;
  /** All other properties by name: implementation, counters, meters, support_timeout, ... An instance property is an
   * `instance` or `construct` expression; elaboration has children for both. */
  readonly properties: ReadonlyMap<string, Expr>;
}
export interface PackageDecl extends DeclBase {
  readonly kind: "package";
  readonly typeParams: readonly TypeVar[];
  readonly ctorParams: readonly Param[];
}

// ---- The whole ------------------------------------------------------------------------------------------

export type InstanceArg = ConstValue | Instance | InstanceArg[] | null;

/** A node of the instance tree: what exists at run time. */
export interface Instance {
  readonly kind: "instanceNode";
  readonly decl: InstanceDecl;
  readonly type: ExternType | ParserType | ControlType | PackageType;
  /** Control-plane name, full: `ingress.c.reg`; `@name` is obeyed (a leading dot makes it absolute). Nested in
   * the main package the unnamed arguments are called after their control or parser. */
  readonly name: string;
  /** The constructor arguments, in order; null for an optional one left out. An Instance for instances. */
  readonly args: readonly InstanceArg[];
  /** Of a control or parser: one for each InstanceDecl in it, direct applications and `construct`s included. */
  readonly children: ReadonlyMap<InstanceDecl, Instance>;
}

export interface CheckedProgram {
  /** The elaborated `main`. @see Instance */
  readonly main: Instance;
  /** Instances declared outside controls and parsers. */
  readonly instances: ReadonlyMap<InstanceDecl, Instance>;
  /** Top-level variables do not exist in P4; constants are folded. Everything else declared at top level: */
  readonly parsers: readonly ParserDecl[];
  readonly controls: readonly ControlDecl[];
  readonly actions: readonly ActionDecl[];
  readonly functions: readonly FunctionDecl[];
  readonly externs: readonly ExternDecl[];
  readonly externFunctions: readonly ExternFunctionDecl[];
  readonly enums: readonly (EnumType | SerEnumType)[];
  /** All error members, in order of declaration; NoError is 0. */
  readonly errors: readonly string[];
  readonly matchKinds: readonly string[];
  /** Where a position is, with the text of its line. */
  locate(pos: Pos): { file: string; line: number; column: number; text: string };
}
