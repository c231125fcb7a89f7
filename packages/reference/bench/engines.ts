import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Runs one image; returns the outputs. */
export type Engine = (image: Uint8Array) => ArrayLike<number> | Promise<ArrayLike<number>>;

const WEB = "onnxruntime-web@1.30.0";

interface Session {
  run(feeds: Record<string, unknown>): Promise<Record<string, { data: ArrayLike<number> }>>;
}
interface Runtime {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: string, data: Uint8Array, dims: number[]) => unknown;
  env: { wasm: { numThreads?: number } };
}

async function engineOf(runtime: Runtime, model: Uint8Array, output: string): Promise<Engine> {
  const session = await runtime.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return async (image) => {
    const outputs = await session.run({ x: new runtime.Tensor("uint8", image, [1, 3, 32, 32]) });
    return outputs[output].data;
  };
}

/** ONNX Runtime's native build, one thread. */
export async function nativeRuntime(model: Uint8Array, output: string): Promise<Engine> {
  const loaded = (await import("onnxruntime-node")) as unknown as Runtime & { default?: Runtime };
  return engineOf(loaded.default ?? loaded, model, output);
}

/**
 * ONNX Runtime's WebAssembly build, one thread. Its 139 MB are no dependency of this package: it is installed into the
 * system's temporary folder the first time. Undefined where that fails.
 */
export async function webRuntime(model: Uint8Array, output: string): Promise<Engine | undefined> {
  const folder = join(tmpdir(), "matchmul-bench");
  mkdirSync(folder, { recursive: true });
  const require = createRequire(join(folder, "index.js"));
  let entry: string | undefined;
  for (const attempt of [0, 1]) {
    try {
      entry = require.resolve("onnxruntime-web");
      break;
    } catch {
      if (attempt === 1) return undefined;
      console.error(`installing ${WEB} in ${folder}`);
      spawnSync("npm", ["install", "--ignore-scripts", "--prefix", folder, WEB], { stdio: "ignore" });
    }
  }
  const loaded = (await import(pathToFileURL(entry!).href)) as Runtime & { default?: Runtime };
  const runtime = loaded.default ?? loaded;
  runtime.env.wasm.numThreads = 1;
  return engineOf(runtime, model, output);
}
