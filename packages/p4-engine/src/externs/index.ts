export * from "./arrays.js";
export { BitBuffer } from "./bit-buffer.js";
export { internetChecksum, onesComplementSum, xorWords } from "./checksum.js";
export { CRC, type CrcParameters, makeCrc } from "./crc.js";
export {
  type HashFunction,
  type TofinoPolynomial,
  tofinoHash,
  tofinoPolynomial,
  v1modelHash,
} from "./hash.js";
export { Random } from "./random.js";
