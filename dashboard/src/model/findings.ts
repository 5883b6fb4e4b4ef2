/** What was odd in a cell, worst first: signs of degradation, then the findings of `data_quality`. */

import type { Report } from "../api/types";
import { cycleList } from "./format";

export interface Remark {
  kind: "error" | "warning" | "health" | "info";
  text: string;
  where: string;
}

const ORDER: readonly Remark["kind"][] = ["error", "health", "warning", "info"];

export function remarksOn({ battery_health: health, data_quality: findings }: Report): Remark[] {
  const remarks: Remark[] = [
    ...health.degradation_indicators.map((text): Remark => ({ kind: "health", text, where: "" })),
    ...findings.map(
      ({ severity, message, cycles }): Remark => ({ kind: severity, text: message, where: cycleList(cycles) }),
    ),
  ];
  return remarks.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
