import { expect, test } from "vitest";
import { apart, groupFiles } from "../src/model/grouping";
import { fileOf } from "./fakeApi";

const namesOf = (...names: string[]) => groupFiles(names.map((name) => fileOf(name)));

test("a CSV set is one group, whatever the order and the case of its files", () => {
  const [group, ...others] = namesOf("X_metrics.csv", "X_CYCLES.CSV", "X_metadata.csv");
  expect(others).toEqual([]);
  expect(group?.name).toBe("X");
  expect(group?.roles).toEqual(["metrics", "cycles", "metadata"]);
  expect(group?.files.map(({ name }) => name)).toEqual(["X_metrics.csv", "X_CYCLES.CSV", "X_metadata.csv"]);
});

test("pickles and single tables stand alone, in the order in which they came", () => {
  expect(namesOf("B.pkl", "Y_cycles.csv", "table.csv", "Y_metadata.csv").map(({ name }) => name)).toEqual([
    "B.pkl",
    "Y",
    "table.csv",
  ]);
});

test("sets with different base names are different cells", () => {
  expect(namesOf("A_cycles.csv", "B_cycles.csv", "A_metadata.csv").map(({ roles }) => roles)).toEqual([
    ["cycles", "metadata"],
    ["cycles"],
  ]);
});

test("a pickle whose name looks like a set's member is no member", () => {
  expect(namesOf("A_cycles.pkl", "A_cycles.csv")).toHaveLength(2);
});

test("a set that is there twice has other names in one request, and its files still belong together", () => {
  const set = { files: [fileOf("X_cycles.csv"), fileOf("X_metadata.csv")] };
  const sent = apart([set, { files: [fileOf("B.pkl")] }, set]);
  expect(sent.map(({ name }) => name)).toEqual([
    "X_cycles.csv",
    "X_metadata.csv",
    "B.pkl",
    "3_X_cycles.csv",
    "3_X_metadata.csv",
  ]);
  expect(groupFiles(sent).map(({ name }) => name)).toEqual(["X", "B.pkl", "3_X"]);
});

test("files that may continue each other go together, and the API tells whether they do", () => {
  const groups = namesOf(
    "cell_2.csv",
    "other.csv",
    "cell_1.csv",
    "CS2_35_1_10_11.xlsx",
    "CS2_35_2_4_11.xlsx",
    "B1.pkl",
  );
  expect(groups.map(({ files }) => files.map(({ name }) => name))).toEqual([
    ["cell_2.csv", "cell_1.csv"],
    ["other.csv"],
    ["CS2_35_1_10_11.xlsx", "CS2_35_2_4_11.xlsx"],
    ["B1.pkl"],
  ]);
});

test("names that end in a number without a mark before it stand alone", () => {
  expect(namesOf("CALB_35_B249.pkl", "CALB_35_B248.pkl")).toHaveLength(2);
});

test("no group has more files than one request takes", () => {
  const names = Array.from({ length: 31 }, (_, place) => `cell_${place}.csv`);
  expect(namesOf(...names).map(({ files }) => files.length)).toEqual([30, 1]);
});
