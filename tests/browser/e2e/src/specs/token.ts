/** The page against a server that asks for a token. */

import assert from "node:assert/strict";
import type { Request } from "playwright-core";
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

spec(
  "a token lasts for the session and no longer, and goes to the API alone",
  async ({ page, url, input, browser }) => {
    const dashboard = await Dashboard.at(page, url);
    await page.getByText("Connection", { exact: true }).click();
    await page.getByLabel("Token").fill(input("token"));
    await page.getByRole("button", { name: "Connect" }).click();
    await page.reload();

    const requests: Request[] = [];
    page.on("request", (request) => requests.push(request));
    await dashboard.choose(input("above_4_MiB"));
    await dashboard.report("TEST_25_D4").waitFor();
    const posts = requests.filter((request) => request.method() === "POST");
    const [storage, ...others] = posts.filter((request) => !request.url().startsWith(`${url}/api/`));
    assert.ok(storage && others.length === 0);
    assert.equal((await storage.allHeaders()).authorization, undefined);
    const [announcement] = posts.filter((request) => request.url() === `${url}/api/uploads`);
    assert.equal((await announcement?.allHeaders())?.authorization, `Bearer ${input("token")}`);
    assert.ok(requests.every((request) => !request.url().includes(input("token"))));

    const another = await browser.newContext();
    const fresh = await another.newPage();
    await Dashboard.at(fresh, url);
    const kept = await fresh.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));
    assert.ok(!kept.includes("bat_"));
    await another.close();
  },
);

spec("the token of one address is not offered to another, unless it is typed for it", async ({ page, url, input }) => {
  await Dashboard.at(page, url);
  const [address, token] = [page.getByLabel("API address"), page.getByLabel("Token")];
  await page.getByText("Connection", { exact: true }).click();
  await token.fill(input("token"));
  await page.getByRole("button", { name: "Connect" }).click();

  await page.getByText("Connection", { exact: true }).click();
  assert.equal(await token.inputValue(), input("token"));
  await address.fill("https://elsewhere.example.com");
  assert.equal(await token.inputValue(), "");

  await token.fill("bat_for_elsewhere");
  await address.fill("https://elsewhere.example.org");
  assert.equal(await token.inputValue(), "bat_for_elsewhere");
});
