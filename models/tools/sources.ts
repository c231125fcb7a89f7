import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNpz } from "@matchmul/common";
import { type ByteSamples, type Graph, readCifar10, readPackets, sampleValues } from "@matchmul/model";
import { samplesOf } from "@matchmul/quantizer";

/** Inputs as a model takes them, and what they are. */
export interface Samples {
  values: Float32Array[];
  labels?: ArrayLike<number>;
}

/** Where one of the project's models comes from, and what it reads. */
export interface Source {
  name: string;
  /** Committed files; what is left out must be given on the command line. */
  files: { int8: string; onnx?: string; calibration?: string; test?: string };
  read(path: string, graph: Graph): Samples;
  /** Inputs are bytes, (byte - 128) / 128; the input scale is then 1/128 and the int8 value byte - 128, exactly. */
  byteInput: boolean;
}

const root = fileURLToPath(new URL("..", import.meta.url));

const bytesWith = (read: (path: string) => ByteSamples) => (path: string) => {
  const samples = read(path);
  const values = Array.from({ length: samples.count }, (_, i) => sampleValues(samples, i));
  return { values, labels: samples.labels };
};

const int8File = (folder: string, name: string) => join(folder, `${name}.int8.safetensors`);

const committed = (folder: string, name: string) => ({
  int8: int8File(folder, name),
  onnx: join(folder, `${name}.onnx`),
  calibration: join(folder, `${name}-calibration.npz`),
  test: join(folder, `${name}-test.npz`),
});

/** The models that quantize.ts makes; a new one is one more entry. */
export const sources: readonly Source[] = [
  {
    name: "digits-cnn",
    files: committed(join(root, "digits"), "digits-cnn"),
    read: (path, graph) => {
      const { images, labels } = readNpz(path);
      return { values: samplesOf(graph, images), labels: labels.data };
    },
    byteInput: false,
  },
  {
    name: "netnn",
    files: committed(join(root, "netnn"), "netnn"),
    read: bytesWith(readPackets),
    byteInput: true,
  },
  {
    name: "mini-alexnet",
    files: { int8: int8File(join(root, "mini-alexnet"), "mini-alexnet") },
    read: bytesWith(readCifar10),
    byteInput: true,
  },
];

export const sourceOf = (name: string | undefined): Source | undefined =>
  sources.find((source) => source.name === name);
