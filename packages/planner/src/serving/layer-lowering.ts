import type { LayerOption } from "../fabric/types.js";
import type { Cabling } from "./cabling.js";
import type { ServeLayer } from "./chain.js";
import { divideMergers, mergesMaxima } from "./cost.js";
import { error } from "./diagnostics.js";
import { type Merging, shareOut } from "./merging.js";
import {
  biasPath,
  convertPath,
  mergePath,
  PAGE_ROWS,
  poolPath,
  scalePath,
  storePath,
  storeTilePath,
} from "./paths.js";
import type { Entry, PathStep, PipeBuilder } from "./pipe-builder.js";
import type { Scheme } from "./scheme.js";
import { type StoreLayout, tilePlace } from "./store-layout.js";
import { fillBias, fillConversion } from "./tables.js";
import { CONTINUE, PARSE_CONTINUE, SERVE_LANES, ServeKind, type Task } from "./types.js";

/** A layer on one of its pipes. */
interface Share {
  builder: PipeBuilder;
  tiles: number[];
  /** Positions after pooling. */
  positions: number[];
  /** Multicast group of its workers; 0 until it is known. */
  spawn: number;
  /** First row of a tile's blocks, of its conversion pages (of all tiles with the same key), and of its bias. */
  blocks: Map<number, number>;
  pages: Map<number | null, number>;
  biases: Map<number, number>;
}

/** Where a tile's paths begin. */
interface TilePaths {
  /** By variant of the scheme and part: for the first position of a pooling window and for the others. */
  first: Entry[][];
  others: Entry[][];
  /** After the window's last position. */
  finish: Entry;
}

/** What a finished tile writes for the pipes of the next layer. */
interface Arrival {
  pc: number;
  parse: number;
  address: number;
  index: number;
}

/** One layer on its pipes: rooms first, for all layers, then the work. */
export class LayerLowering {
  readonly shares: Share[];
  readonly tiles: number;
  /** Lanes of a tile that are in use. */
  readonly lanes: number;
  readonly positions: number;
  /** Windows of as many positions before pooling; of one without. */
  readonly windows: number[][];
  /** Arrivals that make its input. */
  #total = 0;
  /** Store paths by the first bank of a tile. */
  readonly #stores = new Map<number, Entry>();
  /** How its packets are merged: sums first, then maxima. */
  readonly #merging: Merging[] = [];
  readonly #maxima: boolean;

  constructor(
    readonly number: number,
    readonly layer: ServeLayer,
    readonly scheme: Scheme,
    readonly option: LayerOption,
    readonly pipes: PipeBuilder[],
    readonly mergers: PipeBuilder[],
    readonly context: {
      poolLanes: number;
      workers: number;
      /** Keys of a conversion's pass. */
      keys: number;
      cabling: Cabling;
    },
  ) {
    const { tilePipes, replicas, splitK } = option;
    this.tiles = Math.ceil(layer.outputs / SERVE_LANES);
    this.lanes = Math.min(SERVE_LANES, layer.outputs);
    this.positions = layer.pooled[0] * layer.pooled[1];
    this.windows = layer.windows ?? Array.from({ length: this.positions }, (_, i) => [i]);
    this.#maxima = mergesMaxima(layer, option);
    const divided = divideMergers(layer, option, mergers.length);
    if (divided === undefined) throw error("plan-mismatch", `${layer.name} merges, and too few pipes do`);
    if (splitK > 1 && !scheme.divisible)
      throw error("plan-mismatch", `${layer.name} splits inputs that are read in one pass`);
    const own = (count: number, parts: number, part: number): number[] =>
      Array.from({ length: count }, (_, i) => i).filter((i) => i % parts === part);
    this.shares = pipes.map((builder, i) => ({
      builder,
      tiles: own(this.tiles, tilePipes, i % tilePipes),
      positions: own(this.positions, replicas, Math.floor(i / tilePipes)),
      spawn: 0,
      blocks: new Map(),
      pages: new Map(),
      biases: new Map(),
    }));
    const longest = Math.max(...this.windows.map((w) => w.length));
    const units = this.shares.map((share) => share.tiles.length * share.positions.length);
    const { adding, maxima } = divided;
    if (adding > 0) {
      const sums = units.map((n) => n * (this.#maxima ? longest : 1));
      this.#merging.push(shareOut("add", splitK, sums, pipes, mergers.slice(0, adding)));
    }
    if (maxima > 0)
      this.#merging.push(shareOut("max", longest, units, pipes, mergers.slice(adding, adding + maxima)));
  }

  get layout(): StoreLayout {
    if (this.scheme.layout === null) throw new Error(`no tiles come to ${this.layer.name}`);
    return this.scheme.layout;
  }

  /** How many arrivals the layer makes at each pipe of the next. */
  get arrivals(): number {
    return this.tiles * this.positions;
  }

  /** Do packets of this layer go through mergers? */
  get merging(): boolean {
    return this.#merging.length > 0;
  }

  addStores(slots: number, total: number): void {
    this.#total = total;
    for (const { builder } of this.shares) builder.addSlots(this.number, slots, this.scheme.storeRows, total);
    for (const { operation, rows: rowsOf, parts } of this.#merging) {
      for (const [merger, rows] of rowsOf) {
        merger.addSlots(this.number, slots, rows, rows * parts);
        merger.merges.push({ layer: this.number, operation, parts });
      }
    }
  }

  addPages(next: LayerLowering | undefined): void {
    const { requantization } = this.layer;
    if (next === undefined || requantization === null) return;
    const keys = Math.min(this.context.keys, this.lanes);
    const count = Math.ceil(this.lanes / keys);
    for (const { builder, tiles, pages } of this.shares)
      for (const tile of requantization.perChannel ? tiles : [null]) {
        const page = builder.addRows(count * PAGE_ROWS, PAGE_ROWS);
        pages.set(tile, page);
        builder.fills.push(fillConversion(this.layer, next.layout, tile, this.lanes, keys, page));
      }
  }

  addBlocks(): void {
    for (const { builder, tiles, blocks } of this.shares)
      for (const tile of tiles) {
        const { tableRows, align, fill } = this.scheme;
        const base = builder.addRows(tableRows, align);
        blocks.set(tile, base);
        builder.fills.push(fill(this.layer.weight, tile, base));
      }
  }

  addBiases(): void {
    for (const { builder, tiles, biases } of this.shares)
      for (const tile of tiles) {
        const row = builder.addRows(1, 1);
        biases.set(tile, row);
        builder.fills.push(fillBias(this.layer, tile, row));
      }
  }

  /** Sequencer, tasks and groups of the workers. */
  addWork(next: LayerLowering | undefined): void {
    for (const share of this.shares) {
      const { builder } = share;
      const load: PathStep = {
        parse: { kind: "skip", skip: 0 },
        step: { op: "load" },
        label: `${this.layer.name}, load`,
      };
      builder.path(ServeKind.work, this.number, [load]);
      const paths = this.#paths(share);
      const units = share.positions.flatMap((position) => share.tiles.map((tile) => ({ position, tile })));
      const firsts = this.merging
        ? units.flatMap((unit, u) => this.#mergedUnit(share, paths, unit, u, next))
        : this.#chains(share, paths, units, next);
      const { loopbacks } = builder.ports;
      share.spawn = builder.group(
        firsts.map((task, w) => ({ port: loopbacks[w % loopbacks.length], rid: task.id })),
      );
    }
  }

  /** Ways in for the tiles of the layer before, after the workers' group is known. */
  addTileStores(): void {
    const { builder: reference } = this.shares[0];
    const { rowBytes } = this.layout;
    const banks = new Set<number>();
    for (let tile = 0; tile * SERVE_LANES < this.layer.input.channels; tile++)
      banks.add(tilePlace(this.layout, tile, 0, 0).bank);
    for (const { builder, spawn } of this.shares)
      for (const bank of [...banks].filter((b) => b < rowBytes)) {
        const path = storeTilePath(this.layer.name, this.layout, bank, this.#total, spawn);
        const entry = builder.path(ServeKind.store, this.number, path);
        if (builder === reference) this.#stores.set(bank, entry);
      }
  }

  /** Ways in for request packets of so many rows. */
  addRequestStores(rowBytes: number, rows: number[]): Map<number, Entry> {
    const entries = new Map<number, Entry>();
    for (const { builder, spawn } of this.shares)
      for (const count of new Set(rows)) {
        const path = storePath(this.layer.name, count, 0, rowBytes, count * rowBytes, this.#total, spawn);
        entries.set(count, builder.path(ServeKind.store, this.number, path));
      }
    return entries;
  }

  /** How tile `tile` of the layer before, at a position of its output, comes in here. */
  arrivalOf(tile: number, tiles: number, position: number): Arrival {
    const { layout, layer } = this;
    const y = Math.floor(position / layer.input.width) + layout.top;
    const x = (position % layer.input.width) + layout.left;
    const { bank, address } = tilePlace(layout, tile, y, x);
    return { ...this.#storeEntry(bank), address, index: position * tiles + tile };
  }

  /** The paths of every tile; tiles whose sequence is the same share them. */
  #paths({ builder, tiles, pages }: Share): (tile: number) => TilePaths {
    const { layer, lanes, number, scheme, option } = this;
    const { poolLanes, keys } = this.context;
    const { requantization } = layer;
    const made = new Map<number, TilePaths>();
    const put = (steps: PathStep[], then?: Entry): Entry => builder.path(ServeKind.work, number, steps, then);
    /** Of each variant and part: sums that go on to the same end. */
    const heads = (end: Entry): Entry[][] =>
      Array.from({ length: scheme.variants }, (_, variant) =>
        Array.from({ length: option.splitK }, (_, part) =>
          put(scheme.sums(layer.name, variant, part, option.splitK), end),
        ),
      );
    const make = (tile: number): TilePaths => {
      const bias = biasPath(layer, requantization === null ? tile : null);
      const page = pages.get(requantization?.perChannel ? tile : null) ?? 0;
      const serial = layer.windows !== null && !this.#maxima;
      const convert = requantization === null ? [] : convertPath(layer, lanes, keys, page, serial);
      if (serial) {
        const pooled = (fresh: boolean): Entry[][] =>
          heads(put([...bias, ...scalePath(layer), ...poolPath(layer, lanes, poolLanes, fresh)]));
        const first = pooled(true);
        const others = this.windows.some((w) => w.length > 1) ? pooled(false) : first;
        return { first, others, finish: put(convert) };
      }
      const finish = put([...bias, ...(requantization === null ? [] : scalePath(layer)), ...convert]);
      // To each of its mergers in turn, the last first.
      const first = heads(this.#merging.reduce((end) => put(mergePath(layer), end), finish));
      return { first, others: first, finish };
    };
    const own = requantization === null || requantization.perChannel;
    for (const tile of tiles) made.set(tile, own || made.size === 0 ? make(tile) : made.get(tiles[0])!);
    return (tile) => made.get(tile)!;
  }

  /** A task that computes a tile at a position before pooling. */
  #task(
    { builder, blocks, biases }: Share,
    tile: number,
    at: number,
    entries: Entry[][],
    part: number,
  ): Task {
    const { layer, number } = this;
    const y = Math.floor(at / layer.outSize[1]);
    const x = at % layer.outSize[1];
    const task = builder.task(number, `${layer.name}, tile ${tile} at (${y}, ${x})`);
    const { variant, address, row } = this.scheme.place(y, x);
    task.load = { ...entries[variant][part], address, row: blocks.get(tile)! + row };
    task.bias = { row: biases.get(tile)! };
    return task;
  }

  /** Work without merging: each worker takes several units, one after the other. Their first tasks. */
  #chains(
    share: Share,
    paths: (tile: number) => TilePaths,
    units: { position: number; tile: number }[],
    next: LayerLowering | undefined,
  ): Task[] {
    // Who sends an answer is no worker any more.
    const length = next === undefined ? 1 : Math.ceil(units.length / this.context.workers);
    const workers = Math.ceil(units.length / Math.max(1, length));
    const ends: { first: Task; last: Task }[] = units.map(({ position, tile }) => {
      const { first, others, finish } = paths(tile);
      const window = this.windows[position];
      const tasks = window.map((at, i) => this.#task(share, tile, at, i === 0 ? first : others, 0));
      if (this.layer.windows !== null)
        tasks.forEach((task, i) => {
          task.pool =
            i + 1 < tasks.length
              ? { pc: 0, parse: PARSE_CONTINUE, task: tasks[i + 1].id }
              : { ...finish, task: task.id };
        });
      return { first: tasks[0], last: tasks[tasks.length - 1] };
    });
    if (next !== undefined)
      units.forEach(({ position, tile }, u) => {
        const following = ends[u + workers]?.first.id ?? 0;
        this.#send(share, ends[u].last, tile, position, u % workers, following, next);
      });
    return ends.slice(0, workers).map(({ first }) => first);
  }

  /** A tile whose parts are merged: a task for each part of each position; the first goes on with what was merged. */
  #mergedUnit(
    share: Share,
    paths: (tile: number) => TilePaths,
    { position, tile }: { position: number; tile: number },
    /** Its number among the pipe's. */
    unit: number,
    next: LayerLowering | undefined,
  ): Task[] {
    const { splitK } = this.option;
    const window = this.windows[position];
    const [sums] = this.#merging;
    const maxima = this.#maxima ? this.#merging[this.#merging.length - 1] : undefined;
    const entries = paths(tile).first;
    const workers: Task[] = [];
    const last: Task[] = [];
    for (let w = 0; w < (maxima?.parts ?? 1); w++) {
      // A window at the border may be smaller: what is largest stays so, however often it comes.
      const at = window[w % window.length];
      const parts = Array.from({ length: splitK }, (_, part) => this.#task(share, tile, at, entries, part));
      workers.push(...parts);
      if (splitK === 1) {
        last.push(parts[0]);
        continue;
      }
      const sum = maxima === undefined ? parts[0] : this.#task(share, tile, at, entries, 0);
      for (const [part, task] of parts.entries())
        task.merge = this.#mergeOf(share, sums, unit * (maxima?.parts ?? 1) + w, part, sum);
      last.push(sum);
    }
    if (maxima !== undefined)
      for (const [w, task] of last.entries()) task.merge = this.#mergeOf(share, maxima, unit, w, last[0]);
    if (next !== undefined) this.#send(share, last[0], tile, position, unit, 0, next);
    return workers;
  }

  /** Part `part` of a pipe's unit on its way to its merger, and the task that goes on with what is merged. */
  #mergeOf(share: Share, merging: Merging, unit: number, part: number, then: Task): Task["merge"] {
    const { builder } = share;
    const { merger, address } = merging.places[this.shares.indexOf(share)][unit];
    const { cabling } = this.context;
    const node = cabling.loopbackOf(merger.ports.node, unit + part);
    const port = cabling.port(builder.ports.switch, node, unit + part);
    return {
      address,
      index: address * merging.parts + part,
      group: builder.group([{ port, rid: node }]),
      task: then.id,
      source: cabling.loopbackOf(builder.ports.node, unit),
    };
  }

  /** What a finished tile writes into its packet, and to whom it goes. */
  #send(
    { builder }: Share,
    task: Task,
    tile: number,
    position: number,
    worker: number,
    following: number,
    next: LayerLowering,
  ): void {
    const { loopbacks, switch: at } = builder.ports;
    const lane = worker % loopbacks.length;
    const { cabling } = this.context;
    const copies = next.pipes.map(({ ports }, i) => {
      const rid = cabling.loopbackOf(ports.node, lane + i);
      return { port: cabling.port(at, rid, lane + i), rid };
    });
    if (following > 0) copies.push({ port: loopbacks[lane], rid: CONTINUE });
    task.send = {
      ...next.arrivalOf(tile, this.tiles, position),
      group: builder.group(copies),
      task: following,
    };
  }

  #storeEntry(bank: number): Entry {
    const entry = this.#stores.get(bank);
    if (entry === undefined) throw new Error(`no way to store at bank ${bank}`);
    return entry;
  }
}
