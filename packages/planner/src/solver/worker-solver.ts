import { Worker } from "node:worker_threads";
import type {
  LinearProgram,
  SolveOptions,
  SolveProgress,
  SolveResult,
  Solver,
  SolveStatus,
} from "./types.js";
import { objectiveOf, verifiedValues } from "./verify.js";

/** What a worker posts: progress any number of times, then one end. */
type Message =
  | { progress: SolveProgress }
  | { end: SolveStatus; values?: number[]; bound?: number; nodes?: number }
  | { failure: string };

/** How long after its time limit a worker is left to say so by itself. */
const graceMs = 1500;

/**
 * Runs a synchronous solver in a thread of its own, so that it can be watched and ended. The thread is a plain
 * module of `workers/`, which no TypeScript loader has to see: it is at the same place from src and from dist. It
 * stays for the next solve, and does not keep the process alive in between.
 */
export class WorkerSolver implements Solver {
  #worker: Worker | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(readonly name: string) {}

  /** Solves one program; others wait for their turn. */
  solve(program: LinearProgram, options: SolveOptions): Promise<SolveResult> {
    const turn = this.#busy.then(() => this.#solve(program, options));
    this.#busy = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #solve(program: LinearProgram, options: SolveOptions): Promise<SolveResult> {
    const started = performance.now();
    const timeMs = () => performance.now() - started;
    if (options.signal?.aborted) return { status: "cancelled", nodes: 0, timeMs: 0 };
    if (options.timeLimitMs <= 0) return { status: "undecided", nodes: 0, timeMs: 0 };
    let known: SolveProgress = {};
    const message = await this.#ask(program, options, (progress) => {
      known = { ...known, ...progress };
      options.onProgress?.(known);
    });
    const nodes = message.nodes ?? known.nodes ?? 0;
    const bound = message.bound ?? known.bound;
    if (message.end !== "optimal" && message.end !== "feasible")
      return { status: message.end, bound, nodes, timeMs: timeMs() };
    const values = verifiedValues(program, message.values ?? []);
    // Whatever the solver says: values that break a row are no solution.
    if (values === undefined) return { status: "undecided", bound, nodes, timeMs: timeMs() };
    const objective = objectiveOf(program, values);
    return {
      status: message.end,
      values,
      objective,
      bound: message.end === "optimal" ? objective : bound,
      nodes,
      timeMs: timeMs(),
    };
  }

  #start(): Worker {
    // Without the loaders of this process: the worker is plain JavaScript.
    const worker = new Worker(new URL(`../../workers/${this.name}.mjs`, import.meta.url), {
      execArgv: [],
      stdout: true,
    });
    // A thread that dies between two solves is replaced by the next one.
    worker.on("error", () => {});
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  #ask(
    program: LinearProgram,
    options: SolveOptions,
    onProgress: (progress: SolveProgress) => void,
  ): Promise<Extract<Message, { end: SolveStatus }>> {
    // Without the loaders of this process: the worker is plain JavaScript.
    const worker = (this.#worker ??= this.#start());
    worker.ref();
    return new Promise((resolve, reject) => {
      const release = () => {
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", onAbort);
        // Only ours: the thread's port watches its listeners with some of its own.
        worker.off("message", onMessage).off("error", fail).off("exit", onExit);
      };
      const finish = (message: Extract<Message, { end: SolveStatus }>) => {
        release();
        worker.unref();
        resolve(message);
      };
      const kill = (end: SolveStatus) => {
        this.#worker = undefined;
        release();
        void worker.terminate();
        resolve({ end });
      };
      const fail = (cause: Error) => {
        this.#worker = undefined;
        release();
        void worker.terminate();
        reject(cause);
      };
      const onAbort = () => kill("cancelled");
      const onExit = (code: number) => fail(new Error(`${this.name} ended with code ${code}`));
      const onMessage = (message: Message) => {
        if ("progress" in message) onProgress(message.progress);
        else if ("failure" in message) fail(new Error(`${this.name}: ${message.failure}`));
        else finish(message);
      };
      const timer = setTimeout(() => kill("undecided"), options.timeLimitMs + graceMs);
      options.signal?.addEventListener("abort", onAbort);
      worker.on("message", onMessage).on("error", fail).on("exit", onExit);
      worker.postMessage({ program, timeLimitMs: options.timeLimitMs, gap: options.gap ?? 0 });
    });
  }
}
