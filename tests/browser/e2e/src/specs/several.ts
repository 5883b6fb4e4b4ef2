/** Several cells on the page, and what it says where it cannot show what was asked for. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Dashboard, wordsOf } from "../dashboard.js";
import { spec } from "../spec.js";

const RANKED = "Ranked by the retention at cycle";

function uploadsOf(page: Page): { count: number } {
  const uploads = { count: 0 };
  page.on("request", (request) => {
    if (request.url().includes("/api/upload")) uploads.count += 1;
  });
  return uploads;
}

spec(
  "the API ranks the cells once, whatever is looked at in between, and once more by another threshold",
  async ({ page, url, input }) => {
    const dashboard = await Dashboard.at(page, url);
    const uploads = uploadsOf(page);
    await dashboard.choose(input("pickle"), input("second_pickle"));
    await dashboard.comparison.getByText(RANKED).waitFor();
    assert.equal(uploads.count, 3);
    await dashboard.sources.getByRole("button", { name: /^TEST_25_A1/ }).click();
    await dashboard.report("TEST_25_A1").waitFor();
    await dashboard.sources.getByRole("button", { name: "Compare all 2" }).click();
    await dashboard.comparison.getByText(RANKED).waitFor();
    assert.equal(uploads.count, 3);
    const last = page.waitForResponse(() => uploads.count >= 6);
    await page.getByLabel("End-of-life threshold").fill("90");
    await last;
    await dashboard.comparison.getByText(RANKED).waitFor();
    assert.equal(uploads.count, 6);
  },
);

spec("a set that is there twice is ranked as two cells", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  for (const count of [1, 2]) {
    await dashboard.choose(input("cycles"), input("metadata"));
    await page.getByText(count === 1 ? "1 cell" : "2 cells", { exact: true }).waitFor();
    await dashboard.report("TEST_35_C3").waitFor();
  }
  await dashboard.sources.getByRole("button", { name: "Compare all 2" }).click();
  await dashboard.comparison.getByText(RANKED).waitFor();
  const ranks = await dashboard.comparison.getByRole("row").getByRole("cell").allInnerTexts();
  assert.deepEqual([ranks[0], ranks[ranks.length / 2]], ["1", "2"]);
});

spec("a cell keeps its colour when another one is removed", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("pickle"), input("second_pickle"), input("cycles"));
  const colour = () =>
    dashboard.comparison
      .getByRole("row", { name: /TEST_25_B2/ })
      .locator(".swatch")
      .evaluate((swatch) => getComputedStyle(swatch).backgroundColor);
  await dashboard.comparison.getByText("3 cells compared").waitFor();
  const before = await colour();
  await dashboard.sources.getByRole("button", { name: /^Remove TEST_25_A1/ }).click();
  await dashboard.comparison.getByText("2 cells compared").waitFor();
  assert.equal(await colour(), before);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "2 cells");
});

spec(
  "a report by an older threshold says so when the API has not answered by the new one",
  async ({ page, url, input }) => {
    const dashboard = await Dashboard.at(page, url);
    await dashboard.choose(input("pickle"));
    await dashboard.report("TEST_25_A1").waitFor();
    await page.route("**/api/upload?*", (route) => route.fulfill({ status: 500, body: '{"message":"It broke."}' }));
    await page.getByLabel("End-of-life threshold").fill("90");
    const report = dashboard.report("TEST_25_A1");
    await report.getByText("This report still uses 80 % of the initial capacity").waitFor();
    await page.unroute("**/api/upload?*");
    await dashboard.sources.getByRole("button", { name: "Try again TEST_25_A1" }).click();
    await report.getByText(/^90\s% capacity, /).waitFor();
    assert.doesNotMatch(await wordsOf(report), /This report still uses/);
  },
);

spec("a page whose script has not arrived says so, and where the API is described", async ({ page, url }) => {
  await page.route("**/*.js", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto(`${url}/`);
  await page.getByText("The page's own files have not arrived.").waitFor();
  assert.equal(await page.getByRole("link", { name: "its documentation" }).getAttribute("href"), "docs");
});
