export { randomNetwork, type SmallNetwork } from "./networks.js";
