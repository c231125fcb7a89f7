export type * from "./quantized-model.js";
