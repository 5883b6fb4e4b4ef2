import { expect, test } from "vitest";
import type { ChartSpec } from "../src/charts/spec";
import { capacitySpec } from "../src/charts/specs/capacity";
import { inUnits } from "../src/charts/specs/inUnits";
import { figureSpec, figuresOf } from "../src/charts/specs/perCycle";
import { AMPERE_HOURS, capacityText, OHMS, unitFor } from "../src/model/units";
import { reportOf } from "./reports";

test.each([
  [58.03, "58.03\u00a0Ah"],
  [0.1, "0.1\u00a0Ah"],
  [0.00152, "1.52\u00a0mAh"],
  [-0.0000024, "-2.4\u00a0µAh"],
  [null, "–"],
])("a capacity of %s Ah reads in the unit of its size", (capacity, text) => {
  expect(capacityText(capacity)).toBe(text);
});

test("the unit goes by the largest value, and is the usual one where none is known", () => {
  expect(unitFor(AMPERE_HOURS, [0.0001, 3]).name).toBe("Ah");
  expect(unitFor(AMPERE_HOURS, [null, 0.002]).name).toBe("mAh");
  expect(unitFor(OHMS, [0.0008]).name).toBe("mΩ");
  expect(unitFor(OHMS, [3.2]).name).toBe("Ω");
  expect(unitFor(OHMS, [null, undefined]).name).toBe("Ω");
});

test("a coin cell's chart is in mAh, with its axis, ranges and threshold", () => {
  const report = reportOf({
    discharge: [0.002, 0.0019, 0.0018],
    projection: { eol_capacity: 0.0016, eol_threshold: 0.8 },
  });
  const { y, series } = capacitySpec(report, "measured");

  expect(y.unit).toBe("mAh");
  expect(series.find(({ label }) => label === "Discharge")?.y).toEqual([2, 1.9, 1.8]);
  expect(series.map(({ label }) => label)).toContain("End of life, 80\u00a0%: 1.6\u00a0mAh");
});

test("a slope changes with the capacity of its axis", () => {
  const spec: ChartSpec = {
    x: { label: "Capacity", unit: "Ah", decimals: 2 },
    y: { label: "dV/dQ", unit: "mV/Ah", decimals: 2 },
    series: [{ label: "Cycle 1", color: "blue", x: [0, 0.002], y: [5000, null], mark: { kind: "line" } }],
    yUsual: [1000, 6000],
  };
  const { x, y, series, yUsual } = inUnits(spec);

  expect([x.unit, y.unit]).toEqual(["mAh", "mV/mAh"]);
  expect(series[0]?.x).toEqual([0, 2]);
  expect(series[0]?.y).toEqual([5, null]);
  expect(yUsual).toEqual([1, 6]);
});

test("a large cell's chart stays as it is", () => {
  const report = reportOf({ discharge: [58.1, 58.0, 57.9] });
  expect(capacitySpec(report, "measured").y.unit).toBe("Ah");
});

test("a resistance reads in ohms or milliohms", () => {
  const table = { ...reportOf().cycle_table, resistance_ohm: [0.0008, 0.0009, null] };
  const figure = figuresOf(table).find(({ column }) => column === "resistance_ohm");

  expect(figure && figureSpec(table, figure).y.unit).toBe("mΩ");
  expect(figure && figureSpec({ ...table, resistance_ohm: [3, 4, null] }, figure).y.unit).toBe("Ω");
});
