import { expect, test } from "vitest";
import { analyse, type Progress } from "../src/api/analyse";
import { completed } from "../src/api/client";
import type { Exchange } from "../src/api/transport";
import type { AnalysisOptions, Information } from "../src/api/types";
import { FakeApi, fileOf, formOf, refused } from "./fakeApi";
import { reportOf } from "./reports";

const OPTIONS: AnalysisOptions = { plots: "all", eolThreshold: 0.8, capacityReference: "initial" };
const LIMITS = { max_upload_bytes: 10 } as Information["limits"];
const REPORT = reportOf();
const job = (status: string, stage: string | null = null) => ({ job_id: "J", status, stage, error: null });
const announcement = (...names: string[]) => ({
  upload_id: "J",
  files: names.map((name) => ({ name, post: { url: "https://s3.test/bucket", fields: { key: name } } })),
});

function halfSent({ onSent }: Exchange) {
  onSent?.(6, 12);
  return {};
}

function follow() {
  const progress: Progress[] = [];
  const controller = new AbortController();
  return {
    progress,
    controller,
    following: { signal: controller.signal, onProgress: (step: Progress) => progress.push(step) },
  };
}

test("files within the limit go in one request, with the options and every file under the name `file`", async () => {
  const api = new FakeApi({ "POST /api/upload": [REPORT] });
  const { following } = follow();
  const files = [fileOf("X_cycles.csv"), fileOf("X_metadata.csv")];
  const options: AnalysisOptions = { ...OPTIONS, plots: "none", cycles: [1, 50] };
  expect(await analyse(api.client(), files, options, LIMITS, following)).toEqual(REPORT);
  const [asked] = api.asked;
  expect(new URL(asked?.url ?? "").search).toBe(
    "?plots=none&eol_threshold=0.8&capacity_reference=initial&cycles=1%2C50",
  );
  expect(
    formOf(asked)
      .getAll("file")
      .map((file) => (file as File).name),
  ).toEqual(["X_cycles.csv", "X_metadata.csv"]);
});

test("larger files are a presigned upload and a job, whose stages are shown, and nothing stays on the server", async () => {
  const api = new FakeApi({
    "POST /api/uploads": [announcement("A.pkl", "B.pkl")],
    "POST /bucket": [halfSent],
    "POST /api/uploads/J/analysis": [job("queued")],
    "GET /api/jobs/J": [job("queued"), job("running", "reading"), job("succeeded")],
    "GET /api/jobs/J/result": [REPORT],
    "DELETE /api/jobs/J": [refused(204, "")],
  });
  const { following, progress } = follow();
  expect(await analyse(api.client(), [fileOf("A.pkl", 8), fileOf("B.pkl", 8)], OPTIONS, LIMITS, following)).toEqual(
    REPORT,
  );
  // Half of the first form is a quarter of the bytes; half of the second comes after all of the first.
  expect(progress).toEqual([
    { at: "sending", sent: 0, total: 16 },
    { at: "sending", sent: 4, total: 16 },
    { at: "sending", sent: 12, total: 16 },
    { at: "working", stage: "Starting" },
    { at: "working", stage: "Waiting for a worker" },
    { at: "working", stage: "Reading the files" },
  ]);
  expect(api.routesAsked.at(-1)).toBe("DELETE /api/jobs/J");
});

test("the form's fields come before the file, and the token is not sent to the storage", async () => {
  const api = new FakeApi({
    "POST /api/uploads": [announcement("A.pkl")],
    "POST /bucket": [{}],
    "POST /api/uploads/J/analysis": [job("queued")],
    "GET /api/jobs/J": [job("succeeded")],
    "GET /api/jobs/J/result": [REPORT],
    "DELETE /api/jobs/J": [refused(204, "")],
  });
  const client = api.client({ address: "https://api.test/", token: "secret" });
  await analyse(client, [fileOf("A.pkl", 20)], OPTIONS, LIMITS, follow().following);
  const stored = api.asked.find(({ url }) => url.startsWith("https://s3.test"));
  expect([...formOf(stored).keys()]).toEqual(["key", "file"]);
  expect(stored?.headers).toBeUndefined();
  const others = api.asked.filter((asked) => asked !== stored);
  expect(others.every(({ headers }) => headers?.Authorization === "Bearer secret")).toBe(true);
});

test("after a 413 that names the presigned upload, that is used", async () => {
  const api = new FakeApi({
    "POST /api/upload": [
      refused(413, { error: "Too large.", code: "too_large", details: { presigned_route: "POST /api/uploads" } }),
    ],
    "POST /api/uploads": [announcement("A.pkl")],
    "POST /bucket": [{}],
    "POST /api/uploads/J/analysis": [job("queued")],
    "GET /api/jobs/J": [job("succeeded")],
    "GET /api/jobs/J/result": [REPORT],
    "DELETE /api/jobs/J": [refused(204, "")],
  });
  expect(await analyse(api.client(), [fileOf("A.pkl")], OPTIONS, null, follow().following)).toEqual(REPORT);
});

test("a failed job fails with its own error, and is forgotten", async () => {
  const error = { error: "A.pkl is cut off.", code: "corrupted_file", details: {}, request_id: "r" };
  const api = new FakeApi({
    "POST /api/uploads": [announcement("A.pkl")],
    "POST /bucket": [{}],
    "POST /api/uploads/J/analysis": [job("queued")],
    "GET /api/jobs/J": [{ ...job("failed"), error }],
    "DELETE /api/jobs/J": [refused(204, "")],
  });
  const run = analyse(api.client(), [fileOf("A.pkl", 20)], OPTIONS, LIMITS, follow().following);
  await expect(run).rejects.toMatchObject({ message: "A.pkl is cut off.", code: "corrupted_file", requestId: "r" });
  expect(api.routesAsked.at(-1)).toBe("DELETE /api/jobs/J");
});

test("whoever cancels in the middle leaves no file with the server", async () => {
  const { following, controller } = follow();
  const cancelling = () => {
    controller.abort(new Error("cancelled"));
    return {};
  };
  const api = new FakeApi({
    "POST /api/uploads": [announcement("A.pkl", "B.pkl")],
    "POST /bucket": [cancelling],
    "DELETE /api/jobs/J": [refused(204, "")],
  });
  const run = analyse(api.client(), [fileOf("A.pkl", 8), fileOf("B.pkl", 8)], OPTIONS, LIMITS, following);
  await expect(run).rejects.toThrow("cancelled");
  expect(api.routesAsked).toEqual(["POST /api/uploads", "POST /bucket", "DELETE /api/jobs/J"]);
});

test("a file is sent again where the server had too much to do, and not where it may have been looked at", async () => {
  const busy = refused(429, { message: "Too Many Requests" });
  const throttled = new FakeApi({ "POST /api/upload": [busy, busy, REPORT] });
  const ask = (api: FakeApi) => analyse(api.client(), [fileOf("A.pkl")], OPTIONS, LIMITS, follow().following);
  expect(await ask(throttled)).toEqual(REPORT);
  const broken = new FakeApi({ "POST /api/upload": [refused(503, { message: "Service Unavailable" }), REPORT] });
  await expect(ask(broken)).rejects.toThrow("Service Unavailable");
});

test("an address without a scheme gets one", () => {
  expect(completed("api.example.com/prod/")).toBe("https://api.example.com/prod");
  expect(completed(" localhost:5000 ")).toBe("http://localhost:5000");
  expect(completed("http://10.0.0.7:5000/")).toBe("http://10.0.0.7:5000");
  expect(completed("/prod")).toBe("/prod");
  expect(completed("")).toBe("");
});

test("a server that does not answer for a moment does not end a job; an error does", async () => {
  const away = refused(503, { message: "Service Unavailable" });
  const routes = {
    "POST /api/uploads": [announcement("A.pkl")],
    "POST /bucket": [{}],
    "POST /api/uploads/J/analysis": [away, job("queued")],
    "GET /api/jobs/J/result": [away, REPORT],
    "DELETE /api/jobs/J": [refused(204, "")],
  };
  const patient = new FakeApi({ ...routes, "GET /api/jobs/J": [away, away, job("succeeded")] });
  expect(await analyse(patient.client(), [fileOf("A.pkl", 20)], OPTIONS, LIMITS, follow().following)).toEqual(REPORT);
  const refusing = new FakeApi({
    ...routes,
    "POST /api/uploads/J/analysis": [job("queued")],
    "GET /api/jobs/J": [refused(404, { error: "There is no such job.", code: "not_found" })],
  });
  await expect(analyse(refusing.client(), [fileOf("A.pkl", 20)], OPTIONS, LIMITS, follow().following)).rejects.toThrow(
    "no such job",
  );
});
