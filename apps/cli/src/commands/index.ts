import type { Command } from "commander";
import { askCommand } from "./ask.js";
import { auditCommand } from "./audit.js";
import { compileCommand } from "./compile.js";
import { deployCommand } from "./deploy.js";
import { emit } from "./emit.js";
import { explain } from "./explain.js";
import { inspect } from "./inspect.js";
import { onnxTestCommand } from "./onnx-test.js";
import { plan } from "./plan.js";
import { profiles } from "./profiles.js";
import { quantize } from "./quantize.js";
import { run } from "./run.js";
import { serveCommand } from "./serve.js";
import { simulateCommand } from "./simulate.js";
import { topology } from "./topology.js";
import { verifyCommand } from "./verify.js";

/** Every subcommand, in the order `matchmul --help` lists them: one file each, one line here. */
export const commands: (() => Command)[] = [
  compileCommand,
  verifyCommand,
  auditCommand,
  run,
  deployCommand,
  simulateCommand,
  serveCommand,
  askCommand,
  explain,
  inspect,
  profiles,
  topology,
  quantize,
  plan,
  emit,
  onnxTestCommand,
];
