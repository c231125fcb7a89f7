/** The JavaScript module that a program becomes: functions as text, the objects they use, the slots they share. */

import { P4Error } from "../errors.js";
import type { Type } from "../frontend/types.js";
import * as helpers from "../runtime/helpers.js";
import type { Machine } from "../runtime/machine.js";
import { layoutOf } from "./layout.js";
import { Names } from "./names.js";

/** Words of all headers, metadata and variables together. */
const MOST_SLOTS = 2 ** 20;

const MACHINE_FIELDS = ["S", "Q", "QI", "U8", "D", "R", "E"] as const;

export class Module {
  readonly names = new Names();
  private readonly functions: string[] = [];
  private readonly declarations: string[] = [];
  private readonly constantNames = new Map<unknown, string>();
  private readonly constants: unknown[] = [];
  private readonly shared = new Map<string, string>();
  /** Slots given out so far. */
  slots = 0;
  /** Size of what an index beyond a stack reads (zeroes, never written) and writes (never read). */
  private outOfRange = 2;

  /** Reserves `size` slots. */
  allocate(size: number, align: 1 | 2 = 2): number {
    if (align === 2) this.slots = (this.slots + 1) & ~1;
    const at = this.slots;
    this.slots += size;
    if (this.slots > MOST_SLOTS) {
      const message = `the program's headers and variables take more than ${MOST_SLOTS} words`;
      throw new P4Error("state-too-large", message, undefined, true);
    }
    return at;
  }

  allocateType(type: Type): number {
    const { size, align } = layoutOf(type);
    return this.allocate(size, align);
  }

  needOutOfRange(size: number): void {
    this.outOfRange = Math.max(this.outOfRange, size);
  }

  /** A name for an object that generated code uses. */
  constant(hint: string, value: unknown): string {
    let name = this.constantNames.get(value);
    if (!name) {
      name = this.names.unique(hint);
      this.constantNames.set(value, name);
      this.declarations.push(`const ${name} = C[${this.constants.length}];`);
      this.constants.push(value);
    }
    return name;
  }

  /** A variable that all functions see. */
  variable(hint: string, initial: string): string {
    const name = this.names.unique(hint);
    this.declarations.push(`let ${name} = ${initial};`);
    return name;
  }

  add(functionText: string): void {
    this.functions.push(functionText);
  }

  /**
   * Adds a function unless there is one with the same text already; its name. Tables that do the same with
   * other data then share code, which thus stays in the processor's instruction caches.
   */
  addShared(hint: string, text: (name: string) => string): string {
    const key = text("");
    let name = this.shared.get(key);
    if (!name) {
      name = this.names.unique(hint);
      this.shared.set(key, name);
      this.add(text(name));
    }
    return name;
  }

  /** The whole text, whose value is an object of the functions and variables named in `exported`. */
  text(exported: Readonly<Record<string, string>>): string {
    const zero = this.allocate(this.outOfRange);
    const trash = this.allocate(this.outOfRange);
    return [
      '"use strict";',
      `const {${MACHINE_FIELDS.join(", ")}} = M;`,
      `const {${Object.keys(helpers).join(", ")}} = H;`,
      `const ZERO = ${zero}, TRASH = ${trash};`,
      // Set by `exit`; iterations and parser states so far; both are taken back before the next block.
      "let xit = false, steps = 0;",
      // Who is told of tables applied.
      "let observer = null;",
      ...this.declarations,
      ...this.functions,
      "function resume() { xit = false; steps = 0; }",
      "function observe(f) { observer = f; }",
      `return {resume, observe, ${Object.entries(exported)
        .map(([key, name]) => `${JSON.stringify(key)}: ${name}`)
        .join(", ")}};`,
    ].join("\n");
  }

  /** Compiles the text; `machine` must have been made with at least `slots` slots, as they are after `text`. */
  link<T>(text: string, machine: Machine): T {
    return new Function("M", "H", "C", text)(machine, helpers, this.constants) as T;
  }
}
