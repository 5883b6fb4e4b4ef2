/** The CSV downloads: the cycle table of a cell, the comparison of several. RFC 4180, comma, point. */

import type { CycleTable } from "../api/types";

type Value = string | number | boolean | null;

export function csvOf(header: readonly string[], rows: readonly (readonly Value[])[]): string {
  return [header, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** The cycle table under the API's standard names; an unknown value is empty. */
export function cycleTableCsv(table: CycleTable): string {
  const columns = Object.entries(table) as [string, Value[]][];
  const rows = table.cycle_number.map((_, place) => columns.map(([, values]) => values[place] ?? null));
  return csvOf(
    columns.map(([name]) => name),
    rows,
  );
}

function field(value: Value): string {
  if (value === null) return "";
  const text = String(value);
  // A spreadsheet would run a text that starts like a formula; numbers keep their sign.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
