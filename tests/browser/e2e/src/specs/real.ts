/** Real cells on the page. */

import assert from "node:assert/strict";
import { Dashboard, wordsOf } from "../dashboard.js";
import { spec } from "../spec.js";

spec("a real cell's pickle and its three CSV files show the same figures", async ({ page, url, input }) => {
  const shown: string[] = [];
  for (const names of [["pickle"], ["cycles", "metadata", "metrics"]]) {
    const dashboard = await Dashboard.at(page, url);
    await dashboard.choose(...names.map(input));
    const report = dashboard.report(input("cell"));
    await report.waitFor();
    shown.push(await wordsOf(report.locator("dl").first()));
  }
  assert.match(shown[0] ?? "", /^Cycles \d+ numbers \d+ to \d+ Retention \d+\.\d\d %/);
  assert.deepEqual(shown[0], shown[1]);
});

spec("every real cell shows its charts and says nothing behind the page's back", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  const paths = input("every_pickle").split("\n");
  await dashboard.choose(...paths);
  await page.getByText(`${paths.length} cells`, { exact: true }).waitFor();
  await dashboard.sources.getByRole("button", { name: `Compare all ${paths.length}` }).waitFor();
  assert.equal(await dashboard.sources.getByRole("alert").count(), 0);
  const links = dashboard.sources.getByRole("button", { name: /^CALB_/ });
  for (let place = 0; place < paths.length; place += 1) {
    await links.nth(place).click();
    await dashboard.chart("Voltage curves").locator("canvas").waitFor();
  }
});
