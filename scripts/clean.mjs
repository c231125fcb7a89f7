// Removes what builds and runs leave behind: dist folders, turbo's cache, demo output. node_modules stay.
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const remove = (...path) => rmSync(join(root, ...path), { recursive: true, force: true });

for (const group of ["packages", "apps"]) {
  for (const workspace of readdirSync(join(root, group))) {
    remove(group, workspace, "dist");
    remove(group, workspace, ".turbo");
  }
}
remove(".turbo");
remove("out");
