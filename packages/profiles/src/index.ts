export type { CatalogEntry } from "./catalog.js";
export { checkProfile, listProfiles, loadProfile, type ProfileEntry, profileDirectory } from "./load.js";
export { formatIssue, type YamlIssue, type YamlSource } from "./positions.js";
export { type HardwareProfile, type PipelineProfile, profileSchema } from "./schema.js";
export { parseIp } from "./topology/addresses.js";
export { makeTopology, type TopologyKind, type TopologyOptions, topologyKinds } from "./topology/generate.js";
export {
  checkTopology,
  formatTopology,
  listTopologies,
  loadTopology,
  makeCheckedTopology,
  topologyDirectory,
} from "./topology/load.js";
export { withProfile } from "./topology/replace.js";
export {
  type Topology,
  type TopologyHost,
  type TopologyLink,
  type TopologySwitch,
  topologySchema,
} from "./topology/schema.js";
export { profileOf as topologyProfile } from "./topology/semantics.js";
export { YamlFormat } from "./yaml-format.js";
