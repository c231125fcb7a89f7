/** Serving: layers larger than a packet, on many pipes. */
export { type ImageShape, type ServeLayer, serveLayers } from "./chain.js";
export { type LayerCost, layerCost, type ServePrograms, type ServeShape, serveShape } from "./cost.js";
export { type LowerServingOptions, lowerServing } from "./lower.js";
export { serveMachine } from "./machine.js";
export { answerToHost, requestFromHost, SERVE_UDP_PORT, withoutOuter } from "./outer.js";
export { type DropReason, type Emitted, PassMachine } from "./pass-machine.js";
export { servingLookups } from "./programs.js";
export { requestPayloads } from "./request.js";
export { type Faults, Logits, requestPackets, type ServeAnswer, ServeRunner } from "./runner.js";
export * from "./types.js";
export {
  decodeServePacket,
  emptyEthernet,
  emptyHeader,
  encodeServePacket,
  SERVE_ETHERTYPE,
  SERVE_HEADER_BYTES,
  SERVE_VERSION,
  type ServeHeader,
  type ServePacket,
} from "./wire.js";
