#!/usr/bin/env node
/** p4run: runs P4 programs against STF tests and captures. */
import { run } from "./run.js";

process.exitCode = await run(process.argv.slice(2), {
  say: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
});
