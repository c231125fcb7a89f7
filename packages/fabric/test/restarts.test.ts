import { expect, test } from "vitest";
import { Restarts } from "../src/restarts.js";

test("restarts are counted up to a time, and downtimes may overlap", () => {
  const restarts = new Restarts([
    { at: 0, timeNs: 50, downNs: 5 },
    { at: 0, timeNs: 10, downNs: 30 },
    { at: 0, timeNs: 20, downNs: 1 },
  ]);
  expect([9, 10, 19, 20, 50, 99].map((t) => restarts.until(t))).toEqual([0, 1, 1, 2, 3, 3]);
  expect([9, 10, 25, 39, 40, 49, 50, 54, 55].map((t) => restarts.isDown(t))).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
  expect(restarts.within(10, 19)).toBe(false);
  expect(restarts.within(9, 10)).toBe(true);
  expect(new Restarts([]).none).toBe(true);
});
