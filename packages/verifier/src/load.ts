import { Device, type Engine, loadEntries, loadProgram } from "@matchmul/p4-engine";

/** An engine with a pipe's program and its entries, as their texts say. @throws P4Error */
export function loadPipe(p4: string, entries: string, file?: string): Engine {
  const engine = loadProgram(p4, { file });
  loadEntries(new Device(engine), entries);
  return engine;
}
