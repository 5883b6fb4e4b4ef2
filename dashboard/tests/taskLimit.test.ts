import { expect, test } from "vitest";
import { TaskLimit } from "../src/model/taskLimit";

test("a task that is aborted while waiting leaves the queue and uses no slot", async () => {
  const tasks = new TaskLimit(1);
  const order: string[] = [];
  const task = (name: string, signal = new AbortController().signal) =>
    tasks.run(signal, async () => {
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

test("a task that fails frees its slot", async () => {
  const tasks = new TaskLimit(1);
  const { signal } = new AbortController();
  await expect(tasks.run(signal, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await tasks.run(signal, async () => "next")).toBe("next");
});
