/** Files in, reports out: by one request where it carries them, by the storage and a job where it does not. */

import type { ApiClient } from "./client";
import { Refusal, refusalOfJob } from "./refusal";
import { pause } from "./transport";
import type { AnalysisOptions, Information, Job, Report, SeveralReports } from "./types";

/** How far an analysis is: bytes on their way, or what the server is at. */
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

/** Chooses the way by size; where the API finds the direct way too small after all, takes the other. */
export async function analyse(
  client: ApiClient,
  files: readonly File[],
  options: AnalysisOptions,
  limits: Information["limits"] | null,
  following: Following,
): Promise<Answer> {
  if (limits && bytesOf(files) > limits.max_upload_bytes) return byStorage(client, files, options, following);
  try {
    return await direct(client, files, options, following);
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || !refusal.namesPresignedWay) throw refusal;
    return byStorage(client, files, options, following);
  }
}

export function bytesOf(files: readonly File[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

async function direct(
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

async function byStorage(
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
      if (!form) throw new Refusal(`The API gave no form for ${file.name}.`);
      // A form is a little larger than its file, so the share of it that was sent is applied to the file.
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
    // Whatever the end, nothing of the files stays with the server: the report lives on this page alone.
    client.forget(uploadId).catch(() => undefined);
  }
}

/** Asks for a job, less and less often, until it has succeeded. Throws the job's own error where it failed. */
async function ended(client: ApiClient, jobId: string, { signal, onProgress }: Following): Promise<void> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(POLL_GROWTH * wait, LONGEST_POLL_MS)) {
    const job: Job = await client.job(jobId, signal);
    if (job.status === "succeeded") return;
    if (job.status === "failed") throw refusalOfJob(job.error);
    const stage = job.stage ?? job.status;
    onProgress({ at: "working", stage: STAGES[stage] ?? stage });
    await pause(wait, signal);
  }
}
