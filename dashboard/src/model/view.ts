/** What the page shows in its middle: one cell, or all of them compared. */

import type { BenchCell } from "./cells";

export type View = { at: "cell"; key: string } | { at: "all" };

/** What was asked for, as long as it is there; else the first cell. */
export function shownView(wanted: View | null, cells: readonly BenchCell[]): View | null {
  if (wanted?.at === "all" && cells.length > 1) return wanted;
  if (wanted?.at === "cell" && cells.some(({ key }) => key === wanted.key)) return wanted;
  const [first] = cells;
  return first ? { at: "cell", key: first.key } : null;
}

/** What to show once new files have ended: their cell, or all where they are several; null where none came of them. */
export function viewOfNew(ids: readonly number[], cells: readonly BenchCell[]): View | null {
  const created = cells.filter(({ source }) => ids.includes(source.id));
  const [first] = created;
  if (!first) return null;
  return created.length > 1 ? { at: "all" } : { at: "cell", key: first.key };
}
