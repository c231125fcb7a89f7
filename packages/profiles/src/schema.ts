import type { FromSchema } from "json-schema-to-ts";

const count = (description: string) => ({ type: "integer", minimum: 0, description }) as const;
const positive = (description: string) => ({ type: "integer", minimum: 1, description }) as const;
const amount = (description: string) => ({ type: "number", minimum: 0, description }) as const;
const gressLimit = {
  type: "object",
  additionalProperties: false,
  required: ["containerBits", "total", "perGress"],
  properties: {
    containerBits: { type: "integer", enum: [8, 16, 32], description: "width of these containers" },
    total: count("containers that both gresses share"),
    perGress: count("containers that one gress can have at most"),
    perGroup: positive(
      "containers of a group: what an operation reads and writes lies in one. Left out: there are no groups",
    ),
    sourcesPerGroup: count(
      "further containers of a group, which an operation can read and not compute; default 0",
    ),
  },
} as const;

const perStage = {
  type: "object",
  additionalProperties: false,
  description: "What each match-action stage has; ingress and egress share it.",
  required: [
    "sram",
    "mapRam",
    "tcam",
    "logicalTables",
    "ternaryTables",
    "indirectionTables",
    "actionTables",
    "gateways",
    "exactCrossbarBytes",
    "ternaryCrossbarBytes",
    "hash",
    "actionData",
    "actionBus",
    "instructionMemory",
    "statefulAlus",
    "statisticsAlus",
  ],
  properties: {
    sram: {
      type: "object",
      additionalProperties: false,
      required: ["blocks", "words", "wordBits"],
      properties: { blocks: count("blocks"), words: positive("words"), wordBits: positive("bits a word") },
    },
    mapRam: {
      type: "object",
      additionalProperties: false,
      required: ["blocks", "words", "wordBits"],
      properties: { blocks: count("blocks"), words: positive("words"), wordBits: positive("bits a word") },
    },
    tcam: {
      type: "object",
      additionalProperties: false,
      required: ["blocks", "rows", "widthBits"],
      properties: { blocks: count("blocks"), rows: positive("rows"), widthBits: positive("bits a row") },
    },
    logicalTables: count("exact, keyless, ternary and stand-alone gateway tables together"),
    ternaryTables: count("ternary and range tables"),
    indirectionTables: count("ternary indirection tables"),
    actionTables: count("action data tables"),
    gateways: {
      type: "object",
      additionalProperties: false,
      required: ["count", "rows", "phvBytes", "hashBits"],
      properties: {
        count: count("gateways"),
        rows: positive("ternary rows each"),
        phvBytes: positive("bytes compared each, through the exact crossbar"),
        hashBits: count("hash bits compared each"),
      },
    },
    exactCrossbarBytes: count("bytes of the exact match crossbar"),
    ternaryCrossbarBytes: count("bytes of the ternary match crossbar"),
    hash: {
      type: "object",
      additionalProperties: false,
      required: ["groups", "bitsPerGroup", "indexesPerGroup", "indexBits", "distributionSlices", "sliceBits"],
      properties: {
        groups: count("hash groups"),
        bitsPerGroup: positive("bits a group yields"),
        indexesPerGroup: positive("RAM line indexes (ways) a group yields"),
        indexBits: positive("bits of such an index"),
        distributionSlices: count("hash distribution slices, of all units"),
        sliceBits: positive("bits a slice carries"),
      },
    },
    actionData: {
      type: "object",
      additionalProperties: false,
      required: ["busses", "busBits", "minimumBits", "maximumBits", "immediateBits"],
      properties: {
        busses: count("busses from action tables, in all"),
        busBits: positive("bits of such a bus"),
        minimumBits: positive("least action data of an entry; each larger size is the double of one smaller"),
        maximumBits: positive("most action data of an entry"),
        immediateBits: count("action data that fits beside a match entry"),
      },
    },
    actionBus: {
      type: "object",
      additionalProperties: false,
      required: ["bytes", "regions"],
      properties: {
        bytes: count("bytes of the action data bus"),
        regions: {
          type: "array",
          minItems: 1,
          maxItems: 3,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["aluBits", "firstByte", "lastByte", "operands"],
            properties: {
              aluBits: { type: "integer", enum: [8, 16, 32], description: "width of the ALUs fed" },
              firstByte: count("first byte of the bus they can read"),
              lastByte: count("last byte of the bus they can read"),
              operands: count("different operands they can read"),
            },
          },
        },
      },
    },
    instructionMemory: {
      type: "object",
      additionalProperties: false,
      required: ["words", "reserved"],
      properties: {
        words: positive("instruction words a gress"),
        reserved: count("of those, not for actions"),
      },
    },
    statefulAlus: count("ALUs for meters, registers and selectors"),
    statisticsAlus: count("ALUs for counters"),
  },
} as const;

const pipeline = {
  type: "object",
  additionalProperties: false,
  description: "The match-action stages of a pipe. Left out for a target that has none.",
  required: ["stages", "perStage", "exactMatch", "stateful", "cycles"],
  properties: {
    stages: positive("match-action stages; ingress and egress share them"),
    perStage,
    exactMatch: {
      type: "object",
      additionalProperties: false,
      required: [
        "versionBits",
        "minimumWays",
        "identityKeyBits",
        "maximumWidthWords",
        "maximumEntriesPerWord",
        "maximumEntries",
        "overheadBitsPerWord",
      ],
      properties: {
        versionBits: count("bits an entry spends on its version"),
        minimumWays: positive("ways of a hashed table, at least"),
        identityKeyBits: count("a key of fewer bits addresses one word by itself, without hashed ways"),
        maximumWidthWords: positive("SRAM words that can be matched as one wide word"),
        maximumEntriesPerWord: positive("entries packed into one word, at most"),
        maximumEntries: positive("entries packed into one wide word, at most"),
        overheadBitsPerWord: positive("bits of a word that can be anything but key and version"),
      },
    },
    stateful: {
      type: "object",
      additionalProperties: false,
      required: ["maximumCellBits", "outputBits", "instructions", "maximumBlocks", "spareBlocks"],
      properties: {
        maximumCellBits: positive("widest register cell (a pair counts as one)"),
        outputBits: positive("bits of result on the action data bus"),
        instructions: positive("register actions one register can have"),
        maximumBlocks: positive("SRAM blocks one register can reach, the spare one included"),
        spareBlocks: count("SRAM blocks kept for writing beside reading"),
      },
    },
    cycles: {
      type: "object",
      additionalProperties: false,
      description: "Clock cycles a packet takes.",
      required: ["match", "action", "concurrent", "tcam", "stateful", "minimumEgress"],
      properties: {
        match: positive("a stage that waits for the match of the one before"),
        action: positive("a stage that waits for the action of the one before"),
        concurrent: positive("a stage that waits for nothing"),
        tcam: count("more, where a stage has ternary tables"),
        stateful: count("more, where a stage has registers"),
        minimumEgress: count("the egress stages, at least"),
      },
    },
  },
} as const;

/** One JSON Schema (2020-12) for hardware profiles: it validates the YAML, and gives the TypeScript type. */
export const profileSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://matchmul.dev/schemas/hardware-profile-1.json",
  title: "MatchMul hardware profile",
  type: "object",
  additionalProperties: false,
  required: ["profile", "name", "description", "targets", "pipes", "rates", "latencyNs", "headers"],
  properties: {
    profile: { const: 1, description: "version of this format" },
    name: { type: "string", pattern: "^[a-z][a-z0-9-]*$", description: "what --profile takes" },
    description: { type: "string", minLength: 1, description: "one line for `matchmul profiles`" },
    targets: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: { type: "string", enum: ["v1model", "tna", "t2na"] },
      description: "P4 architectures that compile for it, the usual one first",
    },
    pipes: positive("pipes of the switch, each with stages of its own"),
    pipeline,
    phv: {
      type: "array",
      minItems: 1,
      maxItems: 3,
      items: gressLimit,
      description: "packet header vector: containers by width. Left out where there is no limit.",
    },
    rates: {
      type: "object",
      additionalProperties: false,
      required: ["packetsPerSecond", "recirculationGbps", "portGbps"],
      properties: {
        packetsPerSecond: { type: "number", exclusiveMinimum: 0, description: "passes one pipe makes" },
        clockGhz: { type: "number", exclusiveMinimum: 0, description: "clock of the stages" },
        recirculationGbps: amount("bandwidth back into one pipe, without front ports; 0: not limited by it"),
        portGbps: { type: "number", exclusiveMinimum: 0, description: "rate of a front port" },
        portsPerPipe: positive("front ports of a pipe; any can be put in loopback. Left out: no limit"),
      },
    },
    latencyNs: {
      type: "object",
      additionalProperties: false,
      description: "Parameters of the latency model, each for one traversal.",
      required: ["parser", "deparser", "trafficManager", "recirculation"],
      properties: {
        parser: amount("one parser"),
        deparser: amount("one deparser"),
        trafficManager: amount("queueing and crossing between ingress and egress"),
        recirculation: amount("from egress deparser back to ingress parser"),
        pass: amount("a whole pass, where it was measured instead of added up"),
      },
    },
    headers: {
      type: "object",
      additionalProperties: false,
      required: [],
      properties: {
        extractBytesPerState: positive("bytes a parser state can extract"),
        addedBytes: positive("bytes of headers a program can add to a packet"),
        resubmitBytes: positive("bytes that a resubmitted packet can carry"),
      },
    },
  },
} as const;

/** A hardware profile as validated. Units are in the names; docs/hardware-profiles.md explains each. */
export type HardwareProfile = FromSchema<typeof profileSchema>;
/** The match-action part of a profile. */
export type PipelineProfile = NonNullable<HardwareProfile["pipeline"]>;
