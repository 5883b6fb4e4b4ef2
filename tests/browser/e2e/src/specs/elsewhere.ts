/** The page of one server, told to talk to another. */

import assert from "node:assert/strict";
import { Dashboard } from "../dashboard.js";
import { spec } from "../spec.js";

spec("the page talks to the server whose address it is told, by both ways, and to no other", async (stage) => {
  const { page, url, input, admit } = stage;
  const dashboard = await Dashboard.at(page, url);
  admit(input("api"));
  await page.getByText("Connection", { exact: true }).click();
  await page.getByLabel("API address").fill(`${input("api")}/`);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByText(/, cloud$/).waitFor();
  const origins = new Set<string>();
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  await dashboard.choose(input("pickle"), input("above_4_MiB"));
  await dashboard.sources.getByRole("button", { name: "Compare all 2" }).waitFor();
  assert.deepEqual([...origins], [input("api")]);
});

spec("an address where nobody answers is said to be silent, and what is dropped there refused", async (stage) => {
  const { page, url, input, admit } = stage;
  const dashboard = await Dashboard.at(page, url);
  const silent = "http://127.0.0.1:9";
  admit(silent);
  await page.getByText("Connection", { exact: true }).click();
  await page.getByLabel("API address").fill(silent);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("alert").getByText(`${silent} did not answer.`).waitFor();
  await dashboard.choose(input("pickle"));
  await dashboard.refusal("TEST_25_A1").getByText(`${silent} did not answer.`).waitFor();
});
