export { type CapturedPacket, LINKTYPE_ETHERNET, readPcap, writePcap } from "./pcap.js";
