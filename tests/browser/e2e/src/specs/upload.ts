/** Files in: what is dropped or chosen becomes a report, or a refusal in the API's own words. */

import assert from "node:assert/strict";
import { Dashboard, wordsOf } from "../dashboard.js";
import { spec } from "../spec.js";

spec("a pickle that is dropped becomes a report", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.drop(input("pickle"));
  const words = await wordsOf(dashboard.report("TEST_25_A1"));
  assert.match(words, /Cycles 40 numbers 1 to 40/);
  // From 9.9 Ah, 0.02 Ah less a cycle for 39 cycles: 100 · 9.12 / 9.9.
  assert.match(words, /Retention 92\.12 % cycles 1 to 40 · 0\.202 % fade per cycle/);
  assert.match(words, /Health Good 92\.1 of 100/);
});

spec("the three CSV files of a cell are one cell, in one request", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await dashboard.drop(input("metrics"), input("cycles"), input("metadata"));
  assert.match(await wordsOf(dashboard.report("TEST_35_C3")), /Cycles 20 numbers 1 to 20/);
  assert.equal(await dashboard.sources.getByRole("listitem").count(), 1);
  assert.equal(requests.filter((path) => path === "/api/upload").length, 1);
});

spec(
  "a folder gives its cells, one over two files put together, and counts what is none",
  async ({ page, url, input }) => {
    const dashboard = await Dashboard.at(page, url);
    await dashboard.chooseFolder(input("folder"));
    await dashboard.sources.getByText("Skipped 1 file without cycling data.").waitFor();
    assert.equal(await dashboard.sources.getByRole("listitem").count(), 2);
    await dashboard.sources.getByRole("button", { name: /^CELL_C3/ }).click();
    const words = await wordsOf(dashboard.report("CELL_C3"));
    assert.match(words, /Cycles 20 numbers 1 to 20/);
    assert.match(words, /CELL_C3_part1\.csv, CELL_C3_part2\.csv continue each other/);
  },
);

spec("a CSV set without its cycles says which file is missing", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("metadata"), input("metrics"));
  assert.match(
    await wordsOf(dashboard.refusal("TEST_35_C3")),
    /TEST_35_C3_cycles\.csv.* incomplete_csv_set · request /,
  );
});

spec("a CSV file that comes later joins the rest of its set", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("metadata"));
  await dashboard.refusal("TEST_35_C3").waitFor();
  await dashboard.choose(input("cycles"));
  await dashboard
    .report("TEST_35_C3")
    .getByText(/Prismatic/)
    .first()
    .waitFor();
  assert.equal(await dashboard.sources.getByRole("listitem").count(), 1);
});

spec("cells added one after the other stay until they are removed", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("pickle"));
  await dashboard.report("TEST_25_A1").waitFor();
  await dashboard.choose(input("second_pickle"));
  await dashboard.report("TEST_25_B2").waitFor();
  await dashboard.sources.getByRole("button", { name: /^TEST_25_A1/ }).click();
  await dashboard.report("TEST_25_A1").waitFor();
  await dashboard.sources.getByRole("button", { name: /^Remove TEST_25_A1/ }).click();
  await dashboard.report("TEST_25_B2").waitFor();
  assert.equal(await dashboard.sources.getByText("TEST_25_A1").count(), 0);
});

spec("everything is gone when the page is loaded again", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("pickle"));
  await dashboard.report("TEST_25_A1").waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Try a sample cell" }).waitFor();
  assert.equal(await page.getByText("TEST_25_A1").count(), 0);
  assert.deepEqual(await page.evaluate(() => [Object.keys(localStorage), document.cookie]), [[], ""]);
});

spec("two cells that are dropped together are both shown", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.drop(input("pickle"), input("second_pickle"));
  await dashboard.sources.getByRole("button", { name: /^TEST_25_A1/ }).waitFor();
  await dashboard.sources.getByRole("button", { name: /^TEST_25_B2/ }).waitFor();
});

spec("a sample cell is shown at one click", async ({ page, url }) => {
  const dashboard = await Dashboard.at(page, url);
  await page.getByRole("button", { name: "Try a sample cell" }).click();
  await dashboard.report("SAMPLE_CELL").waitFor();
});

spec("a pickle that would run a command is refused by the name of what it calls", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("hostile"));
  assert.match(await wordsOf(dashboard.refusal("HOSTILE.pkl")), /posix\.system.* unsafe_pickle · request [\w-]+$/);
});

spec("each file's refusal stands beside it, and the good ones are shown", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("corrupted"), input("pickle"), input("empty"));
  await dashboard.report("TEST_25_A1").waitFor();
  assert.match(await wordsOf(dashboard.refusal("CORRUPTED.pkl")), / corrupted_file · request /);
  assert.match(await wordsOf(dashboard.refusal("EMPTY.pkl")), / empty_file · request /);
  assert.equal(await dashboard.refusal("TEST_25_A1").count(), 0);
});

spec("what a file says never becomes markup", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.drop(input("hostile_words"));
  await page.getByRole("article", { name: "Report on <img src=x" }).waitFor();
  await dashboard.unfold();
  // Shown as it is, wherever a file has its word, and no element comes of it.
  assert.ok((await page.getByText("<img src=x").count()) >= 3);
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.equal(await page.title(), "Battery Analytics");
});

spec("what is on its way can be cancelled, and sent again", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await page.route("**/api/upload?*", () => undefined); // never answered
  const aborted = page.waitForEvent("requestfailed");
  await dashboard.choose(input("pickle"));
  await dashboard.sources.getByRole("button", { name: "Cancel TEST_25_A1" }).click();
  assert.equal((await aborted).failure()?.errorText, "net::ERR_ABORTED");
  await dashboard.source("TEST_25_A1").getByText("Cancelled.").waitFor();
  await page.unroute("**/api/upload?*");
  await dashboard.sources.getByRole("button", { name: "Try again TEST_25_A1" }).click();
  await dashboard.report("TEST_25_A1").waitFor();
});
