/**
 * The pipeline level's two sides: what one pipe's program asks for (`PipelineProgram`) and where its tables
 * went (`PipelinePlacement`). Nothing here is particular to one switch; the limits are in the profile.
 */

/** Which half of the pipe a table runs in. Both halves share every stage's resources. */
export type Gress = "ingress" | "egress";

/** Widths of PHV containers, and so of the ALUs that write them, in bits. */
export type ContainerBits = 8 | 16 | 32;

export const containerWidths: readonly ContainerBits[] = [8, 16, 32];

/** A count for each container width; what is left out is 0. */
export type PerContainer = Readonly<Partial<Record<ContainerBits, number>>>;

/**
 * How a table finds its entry.
 * - `exact`: hashed ways in SRAM, key and overhead bits stored.
 * - `ternary`, `range`: TCAM (ranges take 4-bit nibble encoding: twice the key width) plus an indirection word.
 * - `hash-action`: the key itself addresses the action data; no match RAM, 2^(key bits) entries.
 * - `keyless`: no key, always the default action.
 * - `gateway`: a stand-alone condition: no action, only control flow.
 */
export type MatchKind = "exact" | "ternary" | "range" | "hash-action" | "keyless" | "gateway";

/** One field of a key. Tables that name the same `field` in one stage share its bytes on the crossbar. */
export interface KeyField {
  /** The header or metadata field's full name, such as `hdr.tile.page`. */
  field: string;
  widthBits: number;
}

/** A condition evaluated by gateways: attached to a table, or the whole of a `gateway` table. */
export interface GatewayCondition {
  /** Fields compared, with the bits of each that take part. */
  fields: readonly KeyField[];
  /** Ternary rows the condition takes; default 1. A gateway has 4. */
  rows?: number;
}

/** A register with the stateful ALU program that accesses it, once a pass. */
export interface StatefulRegister {
  name: string;
  /** 8, 16 or 32 on Tofino; 64 is a pair of 32; up to 128 on Tofino 2. */
  widthBits: number;
  cells: number;
  /** Register actions (stateful ALU instructions) the program declares; default 1. */
  instructions?: number;
  /** `hash`: the index comes from a field through the hash distribution (default); `match`: one cell an entry. */
  addressing?: "hash" | "match";
  /** The field that `hash` addressing takes the index from; default: one of its own, as wide as the cells need. */
  index?: KeyField;
  /** Fields the register actions compute with: they come through the exact crossbar. */
  inputs?: readonly KeyField[];
  /** Bits of the result that travel on the action data bus; default 0 (the register is only written). */
  outputBits?: number;
}

/** A counter or meter array. `match`: one cell an entry; `hash`: its own index. */
export interface StatisticsArray {
  name: string;
  cells: number;
  /** Of a counter: 32 (default) or 64. A meter's cell has 128 bits whatever is said here. */
  widthBits?: 32 | 64;
  addressing?: "hash" | "match";
  /** As for a register. */
  index?: KeyField;
}

/** One logical table as the program has it, before any thought of stages. */
export interface LogicalTable {
  /** Unique in the program. */
  name: string;
  /** The layer of the network (or `sequencer`, `forwarding` ...) it serves: explanations and the map name it. */
  layer?: string;
  gress: Gress;
  match: MatchKind;
  key: readonly KeyField[];
  /** Entries to be held. For `hash-action` 2^(key bits). 1 for `keyless` and `gateway`. */
  entries: number;
  /** Bits of action data an entry carries (of its widest action), before rounding to what RAM words allow. */
  actionDataBits: number;
  /**
   * Where the action data lie: in an action table, beside the match entry (32 bits at most; not for `hash-action`), or
   * whichever takes less memory, both included (`auto`, the default).
   */
  actionDataIn?: "auto" | "table" | "entry";
  /** Actions the table can run: each takes an instruction word. Default 1 (0 for `gateway`). */
  actions?: number;
  /** Containers its actions write, of each size: one VLIW slot each. */
  writes?: PerContainer;
  /** ALU operands that come from action data, by ALU width: places on the action data bus. */
  busOperands?: PerContainer;
  /** ALU operands that are constants outside -8..7, by ALU width: they travel on the action data bus too. */
  constantOperands?: PerContainer;
  stateful?: readonly StatefulRegister[];
  meters?: readonly StatisticsArray[];
  counters?: readonly StatisticsArray[];
  /** Conditions attached to the table (`if (...) table.apply()`), or what a `gateway` table evaluates. */
  gateways?: readonly GatewayCondition[];
  /** Bits taken from the hash distribution beside addressing: a hash used as an operand, a random number. */
  hashOperandBits?: number;
  /**
   * May its entries lie in several stages? Default: true for `exact`, `ternary` and `range` without a register, false
   * otherwise. Every part takes a logical table and its crossbar bytes again.
   */
  splittable?: boolean;
}

/**
 * Why one table must not come before another.
 * - `match`: `from` writes a key field of `to`: a later stage, and the longest wait.
 * - `action`: `from` writes a field that an action of `to` reads or writes: a later stage.
 * - `control`: whether `to` runs is decided by `from`: the same stage or a later one.
 * - `anti`: `to` writes what `from` reads: the same stage or a later one.
 * - `successor`: `to` follows `from` for another reason: the same stage or a later one.
 */
export type DependencyKind = "match" | "action" | "control" | "anti" | "successor";

export interface Dependency {
  kind: DependencyKind;
  /** Names of tables in the same gress. */
  from: string;
  to: string;
}

/** A header or metadata field as it lies in containers. */
export interface PhvField {
  name: string;
  gress: Gress;
  containerBits: ContainerBits;
  /** Containers of that size; an array of 32 lanes is one field with 32 containers. */
  containers: number;
  /** Which of its containers operations bring together, for containers that come in groups. Default: none. */
  clusters?: readonly PhvCluster[];
}

/** Containers that an operation reads and writes, or a chain of operations: they lie in one group. */
export interface PhvCluster {
  /** Containers that are computed. */
  computed: number;
  /** Containers that are only read. */
  sources: number;
}

/** What is to be placed: one pipe's program, both gresses. */
export interface PipelineProgram {
  name: string;
  tables: readonly LogicalTable[];
  dependencies: readonly Dependency[];
  /**
   * Groups of tables' names of which at most one runs for a packet, pairwise. Such tables may write the same
   * containers in one stage. Give no `action` dependency between them.
   */
  exclusive?: readonly (readonly string[])[];
  phv?: readonly PhvField[];
  /** Bytes of headers the program may add to a packet: a limit on BMv2. Default 0. */
  addedHeaderBytes?: number;
}

/** The resources of a stage that a placement counts. Each limit is in the profile. */
export const stageResources = [
  "sram",
  "mapRam",
  "tcam",
  "logicalTables",
  "ternaryTables",
  "actionTables",
  "indirectionTables",
  "actionDataBusses",
  "gateways",
  "exactCrossbarBytes",
  "ternaryCrossbarBytes",
  "hashGroups",
  "hashBits",
  "hashDistributionSlices",
  "actionBusBytes",
  "actionBusOperands8",
  "actionBusOperands16",
  "actionBusOperands32",
  "instructionWordsIngress",
  "instructionWordsEgress",
  "vliw8",
  "vliw16",
  "vliw32",
  "statefulAlus",
  "statisticsAlus",
] as const;

export type StageResource = (typeof stageResources)[number];

/** Units of every stage resource. */
export type StageVector = Readonly<Record<StageResource, number>>;

/** Part of a table in one stage. Stages count from 0. */
export interface TablePart {
  stage: number;
  entries: number;
}

export interface PlacedTable {
  name: string;
  layer?: string;
  gress: Gress;
  match: MatchKind;
  /** In order of stage. More than one only for splittable tables. */
  parts: readonly TablePart[];
}

/** How a packet waits for a stage, after the dependencies that end in it. */
export type StageWait = "match" | "action" | "concurrent";

export interface PlacedStage {
  stage: number;
  /** Names of the tables with a part here. */
  tables: readonly string[];
  used: StageVector;
  /** What the packet waits for when it enters this stage, per gress. */
  wait: Readonly<Record<Gress, StageWait>>;
}

/** How the placement was found and what it took. Times differ from run to run; nothing else does. */
export interface SolverStatistics {
  /** `bound`: a list schedule met the lower bound, so no integer program was solved. */
  solvedBy: "bound" | "ilp" | "list-schedule";
  /** Solvers that were asked, in order: `glpk`, `highs`, `glpk, highs`, or `none` where no program was needed. */
  solver: string;
  /** Integer programs solved, their branch-and-bound nodes, variables and rows of the largest. */
  programs: number;
  nodes: number;
  variables: number;
  rows: number;
  restarts: number;
  timeMs: number;
  /** The time limit, or the caller, ended the search before it was decided. */
  interrupted: boolean;
}

/** PHV containers used and present, per gress and in all. */
export interface PhvUse {
  containerBits: ContainerBits;
  ingress: number;
  egress: number;
  ingressLimit: number;
  egressLimit: number;
  limit: number;
}

export interface PipelinePlacement {
  program: string;
  profile: string;
  tables: readonly PlacedTable[];
  /** One item a stage used, from 0 to the last. */
  stages: readonly PlacedStage[];
  /** Units of each resource that every stage has; Infinity where the profile sets no limit (null in JSON). */
  limits: StageVector;
  phv: readonly PhvUse[];
  /** Stages used: the number of the last one, plus 1. */
  stagesUsed: number;
  /** Of the profile; where it has no stages, as many as are used. */
  stagesAvailable: number;
  /** No placement of this program uses fewer stages. */
  bound: number;
  /** (stagesUsed - bound) / stagesUsed: 0 when optimal. */
  gap: number;
  optimal: boolean;
  /** Greedy first fit in program order, placed on as many stages as it wants. */
  baseline: { stagesUsed: number };
  /** Clock cycles of the match-action stages alone, per gress. */
  latencyCycles: Readonly<Record<Gress, number>>;
  statistics: SolverStatistics;
}
