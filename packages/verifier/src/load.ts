import { Device, type Engine, loadEntries, loadProgram } from "@matchmul/p4-engine";

/** Passes after which a packet counts as lost: more than any schedule has, so that a wrong one ends. */
const PASS_LIMIT = 20_000;

/**
 * An engine with a pipe's program and its entries, as their texts say.
 *
 * @param folder and `name`: where the program is, for messages
 * @throws P4Error
 */
export function loadPipe(p4: string, entries: string, folder = ".", name = "program.p4"): Engine {
  const engine = loadProgram(p4, { file: `${folder}/${name}`, passLimit: PASS_LIMIT });
  loadEntries(new Device(engine), entries, { file: `${folder}/entries.txt` });
  return engine;
}
