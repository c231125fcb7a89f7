import { resolve } from "node:path";
import { checkProfile, listProfiles, loadProfile } from "@matchmul/profiles";
import type { Command } from "commander";
import { act, command } from "../command.js";
import { exitCode } from "../exit.js";
import { table } from "../format.js";
import type { Terminal } from "../terminal.js";

/** `matchmul profiles`: list them; `profiles check PATH` validates one, `profiles show NAME` prints one. */
export function profiles(): Command {
  return command("profiles", "list the hardware profiles; check or show one")
    .action(act(list))
    .addCommand(
      command("check", "validate a profile file against the schema")
        .argument("<path>", "a .yaml file")
        .action(act(check)),
    )
    .addCommand(
      command("show", "print a profile's numbers")
        .argument("<profile>", "a name, or a .yaml file")
        .action(act(show)),
    );
}

function list(terminal: Terminal): undefined {
  const entries = listProfiles().map((entry) => ({ ...entry, targets: loadProfile(entry.path).targets }));
  terminal.result(entries, () =>
    table(
      ["profile", "P4 targets", "what it is"],
      entries.map((e) => [e.name, e.targets.join(", "), e.description]),
    ),
  );
}

/** With --json the issues come as a list; otherwise as the error any command would give for this profile. */
function check(terminal: Terminal, path: string): number {
  const issues = checkProfile(path);
  if (issues.length > 0 && !terminal.json) throw profileError(path);
  terminal.result({ path, valid: issues.length === 0, issues }, () => `${path}: valid`);
  return issues.length === 0 ? exitCode.ok : exitCode.badInput;
}

function profileError(path: string): unknown {
  try {
    loadProfile(resolve(path));
  } catch (thrown) {
    return thrown;
  }
}

function show(terminal: Terminal, nameOrPath: string): undefined {
  const profile = loadProfile(nameOrPath);
  const lines: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      lines.push(`${path}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
      return;
    }
    for (const [key, inner] of Object.entries(value)) walk(inner, path === "" ? key : `${path}.${key}`);
  };
  walk(profile, "");
  terminal.result(profile, () => lines.join("\n"));
}
