export {
  type CampaignRun,
  type CampaignTotal,
  campaignRun,
  type FaultMix,
  faultMixes,
  totalOf,
} from "./campaign.js";
export { randomNetwork, type SmallNetwork } from "./networks.js";
