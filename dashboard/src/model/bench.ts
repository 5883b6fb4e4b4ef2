/** The bench: every source of cells on the page, how far each is, and its reports. In memory only. */

import { analyse, type Progress } from "../api/analyse";
import { reportsOf } from "../api/answers";
import type { ApiClient } from "../api/client";
import { Refusal } from "../api/refusal";
import type { AnalysisOptions, Information, Report, SeveralReports } from "../api/types";
import { completes, type FileGroup, groupFiles, type Role } from "./grouping";
import { Lanes } from "./lanes";

/** What every cell is asked for alike. */
export type Criteria = Pick<AnalysisOptions, "eolThreshold" | "capacityReference">;

export const DEFAULT_CRITERIA: Criteria = { eolThreshold: 0.8, capacityReference: "initial" };

export function areSame(a: Criteria, b: Criteria): boolean {
  return a.eolThreshold === b.eolThreshold && a.capacityReference === b.capacityReference;
}

export type Phase =
  | { at: "waiting" }
  | Progress
  | { at: "ready" }
  | { at: "failed"; refusal: Refusal }
  | { at: "cancelled" };

export function isBusy({ at }: Phase): boolean {
  return at === "waiting" || at === "sending" || at === "working";
}

/** Whether it has ended without a report, and may be tried again. */
export function mayBeRetried({ at }: Phase): boolean {
  return at === "failed" || at === "cancelled";
}

/** A pickle, a table or a CSV set. Its last reports stay while it is asked for again. */
export interface Source {
  readonly id: number;
  readonly name: string;
  readonly files: readonly File[];
  readonly roles: readonly Role[];
  readonly phase: Phase;
  readonly reports: readonly Report[];
  /** The number of each report's colour, which it keeps while it is on the page. */
  readonly hues: readonly number[];
  /** The criteria of `reports`. */
  readonly criteria: Criteria;
}

export interface BenchState {
  readonly sources: readonly Source[];
  readonly criteria: Criteria;
}

export interface Server {
  client: ApiClient;
  /** What the API said of itself; null while it has said nothing. */
  limits: Information["limits"] | null;
}

const MOST_AT_ONCE = 2;

export class Bench {
  private state: BenchState = { sources: [], criteria: DEFAULT_CRITERIA };
  private readonly listeners = new Set<() => void>();
  private readonly running = new Map<number, AbortController>();
  private readonly lanes = new Lanes(MOST_AT_ONCE);
  private nextId = 1;

  /** `server` is asked for at each analysis, so that a changed address or token is heeded. */
  constructor(private readonly server: () => Promise<Server>) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): BenchState => this.state;

  /** Begins the analysis of every group of files; resolves with their sources' ids once all have ended. */
  async add(files: readonly File[]): Promise<number[]> {
    const ids = groupFiles(files).map((group) => this.take(group));
    await Promise.all(ids.map((id) => this.run(id)));
    return ids;
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
    this.publish({ sources: [] });
  }

  /** Asks again for every source, by the new criteria. */
  async judgeBy(criteria: Criteria): Promise<void> {
    this.publish({ criteria });
    await Promise.all(this.state.sources.map(({ id }) => this.run(id)));
  }

  /** A part of a CSV set joins its other parts, should they be here already; all else is a source of its own. */
  private take(group: FileGroup): number {
    const rest = this.state.sources.find((source) => completes(group, source));
    if (rest) {
      this.change(rest.id, { files: [...rest.files, ...group.files], roles: [...rest.roles, ...group.roles] });
      return rest.id;
    }
    const id = this.nextId++;
    const { criteria, sources } = this.state;
    // Its first hue at once, so that the colours follow the files and not who has answered first.
    const hues = this.huesOf(id, 1);
    this.publish({ sources: [...sources, { ...group, id, phase: { at: "waiting" }, reports: [], hues, criteria }] });
    return id;
  }

  /** One run a source: a new one ends what is still under way. */
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
      const answer = await this.lanes.take(signal, async (): Promise<Report | SeveralReports> => {
        const { client, limits } = await unlessAborted(this.server(), signal);
        const onProgress = (phase: Progress) => tell({ phase });
        return analyse(client, source.files, { plots: "all", ...criteria }, limits, { signal, onProgress });
      });
      const reports = reportsOf(answer);
      tell({ phase: { at: "ready" }, reports, hues: this.huesOf(id, reports.length), criteria });
    } catch (fault) {
      tell({ phase: signal.aborted ? { at: "cancelled" } : { at: "failed", refusal: asRefusal(fault) } });
    } finally {
      if (this.running.get(id) === controller) this.running.delete(id);
    }
  }

  /** A source's hues as they are, and as many more as it needs: the lowest that nobody has. */
  private huesOf(id: number, count: number): number[] {
    const { sources } = this.state;
    const hues = [...(sources.find((source) => source.id === id)?.hues ?? [])];
    const taken = new Set([...hues, ...sources.flatMap((source) => (source.id === id ? [] : source.hues))]);
    for (let hue = 0; hues.length < count; hue += 1) if (!taken.has(hue)) hues.push(hue);
    return hues;
  }

  private change(id: number, change: Partial<Source>): void {
    this.publish({
      sources: this.state.sources.map((source) => (source.id === id ? { ...source, ...change } : source)),
    });
  }

  private publish(change: Partial<BenchState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** Waits no longer once the signal is aborted: a server may be silent for minutes. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([promise, aborted]);
}

function asRefusal(fault: unknown): Refusal {
  if (fault instanceof Refusal) return fault;
  return new Refusal(`The page failed: ${fault instanceof Error ? fault.message : String(fault)}`);
}
