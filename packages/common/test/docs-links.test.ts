import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** Every Markdown file of ours: at the top, in docs, models, and each workspace. */
function pages(): string[] {
  const inFolder = (folder: string) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .filter((name) => name.endsWith(".md"))
          .map((name) => join(root, folder, name))
      : [];
  const below = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return [".", "docs", "models", ...below("packages"), ...below("apps"), ...below("models")].flatMap(
    (folder) => (/\.\w+$/.test(folder) ? [] : inFolder(folder)),
  );
}

/** The anchor GitHub gives a heading. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

test("every link within the repository leads somewhere", () => {
  const broken: string[] = [];
  for (const page of pages()) {
    const text = readFileSync(page, "utf8");
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path, fragment] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      const found =
        existsSync(target) &&
        (fragment === undefined ||
          [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)].some(([, h]) => anchor(h) === fragment));
      if (!found) broken.push(`${relative(root, page)}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
});
