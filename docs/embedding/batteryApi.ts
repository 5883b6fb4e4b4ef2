/** The Battery Analytics API from a browser: files in, reports out, by one request or by way of the storage. */

import type { components } from "./api"; // generated, see docs/embedding.md

type Schemas = components["schemas"];
export type Report = Schemas["Report"];

export interface Api {
  /** Where the API is, or the path of your own back end that passes requests on to it. */
  address: string;
  /** What the user has typed in. Never a token that is part of the page. */
  token?: string | undefined;
}

export interface Following {
  /** Aborting it ends the analysis, and the server forgets the files. */
  signal: AbortSignal;
  /** Told in a few words how far it is. */
  onStage: (stage: string) => void;
}

/** Why there is no report: the API's own sentence, its stable code, and the id to quote when asking for help. */
export class Refusal extends Error {
  constructor(
    sentence: string,
    readonly code?: string,
    readonly requestId?: string,
  ) {
    super(sentence);
  }
}

/** The reports on the cells in these files, in their order. CSV files that share a base name are one cell. */
export async function analyse(api: Api, files: readonly File[], following: Following): Promise<Report[]> {
  const { limits } = await asked<Schemas["Information"]>(api, "GET", "/", following.signal);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const answer = await (size > limits.max_upload_bytes
    ? byStorage(api, files, following)
    : direct(api, files, following).catch((fault) => {
        // The files were small enough, and their report is not.
        if (fault instanceof Refusal && fault.code === "too_large") return byStorage(api, files, following);
        throw fault;
      }));
  return "cells" in answer ? answer.cells : [answer];
}

type Answer = Report | Schemas["SeveralReports"];

async function direct(api: Api, files: readonly File[], { signal, onStage }: Following): Promise<Answer> {
  onStage("Analysing");
  const form = new FormData();
  for (const file of files) form.append("file", file);
  return asked(api, "POST", "/api/upload", signal, form);
}

async function byStorage(api: Api, files: readonly File[], { signal, onStage }: Following): Promise<Answer> {
  const announcement = { files: files.map(({ name, size }) => ({ name, size_bytes: size })) };
  const upload = await asked<Schemas["Upload"]>(api, "POST", "/api/uploads", signal, announcement);
  const job = `/api/jobs/${upload.upload_id}`; // a job has the id of its upload
  try {
    for (const [index, file] of files.entries()) {
      onStage(`Uploading ${file.name}`);
      const form = upload.files[index]?.post;
      if (!form) throw new Refusal(`The API gave no form for ${file.name}.`);
      await stored(file, form, signal);
    }
    await asked(api, "POST", `/api/uploads/${upload.upload_id}/analysis`, signal, {});
    await ended(api, job, { signal, onStage });
    return await asked<Answer>(api, "GET", `${job}/result`, signal); // fetch follows the link to a large report
  } finally {
    // Whatever the end, the server need not keep the report for its usual day.
    sent(api, "DELETE", job).catch(() => undefined);
  }
}

/** Posts a file to the storage. The form is signed, so the token stays at home. */
async function stored(file: File, { url, fields }: Schemas["Upload"]["files"][number]["post"], signal: AbortSignal) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  const answer = await fetch(url, { method: "POST", body: form, signal });
  if (!answer.ok) throw new Refusal(`The storage did not take ${file.name} (${answer.status}).`);
}

/** Asks for a job until it has succeeded: soon at first, less and less often, then every five seconds. */
async function ended(api: Api, job: string, { signal, onStage }: Following): Promise<void> {
  for (let wait_ms = 250; ; wait_ms = Math.min(1.5 * wait_ms, 5000)) {
    const { status, stage, error } = await asked<Schemas["Job"]>(api, "GET", job, signal);
    if (status === "succeeded") return;
    if (status === "failed") throw refusalOf(error, "The job failed.");
    onStage(stage ?? status);
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }
}

async function asked<Result>(
  api: Api,
  method: string,
  path: string,
  signal: AbortSignal,
  body?: object,
): Promise<Result> {
  const answer = await sent(api, method, path, body, signal);
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw refusalOf(said, `The API answered ${answer.status}.`);
  return said as Result;
}

function sent(
  { address, token }: Api,
  method: string,
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<Response> {
  const isForm = body instanceof FormData;
  const headers = new Headers({ Accept: "application/json" });
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (body && !isForm) headers.set("Content-Type", "application/json");
  return fetch(`${address}${path}`, {
    method,
    headers,
    body: isForm ? body : body ? JSON.stringify(body) : null,
    signal: signal ?? null,
  });
}

/** The API says `{error, code, request_id}`, the gateway before it `{message}`. */
function refusalOf(said: unknown, otherwise: string): Refusal {
  const { error, message, code, request_id } = (said ?? {}) as Partial<Schemas["Error"] & { message: string }>;
  return new Refusal(error ?? message ?? otherwise, code, request_id);
}
