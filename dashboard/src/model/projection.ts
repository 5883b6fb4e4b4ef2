/** A projected end of life in words: the number, how sure it is, whose word it is, or why there is none. */

import type { Interval, Projection } from "../api/types";
import { fixed, percent, shortPercent } from "./format";

export interface ProjectionWords {
  /** The cycle number, or that there is none. */
  headline: string;
  isNumber: boolean;
  interval: string | null;
  /** How far the number can be trusted. */
  honesty: { label: "Observed" | "Calibrated" | "Indicative" | "Abstains"; sentence: string };
  remaining: string | null;
}

const METHODS: Readonly<Record<string, string>> = {
  observed: "the cell got there within the file",
  population: "from the lives of cells like it",
  trajectory: "from the cell's own course",
  linear: "from a straight line",
};

/** What each model is, for the table of what all would have said. */
export const MODELS: Readonly<Record<string, string>> = {
  observed: "Crossing within the file",
  population: "Population of similar cells",
  trajectory: "The cell's own course, mean of its curves",
  last_fifth_line: "· line through the last fifth",
  double_exponential: "· double exponential",
  power_law: "· power law",
  bacon_watts: "· two lines with a bend",
  straight_line: "Straight line through all cycles",
};

export function projectionWords(life: Projection): ProjectionWords {
  const threshold = `${shortPercent(life.eol_threshold)} capacity`;
  if (life.projected_eol_cycle === null) {
    return {
      headline: "Not projected",
      isNumber: false,
      interval: null,
      honesty: { label: "Abstains", sentence: life.abstention_reason ?? "Nothing supports an end of life." },
      remaining: null,
    };
  }
  return {
    headline: fixed(life.projected_eol_cycle, 0),
    isNumber: true,
    interval: life.interval && intervalWords(life.interval),
    honesty: { label: honestyLabel(life), sentence: honestySentence(life, threshold) },
    remaining: remainingWords(life),
  };
}

export function intervalWords({ low, high, level }: Interval): string {
  const until = high === null ? "with no end in sight" : `to ${fixed(high, 0)}`;
  return `${fixed(low, 0)} ${until} (${percent(level)} interval)`;
}

function honestyLabel({ method, interval }: Projection): ProjectionWords["honesty"]["label"] {
  if (method === "observed") return "Observed";
  return interval?.basis === "calibrated" ? "Calibrated" : "Indicative";
}

function honestySentence({ method, confidence, interval }: Projection, threshold: string): string {
  const whose = METHODS[method] ?? method;
  if (method === "observed") return `${threshold}: ${whose}.`;
  const sure =
    confidence === null
      ? "nothing was calibrated on such cells"
      : `the truth lies within 15 % of it with a probability of ${percent(confidence)}`;
  const basis = interval?.basis === "calibrated" ? "the interval is calibrated on cells the model has not seen" : sure;
  const both = interval?.basis === "calibrated" && confidence !== null ? `${basis}; ${sure}` : basis;
  return `${threshold}, ${whose}; ${both}.`;
}

function remainingWords({ method, remaining_cycles, remaining_equivalent_full_cycles }: Projection): string | null {
  if (method === "observed" || remaining_cycles === null) return null;
  const full =
    remaining_equivalent_full_cycles === null ? "" : ` (${fixed(remaining_equivalent_full_cycles, 0)} equivalent full)`;
  return `${fixed(remaining_cycles, 0)} cycles to go${full}`;
}
