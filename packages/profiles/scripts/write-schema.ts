/** Writes the JSON Schemas beside the profiles, for editors and other programs, and the shipped topologies. */
import { mkdirSync, writeFileSync } from "node:fs";
import {
  formatTopology,
  makeTopology,
  profileDirectory,
  profileSchema,
  topologySchema,
} from "../src/index.js";

const directory = profileDirectory();
const write = (file: string, text: string) => writeFileSync(`${directory}${file}`, text);
write("hardware-profile.schema.json", `${JSON.stringify(profileSchema, undefined, 2)}\n`);
write("topology.schema.json", `${JSON.stringify(topologySchema, undefined, 2)}\n`);

mkdirSync(`${directory}topologies`, { recursive: true });
for (const topology of [
  makeTopology("single"),
  makeTopology("chain", { switches: 4 }),
  // Ports that links and hosts leave free carry recirculated packets.
  makeTopology("leaf-spine", { leaves: 4, spines: 4 }, { loopbackPorts: 14 }),
  makeTopology("fat-tree", { k: 4 }),
])
  write(`topologies/${topology.name}.yaml`, formatTopology(topology));
