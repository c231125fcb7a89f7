import { existsSync } from "node:fs";
import { join } from "node:path";
import { readFileOrFail } from "@matchmul/common";
import { error } from "../diagnostics.js";

/** The resources that are compared, table by table and stage by stage. */
export const auditedResources = [
  "sram",
  "tcam",
  "mapRam",
  "logicalTables",
  "statefulAlus",
  "actionBusBytes",
] as const;

export type AuditedResource = (typeof auditedResources)[number];

/** Units of each. */
export type Audited = Record<AuditedResource, number>;

export const noUnits = (): Audited => ({
  sram: 0,
  tcam: 0,
  mapRam: 0,
  logicalTables: 0,
  statefulAlus: 0,
  actionBusBytes: 0,
});

/** What one stage of the compiler's result holds. */
export interface CompiledStage {
  stage: number;
  /** Units by table, under the program's names: `lookup_0`, and the action's name for a table without a key. */
  tables: ReadonlyMap<string, Audited>;
  /** Units of the stage. A byte of the action data bus that two tables share counts once. */
  used: Audited;
}

/** What the compiler's logs say of a program. */
export interface TofinoLogs {
  /** The target is known where metrics.json is there. */
  compiler: { version: string; target?: string };
  stagesUsed: number;
  /** From 0 to the last one used. */
  stages: readonly CompiledStage[];
  /** Containers that hold something, by width, of those that do arithmetic: where metrics.json is there. */
  containers?: readonly { containerBits: number; occupied: number }[];
}

/** `used_by` is a table and perhaps what of it: `Tile.lookup_0$action`. */
interface Usage {
  used_by: string;
}
interface Cell {
  usages: Usage[];
}
interface StageJson {
  stage_number: number;
  rams: { srams: Cell[] };
  tcams: { tcams: Cell[] };
  map_rams: { maprams: Cell[] };
  meter_alus: { meters: Cell[] };
  logical_tables: { ids: { table_name: string }[] };
  action_bus_bytes: { bytes: { used_by_tables: string[] }[] };
  vliw: {
    instructions: { color_usages: { usages: { used_by: string; action_names: string[] }[] }[] }[];
  };
}

/** What is needed of resources.json; p4c's compiler_interfaces/schemas/resources_schema.py describes all of it. */
interface ResourcesJson {
  compiler_version: string;
  resources: { mau: { mau_stages: StageJson[] } };
}

interface MetricsJson {
  compiler_version: string;
  target: string;
  phv: { normal: { bit_width: number; containers_occupied: number }[] };
  mau: { srams: number; tcams: number; map_rams: number; logical_tables: number; action_bus_bytes: number };
}

/**
 * Reads the logs in a compiler's output folder: resources.json and table_summary.log, which `-g --verbose` makes, and
 * metrics.json, which the SDE's driver makes of them, where it is there.
 *
 * @param path the folder of the logs (`OUT/pipe/logs`), or one of those above it
 * @throws MatchMulError file-not-found, logs-invalid
 */
export function readTofinoLogs(path: string): TofinoLogs {
  const folder = logFolder(path);
  const read = (name: string) => new TextDecoder().decode(readFileOrFail(join(folder, name)));
  return parseTofinoLogs(
    {
      resources: read("resources.json"),
      tableSummary: read("table_summary.log"),
      metrics: existsSync(join(folder, "metrics.json")) ? read("metrics.json") : undefined,
    },
    folder,
  );
}

/** The logs lie in `logs` of the pipe's folder in the output folder; any of the three may be given. */
function logFolder(path: string): string {
  const candidates = [path, join(path, "logs"), join(path, "pipe", "logs")];
  return candidates.find((folder) => existsSync(join(folder, "resources.json"))) ?? path;
}

/** As `readTofinoLogs`, from the files' texts; `path` is for errors. */
export function parseTofinoLogs(
  texts: { resources: string; tableSummary: string; metrics?: string },
  path: string,
): TofinoLogs {
  const resources = parse<ResourcesJson>(texts.resources, path, "resources.json");
  const stagesUsed = parseStagesUsed(texts.tableSummary, path);
  try {
    const { mau_stages } = resources.resources.mau;
    const names = keylessNames(mau_stages);
    const stages = mau_stages.map((stage) => readStage(stage, names)).sort((a, b) => a.stage - b.stage);
    const logs = {
      compiler: { version: resources.compiler_version },
      stagesUsed,
      stages: stages.slice(0, stagesUsed),
    };
    if (texts.metrics === undefined) return logs;
    const metrics = parse<MetricsJson>(texts.metrics, path, "metrics.json");
    checkTotals(stages, metrics, path);
    return {
      ...logs,
      compiler: { ...logs.compiler, target: metrics.target },
      containers: metrics.phv.normal.map((g) => ({
        containerBits: g.bit_width,
        occupied: g.containers_occupied,
      })),
    };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw error("logs-invalid", path, "resources.json or metrics.json lacks a part its schema demands");
  }
}

/** Both files count the same: a difference means that they are of two compilations. */
function checkTotals(stages: readonly CompiledStage[], { mau }: MetricsJson, path: string): void {
  const totals: [AuditedResource, number][] = [
    ["sram", mau.srams],
    ["tcam", mau.tcams],
    ["mapRam", mau.map_rams],
    ["logicalTables", mau.logical_tables],
    ["actionBusBytes", mau.action_bus_bytes],
  ];
  for (const [resource, total] of totals) {
    const found = stages.reduce((sum, { used }) => sum + used[resource], 0);
    if (found !== total)
      throw error(
        "logs-invalid",
        path,
        `resources.json has ${found} and metrics.json ${total} units of ${resource}`,
      );
  }
}

function parse<T>(text: string, path: string, name: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw error("logs-invalid", path, `${name} is not JSON`);
  }
}

/**
 * Stages of the last allocation in table_summary.log: the compiler allocates several times, and keeps the last.
 *
 * @throws MatchMulError logs-invalid
 */
export function parseStagesUsed(tableSummary: string, path = "table_summary.log"): number {
  const counts = [...tableSummary.matchAll(/^Number of stages in table allocation: (\d+)/gm)];
  const last = counts.at(-1);
  if (last === undefined) throw error("logs-invalid", path, "table_summary.log names no number of stages");
  return Number(last[1]);
}

function readStage(json: StageJson, keyless: ReadonlyMap<string, string>): CompiledStage {
  /** The program's name of `Tile.lookup_0$action`. */
  const nameOf = (usedBy: string): string => {
    const table = usedBy.replace(/\$.*$/, "");
    return keyless.get(table) ?? table.slice(table.indexOf(".") + 1);
  };
  const tables = new Map<string, Audited>();
  const used = noUnits();
  const count = (resource: AuditedResource, users: readonly string[]): void => {
    // What two tables share counts for each of them, and once for the stage.
    for (const name of new Set(users.map(nameOf))) {
      if (!tables.has(name)) tables.set(name, noUnits());
      tables.get(name)![resource]++;
    }
    used[resource]++;
  };
  const cells = (resource: AuditedResource, list: readonly Cell[]): void => {
    for (const { usages } of list)
      count(
        resource,
        usages.map((u) => u.used_by),
      );
  };
  cells("sram", json.rams.srams);
  cells("tcam", json.tcams.tcams);
  cells("mapRam", json.map_rams.maprams);
  cells("statefulAlus", json.meter_alus.meters);
  for (const { table_name } of json.logical_tables.ids) count("logicalTables", [table_name]);
  for (const { used_by_tables } of json.action_bus_bytes.bytes) count("actionBusBytes", used_by_tables);
  return { stage: json.stage_number, tables, used };
}

/**
 * Names of the tables that the compiler makes of actions called outside tables, by its own: `tbl_larger`,
 * `tbl_larger_0`. The action's name says which is which; where an action is called in several places, their numbers
 * follow it, in the program's order: `add_weights_0`, `add_weights_1`.
 */
function keylessNames(stages: readonly StageJson[]): Map<string, string> {
  const tables = new Map<string, Set<string>>();
  for (const { vliw } of stages)
    for (const { color_usages } of vliw.instructions)
      for (const { usages } of color_usages)
        for (const { used_by, action_names } of usages)
          if (used_by.startsWith("tbl_"))
            for (const action of action_names) {
              if (!tables.has(action)) tables.set(action, new Set());
              tables.get(action)!.add(used_by);
            }
  // `tbl_x` is the first, `tbl_x_0` the second.
  const order = (a: string, b: string) => a.length - b.length || (a < b ? -1 : 1);
  return new Map(
    [...tables].flatMap(([action, users]) => {
      const name = action.slice(action.indexOf(".") + 1);
      return [...users]
        .sort(order)
        .map((table, i): [string, string] => [table, users.size > 1 ? `${name}_${i}` : name]);
    }),
  );
}
