/** The documented example against a server that takes 4 MiB at once: what is larger goes by the storage. */

import assert from "node:assert/strict";
import { wordsOf } from "../dashboard.js";
import { EmbeddersPage } from "../embedding.js";
import { spec } from "../spec.js";

spec("the component sends a file of more than 4 MiB by the storage, and has the job forgotten", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  const asked: string[] = [];
  stage.page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  const forgotten = stage.page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await page.choose(stage.input("above_4_MiB"));
  await page.report("TEST_25_D4").waitFor();
  assert.equal((await forgotten).status(), 204);
  assert.ok(!asked.includes("POST /api/upload"));
  const job = await stage.page.request.get((await forgotten).url());
  assert.equal(job.status(), 404);
});

spec("the component shows why a job failed, in the API's words", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  await page.choose(stage.input("unusable_above_4_MiB"));
  await page.refusal.waitFor();
  assert.match(await wordsOf(page.refusal), /\(missing_columns, request [\w-]+\)$/);
});

spec("giving up has the job forgotten", async (stage) => {
  const page = await EmbeddersPage.at(stage);
  const started = stage.page.waitForResponse((answer) => answer.url().endsWith("/analysis"));
  const forgotten = stage.page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await page.choose(stage.input("above_4_MiB"));
  await started;
  await stage.page.getByRole("button", { name: "Cancel" }).click();
  assert.equal((await forgotten).status(), 204);
  assert.equal(await stage.page.getByRole("region").count(), 0);
  assert.equal(await page.refusal.count(), 0);
});
