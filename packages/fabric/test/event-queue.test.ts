import fc from "fast-check";
import { expect, test } from "vitest";
import { EventQueue } from "../src/event-queue.js";

test("events come out by time, and at one time by key", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { maxLength: 3000 }),
      (steps) => {
        const queue = new EventQueue();
        const model: [number, number][] = [];
        steps.forEach(([time, take], key) => {
          queue.push(time, steps.length - key, key);
          model.push([time, key]);
          if (!take) return;
          model.sort(([a, i], [b, j]) => a - b || j - i);
          const [first] = model.splice(0, 1);
          expect(queue.nextTime).toBe(first[0]);
          expect(queue.pop()).toBe(first[1]);
        });
        expect(queue.size).toBe(model.length);
        model.sort(([a, i], [b, j]) => a - b || j - i);
        expect(model.map(() => queue.pop())).toEqual(model.map(([, key]) => key));
        expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
      },
    ),
    { numRuns: 50 },
  );
});
