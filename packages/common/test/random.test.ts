import { expect, test } from "vitest";
import { Random } from "../src/random.js";

test("the same seed gives the same numbers, another seed others", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 8 }, () => random.next());
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test("integers reach both ends, evenly enough", () => {
  const random = new Random(3);
  const counts = new Array(5).fill(0);
  for (let i = 0; i < 5000; i++) counts[random.integer(-2, 2) + 2]++;
  // 1,000 expected each; six standard deviations are 170.
  for (const c of counts) expect(Math.abs(c - 1000)).toBeLessThan(170);
});
