/** Runs an STF test against an engine. */
import type { Engine } from "../api.js";
import { runCommand } from "../control/commands/index.js";
import { Device } from "../control/device.js";
import { P4Error } from "../errors.js";
import { Expectations } from "./expectations.js";
import { actionArguments, entryKey } from "./keys.js";
import type { Comparison, StfStatement, StfTest } from "./test.js";

export interface StfResult {
  passed: boolean;
  /** The first difference, with its line; empty when passed. */
  message: string;
  packetsIn: number;
  packetsOut: number;
}

export interface StfOptions {
  /** What commands such as register_read show. */
  print?: (line: string) => void;
}

/**
 * Runs all statements in order and compares, port by port and in order, what came out with what was expected.
 * A packet that comes out and was not expected is a difference.
 * @throws P4Error when a statement does not fit the program
 */
export function runStf(engine: Engine, test: StfTest, options: StfOptions = {}): StfResult {
  const run = new StfRun(engine, options.print ?? (() => {}));
  for (const statement of test.statements) {
    try {
      run.statement(statement);
    } catch (e) {
      if (!(e instanceof P4Error) || e.location) throw e;
      const location = { file: test.file, line: statement.line, column: 1 };
      throw new P4Error(e.code, e.message, location, e.unsupported);
    }
  }
  const message = run.expectations.difference() ?? "";
  return { passed: message === "", message, packetsIn: run.packetsIn, packetsOut: run.expectations.received };
}

class StfRun {
  readonly expectations = new Expectations();
  packetsIn = 0;
  private readonly device: Device;
  private readonly handles = new Map<string, number>();

  constructor(
    private readonly engine: Engine,
    private readonly print: (line: string) => void,
  ) {
    this.device = new Device(engine);
  }

  statement(s: StfStatement): void {
    switch (s.kind) {
      case "packet":
        this.packetsIn++;
        for (const out of this.engine.process(s.port, s.bytes)) this.expectations.receive(out, s.line);
        break;
      case "expect":
        this.expectations.expect(s);
        break;
      case "add":
        this.add(s);
        break;
      case "setdefault": {
        const handle = this.device.tables.getByEnd(s.table);
        const action = handle.actions.getByEnd(s.action);
        this.engine.setDefault(handle.info.name, action.name, actionArguments(action, s.args));
        break;
      }
      case "counter":
        this.counter(s);
        break;
      case "removeAll":
        for (const table of this.device.objects.tables.values()) if (!table.frozen) table.clear();
        break;
      case "command":
        runCommand({ device: this.device, print: this.print }, [...s.words]);
        break;
      case "wait":
      case "noPacket":
        // Packets are processed at once, and one that is not expected is a difference anyway.
        break;
    }
  }

  private add(s: Extract<StfStatement, { kind: "add" }>): void {
    const handle = this.device.tables.getByEnd(s.table);
    const action = handle.actions.getByEnd(s.action);
    const entry = this.engine.insert(handle.info.name, {
      key: entryKey(handle, s.keys),
      action: action.name,
      args: actionArguments(action, s.args),
      priority: handle.prioritised ? (s.priority ?? 0) : undefined,
    });
    if (s.id !== null) this.handles.set(s.id, entry);
  }

  private counter(s: Extract<StfStatement, { kind: "counter" }>): void {
    const { value, where } = this.counterValue(s);
    if (COMPARE[s.comparison](value, s.value)) return;
    this.expectations.fail(
      `line ${s.line}: counter ${where} has ${value} ${s.unit}, expected ${s.comparison} ${s.value}`,
    );
  }

  private counterValue(s: Extract<StfStatement, { kind: "counter" }>): { value: number; where: string } {
    const index = this.handles.get(s.index) ?? Number(s.index);
    if (!Number.isInteger(index)) throw new P4Error("unknown-entry", `no entry was named '${s.index}'`);
    const where = `'${s.name}[${s.index}]'`;
    if (this.device.has("directCounters", s.name)) {
      const table = this.device.find("directCounters", s.name).object;
      return { value: table[s.unit][table.entry(index).handle + 1], where };
    }
    const { object } = this.device.find("counters", s.name);
    if (index >= object.size) throw new P4Error("unknown-index", `counter ${where} does not exist`);
    return { value: object[s.unit][index], where };
  }
}

const COMPARE: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
