/** Large files against a server that takes 4 MiB at once: they go by the storage, and nothing of them stays there. */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Dashboard, wordsOf } from "../dashboard.js";
import { spec } from "../spec.js";

const BYTES_PER_SECOND = 30e6;

spec(
  "a file of 47 MB goes by the storage, with the progress of its bytes and the stages of its job",
  async ({ page, url, input }) => {
    const dashboard = await Dashboard.at(page, url);
    await throttled(page);
    const seen = await progressOf(page);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    const forgotten = page.waitForResponse((answer) => answer.request().method() === "DELETE");
    await dashboard.drop(input("47_MB"));
    await page.getByRole("article").waitFor();
    const { shares, words } = await seen();
    assert.ok(shares.filter((share) => share > 0.05 && share < 0.95).length >= 3, `progress was ${shares.join(", ")}`);
    assert.deepEqual(
      shares,
      [...shares].sort((a, b) => a - b),
    );
    assert.ok(
      words.some((word) => /^(Fetching|Reading|Analysing|Drawing)/.test(word)),
      `stages were ${words.join(", ")}`,
    );
    assert.ok(!asked.includes("POST /api/upload"));
    assert.equal((await forgotten).status(), 204);
    assert.equal((await page.request.get((await forgotten).url())).status(), 404);
  },
);

/** A network slow enough to watch. */
async function throttled(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const line = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: BYTES_PER_SECOND };
  await session.send("Network.emulateNetworkConditions", line);
}

/** Writes down every value of a progress bar, and every word of a status, that the page shows from now on. */
async function progressOf(page: Page): Promise<() => Promise<{ shares: number[]; words: string[] }>> {
  const seen = await page.evaluateHandle(() => {
    const seen = { shares: [] as number[], words: [] as string[] };
    new MutationObserver(() => {
      const share = document.querySelector("progress[value]")?.getAttribute("value");
      if (share !== null && share !== undefined && Number(share) !== seen.shares.at(-1))
        seen.shares.push(Number(share));
      const word = document.querySelector(".phase [role=status]")?.textContent;
      if (word && word !== seen.words.at(-1)) seen.words.push(word);
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    return seen;
  });
  return () => seen.jsonValue();
}

spec("a job that is cancelled is deleted", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  const started = page.waitForResponse((answer) => answer.url().endsWith("/analysis"));
  const forgotten = page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await dashboard.choose(input("above_4_MiB"));
  await started;
  await dashboard.sources.getByRole("button", { name: "Cancel TEST_25_D4" }).click();
  await dashboard.source("TEST_25_D4").getByText("Cancelled.").waitFor();
  assert.equal((await forgotten).status(), 204);
  assert.equal((await page.request.get((await forgotten).url())).status(), 404);
});

spec("a job that failed says why in the API's words", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("unusable_above_4_MiB"));
  await dashboard.refusal("UNUSABLE.csv").waitFor();
  assert.match(await wordsOf(dashboard.refusal("UNUSABLE.csv")), / missing_columns · request /);
});

spec("what is larger than the storage takes is refused in the API's words", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("above_50_MiB"));
  assert.match(await wordsOf(dashboard.refusal("TOO_LARGE.csv")), / too_large · request /);
});
