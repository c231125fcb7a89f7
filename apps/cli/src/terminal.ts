import type { Progress } from "@matchmul/common";
import pc from "picocolors";

type Stream = NodeJS.WriteStream;

/** Work shorter than this gets no progress bar. */
const barDelayMs = 300;
/** A bar is redrawn at most this often. */
const redrawMs = 80;

/**
 * Where a command writes: results to stdout; steps, progress and errors to stderr. The work itself is mostly
 * synchronous, so the bar is drawn from within `progress.update` and needs no timer.
 */
export class Terminal {
  /** Colours of stdout and stderr, each off when it is not a terminal. */
  readonly out: ReturnType<typeof pc.createColors>;
  readonly err: ReturnType<typeof pc.createColors>;
  readonly progress: Progress = { update: (step, done, total, note) => this.#draw(step, done, total, note) };

  #step = "";
  #startedAt = 0;
  #drawnAt = 0;
  #barShown = false;

  constructor(
    /** Results as one JSON document instead of text. */
    readonly json: boolean,
    private readonly quiet = false,
    private readonly stdout: Stream = process.stdout,
    private readonly stderr: Stream = process.stderr,
  ) {
    this.out = pc.createColors(pc.isColorSupported && stdout.isTTY === true);
    this.err = pc.createColors(pc.isColorSupported && stderr.isTTY === true);
  }

  /** The command's result: `value` with --json, else `text`. */
  result(value: unknown, text: () => string): void {
    this.#clearBar();
    this.stdout.write(`${this.json ? JSON.stringify(value, jsonNumbers, 2) : text()}\n`);
  }

  /** A remark on stderr. */
  note(text: string): void {
    if (this.quiet) return;
    this.#clearBar();
    this.stderr.write(`${text}\n`);
  }

  /** Runs one step of a command; afterwards a line on stderr says what it did and how long it took. */
  async step<T>(name: string, work: () => T | Promise<T>, summary: (result: T) => string): Promise<T> {
    this.#step = name;
    const start = (this.#startedAt = performance.now());
    try {
      const result = await work();
      const seconds = ((performance.now() - start) / 1000).toFixed(2);
      this.note(
        `${this.err.green("✓")} ${name.padEnd(10)} ${summary(result)} ${this.err.dim(`${seconds} s`)}`,
      );
      return result;
    } catch (error) {
      this.#clearBar();
      throw error;
    } finally {
      this.#step = "";
    }
  }

  #draw(step: string, done: number, total: number, note = ""): void {
    const now = performance.now();
    if (this.quiet || this.stderr.isTTY !== true || now - this.#drawnAt < redrawMs) return;
    if (now - this.#startedAt < barDelayMs) return;
    this.#drawnAt = now;
    this.#barShown = true;
    const fraction = total > 0 ? Math.min(1, done / total) : 0;
    const width = 24;
    const full = Math.round(fraction * width);
    const bar = `${"█".repeat(full)}${"░".repeat(width - full)}`;
    const name = this.#step || step;
    const percent = `${Math.floor(fraction * 100)}%`.padStart(4);
    const line = `  ${name.padEnd(10)} ${bar} ${percent}  ${note}`.slice(0, (this.stderr.columns ?? 80) - 1);
    this.stderr.write(`\r\x1b[2K${line}`);
  }

  #clearBar(): void {
    if (!this.#barShown) return;
    this.stderr.write("\r\x1b[2K");
    this.#barShown = false;
  }
}

/** JSON has no infinity: a resource without a limit is null. Typed arrays become plain ones. */
export function jsonNumbers(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return null;
  if (typeof value === "bigint") return value.toString();
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  return value;
}
