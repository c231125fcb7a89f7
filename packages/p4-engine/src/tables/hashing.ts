/**
 * Open-addressing indexes over rows of key words, and the generated code that probes them. The hash is
 * written twice, as a loop for the control plane and unrolled in generated lookups; `hashSource` and
 * `hashRow` must agree.
 */
import type { FieldLayout } from "./key-layout.js";

const MULTIPLIER = 0x9e3779b1 | 0;

/** Mixes one more word into a hash. */
export const mix = (hash: number, word: number): number => {
  const h = Math.imul(hash ^ word, MULTIPLIER);
  return h ^ (h >>> 15);
};

/** Source of the hash of the given word expressions. */
export function hashSource(words: readonly string[]): string {
  const lines = ["let h = 0;"];
  for (const w of words) lines.push(`h = Math.imul(h ^ ${w}, ${MULTIPLIER}); h ^= h >>> 15;`);
  return lines.join("\n");
}

/**
 * Source that turns a lookup's arguments `k0, k1, ...` into int32 words `w0, w1, ...`: one word for a field
 * up to 32 bits, and for a wider one, which comes as a bigint, as many as it needs.
 */
export function wordsSource(fields: readonly FieldLayout[]): { params: string[]; source: string } {
  const lines: string[] = [];
  const params = fields.map((field, i) => {
    if (field.widthBits <= 32) {
      const mask = field.widthBits === 32 ? "" : ` & ${2 ** field.widthBits - 1}`;
      if (field.words > 0) lines.push(`const w${field.input} = (k${i} | 0)${mask};`);
    } else {
      for (let j = 0; j < field.words; j++) {
        const shifted = j === 0 ? `k${i}` : `(k${i} >> ${32 * j}n)`;
        lines.push(`const w${field.input + j} = Number(BigInt.asUintN(32, ${shifted})) | 0;`);
      }
    }
    return `k${i}`;
  });
  return { params, source: lines.join("\n") };
}

/** Makes a function of generated source; `env` is what the source may name. */
export function compile<T>(params: readonly string[], source: string, env: Record<string, unknown>): T {
  const names = Object.keys(env);
  const make = new Function(
    ...names,
    `"use strict"; return function (${params.join(", ")}) {\n${source}\n};`,
  );
  return make(...names.map((n) => env[n])) as T;
}

/** Linear probing over ids > 0 whose keys the owner keeps; the owner passes hashes. */
export class ProbeTable {
  index = new Int32Array(8);
  mask = 7;
  count = 0;

  /** @param hashOf the hash of an id's key, for moving entries about */
  constructor(private readonly hashOf: (id: number) => number) {}

  add(id: number): void {
    if ((this.count + 1) * 2 > this.index.length) this.resize(this.index.length * 2);
    this.place(id);
    this.count++;
  }

  /** Puts `id` where `old`, which has the same key, is. */
  replace(old: number, id: number): void {
    this.index[this.positionOf(old)] = id;
  }

  remove(id: number): void {
    let hole = this.positionOf(id);
    const { index, mask } = this;
    index[hole] = 0;
    this.count--;
    // Entries behind the hole that probed past it move into it, so that no probe is cut short.
    for (let p = (hole + 1) & mask; index[p] !== 0; p = (p + 1) & mask) {
      const home = this.hashOf(index[p]) & mask;
      if (((p - home) & mask) >= ((p - hole) & mask)) {
        index[hole] = index[p];
        index[p] = 0;
        hole = p;
      }
    }
  }

  clear(): void {
    this.index = new Int32Array(8);
    this.mask = 7;
    this.count = 0;
  }

  private positionOf(id: number): number {
    const { index, mask } = this;
    let p = this.hashOf(id) & mask;
    while (index[p] !== id) p = (p + 1) & mask;
    return p;
  }

  private place(id: number): void {
    const { index, mask } = this;
    let p = this.hashOf(id) & mask;
    while (index[p] !== 0) p = (p + 1) & mask;
    index[p] = id;
  }

  private resize(length: number): void {
    const old = this.index;
    this.index = new Int32Array(length);
    this.mask = length - 1;
    for (const id of old) if (id !== 0) this.place(id);
  }
}
