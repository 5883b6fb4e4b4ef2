/** The page against a server that asks for a token. */

import assert from "node:assert/strict";
import { Dashboard, wordsOf } from "../dashboard.js";
import { spec } from "../spec.js";

spec("the page asks for a token where the API does, and goes on with it", async ({ page, url, input }) => {
  const dashboard = await Dashboard.at(page, url);
  await dashboard.choose(input("pickle"));
  assert.match(await wordsOf(dashboard.refusal("TEST_25_A1")), /^Unauthorized/);
  await page.getByLabel("Token").fill("bat_wrong");
  await page.getByRole("button", { name: "Connect" }).click();
  await dashboard.refusal("TEST_25_A1").getByText("Forbidden").waitFor();
  await page.getByLabel("Token").fill(input("token"));
  await page.getByLabel("Token").press("Enter");
  await dashboard.report("TEST_25_A1").waitFor();
});

spec("a token lasts for the session and no longer, and goes to the API alone", async ({ page, url, input, browser }) => {
  const dashboard = await Dashboard.at(page, url);
  await page.getByText("Connection", { exact: true }).click();
  await page.getByLabel("Token").fill(input("token"));
  await page.getByRole("button", { name: "Connect" }).click();
  await page.reload();

  const sent = new Map<string, string | undefined>();
  page.on("request", async (request) => {
    const headers = await request.allHeaders().catch(() => request.headers());
    sent.set(`${request.method()} ${new URL(request.url()).pathname.replace(/[0-9a-f]{32}.*/, "…")}`, headers["authorization"]);
    assert.ok(!request.url().includes(input("token")));
  });
  await dashboard.choose(input("above_4_MiB"));
  await dashboard.report("TEST_25_D4").waitFor({ timeout: 50_000 });
  assert.equal(sent.get("POST /api/uploads"), `Bearer ${input("token")}`);
  const storage = [...sent].filter(([what]) => !what.includes(" /api/") && what.startsWith("POST"));
  assert.equal(storage.length, 1, [...sent.keys()].join(", "));
  assert.equal(storage[0]?.[1], undefined);

  const another = await browser.newContext();
  const fresh = await another.newPage();
  await Dashboard.at(fresh, url);
  assert.equal(await fresh.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage })).then((kept) => kept.includes("bat_")), false);
  await another.close();
});
