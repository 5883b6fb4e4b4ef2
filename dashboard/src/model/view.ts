/** The main view of the page: one cell, or the comparison of all. */

import type { PageCell } from "./cells";

export type View = { at: "cell"; key: string } | { at: "all" };

/** The wanted view while it exists; otherwise the first cell. */
export function shownView(wanted: View | null, cells: readonly PageCell[]): View | null {
  if (wanted?.at === "all" && cells.length > 1) return wanted;
  if (wanted?.at === "cell" && cells.some(({ key }) => key === wanted.key)) return wanted;
  const [first] = cells;
  return first ? { at: "cell", key: first.key } : null;
}

/** The view after new files have ended: their cell, or all if there are several; null if there is none. */
export function viewOfNew(ids: readonly number[], cells: readonly PageCell[]): View | null {
  const created = cells.filter(({ source }) => ids.includes(source.id));
  const [first] = created;
  if (!first) return null;
  return created.length > 1 ? { at: "all" } : { at: "cell", key: first.key };
}
