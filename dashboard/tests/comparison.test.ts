import { expect, test } from "vitest";
import type { Comparison } from "../src/api/types";
import { cellsOf } from "../src/model/cells";
import { comparisonCsv, ranked, sorted } from "../src/model/comparison";
import type { Source } from "../src/model/sourceStore";
import { reportOf } from "./reports";

function sourceOf(id: number, ...reports: ReturnType<typeof reportOf>[]): Source {
  return {
    id,
    name: `file ${id}`,
    files: [],
    roles: [],
    phase: { at: "ready" },
    reports,
    failures: [],
    colorIndexes: reports.map((_, index) => 10 * id + index),
    criteria: { eolThreshold: 0.8, capacityReference: "initial" },
  };
}

const CELLS = cellsOf([
  sourceOf(1, reportOf({ name: "B10", retention: 90, efficiency: [null, 99, 98] })),
  sourceOf(2, reportOf({ name: "B9", retention: null }), reportOf({ name: "B2", retention: 95 })),
]);
const COMPARISON = { cells: [{ rank: 2 }, { rank: null }, { rank: 1 }] } as unknown as Comparison;
const ROWS = ranked(CELLS, COMPARISON);
const namesOf = (rows: typeof ROWS) => rows.map(({ cell }) => cell.name);

test("a file of several cells gives several cells, each with a key of its own", () => {
  expect(CELLS.map(({ key, name }) => [key, name])).toEqual([
    ["1.0", "B10"],
    ["2.0", "B9"],
    ["2.1", "B2"],
  ]);
});

test("the rank is the API's, by the order of the files", () => {
  expect(ROWS.map(({ rank }) => rank)).toEqual([2, null, 1]);
  expect(ranked(CELLS, null).map(({ rank }) => rank)).toEqual([null, null, null]);
});

test("what is not known comes last in both directions", () => {
  expect(namesOf(sorted(ROWS, { by: "Retention", descending: false }))).toEqual(["B10", "B2", "B9"]);
  expect(namesOf(sorted(ROWS, { by: "Retention", descending: true }))).toEqual(["B2", "B10", "B9"]);
});

test("names sort as people count", () => {
  expect(namesOf(sorted(ROWS, { by: "Cell", descending: false }))).toEqual(["B2", "B9", "B10"]);
});

test("the CSV has a row a cell, numbers as numbers", () => {
  const [header, first] = comparisonCsv(ROWS).split("\r\n");
  expect(header?.split(",").slice(0, 6)).toEqual([
    "cell_id",
    "rank",
    "total_cycles",
    "retention_at_common_cycle_percent",
    "capacity_retention_percent",
    "capacity_fade_percent_per_cycle",
  ]);
  expect(first).toBe("B10,2,3,,90,,98.5,Excellent,,abstains,25");
});
