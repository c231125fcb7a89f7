import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeDirectoryAtomically } from "@matchmul/common";
import { error } from "./diagnostics.js";
import { exitCode } from "./exit.js";

/** manifest.json: what a bundle is made of. docs/bundle.md describes the layout. */
export interface Manifest {
  format: "matchmul-bundle";
  version: 1;
  /** Version of MatchMul that wrote it. */
  matchmul: string;
  model: string;
  profile: string;
  targets: string[];
  /** Every other file, by its path in the bundle. */
  files: Record<string, { bytes: number; sha256: string }>;
}

/** Where things lie in a bundle. */
export const layout = {
  manifest: "manifest.json",
  plan: "plan.json",
  onnx: "model/model.onnx",
  int8: "model/int8.safetensors",
  profile: "profile.yaml",
  report: "report.html",
  readme: "README.md",
  /** Folder of one pipe's files for one target. */
  pipe: (pipe: string, target: string) => `pipes/${pipe}/${target}`,
} as const;

export const version: string = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).version;

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

/**
 * Writes a bundle as a whole, or nothing: an old bundle at `directory` stays until the new one is complete. Files are
 * written without a pause, and Ctrl-C amid that removes the unfinished directory.
 * @throws MatchMulError output-unwritable, output-foreign
 */
export async function writeBundle(
  directory: string,
  about: Pick<Manifest, "model" | "profile" | "targets">,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<Manifest> {
  const manifest: Manifest = {
    format: "matchmul-bundle",
    version: 1,
    matchmul: version,
    ...about,
    files: {},
  };
  for (const path of [...files.keys()].sort()) {
    const content = files.get(path)!;
    manifest.files[path] = { bytes: Buffer.byteLength(content), sha256: sha256(content) };
  }
  const interrupted = () => process.exit(exitCode.interrupted);
  process.once("SIGINT", interrupted);
  try {
    await writeDirectoryAtomically(directory, (temporary) => {
      for (const [path, content] of files) {
        mkdirSync(dirname(join(temporary, path)), { recursive: true });
        writeFileSync(join(temporary, path), content);
      }
      writeFileSync(join(temporary, layout.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
    });
  } finally {
    process.off("SIGINT", interrupted);
  }
  return manifest;
}

/** A bundle on disk whose files were checked against its manifest. */
export class Bundle {
  private constructor(
    readonly directory: string,
    readonly manifest: Manifest,
  ) {}

  /**
   * Opens a bundle and compares every file with its hash.
   * @throws MatchMulError bundle-missing, bundle-invalid, bundle-changed (unless `allowChanged`)
   */
  static open(directory: string, options: { allowChanged?: boolean } = {}): Bundle {
    const path = join(directory, layout.manifest);
    if (!existsSync(path)) throw error("bundle-missing", directory);
    const manifest = parseManifest(path);
    const bundle = new Bundle(directory, manifest);
    const changed: string[] = [];
    for (const [name, { sha256: expected }] of Object.entries(manifest.files))
      if (sha256(bundle.bytes(name)) !== expected) changed.push(name);
    if (changed.length > 0 && !options.allowChanged) throw error("bundle-changed", directory, changed);
    return bundle;
  }

  /** One file. @throws MatchMulError bundle-invalid if it is not there */
  bytes(path: string): Uint8Array {
    try {
      return readFileSync(join(this.directory, path));
    } catch {
      throw error("bundle-invalid", this.directory, `${path} is missing`);
    }
  }

  text(path: string): string {
    return new TextDecoder().decode(this.bytes(path));
  }

  json(path: string): unknown {
    try {
      return JSON.parse(this.text(path));
    } catch (cause) {
      if (cause instanceof SyntaxError) throw error("bundle-invalid", this.directory, `${path} is not JSON`);
      throw cause;
    }
  }

  /** Names of the files in a folder. */
  names(folder: string): string[] {
    return Object.keys(this.manifest.files)
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1));
  }

  /** Every file with its size. */
  list(): { path: string; bytes: number }[] {
    return Object.entries(this.manifest.files).map(([path, { bytes }]) => ({ path, bytes }));
  }
}

function parseManifest(path: string): Manifest {
  const directory = dirname(path);
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw error("bundle-invalid", directory, "manifest.json is not JSON");
  }
  if (manifest?.format !== "matchmul-bundle")
    throw error("bundle-invalid", directory, "manifest.json is not a bundle's");
  if (manifest.version !== 1)
    throw error(
      "bundle-invalid",
      directory,
      `its format is version ${manifest.version}; this matchmul reads 1`,
    );
  const { files } = manifest;
  const wellFormed =
    typeof files === "object" &&
    files !== null &&
    Object.entries(files).every(
      // A manifest must not lead out of its own bundle.
      ([name, file]) =>
        !name.startsWith("/") && !name.split(/[/\\]/).includes("..") && typeof file?.sha256 === "string",
    );
  if (!wellFormed) throw error("bundle-invalid", directory, "manifest.json does not list its files");
  return manifest as Manifest;
}
