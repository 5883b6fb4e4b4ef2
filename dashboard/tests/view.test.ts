import { expect, test } from "vitest";
import { cellsOf } from "../src/model/cells";
import { findingsOf } from "../src/model/findings";
import type { Source } from "../src/model/sourceStore";
import { shownView, viewOfNew } from "../src/model/view";
import { reportOf } from "./reports";

const source = (id: number, count: number) =>
  ({ id, colorIndexes: [], reports: Array.from({ length: count }, () => reportOf()) }) as unknown as Source;
const CELLS = cellsOf([source(1, 1), source(2, 2)]);

test("what was asked for is shown as long as it is there, else the first cell", () => {
  expect(shownView({ at: "cell", key: "2.1" }, CELLS)).toEqual({ at: "cell", key: "2.1" });
  expect(shownView({ at: "cell", key: "9.0" }, CELLS)).toEqual({ at: "cell", key: "1.0" });
  expect(shownView({ at: "all" }, CELLS.slice(0, 1))).toEqual({ at: "cell", key: "1.0" });
  expect(shownView(null, [])).toBeNull();
});

test("several new cells are compared, a single one is shown, and none changes nothing", () => {
  expect(viewOfNew([2], CELLS)).toEqual({ at: "all" });
  expect(viewOfNew([1], CELLS)).toEqual({ at: "cell", key: "1.0" });
  expect(viewOfNew([3], CELLS)).toBeNull();
});

test("findings come worst first, signs of degradation among them", () => {
  const report = reportOf();
  report.battery_health.degradation_indicators = ["Resistance growth"];
  report.data_quality = [
    { code: "a", severity: "info", message: "The time was unwrapped.", cycles: [] },
    { code: "b", severity: "error", message: "No voltage.", cycles: [3] },
    { code: "c", severity: "warning", message: "Gaps.", cycles: [] },
  ];
  expect(findingsOf(report).map(({ kind, where }) => `${kind} ${where}`.trim())).toEqual([
    "error cycle 3",
    "health",
    "warning",
    "info",
  ]);
});
