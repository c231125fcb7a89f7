import { describe, expect, it } from "vitest";
import { emitted, has, runIn, thresholds } from "./support.js";

/** Stands for bfrt_python: runs the script with a `bfrt` in scope that prints what it is asked to do. */
const shell = `
import sys

class Table:
    def __init__(self, name):
        self.name = name
    def clear(self):
        print(self.name, "clear")
    def __getattr__(self, name):
        if not name.startswith("add_with_"):
            return Table(self.name + "." + name)
        return lambda *arguments: print(self.name, name[9:], *arguments)

class Shell:
    def __getattr__(self, name):
        if name == sys.argv[2]:
            return Table("")
        if name in ("batch_begin", "batch_end", "complete_operations"):
            return lambda: print(name)
        raise AttributeError(name)

exec(compile(open("load_bfrt.py").read(), "load_bfrt.py", "exec"), {"bfrt": Shell(), "__file__": "load_bfrt.py"})
`;

describe("load_bfrt.py", () => {
  const { text } = emitted(thresholds, "tna");
  const files = {
    "shell.py": shell,
    "load_bfrt.py": text("load_bfrt.py"),
    "bfrt.json": text("bfrt.json"),
  };

  it.skipIf(!has("python3"))(
    "adds every entry, key before data, a ternary key's mask behind its value (python3)",
    () => {
      const { out } = runIn(files, "python3", ["shell.py", "-", "convolutional"]);
      const calls = out.trimEnd().split("\n");
      const wanted: string[] = [];
      for (const { table, entries } of JSON.parse(files["bfrt.json"]).tables) {
        const name = table.replace(/^/, ".");
        wanted.push(`${name} clear`, "batch_begin");
        for (const { key, action, data } of entries) {
          const keys = Object.values(key as Record<string, number | { value: number; mask: number }>);
          const args = keys.flatMap((k) => (typeof k === "number" ? [k] : [k.value, k.mask]));
          wanted.push([name, action.split(".").at(-1), ...args, ...Object.values(data)].join(" "));
        }
        wanted.push("batch_end", `${table} ${entries.length} entries`);
      }
      expect(calls).toEqual([...wanted, "complete_operations"]);
      expect(calls.some((call) => call.startsWith(".pipe.Tile.quantize_0 put_0 1 "))).toBe(true);
    },
  );

  it.skipIf(!has("python3"))("finds a program that the shell gave another name (python3)", () => {
    const { out } = runIn(files, "python3", ["shell.py", "-", "p4_convolutional"]);
    expect(out).toContain("complete_operations");
  });
});
