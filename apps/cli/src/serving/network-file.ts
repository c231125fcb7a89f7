import type { RequestLayout, ServeNetwork, ServePipe } from "@matchmul/planner";
import { error } from "../diagnostics.js";

/** network.json: everything of a served network but the words of its lookup tables, which are in the entries. */
interface NetworkFile extends Omit<ServeNetwork, "pipes" | "request"> {
  format: "matchmul-network";
  version: 1;
  target: string;
  pipes: PipeOnFile[];
  request: { packets: (Omit<RequestLayout["packets"][number], "bits"> & { bits: number[] })[] };
}

/** A pipe with the files of its program: as a switch runs it, and as the simulator does, pass by pass. */
type PipeOnFile = ServePipe extends infer P
  ? P extends ServePipe
    ? Omit<P, "words"> & { text: string; simulated: string }
    : never
  : never;

/** A network as a bundle has it: its lookup tables have no words here. */
export interface StoredNetwork {
  network: ServeNetwork;
  target: string;
  /** Of each pipe, a path in the bundle. */
  texts: ProgramTexts;
}

/** Paths of programs by pipe: those for switches, and those that the simulator runs. */
export interface ProgramTexts {
  programs: readonly string[];
  simulated: readonly string[];
}

export function formatNetwork(network: ServeNetwork, target: string, texts: ProgramTexts): string {
  const file: NetworkFile = {
    format: "matchmul-network",
    version: 1,
    target,
    ...network,
    pipes: network.pipes.map(
      (pipe, i) => ({ ...pipe, text: texts.programs[i], simulated: texts.simulated[i] }) as PipeOnFile,
    ),
    request: { packets: network.request.packets.map((p) => ({ ...p, bits: [...p.bits] })) },
  };
  return `${JSON.stringify(file)}\n`;
}

/** @throws MatchMulError bundle-invalid */
export function parseNetwork(text: string, directory: string): StoredNetwork {
  const damaged = (why: string) => error("bundle-invalid", directory, `network.json ${why}`);
  let file: NetworkFile;
  try {
    file = JSON.parse(text);
  } catch {
    throw damaged("is not JSON");
  }
  if (file?.format !== "matchmul-network" || file.version !== 1 || !Array.isArray(file.pipes))
    throw damaged("is not a served network of version 1");
  const { pipes, request, target, format: _, version: __, ...rest } = file;
  return {
    target,
    texts: { programs: pipes.map((p) => p.text), simulated: pipes.map((p) => p.simulated) },
    network: {
      ...rest,
      pipes: pipes.map(({ text: _, simulated: __, ...pipe }) => {
        if (pipe.program !== "tile") return pipe;
        const words = (): never => {
          throw damaged("has no words of lookup tables; they are in the entries");
        };
        return { ...pipe, words };
      }),
      request: { packets: request.packets.map((p) => ({ ...p, bits: Int32Array.from(p.bits) })) },
    },
  };
}
