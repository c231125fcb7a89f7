#!/usr/bin/env node
// Committed, so that `npm install` can link it before anything is built.
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error("matchmul is not built here: run `npm run build`, or `npm run matchmul -- ...`");
  process.exitCode = 2;
}
