/** Files in: what is dropped or chosen becomes a report, or a refusal in the API's own words. */

import assert from "node:assert/strict";
import { Dashboard, wordsOf } from "../dashboard.js";
import { spec } from "../spec.js";

spec("a pickle that is dropped becomes a report", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.drop(input("pickle"));
  const report = dashboard.report("TEST_25_A1");
  await report.waitFor();
  const words = await wordsOf(report);
  assert.match(words, /Cycles 40 numbers 1 to 40/);
  // From 9.9 Ah, 0.02 Ah less a cycle for 39 cycles: 100 · 9.12 / 9.9.
  assert.match(words, /Retention 92\.12 %/);
});
