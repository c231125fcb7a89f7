import type { Progress } from "@matchmul/common";
import { error } from "../pipeline/diagnostics.js";
import type { Solver } from "../solver/index.js";
import { type AssignOrder, assignPipes, type PipeAt, widestWay } from "./assign.js";
import { type Choice, chooseOptions, optionValue } from "./choose.js";
import { type Flow, layerFlows, mergeShares, requestFlows, routeFlows } from "./links.js";
import { type Cluster, clusterOf, type Network, nearest } from "./network.js";
import { layerOptions, requestPackets } from "./options.js";
import type { Baseline, FabricLayer, FabricPlan, LayerOption, Objective, PipeModel } from "./types.js";

/** A plan in numbers. */
interface Candidate {
  options: LayerOption[];
  linkTimes: LinkTimes[];
  pipes: PipeAt[][];
  mergers: PipeAt[];
  linkNs: number[];
  latencyNs: number;
  value: number;
}

/** The best plan, with its bound and the value of first fit where that finds a plan. */
export interface Found extends Candidate {
  bound: number;
  baseline?: Baseline;
}

/** Where requests enter, and answers leave. */
export interface Entrance {
  at: number;
  /** From the first bit that a host sends of a packet until the switch has it. */
  cableNs: number;
}

/** How long the busiest link sends, in each phase of a layer. */
interface LinkTimes {
  merging: number;
  tiles: number;
  /** The request, to the first layer. */
  request: number;
}

export interface SearchContext {
  solver: Solver;
  /** Switch of the host whose request it is, and its cable; undefined in a network without hosts. */
  entrance?: Entrance;
  /** Bytes of a packet between layers. */
  tileBytes: number;
  /** Activations of a key, by layer, where they are given. */
  keyBits: (layer: FabricLayer) => number | undefined;
  /** Of performance.now(). */
  deadline: number;
  maxSwitches: number;
  progress: Progress;
  signal?: AbortSignal;
  statistics: FabricPlan["statistics"];
}

/** Numbers of merge pipes to try: few are enough, and each is one less for tables. */
const mergerCounts = [0, 1, 2, 3, 4, 6, 8];
/** How often options are chosen again after links were seen to be too slow for them. */
const linkRounds = 3;
/** How often all layers' options are tried one by one. */
const improvementRounds = 3;
/** Options are not spread over more pipes than this. */
const mostPipes = 1024;
/** Larger clusters are not built; whether they could be better is asked of the bound. */
const largestCluster = 64;

/** Sizes of clusters to try: each of (previous, size] is bounded together and built at its largest. */
function clusterSizes(most: number, each: boolean): [after: number, size: number][] {
  const sizes: [number, number][] = [];
  let after = 0;
  for (let size = 1; after < most; size += each ? 1 : Math.max(1, Math.floor(size / 4))) {
    const here = Math.min(size, most);
    sizes.push([after, here]);
    after = here;
    size = here;
  }
  return sizes;
}

/** The search over switches of one kind. */
export class FabricSearch {
  /** Time ended before it was known whether there is a plan. */
  undecided = false;
  /** By mergers, on any number of pipes. */
  readonly #options = new Map<number, LayerOption[][]>();
  readonly #requests = new WeakMap<LayerOption, number>();
  #best: Candidate | undefined;
  #baseline: Baseline | undefined;
  #fromEntrance: Map<number, number> | undefined;
  /** Of the clusters tried. */
  #bound = Number.POSITIVE_INFINITY;
  /** Of any cluster. */
  #least = 0;
  /** Sizes of clusters tried, and how many there are. */
  #tried: [number, number] = [0, 1];

  constructor(
    readonly layers: readonly FabricLayer[],
    readonly pipe: PipeModel,
    readonly merges: boolean,
    readonly network: Network,
    readonly objective: Objective,
    readonly context: SearchContext,
  ) {}

  async run(): Promise<Found | undefined> {
    const members = Math.min(this.network.members.size, this.context.maxSwitches);
    if (!(await this.#leastValue(members))) return undefined;
    const most = Math.min(members, largestCluster);
    let all = members === most;
    const sizes = clusterSizes(most, this.objective === "switches");
    for (const [i, [after, size]] of sizes.entries()) {
      this.#tried = [i, sizes.length];
      if (performance.now() > this.context.deadline) this.undecided = true;
      if (this.undecided || this.#isLeast()) {
        all = false;
        break;
      }
      await this.#cluster(after, size);
      if (this.objective === "switches" && this.#best !== undefined) break;
    }
    if (this.undecided && this.#best === undefined) this.#firstFitOnAll(most);
    const best = this.#best;
    if (best === undefined) return undefined;
    const clusters = all || this.objective === "switches" ? this.#bound : this.#least;
    const bound = Math.min(best.value, Math.max(this.#least, clusters));
    return { ...best, bound, baseline: this.#baseline };
  }

  /** Is the best plan as good as any could be, were the network one switch with all pipes? */
  #isLeast(): boolean {
    if (this.#best === undefined || this.objective === "switches") return false;
    return this.#best.value <= this.#least * (1 + 1e-5);
  }

  /** The least value with all pipes and no links: a bound of every plan. False: not even so do the layers fit. */
  async #leastValue(members: number): Promise<boolean> {
    const pipes = members * this.pipe.pipes;
    this.#least = Number.POSITIVE_INFINITY;
    for (const mergers of this.merges ? mergerCounts : [0]) {
      const options = this.#optionsFor(mergers, Math.min(pipes, mostPipes));
      const choice = await this.#choose(options, pipes, () => 0, `${members} switches`);
      if (choice !== undefined) this.#least = Math.min(this.#least, choice.bound);
    }
    if (this.objective === "switches") this.#least = 0;
    if (this.undecided) this.#least = 0;
    return this.#least < Number.POSITIVE_INFINITY;
  }

  /** Options of every layer with so many mergers, on at most so many pipes. */
  #optionsFor(mergers: number, pipes: number): LayerOption[][] {
    let options = this.#options.get(mergers);
    if (options === undefined) {
      const { keyBits, maxSwitches } = this.context;
      const most = Math.min(mostPipes, Math.min(this.network.members.size, maxSwitches) * this.pipe.pipes);
      options = this.layers.map((layer) => layerOptions(layer, this.pipe, most, mergers, keyBits(layer)));
      this.#options.set(mergers, options);
    }
    // What beats an option takes no more pipes, so none is missing.
    return options.map((ofLayer) => ofLayer.filter((o) => o.pipes <= pipes));
  }

  async #cluster(after: number, size: number): Promise<void> {
    const least = clusterOf(this.network, after + 1);
    const built = clusterOf(this.network, size);
    if (least === undefined || built === undefined) return;
    const pipes = size * this.pipe.pipes;
    const radius = (switches: number) =>
      switches <= 1 ? 0 : (clusterRadius(this.network, switches) ?? least.radiusNs);
    for (const mergers of this.merges ? mergerCounts : [0]) {
      if (mergers >= pipes) break;
      const options = this.#optionsFor(mergers, pipes - mergers);
      const label = `${size} switches`;
      const choice = await this.#choose(options, pipes - mergers, radius, label);
      if (choice === undefined) continue;
      // Of switches the first number that would do by count; what has no places there is no proof.
      this.#bound = Math.min(this.#bound, this.objective === "switches" ? size : choice.bound);
      this.#offerFirstFit(options, built.cluster, mergers);
      if (this.#best !== undefined && this.objective !== "switches" && choice.bound >= this.#best.value)
        continue;
      let offered = this.#offer(choice, built.cluster, mergers);
      // What fits by count has not found its places: less, until it does.
      for (const share of [0.95, 0.9, 0.8, 0.7]) {
        if (offered !== undefined) break;
        const less = await this.#choose(options, Math.floor(share * (pipes - mergers)), radius, label);
        if (less === undefined) break;
        offered = this.#offer(less, built.cluster, mergers);
      }
      if (offered === undefined) {
        const least = await this.#choose(options, pipes - mergers, radius, label, "memory");
        if (least !== undefined) offered = this.#offer(least, built.cluster, mergers);
      }
      if (offered !== undefined)
        await this.#afterLinks(options, offered, built.cluster, mergers, radius, label);
    }
  }

  /**
   * Chooses again where layers waited for links: what a link had to carry for a layer that merges tells what it would
   * carry for the layer's other options.
   */
  async #afterLinks(
    options: LayerOption[][],
    before: Candidate,
    cluster: Cluster,
    mergers: number,
    radius: (switches: number) => number,
    label: string,
  ): Promise<void> {
    if (this.objective !== "latency") return;
    await this.#improve(options, before, cluster, mergers, label);
    let candidate = before;
    for (let round = 0; round < linkRounds; round++) {
      const plain = new Map<LayerOption, LayerOption>();
      const told = options.map((ofLayer, l) => {
        const was = candidate.options[l];
        const { merging, request } = candidate.linkTimes[l];
        // Tiles are copied for each pipe that takes them in, as a request's packets are.
        const taken = l === 0 ? request : candidate.linkTimes[l - 1].tiles;
        return ofLayer.map((o) => {
          const merged = was.mergePasses > 0 ? (merging * o.mergePasses) / was.mergePasses : 0;
          const option = { ...o, latencyNs: o.latencyNs + merged + (taken * o.pipes) / was.pipes };
          plain.set(option, o);
          return option;
        });
      });
      const choice = await this.#choose(
        told,
        cluster.switches.length * this.pipe.pipes - mergers,
        radius,
        label,
      );
      if (choice === undefined) return;
      const next = this.#offer({ options: choice.options.map((o) => plain.get(o)!) }, cluster, mergers);
      if (next === undefined) return;
      await this.#improve(options, next, cluster, mergers, label);
      if (next.value >= candidate.value) return;
      candidate = next;
    }
  }

  /**
   * Replaces the option of one layer after the other by whichever makes the plan better, links and places included, as long
   * as one does. The best plan so far is kept where it is better.
   */
  async #improve(
    options: LayerOption[][],
    from: Candidate,
    cluster: Cluster,
    mergers: number,
    label: string,
  ): Promise<void> {
    let candidate = from;
    for (let round = 0; round < improvementRounds; round++) {
      const before = candidate.value;
      for (const l of this.layers.keys()) {
        const used = candidate.options.reduce((sum, o, k) => sum + (k === l ? 0 : o.pipes * o.rows), 0);
        const room = (cluster.switches.length * this.pipe.pipes - mergers) * this.pipe.rows - used;
        const rest = candidate.options.reduce((sum, o, k) => sum + (k === l ? 0 : o.latencyNs), 0);
        for (const option of options[l]) {
          if (option.pipes * option.rows > room || option.latencyNs + rest >= candidate.value) continue;
          const changed = candidate.options.map((o, k) => (k === l ? option : o));
          const offered = this.#offer({ options: changed }, cluster, mergers);
          if (offered !== undefined && offered.value < candidate.value) candidate = offered;
        }
        this.#report(label);
        await new Promise((done) => setImmediate(done));
        if (this.context.signal?.aborted || this.context.progress.cancelled)
          throw error("placement-cancelled", label);
        if (performance.now() > this.context.deadline) return;
      }
      if (candidate.value >= before) return;
    }
  }

  /** A best choice of options for a capacity. */
  async #choose(
    options: LayerOption[][],
    pipes: number,
    linkNs: (switches: number) => number,
    label: string,
    objective: Objective = this.objective === "switches" ? "latency" : this.objective,
  ): Promise<Choice | undefined> {
    const { solver, deadline, progress, signal, statistics } = this.context;
    if (options.some((o) => o.length === 0)) return undefined;
    this.#report(label);
    await new Promise((done) => setImmediate(done));
    if (signal?.aborted || progress.cancelled) throw error("placement-cancelled", label);
    const capacity = { pipes, rows: this.pipe.rows, pipesPerSwitch: this.pipe.pipes, linkNs };
    const left = deadline - performance.now();
    const choice = await chooseOptions(options, objective, capacity, solver, left, signal, (live) =>
      this.#report(label, live),
    );
    statistics.programs++;
    if (choice === "cancelled") throw error("placement-cancelled", label);
    if (choice === "undecided") this.undecided = true;
    if (typeof choice === "string") return undefined;
    statistics.nodes += choice.nodes;
    statistics.variables = Math.max(statistics.variables, choice.variables);
    const { entrance } = this.context;
    // Cables to the host and the pass that admits are part of every plan.
    const host = entrance === undefined ? 0 : 2 * entrance.cableNs + this.pipe.passNs;
    return objective === "latency" ? { ...choice, bound: choice.bound + host } : choice;
  }

  /** What is known so far, and what the program at work knows. */
  #report(label: string, live: { incumbent?: number; bound?: number } = {}): void {
    const { objective } = this;
    const show = (value: number | undefined) =>
      value === undefined || !Number.isFinite(value) ? "?" : inUnit(value, objective);
    const bound = this.#least > 0 ? this.#least : undefined;
    const solving =
      live.incumbent === undefined && live.bound === undefined
        ? ""
        : `; choosing ${show(live.incumbent)}, at least ${show(live.bound)}`;
    const [done, total] = this.#tried;
    const note = `${label}: ${show(this.#best?.value)}, at least ${show(bound)}${solving}`;
    this.context.progress.update("plan", done, total, note);
  }

  /** Puts chosen options on a cluster's pipes; keeps them if they are the best yet. The plan, if they find room. */
  #offer(
    { options }: { options: LayerOption[] },
    cluster: Cluster,
    mergers: number,
    inOrder = false,
  ): Candidate | undefined {
    const needed = options.some((o) => o.mergePasses > 0) ? mergers : 0;
    const orders: AssignOrder[] = inOrder ? ["layers"] : needed > 0 ? ["merging", "local", "rows"] : ["rows"];
    const better = (a: Candidate, b: Candidate | undefined) =>
      b === undefined || a.value < b.value || (a.value === b.value && a.latencyNs < b.latencyNs);
    let offered: Candidate | undefined;
    for (const by of orders) {
      const candidate = this.#assigned(options, cluster, needed, by);
      if (candidate !== undefined && better(candidate, offered)) offered = candidate;
    }
    if (offered !== undefined && better(offered, this.#best)) this.#best = offered;
    return offered;
  }

  /** Chosen options on pipes, with what links add to their latency. */
  #assigned(
    options: LayerOption[],
    cluster: Cluster,
    mergers: number,
    by: AssignOrder,
  ): Candidate | undefined {
    const { pipe, objective, network, context } = this;
    const placed = assignPipes(
      options,
      cluster,
      pipe.pipes,
      pipe.rows,
      pipe.storeBits,
      mergers,
      by,
      context.entrance?.at,
    );
    if (placed === undefined) return undefined;
    const linkTimes: LinkTimes[] = [];
    // A packet from another switch is routed to its pipe in a pass of its own.
    const way = (ns: number): number => (ns > 0 ? ns + pipe.passNs : 0);
    const linkNs = options.map((option, l) => {
      const here = placed.layers[l];
      const next = placed.layers[l + 1] ?? [];
      // Partial sums go to the mergers and come back.
      const shares = mergeShares(here, option.mergePasses > 0 ? placed.mergers : []);
      const merging = Math.max(0, ...shares.map(({ pipe: [a], merger: [b] }) => cluster.distance(a, b)));
      const flows = layerFlows(this.layers[l], option, pipe.lanes, here, next, placed.mergers);
      const sends = (of: readonly Flow[]): number => routeFlows(network, of, context.tileBytes).busiestNs;
      // Packets in step leave all at a time: a phase is over when the busiest link has sent.
      const sent = { merging: sends(flows.merging), tiles: sends(flows.tiles), request: 0 };
      if (l === 0 && context.entrance !== undefined)
        sent.request = sends(requestFlows(context.entrance.at, this.#requestOf(option), here));
      linkTimes[l] = sent;
      const ways = way(widestWay(here, next, cluster)) + 2 * way(merging);
      return ways + this.#hostNs(l, here) + sent.merging + sent.tiles + sent.request;
    });
    const latencyNs = options.reduce((sum, o, l) => sum + o.latencyNs + linkNs[l], 0);
    const switches = new Set([...placed.layers.flat(), ...placed.mergers].map(([at]) => at)).size;
    const value =
      objective === "latency"
        ? latencyNs
        : objective === "switches"
          ? switches
          : options.reduce((sum, o) => sum + optionValue(o, objective), 0);
    return { options, linkTimes, pipes: placed.layers, mergers: placed.mergers, linkNs, latencyNs, value };
  }

  /** Packets of the request to the first layer, computed so. */
  #requestOf(option: LayerOption): number {
    let packets = this.#requests.get(option);
    if (packets === undefined)
      this.#requests.set(option, (packets = requestPackets(this.layers[0], option, this.pipe)));
    return packets;
  }

  /** The request's way to the first layer, admitted in a pass; the answer's way from the last. */
  #hostNs(l: number, here: readonly PipeAt[]): number {
    const { entrance } = this.context;
    if (entrance === undefined || (l > 0 && l < this.layers.length - 1)) return 0;
    this.#fromEntrance ??= new Map(
      nearest(this.network, entrance.at, this.network.names.length).map(({ at, ns }) => [at, ns]),
    );
    const widest = Math.max(...here.map(([at]) => this.#fromEntrance!.get(at) ?? 0));
    const way = entrance.cableNs + (widest > 0 ? widest + this.pipe.passNs : 0);
    return (l === 0 ? way + this.pipe.passNs : 0) + (l === this.layers.length - 1 ? way : 0);
  }

  /** What there is without a solver, when its time is over. */
  #firstFitOnAll(size: number): void {
    const built = clusterOf(this.network, size);
    if (built === undefined) return;
    this.#offerFirstFit(this.#optionsFor(0, size * this.pipe.pipes), built.cluster, 0);
  }

  /** First fit of the best options is the baseline; where that finds no room anywhere, that of the smallest. */
  #offerFirstFit(options: LayerOption[][], cluster: Cluster, mergers: number): void {
    for (const smallest of [false, true]) {
      const known = this.#baseline;
      if (smallest && known?.smallest === false) return;
      const first = this.#firstFit(options, cluster, mergers, smallest);
      const value = first && this.#offer(first, cluster, mergers, true)?.value;
      if (value === undefined) continue;
      if (known?.smallest !== smallest || value < known.value) this.#baseline = { value, smallest };
    }
  }

  /** Each layer in turn takes the best option, or the smallest, that still finds pipes. */
  #firstFit(
    options: LayerOption[][],
    cluster: Cluster,
    mergers: number,
    smallest: boolean,
  ): { options: LayerOption[] } | undefined {
    const { pipe } = this;
    const objective = this.objective === "switches" ? "latency" : this.objective;
    const chosen: LayerOption[] = [];
    for (const layer of options) {
      const rows = (o: LayerOption) => (smallest ? o.pipes * o.rows : 0);
      const inTurn = [...layer].sort(
        (a, b) => rows(a) - rows(b) || optionValue(a, objective) - optionValue(b, objective),
      );
      const next = inTurn.find(
        (o) =>
          assignPipes([...chosen, o], cluster, pipe.pipes, pipe.rows, pipe.storeBits, mergers, "layers") !==
          undefined,
      );
      if (next === undefined) return undefined;
      chosen.push(next);
    }
    return { options: chosen };
  }
}

/** A value of an objective, for people. */
function inUnit(value: number, objective: Objective): string {
  if (objective === "latency") return `${(value / 1000).toFixed(1)} us`;
  if (objective === "memory") return `${(value / 1e6).toFixed(2)} MB`;
  return `${Math.round(value).toLocaleString("en-US")} ${objective}`;
}

const radii = new WeakMap<Network, Map<number, number | undefined>>();

/** Least radius of any cluster of so many switches, remembered. */
function clusterRadius(network: Network, switches: number): number | undefined {
  let known = radii.get(network);
  if (known === undefined) radii.set(network, (known = new Map()));
  if (!known.has(switches)) known.set(switches, clusterOf(network, switches)?.radiusNs);
  return known.get(switches);
}
