import {
  type LogicalTable,
  type PipelinePlacement,
  type PipelineProgram,
  type PlacedTable,
  partUse,
  type TablePart,
} from "@matchmul/planner";
import type { HardwareProfile } from "@matchmul/profiles";
import { type Audited, type AuditedResource, auditedResources, noUnits, type TofinoLogs } from "./logs.js";

/** A prediction and what became of it. */
export interface Compared {
  predicted: Audited;
  actual: Audited;
}

export interface AuditedTable extends Compared {
  name: string;
  /** Stages with a part of the table; empty where it is missing. */
  predictedStages: number[];
  actualStages: number[];
  /** Resources whose units differ. */
  differs: AuditedResource[];
}

export interface AuditedStage extends Compared {
  stage: number;
}

/** A plan beside what the compiler made of its program. */
export interface Audit {
  profile: string;
  compiler: TofinoLogs["compiler"];
  stages: { predicted: number; actual: number; available: number };
  /** Whether the compiler needs no more stages than planned, and no more than there are. */
  fits: boolean;
  /** In the plan's order, then those that only the compiler has. */
  tables: AuditedTable[];
  /** The compiler may choose other stages than the plan, so these can differ where no table does. */
  perStage: AuditedStage[];
  /** Units of the whole program. */
  total: Compared;
  /** Tables with all resources as predicted, and how many there are. */
  equalTables: number;
  comparedTables: number;
}

/** Sets a placed pipeline beside the logs of the compiler that was given its program. */
export function audit(
  pipeline: PipelineProgram,
  placement: PipelinePlacement,
  profile: HardwareProfile,
  logs: TofinoLogs,
): Audit {
  const predictedTables = predictions(pipeline, placement, profile);
  const actualTables = actuals(logs);
  const names = [...new Set([...predictedTables.keys(), ...actualTables.keys()])];
  const tables = names.map((name): AuditedTable => {
    const predicted = predictedTables.get(name) ?? { units: noUnits(), stages: [] };
    const actual = actualTables.get(name) ?? { units: noUnits(), stages: [] };
    return {
      name,
      predictedStages: predicted.stages,
      actualStages: actual.stages,
      predicted: predicted.units,
      actual: actual.units,
      differs: auditedResources.filter((r) => predicted.units[r] !== actual.units[r]),
    };
  });
  const stageCount = Math.max(placement.stagesUsed, logs.stagesUsed);
  const perStage = Array.from({ length: stageCount }, (_, stage): AuditedStage => {
    const planned = placement.stages.find((s) => s.stage === stage)?.used;
    const compiled = logs.stages.find((s) => s.stage === stage)?.used;
    return { stage, predicted: pick(planned), actual: pick(compiled) };
  });
  return {
    profile: placement.profile,
    compiler: logs.compiler,
    stages: {
      predicted: placement.stagesUsed,
      actual: logs.stagesUsed,
      available: placement.stagesAvailable,
    },
    fits: logs.stagesUsed <= placement.stagesUsed && logs.stagesUsed <= placement.stagesAvailable,
    tables,
    perStage,
    total: {
      predicted: sum(perStage.map((s) => s.predicted)),
      actual: sum(perStage.map((s) => s.actual)),
    },
    equalTables: tables.filter((t) => t.differs.length === 0).length,
    comparedTables: tables.length,
  };
}

interface Found {
  units: Audited;
  stages: number[];
}

function predictions(
  pipeline: PipelineProgram,
  placement: PipelinePlacement,
  profile: HardwareProfile,
): Map<string, Found> {
  const places = new Map(placement.tables.map((t): [string, PlacedTable] => [t.name, t]));
  return new Map(
    pipeline.tables.map((table): [string, Found] => {
      const parts = places.get(table.name)?.parts ?? [];
      return [
        table.name,
        { units: sum(parts.map((p) => unitsOfPart(table, p, profile))), stages: parts.map((p) => p.stage) },
      ];
    }),
  );
}

function unitsOfPart(table: LogicalTable, { entries }: TablePart, profile: HardwareProfile): Audited {
  if (profile.pipeline === undefined) return noUnits();
  return pick(partUse(table, entries, profile.pipeline));
}

function actuals(logs: TofinoLogs): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const { stage, tables } of logs.stages)
    for (const [name, units] of tables) {
      const before = found.get(name) ?? { units: noUnits(), stages: [] };
      found.set(name, { units: sum([before.units, units]), stages: [...before.stages, stage] });
    }
  return found;
}

function pick(units: Partial<Record<AuditedResource, number>> = {}): Audited {
  const picked = noUnits();
  for (const resource of auditedResources) picked[resource] = units[resource] ?? 0;
  return picked;
}

function sum(all: readonly Audited[]): Audited {
  const total = noUnits();
  for (const units of all) for (const resource of auditedResources) total[resource] += units[resource];
  return total;
}
