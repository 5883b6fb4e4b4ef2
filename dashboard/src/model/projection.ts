/** A projected end of life as text: the number, how sure it is, its model, or why there is none. */

import type { Interval, Projection } from "../api/types";
import { fixed, percent, shortPercent } from "./format";

export interface ProjectionWords {
  /** The cycle number, or "Not projected". */
  headline: string;
  isNumber: boolean;
  interval: string | null;
  /** How far the number can be trusted. */
  sureness: { label: "Observed" | "Calibrated" | "Indicative" | "Abstains"; sentence: string };
  remaining: string | null;
}

const METHODS: Readonly<Record<string, string>> = {
  observed: "reached within the file",
  population: "from the lives of similar cells",
  trajectory: "from the trajectory of the cell",
  linear: "from a straight line",
};

/** The names of the models, for the table of all projections. */
export const MODELS: Readonly<Record<string, string>> = {
  observed: "Crossing within the file",
  population: "Population of similar cells",
  trajectory: "Trajectory of the cell, mean of its curves",
  last_fifth_line: "· line through the last fifth",
  double_exponential: "· double exponential",
  power_law: "· power law",
  bacon_watts: "· two lines that meet",
  straight_line: "Straight line through all cycles",
};

export function projectionWords(life: Projection): ProjectionWords {
  const threshold = `${shortPercent(life.eol_threshold)} capacity`;
  if (life.projected_eol_cycle === null) {
    return {
      headline: "Not projected",
      isNumber: false,
      interval: null,
      sureness: { label: "Abstains", sentence: life.abstention_reason ?? "The data do not support a projection." },
      remaining: null,
    };
  }
  return {
    headline: fixed(life.projected_eol_cycle, 0),
    isNumber: true,
    interval: life.interval && intervalWords(life.interval),
    sureness: { label: surenessLabel(life), sentence: surenessSentence(life, threshold) },
    remaining: remainingWords(life),
  };
}

export function intervalWords({ low, high, level }: Interval): string {
  const until = high === null ? "or later" : `to ${fixed(high, 0)}`;
  return `${fixed(low, 0)} ${until} (${percent(level)} interval)`;
}

function surenessLabel({ method, interval }: Projection): ProjectionWords["sureness"]["label"] {
  if (method === "observed") return "Observed";
  return interval?.basis === "calibrated" ? "Calibrated" : "Indicative";
}

function surenessSentence({ method, confidence, interval }: Projection, threshold: string): string {
  const from = METHODS[method] ?? method;
  if (method === "observed") return `${threshold}: ${from}.`;
  const sure =
    confidence === null
      ? "nothing was calibrated on such cells"
      : `the truth lies within 15 % of it with a probability of ${percent(confidence)}`;
  const basis = interval?.basis === "calibrated" ? "the interval is calibrated on cells the model has not seen" : sure;
  const both = interval?.basis === "calibrated" && confidence !== null ? `${basis}; ${sure}` : basis;
  return `${threshold}, ${from}; ${both}.`;
}

function remainingWords({ method, remaining_cycles, remaining_equivalent_full_cycles }: Projection): string | null {
  if (method === "observed" || remaining_cycles === null) return null;
  const full =
    remaining_equivalent_full_cycles === null ? "" : ` (${fixed(remaining_equivalent_full_cycles, 0)} equivalent full)`;
  return `${fixed(remaining_cycles, 0)} cycles to go${full}`;
}
