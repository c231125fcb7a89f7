/** Statements (P4_16 12) and the declarations that can stand among them. */
import { ExpressionParser } from "./parser-expressions.js";
import type {
  SAnnotation,
  SBlock,
  SCall,
  SConst,
  SExpr,
  SFunction,
  SInstance,
  SParam,
  SStatement,
  SType,
  STypeParam,
  SVariable,
} from "./syntax.js";

const ASSIGNMENTS = new Set(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", "|+|=", "|-|="]);
/** `else if` after `else if`: as deep as the tree that comes of it. */
const MAX_ELSE_IF = 1000;

export class StatementParser extends ExpressionParser {
  protected block(annotations: SAnnotation[] = []): SBlock {
    const pos = this.expect("{");
    const statements: SStatement[] = [];
    this.scope(() => {
      while (this.kind !== "}") {
        if (this.kind === "eof") throw this.error("block is not closed by '}'", pos);
        statements.push(this.statement());
      }
    });
    this.advance();
    return { kind: "block", pos, annotations, statements };
  }

  protected statement(): SStatement {
    this.enter();
    const statement = this.anyStatement();
    this.leave();
    return statement;
  }

  private anyStatement(): SStatement {
    const pos = this.pos;
    const kind = this.kind;
    switch (kind) {
      case ";":
        this.advance();
        return { kind: "empty", pos };
      case "{":
        return this.block();
      case "if":
        return this.ifStatement();
      case "switch":
        return this.switchStatement();
      case "for":
        return this.forStatement();
      case "return": {
        this.advance();
        const value = this.kind === ";" ? null : this.expression();
        this.expect(";");
        return { kind: "return", pos, value };
      }
      case "exit":
      case "break":
      case "continue":
        this.advance();
        this.expect(";");
        return { kind, pos };
      case "const":
        return { kind: "decl", pos, decl: this.constant([]) };
      case "@": {
        const annotations = this.annotations();
        if (this.kind === "{") return this.block(annotations);
        if (this.kind === "const") return { kind: "decl", pos, decl: this.constant(annotations) };
        if (this.isDeclaration()) return { kind: "decl", pos, decl: this.variableOrInstance(annotations) };
        return this.anyStatement();
      }
    }
    if (this.isDeclaration()) return { kind: "decl", pos, decl: this.variableOrInstance([]) };
    const statement = this.simpleStatement();
    this.expect(";");
    return statement;
  }

  /** Whether a variable declaration or instantiation begins here, rather than an assignment or call. */
  protected isDeclaration(): boolean {
    const { kinds } = this;
    let i = this.at;
    if (!this.startsType()) return this.isName() && this.isName(kinds[i + 1]);
    if (kinds[i] === ".") i++;
    if (!this.isName(kinds[i])) return kinds[i] !== "int" || this.texts[i] === "int";
    i++;
    if (kinds[i] === "<") {
      i = this.afterTypeArgs(i);
      if (i < 0) return true;
    }
    if (this.isName(kinds[i])) return true;
    if (kinds[i] === "(") {
      // `T(args) name;` is an instantiation, `T(args).apply();` a call.
      const after = this.afterParens(i);
      return this.isName(kinds[after]);
    }
    return kinds[i] === "[";
  }

  private afterParens(i: number): number {
    const { kinds } = this;
    let depth = 0;
    for (; i < kinds.length; i++) {
      if (kinds[i] === "(") depth++;
      else if (kinds[i] === ")" && --depth === 0) return i + 1;
    }
    return kinds.length - 1;
  }

  /** Assignment or call, without its semicolon. */
  protected simpleStatement(): SStatement {
    const pos = this.pos;
    // Above every binary operator: an lvalue or a call.
    const target = this.expression(100);
    let op = this.kind;
    if (op === ">" && this.text === ">>" && this.peek() === ">=") {
      this.advance();
      op = ">>=";
    }
    if (ASSIGNMENTS.has(op) || op === ">>=") {
      this.advance();
      return { kind: "assign", pos, target, op: op.slice(0, -1), value: this.expression() };
    }
    if (target.kind !== "call") {
      throw this.unexpected("an assignment or a call's parenthesis");
    }
    return { kind: "call", pos, call: target as SCall };
  }

  private ifStatement(): SStatement {
    // Iterative: generated programs have long chains of `else if`.
    const heads: { pos: number; condition: SExpr; whenTrue: SStatement }[] = [];
    let whenFalse: SStatement | null = null;
    while (true) {
      const pos = this.expect("if");
      this.expect("(");
      const condition = this.expression();
      this.expect(")");
      heads.push({ pos, condition, whenTrue: this.scope(() => this.statement()) });
      if (heads.length > MAX_ELSE_IF) throw this.tooDeep();
      if (!this.accept("else")) break;
      if (this.kind === "if") continue;
      whenFalse = this.scope(() => this.statement());
      break;
    }
    for (let i = heads.length - 1; i >= 0; i--) whenFalse = { kind: "if", ...heads[i]!, whenFalse };
    return whenFalse!;
  }

  private switchStatement(): SStatement {
    const pos = this.expect("switch");
    this.expect("(");
    const value = this.expression();
    this.expect(")");
    this.expect("{");
    const cases: { pos: number; label: SExpr | null; body: SBlock | null }[] = [];
    while (!this.accept("}")) {
      const at = this.pos;
      const label = this.accept("default") ? null : this.expression();
      this.expect(":");
      const isBlock = this.kind === "{" || this.kind === "@";
      cases.push({ pos: at, label, body: isBlock ? this.block(this.annotations()) : null });
    }
    return { kind: "switch", pos, value, cases };
  }

  private forStatement(): SStatement {
    const pos = this.expect("for");
    this.expect("(");
    return this.scope(() => {
      const annotations = this.annotations();
      if (this.isDeclaration()) {
        const mark = this.at;
        const type = this.type();
        const name = this.name();
        if (this.accept("in")) {
          const low = this.expression();
          const high = this.accept("..") ? this.expression() : null;
          this.expect(")");
          this.declareValue(name);
          return { kind: "forIn", pos, type, name, low, high, body: this.statement() };
        }
        this.at = mark;
      }
      const init: SStatement[] = [];
      if (this.kind !== ";") {
        do {
          const at = this.pos;
          if (this.isDeclaration()) {
            init.push({ kind: "decl", pos: at, decl: this.variableHead(annotations) });
          } else {
            init.push(this.simpleStatement());
          }
        } while (this.accept(","));
      }
      this.expect(";");
      const condition = this.expression();
      this.expect(";");
      const update: SStatement[] = [];
      if (this.kind !== ")") {
        do update.push(this.simpleStatement());
        while (this.accept(","));
      }
      this.expect(")");
      return { kind: "for", pos, init, condition, update, body: this.statement() };
    });
  }

  // ---- Declarations among statements ----

  protected constant(annotations: SAnnotation[]): SConst {
    this.expect("const");
    const type = this.type();
    const { pos, name, type: full } = this.declarator(type);
    this.expect("=");
    const value = this.expression();
    this.expect(";");
    this.declareValue(name);
    return { kind: "const", pos, name, annotations, type: full, value };
  }

  /** A name, with array dimensions after it where it has some. */
  protected declarator(type: SType): { pos: number; name: string; type: SType } {
    const pos = this.pos;
    const name = this.name();
    let full = type;
    while (this.kind === "[") {
      const at = this.pos;
      this.advance();
      const size = this.expression();
      this.expect("]");
      full = { kind: "stack", pos: at, element: full, size };
    }
    return { pos, name, type: full };
  }

  /** `T name;`, `T name = e;` or `T(args) name;` */
  protected variableOrInstance(annotations: SAnnotation[]): SVariable | SInstance {
    const mark = this.at;
    const type = this.type();
    if (this.kind === "(") return this.instance(annotations, type);
    this.at = mark;
    const variable = this.variableHead(annotations);
    this.expect(";");
    return variable;
  }

  private variableHead(annotations: SAnnotation[]): SVariable {
    const { pos, name, type } = this.declarator(this.type());
    const init = this.accept("=") ? this.expression() : null;
    this.declareValue(name);
    return { kind: "variable", pos, name, annotations, type, init };
  }

  /** The type was read; `(` comes next. */
  protected instance(annotations: SAnnotation[], type: SType): SInstance {
    const args = this.args();
    const pos = this.pos;
    const name = this.name("the instance's name");
    if (this.kind === "[") throw this.sources.unsupported("an array of instances", this.pos);
    let methods: SInstance["methods"] = null;
    if (this.accept("=")) {
      this.expect("{");
      methods = [];
      while (!this.accept("}")) {
        const own = this.annotations();
        const of = this.type();
        if (this.kind === "(") methods.push(this.instance(own, of));
        else methods.push(this.functionRest(own, of));
      }
    }
    this.expect(";");
    this.declareValue(name);
    return { kind: "instance", pos, name, annotations, type, args, methods };
  }

  /** A function whose return type was read. */
  protected functionRest(annotations: SAnnotation[], returnType: SType): SFunction {
    const pos = this.pos;
    const name = this.name("the function's name");
    return this.scope(() => {
      const typeParams = this.typeParams();
      const params = this.params();
      return { kind: "function", pos, name, annotations, typeParams, params, returnType, body: this.block() };
    });
  }

  /** `<T, ...>` where there is one; the names are types until the scope ends. */
  protected typeParams(): STypeParam[] {
    const list: STypeParam[] = [];
    if (!this.accept("<")) return list;
    do {
      const pos = this.pos;
      const name = this.name("a type parameter");
      this.declareType(name);
      list.push({ pos, name });
    } while (this.accept(","));
    this.expect(">");
    return list;
  }

  protected params(): SParam[] {
    this.expect("(");
    const list: SParam[] = [];
    if (this.accept(")")) return list;
    do {
      const annotations = this.annotations();
      const kind = this.kind;
      const direction = kind === "in" || kind === "out" || kind === "inout" ? kind : "none";
      if (direction !== "none") this.advance();
      const { pos, name, type } = this.declarator(this.type());
      const defaultValue = this.accept("=") ? this.expression() : null;
      this.declareValue(name);
      list.push({ pos, name, annotations, direction, type, defaultValue });
    } while (this.accept(","));
    this.expect(")");
    return list;
  }
}
