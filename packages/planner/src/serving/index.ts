/** Serving: layers larger than a packet, on many pipes. */
export * from "./types.js";
