import { expect, test } from "vitest";
import { Lanes } from "../src/model/lanes";

test("who is aborted while waiting leaves the queue and costs no lane", async () => {
  const lanes = new Lanes(1);
  const order: string[] = [];
  const task = (name: string, signal = new AbortController().signal) =>
    lanes.take(signal, async () => {
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve, 1));
    });
  const impatient = new AbortController();
  const all = [task("first"), task("impatient", impatient.signal), task("last")];
  impatient.abort(new Error("left"));
  const ended = await Promise.allSettled(all);
  expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(order).toEqual(["first", "last"]);
  await task("after");
  expect(order).toContain("after");
});

test("a task that fails frees its lane", async () => {
  const lanes = new Lanes(1);
  const { signal } = new AbortController();
  await expect(lanes.take(signal, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await lanes.take(signal, async () => "next")).toBe("next");
});
