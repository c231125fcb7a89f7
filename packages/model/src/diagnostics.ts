import { defineDiagnostics } from "@matchmul/common";

/** The model package's diagnostics: each code once, with its words. */
export const error = defineDiagnostics("model", {
  "onnx-empty": (source: string) => ({
    message: `${source} is empty`,
    hint: "export the model again; torch.onnx.export(model, example, path) writes one",
  }),
  "onnx-not-onnx": (source: string, why: string, hint?: string) => ({
    message: `${source} is not an ONNX model: ${why}`,
    hint: hint ?? "give a .onnx file as torch.onnx.export, tf2onnx or skl2onnx write it",
  }),
  "onnx-truncated": (source: string, what: string, needed: number, present: number) => ({
    message: `${source} is cut off: ${what} needs ${needed} bytes, ${present} are left`,
    hint: "copy or export the file again; a Git LFS pointer or a broken download looks like this",
  }),
  "onnx-invalid": (source: string, why: string) => ({
    message: `${source} is damaged: ${why}`,
    hint: "export the file again, and check it with onnx.checker.check_model",
  }),
  "onnx-too-large": (source: string, what: string, count: number, limit: number) => ({
    message: `${source} has ${count} ${what}, more than the ${limit} that are read`,
    hint: "this is no classifier for a switch; check the file",
  }),
  "opset-unsupported": (source: string, version: number, oldest: number) => ({
    message: `${source} is written for ONNX operator set ${version}, older than the ${oldest} that is read`,
    hint: "convert it with onnx.version_converter.convert_version(model, 17)",
  }),
  "graph-cycle": (nodes: string) => ({
    message: `the graph has a cycle through ${nodes}`,
    hint: "an ONNX graph must be acyclic; export the model again",
  }),
  "graph-value-undefined": (value: string, user: string) => ({
    message: `${user} reads ${value}, which no node, input or initializer provides`,
    hint: "the file is damaged or was edited; export the model again",
  }),
  "graph-value-duplicate": (value: string, first: string, second: string) => ({
    message: `${value} is provided twice, by ${first} and by ${second}`,
    hint: "each value must have one source; export the model again",
  }),
  "graph-invalid": (why: string) => ({
    message: `the graph is invalid: ${why}`,
    hint: "check the model with onnx.checker.check_model",
  }),
  "operator-unsupported": (node: string, op: string, advice: string, supported: string) => ({
    message: `${node}: operator ${op} is not supported`,
    hint: `${advice}; supported operators: ${supported}`,
  }),
  "operator-invalid": (node: string, why: string) => ({
    message: `${node}: ${why}`,
    hint: "check the model with onnx.checker.check_model(model, full_check=True)",
  }),
  "operator-variant": (node: string, why: string, hint: string) => ({
    message: `${node}: ${why}`,
    hint,
  }),
  "operator-failed": (node: string, cause: string) => ({
    message: `${node}: internal error: ${cause}`,
    hint: "this is a bug in MatchMul; please report it with the model",
  }),
  "shape-conflict": (node: string, why: string) => ({
    message: `${node}: shapes conflict: ${why}`,
    hint: "the model contradicts itself or the input; check the shapes it was exported with",
  }),
  "tensor-invalid": (tensor: string, why: string) => ({
    message: `tensor ${tensor} is invalid: ${why}`,
    hint: "the file is damaged; export the model again",
  }),
  "tensor-dtype": (tensor: string, dtype: string) => ({
    message: `${tensor} has element type ${dtype}, which is not supported`,
    hint: "use float32, float16, bfloat16 or an integer type",
  }),
  "tensor-too-large": (tensor: string, elements: number, limit: number) => ({
    message: `${tensor} would have ${elements} elements, more than the limit of ${limit}`,
    hint: "run smaller batches, or check the model's shapes",
  }),
  "external-data-missing": (tensor: string, path: string) => ({
    message: `tensor ${tensor} keeps its data in ${path}, which cannot be read`,
    hint: "put the external data file beside the .onnx file",
  }),
  "external-data-path": (tensor: string, location: string) => ({
    message: `tensor ${tensor} keeps its data at ${JSON.stringify(location)}, outside the model's folder`,
    hint: "only files in the folder of the .onnx file are read; export the model again",
  }),
  "weights-not-finite": (tensor: string, value: number, index: number, user: string) => ({
    message: `weights ${tensor} of ${user} hold ${value} at element ${index}`,
    hint: "the training diverged or the file is damaged; NaN and infinity have no int8 form",
  }),
  "scale-invalid": (node: string, tensor: string, value: number) => ({
    message: `${node}: scale ${tensor} is ${value}; a scale is positive and finite`,
    hint: "quantize the model again; a constant activation needs a scale of its own, such as 1",
  }),
  "variance-negative": (node: string, variance: number, epsilon: number) => ({
    message: `${node}: a variance of ${variance} with epsilon ${epsilon} has no square root`,
    hint: "the model's running statistics are damaged; export it again",
  }),
  "input-missing": (name: string, expected: string) => ({
    message: `the model's input ${name} is not given`,
    hint: `inputs of the model: ${expected}`,
  }),
  "input-unknown": (name: string, expected: string) => ({
    message: `the model has no input ${name}`,
    hint: `inputs of the model: ${expected}`,
  }),
  "input-mismatch": (name: string, why: string) => ({
    message: `input ${name} does not match the model: ${why}`,
    hint: "`matchmul inspect` lists the inputs with their shapes and element types",
  }),
});
