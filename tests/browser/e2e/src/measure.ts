/**
 * node measure.js CHROMIUM URL CELL DENSE PYTHON SCRIPT: how fast the dashboard is, as one line of JSON.
 *
 * CELL is dropped again and again, DENSE has 100,000 points in its voltage curves. PYTHON SCRIPT starts a server.
 */

import type { Browser, Page } from "playwright-core";
import { launched } from "./browser.js";
import { Dashboard } from "./dashboard.js";
import { OwnServer } from "./server.js";

const DROPS = 5;
const STARTS = 5;
const GESTURE_STEPS = 150;

interface Frames {
  /** Milliseconds between frames. */
  frames_ms: number[];
  /** Milliseconds of tasks that kept the page from answering for more than 50. */
  long_tasks_ms: number[];
}

/** Milliseconds from the drop of the file until all of its report is on the screen. */
async function dropToReport(browser: Browser, url: string, path: string, onDrop = () => {}): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const dashboard = await Dashboard.at(page, url);
  await page.evaluate(watchForReport);
  onDrop();
  await dashboard.drop(path);
  const took_ms = await page.evaluate(() => window.reportOnScreen);
  await everyChartShowsSomething(page);
  await page.close();
  return took_ms;
}

interface Start {
  /** Milliseconds from the open port of a new server until the file was dropped. */
  dropped_after_ms: number;
  /** Milliseconds from there to the report. */
  took_ms: number;
}

/** A file dropped as soon as the page of a server that has just started is there. */
async function dropAfterStart(browser: Browser, command: readonly string[], path: string): Promise<Start> {
  const server = await OwnServer.started(command);
  const opened_ms = performance.now();
  let dropped_after_ms = 0;
  const took_ms = await dropToReport(browser, server.url, path, () => {
    dropped_after_ms = performance.now() - opened_ms;
  }).finally(() => server.die());
  return { dropped_after_ms, took_ms };
}

declare global {
  interface Window {
    reportOnScreen: Promise<number>;
  }
}

/** Runs in the page. A report is on the screen in the frame after the one in which every chart has its canvas. */
function watchForReport(): void {
  window.reportOnScreen = new Promise((resolve) => {
    addEventListener(
      "drop",
      () => {
        const dropped_ms = performance.now();
        const look = () => {
          const figures = [...document.querySelectorAll("article figure")];
          const isDrawn = figures.length >= 5 && figures.every((figure) => figure.querySelector("canvas"));
          requestAnimationFrame(isDrawn ? () => resolve(performance.now() - dropped_ms) : look);
        };
        requestAnimationFrame(look);
      },
      { capture: true, once: true },
    );
  });
}

async function everyChartShowsSomething(page: Page): Promise<void> {
  const blank = await page.evaluate(
    () =>
      [...document.querySelectorAll<HTMLCanvasElement>("article figure canvas")].filter((canvas) => {
        const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return !pixels.some((value) => value !== 0);
      }).length,
  );
  if (blank > 0) throw new Error(`${blank} charts are blank`);
}

/** What a visitor's browser fetches before anything is dropped: bytes of script as they come over the wire. */
async function scriptBytes(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage();
  await Dashboard.at(page, url);
  const bytes = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.endsWith(".js"))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
  );
  await page.close();
  return bytes;
}

/** Frames while a chart of 100,000 points is panned, and while it is zoomed. */
async function gestures(
  browser: Browser,
  url: string,
  path: string,
): Promise<{ points: number; pan: Frames; zoom: Frames }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const dashboard = await Dashboard.at(page, url);
  const answer = page.waitForResponse((response) => response.url().includes("/api/upload"));
  await dashboard.choose(path);
  const points = pointsOf(await (await answer).json());
  const chart = dashboard.chart("Voltage curves");
  const plot = chart.locator(".u-over");
  const reset = chart.getByRole("button", { name: "Reset the zoom" });
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  if (!box) throw new Error("the voltage curves are not there");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);

  const zoom = await framesOf(page, async () => {
    await page.keyboard.down("Control");
    for (let step = 0; step < GESTURE_STEPS; step += 1) await page.mouse.wheel(0, step % 60 < 30 ? -60 : 60);
    await page.keyboard.up("Control");
  });
  await reset.click(); // is only there where the chart has moved
  await page.mouse.move(x, y);
  const pan = await framesOf(page, async () => {
    await page.keyboard.down("Shift");
    await page.mouse.down();
    for (let step = 0; step < GESTURE_STEPS; step += 1)
      await page.mouse.move(x + 120 * Math.sin(step / 10), y + 40 * Math.cos(step / 10));
    await page.mouse.up();
    await page.keyboard.up("Shift");
  });
  await reset.click();
  await page.close();
  return { points, pan, zoom };
}

interface Curves {
  voltage_profile: { voltage_curves: { charge_data: Branch; discharge_data: Branch }[] };
}
type Branch = { capacities: unknown[] } | null;

function pointsOf({ voltage_profile: { voltage_curves: curves } }: Curves): number {
  const length = (branch: Branch) => branch?.capacities.length ?? 0;
  return curves.reduce((sum, { charge_data, discharge_data }) => sum + length(charge_data) + length(discharge_data), 0);
}

async function framesOf(page: Page, gesture: () => Promise<void>): Promise<Frames> {
  const watch = await page.evaluateHandle(() => {
    const frames_ms: number[] = [];
    const long_tasks_ms: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long_tasks_ms.push(duration);
    });
    observer.observe({ type: "longtask" });
    let before = performance.now();
    let handle = requestAnimationFrame(function frame(now) {
      frames_ms.push(now - before);
      before = now;
      handle = requestAnimationFrame(frame);
    });
    return () => {
      cancelAnimationFrame(handle);
      observer.disconnect();
      return { frames_ms: frames_ms.slice(1), long_tasks_ms };
    };
  });
  await gesture();
  return watch.evaluate((stop) => stop());
}

const [executable = "", url = "", cell = "", dense = "", ...command] = process.argv.slice(2);
const browser = await launched(executable);
const first_ms = await dropToReport(browser, url, cell);
const drops_ms: number[] = [];
for (let drop = 0; drop < DROPS; drop += 1) drops_ms.push(await dropToReport(browser, url, cell));
const script_bytes = await scriptBytes(browser, url);
const { points, pan, zoom } = await gestures(browser, url, dense);
const starts: Start[] = [];
for (let start = 0; start < STARTS; start += 1) starts.push(await dropAfterStart(browser, command, cell));
console.log(JSON.stringify({ first_ms, drops_ms, script_bytes, points, pan, zoom, starts }));
await browser.close();
