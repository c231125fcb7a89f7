import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CounterArray,
  GREEN,
  MeterArray,
  Random,
  RED,
  RegisterArray,
  YELLOW,
} from "../../src/externs/index.js";

describe("Random", () => {
  it("repeats from a seed", () => {
    const draw = (seed: number) => {
      const r = new Random(seed);
      return [r.next(), r.bits(7), r.wide(100), r.between(3, 9)];
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });
  it("stays in its range and reaches both ends", () => {
    const r = new Random(3);
    const seen = new Set(Array.from({ length: 200 }, () => r.between(10, 13)));
    expect([...seen].sort()).toEqual([10, 11, 12, 13]);
    const wide = new Set(Array.from({ length: 100 }, () => r.betweenWide(2n ** 70n, 2n ** 70n + 2n)));
    expect([...wide].sort()).toEqual([2n ** 70n, 2n ** 70n + 1n, 2n ** 70n + 2n]);
    expect(r.between(0, 0xffffffff)).toBeGreaterThanOrEqual(0);
    expect(r.between(5, 5)).toBe(5);
    for (let w = 0; w <= 32; w++) expect(r.bits(w)).toBeLessThan(2 ** w);
  });
});

describe("CounterArray", () => {
  it("counts packets and bytes and ignores indexes outside", () => {
    const c = new CounterArray(2);
    c.count(1, 60);
    c.count(1, 40);
    c.count(2, 1);
    expect([...c.packets, ...c.bytes]).toEqual([0, 2, 0, 100]);
  });
});

describe("MeterArray", () => {
  it("colours by two rates", () => {
    const m = new MeterArray(2, "bytes");
    expect(m.execute(0, 1e9, 0)).toBe(GREEN);
    m.setRates(0, { perMicrosecond: 0.5, burst: 100 }, { perMicrosecond: 1, burst: 300 });
    expect(m.execute(0, 100, 0)).toBe(GREEN);
    expect(m.execute(0, 100, 0)).toBe(YELLOW);
    expect(m.execute(0, 100, 0)).toBe(YELLOW);
    expect(m.execute(0, 100, 0)).toBe(RED);
    // 100 us later the peak bucket has 100 tokens, the committed one 50.
    expect(m.execute(0, 60, 100)).toBe(YELLOW);
    expect(m.execute(0, 40, 100)).toBe(GREEN);
    expect(m.execute(1, 1e9, 100)).toBe(GREEN);
    expect(m.execute(0, 1, 1e9, RED)).toBe(RED);
    expect(m.execute(0, 1, 1e9, YELLOW)).toBe(YELLOW);
    expect(() => m.setRates(2, { perMicrosecond: 0, burst: 0 }, { perMicrosecond: 0, burst: 0 })).toThrow(
      /index 2/,
    );
    expect(() => m.setRates(0, { perMicrosecond: 2, burst: 0 }, { perMicrosecond: 1, burst: 0 })).toThrow(
      /peak/,
    );
  });
  it("lets through what its committed rate allows over time", () => {
    const m = new MeterArray(1, "packets");
    m.setRates(0, { perMicrosecond: 0.01, burst: 1 }, { perMicrosecond: 0.02, burst: 1 });
    let green = 0;
    for (let t = 0; t < 100000; t += 7) if (m.execute(0, 64, t) === GREEN) green++;
    expect(green).toBeGreaterThan(900);
    expect(green).toBeLessThanOrEqual(1001);
  });
});

describe("RegisterArray", () => {
  it("keeps the low bits of any width", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 128 }), fc.bigInt(-(1n << 130n), 1n << 130n), (width, value) => {
        const r = new RegisterArray(3, width);
        r.set(1, value);
        expect(BigInt(r.get(1))).toBe(BigInt.asUintN(width, value));
        expect([r.get(0), r.get(2)].map(Number)).toEqual([0, 0]);
      }),
    );
  });
  it("starts with its initial value and refuses indexes outside", () => {
    expect(new RegisterArray(2, 9, 300).get(1)).toBe(300);
    expect(new RegisterArray(2, 65, 1n << 64n).get(1)).toBe(1n << 64n);
    const r = new RegisterArray(2, 9);
    for (const i of [-1, 2, 0.5]) expect(() => r.get(i)).toThrow(/outside/);
  });
});
