import { expect, test } from "vitest";
import { checkedReports, reportsOf } from "../src/api/answers";
import type { Report, SeveralReports } from "../src/api/types";
import { FakeApi, fileOf, refused } from "./fakeApi";
import { reportOf } from "./reports";

test("one report or several are told apart", () => {
  const [a, b] = [reportOf({ name: "A" }), reportOf({ name: "B" })];
  expect(reportsOf(a)).toEqual([a]);
  expect(reportsOf({ cells: [a, b] } as SeveralReports)).toEqual([a, b]);
});

test("what is no report is refused in words, be it alone or among others", () => {
  const { data_quality: _, ...incomplete } = reportOf();
  for (const answer of [{}, { cells: null }, incomplete, { cells: [reportOf(), incomplete] }]) {
    expect(() => checkedReports(answer as unknown as Report)).toThrow("no report that this page can read");
  }
});

test("an address that leads to some other server is found out at once", async () => {
  const other = new FakeApi({ "GET /": [{ hello: "world" }] });
  await expect(other.client().information()).rejects.toThrow("not as a Battery Analytics API does");
  const page = new FakeApi({ "GET /": [refused(200, "<!doctype html>")] });
  await expect(page.client().information()).rejects.toThrow("not as a Battery Analytics API does");
  const odd = new FakeApi({ "POST /api/upload": [{ ok: true }] });
  const options = { plots: "all", eolThreshold: 0.8, capacityReference: "initial" } as const;
  await expect(odd.client().upload([fileOf("A.pkl")], options)).rejects.toThrow("no report");
});
