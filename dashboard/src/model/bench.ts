/** The bench: every source of cells on the page, how far each is, and its reports. In memory only. */

import { analyse, type Progress } from "../api/analyse";
import { reportsOf } from "../api/answers";
import type { ApiClient } from "../api/client";
import { Refusal } from "../api/refusal";
import type { AnalysisOptions, Information, Report, SeveralReports } from "../api/types";
import { groupFiles, type Role } from "./grouping";
import { Lanes } from "./lanes";

/** What every cell is asked for alike. */
export type Criteria = Pick<AnalysisOptions, "eolThreshold" | "capacityReference">;

export const DEFAULT_CRITERIA: Criteria = { eolThreshold: 0.8, capacityReference: "initial" };

export type Phase =
  | { at: "waiting" }
  | Progress
  | { at: "ready" }
  | { at: "failed"; refusal: Refusal }
  | { at: "cancelled" };

/** A pickle, a table or a CSV set. Its last reports stay while it is asked for again. */
export interface Source {
  readonly id: number;
  readonly name: string;
  readonly files: readonly File[];
  readonly roles: readonly Role[];
  readonly phase: Phase;
  readonly reports: readonly Report[];
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

  /** Begins the analysis of every group of files; resolves with the new sources' ids once all have ended. */
  async add(files: readonly File[]): Promise<number[]> {
    const created = groupFiles(files).map(
      (group): Source => ({
        ...group,
        id: this.nextId++,
        phase: { at: "waiting" },
        reports: [],
        criteria: this.state.criteria,
      }),
    );
    this.publish({ sources: [...this.state.sources, ...created] });
    await Promise.all(created.map(({ id }) => this.run(id)));
    return created.map(({ id }) => id);
  }

  cancel(id: number): void {
    this.running.get(id)?.abort(new DOMException("The user cancelled it.", "AbortError"));
  }

  retry(id: number): Promise<void> {
    return this.run(id);
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
        const { client, limits } = await this.server();
        const onProgress = (phase: Progress) => tell({ phase });
        return analyse(client, source.files, { plots: "all", ...criteria }, limits, { signal, onProgress });
      });
      tell({ phase: { at: "ready" }, reports: reportsOf(answer), criteria });
    } catch (fault) {
      tell({ phase: signal.aborted ? { at: "cancelled" } : { at: "failed", refusal: asRefusal(fault) } });
    } finally {
      if (this.running.get(id) === controller) this.running.delete(id);
    }
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

function asRefusal(fault: unknown): Refusal {
  if (fault instanceof Refusal) return fault;
  return new Refusal(`The page failed: ${fault instanceof Error ? fault.message : String(fault)}`);
}
