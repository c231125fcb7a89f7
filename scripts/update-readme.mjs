// Runs the demo and puts what it prints into README.md, between the lines that frame it.
// usage: node scripts/update-readme.mjs
import { execSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const printed = execSync("npm run --silent demo -- --quiet", {
  cwd: root,
  encoding: "utf8",
  env: { ...process.env, NO_COLOR: "1" },
});
const path = `${root}README.md`;
const frame = /(The demo prints:\n\n)(?: {4}.*\n|\n)*(?=[^ \n])/;
const block = printed
  .trim()
  .split("\n")
  .map((line) => (line === "" ? "" : `    ${line}`))
  .join("\n");
const readme = readFileSync(path, "utf8");
if (!frame.test(readme)) throw new Error('README.md has no line "The demo prints:"');
writeFileSync(
  path,
  readme.replace(frame, (_, head) => `${head}${block}\n\n`),
);
