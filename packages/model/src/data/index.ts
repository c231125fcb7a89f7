export { cifar10Classes, parseCifar10, readCifar10 } from "./cifar10.js";
export { PACKET_BYTES, packetClasses, readPackets } from "./packets.js";
export { type ByteSamples, centredBytes, sampleBytes, sampleValues } from "./samples.js";
