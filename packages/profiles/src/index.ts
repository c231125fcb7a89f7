export { checkProfile, listProfiles, loadProfile, type ProfileEntry, profileDirectory } from "./load.js";
export { formatIssue, type YamlIssue } from "./positions.js";
export { type HardwareProfile, type PipelineProfile, profileSchema } from "./schema.js";
