import { defineDiagnostics } from "@matchmul/common";

export const error = defineDiagnostics("reference", {
  "int8-file-unreadable": (path: string) => ({
    message: `${path} cannot be read`,
    hint: "give the path of a file that `matchmul quantize` wrote",
  }),
  "int8-input-length": (expected: number, got: number) => ({
    message: `the int8 input has ${got} values, but the model takes ${expected}`,
    hint: "quantizeInput turns one float image into the model's input",
  }),
  "int8-input-range": (index: number, value: number, low: number, high: number) => ({
    message: `int8 input value ${index} is ${value}, outside the model's range ${low} to ${high}`,
    hint: "quantizeInput turns one float image into the model's input",
  }),
});
