/** The server goes away while the page is at work, and comes back. */

import assert from "node:assert/strict";
import { Dashboard, wordsOf } from "../dashboard.js";
import { OwnServer } from "../server.js";
import { spec } from "../spec.js";

spec(
  "a server that is gone in the middle is named, and asked again once it is back",
  async ({ page, input, admit, atEnd }) => {
    const command = [input("python"), input("script")];
    const server = await OwnServer.started(command);
    atEnd(() => server.die());
    admit(server.url);
    const dashboard = await Dashboard.at(page, server.url);
    server.hang();
    await dashboard.choose(input("pickle"));
    await dashboard.sources.getByRole("button", { name: "Cancel TEST_25_A1" }).waitFor();
    await server.die();
    const words = await wordsOf(dashboard.refusal("TEST_25_A1"));
    assert.ok(words.startsWith(`${server.url} did not answer.`), words);
    const again = await OwnServer.started(command, server.port);
    atEnd(() => again.die());
    await dashboard.sources.getByRole("button", { name: "Try again TEST_25_A1" }).click();
    await dashboard.report("TEST_25_A1").waitFor();
  },
);
