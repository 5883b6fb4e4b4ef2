/** The sources of cells on the page, with progress and reports of each. In memory only. */

import { analyse, type Progress } from "../api/analyse";
import { failuresOf, reportsOf } from "../api/answers";
import type { ApiClient } from "../api/client";
import { RequestError } from "../api/requestError";
import type { AnalysisOptions, Failure, Information, Report, SeveralReports } from "../api/types";
import { completes, type FileGroup, groupFiles, type Role } from "./grouping";
import { TaskLimit } from "./taskLimit";

/** The options that apply to every cell. */
export type Criteria = Pick<AnalysisOptions, "eolThreshold" | "capacityReference">;

export const DEFAULT_CRITERIA: Criteria = { eolThreshold: 0.8, capacityReference: "initial" };

export function areSame(a: Criteria, b: Criteria): boolean {
  return a.eolThreshold === b.eolThreshold && a.capacityReference === b.capacityReference;
}

export type Phase =
  | { at: "waiting" }
  | Progress
  | { at: "ready" }
  | { at: "failed"; error: RequestError }
  | { at: "cancelled" };

export function isBusy({ at }: Phase): boolean {
  return at === "waiting" || at === "sending" || at === "working";
}

/** Whether it has ended without a report, and may be tried again. */
export function mayBeRetried({ at }: Phase): boolean {
  return at === "failed" || at === "cancelled";
}

/** Whether a file is of a kind that no one would call cycling data, such as a picture. */
function isForeign(phase: Phase): boolean {
  if (phase.at !== "failed") return false;
  const { code, details } = phase.error;
  return code === "unsupported_file_type" || (code === "corrupted_file" && typeof details.kind === "string");
}

/** A pickle, a table or a CSV set. Its last reports stay while it is asked for again. */
export interface Source {
  readonly id: number;
  readonly name: string;
  readonly files: readonly File[];
  readonly roles: readonly Role[];
  readonly phase: Phase;
  readonly reports: readonly Report[];
  /** Its files that could not be read beside those of the reports. */
  readonly failures: readonly Failure[];
  /** The index of each report's colour, which it keeps while it is on the page. */
  readonly colorIndexes: readonly number[];
  /** The criteria of `reports`. */
  readonly criteria: Criteria;
}

export interface SourceStoreState {
  readonly sources: readonly Source[];
  readonly criteria: Criteria;
  /** The names of files that hold no cycling data at all, such as pictures in a folder. */
  readonly skipped: readonly string[];
}

export interface Server {
  client: ApiClient;
  /** The limits in the API's information; null while they are unknown. */
  limits: Information["limits"] | null;
}

const MOST_AT_ONCE = 2;

export class SourceStore {
  private state: SourceStoreState = { sources: [], criteria: DEFAULT_CRITERIA, skipped: [] };
  private readonly listeners = new Set<() => void>();
  private readonly running = new Map<number, AbortController>();
  private readonly tasks = new TaskLimit(MOST_AT_ONCE);
  private nextId = 1;

  /** `server` is called for each analysis, so that a new address or token is used. */
  constructor(private readonly server: () => Promise<Server>) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): SourceStoreState => this.state;

  /** Starts the analysis of every group of files; resolves with the ids of their sources when all have ended. */
  async add(files: readonly File[]): Promise<number[]> {
    const ids = groupFiles(files).map((group) => this.take(group));
    await Promise.all(ids.map((id) => this.run(id)));
    if (ids.length > 1) this.skipForeign(ids);
    return ids;
  }

  /** Of several files added at once those of another kind are no faults, but counted. */
  private skipForeign(ids: readonly number[]): void {
    const foreign = this.state.sources.filter(({ id, phase }) => ids.includes(id) && isForeign(phase));
    if (foreign.length === 0) return;
    this.publish({
      sources: this.state.sources.filter((source) => !foreign.includes(source)),
      skipped: [...this.state.skipped, ...foreign.map(({ name }) => name)],
    });
  }

  forgetSkipped(): void {
    this.publish({ skipped: [] });
  }

  cancel(id: number): void {
    this.running.get(id)?.abort(new DOMException("The user cancelled it.", "AbortError"));
  }

  retry(id: number): Promise<void> {
    return this.run(id);
  }

  async retryFailed(): Promise<void> {
    await Promise.all(this.state.sources.filter(({ phase }) => phase.at === "failed").map(({ id }) => this.run(id)));
  }

  remove(id: number): void {
    this.cancel(id);
    this.publish({ sources: this.state.sources.filter((source) => source.id !== id) });
  }

  clear(): void {
    for (const { id } of this.state.sources) this.cancel(id);
    this.publish({ sources: [], skipped: [] });
  }

  /** Analyses every source again, with the new criteria. */
  async setCriteria(criteria: Criteria): Promise<void> {
    this.publish({ criteria });
    await Promise.all(this.state.sources.map(({ id }) => this.run(id)));
  }

  /** A part of a CSV set joins its other parts if they are there; every other group is a new source. */
  private take(group: FileGroup): number {
    const rest = this.state.sources.find((source) => completes(group, source));
    if (rest) {
      this.change(rest.id, { files: [...rest.files, ...group.files], roles: [...rest.roles, ...group.roles] });
      return rest.id;
    }
    const id = this.nextId++;
    const { criteria, sources } = this.state;
    // The first colour is set at once, so that colours follow the order of the files and not of the answers.
    const colorIndexes = this.colorIndexesOf(id, 1);
    this.publish({
      sources: [
        ...sources,
        { ...group, id, phase: { at: "waiting" }, reports: [], failures: [], colorIndexes, criteria },
      ],
    });
    return id;
  }

  /** One run per source: a new run cancels the one before. */
  private async run(id: number): Promise<void> {
    const source = this.state.sources.find((candidate) => candidate.id === id);
    if (!source) return;
    this.cancel(id);
    const controller = new AbortController();
    const { signal } = controller;
    this.running.set(id, controller);
    const tell = (change: Partial<Source>) => {
      if (this.running.get(id) === controller) this.change(id, change);
    };
    const { criteria } = this.state;
    tell({ phase: { at: "waiting" } });
    try {
      const answer = await this.tasks.run(signal, async (): Promise<Report | SeveralReports> => {
        const { client, limits } = await unlessAborted(this.server(), signal);
        const onProgress = (phase: Progress) => tell({ phase });
        return analyse(client, source.files, { plots: "none", ...criteria }, limits, { signal, onProgress });
      });
      const reports = reportsOf(answer);
      const failures = failuresOf(answer);
      tell({
        phase: { at: "ready" },
        reports,
        failures,
        colorIndexes: this.colorIndexesOf(id, reports.length),
        criteria,
      });
    } catch (fault) {
      tell({ phase: signal.aborted ? { at: "cancelled" } : { at: "failed", error: asRequestError(fault) } });
    } finally {
      if (this.running.get(id) === controller) this.running.delete(id);
    }
  }

  /** The colours of a source, and as many more as it needs: the lowest free ones. */
  private colorIndexesOf(id: number, count: number): number[] {
    const { sources } = this.state;
    const colorIndexes = [...(sources.find((source) => source.id === id)?.colorIndexes ?? [])];
    const taken = new Set([
      ...colorIndexes,
      ...sources.flatMap((source) => (source.id === id ? [] : source.colorIndexes)),
    ]);
    for (let colorIndex = 0; colorIndexes.length < count; colorIndex += 1)
      if (!taken.has(colorIndex)) colorIndexes.push(colorIndex);
    return colorIndexes;
  }

  private change(id: number, change: Partial<Source>): void {
    this.publish({
      sources: this.state.sources.map((source) => (source.id === id ? { ...source, ...change } : source)),
    });
  }

  private publish(change: Partial<SourceStoreState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** Stops waiting when the signal is aborted: a server may not answer for minutes. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, aborted]);
}

function asRequestError(fault: unknown): RequestError {
  if (fault instanceof RequestError) return fault;
  return new RequestError(`The page failed: ${fault instanceof Error ? fault.message : String(fault)}`);
}
