/** What is particular to one target. */
export interface Target {
  name: "v1model" | "tna" | "t2na";
  /** The P4 template in p4src. */
  template: string;
  /** The P4 control that holds the tables. */
  control: string;
  /** Files of entries beside simple_switch_CLI commands. */
  bfrt: boolean;
  /** Port that leads back into the same pipe (pipe 0), where the target has one. */
  recirculationPort?: number;
}

export const targets: readonly Target[] = [
  { name: "v1model", template: "v1model/tile.p4", control: "Tile", bfrt: false },
  { name: "tna", template: "tna/tile.p4", control: "Tile", bfrt: true, recirculationPort: 68 },
  // The same text for both; the architecture's declarations differ.
  { name: "t2na", template: "tna/tile.p4", control: "Tile", bfrt: true, recirculationPort: 6 },
];
