/** The API's routes: where they lie, who asks, and what they answer. */

import { checkedInformation, checkedReports } from "./answers";
import { Refusal, refusalIn, refusalOfStorage, type WireAnswer } from "./refusal";
import { type Exchange, exchange, type OnSent, pause } from "./transport";
import type { AnalysisOptions, Information, Job, Report, SeveralReports, StartedJob, Upload } from "./types";

/** Where the API is and who asks. An empty address is the page's own server; an empty token is none. */
export interface Connection {
  address: string;
  token: string;
}

/** An address as it is meant: `api.example.com/prod` lacks only its scheme. */
export function completed(address: string): string {
  const said = address.trim().replace(/\/+$/, "");
  if (!said || /^([a-z][a-z0-9+.-]*:\/\/|[./])/i.test(said)) return said;
  return /^(localhost|127\.|\[::1\])/.test(said) ? `http://${said}` : `https://${said}`;
}

type PostForm = Upload["files"][number]["post"];
type Follow = { signal?: AbortSignal | undefined; onSent?: OnSent | undefined };
/** How an exchange is made; tests bring their own. */
export type Send = (exchange: Exchange) => Promise<WireAnswer>;

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

  /** The direct way: the files in one form, the report in the answer. */
  async upload(
    files: readonly File[],
    options: AnalysisOptions,
    { signal, onSent }: Follow = {},
  ): Promise<Report | SeveralReports> {
    const form = new FormData();
    for (const file of files) form.append("file", file, file.name);
    const url = `${this.url("api/upload")}?${queryOf(options)}`;
    return checkedReports(await this.patiently({ method: "POST", url, body: form, signal, onSent }, wasTurnedAway));
  }

  announce(files: readonly File[], signal?: AbortSignal): Promise<Upload> {
    const body = JSON.stringify({ files: files.map(({ name, size }) => ({ name, size_bytes: size })) });
    return this.patiently({ method: "POST", url: this.url("api/uploads"), body, signal }, wasTurnedAway);
  }

  /** Posts a file to the storage by the form that the announcement gave for it; the token is not for the storage. */
  async store(file: File, { url, fields }: PostForm, { signal, onSent }: Follow = {}): Promise<void> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file, file.name);
    const answer = await this.send({ method: "POST", url, body: form, signal, onSent });
    if (!isSuccess(answer)) throw refusalOfStorage(file.name, answer);
  }

  start(uploadId: string, options: AnalysisOptions, signal?: AbortSignal): Promise<StartedJob> {
    const url = this.url(`api/uploads/${encodeURIComponent(uploadId)}/analysis`);
    return this.patiently({ method: "POST", url, body: JSON.stringify(bodyOf(options)), signal });
  }

  job(jobId: string, signal?: AbortSignal): Promise<Job> {
    return this.patiently({ method: "GET", url: this.jobUrl(jobId), signal });
  }

  async jobResult(jobId: string, signal?: AbortSignal): Promise<Report | SeveralReports> {
    return checkedReports(await this.patiently({ method: "GET", url: `${this.jobUrl(jobId)}/result`, signal }));
  }

  /** Has the API forget a job's files and report now; also one that was announced and never started. */
  async forget(jobId: string): Promise<void> {
    const url = this.jobUrl(jobId);
    const answer = await this.send({ method: "DELETE", url, headers: this.headers(), outlivesPage: true });
    if (!isSuccess(answer)) throw refusalIn(answer);
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
    if (!isSuccess(answer)) throw refusalIn(answer);
    try {
      return JSON.parse(answer.text) as Answer;
    } catch {
      throw new Refusal("The server answered, but not as a Battery Analytics API does. Is the address right?");
    }
  }

  /** Asks again where the refusal passes: the server was away for a moment, or has too much to do. */
  private async patiently<Answer>(question: Exchange, mayPass = isPassing): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.ask(question);
      } catch (refusal) {
        if (!(refusal instanceof Refusal && mayPass(refusal)) || tries === TRIES) throw refusal;
        await this.wait(FIRST_PAUSE_MS * 2 ** (tries - 1), question.signal);
      }
    }
  }
}

/** For questions that may be asked twice. */
function isPassing({ passing }: Refusal): boolean {
  return passing;
}

/** For all others: it has not even been looked at. */
function wasTurnedAway({ status }: Refusal): boolean {
  return status === 429;
}

function isSuccess({ status }: WireAnswer): boolean {
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
