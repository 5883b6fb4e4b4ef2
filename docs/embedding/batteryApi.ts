/** The Battery Analytics API from a browser: files in, reports out, by a direct or a presigned upload. */

import type { components } from "./api"; // generated, see docs/embedding.md

type Schemas = components["schemas"];
/** A report with all its sections: those that `sections` leaves out are absent, and this client leaves out none. */
export type Report = Required<Schemas["Report"]>;

export interface Api {
  /** Where the API is, or the path of your own back end that forwards requests to it. */
  address: string;
  /** What the user has typed in. Never a token that is part of the page. */
  token?: string | undefined;
}

export interface Progress {
  /** Aborting it ends the analysis, and the server deletes the files. */
  signal: AbortSignal;
  /** Called with a few words about what happens now. */
  onStage: (stage: string) => void;
}

/** Why there is no report: the API's message, its stable code, and the id to quote when asking for help. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code?: string,
    readonly requestId?: string,
  ) {
    super(message);
  }
}

/** The reports on the cells in these files, in their order. CSV files that share a base name are one cell. */
export async function analyse(api: Api, files: readonly File[], progress: Progress): Promise<Report[]> {
  const { limits } = await requestJson<Schemas["Information"]>(api, "GET", "/", progress.signal);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const answer = await (size > limits.max_upload_bytes
    ? presignedUpload(api, files, progress)
    : directUpload(api, files, progress).catch((error) => {
        // The files were small enough for one request, but their report is too large for one answer.
        if (error instanceof ApiError && error.code === "too_large") return presignedUpload(api, files, progress);
        throw error;
      }));
  return "cells" in answer ? answer.cells : [answer];
}

type Answer = Report | (Omit<Schemas["SeveralReports"], "cells"> & { cells: Report[] });

async function directUpload(api: Api, files: readonly File[], { signal, onStage }: Progress): Promise<Answer> {
  onStage("Analysing");
  const form = new FormData();
  for (const file of files) form.append("file", file);
  return requestJson(api, "POST", "/api/upload", signal, form);
}

async function presignedUpload(api: Api, files: readonly File[], { signal, onStage }: Progress): Promise<Answer> {
  const announcement = { files: files.map(({ name, size }) => ({ name, size_bytes: size })) };
  const upload = await requestJson<Schemas["Upload"]>(api, "POST", "/api/uploads", signal, announcement);
  const job = `/api/jobs/${upload.upload_id}`; // a job has the id of its upload
  try {
    for (const [index, file] of files.entries()) {
      onStage(`Uploading ${file.name}`);
      const form = upload.files[index]?.post;
      if (!form) throw new ApiError(`The API gave no form for ${file.name}.`);
      await postFile(file, form, signal);
    }
    await requestJson(api, "POST", `/api/uploads/${upload.upload_id}/analysis`, signal, {});
    await jobSuccess(api, job, { signal, onStage });
    return await requestJson<Answer>(api, "GET", `${job}/result`, signal); // fetch follows the link to a large report
  } finally {
    // However it ends, the server need not keep the report for a day.
    send(api, "DELETE", job).catch(() => undefined);
  }
}

/** Posts a file to S3. The form is signed, so the token is not sent there. */
async function postFile(file: File, { url, fields }: Schemas["Upload"]["files"][number]["post"], signal: AbortSignal) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  const response = await fetch(url, { method: "POST", body: form, signal });
  if (!response.ok) throw new ApiError(`The storage rejected ${file.name} (${response.status}).`);
}

/** Asks for a job until it has succeeded: soon at first, then less and less often, at last every five seconds. */
async function jobSuccess(api: Api, job: string, { signal, onStage }: Progress): Promise<void> {
  for (let wait_ms = 250; ; wait_ms = Math.min(1.5 * wait_ms, 5000)) {
    const { status, stage, error } = await requestJson<Schemas["Job"]>(api, "GET", job, signal);
    if (status === "succeeded") return;
    if (status === "failed") throw errorFrom(error, "The job failed.");
    onStage(stage ?? status);
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }
}

async function requestJson<Result>(
  api: Api,
  method: string,
  path: string,
  signal: AbortSignal,
  body?: object,
): Promise<Result> {
  const response = await send(api, method, path, body, signal);
  const content: unknown = await response.json().catch(() => null);
  if (!response.ok) throw errorFrom(content, `The API answered ${response.status}.`);
  return content as Result;
}

function send(
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

/** The API answers `{error, code, request_id}`, API Gateway `{message}`. */
function errorFrom(content: unknown, otherwise: string): ApiError {
  const { error, message, code, request_id } = (content ?? {}) as Partial<Schemas["Error"] & { message: string }>;
  return new ApiError(error ?? message ?? otherwise, code, request_id);
}
