/** Tables: keys, actions, entries and other properties (P4_16 14.2). */
import { StatementParser } from "./parser-statements.js";
import type { SActionRef, SAnnotation, SArg, SEntry, SProperty, STable } from "./syntax.js";

export class TableParser extends StatementParser {
  protected table(annotations: SAnnotation[]): STable {
    this.expect("table");
    const pos = this.pos;
    const name = this.name("the table's name");
    this.declareValue(name);
    const open = this.expect("{");
    const properties: SProperty[] = [];
    while (!this.accept("}")) {
      if (this.kind === "eof") throw this.error(`table '${name}' is not closed by '}'`, open);
      properties.push(this.property());
    }
    return { kind: "table", pos, name, annotations, properties };
  }

  private property(): SProperty {
    const annotations = this.annotations();
    const isConst = this.accept("const");
    const pos = this.pos;
    const kind = this.kind;
    const name = this.name("a table property");
    this.expect("=");
    if (kind === "key" && !isConst) return this.key(pos);
    if (kind === "actions" && !isConst) {
      this.expect("{");
      const actions: SActionRef[] = [];
      while (!this.accept("}")) {
        const own = this.annotations();
        actions.push({ ...this.actionRef(), annotations: own });
        this.expect(";");
      }
      return { kind: "actions", pos, actions };
    }
    if (kind === "entries") {
      this.expect("{");
      const entries: SEntry[] = [];
      while (!this.accept("}")) entries.push(this.entry());
      return { kind: "entries", pos, isConst, entries };
    }
    const value = this.expression();
    this.expect(";");
    return { kind: "other", pos, name, isConst, value, annotations };
  }

  private key(pos: number): SProperty {
    this.expect("{");
    const elements: Extract<SProperty, { kind: "key" }>["elements"] = [];
    while (!this.accept("}")) {
      const at = this.pos;
      const expr = this.expression();
      this.expect(":");
      const matchPos = this.pos;
      const matchKind = this.name("a match kind");
      const annotations = this.annotations();
      this.expect(";");
      elements.push({ pos: at, expr, matchKind, matchPos, annotations });
    }
    return { kind: "key", pos, elements };
  }

  private actionRef(): Omit<SActionRef, "annotations"> {
    const pos = this.pos;
    const global = this.accept(".");
    const name = this.name("an action's name");
    const args: SArg[] | null = this.kind === "(" ? this.args() : null;
    return { pos, name, global, args };
  }

  private entry(): SEntry {
    const pos = this.pos;
    const isConst = this.accept("const");
    let priority: SEntry["priority"] = null;
    if (this.kind === "priority" && this.peek() === "=") {
      this.at += 2;
      if (this.accept("(")) {
        priority = this.expression();
        this.expect(")");
      } else {
        const at = this.pos;
        if (this.peek(0) !== "int") throw this.unexpected("a priority");
        priority = { kind: "int", pos: at, ...this.integer() };
      }
      this.expect(":");
    }
    const keysets = this.keysets();
    this.expect(":");
    const action = this.actionRef();
    const annotations = this.annotations();
    this.expect(";");
    return { pos, isConst, priority, keysets, action: { ...action, annotations: [] }, annotations };
  }
}
