/** What an STF text says, statement by statement. */

export interface StfKey {
  name: string;
  /** As written: `0x**01`, `0x0a000000/8`, `1..5`, `0x1&&&0xf`. */
  value: string;
}

export type StfStatement = { line: number } & (
  | {
      kind: "add";
      table: string;
      priority: number | null;
      keys: StfKey[];
      action: string;
      args: StfKey[];
      /** Name given to the entry by `= NAME`. */
      id: string | null;
    }
  | { kind: "setdefault"; table: string; action: string; args: StfKey[] }
  | { kind: "packet"; port: number; bytes: Uint8Array }
  /** `pattern` is hexadecimal digits and `*`; null stands for any packet. */
  | { kind: "expect"; port: number; pattern: string | null; exactLength: boolean }
  | {
      kind: "counter";
      name: string;
      index: string;
      unit: "packets" | "bytes";
      comparison: Comparison;
      value: number;
    }
  | { kind: "removeAll" }
  | { kind: "wait" }
  | { kind: "noPacket" }
  /** A command of simple_switch_CLI. */
  | { kind: "command"; words: string[] }
);

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

export interface StfTest {
  file: string;
  statements: StfStatement[];
}
