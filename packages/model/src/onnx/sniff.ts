import { error } from "../diagnostics.js";

/** Other files people give in place of an ONNX model, by how they begin, and what to do instead. */
const foreign: [magic: string, what: string, hint: string][] = [
  [
    "PK\x03\x04",
    "it is a zip archive, as PyTorch (.pt), Keras (.keras) and NumPy (.npz) write",
    "export it with torch.onnx.export or tf2onnx",
  ],
  ["\x89HDF", "it is an HDF5 file, as Keras writes", "convert it with tf2onnx"],
  ["\x80\x02", "it is a Python pickle", "export the model with torch.onnx.export or skl2onnx"],
  ["\x80\x03", "it is a Python pickle", "export the model with torch.onnx.export or skl2onnx"],
  ["\x80\x04", "it is a Python pickle", "export the model with torch.onnx.export or skl2onnx"],
  ["\x80\x05", "it is a Python pickle", "export the model with torch.onnx.export or skl2onnx"],
  ["\x1f\x8b", "it is compressed with gzip", "unpack it with gunzip"],
  ["\x93NUMPY", "it is a NumPy array", "give the model here, and arrays as --inputs or --calibration"],
  [
    "version https://git-lfs",
    "it is a Git LFS pointer, not the file it stands for",
    "fetch the file with git lfs pull",
  ],
  ["ir_version", "it is the text form of a model", "save it with onnx.save, which writes the binary form"],
  ["<!DOCTYPE", "it is a web page", "download the raw file"],
  ["<html", "it is a web page", "download the raw file"],
];

/** @throws MatchMulError onnx-empty, onnx-not-onnx when the first bytes are those of something else */
export function refuseForeign(bytes: Uint8Array, source: string): void {
  if (bytes.length === 0) throw error("onnx-empty", source);
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  for (const [magic, what, hint] of foreign)
    if (start.startsWith(magic)) throw error("onnx-not-onnx", source, what, hint);
  if (start.slice(4, 8) === "TFL3")
    throw error("onnx-not-onnx", source, "it is a TensorFlow Lite model", "convert it with tf2onnx --tflite");
  // Every writer begins with a field of ModelProto: a number (1, 5) or something with a length.
  const [field, wireType] = [bytes[0] >> 3, bytes[0] & 7];
  const lengths = [2, 3, 4, 6, 7, 8, 14];
  if (
    !(wireType === 0 && (field === 1 || field === 5)) &&
    !(wireType === 2 && lengths.includes(field)) &&
    bytes[0] < 128
  )
    throw error("onnx-not-onnx", source, `it begins with ${JSON.stringify(start.slice(0, 8))}`);
}
