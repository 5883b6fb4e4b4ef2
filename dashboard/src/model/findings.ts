/** The findings of a cell, worst first: signs of degradation, then those of `data_quality`. */

import type { Report } from "../api/types";
import { cycleList } from "./format";

export interface Finding {
  kind: "error" | "warning" | "health" | "info";
  text: string;
  where: string;
}

const ORDER: readonly Finding["kind"][] = ["error", "health", "warning", "info"];

export function findingsOf({ battery_health: health, data_quality }: Report): Finding[] {
  const findings: Finding[] = [
    ...health.degradation_indicators.map((text): Finding => ({ kind: "health", text, where: "" })),
    ...data_quality.map(
      ({ severity, message, cycles }): Finding => ({ kind: severity, text: message, where: cycleList(cycles) }),
    ),
  ];
  return findings.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
