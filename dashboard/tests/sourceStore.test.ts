import { expect, test } from "vitest";
import { SourceStore } from "../src/model/sourceStore";
import { FakeApi, fileOf, formOf, refused } from "./fakeApi";
import { reportOf } from "./reports";

function benchOf(api: FakeApi): SourceStore {
  return new SourceStore(async () => ({ client: api.client(), limits: null }));
}

const phases = (store: SourceStore) => store.snapshot().sources.map(({ name, phase }) => `${name} ${phase.at}`);
const thresholds = (api: FakeApi) => api.asked.map(({ url }) => new URL(url).searchParams.get("eol_threshold"));

test("each file is asked for on its own, so that a bad one does not take the others along", async () => {
  const api = new FakeApi({
    "POST /api/upload": [
      (exchange) => {
        const { name } = formOf(exchange).get("file") as File;
        return name === "bad.pkl"
          ? refused(400, { error: "bad.pkl is cut off.", code: "corrupted_file" })
          : reportOf({ name });
      },
    ],
  });
  const store = benchOf(api);
  const ids = await store.add([fileOf("A.pkl"), fileOf("bad.pkl"), fileOf("C.pkl")]);
  expect(ids).toHaveLength(3);
  expect(phases(store)).toEqual(["A.pkl ready", "bad.pkl failed", "C.pkl ready"]);
  const failed = store.snapshot().sources[1]?.phase;
  expect(failed?.at === "failed" && failed.error.message).toBe("bad.pkl is cut off.");
});

test("a cell is asked for without plots, which the API draws when they are wanted", async () => {
  const api = new FakeApi({ "POST /api/upload": [reportOf()] });
  await benchOf(api).add([fileOf("A.pkl")]);
  expect(api.asked.map(({ url }) => new URL(url).searchParams.get("plots"))).toEqual(["none"]);
});

test("cells stay until they are removed", async () => {
  const store = benchOf(new FakeApi({ "POST /api/upload": [reportOf()] }));
  await store.add([fileOf("A.pkl")]);
  const [id] = await store.add([fileOf("B.pkl")]);
  expect(phases(store)).toEqual(["A.pkl ready", "B.pkl ready"]);
  store.remove(id as number);
  expect(phases(store)).toEqual(["A.pkl ready"]);
});

test("a part of a CSV set that comes later joins the rest, and the whole set is asked for", async () => {
  const api = new FakeApi({ "POST /api/upload": [reportOf()] });
  const store = benchOf(api);
  const [id] = await store.add([fileOf("X_metadata.csv")]);
  expect(await store.add([fileOf("X_cycles.csv"), fileOf("Y_cycles.csv")])).toEqual([id, (id as number) + 1]);
  expect(phases(store)).toEqual(["X ready", "Y ready"]);
  expect(store.snapshot().sources[0]?.roles).toEqual(["metadata", "cycles"]);
  const sent = api.asked.map((exchange) =>
    formOf(exchange)
      .getAll("file")
      .map((file) => (file as File).name),
  );
  expect(sent).toContainEqual(["X_metadata.csv", "X_cycles.csv"]);
});

test("a part that the set has already begins a set of its own", async () => {
  const store = benchOf(new FakeApi({ "POST /api/upload": [reportOf()] }));
  await store.add([fileOf("X_cycles.csv")]);
  await store.add([fileOf("X_cycles.csv")]);
  expect(phases(store)).toEqual(["X ready", "X ready"]);
});

test("a cell keeps its colour when another is removed, and a new one takes the colour that is free", async () => {
  const store = benchOf(new FakeApi({ "POST /api/upload": [() => reportOf()] }));
  const colorIndexes = () =>
    store.snapshot().sources.map(({ name, colorIndexes: [colorIndex] }) => `${name} ${colorIndex}`);
  const [first] = await store.add([fileOf("A.pkl")]);
  await store.add([fileOf("B.pkl")]);
  store.remove(first as number);
  expect(colorIndexes()).toEqual(["B.pkl 1"]);
  await store.add([fileOf("C.pkl")]);
  await store.add([fileOf("D.pkl")]);
  await store.setCriteria({ eolThreshold: 0.9, capacityReference: "initial" });
  expect(colorIndexes()).toEqual(["B.pkl 1", "C.pkl 0", "D.pkl 2"]);
});

test("all that has failed is tried again, and nothing else", async () => {
  const gone = refused(500, { message: "Internal Server Error" });
  const api = new FakeApi({ "POST /api/upload": [reportOf(), gone, gone, reportOf()] });
  const store = benchOf(api);
  await store.add([fileOf("A.pkl")]);
  await store.add([fileOf("B.pkl"), fileOf("C.pkl")]);
  await store.retryFailed();
  expect(phases(store)).toEqual(["A.pkl ready", "B.pkl ready", "C.pkl ready"]);
  expect(api.asked).toHaveLength(5);
});

test("another threshold asks again for every cell, and the old report stays until the new one is there", async () => {
  const api = new FakeApi({ "POST /api/upload": [reportOf({ retention: 98 }), () => reportOf({ retention: 97 })] });
  const store = benchOf(api);
  await store.add([fileOf("A.pkl")]);
  const seen: (number | null | undefined)[] = [];
  store.subscribe(() => seen.push(store.snapshot().sources[0]?.reports[0]?.battery_health.health_score));
  await store.setCriteria({ eolThreshold: 0.9, capacityReference: "nominal" });
  expect(thresholds(api)).toEqual(["0.8", "0.9"]);
  expect(seen).not.toContain(undefined);
  expect(seen.at(-1)).toBe(97);
  expect(store.snapshot().sources[0]?.criteria).toEqual({ eolThreshold: 0.9, capacityReference: "nominal" });
});

test("a newer run wins over an older one that is still under way", async () => {
  let release = (_: object) => {};
  const slow = new Promise<object>((resolve) => {
    release = resolve;
  });
  const api = new FakeApi({ "POST /api/upload": [() => slow, reportOf({ retention: 90 })] });
  const store = benchOf(api);
  const first = store.add([fileOf("A.pkl")]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await store.setCriteria({ eolThreshold: 0.7, capacityReference: "initial" });
  release(reportOf({ retention: 11 }));
  await first;
  expect(store.snapshot().sources[0]?.reports[0]?.battery_health.health_score).toBe(90);
  expect(phases(store)).toEqual(["A.pkl ready"]);
});

test("what is cancelled says so, and can be tried again", async () => {
  const api = new FakeApi({
    "POST /api/upload": [
      ({ signal }) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
      reportOf(),
    ],
  });
  const store = benchOf(api);
  const added = store.add([fileOf("A.pkl")]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const id = store.snapshot().sources[0]?.id as number;
  store.cancel(id);
  await added;
  expect(phases(store)).toEqual(["A.pkl cancelled"]);
  await store.retry(id);
  expect(phases(store)).toEqual(["A.pkl ready"]);
});

test("what waits for a silent server can be cancelled", async () => {
  const store = new SourceStore(() => new Promise(() => undefined));
  const added = store.add([fileOf("A.pkl")]);
  await Promise.resolve();
  store.cancel(store.snapshot().sources[0]?.id as number);
  await added;
  expect(phases(store)).toEqual(["A.pkl cancelled"]);
});

test("two are sent at once, and the others wait their turn", async () => {
  let [under_way, most] = [0, 0];
  const answer = async () => {
    most = Math.max(most, ++under_way);
    await new Promise((resolve) => setTimeout(resolve, 2));
    under_way -= 1;
    return reportOf();
  };
  const store = benchOf(new FakeApi({ "POST /api/upload": [answer] }));
  await store.add(["A", "B", "C", "D", "E"].map((name) => fileOf(`${name}.pkl`)));
  expect(most).toBe(2);
  expect(phases(store).every((phase) => phase.endsWith("ready"))).toBe(true);
});

test("what is no cycling data among several files is skipped and counted, alone it is an error", async () => {
  const api = new FakeApi({
    "POST /api/upload": [
      (exchange) => {
        const { name } = formOf(exchange).get("file") as File;
        return name.endsWith(".png")
          ? refused(400, { error: "It is a picture.", code: "corrupted_file", details: { kind: "a picture (PNG)" } })
          : reportOf({ name });
      },
    ],
  });
  const store = benchOf(api);
  await store.add([fileOf("A.pkl"), fileOf("photo.png")]);
  expect(phases(store)).toEqual(["A.pkl ready"]);
  expect(store.snapshot().skipped).toEqual(["photo.png"]);
  store.forgetSkipped();
  expect(store.snapshot().skipped).toEqual([]);
  await store.add([fileOf("photo.png")]);
  expect(phases(store)).toEqual(["A.pkl ready", "photo.png failed"]);
});

test("files that could not be read beside others of their request are told", async () => {
  const failure = { file: "cell_2.csv", error: "cell_2.csv is empty.", code: "empty_file", details: {} };
  const answer = { cells: [reportOf()], comparison: { cells: [] }, failures: [failure] };
  const store = benchOf(new FakeApi({ "POST /api/upload": [answer] }));
  await store.add([fileOf("cell_1.csv"), fileOf("cell_2.csv")]);
  expect(store.snapshot().sources.map(({ failures }) => failures)).toEqual([[failure]]);
});
