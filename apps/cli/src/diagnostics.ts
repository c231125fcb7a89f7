import { defineDiagnostics } from "@matchmul/common";

/** Errors of the command line, the bundle and the archives of images; the other packages have their own. */
export const error = defineDiagnostics("cli", {
  usage: (message: string, command: string) => ({
    message,
    hint: `\`${command} --help\` lists commands and options`,
  }),
  "inputs-array": (path: string, present: readonly string[], wanted: readonly string[]) => ({
    message: `${path} holds ${present.length === 1 ? "the array" : "the arrays"} ${present.join(", ")}, but none of ${wanted.join(", ")}`,
    hint: "write it with numpy.savez(path, images=..., labels=...)",
  }),
  "inputs-shape": (
    path: string,
    array: string,
    got: readonly number[],
    expected: readonly (number | string)[],
  ) => {
    const [n, c, ...size] = expected;
    const channelsLast = size.length > 0 && got.slice(1).join() === [...size, c].join();
    const order = [0, expected.length - 1, ...size.map((_, i) => i + 1)].join(", ");
    return {
      message: `array ${array} of ${path} has shape (${got.join(", ")}); the model takes (${[n, c, ...size].join(", ")})`,
      hint: channelsLast
        ? `the channels come last there: save numpy.transpose(${array}, (${order}))`
        : "save the images as the model takes them, with the batch dimension in front",
    };
  },
  "inputs-not-finite": (path: string, array: string, image: number) => ({
    message: `array ${array} of ${path} holds NaN or infinity, first in image ${image}`,
    hint: "check how the images are scaled before they are saved",
  }),
  "labels-invalid": (path: string, why: string) => ({
    message: `the labels of ${path} ${why}`,
    hint: "labels are whole numbers, one an image, from 0 to the number of classes less one",
  }),
  "model-input": (name: string, why: string) => ({
    message: `the model ${name} cannot be compiled: ${why}`,
    hint: "a model with one float input whose dimensions behind the batch are numbers is compiled",
  }),
  "bundle-missing": (path: string) => ({
    message: `${path} is not a bundle: it has no manifest.json`,
    hint: "make one with `matchmul compile MODEL.onnx --calibration FILE.npz --out DIR`",
  }),
  "bundle-invalid": (path: string, why: string) => ({
    message: `${path} is damaged: ${why}`,
    hint: "compile the model again",
  }),
  "bundle-changed": (path: string, files: readonly string[]) => ({
    message: `${files.join(", ")} of ${path} ${files.length === 1 ? "is" : "are"} not as compiled`,
    hint: "compile again, or give --allow-changed to use the files as they are",
  }),
  "bundle-target": (path: string, target: string, present: readonly string[]) => ({
    message: `${path} was compiled for ${present.join(", ")}, not for ${target}`,
    hint: `compile it again with --target ${target}`,
  }),
  "bundle-not-served": (path: string) => ({
    message: `${path} is the bundle of one pipe, not of a served network`,
    hint: "make one with `matchmul deploy MODEL --topology NAME --out DIR`; `matchmul run` and `verify` are for one pipe",
  }),
  "socket-refused": (address: string, port: number, why: string) => ({
    message: `no UDP socket at ${address}, port ${port}: ${why}`,
    hint: "choose an address of this machine, and a port that is free and not kept for the system; --port 0 takes any",
  }),
  "host-unknown": (name: string, known: readonly string[]) => ({
    message: `the served network has no host ${name}`,
    hint: `its hosts are ${known.join(", ")}`,
  }),
  "calibration-needed": (path: string) => ({
    message: `${path} is a float model, and there is no --calibration to quantize it by`,
    hint: "give --calibration FILE.npz, or an int8 .safetensors of `matchmul quantize`",
  }),
  "merge-mismatch": (path: string, why: string) => ({
    message: `${path} cannot be merged with the others: ${why}`,
    hint: "merge the results of `npm run case-study -- NAME --shard I/N --result FILE`, one for each I",
  }),
  "plan-invalid": (path: string, why: string) => ({
    message: `${path} is not a plan.json: ${why}`,
    hint: "make one with `matchmul plan INT8.safetensors --profile NAME --out plan.json`",
  }),
  "audit-without-stages": (path: string, profile: string) => ({
    message: `the plan of ${path} has no stages to compare: it is for ${profile}`,
    hint: "compile with --profile tofino or tofino2",
  }),
  "plan-foreign": (path: string, why: string) => ({
    message: `${path} is not a plan of this model: ${why}`,
    hint: "plan the model again",
  }),
  "verdict-class": (given: string, classes: number) => ({
    message: `--on-class names class ${given}; the model's classes are 0 to ${classes - 1}`,
    hint: "a class is the index of a logit",
  }),
  "onnx-test-empty": (folder: string) => ({
    message: `${folder} holds no ONNX test case`,
    hint: "a case is a folder with model.onnx and test_data_set_0; ONNX's own are in onnx/backend/test/data/node",
  }),
  "sizes-invalid": (issues: readonly string[]) => ({
    message:
      issues.length === 1 ? issues[0] : `${issues[0]} (and ${issues.length - 1} more in the same file)`,
    hint: "docs/schemas/model-sizes.schema.json describes the format; models/mini-alexnet/model.yaml is one",
  }),
  "sizes-unsupported": (what: string, why: string) => ({
    message: `${what} cannot be planned on a fabric: ${why}`,
    hint: "`matchmul inspect` shows the model's nodes; one switch may still compile it",
  }),
  "model-folder": (path: string, models: readonly string[]) => ({
    message: `the folder ${path} holds ${models.length === 0 ? "neither a model.yaml nor an .onnx file" : `several models: ${models.join(", ")}`}`,
    hint: "give the file that is meant",
  }),
  "plan-layer": (name: string, known: readonly string[]) => ({
    message: `--g names a layer ${name}, which the model does not have`,
    hint: `its layers are ${known.join(", ")}`,
  }),
  "profile-target": (profile: string, target: string, known: readonly string[]) => ({
    message: `profile ${profile} has no target ${target}`,
    hint: `choose one of ${known.join(", ")}`,
  }),
});
