/** The table of several cells, with the figures of their reports; the rank is the API's. */

import type { Comparison } from "../api/types";
import type { PageCell } from "./cells";
import { fixed, percent, significant } from "./format";
import { csvOf } from "./tables";
import { median } from "./trend";

export type SortValue = string | number | null;

export interface Column {
  name: string;
  /** Its name in the CSV, with the unit. */
  csv: string;
  value: (row: Row) => SortValue;
  text: (row: Row) => string;
}

export interface Row {
  cell: PageCell;
  rank: number | null;
  /** The retention at the last cycle that all ranked cells reach. */
  retentionAtCommonCycle: number | null;
}

/** The columns of the table and of its CSV. */
export const COLUMNS: readonly Column[] = [
  column(
    "Rank",
    "rank",
    ({ rank }) => rank,
    (value) => fixed(value, 0),
  ),
  column(
    "Cycles",
    "total_cycles",
    ({ cell }) => cell.report.metadata.total_cycles,
    (value) => fixed(value, 0),
  ),
  column(
    "At common cycle",
    "retention_at_common_cycle_percent",
    ({ retentionAtCommonCycle }) => retentionAtCommonCycle,
    (value) => fixed(value, 2, "%"),
  ),
  column(
    "Retention",
    "capacity_retention_percent",
    ({ cell }) => cell.report.capacity_fade.capacity_retention_percentage,
    (value) => fixed(value, 2, "%"),
  ),
  column(
    "Fade per cycle",
    "capacity_fade_percent_per_cycle",
    ({ cell }) => cell.report.capacity_fade.capacity_fade_rate_per_cycle,
    (value) => significant(value, 3, "%"),
  ),
  column("Median efficiency", "median_coulombic_efficiency_percent", medianEfficiency, (value) => fixed(value, 3, "%")),
  {
    name: "Health",
    csv: "health_status",
    // Sorted by health, not by the alphabet.
    value: ({ cell }) => cell.report.battery_health.health_score,
    text: ({ cell }) => cell.report.battery_health.health_status,
  },
  column(
    "End of life",
    "projected_eol_cycle",
    ({ cell }) => lifeOf(cell).projected_eol_cycle,
    (value) => fixed(value, 0),
  ),
  {
    name: "How sure",
    csv: "projection_interval",
    value: ({ cell }) => lifeOf(cell).interval?.low ?? null,
    text: ({ cell }) => sureness(cell),
  },
  column(
    "Tested at",
    "test_temperature_C",
    ({ cell }) => cell.report.metadata.test_temperature_C,
    (value) => fixed(value, 1, "°C"),
  ),
];

export interface Order {
  /** A column's name, or "Cell". */
  by: string;
  descending: boolean;
}

/** Rows in this order; unknown values come last in either direction. */
export function sorted(rows: readonly Row[], { by, descending }: Order): Row[] {
  const column = COLUMNS.find(({ name }) => name === by);
  const value = (row: Row): SortValue => (column ? column.value(row) : row.cell.name);
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === "number" && typeof right === "number"
        ? left - right
        : String(left).localeCompare(String(right), "en", { numeric: true });
    return descending ? -order : order;
  });
}

/** The API lists the cells in the order of the request. */
export function ranked(cells: readonly PageCell[], comparison: Comparison | null): Row[] {
  return cells.map((cell, place) => ({
    cell,
    rank: comparison?.cells[place]?.rank ?? null,
    retentionAtCommonCycle: comparison?.cells[place]?.retention_at_common_cycle ?? null,
  }));
}

export function comparisonCsv(rows: readonly Row[]): string {
  const header = ["cell_id", ...COLUMNS.map(({ csv }) => csv)];
  const values = rows.map((row) => [
    row.cell.name,
    ...COLUMNS.map(({ csv, value, text }) =>
      csv.endsWith("_status") || csv.endsWith("_interval") ? text(row) : value(row),
    ),
  ]);
  return csvOf(header, values);
}

function column(
  name: string,
  csv: string,
  value: (row: Row) => number | null,
  text: (value: number | null) => string,
): Column {
  return { name, csv, value, text: (row) => text(value(row)) };
}

function medianEfficiency({ cell }: Row): number | null {
  const known = cell.report.capacity_fade.coulombic_efficiencies;
  return median(known.filter((value) => value !== null));
}

function lifeOf({ report }: PageCell) {
  return report.statistical_metrics.cycle_life_projection;
}

function sureness(cell: PageCell): string {
  const { interval, method, abstained, confidence } = lifeOf(cell);
  if (abstained) return "abstains";
  if (method === "observed") return "observed";
  const sure = confidence === null ? "" : `, confidence ${percent(confidence)}`;
  if (!interval) return method;
  const until = interval.high === null ? "or later" : `to ${fixed(interval.high, 0)}`;
  return `${interval.basis}, ${fixed(interval.low, 0)} ${until}${sure}`;
}
