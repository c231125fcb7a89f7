/**
 * A behavioural model for P4_16 programs: `loadProgram` checks a program and compiles it to JavaScript, and the
 * engine it returns takes table entries and runs packets.
 */
import type { Engine, LoadOptions } from "./api.js";
import { compileTna } from "./arch/tna/index.js";
import { compileV1model } from "./arch/v1model/index.js";
import { P4Error } from "./errors.js";
import type { PackageDecl } from "./frontend/ast.js";
import { parseProgram } from "./frontend/index.js";

export type * from "./api.js";
export * from "./control/index.js";
export { P4Error, type SourceLocation } from "./errors.js";
export * from "./pcap/index.js";
export * from "./stf/index.js";

/** Which Tofino a package is for, as its `@pkginfo` says. */
function tofinoGeneration(decl: PackageDecl): "tna" | "t2na" | null {
  const arch = decl.annotations.find((a) => a.name === "pkginfo")?.pairs.get("arch");
  return arch === "TNA" ? "tna" : arch === "T2NA" ? "t2na" : null;
}

/**
 * Makes an engine of a P4_16 program for v1model, tna or t2na.
 * @throws P4Error and nothing else, whatever the text
 */
export function loadProgram(source: string, options: LoadOptions = {}): Engine {
  try {
    return compile(source, options);
  } catch (e) {
    if (e instanceof P4Error) throw e;
    // Such as a stack overflow on absurdly deep nesting.
    const message = e instanceof Error ? e.message : String(e);
    throw new P4Error("internal-error", `the engine fails on this program: ${message}`);
  }
}

function compile(source: string, options: LoadOptions): Engine {
  const program = parseProgram(source, options);
  const name = program.main.type.kind === "package" ? program.main.type.decl.name : "";
  if (name === "V1Switch") return compileV1model(program, options);
  if (name === "Switch" || name === "MultiParserSwitch") {
    const generation = program.main.type.kind === "package" ? tofinoGeneration(program.main.type.decl) : null;
    if (generation) return compileTna(program, options, generation);
  }
  throw new P4Error("unsupported", `the architecture of package '${name}' is not supported`, undefined, true);
}
