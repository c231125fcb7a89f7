#!/usr/bin/env node
import { run } from "./program.js";

// `matchmul explain DIR | head` closes our stdout early: that is no error.
process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
  if (cause.code === "EPIPE") process.exit(0);
  throw cause;
});

// No SIGINT handler while computing: Ctrl-C ends the process at once, also amid synchronous work (shells report
// 130). Nothing is on disk then; writing a bundle installs its own handler for the moment it takes.
process.exitCode = await run(process.argv.slice(2));
