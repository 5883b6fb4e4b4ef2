import { expect, test } from "vitest";
import { cyclesToAsk } from "../src/model/curveChoice";

const cycles = (count: number) => Array.from({ length: count }, (_, place) => place + 1);

test("all cycles of a usual file come at once, so that the slider is free from then on", () => {
  expect(cyclesToAsk(7, cycles(99), new Set([1, 50, 99]), 38_000)).toEqual(
    cycles(99).filter((n) => ![1, 50, 99].includes(n)),
  );
});

test("of many cycles no more than the API gives at once, spread over all, and the wanted one among them", () => {
  const asked = cyclesToAsk(777, cycles(1000), new Set(), 20_000);
  expect(asked).toHaveLength(100);
  expect(asked).toContain(777);
  expect(asked[0]).toBeLessThan(20);
  expect(asked.at(-1)).toBeGreaterThan(980);
  expect(new Set(asked).size).toBe(100);
});

test("cycles of very many points come one by one", () => {
  expect(cyclesToAsk(3, cycles(10), new Set(), 1_000_000)).toEqual([3]);
});
