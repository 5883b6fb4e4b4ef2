/** Files in, reports out: a direct upload if one request can hold the files, otherwise a presigned upload and a job. */

import type { ApiClient } from "./client";
import { errorOfJob, RequestError } from "./requestError";
import { pause } from "./transport";
import type { AnalysisOptions, Information, Job, Report, SeveralReports } from "./types";

/** The progress of an analysis: bytes sent, or the stage of the job. */
export type Progress = { at: "sending"; sent: number; total: number } | { at: "working"; stage: string };

export interface Following {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

type Answer = Report | SeveralReports;

export const STAGES: Readonly<Record<string, string>> = {
  queued: "Waiting for a worker",
  running: "Starting",
  downloading: "Fetching the files",
  reading: "Reading the files",
  analysing: "Analysing",
  plotting: "Drawing the plots",
  storing: "Storing the report",
};
const FIRST_POLL_MS = 200;
const LONGEST_POLL_MS = 5000;
const POLL_GROWTH = 1.4;

/** Chooses the upload by size; after a 413 that names the presigned upload, uses that. */
export async function analyse(
  client: ApiClient,
  files: readonly File[],
  options: AnalysisOptions,
  limits: Information["limits"] | null,
  following: Following,
): Promise<Answer> {
  if (limits && bytesOf(files) > limits.max_upload_bytes) return presignedUpload(client, files, options, following);
  try {
    return await directUpload(client, files, options, following);
  } catch (error) {
    if (!(error instanceof RequestError) || !error.namesPresignedUpload) throw error;
    return presignedUpload(client, files, options, following);
  }
}

export function bytesOf(files: readonly File[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

async function directUpload(
  client: ApiClient,
  files: readonly File[],
  options: AnalysisOptions,
  { signal, onProgress }: Following,
): Promise<Answer> {
  const onSent = (sent: number, total: number) =>
    onProgress(sent < total ? { at: "sending", sent, total } : { at: "working", stage: "Analysing" });
  onProgress({ at: "sending", sent: 0, total: bytesOf(files) });
  return client.upload(files, options, { signal, onSent });
}

async function presignedUpload(
  client: ApiClient,
  files: readonly File[],
  options: AnalysisOptions,
  { signal, onProgress }: Following,
): Promise<Answer> {
  const total = bytesOf(files);
  onProgress({ at: "sending", sent: 0, total });
  const { upload_id: uploadId, files: announced } = await client.announce(files, signal);
  try {
    let before = 0;
    for (const [index, file] of files.entries()) {
      const form = announced[index]?.post;
      if (!form) throw new RequestError(`The API gave no form for ${file.name}.`);
      // A form is a little larger than its file, so its share that was sent is applied to the file's size.
      const onSent = (sent: number, whole: number) =>
        onProgress({ at: "sending", sent: before + (file.size * sent) / Math.max(whole, 1), total });
      await client.store(file, form, { signal, onSent });
      before += file.size;
    }
    onProgress({ at: "working", stage: "Starting" });
    const { job_id: jobId } = await client.start(uploadId, options, signal);
    await ended(client, jobId, { signal, onProgress });
    return await client.jobResult(jobId, signal);
  } finally {
    // However it ends, the server deletes the files and the report; the page has the report in memory.
    client.deleteJob(uploadId).catch(() => undefined);
  }
}

/** Asks for a job, less and less often, until it has succeeded. Throws the job's error if it has failed. */
async function ended(client: ApiClient, jobId: string, { signal, onProgress }: Following): Promise<void> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(POLL_GROWTH * wait, LONGEST_POLL_MS)) {
    const job: Job = await client.job(jobId, signal);
    if (job.status === "succeeded") return;
    if (job.status === "failed") throw errorOfJob(job.error);
    const stage = job.stage ?? job.status;
    onProgress({ at: "working", stage: STAGES[stage] ?? stage });
    await pause(wait, signal);
  }
}
