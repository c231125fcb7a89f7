/** Top-level declarations, parsers and controls (P4_16 grammar: declaration). */
import { TableParser } from "./parser-tables.js";
import type {
  SAnnotation,
  SBlock,
  SControl,
  SDecl,
  SExpr,
  SField,
  SMethod,
  SParser,
  SState,
  SStatement,
  STransition,
  SType,
  STypeParam,
} from "./syntax.js";

export class Parser extends TableParser {
  program(): SDecl[] {
    const list: SDecl[] = [];
    while (this.kind !== "eof") {
      if (this.accept(";")) continue;
      const decl = this.declaration();
      list.push(decl);
    }
    return list;
  }

  private declaration(): SDecl {
    const annotations = this.annotations();
    const kind = this.kind;
    switch (kind) {
      case "const":
        return this.constant(annotations);
      case "extern":
        return this.extern(annotations);
      case "action":
        return this.action(annotations);
      case "parser":
        return this.parser(annotations);
      case "control":
        return this.control(annotations);
      case "package": {
        this.advance();
        const { pos, name } = this.typeHead();
        const decl = this.scope(() => {
          const typeParams = this.typeParams();
          return { kind, pos, name, annotations, typeParams, params: this.params() };
        });
        this.expect(";");
        return decl;
      }
      case "header":
      case "header_union":
      case "struct":
      case "enum":
        return this.derived(annotations);
      case "typedef":
        return this.typedef(annotations);
      case "type":
        // Also a name: `type bit<9> T;` the keyword, `type = 3;` cannot stand here.
        return this.typedef(annotations);
      case "error":
      case "match_kind":
        if (this.peek() === "{") return this.names(annotations);
        break;
      case "table":
      case "value_set":
      case "state":
        if (kind !== "state" || this.isName(this.peek())) {
          throw this.error(`a ${kind === "value_set" ? "value set" : kind} cannot be declared at top level`);
        }
    }
    if (!this.startsType() && !this.isName() && this.kind !== ".") throw this.unexpected("a declaration");
    const mark = this.at;
    const type = this.type();
    if (this.kind === "(") return this.instance(annotations, type);
    if (this.isName() && (this.peek() === "(" || this.peek() === "<"))
      return this.functionRest(annotations, type);
    if (this.isName() && (this.peek() === ";" || this.peek() === "=")) {
      const at = this.pos;
      const name = this.text;
      throw this.error(
        `variable '${name}' cannot be declared at top level; only constants and instances can`,
        at,
      );
    }
    if (this.isName(this.kind)) this.advance();
    else if (mark === this.at) this.advance();
    throw this.unexpected("a declaration");
  }

  /** The name of a type being declared. */
  private typeHead(): { pos: number; name: string } {
    const pos = this.pos;
    const name = this.name();
    this.declareType(name);
    return { pos, name };
  }

  // ---- Types ----

  private derived(annotations: SAnnotation[]): SDecl {
    const kind = this.kind;
    this.advance();
    if (kind === "enum") {
      let underlying: SType | null = null;
      if (!(this.isName() && this.peek() === "{")) underlying = this.type();
      const { pos, name } = this.typeHead();
      const members = this.members(underlying !== null);
      return { kind: "enum", pos, name, annotations, underlying, members };
    }
    const { pos, name } = this.typeHead();
    return this.scope(() => {
      const typeParams = this.typeParams();
      const open = this.expect("{");
      const fields: SField[] = [];
      while (!this.accept("}")) {
        if (this.kind === "eof") throw this.error(`'${name}' is not closed by '}'`, open);
        const own = this.annotations();
        const declared = this.declarator(this.type());
        this.expect(";");
        fields.push({ ...declared, annotations: own });
      }
      const of = kind === "header_union" ? "union" : (kind as "header" | "struct");
      return { kind: of, pos, name, annotations, typeParams, fields };
    });
  }

  private members(withValues: boolean): { pos: number; name: string; value: SExpr | null }[] {
    this.expect("{");
    const list: { pos: number; name: string; value: SExpr | null }[] = [];
    while (!this.accept("}")) {
      this.annotations();
      const pos = this.pos;
      const name = this.name();
      const value = withValues && this.accept("=") ? this.expression() : null;
      list.push({ pos, name, value });
      if (!this.accept(",") && this.kind !== "}") throw this.unexpected("',' or '}'");
    }
    return list;
  }

  private names(annotations: SAnnotation[]): SDecl {
    const pos = this.pos;
    const kind = this.kind === "error" ? "errors" : "matchKinds";
    this.advance();
    return { kind, pos, name: kind, annotations, members: this.members(false) };
  }

  private typedef(annotations: SAnnotation[]): SDecl {
    const kind = this.kind === "type" ? "newtype" : "typedef";
    this.advance();
    let type: SType;
    const at = this.pos;
    if (kind === "typedef" && ["header", "header_union", "struct", "enum"].includes(this.kind)) {
      type = { kind: "declared", pos: at, decl: this.derived([]) };
    } else {
      type = this.type();
    }
    const declared = this.declarator(type);
    this.declareType(declared.name);
    this.expect(";");
    return { kind, annotations, ...declared };
  }

  // ---- Externs ----

  private extern(annotations: SAnnotation[]): SDecl {
    this.expect("extern");
    // `extern E { ... }`, `extern E<T> { ... }`, `extern E;` against `extern T f(...)`
    let i = this.at + 1;
    if (this.isName() && this.kinds[i] === "<") i = this.afterTypeArgs(i);
    if (this.isName() && i >= 0 && (this.kinds[i] === "{" || this.kinds[i] === ";")) {
      const { pos, name } = this.typeHead();
      return this.scope(() => {
        const typeParams = this.typeParams();
        const methods: SMethod[] = [];
        if (!this.accept(";")) {
          const open = this.expect("{");
          while (!this.accept("}")) {
            if (this.kind === "eof") throw this.error(`'${name}' is not closed by '}'`, open);
            methods.push(this.method(name));
          }
        }
        return { kind: "extern", pos, name, annotations, typeParams, methods };
      });
    }
    const decl = this.scope(() => {
      // The return type may be a type parameter, declared only after it.
      const returnType = this.type();
      const pos = this.pos;
      const name = this.name("the function's name");
      const typeParams = this.typeParams();
      const params = this.params();
      return { kind: "externFunction" as const, pos, name, annotations, typeParams, params, returnType };
    });
    this.expect(";");
    return decl;
  }

  private method(externName: string): SMethod {
    const annotations = this.annotations();
    const isAbstract = this.accept("abstract");
    const pos = this.pos;
    const isConstructor = this.isName() && this.text === externName && this.peek() === "(";
    const method = this.scope((): SMethod => {
      let returnType: SType | null = null;
      if (!isConstructor) returnType = this.type();
      const at = isConstructor ? pos : this.pos;
      const name = this.name("the method's name");
      const typeParams: STypeParam[] = isConstructor ? [] : this.typeParams();
      const params = this.params();
      return {
        kind: "method",
        pos: at,
        name,
        annotations,
        isAbstract,
        isConstructor,
        typeParams,
        params,
        returnType,
      };
    });
    this.expect(";");
    return method;
  }

  // ---- Actions ----

  private action(annotations: SAnnotation[]): SDecl & { kind: "action" } {
    this.expect("action");
    const pos = this.pos;
    const name = this.name("the action's name");
    this.declareValue(name);
    return this.scope(() => {
      const params = this.params();
      return { kind: "action", pos, name, annotations, params, body: this.block() };
    });
  }

  // ---- Parsers ----

  private parser(annotations: SAnnotation[]): SParser {
    this.expect("parser");
    const { pos, name } = this.typeHead();
    return this.scope(() => {
      const typeParams = this.typeParams();
      const params = this.params();
      const head = { kind: "parser" as const, pos, name, annotations, typeParams, params };
      if (this.accept(";")) return { ...head, body: null };
      const ctorParams = this.kind === "(" ? this.params() : [];
      const open = this.expect("{");
      const locals: NonNullable<SParser["body"]>["locals"] = [];
      const states: SState[] = [];
      while (!this.accept("}")) {
        if (this.kind === "eof") throw this.error(`parser '${name}' is not closed by '}'`, open);
        if (this.accept(";")) continue;
        const own = this.annotations();
        if (this.kind === "state" && this.isName(this.peek())) states.push(this.state(own));
        else if (this.kind === "const") locals.push(this.constant(own));
        else if (this.kind === "value_set") locals.push(this.valueSet(own));
        else if (this.isDeclaration()) locals.push(this.variableOrInstance(own));
        else throw this.unexpected("a state or declaration");
      }
      return { ...head, body: { ctorParams, locals, states } };
    });
  }

  private valueSet(annotations: SAnnotation[]): SDecl & { kind: "valueSet" } {
    this.expect("value_set");
    this.expect("<");
    const type = this.type();
    this.expect(">");
    this.expect("(");
    const size = this.expression();
    this.expect(")");
    const pos = this.pos;
    const name = this.name("the value set's name");
    this.expect(";");
    return { kind: "valueSet", pos, name, annotations, type, size };
  }

  private state(annotations: SAnnotation[]): SState {
    this.expect("state");
    const pos = this.pos;
    const name = this.name("the state's name");
    const open = this.expect("{");
    return this.scope(() => {
      const statements: SStatement[] = [];
      let transition: STransition | null = null;
      while (!this.accept("}")) {
        if (this.kind === "eof") throw this.error(`state '${name}' is not closed by '}'`, open);
        if (this.kind === "transition") {
          transition = this.transition();
          this.expect("}");
          break;
        }
        statements.push(this.statement());
      }
      return { pos, name, annotations, statements, transition };
    });
  }

  private transition(): STransition {
    const pos = this.expect("transition");
    if (!this.accept("select")) {
      const at = this.pos;
      const next = this.name("a state or 'select'");
      this.expect(";");
      return { kind: "direct", pos: at, next };
    }
    this.expect("(");
    const keys: SExpr[] = [];
    while (this.kind !== ")") {
      keys.push(this.expression());
      if (!this.accept(",")) break;
    }
    this.expect(")");
    const open = this.expect("{");
    const cases: Extract<STransition, { kind: "select" }>["cases"] = [];
    while (!this.accept("}")) {
      if (this.kind === "eof") throw this.error("select is not closed by '}'", open);
      const at = this.pos;
      const keysets = this.keysets();
      this.expect(":");
      const nextPos = this.pos;
      const next = this.name("a state");
      this.expect(";");
      cases.push({ pos: at, keysets, next, nextPos });
    }
    return { kind: "select", pos, keys, cases };
  }

  // ---- Controls and tables ----

  private control(annotations: SAnnotation[]): SControl {
    this.expect("control");
    const { pos, name } = this.typeHead();
    return this.scope(() => {
      const typeParams = this.typeParams();
      const params = this.params();
      const head = { kind: "control" as const, pos, name, annotations, typeParams, params };
      if (this.accept(";")) return { ...head, body: null };
      const ctorParams = this.kind === "(" ? this.params() : [];
      const open = this.expect("{");
      const locals: NonNullable<SControl["body"]>["locals"] = [];
      let apply: SBlock | null = null;
      while (!this.accept("}")) {
        if (this.kind === "eof") throw this.error(`control '${name}' is not closed by '}'`, open);
        if (this.accept(";")) continue;
        const own = this.annotations();
        if (this.kind === "apply" && this.peek() !== ";" && !this.isName(this.peek())) {
          if (apply) throw this.error(`control '${name}' has two apply blocks`);
          this.advance();
          apply = this.block(this.annotations().concat(own));
        } else if (this.kind === "action") locals.push(this.action(own));
        else if (this.kind === "table") locals.push(this.table(own));
        else if (this.kind === "const") locals.push(this.constant(own));
        else if (this.isDeclaration()) locals.push(this.variableOrInstance(own));
        else throw this.unexpected("a declaration or 'apply'");
      }
      if (!apply) throw this.error(`control '${name}' has no apply block`, pos);
      return { ...head, body: { ctorParams, locals, apply } };
    });
  }
}
