/**
 * node screenshots.js CHROMIUM FOLDER URL CLOUD_URL TOKENS_URL FILES: a picture of each state of the dashboard.
 *
 * FILES is the folder of the sample cells, which also has what is refused and what is large.
 */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { launched } from "./browser.js";
import { Dashboard } from "./dashboard.js";

const [executable = "", folder = "", url = "", cloudUrl = "", tokensUrl = "", files = ""] = process.argv.slice(2);
const DESK = { viewport: { width: 1440, height: 900 } };
const TALL = { viewport: { width: 1440, height: 1420 } };
const PHONE = { viewport: { width: 360, height: 1500 }, isMobile: true, hasTouch: true, deviceScaleFactor: 1.5 };
const COMPARED = ["SAMPLE_NMC_25_LINEAR", "SAMPLE_NMC_0_COLD", "SAMPLE_LFP_25_RISING", "SAMPLE_NMC_45_KNEE"];
const SLOW_BYTES_PER_SECOND = 8e6;
const SETTLE_MS = 400;

const browser = await launched(executable);

/** Opens a window, brings its page into a state, and takes a picture of what is seen. */
async function taken(name: string, window: BrowserContextOptions, state: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...window });
  const page = await context.newPage();
  await state(page);
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: join(folder, `dashboard-${name}.png`) });
  await context.close();
}

const pickle = (name: string) => join(files, `${name}.pkl`);

/** What a first-time visitor sees at one click. */
async function withSample(page: Page): Promise<Dashboard> {
  const dashboard = await Dashboard.at(page, url);
  await page.getByRole("button", { name: "Try a sample cell" }).click();
  await dashboard.report("SAMPLE_CELL").waitFor();
  return dashboard;
}

await taken("empty", DESK, async (page) => void (await Dashboard.at(page, url)));

await taken("reading", DESK, async (page) => {
  const dashboard = await Dashboard.at(page, cloudUrl);
  await dashboard.choose(pickle("SAMPLE_LFP_25_SHORT"));
  await page.getByRole("article").waitFor();
  const session = await page.context().newCDPSession(page);
  const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: SLOW_BYTES_PER_SECOND };
  await session.send("Network.emulateNetworkConditions", line);
  await dashboard.choose(pickle("LARGE"), pickle("SAMPLE_NMC_25_LINEAR"));
  await dashboard
    .source("LARGE")
    .getByText(/Sending [3-7]\d/)
    .waitFor();
});

const reported = async (page: Page) => {
  const dashboard = await withSample(page);
  const slider = page.getByRole("slider", { name: "Cycle to look at" });
  await slider.focus();
  for (let step = 0; step < 30; step += 1) await slider.press("ArrowLeft");
  await dashboard
    .chart("Voltage curves")
    .getByRole("button", { name: /discharge/ })
    .nth(3)
    .waitFor();
  await slider.blur();
  await page.evaluate(() => scrollTo(0, 0));
};
await taken("report-light", { ...TALL, colorScheme: "light" }, reported);
await taken("report-dark", { ...TALL, colorScheme: "dark" }, reported);

await taken("comparison", { viewport: { width: 1440, height: 980 } }, async (page) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(...COMPARED.map(pickle));
  await dashboard.sources.getByRole("button", { name: `Compare all ${COMPARED.length}` }).click({ timeout: 60_000 });
  await dashboard.comparison.getByText("Ranked by the retention at cycle").waitFor({ timeout: 60_000 });
});

await taken("error", DESK, async (page) => {
  const dashboard = await withSample(page);
  await dashboard.choose(
    pickle("HOSTILE"),
    join(files, "NO_CURRENT.csv"),
    join(files, "SAMPLE_NMC_25_LINEAR_metadata.csv"),
  );
  await dashboard.refusal("SAMPLE_NMC_25_LINEAR").waitFor();
  await dashboard.refusal("HOSTILE.pkl").waitFor();
  await dashboard.refusal("NO_CURRENT.csv").waitFor();
});

await taken("settings", DESK, async (page) => {
  const dashboard = await Dashboard.at(page, tokensUrl);
  await dashboard.choose(pickle("SAMPLE_LFP_25_SHORT"));
  await dashboard.refusal("SAMPLE_LFP_25_SHORT").waitFor();
  await page.getByLabel("Token").fill("bat_xxxxxxxxxxxxxxxxxxxx");
});

await taken("phone", PHONE, async (page) => void (await withSample(page)));

const context = await browser.newContext(DESK);
const page = await context.newPage();
await withSample(page);
await writeFile(join(folder, "dashboard-print.pdf"), await page.pdf({ format: "A4", preferCSSPageSize: true }));
await browser.close();
