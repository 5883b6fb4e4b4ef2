/** The cells on the page: a source may hold several, and each keeps its colour while it is on the page. */

import type { Report } from "../api/types";
import type { Source } from "./sourceStore";

export interface PageCell {
  /** Unique on the page, unlike a cell's own id. */
  key: string;
  name: string;
  report: Report;
  source: Source;
  /** The index of the cell in its source. */
  index: number;
  /** The index of its colour. */
  colorIndex: number;
}

export function cellsOf(sources: readonly Source[]): PageCell[] {
  return sources.flatMap((source) =>
    source.reports.map((report, index) => ({
      key: `${source.id}.${index}`,
      name: report.metadata.cell_id || "Cell without a name",
      report,
      source,
      index,
      colorIndex: source.colorIndexes[index] ?? 0,
    })),
  );
}

/** The kind of cell, if the file names it. */
export function chemistryOf({ metadata }: Report): string {
  const about = metadata as Record<string, unknown>;
  const words = [about.cathode_material, about.anode_material].filter((word) => typeof word === "string");
  return words.join(" / ");
}
