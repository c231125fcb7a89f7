// The beginning of a thread. From sources it needs tsx and the packages' sources, which it does not take over from its process.
import { workerData } from "node:worker_threads";

if (workerData.entry.endsWith(".ts")) {
  const { register } = await import("tsx/esm/api");
  register();
  const hook = `export const resolve = (specifier, context, next) =>
    next(specifier, { ...context, conditions: ["@matchmul/source", ...context.conditions] });`;
  const module = await import("node:module");
  module.register(`data:text/javascript,${encodeURIComponent(hook)}`);
}
await import(workerData.entry);
