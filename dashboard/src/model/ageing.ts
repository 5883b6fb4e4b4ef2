/** Which analyses of ageing a report lacks, and why. */

import type { Report } from "../api/types";

/** What is not shown, and the report's reason. */
export function missingOf(report: Report): [what: string, why: string][] {
  const { degradation_modes: modes, incremental_capacity: incremental, rate_capability: rates, resistance } = report;
  const found: [string, string | null][] = [
    ["degradation modes", modes.reason],
    ["dQ/dV", incremental.reason],
    ["resistance per cycle", resistance.per_cycle ? null : resistance.no_per_cycle_reason],
    ["rate capability", rates.reason],
  ];
  return found.filter((one): one is [string, string] => one[1] !== null);
}
