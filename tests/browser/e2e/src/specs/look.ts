/** The page for every eye and every hand: light and dark, small and wide, on paper, by keyboard, by screen reader. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { seriousFindings } from "../accessibility.js";
import { Dashboard } from "../dashboard.js";
import { spec } from "../spec.js";
import type { Stage } from "../stage.js";

const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** Every state of the page, one after the other; `look` is called in each with its name. */
async function eachState({ page, url, input }: Stage, look: (state: string) => Promise<void>): Promise<void> {
  const dashboard = await Dashboard.at(page, url);
  await look("empty");
  await dashboard.choose(input("hostile"));
  await dashboard.refusal("HOSTILE.pkl").waitFor();
  await look("refused");
  await dashboard.choose(input("pickle"), input("second_pickle"));
  await dashboard.sources.getByRole("button", { name: "Compare all 2" }).waitFor();
  await dashboard.unfold();
  await look("report");
  await dashboard.sources.getByRole("button", { name: "Compare all 2" }).click();
  await dashboard.comparison.getByText("Ranked by the retention at cycle").waitFor();
  await look("comparison");
}

async function isAccessible(stage: Stage): Promise<void> {
  await eachState(stage, async (state) => {
    const findings = await seriousFindings(stage.page);
    assert.deepEqual(findings, [], `on the page "${state}"`);
  });
}

spec("axe finds nothing serious in the light", isAccessible, { colorScheme: "light" });
spec("axe finds nothing serious in the dark", isAccessible, { colorScheme: "dark" });
spec("axe finds nothing serious on a phone", isAccessible, PHONE);

async function neverScrollsSideways(stage: Stage): Promise<void> {
  await eachState(stage, async (state) => {
    const [content, window] = await stage.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.equal(content, window, `the page "${state}" is wider than its window`);
    assert.equal(window, stage.page.viewportSize()?.width);
  });
}

spec("a phone of 360 px never scrolls sideways", neverScrollsSideways, PHONE);
spec("a wall of 2,560 px never scrolls sideways", neverScrollsSideways, { viewport: { width: 2560, height: 1440 } });

spec(
  "a wall of 2,560 px has its charts side by side, each drawn as wide as its frame",
  async (stage) => {
    const dashboard = await Dashboard.at(stage.page, stage.url);
    await dashboard.choose(stage.input("pickle"));
    await dashboard.chart("Capacity").first().waitFor();
    const boxes = await Promise.all(
      ["Capacity", "Coulombic efficiency"].map((name) => dashboard.chart(name).first().boundingBox()),
    );
    const [first, second] = boxes;
    assert.ok(first && second);
    assert.equal(first.y, second.y);
    const plot = await dashboard.chart("Capacity").first().locator("canvas").boundingBox();
    assert.ok(plot && plot.width > 0.9 * first.width, `${plot?.width} of ${first.width}`);
  },
  { viewport: { width: 2560, height: 1440 } },
);

function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const [red = 0, green = 0, blue = 0] = (getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []).map(
      Number,
    );
    return (red + green + blue) / (3 * 255);
  });
}

spec(
  "the page is dark where the system is, and light where its user wants it, also after it is loaded again",
  async ({ page, url }) => {
    await Dashboard.at(page, url);
    assert.ok((await brightness(page)) < 0.2);
    await page.getByRole("button", { name: "Change to light" }).click();
    assert.ok((await brightness(page)) > 0.8);
    await page.reload();
    await page.getByRole("button", { name: "Change to dark" }).waitFor();
    assert.ok((await brightness(page)) > 0.8);
  },
  { colorScheme: "dark" },
);

spec("on paper a report is two pages, be it short or long", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await page.getByRole("button", { name: "Try a sample cell" }).click();
  await dashboard.report("SAMPLE_CELL").waitFor();
  assert.equal(await pagesOnPaper(page), 2);
  for (const [file, name] of Object.entries({ pickle: "TEST_25_A1", three_cycles: "SHORT" })) {
    await dashboard.choose(input(file));
    await dashboard.report(name).waitFor();
    assert.equal(await pagesOnPaper(page), 2, name);
  }
});

async function pagesOnPaper(page: Page): Promise<number> {
  const paper = await page.pdf({ format: "A4", preferCSSPageSize: true });
  return paper.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

spec("the keyboard alone leads from a file to a chart's cycle slider", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  const chooser = page.waitForEvent("filechooser"); // before the key, or the system's own dialogue may open
  await tabTo(page, "input[type=file]");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(input("pickle"));
  await dashboard.report("TEST_25_A1").waitFor();
  await tabTo(page, "input[type=range]");
  const slider = page.getByRole("slider", { name: "Cycle to look at" });
  assert.equal(await slider.getAttribute("aria-valuetext"), "Cycle 40");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await slider.getAttribute("aria-valuetext"), "Cycle 39");
  await dashboard.chart("Voltage curves").getByRole("button", { name: "Cycle 39 discharge" }).waitFor();
});

const MOST_TABS = 60;

/** Presses Tab until it is there; whatever has the focus on the way has to show it. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    await page.keyboard.press("Tab");
    const [isThere, shows, what] = await page.evaluate((wanted) => {
      const focused = document.activeElement ?? document.body;
      const shown = [focused, focused.closest("label")].some((element) => {
        const style = element && getComputedStyle(element);
        return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
      });
      return [focused.matches(wanted), shown, focused.outerHTML.slice(0, 200)] as const;
    }, selector);
    assert.ok(shows, `nobody sees that this has the focus: ${what}`);
    if (isThere) return;
  }
  throw new Error(`${selector} is not reached by ${MOST_TABS} tabs`);
}
