/** The API's routes: their addresses, the token, and their answers. */

import { checkedInformation, checkedReports } from "./answers";
import { errorIn, errorOfStorage, type RawAnswer, RequestError } from "./requestError";
import { type Exchange, exchange, type OnSent, pause } from "./transport";
import type { AnalysisOptions, Information, Job, Report, SeveralReports, StartedJob, Upload } from "./types";

/** The API's address and the caller's token. An empty address is the page's own server; an empty token is none. */
export interface Connection {
  address: string;
  token: string;
}

/** The address with its scheme: `api.example.com/prod` is completed. */
export function completed(address: string): string {
  const typed = address.trim().replace(/\/+$/, "");
  if (!typed || /^([a-z][a-z0-9+.-]*:\/\/|[./])/i.test(typed)) return typed;
  return /^(localhost|127\.|\[::1\])/.test(typed) ? `http://${typed}` : `https://${typed}`;
}

type PostForm = Upload["files"][number]["post"];
type Follow = { signal?: AbortSignal | undefined; onSent?: OnSent | undefined };
/** Sends requests; tests pass their own. */
export type Send = (exchange: Exchange) => Promise<RawAnswer>;

const FIRST_PAUSE_MS = 300;
const TRIES = 6;

export class ApiClient {
  constructor(
    private readonly connection: Connection,
    private readonly send: Send = exchange,
    private readonly wait: typeof pause = pause,
  ) {}

  async information(signal?: AbortSignal): Promise<Information> {
    return checkedInformation(await this.ask({ method: "GET", url: this.url(""), signal }));
  }

  /** The direct upload: the files in one form, the report in the answer. */
  async upload(
    files: readonly File[],
    options: AnalysisOptions,
    { signal, onSent }: Follow = {},
  ): Promise<Report | SeveralReports> {
    const form = new FormData();
    for (const file of files) form.append("file", file, file.name);
    const url = `${this.url("api/upload")}?${queryOf(options)}`;
    return checkedReports(await this.askWithRetries({ method: "POST", url, body: form, signal, onSent }, wasThrottled));
  }

  announce(files: readonly File[], signal?: AbortSignal): Promise<Upload> {
    const body = JSON.stringify({ files: files.map(({ name, size }) => ({ name, size_bytes: size })) });
    return this.askWithRetries({ method: "POST", url: this.url("api/uploads"), body, signal }, wasThrottled);
  }

  /** Posts a file to the storage with its signed form; the token is not sent there. */
  async store(file: File, { url, fields }: PostForm, { signal, onSent }: Follow = {}): Promise<void> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file, file.name);
    const answer = await this.send({ method: "POST", url, body: form, signal, onSent });
    if (!isSuccess(answer)) throw errorOfStorage(file.name, answer);
  }

  start(uploadId: string, options: AnalysisOptions, signal?: AbortSignal): Promise<StartedJob> {
    const url = this.url(`api/uploads/${encodeURIComponent(uploadId)}/analysis`);
    return this.askWithRetries({ method: "POST", url, body: JSON.stringify(bodyOf(options)), signal });
  }

  job(jobId: string, signal?: AbortSignal): Promise<Job> {
    return this.askWithRetries({ method: "GET", url: this.jobUrl(jobId), signal });
  }

  async jobResult(jobId: string, signal?: AbortSignal): Promise<Report | SeveralReports> {
    return checkedReports(await this.askWithRetries({ method: "GET", url: `${this.jobUrl(jobId)}/result`, signal }));
  }

  /** Deletes a job's files and report, also those of an upload that was never started. */
  async deleteJob(jobId: string): Promise<void> {
    const url = this.jobUrl(jobId);
    const answer = await this.send({ method: "DELETE", url, headers: this.headers(), keepalive: true });
    if (!isSuccess(answer)) throw errorIn(answer);
  }

  private jobUrl(jobId: string): string {
    return this.url(`api/jobs/${encodeURIComponent(jobId)}`);
  }

  private url(path: string): string {
    const root = completed(this.connection.address);
    return root ? `${root}/${path}` : `./${path}`;
  }

  private headers(body?: Exchange["body"]): Record<string, string> {
    return {
      Accept: "application/json",
      ...(typeof body === "string" && { "Content-Type": "application/json" }),
      ...(this.connection.token && { Authorization: `Bearer ${this.connection.token}` }),
    };
  }

  private async ask<Answer>(question: Exchange): Promise<Answer> {
    const answer = await this.send({ ...question, headers: this.headers(question.body) });
    if (!isSuccess(answer)) throw errorIn(answer);
    try {
      return JSON.parse(answer.text) as Answer;
    } catch {
      throw new RequestError("The server answered, but not as a Battery Analytics API does. Is the address right?");
    }
  }

  /** Sends the request again after a temporary error: the server did not answer, or has too much to do. */
  private async askWithRetries<Answer>(question: Exchange, mayRetry = isTemporary): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.ask(question);
      } catch (error) {
        if (!(error instanceof RequestError && mayRetry(error)) || tries === TRIES) throw error;
        await this.wait(FIRST_PAUSE_MS * 2 ** (tries - 1), question.signal);
      }
    }
  }
}

/** For requests that may be repeated. */
function isTemporary({ temporary }: RequestError): boolean {
  return temporary;
}

/** For all others: the server has rejected the request before reading it. */
function wasThrottled({ status }: RequestError): boolean {
  return status === 429;
}

function isSuccess({ status }: RawAnswer): boolean {
  return status >= 200 && status < 300;
}

function bodyOf({ plots, eolThreshold, capacityReference, cycles }: AnalysisOptions) {
  return {
    plots,
    eol_threshold: eolThreshold,
    capacity_reference: capacityReference,
    ...(cycles?.length && { cycles }),
  };
}

function queryOf(options: AnalysisOptions): string {
  return new URLSearchParams(Object.entries(bodyOf(options)).map(([name, value]) => [name, String(value)])).toString();
}
