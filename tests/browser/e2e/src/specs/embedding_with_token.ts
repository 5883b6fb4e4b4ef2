/** The documented example against a server that asks for a token, by a preflight of another origin. */

import assert from "node:assert/strict";
import { wordsOf } from "../dashboard.js";
import { EmbeddersPage } from "../embedding.js";
import { spec } from "../spec.js";

spec("with its token the component gets a report", async (stage) => {
  const page = await EmbeddersPage.at(stage, stage.input("token"));
  await page.choose(stage.input("pickle"));
  await page.report("TEST_25_A1").waitFor();
});

spec("without a token, or with a wrong one, the component says what the gateway says", async (stage) => {
  const without = await EmbeddersPage.at(stage);
  await without.choose(stage.input("pickle"));
  assert.equal(await wordsOf(without.refusal), "Unauthorized");
  const wrong = await EmbeddersPage.at(stage, "bat_wrong");
  await wrong.choose(stage.input("pickle"));
  assert.equal(await wordsOf(wrong.refusal), "Forbidden");
});
