/** A report on the page: its figures, what can be asked of it, and what can be taken away. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { Dashboard, wordsOf } from "../dashboard.js";
import { spec } from "../spec.js";
import type { Stage } from "../stage.js";

async function withCell({ page, url, input }: Stage, ...names: string[]): Promise<Dashboard> {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(...names.map(input));
  await page.getByRole("article").waitFor();
  return dashboard;
}

/** The words of the file that a click on a button gives the user. */
async function taken(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

spec("the report is taken away as the very JSON that the API gave", async (stage) => {
  const answer = stage.page.waitForResponse((response) => response.url().includes("plots=all"));
  await withCell(stage, "pickle");
  const { name, bytes } = await taken(stage.page, "Report as JSON");
  assert.equal(name, "TEST_25_A1_report.json");
  const report = JSON.parse(bytes.toString());
  assert.deepEqual(report, await (await answer).json());
  assert.equal(typeof report.capacity_fade.capacity_plot, "string");
});

spec("the report is taken away without its plots where the API has gone", async (stage) => {
  await withCell(stage, "pickle");
  await stage.page.route("**/api/upload?*", (route) => route.abort("connectionrefused"));
  const { bytes } = await taken(stage.page, "Report as JSON");
  const { metadata, capacity_fade: fade } = JSON.parse(bytes.toString());
  assert.deepEqual([metadata.cell_id, fade.capacity_plot], ["TEST_25_A1", null]);
});

spec("the cycles are taken away as CSV under their standard names", async (stage) => {
  await withCell(stage, "pickle");
  const { name, bytes } = await taken(stage.page, "Cycles as CSV");
  const [header = "", ...rows] = bytes.toString().trimEnd().split("\r\n");
  assert.equal(name, "TEST_25_A1_cycles.csv");
  assert.equal(rows.length, 40);
  const columns = header.split(",");
  const last = rows.at(-1)?.split(",") ?? [];
  const value = (column: string) => Number(last[columns.indexOf(column)]);
  assert.equal(value("cycle_number"), 40);
  assert.ok(Math.abs(value("discharge_capacity_Ah") - 9.12) < 1e-9);
});

spec("a chart is taken away as a picture that shows something", async (stage) => {
  await withCell(stage, "pickle");
  for (const title of ["Capacity", "Voltage curves", "Differential voltage"]) {
    const [download] = await Promise.all([
      stage.page.waitForEvent("download"),
      stage.page.getByRole("button", { name: `Save as PNG: ${title}`, exact: true }).click(),
    ]);
    const png = await readFile(await download.path());
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    const colors = await colorsOf(stage.page, png);
    assert.ok(colors > 50, `${title} has ${colors} colours`);
  }
});

/** How many colours a picture has, by every eleventh of its pixels. */
function colorsOf(page: Page, png: Buffer): Promise<number> {
  return page.evaluate(
    async ([source, stride]) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const drawing = canvas.getContext("2d", { willReadFrequently: true });
      drawing?.drawImage(image, 0, 0);
      const pixels = new Uint32Array(
        drawing?.getImageData(0, 0, canvas.width, canvas.height).data.buffer ?? new ArrayBuffer(0),
      );
      return new Set(pixels.filter((_, place) => place % stride === 0)).size;
    },
    [`data:image/png;base64,${png.toString("base64")}`, 11] as const,
  );
}

spec("another end-of-life threshold asks the API again", async (stage) => {
  const dashboard = await withCell(stage, "pickle");
  const asked = stage.page.waitForRequest((request) => request.url().includes("eol_threshold=0.95"));
  await stage.page.getByLabel("End-of-life threshold").fill("95");
  await asked;
  // 95 % of 9.9 Ah is 9.405 Ah, and 9.9 − 0.02·(n − 1) falls to it between the cycles 25 and 26.
  await dashboard.report("TEST_25_A1").getByText("Observed").waitFor();
  assert.match(await wordsOf(dashboard.report("TEST_25_A1")), /End of life at cycle 26 Observed 95 % capacity/);
});

spec("a threshold that cannot be is not sent, and is said to be wrong", async (stage) => {
  await withCell(stage, "pickle");
  await stage.page.getByLabel("End-of-life threshold").fill("100");
  await stage.page.getByText("A number greater than 0 and less than 100").waitFor();
  assert.equal(await stage.page.getByLabel("End-of-life threshold").getAttribute("aria-invalid"), "true");
});

spec("another capacity reference asks the API again", async (stage) => {
  await withCell(stage, "pickle");
  const asked = stage.page.waitForRequest((request) => request.url().includes("capacity_reference=nominal"));
  await stage.page
    .getByRole("group", { name: "Capacity reference" })
    .getByRole("radio", { name: "Nominal" })
    .check({ force: true });
  assert.equal((await (await asked).response())?.status(), 200);
});

spec("the slider fetches the curves of any cycle", async (stage) => {
  const dashboard = await withCell(stage, "pickle");
  const asked = stage.page.waitForRequest((request) => cyclesOf(request.url()).includes("39"));
  const slider = stage.page.getByRole("slider", { name: "Cycle to look at" });
  await slider.focus();
  await slider.press("ArrowLeft");
  assert.match((await asked).url(), /plots=none/);
  await dashboard.chart("Voltage curves").getByRole("button", { name: "Cycle 39 discharge" }).waitFor();
});

function cyclesOf(url: string): string[] {
  return new URL(url).searchParams.get("cycles")?.split(",") ?? [];
}

spec("a chart reads its values by the arrow keys, in units", async (stage) => {
  const dashboard = await withCell(stage, "pickle");
  const chart = dashboard.chart("Capacity").first();
  await chart.getByRole("application").focus();
  await stage.page.keyboard.press("ArrowRight");
  await chart.getByText(/^Cycle\s1: .*Discharge\s9\.900\sAh$/).waitFor({ state: "attached" });
});

spec("a chart zooms where it is dragged, and goes back", async (stage) => {
  const dashboard = await withCell(stage, "pickle");
  const chart = dashboard.chart("Capacity").first();
  const plot = chart.locator(".u-over");
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  assert.ok(box);
  const back = chart.getByRole("button", { name: "Reset the zoom: Capacity" });
  assert.equal(await back.isDisabled(), true);
  await stage.page.mouse.move(box.x + 0.3 * box.width, box.y + 0.3 * box.height);
  await stage.page.mouse.down();
  await stage.page.mouse.move(box.x + 0.6 * box.width, box.y + 0.7 * box.height, { steps: 5 });
  await stage.page.mouse.up();
  await back.click();
  await chart.locator("button:disabled", { hasText: "" }).first().waitFor();
  assert.equal(await back.isDisabled(), true);
});

spec("hovering over a chart reads the values below the pointer", async (stage) => {
  const dashboard = await withCell(stage, "pickle");
  const chart = dashboard.chart("Capacity").first();
  const plot = chart.locator(".u-over");
  await plot.scrollIntoViewIfNeeded();
  await plot.hover({ position: { x: 40, y: 40 } });
  const words = await wordsOf(chart.locator(".tooltip"));
  assert.match(words, /Cycle \d+.*Discharge 9\.\d{3} Ah/);
});

spec("a legend's entry hides its series and brings it back", async (stage) => {
  const dashboard = await withCell(stage, "pickle");
  const entry = dashboard.chart("Capacity").first().getByRole("button", { name: "Charge", exact: true });
  assert.equal(await entry.getAttribute("aria-pressed"), "true");
  await entry.click();
  assert.equal(await entry.getAttribute("aria-pressed"), "false");
  await entry.click();
  assert.equal(await entry.getAttribute("aria-pressed"), "true");
});

spec("where the API abstains from a projection, its reason is shown", async (stage) => {
  const answer = stage.page.waitForResponse((response) => response.url().includes("/api/upload"));
  const dashboard = await withCell(stage, "three_cycles");
  const { statistical_metrics: metrics } = (await (await answer).json()) as Abstained;
  const { abstained, abstention_reason: reason } = metrics.cycle_life_projection;
  assert.equal(abstained, true);
  const words = await wordsOf(dashboard.report("SHORT"));
  assert.ok(words.includes(reason), `${reason} is not said: ${words.slice(0, 600)}`);
});

interface Abstained {
  statistical_metrics: { cycle_life_projection: { abstained: boolean; abstention_reason: string } };
}

spec("findings are shown in the API's words, unfolded", async (stage) => {
  const answer = stage.page.waitForResponse((response) => response.url().includes("/api/upload"));
  const dashboard = await withCell(stage, "three_cycles");
  const { data_quality: findings } = (await (await answer).json()) as { data_quality: { message: string }[] };
  assert.ok(findings.length > 0);
  for (const { message } of findings) await dashboard.report("SHORT").getByText(message).first().waitFor();
});

spec("the API's own plots can be looked at and downloaded", async (stage) => {
  const dashboard = await withCell(stage, "pickle");
  await stage.page.getByText("The API's own plots, as PNG").click();
  const link = dashboard
    .report("TEST_25_A1")
    .getByRole("link", { name: /^Download / })
    .first();
  const [download] = await Promise.all([stage.page.waitForEvent("download"), link.click()]);
  assert.equal((await readFile(await download.path())).subarray(1, 4).toString(), "PNG");
});

spec("several cells are overlaid, ranked by the API, sorted and taken away", async (stage) => {
  const dashboard = await withCell(stage, "pickle", "second_pickle");
  await dashboard.sources.getByRole("button", { name: "Compare all 2" }).click();
  const table = dashboard.comparison.getByRole("table");
  const rows = async () => (await table.getByRole("rowheader").allInnerTexts()).map((text) => text.trim());
  // A1 loses 0.02 Ah a cycle, B2 0.05 Ah.
  await dashboard.comparison.getByText("Ranked by the retention at cycle").waitFor();
  assert.deepEqual(await rows(), ["TEST_25_A1", "TEST_25_B2"]);
  await table.getByRole("button", { name: "Retention" }).click();
  assert.deepEqual(await rows(), ["TEST_25_B2", "TEST_25_A1"]);
  assert.equal(await table.getByRole("columnheader", { name: "Retention" }).getAttribute("aria-sort"), "ascending");
  const { bytes } = await taken(stage.page, "Table as CSV");
  const [header, ...lines] = bytes.toString().trimEnd().split("\r\n");
  assert.match(
    header ?? "",
    /^cell_id,rank,total_cycles,retention_at_common_cycle_percent,capacity_retention_percent,/,
  );
  assert.deepEqual(
    lines.map((line) => line.split(",").slice(0, 3)),
    [
      ["TEST_25_A1", "1", "40"],
      ["TEST_25_B2", "2", "30"],
    ],
  );
  await dashboard
    .chart("Retention")
    .getByRole("button", { name: /^TEST_25_B2/ })
    .waitFor();
});
