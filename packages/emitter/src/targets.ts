/** What is particular to one target; its P4 template is p4src/<name>/tile.p4. */
export interface Target {
  name: "v1model" | "tna";
  /** The P4 control that holds the tables. */
  control: string;
  /** Files of entries beside simple_switch_CLI commands. */
  bfrt: boolean;
}

export const targets: readonly Target[] = [
  { name: "v1model", control: "Tile", bfrt: false },
  { name: "tna", control: "Tile", bfrt: true },
];
