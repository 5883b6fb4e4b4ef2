/** The documented example against a server that takes its files at once. */

import assert from "node:assert/strict";
import { wordsOf } from "../dashboard.js";
import { EmbeddersPage } from "../embedding.js";
import { spec } from "../spec.js";

spec("the component shows figures, plots and findings of a cell", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  await page.choose(stage.input("pickle"));
  const report = page.report("TEST_25_A1");
  const words = await wordsOf(report);
  assert.match(words, /^Battery: TEST_25_A1 Capacity Fade Fade Rate: 0\.2020 % per cycle Retention: 92\.12 %/);
  assert.match(words, /Battery Health Good Health Score: 92\.1 \/ 100/);
  assert.match(words, /End of life: /);
  for (const name of ["Capacity Fade", "Voltage Profile"]) {
    const width = await report.getByRole("img", { name }).evaluate((image: HTMLImageElement) => image.naturalWidth);
    assert.ok(width > 100, `${name} is no picture`);
  }
});

spec("the component shows several cells, and the three CSV files of a cell as one", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  const { input } = stage;
  await page.choose(input("pickle"), input("cycles"), input("metadata"), input("metrics"));
  await page.report("TEST_25_A1").waitFor();
  await page.report("TEST_35_C3").waitFor();
  assert.equal(await stage.page.getByRole("region").count(), 2);
});

spec("the component shows a refusal in the API's words, and the next file all the same", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  await page.choose(stage.input("hostile"));
  assert.match(await wordsOf(page.refusal), /HOSTILE\.pkl.*posix\.system.*\(unsafe_pickle, request [\w-]+\)$/);
  await page.choose(stage.input("pickle"));
  await page.report("TEST_25_A1").waitFor();
  assert.equal(await page.refusal.count(), 0);
});

spec("what a file says never becomes markup in the component", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  await page.choose(stage.input("hostile_words"));
  await page.report("<img src=x").waitFor();
  assert.equal(await stage.page.title(), "A page of theirs");
});

spec("the component says so when the API is not there", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  await stage.page.route(`${stage.input("api")}/**`, (route) => route.abort("connectionrefused"));
  await page.choose(stage.input("pickle"));
  assert.match(await wordsOf(page.refusal), /^The API cannot be reached/);
});

spec("the page without React shows a retention, or a refusal", async ({ page, url, input, admit }) => {
  admit(input("api"));
  await page.goto(`${url}/plain.html`);
  await page.getByLabel("Battery file").setInputFiles(input("pickle"));
  await page.getByText("TEST_25_A1 retains 92.12 %").waitFor();
  await page.getByLabel("Battery file").setInputFiles(input("hostile"));
  await page.getByText("posix.system").waitFor();
});
