import { expect, test } from "vitest";
import { projectionWords } from "../src/model/projection";
import { PROJECTION } from "./reports";

test("an abstention is no number and says why", () => {
  expect(projectionWords(PROJECTION)).toMatchObject({
    headline: "Not projected",
    isNumber: false,
    interval: null,
    sureness: { label: "Abstains", sentence: "The fade has hardly begun." },
  });
});

test("a calibrated projection says its interval, its confidence and its model", () => {
  const words = projectionWords({
    ...PROJECTION,
    method: "population",
    projected_eol_cycle: 1301.2,
    confidence: 0.947,
    eol_threshold: 0.9,
    interval: { low: 1205.7, high: 1403.8, level: 0.9, basis: "calibrated" },
    remaining_cycles: 1201,
    remaining_equivalent_full_cycles: 1154.6,
    abstained: false,
    abstention_reason: null,
  });
  expect(words.headline).toBe("1,301");
  expect(words.interval).toBe("1,206 to 1,404 (90\u00a0% interval)");
  expect(words.sureness.label).toBe("Calibrated");
  expect(words.sureness.sentence).toContain("from the lives of similar cells");
  expect(words.sureness.sentence).toContain("95\u00a0%");
  expect(words.remaining).toBe("1,201 cycles to go (1,155 equivalent full)");
});

test("an interval without an upper limit that is not calibrated is indicative", () => {
  const words = projectionWords({
    ...PROJECTION,
    method: "trajectory",
    projected_eol_cycle: 208,
    interval: { low: 185, high: null, level: 0.9, basis: "indicative" },
  });
  expect(words.sureness.label).toBe("Indicative");
  expect(words.interval).toBe("185 or later (90\u00a0% interval)");
});

test("a crossing within the file is observed, and nothing remains to be counted", () => {
  const words = projectionWords({ ...PROJECTION, method: "observed", projected_eol_cycle: 843, remaining_cycles: 0 });
  expect(words.sureness.label).toBe("Observed");
  expect(words.remaining).toBeNull();
});
